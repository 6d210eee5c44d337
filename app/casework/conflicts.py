"""Conflicts: found, and settled by a person who may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.casework.approvals import APPROVERS, PAYERS
from app.casework.case_states import SUPERVISING
from app.casework.case_verbs import settle_state
from app.casework.history import Conflict, conflicts_of
from app.casework.programmes import CHANGERS
from app.errors import Refused
from app.i18n import _, isolate
from app.models.cases import Case
from app.models.record import Record, kinds
from app.models.users import ROLES, User

FOLLOW_THE_STATE: Final = frozenset({"state_reason", "closed", "closure_reason"})
"""Answers of a case that are settled along with its state."""
_MANAGING: Final = frozenset({"supervisor", "admin"})
_PAID: Final = frozenset(
    {"grant", "tranche", "commitment", "invoice", "payment", "travel_allowance"}
)
_DECIDED: Final = frozenset({"state", "approved_on", "approved_by", "second_approved_by"})
_MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Dispute:
    """A record with questions that two people answered without seeing each other's answer.

    Attributes:
        root: Id of the file it belongs to.
        fields: The questions, by name, in the order of the kind.
    """

    kind: str
    record: UUID
    root: UUID
    fields: tuple[str, ...]

    @property
    def id(self) -> str:
        """Name of the dispute, which stays while it does."""
        return f"{self.kind}/{self.record}"


def disputes(
    db: Session,
    *,
    kind: str | None = None,
    root: UUID | None = None,
    counsellor: UUID | None = None,
) -> list[Dispute]:
    """List the records with something to settle, those of one file together.

    Those of confidential kinds are told only where such a record is opened.

    Args:
        kind: Of this kind only.
        root: Of this file only.
        counsellor: Only of people whose case this user is in charge of.
    """
    places = {name: place for place, name in enumerate(kinds())}
    found = [
        Dispute(row.kind, row.id, row.root, _in_order(row.kind, row.conflicts))
        for row in db.execute(_disputed())
        if kind in (None, row.kind) and root in (None, row.root)
    ]
    if counsellor is not None:
        own = set(db.scalars(select(Case.person).where(Case.counsellor == counsellor)))
        found = [dispute for dispute in found if dispute.root in own]
    return sorted(found, key=lambda one: (one.root.bytes, places[one.kind], one.record.bytes))


@cache
def _disputed() -> sa.CompoundSelect[Any]:
    """Ask for what is disputed among all kinds at once."""
    return sa.union_all(
        *(
            select(sa.literal(name).label("kind"), kind.id, kind.root, kind.conflicts).where(
                kind.conflicts.is_not(None)
            )
            for name, kind in kinds().items()
            if not kind.is_confidential
        )
    )


def _in_order(kind: str, conflicts: str) -> tuple[str, ...]:
    names = set(conflicts.split())
    return tuple(name for name in kinds()[kind].fields if name in names)


def open_conflicts(
    db: Session, *, kind: str | None = None, root: UUID | None = None
) -> list[Conflict]:
    """List every question that waits for a person; see ``disputes``."""
    found = []
    for dispute in disputes(db, kind=kind, root=root):
        record = db.get_one(kinds()[dispute.kind], dispute.record)
        found += conflicts_of(db, record)
        db.expunge(record)
    return found


def conflict_count(db: Session) -> int:
    """Count the records with something to settle."""
    return len(disputes(db))


def settlers(kind: str, fields: Mapping[str, Any] | tuple[str, ...]) -> frozenset[str] | None:
    """Give the roles that may settle questions of a kind; None for everybody.

    Whoever may decide, may settle two decisions: money is for those who pay, consent and waivers
    for those who supervise. What a person told about themselves, any counsellor asks again.
    The state of a case has rules of its own (``case_verbs.settle_state``).
    """
    if kind in _PAID:
        return PAYERS
    if kind in {"business_plan", "reintegration_plan"} and _DECIDED & set(fields):
        return APPROVERS
    if kind == "consent" or (kind == "enrolment" and {"waiver", "waived_by"} & set(fields)):
        return SUPERVISING
    if kind in {"user", "office"}:
        return _MANAGING
    if kind == "programme_change":
        return CHANGERS
    return None


def why_not(db: Session, user: UUID, kind: str, fields: Mapping[str, Any] | tuple[str, ...]) -> str:
    """Say who settles this, when it is not for ``user``; empty when it is."""
    allowed = settlers(kind, fields)
    found = db.get(User, user)
    if allowed is None or allowed & ((found.roles if found else None) or frozenset()):
        return ""
    roles = _(", ").join(ROLES.label(role) for role in ROLES.codes() if role in allowed)
    said = _("Your role does not settle this. Who may: {roles}.").format(roles=roles)
    query = select(User).where(User.voided.is_(None), User.is_retired.is_not(True))
    names = [isolate(one.summary) for one in db.scalars(query.order_by(User.id))
             if allowed & (one.roles or frozenset())]  # fmt: skip
    if not names:
        return said
    asked = _("Ask {names}.").format(names=_(", ").join(names[:_MOST_NAMED]))
    return f"{said} {asked}"


def settle(db: Session, record: Record, answers: Mapping[str, Any], reason: str) -> None:
    """Settle questions of a record together, for one reason; every copy will show it.

    Args:
        db: Inside ``store.write``; give it ``seen``, the position the answers were read at, so
            that one that arrived since is not taken for seen.
        answers: By question, what it accepts: one of the answers or another.
        reason: Kept in the history.

    Raises:
        Refused: Nothing is to be settled there, no reason is given, or it is for somebody else.
    """
    disputed = set((record.conflicts or "").split())
    for name in answers:
        if name not in disputed:
            raise Refused("no_conflict", _("Nothing waits to be settled here."), name, record.kind)
    first = next(iter(answers), None)
    if not reason.strip():
        raise Refused("reason_required", _("Give the reason."), first, record.kind)
    if refusal := why_not(db, db.info["author"], record.kind, answers):
        raise Refused("role", refusal, first, record.kind)
    along: frozenset[str] = frozenset()
    if isinstance(record, Case) and "state" in answers:
        state = record.fields["state"].clean(answers["state"], db.info["context"])
        settle_state(db, record, state, reason)
        along = FOLLOW_THE_STATE | {"state"}
    db.info["reason"] = reason
    for name, value in answers.items():
        if name not in along:
            setattr(record, name, value)
            # Choosing the answer already shown is a decision too, and must reach the log.
            flag_modified(record, name)


def resolve(db: Session, record: Record, field: str, value: Any, reason: str) -> None:
    """Settle one question of a record; see ``settle``."""
    settle(db, record, {field: value}, reason)
