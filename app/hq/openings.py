"""To whom files are open: a pure function of who brought them and of the openings recorded in them.

A file is at home where it was first registered, and with the parent of a partner that registered
it, until it is transferred. It is open to others while a ``FileShare`` says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from app.hq.locks import lock_scopes
from app.hq.tables import FILE_SCOPE, IDENTITY, SCOPE
from app.models.ids import named_id
from app.models.listed import is_listed
from app.models.log import CHANGE
from app.models.sharing import FileShare, kinds_in, writable

Files = dict[bytes, dict[bytes, "Opening"]]
"""Per file, to which scopes it is open and how."""


@dataclass(frozen=True)
class Opening:
    """How a file is open to a scope.

    Attributes:
        is_home: It may open it to others; or could, until it was closed.
        kinds: Record kinds that go there; None for all.
        is_closed: No more goes there.
        closed_position: Where in the scope's feed its closing stands; what was written before
            that was seen is still accepted.
        is_read_only: Nothing is accepted from there.
    """

    is_home: bool
    kinds: frozenset[str] | None = None
    is_closed: bool = False
    closed_position: int | None = None
    is_read_only: bool = False

    @cached_property
    def _writable(self) -> frozenset[str] | None:
        return writable(self.kinds)

    def holds(self, kind: str) -> bool:
        """Tell whether records of a kind go with it."""
        return self.kinds is None or kind in self.kinds

    def takes(self, kind: str) -> bool:
        """Tell whether the scope may write records of a kind."""
        if self.is_read_only:
            return False
        return self.is_home or self._writable is None or kind in self._writable


@dataclass(frozen=True, slots=True)
class Share:
    """What a ``FileShare`` says, as far as it decides who has the file.

    Attributes:
        order: Ascending in the order they were made, the same on every copy.
        to: Scope id.
    """

    order: tuple[int, bytes]
    to: bytes
    is_transfer: bool
    is_closed: bool
    parts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Moved:
    """A change of what a scope has of a file; ``before`` is None where it had nothing."""

    root: bytes
    scope: bytes
    before: Opening | None
    after: Opening

    @property
    def is_gain(self) -> bool:
        """Whether the scope may lack something of what it has from here on."""
        before, after = self.before, self.after
        return not after.is_closed and (
            before is None or before.is_closed or before.kinds != after.kinds
        )


def derive(
    origins: Iterable[bytes], shares: Sequence[Share], parents: Mapping[bytes, bytes | None]
) -> dict[bytes, Opening]:
    """Give to whom a file is open.

    Args:
        origins: Scopes that registered it.
        shares: Those not voided, in any order.
        parents: Parent of each scope known here; what is shared with others waits for them.
    """
    known = sorted((one for one in shares if one.to in parents), key=lambda one: one.order)
    at_home = set(origins)
    for share in known:
        if share.is_transfer:
            at_home = {share.to}
    at_home |= {parent for home in at_home if (parent := parents.get(home)) is not None}
    opened: dict[bytes, Opening] = {}
    for share in known:
        if share.is_transfer or share.is_closed or share.to in at_home:
            continue
        kinds = kinds_in(share.parts)
        so_far = opened.get(share.to)
        if so_far is not None:
            whole = kinds is None or so_far.kinds is None
            kinds = None if whole else (kinds or frozenset()) | (so_far.kinds or frozenset())
        opened[share.to] = Opening(is_home=False, kinds=kinds)
    return opened | {scope: Opening(is_home=True) for scope in at_home}


def read_openings(connection: sa.Connection, roots: Iterable[bytes]) -> Files:
    """Look up to whom files are open; a file of nobody has no scopes."""
    found: Files = {root: {} for root in roots}
    if found:
        query = sa.select(FILE_SCOPE).where(is_listed(FILE_SCOPE.c.root, found))
        for row in connection.execute(query):
            found[row.root][row.scope] = _opening(row)
    return found


def files_of(
    connection: sa.Connection, records: Iterable[bytes]
) -> Iterator[tuple[bytes, bytes, str]]:
    """Give, of each of the records that is known, its id, the file it belongs to and its kind."""
    columns = (CHANGE.c.record, CHANGE.c.root, CHANGE.c.kind)
    query = sa.select(*columns).where(is_listed(CHANGE.c.record, records)).distinct()
    yield from map(tuple, connection.execute(query))


def _opening(row: Any) -> Opening:
    return Opening(
        is_home=row.is_home,
        kinds=None if row.kinds is None else frozenset(row.kinds.split()),
        is_closed=row.closed_at is not None,
        closed_position=row.closed_position,
        is_read_only=row.is_read_only,
    )


def add_openings(connection: sa.Connection, added: Sequence[tuple[bytes, bytes, Opening]]) -> None:
    """Note files that are open to scopes they were not open to before."""
    if added:
        connection.execute(
            FILE_SCOPE.insert(),
            [
                {
                    "root": root,
                    "scope": scope,
                    "is_home": opening.is_home,
                    "kinds": _listed(opening.kinds),
                    "is_read_only": opening.is_read_only,
                }
                for root, scope, opening in added
            ],
        )


def settle(connection: sa.Connection, roots: Iterable[bytes], now: datetime) -> list[Moved]:
    """Bring the openings of people's files to what their rows say; gives what changed.

    The caller delivers what was gained, and notes where closings stand with ``note_closing``.
    """
    wanted = sorted(set(roots))
    if not wanted:
        return []
    parents = scope_parents(connection)
    shares = _shares(connection, wanted)
    present = read_openings(connection, wanted)
    lock_scopes(
        connection,
        {scope for of_one in present.values() for scope in of_one}
        | {share.to for of_one in shares.values() for share in of_one},
    )
    origins = _origins(connection, wanted)
    moved: list[Moved] = []
    for root in wanted:
        derived = derive(origins.get(root, ()), shares.get(root, ()), parents)
        moved += _moves(root, present[root], derived)
    for move in moved:
        _write(connection, move, now)
    return moved


def note_closing(connection: sa.Connection, moved: Moved, position: int) -> None:
    """Note where in a scope's feed the closing of a file stands."""
    connection.execute(
        FILE_SCOPE.update()
        .where(FILE_SCOPE.c.root == moved.root, FILE_SCOPE.c.scope == moved.scope)
        .values(closed_position=position)
    )


def scope_parents(connection: sa.Connection) -> dict[bytes, bytes | None]:
    """Give every scope known here, with its parent."""
    return {row.id: row.parent for row in connection.execute(sa.select(SCOPE.c.id, SCOPE.c.parent))}


def scope_named(code: str) -> bytes:
    """Give the id of the scope of an office's or partner's code."""
    return named_id("office", code.strip().upper()).bytes


def _moves(
    root: bytes, present: Mapping[bytes, Opening], derived: Mapping[bytes, Opening]
) -> Iterable[Moved]:
    for scope in sorted({*present, *derived}):
        before, after = present.get(scope), derived.get(scope)
        if before is None:
            assert after is not None
            yield Moved(root, scope, None, after)
        elif after is None:
            if not before.is_closed:
                closed = replace(before, is_closed=True, closed_position=None)
                yield Moved(root, scope, before, closed)
        elif before.is_closed or (before.is_home, before.kinds) != (after.is_home, after.kinds):
            yield Moved(root, scope, before, after)


def _write(connection: sa.Connection, move: Moved, now: datetime) -> None:
    if move.before is None:
        add_openings(connection, [(move.root, move.scope, move.after)])
        return
    after = move.after
    connection.execute(
        FILE_SCOPE.update()
        .where(FILE_SCOPE.c.root == move.root, FILE_SCOPE.c.scope == move.scope)
        .values(
            is_home=after.is_home,
            kinds=_listed(after.kinds),
            closed_at=now.isoformat() if after.is_closed else None,
            closed_position=None,
            is_read_only=after.is_read_only,
        )
    )


def _listed(kinds: frozenset[str] | None) -> str | None:
    return None if kinds is None else " ".join(sorted(kinds))


def _shares(connection: sa.Connection, roots: Iterable[bytes]) -> dict[bytes, list[Share]]:
    table: Any = FileShare.__table__
    columns = table.c
    raw = sa.type_coerce(columns.root, FILE_SCOPE.c.root.type)
    found: dict[bytes, list[Share]] = defaultdict(list)
    query = sa.select(
        raw.label("file"),
        columns.id,
        columns.created_at,
        columns.to_scope,
        columns.purpose,
        columns.closed_on,
        columns.parts,
    ).where(is_listed(columns.root, roots), columns.voided.is_(None), columns.to_scope.is_not(None))
    for row in connection.execute(query):
        found[row.file].append(
            Share(
                order=(row.created_at or 0, row.id.bytes),
                to=scope_named(row.to_scope),
                is_transfer=row.purpose == "transfer",
                is_closed=row.closed_on is not None,
                parts=frozenset(row.parts or ()),
            )
        )
    return found


def _origins(connection: sa.Connection, roots: Iterable[bytes]) -> dict[bytes, list[bytes]]:
    """Give the scope each file was first brought by."""
    first = (
        sa.select(CHANGE.c.root, sa.func.min(CHANGE.c.pos).label("pos"))
        .where(is_listed(CHANGE.c.root, roots))
        .group_by(CHANGE.c.root)
        .subquery()
    )
    query = (
        sa.select(first.c.root, IDENTITY.c.office)
        .join(CHANGE, CHANGE.c.pos == first.c.pos)
        .join(IDENTITY, IDENTITY.c.id == CHANGE.c.device)
    )
    return {root: [office] for root, office in connection.execute(query)}
