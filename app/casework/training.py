"""Training groups: enrolling people, the roll call, and who has completed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Refused
from app.i18n import _
from app.models.ids import named_id
from app.models.rules import rule
from app.models.training import Attendance, Curriculum, Enrolment, TrainingGroup
from app.models.types import Context

ATTENDED: Final = frozenset({"present", "late"})


def create_group(db: Session, **answers: Any) -> TrainingGroup:
    """Plan a training group; ``answers`` by question of ``TrainingGroup``."""
    group = TrainingGroup(**answers)
    db.add(group)
    return group


def enrol(db: Session, group: UUID, person: UUID) -> Enrolment:
    """Give a person a place in a group; one who had left it takes the same place again.

    Two desks that enrol the same person in the same group have made the same enrolment.
    """
    place = named_id("enrolment", f"{group}:{person}")
    known = db.get(Enrolment, place)
    if known is None:
        enrolment = Enrolment(
            id=place,
            group=group,
            person=person,
            state="enrolled",
            enrolled_on=db.info["context"].today,
        )
        db.add(enrolment)
        return enrolment
    if not known.voided and known.state not in {"dropped", "excluded"}:
        raise Refused(
            "enrolled_once", _("This person is already enrolled in this group."), "person"
        )
    known.voided = None
    known.state = "enrolled"
    return known


def mark(db: Session, enrolment: UUID, held_on: date, half_day: str, attendance: str) -> Attendance:
    """Mark one person for one half-day; marking again corrects the mark.

    Two desks that mark the same half-day differently have a conflict to settle, not two marks.
    """
    place = named_id("attendance", f"{enrolment}:{held_on.isoformat()}:{half_day}")
    marked = db.get(Attendance, place)
    if marked is None:
        marked = Attendance(
            id=place, enrolment=enrolment, held_on=held_on, half_day=half_day, mark=attendance
        )
        db.add(marked)
        return marked
    if marked.voided:
        marked.voided = None
    if marked.mark != attendance:
        marked.mark = attendance
    return marked


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a curriculum a person attended.

    Attributes:
        attended: Half-days present, late ones included.
        planned: Half-days of the curriculum.
        threshold: Per cent of half-days needed to complete.
    """

    attended: int
    planned: int
    threshold: int

    @property
    def is_enough(self) -> bool:
        """Whether the training counts as completed."""
        # Whole numbers: 80 % of 5 half-days is 4, without a rounding to argue about.
        return self.attended * 100 >= self.threshold * self.planned


def progress_of(db: Session, enrolment: Enrolment) -> Progress:
    """Count what a person attended against what their curriculum asks."""
    group = db.get_one(TrainingGroup, enrolment.group)
    curriculum = db.get_one(Curriculum, group.curriculum)
    attended = db.scalar(
        select(func.count()).where(
            Attendance.enrolment == enrolment.id,
            Attendance.mark.in_(ATTENDED),
            Attendance.voided.is_(None),
        )
    )
    return Progress(attended or 0, curriculum.half_days or 0, curriculum.threshold or 100)


def complete(db: Session, enrolment: Enrolment) -> None:
    """Note that a person completed the training.

    Raises:
        Refused: Attendance is below the curriculum's threshold.
    """
    progress = progress_of(db, enrolment)
    if not progress.is_enough:
        raise Refused(
            "attendance_below_threshold",
            _(
                "{attended} of {planned} half-days were attended; completing takes {threshold} %. "
                "Correct the roll call, or end the enrolment as attended in part."
            ).format(
                attended=progress.attended,
                planned=progress.planned,
                threshold=progress.threshold,
            ),
            "state",
            "enrolment",
        )
    enrolment.state = "completed"
    enrolment.completed_on = db.info["context"].today


def members(db: Session, group: UUID) -> list[Enrolment]:
    """List the enrolments of a group in order of enrolment."""
    return list(
        db.scalars(
            select(Enrolment)
            .where(Enrolment.group == group, Enrolment.voided.is_(None))
            .order_by(Enrolment.created_at)
        )
    )


@rule(Enrolment)
def group_has_room(db: Session, enrolment: Enrolment, context: Context) -> None:
    """A group takes no more people than it has places."""
    group = db.get(TrainingGroup, enrolment.group)
    if group is None or group.capacity is None or enrolment.voided:
        return
    taken = db.scalar(
        select(func.count()).where(
            Enrolment.group == group.id,
            Enrolment.voided.is_(None),
            Enrolment.state.not_in(["dropped", "excluded"]),
        )
    )
    if (taken or 0) > group.capacity:
        raise Refused(
            "group_full",
            _("The group {group} has {capacity} places and all are taken.").format(
                group=group.name, capacity=group.capacity
            ),
            "group",
        )


@rule(TrainingGroup)
def ends_after_start(db: Session, group: TrainingGroup, context: Context) -> None:
    """A group does not end before it starts."""
    if group.starts and group.ends and group.ends < group.starts:
        raise Refused("ends_before_start", _("The last day is before the first."), "ends")


@rule(Attendance)
def marked_within_group(db: Session, attendance: Attendance, context: Context) -> None:
    """A roll call is of a day the group meets, and not of a day to come."""
    if attendance.held_on is not None and attendance.held_on > context.today:
        raise Refused("future_date", _("A roll call cannot be of a day to come."), "held_on")
