"""Tranches: when each may be paid, what still blocks it, and those that are due."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.casework.programmes import programme_of
from app.errors import Refused
from app.formats import day_text
from app.i18n import _
from app.models.cases import Case
from app.models.follow_up import FollowUp
from app.models.grants import Grant, Invoice, Tranche
from app.models.training import Enrolment
from app.models.travel import Travel

_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Opening:
    """From when a tranche may be paid.

    Attributes:
        on: The day; None while something must happen first.
        expected: The day it may be expected, as far as it follows from what is known.
        missing: What must happen first, in a sentence; empty when nothing.
        section: Section of the person's file where it is recorded.
    """

    on: date | None
    expected: date | None = None
    missing: str = ""
    section: str = ""

    def blocked(self, on: date) -> str:
        """Say why it may not be paid on a day; empty when it may."""
        if self.on is None:
            return self.missing
        if self.on > on:
            return _("It may be paid from {day}.").format(day=day_text(self.on))
        return ""


@dataclass(slots=True)
class Happened:
    """What tranches wait for, of many cases at once."""

    departed: dict[UUID, date] = field(default_factory=dict)
    arrived: dict[UUID, date] = field(default_factory=dict)
    trained: dict[UUID, date] = field(default_factory=dict)
    seen: dict[UUID, list[date]] = field(default_factory=dict)
    evident: dict[UUID, date] = field(default_factory=dict)
    travels: dict[UUID, bool] = field(default_factory=dict)


def happened(db: Session, grants: Sequence[Grant]) -> Happened:
    """Read what the tranches of these grants wait for: a handful of queries for hundreds."""
    facts = Happened()
    departing: dict[str | None, bool] = {}
    cases = list({grant.case for grant in grants})
    for some in _chunks(cases):
        facts.departed |= _first(db, Travel.case, Travel.boarded_on, Travel, some)
        facts.arrived |= _first(db, Travel.case, Travel.arrived_on, Travel, some)
        people = select(Case.id, Case.programme, func.min(Enrolment.completed_on)).outerjoin(
            Enrolment,
            (Enrolment.person == Case.person)
            & (Enrolment.state == "completed")
            & Enrolment.voided.is_(None),
        )
        for case, programme, completed in db.execute(
            people.where(Case.id.in_(some)).group_by(Case.id, Case.programme)
        ):
            if programme not in departing:
                departing[programme] = programme_of(db, programme).uses("departed")
            facts.travels[case] = departing[programme]
            if completed is not None:
                facts.trained[case] = completed
        for case, held in db.execute(
            select(FollowUp.case, FollowUp.held_on).where(
                FollowUp.case.in_(some),
                FollowUp.voided.is_(None),
                FollowUp.state == "done",
                FollowUp.is_seen.is_(True),
            )
        ):
            if held is not None:
                facts.seen.setdefault(case, []).append(held)
    for some in _chunks([grant.id for grant in grants]):
        evidence = select(Invoice.grant, func.min(Invoice.dated)).where(
            Invoice.grant.in_(some), Invoice.voided.is_(None), Invoice.is_verified.is_(True)
        )
        facts.evident |= {g: on for g, on in db.execute(evidence.group_by(Invoice.grant)) if on}
    return facts


def opening(tranche: Tranche, grant: Grant, facts: Happened) -> Opening:
    """Tell from when a tranche may be paid."""
    return _TRIGGERS[tranche.trigger or "approval"](
        grant, timedelta(days=tranche.after_days or 0), facts
    )


def opening_of(db: Session, tranche: Tranche, grant: Grant) -> Opening:
    """Tell from when one tranche may be paid, reading what it waits for."""
    return opening(tranche, grant, happened(db, [grant]))


def begins(grant: Grant, facts: Happened) -> date | None:
    """Give the day a grant's time runs from: the arrival, or its approval where nobody travels."""
    if facts.travels.get(grant.case):
        return facts.arrived.get(grant.case)
    return facts.arrived.get(grant.case) or grant.approved_on


def require_open(tranche: Tranche, grant: Grant, facts: Happened, on: date) -> None:
    """Refuse a payment of a tranche before its time."""
    if blocked := opening(tranche, grant, facts).blocked(on):
        raise Refused("tranche_not_open", blocked, "tranche", "payment")


def _on_approval(grant: Grant, wait: timedelta, _facts: Happened) -> Opening:
    return _after(grant.approved_on, wait, _("The grant is not approved yet."), "plan")


def _on_departure(grant: Grant, wait: timedelta, facts: Happened) -> Opening:
    return _after(
        facts.departed.get(grant.case), wait, _("The departure is not confirmed yet."), "travel"
    )


def _on_arrival(grant: Grant, wait: timedelta, facts: Happened) -> Opening:
    return _after(
        facts.arrived.get(grant.case), wait, _("The arrival is not confirmed yet."), "travel"
    )


def _on_training(grant: Grant, wait: timedelta, facts: Happened) -> Opening:
    return _after(
        facts.trained.get(grant.case), wait, _("No training is completed yet."), "training"
    )


def _on_visit(grant: Grant, wait: timedelta, facts: Happened) -> Opening:
    begun = begins(grant, facts)
    if begun is None:
        return _on_arrival(grant, wait, facts)
    earliest = begun + wait
    visits = [held for held in facts.seen.get(grant.case, []) if held >= earliest]
    if not visits:
        sentence = _("A visit on {day} or later has to see the activity on the spot.")
        return Opening(None, earliest, sentence.format(day=day_text(earliest)), "follow_up")
    if grant.id not in facts.evident:
        sentence = _("No invoice or evidence is checked with the person yet.")
        return Opening(None, min(visits), sentence, "plan")
    return Opening(min(visits))


_TRIGGERS: Final[dict[str, Callable[[Grant, timedelta, Happened], Opening]]] = {
    "approval": _on_approval,
    "departure": _on_departure,
    "arrival": _on_arrival,
    "training_completed": _on_training,
    "visit_with_evidence": _on_visit,
}


def _after(day: date | None, wait: timedelta, missing: str, section: str) -> Opening:
    return Opening(None, None, missing, section) if day is None else Opening(day + wait)


def _first(
    db: Session, of: Any, day: Any, kind: type[Travel], some: list[UUID]
) -> dict[UUID, date]:
    query = select(of, func.max(day)).where(of.in_(some), kind.voided.is_(None), day.is_not(None))
    return {case: on for case, on in db.execute(query.group_by(of)) if on is not None}


def _chunks(ids: Iterable[UUID]) -> Iterable[list[UUID]]:
    listed = list(ids)
    return (listed[at : at + _AT_ONCE] for at in range(0, len(listed), _AT_ONCE))
