"""Changes made elsewhere, taken in: verified, logged and projected in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
import sqlalchemy as sa

from app.i18n import _
from app.models.change import Change, Entry, decode, genesis, links
from app.models.collector import collector_paused
from app.models.log import (
    CHANGE,
    QUARANTINE,
    Stored,
    append,
    chunks,
    entries_of,
    head_of,
    last_position,
    set_head,
)
from app.models.projection import project, projector

Refuse = Callable[[Sequence[Change]], dict[int, str]]
"""Given changes of one device, gives the reason for each ``seq`` that is not accepted here."""

_HIGHEST = 2**63 - 1


class Run(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Changes of one device that follow each other, as carried.

    Attributes:
        device: Who made them.
        first: ``seq`` of the first.
        previous: Chain digest before the first; the receiver derives the others from it.
        bodies: Encoded changes, in order, without gaps.
    """

    device: bytes
    first: int
    previous: bytes
    bodies: list[bytes]


@dataclass(slots=True)
class Merged:
    """What taking changes in came to.

    Attributes:
        stored: Changes that are new here, in the order taken.
        refused: ``(device, seq, reason)`` of changes put in quarantine.
        records: Ids of the records touched, with their kinds.
        forked: Devices whose history here differs from the one received: two machines use one
            identity, or a store was restored without taking a new one.
    """

    stored: list[Stored] = field(default_factory=list)
    refused: list[tuple[bytes, int, str]] = field(default_factory=list)
    records: dict[bytes, str] = field(default_factory=dict)
    forked: set[bytes] = field(default_factory=set)


def merge(
    connection: sa.Connection,
    runs: Iterable[Run],
    *,
    contiguous: bool,
    refuse: Refuse | None = None,
) -> Merged:
    """Take runs of changes in; changes already here are passed over.

    Args:
        connection: Inside a writing transaction.
        contiguous: Require each device's changes without gaps, as HQ does of those who push.
            Feeds limited to one office have gaps.
        refuse: Says which changes go to quarantine whatever they hold.
    """
    merged = Merged()
    with collector_paused():
        for run in runs:
            _take(connection, run, merged, contiguous=contiguous, refuse=refuse)
        _project_merged(connection, merged)
    return merged


def _take(
    connection: sa.Connection,
    run: Run,
    merged: Merged,
    *,
    contiguous: bool,
    refuse: Refuse | None,
) -> None:
    if run.device in merged.forked:
        return
    seq, chain = head_of(connection, run.device)
    numbers = range(run.first, run.first + len(run.bodies))
    digests = links(run.previous, run.bodies)
    if run.first == 1 and run.previous != genesis(run.device):
        merged.forked.add(run.device)
        return
    known = _known_links(connection, run.device, [n for n in numbers if n <= seq])
    expected = chain if run.first == seq + 1 else None
    if expected is not None and run.previous != expected:
        merged.forked.add(run.device)
        return
    if any(known[n] != digests[n - run.first] for n in numbers if n in known):
        merged.forked.add(run.device)
        return
    if contiguous and run.first > seq + 1:
        return  # told by the acknowledgement: the sender starts again from there
    accepted: list[Stored] = []
    for number, body, digest in zip(numbers, run.bodies, digests, strict=True):
        if number in known or (number <= seq and contiguous):
            continue
        stored = _accept(connection, run.device, number, body, digest, merged)
        if stored is not None:
            accepted.append(stored)
    if refuse is not None:
        accepted = _admitted(connection, accepted, refuse, merged)
    append(connection, accepted)
    merged.stored += accepted
    if numbers and numbers[-1] > seq:
        set_head(connection, run.device, numbers[-1], digests[-1])


def _known_links(
    connection: sa.Connection, device: bytes, numbers: Sequence[int]
) -> dict[int, bytes]:
    if not numbers:
        return {}
    known: dict[int, bytes] = {}
    for table in (CHANGE, QUARANTINE):
        query = sa.select(table.c.seq, table.c.chain).where(
            table.c.device == device, table.c.seq.between(numbers[0], numbers[-1])
        )
        known.update({row.seq: row.chain for row in connection.execute(query)})
    return known


def _accept(
    connection: sa.Connection, device: bytes, seq: int, body: bytes, chain: bytes, merged: Merged
) -> Stored | None:
    try:
        change = decode(body)
        _check_header(change, seq)
        # A kind of a later version is kept, and shown once this program knows it.
        writer = projector(change.kind)
        if writer is not None:
            writer.check(change.fields)
    except (msgspec.DecodeError, ValueError, TypeError) as error:
        reason = _("This change cannot be read here: {reason}.").format(reason=error)
        quarantine(connection, device, seq, chain, body, reason)
        merged.refused.append((device, seq, reason))
        return None
    return Stored(device, change, body, chain)


def _admitted(
    connection: sa.Connection, accepted: list[Stored], refuse: Refuse, merged: Merged
) -> list[Stored]:
    reasons = refuse([stored.change for stored in accepted])
    for stored in accepted if reasons else ():
        reason = reasons.get(stored.change.seq)
        if reason is not None:
            seq = stored.change.seq
            quarantine(connection, stored.device, seq, stored.chain, stored.body, reason)
            merged.refused.append((stored.device, seq, reason))
    return [stored for stored in accepted if stored.change.seq not in reasons]


def _check_header(change: Change, seq: int) -> None:
    if (
        change.seq != seq
        or len(change.record) != 16
        or len(change.author) != 16
        or len(change.root) not in (0, 16)
        or not 0 <= change.clock <= _HIGHEST
    ):
        raise ValueError("header does not fit its place")


def quarantine(
    connection: sa.Connection, device: bytes, seq: int, chain: bytes, body: bytes, reason: str
) -> None:
    """Keep a change that cannot be accepted, with the reason."""
    connection.execute(
        QUARANTINE.insert().values(
            device=device,
            seq=seq,
            chain=chain,
            body=body,
            reason=reason,
            at=datetime.now(UTC).isoformat(),
        )
    )


def _project_merged(connection: sa.Connection, merged: Merged) -> None:
    arrived: dict[bytes, list[Entry]] = {}
    for stored in merged.stored:
        arrived.setdefault(stored.change.record, []).append(stored.entry)
        merged.records[stored.change.record] = stored.change.kind
    # The log already holds the arrivals; a record whose changes all arrived just now needs no
    # second look at it.
    first = last_position(connection) - len(merged.stored) + 1
    arrived.update(entries_of(connection, _known_before(connection, arrived, first)))
    project(connection, arrived)


def _known_before(connection: sa.Connection, records: Iterable[bytes], first: int) -> list[bytes]:
    """List the records that have changes before a position of the log."""
    found: dict[bytes, None] = {}
    for some in chunks(records, 500):
        query = sa.select(CHANGE.c.record).where(CHANGE.c.record.in_(some), CHANGE.c.pos < first)
        found.update(dict.fromkeys(connection.scalars(query)))
    return list(found)
