"""Changes made elsewhere, taken in: verified, logged and projected in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from app.i18n import N_
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
    set_head,
)
from app.models.projection import project, projector

Refuse = Callable[[bytes, Sequence[Change]], dict[int, str]]
"""Given changes of one device, gives the reason for each ``seq`` that is not accepted here.

A reason is a message id without placeholders; see ``quarantine.reason_text``.
"""

_HIGHEST = 2**63 - 1
_UNREADABLE = (msgspec.DecodeError, ValueError, TypeError)
_AGAIN_AT_ONCE = 500


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
        positions: The place of each of them in the log.
        refused: ``(device, seq, reason)`` of changes put in quarantine, the reason as kept.
        records: Ids of the records touched, with their kinds.
        forked: Devices whose history here differs from the one received: two machines use one
            identity, or a store was restored without taking a new one.
    """

    stored: list[Stored] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    refused: list[tuple[bytes, int, str]] = field(default_factory=list)
    records: dict[bytes, str] = field(default_factory=dict)
    forked: set[bytes] = field(default_factory=set)


def merge(
    connection: sa.Connection,
    runs: Iterable[Run],
    *,
    contiguous: bool,
    refuse: Refuse | None = None,
    again: Sequence[int] = (),
) -> Merged:
    """Take runs of changes in; changes already here are passed over.

    Args:
        connection: Inside a writing transaction.
        contiguous: Require each device's changes without gaps, as HQ does of those who push.
            Feeds limited to one office have gaps.
        refuse: Says which changes go to quarantine whatever they hold.
        again: Rows of the quarantine to judge once more; those that are accepted leave it for
            their place in the log.
    """
    merged = Merged()
    with collector_paused():
        for some in chunks(again, _AGAIN_AT_ONCE):
            _take_again(connection, some, merged, refuse)
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
    merged.positions += append(connection, accepted)
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
        return _read(device, seq, body, chain)
    except _UNREADABLE as error:
        reason = _unreadable(error)
        quarantine(connection, device, seq, chain, body, reason)
        merged.refused.append((device, seq, reason))
        return None


def _read(device: bytes, seq: int, body: bytes, chain: bytes) -> Stored:
    change = decode(body)
    _check_header(change, seq)
    # A kind of a later version is kept, and shown once this program knows it.
    writer = projector(change.kind)
    row = None if writer is None else writer.row_of_one(change)
    return Stored(device, change, body, chain, row)


def _unreadable(error: Exception) -> str:
    # What the error itself says is technical, and quotes answers.
    if isinstance(error, msgspec.DecodeError):
        return N_("This cannot be read here: it is damaged, or of a later version of Sanad.")
    return N_("This cannot be read here: it holds what this version of Sanad does not take.")


def _take_again(
    connection: sa.Connection, rows: list[int], merged: Merged, refuse: Refuse | None
) -> None:
    """Judge changes in quarantine once more; their devices' heads have counted them already."""
    query = sa.select(QUARANTINE).where(QUARANTINE.c.id.in_(rows)).with_for_update()
    held = connection.execute(query.order_by(QUARANTINE.c.device, QUARANTINE.c.seq)).all()
    kept: dict[int, tuple[str, bool]] = {}
    readable: dict[bytes, dict[int, Stored]] = {}
    for row in held:
        try:
            stored = _read(row.device, row.seq, row.body, row.chain)
        except _UNREADABLE as error:
            kept[row.id] = _unreadable(error), False
        else:
            readable.setdefault(row.device, {})[row.id] = stored
    for device, of_one in readable.items():
        changes = [stored.change for stored in of_one.values()]
        reasons = {} if refuse is None else refuse(device, changes)
        for row_id, stored in of_one.items():
            if stored.change.seq in reasons:
                kept[row_id] = reasons[stored.change.seq], True
        accepted = {row_id: stored for row_id, stored in of_one.items() if row_id not in kept}
        connection.execute(QUARANTINE.delete().where(QUARANTINE.c.id.in_(list(accepted))))
        merged.positions += append(connection, list(accepted.values()))
        merged.stored += accepted.values()
    for row in held:
        if row.id in kept:
            reason, is_refused = kept[row.id]
            connection.execute(
                QUARANTINE.update()
                .where(QUARANTINE.c.id == row.id)
                .values(reason=reason, is_refused=is_refused)
            )
            merged.refused.append((row.device, row.seq, reason))


def _admitted(
    connection: sa.Connection, accepted: list[Stored], refuse: Refuse, merged: Merged
) -> list[Stored]:
    if not accepted:
        return []
    reasons = refuse(accepted[0].device, [stored.change for stored in accepted])
    for stored in accepted if reasons else ():
        reason = reasons.get(stored.change.seq)
        if reason is not None:
            seq = stored.change.seq
            quarantine(
                connection, stored.device, seq, stored.chain, stored.body, reason, is_refused=True
            )
            merged.refused.append((stored.device, seq, reason))
    return [stored for stored in accepted if stored.change.seq not in reasons]


def _check_header(change: Change, seq: int) -> None:
    if (
        change.seq != seq
        or len(change.record) != 16
        or len(change.author) != 16
        or len(change.root) not in (0, 16)
        or not 0 <= change.clock <= _HIGHEST
        or "\0" in change.kind
    ):
        raise ValueError("header does not fit its place")


def quarantine(
    connection: sa.Connection,
    device: bytes,
    seq: int,
    chain: bytes,
    body: bytes,
    reason: str,
    *,
    is_refused: bool = False,
) -> None:
    """Keep a change that cannot be accepted, with the reason.

    Args:
        connection: Inside a writing transaction.
        device: Who made it.
        seq: Its number there.
        chain: Chain digest after it.
        body: As carried.
        reason: A message id without placeholders.
        is_refused: It may not stand here; else it cannot be read.
    """
    connection.execute(
        QUARANTINE.insert().values(
            device=device,
            seq=seq,
            chain=chain,
            body=body,
            reason=reason,
            at=datetime.now(UTC).isoformat(),
            is_refused=is_refused,
        )
    )


def _project_merged(connection: sa.Connection, merged: Merged) -> None:
    if not merged.stored:
        return
    arrived: dict[bytes, list[Stored]] = {}
    for stored in merged.stored:
        arrived.setdefault(stored.change.record, []).append(stored)
        merged.records[stored.change.record] = stored.change.kind
    # The log already holds the arrivals; a record whose changes all arrived just now needs no
    # second look at it, and one with a single change no fold.
    known = _known_before(connection, arrived.keys(), merged.positions)
    ready: dict[str, list[tuple[Any, ...]]] = {}
    several: dict[bytes, list[Entry]] = {}
    for record, of_one in arrived.items():
        if record in known:
            continue
        if len(of_one) > 1:
            several[record] = [stored.entry for stored in of_one]
        elif of_one[0].row is not None:
            ready.setdefault(of_one[0].change.kind, []).append(of_one[0].row)
    several.update(entries_of(connection, known))
    project(connection, several, ready)


_EARLIER: Final = CHANGE.alias("earlier")
_BEYOND: Final = sa.or_(
    _EARLIER.c.pos < sa.bindparam("first"), _EARLIER.c.pos > sa.bindparam("last")
)
_TOUCHED_BEFORE: Final = (
    sa.select(CHANGE.c.record)
    .where(CHANGE.c.pos.between(sa.bindparam("first"), sa.bindparam("last")))
    .where(sa.exists().where(_EARLIER.c.record == CHANGE.c.record, _BEYOND))
)


def _known_before(
    connection: sa.Connection, records: Container[bytes], arrived: Sequence[int]
) -> set[bytes]:
    """Tell which records have changes besides those that arrived at these positions."""
    # Elsewhere than here positions may lie between ours; they belong to records we do not touch.
    ends = {"first": min(arrived), "last": max(arrived)}
    return {r for r in connection.scalars(_TOUCHED_BEFORE, ends) if r in records}
