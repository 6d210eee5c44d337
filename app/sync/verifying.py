"""What a device and headquarters say to each other to find where they differ."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from app.models.merge import Run
from app.sync.frames import PROTOCOL, Holding

BUCKET: Final = 1024
"""Changes of one identity that are summed together."""
PREFIX_BYTES: Final = 16


class Sum(msgspec.Struct, frozen=True, array_like=True):
    """What is held of one bucket of an identity's changes, whatever the order it came in.

    Attributes:
        device: The identity.
        bucket: Its changes with ``seq // BUCKET`` equal to this.
        holding: Their count, and the sum of their chain digests.
    """

    device: bytes
    bucket: int
    holding: Holding


class Listing(msgspec.Struct, frozen=True, array_like=True):
    """The changes of one bucket, one by one.

    Attributes:
        device: The identity.
        bucket: Which.
        entries: First bytes of the chain digest, by ``seq``.
        refused: Those in headquarters' quarantine.
        head: Last change headquarters has taken or refused of the identity.
    """

    device: bytes
    bucket: int
    entries: dict[int, bytes]
    refused: list[int]
    head: int


class Check(msgspec.Struct, frozen=True, array_like=True):
    """A device asks what headquarters holds of one of its scopes.

    Attributes:
        protocol: Version of what follows.
        scope: Which feed.
        upto: Position up to which; None for all there is.
        buckets: ``(device, bucket)`` to list; none: all are summed up.
        wanted: ``(device, first, last)`` of changes to be given.
        gives: Changes headquarters may have lost; it takes those its own chain of digests proves.
    """

    protocol: int
    scope: bytes
    upto: int | None = None
    buckets: list[tuple[bytes, int]] = []
    wanted: list[tuple[bytes, int, int]] = []
    gives: list[Run] = []


class Checked(msgspec.Struct, frozen=True, array_like=True):
    """What headquarters holds.

    Attributes:
        protocol: Version of what follows.
        position: Up to where in the feed.
        sums: Every bucket, where none was named.
        listings: The buckets named.
        runs: Changes asked for, as many as fit.
    """

    protocol: int
    position: int
    sums: list[Sum] = []
    listings: list[Listing] = []
    runs: list[Run] = []


def summed(rows: Iterable[tuple[bytes, int, bytes]]) -> dict[tuple[bytes, int], Holding]:
    """Sum ``(device, seq, chain)`` up by bucket."""
    counts: dict[tuple[bytes, int], int] = {}
    totals: dict[tuple[bytes, int], int] = {}
    for device, seq, chain in rows:
        key = device, seq // BUCKET
        counts[key] = counts.get(key, 0) + 1
        totals[key] = totals.get(key, 0) + int.from_bytes(chain[:PREFIX_BYTES])
    space = 1 << (8 * PREFIX_BYTES)
    return {
        key: Holding(count, (totals[key] % space).to_bytes(PREFIX_BYTES))
        for key, count in counts.items()
    }


def check_of(scope: bytes, **asked: object) -> Check:
    """Give a question about a scope."""
    return Check(PROTOCOL, scope, **asked)  # type: ignore[arg-type]
