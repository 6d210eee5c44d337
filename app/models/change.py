"""One entry of the log: what somebody set on one record in one save, and what they had seen.

A change is identified by ``(device, seq)`` and never altered. Its encoded *body* is what is stored,
hashed and carried, byte for byte, so that a program that does not know a field still forwards it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Final

import msgspec

_ID_BYTES: Final = 16
Bases = list[tuple[bytes, int, list[str]]]


class Change(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What was set on one record in one save.

    Attributes:
        seq: Number on its device, from 1 without gaps.
        clock: Hybrid stamp (see ``clock``).
        author: Id of the user.
        tx: ``seq`` of the first change of the same save.
        kind: Record kind.
        record: Id of the record.
        root: Id of the record whose file it belongs to; empty when that is itself.
        fields: Value, in log form, of each field set.
        bases: For the fields set, per device the latest change its author had seen set them:
            ``(device, seq, fields)``; an empty list of fields stands for all that are set.
            A base covers that device's earlier changes of the field too, so concurrency is
            told rightly even while a change in between is held back.
            Source: dotted version vectors, Preguiça et al. 2010.
    """

    seq: int
    clock: int
    author: bytes
    tx: int
    kind: str
    record: bytes
    root: bytes
    fields: dict[str, Any]
    bases: Bases

    @property
    def root_id(self) -> bytes:
        """Id of the record whose file it belongs to."""
        return self.root or self.record


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A change with the device that made it."""

    device: bytes
    change: Change

    @property
    def order(self) -> tuple[int, bytes, int]:
        """Place in the total order, the same on every copy."""
        return self.change.clock, self.device, self.change.seq


_ENCODER: Final = msgspec.msgpack.Encoder(order="deterministic")
_DECODER: Final = msgspec.msgpack.Decoder(Change)


def encode(change: Change) -> bytes:
    """Give the body of a change."""
    return _ENCODER.encode(change)


def decode(body: bytes) -> Change:
    """Read a body.

    Raises:
        msgspec.DecodeError: It is not one.
    """
    return _DECODER.decode(body)


def root_of(body: bytes) -> bytes | None:
    """Give the id of the record whose file a body says it belongs to; None where it is none."""
    try:
        root = decode(body).root_id
    except msgspec.DecodeError:
        return None
    return root if len(root) == _ID_BYTES else None


def genesis(device: bytes) -> bytes:
    """Give the chain digest before a device's first change."""
    return hashlib.sha256(b"sanad device" + device).digest()


def link(previous: bytes, body: bytes) -> bytes:
    """Give the chain digest after ``body``: SHA-256 of the preceding digest and the body."""
    return hashlib.sha256(previous + body).digest()


def links(previous: bytes, bodies: Iterable[bytes]) -> list[bytes]:
    """Give the chain digest after each of ``bodies``."""
    chain: list[bytes] = []
    for body in bodies:
        previous = hashlib.sha256(previous + body).digest()
        chain.append(previous)
    return chain
