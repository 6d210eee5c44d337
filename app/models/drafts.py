"""What is being typed and not yet saved: kept in the encrypted store, keystroke by keystroke."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa

from app.models.ids import new_id
from app.models.store import Store


@dataclass(slots=True)
class Draft:
    """A form begun.

    Attributes:
        id: Its own id.
        user: Who types; others on this computer are not shown it.
        form: Name of the form.
        about: Id of the record or file it is about; None for a new one.
        answers: What has been typed, as the form keeps it (JSON values).
        seen: Log position when it was begun; saving stands beside what arrived since.
        updated: When it was last typed in, local time, ISO 8601.
    """

    id: UUID
    user: UUID
    form: str
    about: UUID | None
    answers: dict[str, Any]
    seen: int
    updated: str


def begin_draft(store: Store, user: UUID, form: str, about: UUID | None = None) -> Draft:
    """Begin a draft; it is kept from the first ``keep_draft`` on."""
    return Draft(new_id(), user, form, about, {}, store.position(), "")


def keep_draft(store: Store, draft: Draft) -> None:
    """Keep what has been typed; on disk when this returns."""
    draft.updated = datetime.now().astimezone().isoformat(timespec="seconds")
    with store.control() as connection:
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO draft (id, user, form, about, answers, seen, updated)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                draft.id.bytes,
                draft.user.bytes,
                draft.form,
                draft.about.bytes if draft.about else None,
                msgspec.msgpack.encode(draft.answers),
                draft.seen,
                draft.updated,
            ),
        )


def drafts_of(store: Store, user: UUID) -> list[Draft]:
    """List a user's drafts, the latest first."""
    with store.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT id, user, form, about, answers, seen, updated FROM draft"
            " WHERE user = ? ORDER BY updated DESC",
            (user.bytes,),
        ).all()
    return [_draft(row) for row in rows]


def draft_for(store: Store, user: UUID, form: str, about: UUID | None) -> Draft | None:
    """Give the user's draft of a form about a record, when there is one."""
    return next((d for d in drafts_of(store, user) if (d.form, d.about) == (form, about)), None)


def discard_draft(store: Store, draft: Draft) -> None:
    """Forget a draft: it was saved, or its writer gave it up."""
    with store.control() as connection:
        connection.exec_driver_sql("DELETE FROM draft WHERE id = ?", (draft.id.bytes,))


def _draft(row: sa.Row[Any]) -> Draft:
    return Draft(
        id=UUID(bytes=row.id),
        user=UUID(bytes=row.user),
        form=row.form,
        about=UUID(bytes=row.about) if row.about else None,
        answers=msgspec.msgpack.decode(row.answers),
        seen=row.seen,
        updated=row.updated,
    )
