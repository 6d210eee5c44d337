"""What a device's changes may touch: its own files, what is open to it, nobody else's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import sqlalchemy as sa

from app.hq.feed import holding
from app.hq.locks import lock_scopes, lock_shared
from app.hq.openings import (
    Files,
    Opening,
    add_openings,
    files_of,
    read_openings,
    scope_named,
    scope_parents,
)
from app.hq.tables import DEVICE, IDENTITY
from app.i18n import N_
from app.models.capture import REASON
from app.models.change import Change, root_of
from app.models.listed import is_listed
from app.models.log import head_of
from app.models.merge import Run
from app.models.record import kinds
from app.models.sharing import FileShare, is_in_files
from app.sync.frames import Request

if TYPE_CHECKING:
    from app.hq.devices import Device

_NAMED: Final = 5  # UUID version of what several offices make alike
_VERSION_AT: Final = 6  # the byte of an id whose upper half is its version
_CLOSES: Final = frozenset({"closed_on", "closing_reason", REASON})
"""What those to whom a file was opened may say of its opening."""


class Gate:
    """Decides which changes of a push are taken, and remembers to whom their files are open.

    A file belongs to the scope it is first pushed from, and to its parent. What has a named id (a
    curriculum) is the same thing wherever it was typed in, and opens to whoever writes it; an
    office and those who work there are written by that office alone.

    Args:
        connection: Inside the transaction that takes the changes in.
        device: Who pushes.
        request: What it says of itself; None where it does not ask itself.

    Attributes:
        scope: The device's.
        files: The openings looked up so far, as they are before the push.
        gained: Files that were there before and are open to one more scope by this push.
    """

    def __init__(
        self, connection: sa.Connection, device: Device, request: Request | None = None
    ) -> None:
        self._connection = connection
        self._device = device
        self._request = request
        self.scope = device.scope.bytes
        self.files: Files = {}
        self.gained: list[tuple[bytes, bytes]] = []
        self._root_of: dict[bytes, bytes] = {}
        self._looked_for: set[bytes] = set()
        self._people: set[bytes] = set()
        self._shares: dict[bytes, bytes | None] = {}
        self._parents: dict[bytes, bytes | None] | None = None
        self._added: list[tuple[bytes, bytes, Opening]] = []

    @property
    def scopes(self) -> dict[bytes, bytes | None]:
        """Every scope known here, with its parent."""
        if self._parents is None:
            self._parents = scope_parents(self._connection)
        return self._parents

    def lock(self, runs: Iterable[Run]) -> None:
        """Hold alone all that taking ``runs`` in is decided by, before any of it is read.

        Two pushes that touch one file, or append to one feed, so follow each other.
        """
        if self._connection.dialect.name != "postgresql":
            return
        roots = set(filter(None, (root_of(body) for run in runs for body in run.bodies)))
        lock_shared(self._connection, [r for r in roots if UUID(bytes=r).version == _NAMED])
        held: set[bytes] = set()
        wanted = {self.scope}
        # Between looking and holding, a file may have been opened to one more scope.
        while wanted - held:
            lock_scopes(self._connection, wanted - held)
            held |= wanted
            self.files = read_openings(self._connection, roots)
            wanted = held.union(*self.files.values())

    def note_long_push(self) -> None:
        """Note how far the device has written, and what it had seen then, while it goes on sending.

        A long push takes several frames, and the device learns of a closing between two of them:
        what waits to be sent was written before.
        """
        known = [] if self._request is None else self._request.identities
        rows = self._identities({identity.device for identity in known})
        for identity in known:
            row = rows.get(identity.device)
            if row is None or row.device != self._device.id.bytes:
                continue
            here = head_of(self._connection, identity.device)[0]
            if row.written <= here < identity.head:
                self._connection.execute(
                    IDENTITY.update()
                    .where(IDENTITY.c.id == identity.device)
                    .values(written=identity.head, seen=self._cursor)
                )

    def refuse(self, device: bytes, changes: Sequence[Change]) -> dict[int, str]:
        """Give the reason for each change of an identity, by ``seq``, that is not taken.

        The reasons are message ids: they are kept, and each reader has them in their own language.
        """
        self._look_up(changes)
        seen = self._seen_by(device)
        refused: dict[int, str] = {}
        for change in changes:
            reason = self._reason(change, seen)
            if reason is not None:
                refused[change.seq] = reason
                continue
            self._root_of.setdefault(change.record, change.root_id)
            if change.kind == "person":
                self._people.add(change.record)
        add_openings(self._connection, self._added)
        self._added = []
        return refused

    def recall(self, _device: bytes, changes: Sequence[Change]) -> dict[int, str]:
        """Refuse nothing of what was taken before, and look up where it goes."""
        self._look_up(changes)
        return {}

    def _look_up(self, changes: Sequence[Change]) -> None:
        roots = {change.root_id for change in changes}
        wanted = roots | {change.record for change in changes if not is_in_files(change.kind)}
        self.files.update(read_openings(self._connection, wanted - self.files.keys()))
        asked = (roots | {change.record for change in changes}) - self._looked_for
        self._looked_for |= asked
        for record, root, kind in files_of(self._connection, asked):
            self._root_of.setdefault(record, root)
            if kind == "person":
                self._people.add(record)
        self._look_up_shares({c.record for c in changes if c.kind == FileShare.kind})

    def _look_up_shares(self, records: set[bytes]) -> None:
        if not records:
            return
        columns: Any = FileShare.__table__.c
        query = sa.select(columns.id, columns.to_scope).where(is_listed(columns.id, records))
        for record, code in self._connection.execute(query):
            self._shares[record.bytes] = scope_named(code) if code else None

    def _reason(self, change: Change, seen: Callable[[int], int]) -> str | None:
        root = change.root_id
        if self._root_of.get(change.record, root) != root:
            return N_("This record belongs to another file; it cannot be moved.")
        if root != change.record and self._root_of.get(root, root) != root:
            return N_("This record belongs to another file; it cannot be moved.")
        is_named = root[_VERSION_AT] >> 4 == _NAMED
        if (is_named or change.kind in _OFFICES) and not self._is_own_office(change, root):
            return N_("An office and those who work there are changed by that office alone.")
        if change.kind == FileShare.kind:
            reason = self._share_reason(change, root)
            if reason is not None:
                return reason
        own = self.files[root].get(self.scope)
        if own is None:
            return self._open(root, is_named=is_named)
        if own.is_closed and seen(change.seq) >= (own.closed_position or 0):
            return N_("This file is no longer open to your office. Your change is kept here.")
        if change.kind != FileShare.kind and not own.takes(change.kind):
            return N_("This part of the file is not open to your office for writing.")
        return None

    def _is_own_office(self, change: Change, root: bytes) -> bool:
        if change.kind == "user":
            return root == self.scope
        if change.kind == "office" and change.record != root:
            return False
        # An office that has no computer here yet may be described by another.
        return root == self.scope or root not in self.scopes

    def _share_reason(self, change: Change, root: bytes) -> str | None:
        if root not in self._people:
            return N_("Only a person's file can be opened to others.")
        own = self.files[root].get(self.scope)
        if own is None or own.is_home:
            return None
        closes = (
            _CLOSES.issuperset(change.fields) and change.fields.get("closed_on", "") is not None
        )
        if closes and self._shares.get(change.record) == self.scope:
            return None
        return N_("Only the office whose file this is may open it to others.")

    def _open(self, root: bytes, *, is_named: bool) -> str | None:
        """Open a file to the pushing scope and its parent, if it is nobody else's."""
        openings = self.files[root]
        if openings and not is_named:
            return N_("This file belongs to another office.")
        is_known = bool(openings)
        parent = self.scopes.get(self.scope)
        wanted = {self.scope: Opening(is_home=True)}
        if parent is not None:
            is_office = root == self.scope
            wanted[parent] = Opening(is_home=not is_office, is_read_only=is_office)
        for scope, opening in wanted.items():
            if scope in openings:
                continue
            openings[scope] = opening
            self._added.append((root, scope, opening))
            if is_known:
                self.gained.append((root, scope))
        return None

    # -- what the writer had seen -------------------------------------------------------------

    @property
    def _cursor(self) -> int:
        asked = 0 if self._request is None else self._request.cursors.get(self.scope, 0)
        # A position beyond the last was given before headquarters went back to a backup.
        return asked if asked <= holding(self._connection, self.scope).count else 0

    def _seen_by(self, identity: bytes) -> Callable[[int], int]:
        """Give, for a change's ``seq``, the feed position its writer had seen at most."""
        found = self._identities({identity}).get(identity)
        if found is None:
            return lambda _seq: 0
        if found.device != self._device.id.bytes:
            # A colleague's, passed on: what counts is what its own computer has seen.
            query = sa.select(DEVICE.c.cursor).where(DEVICE.c.id == found.device)
            theirs: int = self._connection.scalar(query) or 0
            return lambda _seq: theirs
        # A computer that has told of a later position cannot have forgotten it.
        mine = max(self._cursor, self._device.cursor)
        return lambda seq: found.seen if seq <= found.written else mine

    def _identities(self, wanted: set[bytes]) -> dict[bytes, Any]:
        query = sa.select(IDENTITY).where(IDENTITY.c.id.in_(wanted))
        return {row.id: row for row in self._connection.execute(query)}


_OFFICES: Final = frozenset({"office", "user"})


def is_confidential(kind: str) -> bool:
    """Tell whether records of a kind go only where protection officers work."""
    record = kinds().get(kind)
    return record is not None and record.is_confidential
