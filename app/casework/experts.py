"""Experts of the diaspora: an institution's need, a proposal, and the assignment that follows."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.programmes import programme_of
from app.casework.verbs import usual, verb
from app.errors import Refused
from app.formats import day_text
from app.i18n import N_, _, isolate, ngettext
from app.models.activities import Organisation
from app.models.cases import Case
from app.models.choices import COUNTRIES
from app.models.experts import Assignment, ExpertNeed
from app.models.record import Record
from app.models.rules import rule
from app.models.types import Context

LONGEST_MONTHS: Final = 6
"""Longest assignment, in months, in a programme that names none."""
AGREED: Final = frozenset({"accepted", "under_way", "completed"})
"""States of an assignment that take its need."""


# -- verbs of a need ---------------------------------------------------------------------------


@verb(
    ExpertNeed,
    "propose",
    N_("Propose an expert"),
    asks={name: Assignment.fields[name] for name in ("case", "starts", "ends", "is_virtual")},
    when=lambda _db, need: need.state == "open",
    is_step=True,
)
def propose(
    db: Session,
    need: ExpertNeed,
    case: UUID,
    starts: date,
    ends: date,
    is_virtual: bool | None = None,
) -> Assignment:
    """Propose the expert of a case for a need; it stays open until both accept."""
    assignment = Assignment(
        case=case,
        need=need.id,
        starts=starts,
        ends=ends,
        is_virtual=is_virtual,
        state="proposed",
    )
    db.add(assignment)
    return assignment


@verb(
    ExpertNeed,
    "withdraw",
    N_("The need no longer stands"),
    when=lambda _db, need: need.state in {"open", "matched"},
)
def withdraw(db: Session, need: ExpertNeed) -> None:
    """Note that the institution no longer asks for an expert.

    Raises:
        Refused: An assignment was agreed; it is declined first.
    """
    if _agreed(db, need.id):
        raise Refused(
            "assignment_agreed",
            _("An assignment is agreed for this need. Decline it or end it first."),
            "state",
            "expert_need",
        )
    need.state = "withdrawn"


@verb(
    ExpertNeed, "reopen", N_("Look for an expert again"),
    when=lambda _db, need: need.state in {"withdrawn", "filled"},
)  # fmt: skip
def reopen(db: Session, need: ExpertNeed) -> None:
    """Look for an expert again.

    Raises:
        Refused: An assignment is agreed or under way.
    """
    if any(one.state != "completed" for one in _agreed(db, need.id)):
        raise Refused(
            "assignment_agreed",
            _("An assignment is agreed for this need. Decline it or end it first."),
            "state",
            "expert_need",
        )
    need.state = "open"


# -- verbs of an assignment --------------------------------------------------------------------


def _in(*states: str) -> Callable[[Session, Assignment], bool]:
    return lambda _db, assignment: assignment.state in states


@verb(Assignment, "accept", N_("Both sides accept"), when=_in("proposed"), is_step=True)
def accept(db: Session, assignment: Assignment) -> None:
    """Note that the expert and the institution accept; the need has found its expert."""
    _move(assignment, "accepted", "proposed")
    _need(db, assignment).state = "matched"


@verb(
    Assignment, "decline", N_("One side declines"), asks=("result",),
    when=_in("proposed", "accepted"),
)  # fmt: skip
def decline(db: Session, assignment: Assignment, result: str | None = None) -> None:
    """Note that one side declines, and why as far as known; the need is open again."""
    _move(assignment, "declined", "proposed", "accepted")
    if result:
        assignment.result = result
    _free_need(db, assignment)


@verb(Assignment, "start", N_("The assignment begins"), when=_in("accepted"), is_step=True)
def start(db: Session, assignment: Assignment) -> None:
    """Note that an assignment began."""
    _move(assignment, "under_way", "accepted")
    _need(db, assignment).state = "filled"


_RESULT: Final = replace(Assignment.fields["result"], required=True)


@verb(
    Assignment,
    "complete",
    N_("The assignment is completed"),
    asks={"trained": Assignment.fields["trained"], "result": _RESULT},
    when=_in("under_way"),
    is_step=True,
)
def complete(db: Session, assignment: Assignment, result: str, trained: int | None = None) -> None:
    """Note that an assignment reached its end, with what was achieved."""
    _move(assignment, "completed", "under_way")
    assignment.result = result
    assignment.trained = assignment.trained if trained is None else trained


@verb(
    Assignment,
    "end_early",
    N_("End it early"),
    asks={
        "ends": Assignment.fields["ends"],
        "trained": Assignment.fields["trained"],
        "result": replace(_RESULT, label=N_("Why it ended, and what was achieved")),
    },
    when=_in("under_way"),
)
def end_early(
    db: Session, assignment: Assignment, ends: date, result: str, trained: int | None = None
) -> None:
    """Note that an assignment ended before its time, and why; the need is open again."""
    _move(assignment, "ended_early", "under_way")
    assignment.ends = ends
    assignment.result = result
    assignment.trained = assignment.trained if trained is None else trained
    _free_need(db, assignment)


@usual(ExpertNeed)
def usual_need(db: Session, organisation: Record | None) -> Mapping[str, Any]:
    """Start as open, in the institution's country."""
    answers = {"state": "open"}
    if isinstance(organisation, Organisation) and organisation.country:
        answers["country"] = organisation.country
    return answers


@usual(Assignment)
def usual_assignment(db: Session, case: Record) -> Mapping[str, Any]:
    """Start as proposed."""
    return {"state": "proposed"}


def _move(assignment: Assignment, after: str, *before: str) -> None:
    if assignment.state not in before:
        raise Refused(
            "illegal_move",
            _("This is not possible for an assignment in the state “{state}”.").format(
                state=isolate(assignment.shown("state"))
            ),
            "state",
            "assignment",
        )
    assignment.state = after


def _need(db: Session, assignment: Assignment) -> ExpertNeed:
    return db.get_one(ExpertNeed, assignment.need)


def _free_need(db: Session, assignment: Assignment) -> None:
    need = _need(db, assignment)
    others = [one for one in _agreed(db, need.id) if one.id != assignment.id]
    if need.state in {"matched", "filled"} and not others:
        need.state = "open"


def _agreed(db: Session, need: UUID) -> list[Assignment]:
    return list(
        db.scalars(
            select(Assignment).where(
                Assignment.need == need,
                Assignment.voided.is_(None),
                Assignment.state.in_(AGREED),
            )
        )
    )


# -- rules -------------------------------------------------------------------------------------


@rule(ExpertNeed)
def need_in_a_target_country(db: Session, need: ExpertNeed, context: Context) -> None:
    """A need is in a country the programme works for, and of a programme that sends experts."""
    if need.voided or need.programme is None:
        return
    programme = programme_of(db, need.programme)
    if programme.centred != "expert":
        raise Refused(
            "programme_without_experts",
            _("{programme} sends no experts.").format(programme=isolate(programme.name)),
            "programme",
        )
    countries = programme.target_countries
    if countries and need.country not in countries:
        raise Refused(
            "country_not_in_programme",
            _("The programme works in: {countries}.").format(
                countries=_(", ").join(COUNTRIES.label(code) for code in countries)
            ),
            "country",
        )


@rule(Assignment)
def expert_is_of_the_programme(db: Session, assignment: Assignment, context: Context) -> None:
    """An expert has a case in the programme of the need."""
    case, need = db.get(Case, assignment.case), db.get(ExpertNeed, assignment.need)
    if case is None or need is None or assignment.voided:
        return
    if case.programme != need.programme:
        raise Refused(
            "expert_of_another_programme",
            _(
                "The need is of {need}, the case of {case}. Open a case in the need's programme."
            ).format(need=isolate(need.shown("programme")), case=isolate(case.shown("programme"))),
            "need",
        )


@rule(Assignment)
def assignment_is_not_too_long(db: Session, assignment: Assignment, context: Context) -> None:
    """An assignment ends after it starts, within the months the programme allows."""
    starts, ends = assignment.starts, assignment.ends
    if assignment.voided or starts is None or ends is None:
        return
    if ends < starts:
        raise Refused("ends_before_start", _("The last day is before the first."), "ends")
    need = db.get(ExpertNeed, assignment.need)
    programme = programme_of(db, need.programme) if need and need.programme else None
    months = (programme.assignment_months if programme else None) or LONGEST_MONTHS
    latest = _months_after(starts, months)
    if ends > latest:
        raise Refused(
            "assignment_too_long",
            ngettext(
                "An assignment lasts {count} month at most. This one ends by {day}.",
                "An assignment lasts {count} months at most. This one ends by {day}.",
                months,
            ).format(count=months, day=isolate(day_text(latest))),
            "ends",
        )


@rule(Assignment)
def need_is_taken_once(db: Session, assignment: Assignment, context: Context) -> None:
    """A need is taken by one expert at a time, and none is proposed for a withdrawn one."""
    if assignment.voided:
        return
    need = db.get(ExpertNeed, assignment.need)
    if need is not None and need.state == "withdrawn" and assignment.state == "proposed":
        raise Refused("need_withdrawn", _("The institution no longer asks for an expert."), "need")
    if assignment.state in {"accepted", "under_way"} and any(
        one.id != assignment.id and one.state != "completed" for one in _agreed(db, assignment.need)
    ):
        raise Refused(
            "need_taken_once",
            _("Another expert was accepted for this need. Decline one of the two."),
            "need",
        )


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
