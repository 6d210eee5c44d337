"""Conflicts: found, shown, and settled by a person."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.casework.case_verbs import settle_state
from app.casework.history import Conflict, conflicts_of
from app.errors import Refused
from app.i18n import _
from app.models.cases import Case
from app.models.record import Record, kinds


def open_conflicts(db: Session) -> list[Conflict]:
    """List every question that waits for a person, over all records of this copy.

    Those of confidential kinds are told only where such a record is opened.
    """
    return [
        conflict
        for kind in kinds().values()
        if not kind.is_confidential
        for record in db.scalars(select(kind).where(kind.conflicts.is_not(None)))
        for conflict in conflicts_of(db, record)
    ]


def conflict_count(db: Session) -> int:
    """Count the records with something to settle."""
    return sum(
        len(db.scalars(select(kind.id).where(kind.conflicts.is_not(None))).all())
        for kind in kinds().values()
        if not kind.is_confidential
    )


def resolve(db: Session, record: Record, field: str, value: Any, reason: str) -> None:
    """Settle a conflict with one of the answers or a third; every copy will show it.

    Args:
        db: Inside ``store.write``; all that is settled in it has the same reason.
        value: What the field's question accepts.
        reason: Kept in the history.

    Raises:
        Refused: Nothing is to be settled there, or no reason is given.
    """
    if field not in (record.conflicts or "").split():
        raise Refused("no_conflict", _("Nothing waits to be settled here."), field, record.kind)
    if not reason.strip():
        raise Refused("reason_required", _("Give the reason."), field, record.kind)
    if isinstance(record, Case) and field == "state":
        settle_state(db, record, record.fields[field].clean(value, db.info["context"]), reason)
        return
    db.info["reason"] = reason
    setattr(record, field, value)
    # Choosing the answer already shown is a decision too, and must reach the log.
    flag_modified(record, field)
