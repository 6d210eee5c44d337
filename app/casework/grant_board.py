"""Every grant at a glance: amounts, the tranche to pay next, and what blocks it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.among import Among, Key
from app.casework.grant_briefs import (
    Amounts,
    BriefGrant,
    BriefPayment,
    BriefTranche,
    Granted,
    committed_by_grant,
    granted,
    payments_by_grant,
    tranches_of,
)
from app.casework.grant_sums import GrantSums, added, paid_sum
from app.casework.people_list import PersonLine, lines_by_key
from app.casework.tranches import Happened, Opening, happened_among, opening
from app.models.cases import Case
from app.models.collector import collector_paused
from app.models.grants import Grant
from app.models.money import Money
from app.models.values import id_of

RUNNING: Final = ("requested", "first_approval", "approved")
"""States of a grant somebody still has to do something about."""


@dataclass(frozen=True, slots=True)
class NextTranche:
    """The first tranche of a grant that is not paid in full.

    Attributes:
        left: What of it is not paid.
        due_on: The day set for it, or from which it may be paid; None when not known yet.
        opening: From when it may be paid.
        today: Day at the office for which ``blocked`` is said.
    """

    tranche: UUID
    seq: int
    left: Money
    due_on: date | None
    opening: Opening
    today: date

    @property
    def blocked(self) -> str:
        """Why it may not be paid today, in a sentence; empty when it may."""
        return self.opening.blocked(self.today)

    @property
    def section(self) -> str:
        """Section of the person's file where what is missing is recorded."""
        return self.opening.section


@dataclass(frozen=True, slots=True)
class GrantLine:
    """One grant as the board shows it."""

    grant: BriefGrant
    person: PersonLine
    case_number: str
    programme: str
    sums: GrantSums
    next: NextTranche | None


@collector_paused()
def board(
    db: Session, today: date, *, states: Iterable[str] = RUNNING, counsellor: UUID | None = None
) -> list[GrantLine]:
    """List grants, those with something to pay soonest first.

    Reads any number of grants with a dozen queries; none a grant.

    Args:
        states: Codes of ``GRANT_STATES``.
        counsellor: Only those of this counsellor's cases.
    """
    chosen = _chosen(states, counsellor)
    amounts = Amounts()
    found = granted(db, chosen, amounts)
    grants = _these(Grant.id, chosen)
    payments = payments_by_grant(db, grants, amounts)
    following = dict(_next_tranches(db, found, payments, amounts, chosen, today))
    people = lines_by_key(db, _these(Case.person, chosen))
    committed = committed_by_grant(db, grants, amounts)
    return sorted(_lines(found, people, committed, payments, following), key=_soonest)


@collector_paused()
def tranches_due(db: Session, today: date, counsellor: UUID | None = None) -> list[GrantLine]:
    """List the approved grants whose next tranche is due by ``today``, blocked or not."""
    chosen = _chosen(("approved",), counsellor)
    amounts = Amounts()
    found = granted(db, chosen, amounts)
    payments = payments_by_grant(db, _these(Grant.id, chosen), amounts)
    following = {
        grant: after
        for grant, after in _next_tranches(db, found, payments, amounts, chosen, today)
        if after.due_on is not None and after.due_on <= today
    }
    found = [one for one in found if one.key in following]
    people = lines_by_key(db, {id_of(one.person) for one in found})
    committed = committed_by_grant(db, [one.grant.id for one in found], amounts)
    return sorted(_lines(found, people, committed, payments, following), key=_soonest)


def _chosen(states: Iterable[str], counsellor: UUID | None) -> list[Any]:
    chosen = [Grant.voided.is_(None), Case.voided.is_(None), Grant.state.in_(list(states))]
    return chosen if counsellor is None else [*chosen, Case.counsellor == counsellor]


def _these(column: Any, chosen: list[Any]) -> Among:
    """Give a query that chooses by the conditions of ``_chosen``."""
    return select(column).select_from(Grant).join(Case, Case.id == Grant.case).where(*chosen)


def _lines(
    found: list[Granted],
    people: dict[Key, PersonLine],
    committed: dict[Key, list[Money]],
    payments: dict[Key, list[BriefPayment]],
    following: dict[Key, NextTranche],
) -> Iterator[GrantLine]:
    for of, grant, person, number, programme in found:
        if person in people:
            sums = added(grant, committed.get(of, ()), payments.get(of, ()))
            yield GrantLine(grant, people[person], number, programme, sums, following.get(of))


def _soonest(line: GrantLine) -> tuple[bool, date, date]:
    due = line.next.due_on if line.next else None
    return due is None, due or date.max, line.grant.requested_on or date.max


def _next_tranches(
    db: Session,
    found: list[Granted],
    payments: dict[Key, list[BriefPayment]],
    amounts: Amounts,
    chosen: list[Any],
    today: date,
) -> Iterator[tuple[Key, NextTranche]]:
    """Give the next tranche of each approved grant that has one left to pay, by grant."""
    approved = {one.key: one.grant for one in found if one.grant.state == "approved"}
    chosen = [*chosen, Grant.state == "approved"]
    grants = _these(Grant.id, chosen)
    facts = happened_among(db, _these(Grant.case, chosen), grants)
    for tranche in tranches_of(db, grants, amounts):
        if tranche.grant not in approved or tranche.amount is None:
            continue
        paid = [p for p in payments.get(tranche.grant, ()) if p.tranche == tranche.id]
        left = _left(tranche.amount, paid)
        if left:
            yield tranche.grant, _next(tranche, approved.pop(tranche.grant), left, facts, today)


def _left(amount: Money, paid: list[BriefPayment]) -> Money:
    return amount - paid_sum(paid, amount.currency) if paid else amount


def _next(
    tranche: BriefTranche, grant: BriefGrant, left: Money, facts: Happened, today: date
) -> NextTranche:
    opens = opening(tranche, grant, facts)
    due_on = tranche.due_on or opens.on or opens.expected
    return NextTranche(id_of(tranche.id), tranche.seq or 0, left, due_on, opens, today)
