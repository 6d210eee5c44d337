"""From what a save touched to the changes that say it: listens to the SQLAlchemy session.

Source: SQLAlchemy session events ``before_flush`` and ``loaded_as_persistent``.
"""

from __future__ import annotations

from typing import Any, Final, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session, UOWTransaction
from sqlalchemy.orm.attributes import get_history

from app.errors import Refused, RefusedMany
from app.i18n import _
from app.models.change import Change, Entry
from app.models.clock import HybridClock
from app.models.fold import bases_for
from app.models.log import append, entries_of, head_of, seal, set_head
from app.models.projection import reproject
from app.models.record import Record, kind_named
from app.models.types import Context, Reference

# Carried in a change beside its answers; no question has this name.
REASON: Final = "_reason"

_Kind = TypeVar("_Kind", bound=Record)


def before(db: Session, record: _Kind) -> _Kind | None:
    """Give a record as it stood before the save under way: a copy no session knows.

    None for a record that this save adds.
    """
    capture: Capture = db.info["capture"]
    return capture.before(record)


class Capture:
    """Turns the flushes of one save into changes, which ``settle`` writes to the log at once.

    Until ``release`` the save holds what it has read and touched, some kilobytes a record:
    whoever saves very many splits them into several saves.

    Args:
        session: The session of the save.
        device: Identity of this copy.
        author: Id of the user who saves.
        clock: Gives each change its stamp.
        context: What answers are judged against.
        seen: Last log position the author had seen when starting to type; None for all of it.
            What arrived since is not overwritten but stands beside the author's answer.
    """

    def __init__(
        self,
        session: Session,
        *,
        device: bytes,
        author: UUID,
        clock: HybridClock,
        context: Context,
        seen: int | None,
    ) -> None:
        self._session = session
        self._device = device
        self._author = author.bytes
        self._clock = clock
        self._context = context
        self._seen = seen
        self._seq, self._chain = head_of(session.connection(), device)
        self._tx = self._seq + 1
        self._is_settled = False
        self._changes: list[Change] = []
        self._stale: list[Record] = []
        self.touched: list[Record] = []
        # What the flush under way adds, and what the save has added so far.
        self._new: dict[tuple[str, UUID], Record] = {}
        self._added: set[tuple[str, UUID]] = set()
        # Answers this save replaced, as they were.
        self._earlier: dict[tuple[str, UUID], dict[str, Any]] = {}
        # Changes the author has seen, with this save's own, of each record it touches.
        self._seen_entries: dict[bytes, list[Entry]] = {}
        # A session lets go of what nobody holds: rules would read the same records again.
        self._read: list[Any] = []
        session.info["capture"] = self
        for name, listener in self._listeners():
            event.listen(session, name, listener)

    def _listeners(self) -> tuple[tuple[str, Any], ...]:
        return (
            ("loaded_as_persistent", self._keep),
            ("before_flush", self._before_flush),
        )

    def release(self) -> None:
        """Let go of the session and of all it held, once the save is done or given up."""
        for name, listener in self._listeners():
            event.remove(self._session, name, listener)
        del self._session.info["capture"]
        for held in (self._read, self._changes, self._seen_entries, self._earlier, self._new):
            held.clear()

    @property
    def last_seq(self) -> int:
        """Sequence number of the last change made."""
        return self._seq

    def before(self, record: _Kind) -> _Kind | None:
        """Give a record as it stood before the save; see ``before``."""
        if _key(record) in self._added:
            return None
        earlier = self._earlier.get(_key(record), {})
        kept = ("id", "root", "conflicts", "created_at", "created_by")
        return type(record)(
            **{name: earlier.get(name, getattr(record, name)) for name in (*kept, *record.fields)}
        )

    def _keep(self, _session: Session, read: Any) -> None:
        self._read.append(read)

    def _before_flush(self, session: Session, _context: UOWTransaction, _instances: Any) -> None:
        if session.deleted:
            raise RuntimeError("records are voided, never deleted")
        self._new = {_key(record): record for record in session.new}
        refusals: list[Refused] = []
        for record in [*session.new, *session.dirty]:
            names = self._set_names(record)
            if not names:
                continue
            if self._is_settled:
                raise RuntimeError(f"a rule wrote {record.kind}: rules only look")
            self._note_earlier(record, names)
            refused = self._clean(record, names)
            refusals += refused
            if not refused:
                self._changes.append(self._change(record, names))
        if refusals:
            raise refusals[0] if len(refusals) == 1 else RefusedMany(refusals)

    def _set_names(self, record: Record) -> list[str]:
        """List the fields of ``record`` this save sets."""
        if _key(record) in self._new:
            return list(record.fields)
        return [name for name in record.fields if get_history(record, name).has_changes()]

    def _note_earlier(self, record: Record, names: list[str]) -> None:
        """Keep the answers that are about to be replaced, as they were before the save."""
        key = _key(record)
        if key in self._new:
            self._added.add(key)
        elif key not in self._added:
            earlier = self._earlier.setdefault(key, {"conflicts": record.conflicts})
            for name in names:
                if name not in earlier:
                    earlier[name] = self._replaced(record, name)

    def _replaced(self, record: Record, name: str) -> Any:
        """Give the answer in whose place another was put."""
        replaced = get_history(record, name).deleted
        if replaced:
            return replaced[0]
        # Put in its place unread: the row still has it.
        column = record.__table__.c[name]
        held = sa.select(column).where(type(record).id == record.id)
        return self._session.connection().scalar(held)

    def _with_reason(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Add the reason given for this save, if any; it stays in the history."""
        reason = self._session.info.get("reason")
        return {**fields, REASON: reason} if reason else fields

    def _clean(self, record: Record, names: list[str]) -> list[Refused]:
        refusals = []
        for name in names:
            try:
                value = record.fields[name].clean(getattr(record, name), self._context)
            except Refused as refused:
                refused.kind = record.kind
                refusals.append(refused)
            else:
                setattr(record, name, value)
                if isinstance(record.fields[name].type, Reference):
                    self._referred(record, name, value)
        return refusals

    def _change(self, record: Record, names: list[str]) -> Change:
        is_new = _key(record) in self._new
        if is_new:
            names = [name for name in names if getattr(record, name) is not None]
            record.root = self._root_of(record)
        elif record.root_field in names:
            raise Refused(
                "root_fixed", _("This cannot be moved to another file."), record.root_field
            )
        if is_new and not self._is_shared(record):
            self._seen_entries[record.id.bytes] = []
        bases = self._bases(record, names)
        self._seq += 1
        stamp = self._clock.tick()
        change = Change(
            seq=self._seq,
            clock=stamp,
            author=self._author,
            tx=self._tx,
            kind=record.kind,
            record=record.id.bytes,
            root=b"" if record.root == record.id else record.root.bytes,
            fields=self._with_reason({name: self._log_value(record, name) for name in names}),
            bases=bases,
        )
        # What this save itself sets is seen by what it sets next.
        self._seen_entries[record.id.bytes].append(Entry(self._device, change))
        author = UUID(bytes=self._author)
        # Somebody else's answer may stand beside this one, or a clock that was set back may put
        # this one before those it follows: the row is then what the fold says.
        is_behind = stamp < (record.updated_at or 0)
        if not is_new and (record.conflicts or self._seen is not None or is_behind):
            self._stale.append(record)
        if is_new:
            record.created_at, record.created_by = stamp, author
        record.updated_at, record.updated_by = stamp, author
        self.touched.append(record)
        return change

    def _log_value(self, record: Record, name: str) -> Any:
        return record.fields[name].type.to_log(getattr(record, name))

    def _root_of(self, record: Record) -> UUID:
        if record.root_field is None:
            return record.id
        parent_id: UUID | None = getattr(record, record.root_field)
        parent = self._referred(record, record.root_field, parent_id)
        if parent is None:
            raise Refused("required", _("Please answer this question."), record.root_field)
        if parent.root is None:
            parent.root = self._root_of(parent)
        return parent.root

    def _referred(self, record: Record, name: str, target: UUID | None) -> Record | None:
        """Give the record a reference points to.

        Raises:
            Refused: It is not in this store.
        """
        if target is None:
            return None
        type_ = record.fields[name].type
        assert isinstance(type_, Reference)
        kind = kind_named(type_.kind)
        found = self._new.get((kind.kind, target)) or self._session.get(kind, target)
        if found is None:
            raise Refused(
                "unknown_reference",
                _("There is no record “{kind}” with this id here.").format(kind=_(kind.title)),
                name,
                record.kind,
            )
        return found

    def _is_shared(self, record: Record) -> bool:
        # Named ids (version 5) can have been made by another store before.
        return record.id.version == 5

    def _bases(self, record: Record, names: list[str]) -> list[tuple[bytes, int, list[str]]]:
        entries = self._seen_entries.get(record.id.bytes)
        if entries is None:
            connection = self._session.connection()
            found = entries_of(connection, [record.id.bytes], self._seen)
            entries = self._seen_entries[record.id.bytes] = found.get(record.id.bytes, [])
        return bases_for(entries, names)

    def settle(self) -> None:
        """End the save: write the log, and show what the fold says of answers side by side.

        Where somebody else's answer stands beside this save's, the row is what both come to.
        Nothing is written after: the head would no longer be that of the log. A refusal that
        comes later takes the head back with everything else.
        """
        self._is_settled = True
        connection = self._session.connection()
        if self._changes:
            stored = seal(self._device, self._chain, self._changes)
            append(connection, stored)
            set_head(connection, self._device, self._seq, stored[-1].chain)
        stale = {record.id.bytes: record for record in self._stale}
        reproject(connection, list(stale))
        for record in stale.values():
            self._session.refresh(record)
        self._stale = []


def _key(record: Record) -> tuple[str, UUID]:
    return record.kind, record.id
