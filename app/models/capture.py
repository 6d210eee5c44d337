"""From what a save touched to the changes that say it: listens to the SQLAlchemy session.

Source: SQLAlchemy session events ``before_flush`` and ``after_flush``.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.orm import Session, UOWTransaction
from sqlalchemy.orm.attributes import get_history

from app.errors import Refused, RefusedMany
from app.i18n import _
from app.models.change import Change
from app.models.clock import HybridClock
from app.models.fold import bases_for
from app.models.log import append, entries_of, head_of, seal, set_head
from app.models.projection import reproject
from app.models.record import Record, kind_named
from app.models.types import Context, Reference

# Carried in a change beside its answers; no question has this name.
REASON: Final = "_reason"


class Capture:
    """Turns the flushes of one save into changes.

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
        self._own: set[bytes] = set()
        self._pending: list[Change] = []
        self._stale: list[Record] = []
        self.touched: list[Record] = []
        # A session lets go of what nobody holds: rules would read the same records again.
        self._read: list[Any] = []
        event.listen(session, "loaded_as_persistent", lambda _db, read: self._read.append(read))
        event.listen(session, "before_flush", self._before_flush)
        event.listen(session, "after_flush", self._after_flush)

    @property
    def last_seq(self) -> int:
        """Sequence number of the last change made."""
        return self._seq

    def _before_flush(self, session: Session, _context: UOWTransaction, _instances: Any) -> None:
        if session.deleted:
            raise RuntimeError("records are voided, never deleted")
        refusals: list[Refused] = []
        for record in [*session.new, *session.dirty]:
            names = self._set_names(record)
            if not names:
                continue
            refused = self._clean(record, names)
            refusals += refused
            if not refused:
                self._pending.append(self._change(record, names))
        if refusals:
            raise refusals[0] if len(refusals) == 1 else RefusedMany(refusals)

    def _set_names(self, record: Record) -> list[str]:
        """List the fields of ``record`` this save sets."""
        if record in self._session.new:
            return list(record.fields)
        return [name for name in record.fields if get_history(record, name).has_changes()]

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
        is_new = record in self._session.new
        if is_new:
            names = [name for name in names if getattr(record, name) is not None]
            record.root = self._root_of(record)
        elif record.root_field in names:
            raise Refused(
                "root_fixed", _("This cannot be moved to another file."), record.root_field
            )
        bases = [] if is_new and not self._is_shared(record) else self._bases(record, names)
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
        author = UUID(bytes=self._author)
        if is_new:
            record.created_at, record.created_by = stamp, author
        record.updated_at, record.updated_by = stamp, author
        # Somebody else's answer may stand beside this one: the row is then what the fold says.
        if not is_new and (record.conflicts or self._seen is not None):
            self._stale.append(record)
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
        for pending in self._session.new:
            if pending.id == target and isinstance(pending, kind):
                return pending
        found = self._session.get(kind, target)
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
        connection = self._session.connection()
        entries = entries_of(connection, [record.id.bytes], self._seen).get(record.id.bytes, [])
        if self._seen is not None and record.id.bytes in self._own:
            # What this save itself set a moment ago is seen, whatever was seen before it.
            mine = entries_of(connection, [record.id.bytes])[record.id.bytes]
            entries += [e for e in mine if e.device == self._device and e.change.seq >= self._tx]
        return bases_for(entries, names)

    def _after_flush(self, session: Session, _context: UOWTransaction) -> None:
        if not self._pending:
            return
        connection = session.connection()
        stored = seal(self._device, self._chain, self._pending)
        append(connection, stored)
        self._chain = stored[-1].chain
        self._own.update(change.record for change in self._pending)
        self._pending = []

    def settle(self) -> None:
        """End the save: note the head, and show what the fold says of answers side by side.

        Where somebody else's answer stands beside this save's, the row is what both come to.
        """
        if self.touched:
            set_head(self._session.connection(), self._device, self._seq, self._chain)
        stale = {record.id.bytes: record for record in self._stale}
        reproject(self._session.connection(), list(stale))
        for record in stale.values():
            self._session.refresh(record)
        self._stale = []
