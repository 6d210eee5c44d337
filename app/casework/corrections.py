"""Correcting and completing a file: only the answers that differ are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.errors import Refused
from app.i18n import _
from app.models.record import Record


def correct(db: Session, kind: type[Record], record: UUID, answers: Mapping[str, Any]) -> Record:
    """Set answers of a record; those it has already leave no trace in its history.

    Args:
        answers: By question name, as JSON has them; None takes an answer away.

    Raises:
        Refused: The record is not here, or an answer breaks its question's rule.
    """
    found = db.get(kind, record)
    if found is None:
        raise Refused("not_here", _("This record is not on this computer."), None, kind.kind)
    context = db.info["context"]
    for name, answer in answers.items():
        try:
            value = kind.fields[name].clean(answer, context)
        except Refused as refused:
            refused.kind = refused.kind or kind.kind
            raise
        if value != getattr(found, name):
            setattr(found, name, value)
    return found


def add_to_file(
    db: Session, kind: type[Record], person: UUID, answers: Mapping[str, Any]
) -> Record:
    """Add a name, a contact or a document to a person's file, with its answers."""
    added = kind(person=person, **answers)
    db.add(added)
    return added
