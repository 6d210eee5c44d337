"""Follow-up visits after the return: planned from the programme's schedule, held or missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.people_list import PersonLine, lines_among
from app.casework.programmes import programme_of
from app.casework.verbs import usual, verb
from app.errors import Refused
from app.formats import day_text
from app.i18n import N_, _, isolate
from app.models.cases import Case, CaseTransition
from app.models.collector import collector_paused
from app.models.follow_up import FollowUp
from app.models.ids import named_id
from app.models.programmes import programmes
from app.models.record import Record
from app.models.rules import rule
from app.models.travel import Travel
from app.models.types import Context

BACK: Final = ("arrived", "reintegration")
"""States whose entering begins the follow-up, where no journey was recorded."""
_OVER: Final = frozenset(
    {"closed", "withdrawn", "ineligible", "referred_out", "deceased", "duplicate_merged"}
)
"""States in which nobody is visited any more; contact that was lost may be found again."""


@dataclass(frozen=True, slots=True)
class DueVisit:
    """A visit that is planned and due.

    Attributes:
        days_late: Days since it was due; 0 or less while there is time.
        state: State of the case, a code of ``STATES``.
    """

    follow_up: UUID
    case: UUID
    person: PersonLine
    case_number: str
    programme: str
    state: str
    due_on: date
    days_late: int


def first_day(db: Session, case: Case) -> date | None:
    """Give the day from which visits are counted: that of the arrival, or of the support's start.

    Returns:
        None while the person has not arrived, nor begun a reintegration that takes no journey.
    """
    arrived = db.scalars(
        select(Travel.arrived_on)
        .where(Travel.case == case.id, Travel.voided.is_(None), Travel.arrived_on.is_not(None))
        .order_by(Travel.arrived_on.desc())
        .limit(1)
    ).first()
    if arrived is not None:
        return arrived
    return db.scalars(
        select(CaseTransition.moved_on)
        .where(
            CaseTransition.case == case.id,
            CaseTransition.to_state.in_(BACK),
            CaseTransition.voided.is_(None),
        )
        .order_by(CaseTransition.moved_on)
        .limit(1)
    ).first()


def schedule_follow_ups(db: Session, case: Case) -> list[FollowUp]:
    """Plan the visits the programme asks for, each once, whichever desk plans them.

    Visits still planned move along when the day of arrival is corrected; those held, missed or
    voided stay as they are.

    Returns:
        The visits of the schedule; none while the day they are counted from is not known.
    """
    db.flush()  # so that an arrival of this very save counts
    return [_planned(db, case, place, due_on) for place, due_on in _schedule(db, case).items()]


def _schedule(db: Session, case: Case) -> dict[UUID, date]:
    """Give the day each visit of the programme's schedule is due, by its id in every store."""
    start = first_day(db, case)
    # Of a later version of the programme's file the schedule is not known here.
    if start is None or case.programme not in programmes():
        return {}
    return {
        named_id("follow_up", f"{case.id}:{days}"): start + timedelta(days=days)
        for days in programme_of(db, case.programme).follow_up_days
    }


def _planned(db: Session, case: Case, place: UUID, due_on: date) -> FollowUp:
    known = db.get(FollowUp, place)
    if known is None:
        known = FollowUp(id=place, case=case.id, due_on=due_on, state="planned")
        db.add(known)
    elif known.state == "planned" and known.due_on != due_on and not known.voided:
        known.due_on = due_on
    return known


@collector_paused()
def due(
    db: Session,
    today: date,
    *,
    within_days: int = 14,
    counsellor: UUID | None = None,
    limit: int = 500,
) -> list[DueVisit]:
    """List the planned visits that are late, or due soon, the earliest first.

    Args:
        today: Date at the office.
        within_days: How far ahead to look.
        counsellor: Only the cases of this user.
    """
    query = (
        select(
            FollowUp.id, FollowUp.due_on, FollowUp.case,
            Case.person, Case.number, Case.programme, Case.state,
        )
        .join(Case, Case.id == FollowUp.case)
        .where(
            FollowUp.state == "planned",
            FollowUp.voided.is_(None),
            FollowUp.due_on <= today + timedelta(days=within_days),
            Case.voided.is_(None),
            Case.state.not_in(_OVER),
        )
        .order_by(FollowUp.due_on, FollowUp.id)
        .limit(limit)
    )  # fmt: skip
    if counsellor is not None:
        query = query.where(Case.counsellor == counsellor)
    rows = db.execute(query).all()
    people = lines_among(db, dict.fromkeys(row.person for row in rows))
    return [
        DueVisit(
            visit,
            case,
            people[person],
            number or "",
            programme or "",
            state or "",
            due_on,
            (today - due_on).days,
        )
        for visit, due_on, case, person, number, programme, state in rows
        if person in people and due_on is not None
    ]


def visits_of(db: Session, case: UUID) -> Sequence[FollowUp]:
    """List the visits of a case, the earliest due first."""
    return db.scalars(
        select(FollowUp)
        .where(FollowUp.case == case, FollowUp.voided.is_(None))
        .order_by(FollowUp.due_on)
    ).all()


# -- verbs -------------------------------------------------------------------------------------


def _lacks_visits(db: Session, case: Case) -> bool:
    if case.state in _OVER:
        return False
    wanted = _schedule(db, case)
    known = {
        visit.id: visit for visit in db.scalars(select(FollowUp).where(FollowUp.id.in_(wanted)))
    }
    return any(
        place not in known or (known[place].state == "planned" and known[place].due_on != due_on)
        for place, due_on in wanted.items()
    )


@verb(Case, "plan_visits", N_("Plan the follow-up visits"), when=_lacks_visits)
def plan_visits(db: Session, case: Case) -> None:
    """Plan the visits of the programme's schedule."""
    schedule_follow_ups(db, case)


def _is_planned(_db: Session, visit: FollowUp) -> bool:
    return visit.state == "planned"


@verb(
    FollowUp,
    "hold",
    N_("The visit took place"),
    asks=(
        "held_on",
        "mode",
        "visitor",
        "business_status",
        "is_seen",
        "income",
        "jobs",
        "changes",
        "challenges",
        "actions",
        "overall_satisfaction",
        "intention",
    ),
    when=_is_planned,
    is_step=True,
)
def hold(db: Session, visit: FollowUp, held_on: date | None = None, **answers: Any) -> None:
    """Note that a visit took place, with what was found; the day is today unless given."""
    visit.state = "done"
    visit.held_on = held_on or db.info["context"].today
    for name, value in answers.items():
        setattr(visit, name, value)


@verb(
    FollowUp,
    "miss",
    N_("The visit was missed"),
    asks={"missed_reason": replace(FollowUp.fields["missed_reason"], required=True)},
    when=_is_planned,
)
def miss(db: Session, visit: FollowUp, missed_reason: str) -> None:
    """Note that a visit was missed, and why."""
    visit.state = "missed"
    visit.missed_reason = missed_reason


@usual(FollowUp)
def usual_follow_up(db: Session, case: Record) -> Mapping[str, Any]:
    """Start as planned, due in a month."""
    soon = db.info["context"].today + timedelta(days=30)
    return {"state": "planned", "due_on": soon.isoformat()}


# -- rules -------------------------------------------------------------------------------------


@rule(FollowUp)
def held_visit_has_its_day(db: Session, visit: FollowUp, context: Context) -> None:
    """A visit held has a day, one missed a reason, one planned neither."""
    if visit.voided:
        return
    if visit.state == "done" and visit.held_on is None:
        raise Refused("day_required", _("Give the day of the visit."), "held_on")
    if visit.state == "missed" and not visit.missed_reason:
        raise Refused("reason_required", _("Say why it was missed."), "missed_reason")
    if visit.state == "planned" and visit.held_on is not None:
        raise Refused(
            "state_by_verbs",
            _("The visit has a day it was held on. Note that it took place."),
            "state",
        )
    if visit.state != "missed" and visit.missed_reason:
        raise Refused(
            "not_missed", _("Only a visit that was missed has a reason for it."), "missed_reason"
        )


@rule(FollowUp)
def visited_after_arrival(db: Session, visit: FollowUp, context: Context) -> None:
    """Nobody is visited at home before they arrived."""
    case = db.get(Case, visit.case)
    if case is None or visit.voided or visit.held_on is None:
        return
    start = first_day(db, case)
    if start is not None and visit.held_on < start:
        raise Refused(
            "visit_before_arrival",
            _("The visit is of {day}, before the arrival on {arrival}. Check both days.").format(
                day=isolate(day_text(visit.held_on)), arrival=isolate(day_text(start))
            ),
            "held_on",
        )
