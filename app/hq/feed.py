"""Each scope's feed: an append-only list of changes, in the order they were committed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa

from app.hq.tables import FEED, FILE_SCOPE, SCOPE
from app.i18n import _
from app.models.change import Change
from app.models.log import CHANGE, chunks, last_position
from app.models.merge import Merged, Run
from app.models.record import kinds
from app.sync.frames import Feed, Holding, Own
from app.sync.outbox import chain_of

_IN_LIMIT = 500
_FETCHED = 500
_NAMED = 5  # UUID version of what several offices make alike


class Gate:
    """Decides which files a device's changes may touch, and remembers to whom those are open.

    A file belongs to the scope it is first pushed from. What has a named id (an office, a
    curriculum) is the same thing wherever it was typed in, and opens to whoever writes it.

    Args:
        connection: Inside the transaction that takes the changes in.
        scope: The pushing device's.
    """

    def __init__(self, connection: sa.Connection, scope: bytes) -> None:
        self._connection = connection
        self.scope = scope
        self.scopes: dict[bytes, set[bytes]] = {}
        self.opened: set[bytes] = set()

    def refuse(self, changes: Sequence[Change]) -> dict[int, str]:
        """Give the reason for each change, by ``seq``, of a file that is not this scope's."""
        self._look_up({change.root_id for change in changes} - self.scopes.keys())
        refused: dict[int, str] = {}
        opened: list[dict[str, bytes]] = []
        for change in changes:
            root = change.root_id
            scopes = self.scopes[root]
            if self.scope in scopes:
                continue
            if scopes and UUID(bytes=root).version != _NAMED:
                refused[change.seq] = _("This file belongs to another office.")
                continue
            if scopes:
                self.opened.add(root)
            scopes.add(self.scope)
            opened.append({"root": root, "scope": self.scope})
        if opened:
            self._connection.execute(FILE_SCOPE.insert(), opened)
        return refused

    def _look_up(self, roots: Iterable[bytes]) -> None:
        for some in chunks(roots, _IN_LIMIT):
            self.scopes.update({root: set() for root in some})
            query = sa.select(FILE_SCOPE.c.root, FILE_SCOPE.c.scope)
            for root, scope in self._connection.execute(query.where(FILE_SCOPE.c.root.in_(some))):
                self.scopes[root].add(scope)


def append(connection: sa.Connection, merged: Merged, gate: Gate, via: bytes) -> None:
    """Add what was merged to the feeds of the scopes it is open to.

    Args:
        connection: The transaction that merged it.
        merged: Its changes stand last in the log, in this order.
        gate: Knows the scopes.
        via: The device that pushed.
    """
    if not merged.stored:
        return
    first = last_position(connection) - len(merged.stored) + 1
    added: dict[bytes, list[tuple[int, bytes]]] = defaultdict(list)
    if gate.opened:
        added[gate.scope] = _history(connection, gate.opened, first)
    for position, stored in enumerate(merged.stored, first):
        for scope in gate.scopes[stored.change.root_id]:
            added[scope].append((position, stored.chain))
    for scope, entries in added.items():
        _append_to(connection, scope, entries, via)


def _append_to(
    connection: sa.Connection, scope: bytes, entries: list[tuple[int, bytes]], via: bytes
) -> None:
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
        return
    names = ("scope", "position", "change", "via")
    connection.execute(FEED.insert(), [dict(zip(names, row, strict=True)) for row in rows])


def _history(
    connection: sa.Connection, roots: Iterable[bytes], before: int
) -> list[tuple[int, bytes]]:
    """List the changes of files that stand in the log before a position."""
    records: set[bytes] = set()
    for some in chunks(roots, _IN_LIMIT):
        records.update(some)
        for record in kinds().values():
            table: sa.Table = record.__table__  # type: ignore[assignment]
            query = sa.select(sa.type_coerce(table.c.id, sa.LargeBinary)).where(
                sa.type_coerce(table.c.root, sa.LargeBinary).in_(some)
            )
            records.update(connection.scalars(query))
    found: list[tuple[int, bytes]] = []
    for some in chunks(records, _IN_LIMIT):
        query = sa.select(CHANGE.c.pos, CHANGE.c.chain).where(
            CHANGE.c.record.in_(some), CHANGE.c.pos < before
        )
        found += [(row.pos, row.chain) for row in connection.execute(query)]
    return sorted(found)


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
    if reached < at.count:
        query = (
            sa.select(FEED.c.position, CHANGE.c.device, CHANGE.c.seq, CHANGE.c.body)
            .join(CHANGE, CHANGE.c.pos == FEED.c.change)
            .where(FEED.c.scope == scope, FEED.c.position > start)
            .order_by(FEED.c.position)
        )
        rows = connection.execute(query, execution_options={"yield_per": _FETCHED})
        with rows:
            for position, device, seq, body in rows:
                if seq <= own.get(device, 0):
                    _name(named, device, seq)
                else:
                    if budget <= 0:
                        break
                    _carry(connection, runs, device, seq, body)
                    budget -= len(body)
                reached = position
    is_all = reached == at.count
    left = at.count - reached
    return Feed(scope, start, reached, left, runs, named, at if is_all else None)


def _name(named: list[Own], device: bytes, seq: int) -> None:
    if named and named[-1].device == device and named[-1].last + 1 == seq:
        named[-1] = Own(device, named[-1].first, seq)
    else:
        named.append(Own(device, seq, seq))


def _carry(
    connection: sa.Connection, runs: list[Run], device: bytes, seq: int, body: bytes
) -> None:
    last = runs[-1] if runs else None
    if last is not None and last.device == device and last.first + len(last.bodies) == seq:
        last.bodies.append(body)
        return
    previous = chain_of(connection, device, seq - 1)
    if previous is None:
        raise RuntimeError("the log has lost the link before a change")
    runs.append(Run(device, seq, previous, [body]))
