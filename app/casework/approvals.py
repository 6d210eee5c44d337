"""Who may approve: somebody with the role, in their own hand, and never their own request."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.errors import Refused
from app.i18n import _
from app.models.capture import REASON
from app.models.change import Change
from app.models.log import entries_of
from app.models.record import Record

APPROVERS: Final = frozenset({"supervisor", "hq"})
"""Roles that approve plans and grants."""
PAYERS: Final = frozenset({"supervisor", "finance", "hq"})
"""Roles that release, reverse and give the second approval."""


def require_other(db: Session, *others: UUID | None) -> UUID:
    """Give the author of the save, who must be none of ``others``.

    Raises:
        Refused: They are: somebody else has to decide.
    """
    author: UUID = db.info["author"]
    if author in others:
        raise _same_person()
    return author


def require_apart(record: Record, *names: str) -> None:
    """Refuse a record whose deciders, or whose decider and creator, are one person."""
    deciders = [getattr(record, name) for name in names if getattr(record, name) is not None]
    people = [record.created_by, *deciders]
    if len(set(people)) < len(people):
        raise _same_person(names[0])


def require_own_hand(db: Session, record: Record, *names: str) -> None:
    """Refuse a record that says somebody decided who never wrote so themselves.

    The log knows who made each change: no command or import can sign for somebody else.
    """
    signed = {name: who for name in names if (who := getattr(record, name)) is not None}
    if not signed:
        return
    changes = _changes(db, record)
    for name, who in signed.items():
        if not any(c.author == who.bytes and c.fields.get(name) == who.bytes for c in changes):
            raise Refused(
                "own_hand",
                _("Whoever decides says so themselves. Let them unlock Sanad and approve."),
                name,
                record.kind,
            )


def require_as_decided(
    db: Session,
    part: Record,
    whole: Record,
    states: frozenset[str],
    but: frozenset[str] = frozenset(),
) -> None:
    """Refuse a part changed after the whole it belongs to came to be in one of ``states``.

    Args:
        part: A line or an activity.
        whole: The plan it is of, with a question ``state``.
        but: Questions of the part that may still be answered.
    """
    if getattr(whole, "state", None) not in states:
        return
    since = None
    for change in _changes(db, whole):
        state = change.fields.get("state")
        if state is not None:
            since = (since or change.clock) if state in states else None
    if since is not None and any(
        change.clock > since and set(change.fields) - but - {REASON}
        for change in _changes(db, part)
    ):
        raise Refused(
            "plan_is_decided",
            _("This plan is submitted or approved. Have it returned, or begin a new version."),
            None,
            part.kind,
        )


def _changes(db: Session, record: Record) -> list[Change]:
    entries = entries_of(db.connection(), [record.id.bytes]).get(record.id.bytes, [])
    return [entry.change for entry in sorted(entries, key=lambda entry: entry.order)]


def _same_person(field: str | None = None) -> Refused:
    return Refused(
        "two_people",
        _("Two people decide: whoever asked or decided first cannot. Ask a colleague."),
        field,
    )
