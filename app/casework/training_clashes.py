"""Nobody is in two places: trainers, rooms and people of groups that meet on one half-day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.casework.people import display_names
from app.casework.training_calendar import at_of
from app.errors import Refused
from app.formats import day_text
from app.i18n import _, isolate
from app.models.choices import fold_name
from app.models.rules import rule
from app.models.training import HALF_DAYS, Enrolment, TrainingGroup, TrainingSession
from app.models.types import Context


@dataclass(frozen=True, slots=True)
class _Beside:
    """Two half-days of different groups at one time."""

    mine: TrainingSession
    group: TrainingGroup
    other: TrainingSession
    other_group: TrainingGroup

    @property
    def when(self) -> dict[str, str]:
        on, half_day = at_of(self.mine)
        return {"day": isolate(day_text(on, "medium")), "half_day": HALF_DAYS.label(half_day)}


def _beside(db: Session, group: UUID, session: UUID | None = None) -> list[_Beside]:
    """List the half-days of other groups at the time of this group's, or of one of its own."""
    mine, other = aliased(TrainingSession), aliased(TrainingSession)
    own, others = aliased(TrainingGroup), aliased(TrainingGroup)
    query = (
        select(mine, own, other, others)
        .join(other, (other.held_on == mine.held_on) & (other.half_day == mine.half_day))
        .join(own, own.id == mine.group)
        .join(others, others.id == other.group)
        .where(
            mine.group == group,
            other.group != group,
            mine.voided.is_(None),
            other.voided.is_(None),
            others.voided.is_(None),
        )
        .order_by(mine.held_on, mine.half_day)
    )
    if session is not None:
        query = query.where(mine.id == session)
    return [_Beside(*row) for row in db.execute(query)]


def _require_free(beside: Sequence[_Beside]) -> None:
    """Refuse a trainer or a room in two places at once.

    Raises:
        Refused: Names the group that has them.
    """
    for pair in beside:
        trainer = pair.mine.trainer or pair.group.trainer
        other = pair.other.trainer or pair.other_group.trainer
        if trainer and other and fold_name(trainer) == fold_name(other):
            raise Refused(
                "trainer_twice",
                _(
                    "{trainer} already teaches the group {group} on {day}, {half_day}. "
                    "Choose another half-day or another trainer."
                ).format(
                    trainer=isolate(trainer), group=isolate(pair.other_group.summary), **pair.when
                ),
                "trainer",
            )
        room = _room(pair.mine, pair.group)
        if room is not None and room == _room(pair.other, pair.other_group):
            raise Refused(
                "room_twice",
                _(
                    "The group {group} already has this room on {day}, {half_day}. "
                    "Choose another half-day or another room."
                ).format(group=isolate(pair.other_group.summary), **pair.when),
                "room",
            )


def _room(session: TrainingSession, group: TrainingGroup) -> tuple[str, str] | None:
    room = session.room or group.room
    # A room is one of a place: two towns may each have a "Room 2".
    place = session.place or group.place or ""
    return (fold_name(room), fold_name(place)) if room else None


@rule(TrainingSession)
def trainer_and_room_are_free(db: Session, session: TrainingSession, context: Context) -> None:
    """No trainer and no room is taken by two groups at once."""
    if session.voided is None:
        _require_free(_beside(db, session.group, session.id))


@rule(TrainingGroup)
def group_trainer_and_room_are_free(db: Session, group: TrainingGroup, context: Context) -> None:
    """A group's trainer and room are free on all its half-days."""
    if group.voided is None:
        _require_free(_beside(db, group.id))


@rule(TrainingSession)
def people_are_free(db: Session, session: TrainingSession, context: Context) -> None:
    """No half-day is put where somebody of the group is in another one."""
    if session.voided is not None or session.is_makeup:
        return  # who cannot come to a make-up does not
    for pair in _beside(db, session.group, session.id):
        if pair.other.is_makeup:
            continue
        here, there = aliased(Enrolment), aliased(Enrolment)
        person = db.scalars(
            select(here.person)
            .join(there, there.person == here.person)
            .where(
                here.group == session.group,
                there.group == pair.other.group,
                here.voided.is_(None),
                there.voided.is_(None),
                here.state == "enrolled",
                there.state == "enrolled",
            )
        ).first()
        if person is not None:
            name = display_names(db, [person]).get(person, [""])[0]
            raise Refused(
                "person_twice",
                _("{name} is in the group {group} on {day}, {half_day}.").format(
                    name=isolate(name), group=isolate(pair.other_group.summary), **pair.when
                ),
                "held_on",
            )


@rule(Enrolment)
def enrolled_person_is_free(db: Session, enrolment: Enrolment, context: Context) -> None:
    """Nobody is enrolled in two groups that meet on one half-day."""
    if enrolment.voided is not None or enrolment.state != "enrolled":
        return
    others = set(
        db.scalars(
            select(Enrolment.group).where(
                Enrolment.person == enrolment.person,
                Enrolment.group != enrolment.group,
                Enrolment.voided.is_(None),
                Enrolment.state == "enrolled",
            )
        )
    )
    if not others:
        return
    for pair in _beside(db, enrolment.group):
        if pair.other.group in others and not (pair.mine.is_makeup or pair.other.is_makeup):
            raise Refused(
                "person_twice",
                _("This person is in the group {group} on {day}, {half_day}.").format(
                    group=isolate(pair.other_group.summary), **pair.when
                ),
                "group",
            )
