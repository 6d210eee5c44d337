"""What goes to which feed: new changes, and the history of what was opened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.hq import feed
from app.hq.gate import Gate, is_confidential
from app.hq.locks import lock_scopes
from app.hq.openings import (
    Files,
    Moved,
    Opening,
    add_openings,
    files_of,
    note_closing,
    read_openings,
    scope_named,
    settle,
)
from app.hq.tables import FEED, FILE_SCOPE, IDENTITY, SCOPE
from app.models.change import Change, decode
from app.models.listed import is_listed
from app.models.log import CHANGE
from app.models.merge import Merged
from app.models.officers import PROTECTION
from app.models.record import kinds
from app.models.sharing import FileShare, is_in_files
from app.models.types import Reference
from app.models.users import User


def deliver(
    connection: sa.Connection, merged: Merged, gate: Gate, via: bytes, now: datetime
) -> None:
    """Add what was merged to the feeds of those it is open to.

    Args:
        connection: The transaction that merged it.
        merged: What it took in.
        gate: Let it in.
        via: The device that pushed.
        now: For closings.
    """
    if not merged.stored:
        return
    readers = {scope for of_one in gate.files.values() for scope in of_one}
    lock_scopes(connection, {gate.scope, *readers})
    round_ = _Round(connection, via)
    shared = {s.change.root_id for s in merged.stored if s.change.kind == FileShare.kind}
    moves = settle(connection, shared, now)
    round_.note_officers(merged, gate)
    round_.give_history([*_gained(gate), *moves])
    round_.route(merged, gate, moves)
    round_.add_companions()
    round_.finish(moves)


def open_waiting(connection: sa.Connection, code: str, now: datetime) -> None:
    """Open the files that were shared with a scope before it was known here.

    Args:
        connection: The transaction that makes the scope known.
        code: Of the scope.
        now: For closings.
    """
    columns: Any = FileShare.__table__.c
    query = sa.select(columns.root).where(sa.func.upper(columns.to_scope) == code).distinct()
    moves = settle(connection, [root.bytes for root in connection.scalars(query)], now)
    round_ = _Round(connection, bytes(16))
    round_.give_history(moves)
    round_.add_companions()
    round_.finish(moves)


def officers_work_at(connection: sa.Connection, scope: bytes) -> bool:
    """Tell whether somebody with the protection role works at a scope, by its users' rows."""
    columns: Any = User.__table__.c
    query = sa.select(columns.roles).where(
        columns.root == UUID(bytes=scope),
        columns.voided.is_(None),
        columns.is_retired.is_not(True),
    )
    return any(PROTECTION in (roles or ()) for roles in connection.scalars(query))


def entitled(connection: sa.Connection, scope: bytes) -> set[int]:
    """Give the log positions of all that a scope should have: its files, and what it wrote."""
    wrote = (
        sa.select(CHANGE.c.pos)
        .join(IDENTITY, IDENTITY.c.id == CHANGE.c.device)
        .where(IDENTITY.c.office == scope)
    )
    found = set(connection.scalars(wrote))
    has_officers = officers_work_at(connection, scope)
    for column in (CHANGE.c.root, CHANGE.c.record):
        query = (
            sa.select(CHANGE.c.pos, CHANGE.c.kind, FILE_SCOPE.c.kinds)
            .join(FILE_SCOPE, FILE_SCOPE.c.root == column)
            .where(FILE_SCOPE.c.scope == scope, FILE_SCOPE.c.closed_at.is_(None))
        )
        for pos, kind, listed in connection.execute(query):
            if is_confidential(kind) and not has_officers:
                continue
            if listed is None or kind in listed.split():
                found.add(pos)
    return found


def _gained(gate: Gate) -> list[Moved]:
    return [Moved(root, scope, None, gate.files[root][scope]) for root, scope in gate.gained]


@dataclass(slots=True)
class _Wanted:
    """A record of another file that what goes to a scope names, and who may give it."""

    kind: str
    givers: set[bytes] = field(default_factory=set)


class _Round:
    """What one transaction adds to feeds."""

    def __init__(self, connection: sa.Connection, via: bytes) -> None:
        self._connection = connection
        self._via = via
        self._entries: dict[bytes, dict[int, bytes]] = defaultdict(dict)
        # Where in the log the closing of a file to a scope stands.
        self._closings: dict[tuple[bytes, bytes], int] = {}
        self._officers: dict[bytes, bool] = {}
        # Per scope and record: what must come along for what goes there to be understood.
        self._companions: dict[tuple[bytes, bytes], _Wanted] = {}

    # -- confidential records ------------------------------------------------------------------

    def _may_read(self, scope: bytes, opening: Opening, kind: str) -> bool:
        return opening.holds(kind) and (not is_confidential(kind) or self._has_officers(scope))

    def _has_officers(self, scope: bytes) -> bool:
        known = self._officers.get(scope)
        if known is None:
            query = sa.select(SCOPE.c.has_officers).where(SCOPE.c.id == scope)
            known = self._connection.scalar(query)
            if known is None:  # not looked at yet
                known = self._note_officers(scope)
            self._officers[scope] = known
        return known

    def _note_officers(self, scope: bytes) -> bool:
        found = officers_work_at(self._connection, scope)
        update = SCOPE.update().where(SCOPE.c.id == scope)
        self._connection.execute(update.values(has_officers=found))
        return found

    def note_officers(self, merged: Merged, gate: Gate) -> None:
        """Note whether officers work where users changed; where they begin to, give theirs."""
        offices = {s.change.root_id for s in merged.stored if s.change.kind == User.kind}
        for scope in sorted(offices & gate.scopes.keys()):
            had = self._has_officers(scope)
            self._officers[scope] = self._note_officers(scope)
            if self._officers[scope] and not had:
                self._give_confidential(scope)

    def _give_confidential(self, scope: bytes) -> None:
        which = CHANGE.c.kind.in_([kind for kind in kinds() if is_confidential(kind)])
        query = (
            sa.select(CHANGE.c.pos, CHANGE.c.chain, CHANGE.c.kind, FILE_SCOPE.c.kinds)
            .join(FILE_SCOPE, FILE_SCOPE.c.root == CHANGE.c.root)
            .where(which, FILE_SCOPE.c.scope == scope, FILE_SCOPE.c.closed_at.is_(None))
        )
        held = self._held(scope, which)
        for row in self._connection.execute(query):
            if row.pos not in held and (row.kinds is None or row.kind in row.kinds.split()):
                self._entries[scope][row.pos] = row.chain

    def _held(self, scope: bytes, which: sa.ColumnElement[bool]) -> set[int]:
        query = (
            sa.select(FEED.c.change)
            .join(CHANGE, CHANGE.c.pos == FEED.c.change)
            .where(FEED.c.scope == scope, which)
        )
        return set(self._connection.scalars(query))

    # -- what goes -----------------------------------------------------------------------------

    def give_history(self, gains: Sequence[Moved]) -> None:
        """Give scopes the changes of files that were opened to them, as far as they lack them."""
        wider = [one for one in gains if one.is_gain]
        files = read_openings(self._connection, {one.root for one in wider})
        for one in wider:
            of_file = CHANGE.c.root == one.root
            held = set() if one.before is None else self._held(one.scope, of_file)
            givers = _homes(files[one.root])
            query = sa.select(CHANGE.c.pos, CHANGE.c.chain, CHANGE.c.kind, CHANGE.c.body)
            for row in self._connection.execute(query.where(of_file)):
                if row.pos not in held and self._may_read(one.scope, one.after, row.kind):
                    self._entries[one.scope][row.pos] = row.chain
                    self._want(one.scope, decode(row.body), givers)

    def route(self, merged: Merged, gate: Gate, moves: Sequence[Moved]) -> None:
        """Give each change taken in to those its file is open to, and to who pushed it."""
        settled = {(move.root, move.scope): move for move in moves}
        files = _overlaid(gate.files, moves)
        self._note_closings(merged, moves)
        for position, stored in zip(merged.positions, merged.stored, strict=True):
            change = stored.change
            readers = {gate.scope}
            of_file = files[change.root_id]
            for scope, opening in of_file.items():
                if scope == gate.scope:
                    continue
                move = settled.get((change.root_id, scope))
                if self._is_for(scope, opening, move, change, position):
                    readers.add(scope)
            if not is_in_files(change.kind) and change.record != change.root_id:
                readers.update(files[change.record])
            for scope in readers:
                self._entries[scope][position] = stored.chain
                if scope != gate.scope:
                    self._want(scope, change, {gate.scope, *_homes(of_file)})

    def _is_for(
        self, scope: bytes, opening: Opening, move: Moved | None, change: Change, position: int
    ) -> bool:
        if not opening.is_closed:
            return self._may_read(scope, opening, change.kind)
        if move is None or move.before is None or move.before.is_closed:
            return False
        # Closed by this very push: what came before the closing still goes, and the closing.
        closed_at = self._closings.get((change.root_id, scope), 0)
        return position <= closed_at and self._may_read(scope, move.before, change.kind)

    def _note_closings(self, merged: Merged, moves: Sequence[Moved]) -> None:
        closed = [m for m in moves if m.after.is_closed]
        if not closed:
            return
        columns: Any = FileShare.__table__.c
        about: dict[bytes, bytes | None] = {}  # None: a transfer, which closes to everybody
        shares = {s.change.record for s in merged.stored if s.change.kind == FileShare.kind}
        query = sa.select(columns.id, columns.to_scope, columns.purpose)
        for row in self._connection.execute(query.where(is_listed(columns.id, shares))):
            is_transfer = row.purpose == "transfer"
            about[row.id.bytes] = None if is_transfer else scope_named(row.to_scope or "")
        for position, stored in zip(merged.positions, merged.stored, strict=True):
            if stored.change.record in about:
                to = about[stored.change.record]
                for move in closed:
                    if move.root == stored.change.root_id and to in {None, move.scope}:
                        self._closings[move.root, move.scope] = position

    # -- what must come along ------------------------------------------------------------------

    def _want(self, scope: bytes, change: Change, givers: set[bytes]) -> None:
        """Note the author and what else of other files a change names."""
        self._want_one(scope, change.author, User.kind, givers)
        for name, target in _references(change.kind):
            named = change.fields.get(name)
            if isinstance(named, bytes):
                self._want_one(scope, named, target, givers)

    def _want_one(self, scope: bytes, record: bytes, kind: str, givers: set[bytes]) -> None:
        wanted = self._companions.setdefault((scope, record), _Wanted(kind))
        wanted.givers |= givers

    def add_companions(self) -> None:
        """Open the records that were wanted, one by one and for reading, with their history."""
        if not self._companions:
            return
        records = {record for _scope, record in self._companions}
        roots: dict[bytes, tuple[bytes, str]] = {}
        for record, root, kind in files_of(self._connection, records):
            roots[record] = (root, kind)
        files = read_openings(self._connection, records | {root for root, _kind in roots.values()})
        added: dict[tuple[bytes, bytes], str] = {}
        for (scope, record), wanted in self._companions.items():
            root, kind = roots.get(record, (record, ""))
            if kind != wanted.kind or not _may_give(files[root], wanted.givers):
                continue
            added[scope, record] = kind
            if kind == User.kind:
                added[scope, root] = "office"
        for (scope, record), kind in added.items():
            root = roots[record][0] if record in roots else record
            held = (files.get(root, {}).get(scope), files.get(record, {}).get(scope))
            is_held = any(one is not None and one.holds(kind) for one in held)
            if not is_held and files.get(record, {}).get(scope) is None:
                self._add_companion(scope, record, kind)

    def _add_companion(self, scope: bytes, record: bytes, kind: str) -> None:
        opening = Opening(is_home=False, kinds=frozenset({kind}), is_read_only=True)
        add_openings(self._connection, [(record, scope, opening)])
        query = sa.select(CHANGE.c.pos, CHANGE.c.chain).where(
            CHANGE.c.record == record, CHANGE.c.kind == kind
        )
        for row in self._connection.execute(query):
            self._entries[scope][row.pos] = row.chain

    # -- the end -------------------------------------------------------------------------------

    def finish(self, moves: Sequence[Moved]) -> None:
        """Append to the feeds, in the order of the log, and note where closings stand."""
        lock_scopes(self._connection, self._entries.keys())
        places: dict[bytes, dict[int, int]] = {}
        for scope, of_scope in sorted(self._entries.items()):
            entries = sorted(of_scope.items())
            start = feed.add(self._connection, scope, entries, self._via)
            places[scope] = {
                position: place for place, (position, _chain) in enumerate(entries, start + 1)
            }
        for move in moves:
            if move.after.is_closed:
                closing = self._closings.get((move.root, move.scope), 0)
                place = places.get(move.scope, {}).get(closing)
                if place is None:
                    place = feed.holding(self._connection, move.scope).count
                note_closing(self._connection, move, place)


def _homes(openings: Mapping[bytes, Opening]) -> set[bytes]:
    return {scope for scope, opening in openings.items() if opening.is_home}


def _may_give(openings: Mapping[bytes, Opening], givers: set[bytes]) -> bool:
    return any(
        (opening := openings.get(giver)) is not None
        and opening.kinds is None
        and not opening.is_closed
        for giver in givers
    )


def _overlaid(files: Files, moves: Sequence[Moved]) -> Files:
    found = dict(files)
    for move in moves:
        found[move.root] = {**found[move.root], move.scope: move.after}
    return found


@cache
def _references(kind: str) -> tuple[tuple[str, str], ...]:
    """List the questions of a kind that point out of the person's file, with what they point to."""
    record = kinds().get(kind)
    if record is None or not is_in_files(kind):
        return ()
    return tuple(
        (name, field_.type.kind)
        for name, field_ in record.fields.items()
        if isinstance(field_.type, Reference) and not is_in_files(field_.type.kind)
    )
