"""What headquarters truly holds of a scope, told bucket by bucket; what it has lost is mended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import sqlalchemy as sa

from app.errors import Refused
from app.hq import feed
from app.hq.base import Headquarters
from app.hq.delivery import deliver, entitled
from app.hq.devices import Device
from app.hq.form import require_check
from app.hq.gate import Gate
from app.hq.locks import lock_devices, lock_scopes
from app.hq.tables import FEED, IDENTITY, SCOPE
from app.i18n import _
from app.models.change import link, links
from app.models.log import CHANGE, QUARANTINE, chunks, head_of
from app.models.merge import Merged, Run
from app.sync.frames import FRAME_BYTES, PROTOCOL, Holding
from app.sync.outbox import chain_of
from app.sync.verifying import BUCKET, PREFIX_BYTES, Check, Checked, Listing, Sum, summed

_FETCHED: Final = 2000
_MOST_WANTED: Final = 2000
_IN_LIMIT: Final = 500


def verify(hq: Headquarters, device: Device, asked: Check) -> Checked:
    """Tell what there is of one of the device's scopes.

    Raises:
        Refused: The scope is not the device's, or the question is not well formed.
    """
    if asked.scope not in {scope.bytes for scope in device.scopes}:
        raise Refused("other_scope", _("These records belong to another office."))
    require_check(asked)
    if asked.gives:
        _take_back(hq, device, asked.gives)
        _heal(hq, asked.scope)
    if not asked.buckets and not asked.wanted:
        _heal_if_needed(hq, asked.scope)
    with hq.store.engine.connect() as connection:
        reached = feed.holding(connection, asked.scope).count
        upto = reached if asked.upto is None else min(asked.upto, reached)
        is_summary = not (asked.buckets or asked.wanted)
        return Checked(
            PROTOCOL,
            upto,
            _sums(connection, asked.scope, upto) if is_summary else [],
            [_listing(connection, device, asked.scope, upto, *one) for one in asked.buckets],
            _runs(connection, asked.scope, asked.wanted[:_MOST_WANTED]),
        )


def _in_feed(scope: bytes, upto: int, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .select_from(FEED)
        .join(CHANGE, CHANGE.c.pos == FEED.c.change)
        .where(FEED.c.scope == scope, FEED.c.position <= upto)
    )


def _sums(connection: sa.Connection, scope: bytes, upto: int) -> list[Sum]:
    query = _in_feed(scope, upto, CHANGE.c.device, CHANGE.c.seq, CHANGE.c.chain)
    with connection.execute(query, execution_options={"yield_per": _FETCHED}) as rows:
        found = summed((row[0], row[1], row[2]) for row in rows)
    return [Sum(device, bucket, held) for (device, bucket), held in sorted(found.items())]


def _listing(
    connection: sa.Connection, asker: Device, scope: bytes, upto: int, device: bytes, bucket: int
) -> Listing:
    first, last = bucket * BUCKET, bucket * BUCKET + BUCKET - 1
    query = _in_feed(scope, upto, CHANGE.c.seq, CHANGE.c.chain).where(
        CHANGE.c.device == device, CHANGE.c.seq.between(first, last)
    )
    refused = sa.select(QUARANTINE.c.seq).where(
        QUARANTINE.c.device == device, QUARANTINE.c.seq.between(first, last)
    )
    maker = sa.select(IDENTITY.c.office).where(IDENTITY.c.id == device)
    is_own = connection.scalar(maker) in {None, asker.office.bytes}
    # How far another office has written is told to those who have something of it only.
    is_told = is_own or connection.scalar(
        _in_feed(scope, upto, CHANGE.c.seq).where(CHANGE.c.device == device).limit(1)
    )
    return Listing(
        device,
        bucket,
        {seq: chain[:PREFIX_BYTES] for seq, chain in connection.execute(query)},
        list(connection.scalars(refused)) if is_own else [],
        head_of(connection, device)[0] if is_told else 0,
    )


def _runs(
    connection: sa.Connection, scope: bytes, wanted: Sequence[tuple[bytes, int, int]]
) -> list[Run]:
    """Give changes of the scope's feed, about a frame of them at most."""
    found: list[Run] = []
    budget = FRAME_BYTES
    reached = feed.holding(connection, scope).count
    for device, first, last in wanted:
        query = (
            _in_feed(scope, reached, CHANGE.c.seq, CHANGE.c.body)
            .where(CHANGE.c.device == device, CHANGE.c.seq.between(first, last))
            .order_by(CHANGE.c.seq)
        )
        for seq, body in connection.execute(query):
            if budget <= 0:
                return found
            feed.carry(connection, found, device, seq, body)
            budget -= len(body)
    return found


# -- what headquarters itself has lost ---------------------------------------------------------


def _heal_if_needed(hq: Headquarters, scope: bytes) -> None:
    with hq.store.engine.connect() as connection:
        noted = feed.holding(connection, scope)
        count, last = connection.execute(
            sa.select(sa.func.count(), sa.func.max(FEED.c.position)).where(FEED.c.scope == scope)
        ).one()
        held = Holding()
        query = _in_feed(scope, noted.count, CHANGE.c.chain)
        with connection.execute(query, execution_options={"yield_per": _FETCHED}) as rows:
            for some in rows.partitions(_FETCHED):
                held = held.plus([row.chain for row in some])
    if held != noted or count != noted.count or (last or 0) != noted.count:
        _heal(hq, scope)


def _heal(hq: Headquarters, scope: bytes) -> None:
    """Bring a feed to what the log says the scope should have; positions stay without gaps.

    What was lost takes the places that are empty, so that those who had it and have passed them
    need nothing; what does not fit follows at the end.
    """
    with hq.store.control() as connection:
        lock_scopes(connection, [scope])
        noted = feed.holding(connection, scope)
        query = (
            sa.select(FEED.c.position, CHANGE.c.pos)
            .outerjoin(CHANGE, CHANGE.c.pos == FEED.c.change)
            .where(FEED.c.scope == scope)
            .order_by(FEED.c.position)
        )
        places: dict[int, int] = {}
        empty: list[int] = []
        seen: set[int] = set()
        for position, pos in connection.execute(query):
            if pos is None or pos in seen:
                empty.append(position)
            else:
                places[position] = pos
                seen.add(pos)
        _clear(connection, scope, empty)
        missing = sorted(entitled(connection, scope) - seen)
        last = max([noted.count, *places, *empty])
        gaps = [position for position in range(1, last + 1) if position not in places]
        _place(connection, scope, list(zip(gaps, missing, strict=False)))
        places.update(zip(gaps, missing, strict=False))
        added = missing[len(gaps) :]
        _place(connection, scope, list(enumerate(added, last + 1)))
        places.update(enumerate(added, last + 1))
        _close_gaps(connection, scope, gaps[len(missing) :], places)
        held = Holding()
        for some in chunks(places.values(), _IN_LIMIT):
            held = held.plus(
                list(connection.scalars(sa.select(CHANGE.c.chain).where(CHANGE.c.pos.in_(some))))
            )
        connection.execute(
            SCOPE.update().where(SCOPE.c.id == scope).values(position=held.count, sum=held.sum)
        )


def _clear(connection: sa.Connection, scope: bytes, positions: Sequence[int]) -> None:
    for some in chunks(positions, _IN_LIMIT):
        connection.execute(FEED.delete().where(FEED.c.scope == scope, FEED.c.position.in_(some)))


def _place(connection: sa.Connection, scope: bytes, entries: list[tuple[int, int]]) -> None:
    if entries:
        connection.execute(
            FEED.insert(),
            [
                {"scope": scope, "position": position, "change": pos, "via": scope}
                for position, pos in entries
            ],
        )


def _close_gaps(
    connection: sa.Connection, scope: bytes, gaps: list[int], places: dict[int, int]
) -> None:
    """Move the last entries to places that stay empty: a count of changes is a position."""
    for gap in gaps:
        last = max(places, default=0)
        if last < gap:
            return
        connection.execute(
            FEED.update().where(FEED.c.scope == scope, FEED.c.position == last).values(position=gap)
        )
        places[gap] = places.pop(last)


def _take_back(hq: Headquarters, device: Device, runs: list[Run]) -> None:
    """Take in changes that were here before: the links on both sides prove each run."""
    gates: list[Gate] = []

    def accept(connection: sa.Connection) -> Any:
        gate = Gate(connection, device)
        lock_devices(connection, [run.device for run in runs])
        gate.lock(runs)
        gates.append(gate)
        return gate.recall

    def note(connection: sa.Connection, merged: Merged) -> None:
        deliver(connection, merged, gates[-1], device.id.bytes, hq.now())

    with hq.store.engine.connect() as connection:
        proven = [part for run in runs for part in _proven(connection, run)]
    if proven:
        hq.store.merge(proven, contiguous=False, refuse=accept, also=note)


def _proven(connection: sa.Connection, run: Run) -> Iterable[Run]:
    """Give the parts of a run that fill holes of the log and fit them."""
    head, chain_at_head = head_of(connection, run.device)
    digests = links(run.previous, run.bodies)
    before = [run.previous, *digests]
    parts: list[Run] = []
    for place, body in enumerate(run.bodies):
        seq = run.first + place
        if seq > head or chain_of(connection, run.device, seq) is not None:
            continue
        if parts and parts[-1].first + len(parts[-1].bodies) == seq:
            parts[-1].bodies.append(body)
        else:
            parts.append(Run(run.device, seq, before[place], [body]))
    for part in parts:
        last = part.first + len(part.bodies) - 1
        digest = digests[last - run.first]
        starts = chain_of(connection, run.device, part.first - 1) == part.previous
        ends = digest == chain_at_head if last == head else _follows(connection, part, digest)
        if starts and ends:
            yield part


def _follows(connection: sa.Connection, part: Run, digest: bytes) -> bool:
    seq = part.first + len(part.bodies)
    for table in (CHANGE, QUARANTINE):
        query = sa.select(table.c.chain, table.c.body).where(
            table.c.device == part.device, table.c.seq == seq
        )
        row = connection.execute(query.limit(1)).one_or_none()
        if row is not None:
            chain: bytes = row.chain
            return link(digest, row.body) == chain
    return False
