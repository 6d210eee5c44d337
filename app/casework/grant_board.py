"""Every grant at a glance: amounts, the tranche to pay next, and what blocks it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.grant_sums import GrantSums, paid_sum, sums_of
from app.casework.people_list import PersonLine, lines_of
from app.casework.tranches import Happened, happened, opening
from app.models.cases import Case
from app.models.grants import Grant, Payment, Tranche
from app.models.money import Money

RUNNING: Final = ("requested", "first_approval", "approved")
"""States of a grant somebody still has to do something about."""
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class NextTranche:
    """The first tranche of a grant that is not paid in full.

    Attributes:
        left: What of it is not paid.
        due_on: The day set for it, or from which it may be paid; None when not known yet.
        blocked: Why it may not be paid today, in a sentence; empty when it may.
        section: Section of the person's file where what is missing is recorded.
    """

    tranche: UUID
    seq: int
    left: Money
    due_on: date | None
    blocked: str
    section: str


@dataclass(frozen=True, slots=True)
class GrantLine:
    """One grant as the board shows it."""

    grant: Grant
    person: PersonLine
    case_number: str
    programme: str
    sums: GrantSums
    next: NextTranche | None


def board(
    db: Session, today: date, *, states: Iterable[str] = RUNNING, counsellor: UUID | None = None
) -> list[GrantLine]:
    """List grants, those with something to pay soonest first.

    Reads some hundred grants with a dozen queries; none a grant.

    Args:
        states: Codes of ``GRANT_STATES``.
        counsellor: Only those of this counsellor's cases.
    """
    query = (
        select(Grant, Case)
        .join(Case, Case.id == Grant.case)
        .where(Grant.voided.is_(None), Case.voided.is_(None), Grant.state.in_(list(states)))
        .order_by(Grant.requested_on, Grant.id)
    )
    if counsellor is not None:
        query = query.where(Case.counsellor == counsellor)
    found = db.execute(query).all()
    grants = [grant for grant, _case in found]
    people = _people(db, {case.person for _grant, case in found})
    added = sums_of(db, grants)
    following = _next_tranches(db, grants, happened(db, grants), today)
    lines = [
        GrantLine(
            grant,
            people[case.person],
            case.number or "",
            case.programme or "",
            added[grant.id],
            following.get(grant.id),
        )
        for grant, case in found
        if case.person in people
    ]
    return sorted(lines, key=_soonest)


def tranches_due(db: Session, today: date, counsellor: UUID | None = None) -> list[GrantLine]:
    """List the approved grants whose next tranche is due by ``today``, blocked or not."""
    lines = board(db, today, states=("approved",), counsellor=counsellor)
    return [
        line
        for line in lines
        if line.next is not None and line.next.due_on is not None and line.next.due_on <= today
    ]


def _soonest(line: GrantLine) -> tuple[bool, date, date]:
    due = line.next.due_on if line.next else None
    return due is None, due or date.max, line.grant.requested_on or date.max


def _next_tranches(
    db: Session, grants: list[Grant], facts: Happened, today: date
) -> dict[UUID, NextTranche]:
    by_id = {grant.id: grant for grant in grants if grant.state == "approved"}
    found: dict[UUID, NextTranche] = {}
    listed = list(by_id)
    for start in range(0, len(listed), _AT_ONCE):
        some = listed[start : start + _AT_ONCE]
        payments: dict[UUID | None, list[Payment]] = {}
        for payment in db.scalars(select(Payment).where(Payment.grant.in_(some))):
            payments.setdefault(payment.tranche, []).append(payment)
        parts = select(Tranche).where(Tranche.grant.in_(some), Tranche.voided.is_(None))
        for tranche in db.scalars(parts.order_by(Tranche.grant, Tranche.seq)):
            if tranche.grant in found or tranche.amount is None:
                continue
            left = tranche.amount - paid_sum(payments.get(tranche.id, []), tranche.amount.currency)
            if left:
                found[tranche.grant] = _next(tranche, by_id[tranche.grant], left, facts, today)
    return found


def _next(tranche: Tranche, grant: Grant, left: Money, facts: Happened, today: date) -> NextTranche:
    opens = opening(tranche, grant, facts)
    return NextTranche(
        tranche.id,
        tranche.seq or 0,
        left,
        tranche.due_on or opens.on or opens.expected,
        opens.blocked(today),
        opens.section,
    )


def _people(db: Session, people: set[UUID]) -> dict[UUID, PersonLine]:
    listed = list(people)
    return {
        line.id: line
        for start in range(0, len(listed), _AT_ONCE)
        for line in lines_of(db, listed[start : start + _AT_ONCE])
    }
