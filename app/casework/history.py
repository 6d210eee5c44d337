"""Who changed what and when: read from the log, with every answer anyone ever gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.models.change import Entry
from app.models.clock import stamp_time
from app.models.log import entries_of
from app.models.projection import folded
from app.models.record import Record, kind_named
from app.models.users import User


@dataclass(frozen=True, slots=True)
class Step:
    """One save of one record.

    Attributes:
        at: When, by the author's clock, in UTC.
        author: Name or login; empty when not known here.
        device: Identity of the copy it was saved on.
        answers: Kept form of each question answered in it.
    """

    at: datetime
    author: str
    device: UUID
    answers: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Conflict:
    """One question two people answered differently without seeing each other's answer.

    Attributes:
        answers: What each wrote, in order; the last is shown meanwhile.
    """

    record: UUID
    kind: str
    field: str
    answers: list[Step]

    @property
    def id(self) -> str:
        """Name of the conflict on the command line."""
        return f"{self.record}/{self.field}"


def history(db: Session, kind: str, record: UUID) -> list[Step]:
    """List every save of a record, the earliest first."""
    found = entries_of(db.connection(), [record.bytes]).get(record.bytes, [])
    names = _author_names(db, found)
    return [_step(entry, kind, names) for entry in sorted(found, key=lambda e: e.order)]


def conflicts_of(db: Session, record: Record) -> list[Conflict]:
    """List what must be settled on a record."""
    if not record.conflicts:
        return []
    state = folded(db.connection(), record.id, record.kind)
    if state is None:
        return []
    writes = [entry for name in state.conflicts for entry in state.siblings[name]]
    names = _author_names(db, writes)
    return [
        Conflict(
            record.id,
            record.kind,
            name,
            [_step(entry, record.kind, names, only=name) for entry in state.siblings[name]],
        )
        for name in state.conflicts
    ]


def _author_names(db: Session, entries: list[Entry]) -> dict[bytes, str]:
    authors = {entry.change.author for entry in entries}
    found = {author: db.get(User, UUID(bytes=author)) for author in authors}
    return {author: user.summary for author, user in found.items() if user is not None}


def _step(entry: Entry, kind: str, names: dict[bytes, str], only: str | None = None) -> Step:
    fields = kind_named(kind).fields
    change = entry.change
    answers = {
        name: fields[name].type.from_log(value) if name in fields else value
        for name, value in change.fields.items()
        if only is None or name == only
    }
    return Step(
        stamp_time(change.clock), names.get(change.author, ""), UUID(bytes=entry.device), answers
    )
