"""Tranches: when each may be paid, what still blocks it, and those that are due."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.casework.among import Among, rows
from app.casework.grant_briefs import BriefGrant, BriefTranche
from app.casework.programmes import programme_of
from app.errors import Refused
from app.formats import day_text
from app.i18n import N_, _
from app.models.cases import Case
from app.models.follow_up import FollowUp
from app.models.grants import Grant, Invoice, Tranche
from app.models.training import Enrolment
from app.models.travel import Travel

_AnyGrant = Grant | BriefGrant


@dataclass(frozen=True, slots=True)
class Opening:
    """From when a tranche may be paid.

    Attributes:
        on: The day; None while something must happen first.
        expected: The day it may be expected, as far as it follows from what is known.
        lacks: What must happen first, a message id that may name ``{day}``, the day expected;
            empty when nothing.
        section: Section of the person's file where it is recorded.
    """

    on: date | None
    expected: date | None = None
    lacks: str = ""
    section: str = ""

    @property
    def missing(self) -> str:
        """What must happen first, in a sentence; empty when nothing."""
        if self.expected is None or "{day}" not in self.lacks:
            return _(self.lacks)
        return _(self.lacks).format(day=day_text(self.expected))

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
    """Read what the tranches of these grants wait for."""
    return happened_among(db, {grant.case for grant in grants}, [grant.id for grant in grants])


def happened_among(db: Session, cases: Among, grants: Among) -> Happened:
    """Read what the tranches of grants of these cases wait for, a query for each kind of fact."""
    facts = Happened()
    facts.departed.update(_last(db, Travel.boarded_on, cases))
    facts.arrived.update(_last(db, Travel.arrived_on, cases))
    departing: dict[str | None, bool] = {}
    for case, programme in rows(db, select(Case.id, Case.programme), Case.id, cases):
        if programme not in departing:
            departing[programme] = programme_of(db, programme).uses("departed")
        facts.travels[case] = departing[programme]
    completed = (
        select(Case.id, func.min(Enrolment.completed_on))
        .join(Enrolment, Enrolment.person == Case.person)
        .where(
            Enrolment.state == "completed",
            Enrolment.completed_on.is_not(None),
            Enrolment.voided.is_(None),
        )
        .group_by(Case.id)
    )
    facts.trained.update((case, on) for case, on in rows(db, completed, Case.id, cases))
    visits = select(FollowUp.case, FollowUp.held_on).where(
        FollowUp.voided.is_(None),
        FollowUp.state == "done",
        FollowUp.is_seen.is_(True),
        FollowUp.held_on.is_not(None),
    )
    for case, held in rows(db, visits, FollowUp.case, cases):
        facts.seen.setdefault(case, []).append(held)
    evidence = (
        select(Invoice.grant, func.min(Invoice.dated))
        .where(Invoice.voided.is_(None), Invoice.is_verified.is_(True), Invoice.dated.is_not(None))
        .group_by(Invoice.grant)
    )
    facts.evident.update((grant, on) for grant, on in rows(db, evidence, Invoice.grant, grants))
    return facts


def opening(tranche: Tranche | BriefTranche, grant: _AnyGrant, facts: Happened) -> Opening:
    """Tell from when a tranche may be paid."""
    return _TRIGGERS[tranche.trigger or "approval"](
        grant, timedelta(days=tranche.after_days or 0), facts
    )


def begins(grant: _AnyGrant, facts: Happened) -> date | None:
    """Give the day a grant's time runs from: the arrival, or its approval where nobody travels."""
    if facts.travels.get(grant.case):
        return facts.arrived.get(grant.case)
    return facts.arrived.get(grant.case) or grant.approved_on


def require_open(tranche: Tranche, grant: Grant, facts: Happened, on: date) -> None:
    """Refuse a payment of a tranche before its time."""
    if blocked := opening(tranche, grant, facts).blocked(on):
        raise Refused("tranche_not_open", blocked, "tranche", "payment")


def _on_approval(grant: _AnyGrant, wait: timedelta, _facts: Happened) -> Opening:
    return _after(grant.approved_on, wait, N_("The grant is not approved yet."), "plan")


def _on_departure(grant: _AnyGrant, wait: timedelta, facts: Happened) -> Opening:
    return _after(
        facts.departed.get(grant.case), wait, N_("The departure is not confirmed yet."), "travel"
    )


def _on_arrival(grant: _AnyGrant, wait: timedelta, facts: Happened) -> Opening:
    return _after(
        facts.arrived.get(grant.case), wait, N_("The arrival is not confirmed yet."), "travel"
    )


def _on_training(grant: _AnyGrant, wait: timedelta, facts: Happened) -> Opening:
    return _after(
        facts.trained.get(grant.case), wait, N_("No training is completed yet."), "training"
    )


def _on_visit(grant: _AnyGrant, wait: timedelta, facts: Happened) -> Opening:
    begun = begins(grant, facts)
    if begun is None:
        return _on_arrival(grant, wait, facts)
    earliest = begun + wait
    visits = [held for held in facts.seen.get(grant.case, []) if held >= earliest]
    if not visits:
        sentence = N_("A visit on {day} or later has to see the activity on the spot.")
        return Opening(None, earliest, sentence, "follow_up")
    if grant.id not in facts.evident:
        sentence = N_("No invoice or evidence is checked with the person yet.")
        return Opening(None, min(visits), sentence, "plan")
    return Opening(min(visits))


_TRIGGERS: Final[dict[str, Callable[[_AnyGrant, timedelta, Happened], Opening]]] = {
    "approval": _on_approval,
    "departure": _on_departure,
    "arrival": _on_arrival,
    "training_completed": _on_training,
    "visit_with_evidence": _on_visit,
}


def _after(day: date | None, wait: timedelta, lacks: str, section: str) -> Opening:
    return Opening(None, None, lacks, section) if day is None else Opening(day + wait)


def _last(db: Session, day: Any, cases: Among) -> Iterator[tuple[UUID, date]]:
    query = (
        select(Travel.case, func.max(day))
        .where(Travel.voided.is_(None), day.is_not(None))
        .group_by(Travel.case)
    )
    return ((case, on) for case, on in rows(db, query, Travel.case, cases))
