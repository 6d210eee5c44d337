"""The roll call: who came to which half-day, and how much of the curriculum that makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.training_calendar import at_of, half_day_of, usual_minutes
from app.casework.verbs import usual
from app.errors import Refused
from app.i18n import _, isolate
from app.models.ids import named_id
from app.models.rules import rule
from app.models.training import (
    Attendance,
    Certificate,
    Curriculum,
    Enrolment,
    TrainingGroup,
    TrainingSession,
)
from app.models.types import Context

ATTENDED: Final = frozenset({"present", "late"})


def mark(db: Session, enrolment: UUID, held_on: date, half_day: str, attendance: str) -> Attendance:
    """Mark one person for one half-day; marking again corrects the mark.

    Two desks that mark the same half-day differently have a conflict to settle, not two marks. A
    half-day nobody planned is added to the group.
    """
    place = named_id("attendance", f"{enrolment}:{held_on.isoformat()}:{half_day}")
    marked = db.get(Attendance, place)
    if marked is not None and marked.voided is None:
        if marked.mark != attendance:
            marked.mark = attendance
        return marked
    of = db.get(Enrolment, enrolment)
    session = half_day_of(db, of.group, held_on, half_day).id if of is not None else None
    if marked is None:
        marked = Attendance(
            id=place, enrolment=enrolment, held_on=held_on, half_day=half_day,
            session=session, mark=attendance,
        )  # fmt: skip
        db.add(marked)
        return marked
    marked.voided, marked.session, marked.mark = None, session, attendance
    return marked


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a curriculum a person attended.

    Attributes:
        attended: Half-days present, late ones included; one made up for counts once.
        planned: Half-days of the curriculum.
        threshold: Per cent of the hours needed to complete.
        attended_minutes: Never more than ``planned_minutes``, the curriculum's.
    """

    attended: int
    planned: int
    threshold: int
    attended_minutes: int
    planned_minutes: int

    @property
    def is_enough(self) -> bool:
        """Whether the attendance suffices to complete."""
        # Whole numbers: 80 % of 5 half-days is 4, without a rounding to argue about.
        return self.attended_minutes * 100 >= self.threshold * self.planned_minutes

    @property
    def per_cent(self) -> int:
        """Share of the hours attended, rounded down: 79.9 % is not 80 %."""
        return self.attended_minutes * 100 // self.planned_minutes if self.planned_minutes else 0

    @property
    def needed_minutes(self) -> int:
        """Minutes that suffice, rounded up."""
        return -(-self.threshold * self.planned_minutes // 100)


def progress_of(db: Session, enrolment: Enrolment) -> Progress:
    """Count what a person attended against what their curriculum asks."""
    group = db.get_one(TrainingGroup, enrolment.group)
    return progress_in(db, group, [enrolment])[enrolment.id]


def progress_in(
    db: Session, group: TrainingGroup, enrolments: Iterable[Enrolment]
) -> dict[UUID, Progress]:
    """Count what people of a group attended, by enrolment."""
    ids = [enrolment.id for enrolment in enrolments]
    curriculum = db.get(Curriculum, group.curriculum) if group.curriculum else None
    sessions = {
        session.id: session
        for session in db.scalars(select(TrainingSession).where(TrainingSession.group == group.id))
    }
    came: dict[UUID, list[Attendance]] = {one: [] for one in ids}
    for attendance in db.scalars(
        select(Attendance).where(
            Attendance.enrolment.in_(ids),
            Attendance.mark.in_(ATTENDED),
            Attendance.voided.is_(None),
        )
    ):
        came[attendance.enrolment].append(attendance)
    hours = curriculum.hours or 0 if curriculum else 0
    planned_minutes = hours * 60
    usual_length = usual_minutes(curriculum)
    counted = {}
    for one in ids:
        lengths = _lengths(came[one], sessions, usual_length)
        counted[one] = Progress(
            attended=len(lengths),
            planned=curriculum.half_days or 0 if curriculum else 0,
            threshold=curriculum.threshold or 100 if curriculum else 100,
            attended_minutes=min(sum(lengths.values()), planned_minutes),
            planned_minutes=planned_minutes,
        )
    return counted


def _lengths(
    came: Iterable[Attendance], sessions: Mapping[UUID, TrainingSession], usual_length: int
) -> dict[Any, int]:
    """Give the minutes attended by half-day; a make-up counts as the half-day it makes up for."""
    lengths: dict[Any, int] = {}
    for attendance in came:
        session = sessions.get(attendance.session) if attendance.session else None
        if session is None:
            # Marked before half-days were planned one by one.
            lengths[attendance.held_on, attendance.half_day] = usual_length
            continue
        if session.voided is not None:
            continue
        missed = sessions.get(session.makes_up) if session.makes_up else None
        of = missed or session
        length = min(session.minutes or 0, of.minutes or 0)
        lengths[of.id] = max(lengths.get(of.id, 0), length)
    return lengths


# -- rules -------------------------------------------------------------------------------------


@rule(Attendance)
def marked_within_group(db: Session, attendance: Attendance, context: Context) -> None:
    """A roll call is not of a day to come."""
    if attendance.held_on is not None and attendance.held_on > context.today:
        raise Refused("future_date", _("A roll call cannot be of a day to come."), "held_on")


@rule(Attendance)
def marked_half_day_is_scheduled(db: Session, attendance: Attendance, context: Context) -> None:
    """A mark is for a half-day its group has; nobody attends more hours than are held."""
    if attendance.voided is not None or attendance.session is None:
        return
    session = db.get(TrainingSession, attendance.session)
    enrolment = db.get(Enrolment, attendance.enrolment)
    if session is None or enrolment is None:
        return
    is_held = session.voided is None and session.group == enrolment.group
    if not is_held or at_of(session) != (attendance.held_on, attendance.half_day):
        raise Refused(
            "not_scheduled",
            _("The group does not meet on {day}, {half_day}. Add that half-day first.").format(
                day=isolate(attendance.shown("held_on")), half_day=attendance.shown("half_day")
            ),
            "held_on",
        )


@rule(Attendance)
def completion_stays_earned(db: Session, attendance: Attendance, context: Context) -> None:
    """A roll is not corrected below what a completion or a certificate rests on."""
    enrolment = db.get(Enrolment, attendance.enrolment)
    if enrolment is None or enrolment.voided is not None:
        return
    given = db.scalars(
        select(Certificate).where(
            Certificate.enrolment == enrolment.id, Certificate.voided.is_(None)
        )
    ).first()
    if given is None and enrolment.state != "completed":
        return
    if progress_of(db, enrolment).is_enough:
        return
    if given is not None:
        raise Refused(
            "certificate_given",
            _(
                "The certificate {number} rests on this attendance. Withdraw the certificate first."
            ).format(number=isolate(given.number or "")),
            "mark",
        )
    raise Refused(
        "training_completed",
        _("The person completed the training with this attendance. Reopen the enrolment first."),
        "mark",
    )


@usual(Attendance)
def usual_mark(db: Session, enrolment: Any) -> dict[str, Any]:
    """A mark is of today."""
    return {"held_on": db.info["context"].today.isoformat()}
