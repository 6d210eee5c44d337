"""Each scope's feed: an append-only list of changes, in the order they were committed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.hq.tables import FEED, SCOPE
from app.models.log import CHANGE
from app.models.merge import Run
from app.models.postgres import copy_rows
from app.models.values import id_of
from app.sync.frames import Feed, Holding, Own
from app.sync.outbox import chain_of

_FETCHED = 500


def add(
    connection: sa.Connection, scope: bytes, entries: list[tuple[int, bytes]], via: bytes
) -> int:
    """Append changes to a scope's feed; gives the position reached before.

    Args:
        connection: Inside a writing transaction that holds the scope.
        scope: Whose feed.
        entries: Position in the log and chain digest of each, in order.
        via: The device that brought them about.
    """
    at = holding(connection, scope)
    reached = at.plus([chain for _position, chain in entries])
    connection.execute(
        SCOPE.update().where(SCOPE.c.id == scope).values(position=reached.count, sum=reached.sum)
    )
    rows = [
        (scope, position, change, via)
        for position, (change, _chain) in enumerate(entries, at.count + 1)
    ]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO feed VALUES (?, ?, ?, ?)", rows)
        return at.count
    copy_rows(
        connection,
        "feed",
        {"scope": "uuid", "position": "int8", "change": "int8", "via": "uuid"},
        ((id_of(scope), position, change, id_of(via)) for scope, position, change, via in rows),
    )
    return at.count


def holding(connection: sa.Connection, scope: bytes) -> Holding:
    """Give what a scope's feed holds; its count is the position reached."""
    row = connection.execute(
        sa.select(SCOPE.c.position, SCOPE.c.sum).where(SCOPE.c.id == scope)
    ).one_or_none()
    return Holding() if row is None else Holding(row.position, row.sum)


def read(
    connection: sa.Connection, scope: bytes, cursor: int, own: dict[bytes, int], budget: int
) -> Feed:
    """Give what follows a cursor.

    Args:
        connection: One consistent view.
        scope: Whose feed.
        cursor: Position the asker has reached.
        own: Highest change the asker holds of each of its identities; these are named only.
        budget: About so many bytes of bodies at most.
    """
    at = holding(connection, scope)
    # A cursor ahead of us was given before we went back to a backup: start again.
    start = cursor if cursor <= at.count else 0
    reached = start
    runs: list[Run] = []
    named: list[Own] = []
    is_held = sa.or_(
        sa.false(), *(sa.and_(CHANGE.c.device == d, CHANGE.c.seq <= seq) for d, seq in own.items())
    )
    if reached < at.count:
        named, reached = _named_first(connection, scope, start, at.count, is_held)
    if reached < at.count:
        # A body that is there already is not read either.
        body_wanted = sa.case((is_held, None), else_=CHANGE.c.body)
        query = _following(scope, reached).order_by(FEED.c.position)
        query = query.add_columns(FEED.c.position, CHANGE.c.device, CHANGE.c.seq, body_wanted)
        rows = connection.execute(query, execution_options={"yield_per": _FETCHED})
        with rows:
            for position, device, seq, body in rows:
                if body is None:
                    _name(named, device, seq)
                else:
                    if budget <= 0:
                        break
                    carry(connection, runs, device, seq, body)
                    budget -= len(body)
                reached = position
    is_all = reached == at.count
    left = at.count - reached
    return Feed(scope, start, reached, left, runs, named, at if is_all else None)


def _following(scope: bytes, after: int) -> sa.Select[Any]:
    in_feed = sa.select().select_from(FEED.join(CHANGE, CHANGE.c.pos == FEED.c.change))
    return in_feed.where(FEED.c.scope == scope, FEED.c.position > after)


def _named_first(
    connection: sa.Connection, scope: bytes, after: int, last: int, is_held: sa.ColumnElement[bool]
) -> tuple[list[Own], int]:
    """Name what the asker holds up to the first change it lacks: after a push, all of it.

    Counted by the database: a row read here would take longer than to write it.

    Returns:
        What is named, and the position reached; nothing where it is too mixed to be counted.
    """
    lacking = _following(scope, after).add_columns(FEED.c.position).where(~is_held)
    until = connection.scalar(lacking.order_by(FEED.c.position).limit(1))
    reached = last if until is None else until - 1
    # Numbers that follow each other in places that follow each other are at one distance.
    stretches = (
        _following(scope, after)
        .add_columns(CHANGE.c.device, sa.func.min(CHANGE.c.seq), sa.func.max(CHANGE.c.seq))
        .add_columns(sa.func.count())
        .where(FEED.c.position <= reached)
        .group_by(CHANGE.c.device, FEED.c.position - CHANGE.c.seq)
        .order_by(sa.func.min(FEED.c.position))
    )
    named: list[Own] = []
    for device, first, end, count in connection.execute(stretches):
        if end - first + 1 != count:
            return [], after
        named.append(Own(device, first, end))
    return named, reached


def _name(named: list[Own], device: bytes, seq: int) -> None:
    if named and named[-1].device == device and named[-1].last + 1 == seq:
        named[-1] = Own(device, named[-1].first, seq)
    else:
        named.append(Own(device, seq, seq))


def carry(connection: sa.Connection, runs: list[Run], device: bytes, seq: int, body: bytes) -> None:
    """Add a change to runs, to the last one if it follows there.

    Raises:
        RuntimeError: The link before it is lost.
    """
    last = runs[-1] if runs else None
    if last is not None and last.device == device and last.first + len(last.bodies) == seq:
        last.bodies.append(body)
        return
    previous = chain_of(connection, device, seq - 1)
    if previous is None:
        raise RuntimeError("the log has lost the link before a change")
    runs.append(Run(device, seq, previous, [body]))
