"""The half-days of a training group: planned from its dates, added, moved and made up for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.curricula import modules_of
from app.casework.verbs import usual, verb
from app.errors import Refused
from app.formats import day_text
from app.i18n import N_, _, isolate
from app.models.ids import named_id
from app.models.rules import rule
from app.models.training import (
    HALF_DAYS,
    WEEKDAYS,
    Attendance,
    CourseModule,
    Curriculum,
    TrainingGroup,
    TrainingSession,
)
from app.models.types import Context

HalfDay = tuple[date, str]
OUT: Final = frozenset({"dropped", "excluded"})
"""States of an enrolment whose place is free again."""
_WORKING_DAYS: Final = frozenset({"mon", "tue", "wed", "thu", "fri"})
_LONGEST_DAYS: Final = 1000
PLANNING: Final = frozenset({"curriculum", "starts", "ends", "weekdays", "meets"})
"""Questions of a group its half-days follow from."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A half-day a plan wants.

    Attributes:
        minutes: How long it is.
    """

    held_on: date
    half_day: str
    module: UUID | None
    minutes: int


def lessons(
    curriculum: Curriculum, modules: Sequence[CourseModule]
) -> list[tuple[UUID | None, int]]:
    """Give what a curriculum teaches in order, one module and its minutes a half-day.

    The minutes add up to the hours of the modules, or of the curriculum when it has none.
    """
    if not modules:
        return [(None, m) for m in _shared((curriculum.hours or 0) * 60, curriculum.half_days)]
    return [
        (module.id, minutes)
        for module in modules
        for minutes in _shared((module.hours or 0) * 60, module.half_days)
    ]


def usual_minutes(curriculum: Curriculum | None) -> int:
    """Give the length of a half-day of a curriculum that nobody planned."""
    if curriculum is None or not curriculum.hours or not curriculum.half_days:
        return 180
    return max(curriculum.hours * 60 // curriculum.half_days, 15)


def planned(db: Session, group: TrainingGroup) -> list[Slot]:
    """Give the half-days that follow from a group's dates, whatever is on file.

    There are fewer than the curriculum has when the last day comes first.
    """
    curriculum = db.get(Curriculum, group.curriculum) if group.curriculum else None
    if curriculum is None:
        return []
    wanted = lessons(curriculum, modules_of(db, curriculum.id))
    return list(_slots(group, group.starts, wanted, frozenset()))


def sessions_in(db: Session, group: UUID) -> list[TrainingSession]:
    """List the half-days of a group that count, make-ups among them, in order of time."""
    found = db.scalars(
        select(TrainingSession).where(
            TrainingSession.group == group, TrainingSession.voided.is_(None)
        )
    )
    return sorted(found, key=lambda session: place_in_time(*at_of(session)))


def at_of(session: TrainingSession) -> HalfDay:
    """Give when a half-day is."""
    return session.held_on or date.min, session.half_day or ""


def place_in_time(held_on: date, half_day: str) -> tuple[date, int]:
    """Give what sorts half-days by time."""
    order = HALF_DAYS.codes()
    return held_on, order.index(half_day) if half_day in order else len(order)


def plan(db: Session, group: TrainingGroup) -> list[TrainingSession]:
    """Bring a group's half-days in line with its dates and its curriculum.

    Half-days the roll was called on stay, and make-ups; of the others, those that no longer fit
    are voided. Two desks that plan the same group make the same half-days.
    """
    curriculum = db.get(Curriculum, group.curriculum) if group.curriculum else None
    if curriculum is None:
        return []
    held = sessions_in(db, group.id)
    marked = _marked(db, [session.id for session in held])
    stay = [s for s in held if s.id in marked or s.is_makeup]
    taught = Counter(s.module for s in stay if not s.is_makeup)
    wanted = []
    for lesson in lessons(curriculum, modules_of(db, curriculum.id)):
        if taught[lesson[0]]:
            taught[lesson[0]] -= 1
        else:
            wanted.append(lesson)
    after = [s.held_on for s in stay if s.held_on is not None and not s.is_makeup]
    first = max([group.starts or date.max, *after])
    slots = list(_slots(group, first, wanted, frozenset(map(at_of, stay))))
    fitting = {(slot.held_on, slot.half_day) for slot in slots}
    for session in held:
        if session not in stay and at_of(session) not in fitting:
            session.voided = _("Planned anew.")
    db.flush()
    for slot in slots:
        _place(db, group.id, slot.held_on, slot.half_day, module=slot.module, minutes=slot.minutes)
    db.flush()
    return sessions_in(db, group.id)


def half_day_of(db: Session, group: UUID, held_on: date, half_day: str) -> TrainingSession:
    """Give the half-day of a group at a time; one that nobody planned is made."""
    found = _at(db, group, held_on, half_day)
    if found is None and not sessions_in(db, group):
        plan(db, db.get_one(TrainingGroup, group))
        found = _at(db, group, held_on, half_day)
    if found is not None:
        return found
    of_group = db.get_one(TrainingGroup, group)
    curriculum = db.get(Curriculum, of_group.curriculum) if of_group.curriculum else None
    made = _place(db, group, held_on, half_day, minutes=usual_minutes(curriculum))
    db.flush()  # the next person marked for it must find it
    return made


def add_half_day(db: Session, group: UUID, answers: Mapping[str, Any]) -> TrainingSession:
    """Add a half-day to a group; ``answers`` by question of ``TrainingSession``, as JSON."""
    context: Context = db.info["context"]
    fields = TrainingSession.fields
    cleaned = {name: fields[name].clean(answer, context) for name, answer in answers.items()}
    held_on = fields["held_on"].clean(cleaned.pop("held_on", None), context)
    half_day = fields["half_day"].clean(cleaned.pop("half_day", None), context)
    if _at(db, group, held_on, half_day) is not None:
        raise _twice(held_on, half_day)
    of_group = db.get_one(TrainingGroup, group)
    curriculum = db.get(Curriculum, of_group.curriculum) if of_group.curriculum else None
    cleaned.setdefault("minutes", usual_minutes(curriculum))
    return _place(db, group, held_on, half_day, **cleaned)


def _shared(minutes: int, parts: int | None) -> list[int]:
    """Share minutes between half-days so that they add up."""
    if not parts:
        return []
    each, over = divmod(minutes, parts)
    return [each + (number < over) for number in range(parts)]


def _slots(
    group: TrainingGroup,
    first: date | None,
    wanted: Sequence[tuple[UUID | None, int]],
    taken: frozenset[HalfDay],
) -> Iterator[Slot]:
    days = WEEKDAYS.codes()
    meets_on = group.weekdays or _WORKING_DAYS
    halves = [half for half in HALF_DAYS.codes() if half in (group.meets or HALF_DAYS.codes())]
    left = list(wanted)
    for number in range(_LONGEST_DAYS if first is not None and first != date.max else 0):
        on = (first or date.max) + timedelta(days=number)
        if not left or (group.ends is not None and on > group.ends):
            return
        if days[on.weekday()] not in meets_on:
            continue
        for half_day in halves:
            if left and (on, half_day) not in taken:
                module, minutes = left.pop(0)
                yield Slot(on, half_day, module, minutes)


def _marked(db: Session, sessions: Sequence[UUID]) -> set[UUID]:
    """Give those of the half-days that somebody is marked for."""
    found = db.scalars(
        select(Attendance.session).where(
            Attendance.session.in_(sessions), Attendance.voided.is_(None)
        )
    )
    return {session for session in found if session is not None}


def _at(db: Session, group: UUID, held_on: date, half_day: str) -> TrainingSession | None:
    return db.scalars(
        select(TrainingSession).where(
            TrainingSession.group == group,
            TrainingSession.held_on == held_on,
            TrainingSession.half_day == half_day,
            TrainingSession.voided.is_(None),
        )
    ).first()


def _place(
    db: Session, group: UUID, held_on: date, half_day: str, **answers: Any
) -> TrainingSession:
    """Make the half-day every desk makes at this time, or bring it back."""
    for attempt in count(1):
        # One that was moved away keeps its id: the next at its old time is another.
        name = f"{group}:{held_on.isoformat()}:{half_day}" + (f":{attempt}" * (attempt > 1))
        place = named_id("training_session", name)
        known = db.get(TrainingSession, place)
        if known is None:
            made = TrainingSession(
                id=place, group=group, held_on=held_on, half_day=half_day, **answers
            )
            db.add(made)
            return made
        if known.voided is None and at_of(known) != (held_on, half_day):
            continue
        settled = {"held_on": held_on, "half_day": half_day, "voided": None, **answers}
        for question, answer in settled.items():
            if getattr(known, question) != answer:
                setattr(known, question, answer)
        return known
    raise AssertionError("unreachable")


# -- rules -------------------------------------------------------------------------------------


@rule(TrainingSession)
def one_half_day_at_a_time(db: Session, session: TrainingSession, context: Context) -> None:
    """A group meets once on a half-day."""
    if session.voided is not None or session.held_on is None or not session.half_day:
        return
    twice = db.scalars(
        select(TrainingSession.id).where(
            TrainingSession.group == session.group,
            TrainingSession.held_on == session.held_on,
            TrainingSession.half_day == session.half_day,
            TrainingSession.id != session.id,
            TrainingSession.voided.is_(None),
        )
    ).first()
    if twice is not None:
        raise _twice(session.held_on, session.half_day)


def _twice(held_on: date, half_day: str) -> Refused:
    return Refused(
        "half_day_twice",
        _("The group already meets on {day}, {half_day}.").format(
            day=isolate(day_text(held_on, "medium")), half_day=HALF_DAYS.label(half_day)
        ),
        "held_on",
        "training_session",
    )


@rule(TrainingSession)
def roll_keeps_its_half_day(db: Session, session: TrainingSession, context: Context) -> None:
    """A half-day the roll was called on is neither moved nor taken away."""
    marked = db.scalars(
        select(Attendance).where(Attendance.session == session.id, Attendance.voided.is_(None))
    ).first()
    if marked is None:
        return
    if session.voided is not None or at_of(session) != (marked.held_on, marked.half_day):
        raise Refused(
            "half_day_marked",
            _(
                "The roll was called on {day}, {half_day}. That half-day stays; "
                "add another one instead."
            ).format(day=isolate(marked.shown("held_on")), half_day=marked.shown("half_day")),
            "held_on",
        )


@rule(TrainingSession)
def makeup_is_of_its_group(db: Session, session: TrainingSession, context: Context) -> None:
    """A make-up is of a planned half-day of its group."""
    if session.voided is not None or session.makes_up is None:
        return
    missed = db.get(TrainingSession, session.makes_up)
    if missed is None:
        return
    if missed.group != session.group or missed.is_makeup or missed.voided is not None:
        raise Refused(
            "makeup_of_other",
            _("A make-up is of a planned half-day of the same group."),
            "makes_up",
        )


# -- verbs -------------------------------------------------------------------------------------


@verb(
    TrainingGroup,
    "plan",
    N_("Plan the half-days anew"),
    when=lambda _db, group: group.starts is not None,
)
def _plan(db: Session, group: TrainingGroup) -> list[TrainingSession]:
    return plan(db, group)


@usual(TrainingSession)
def usual_half_day(db: Session, group: Any) -> dict[str, Any]:
    """A half-day follows the last one of its group."""
    if not isinstance(group, TrainingGroup):
        return {}
    curriculum = db.get(Curriculum, group.curriculum) if group.curriculum else None
    held = [at_of(session) for session in sessions_in(db, group.id)]
    first = max((on for on, _half in held), default=group.starts) or date.max
    slot = next(_slots(group, first, [(None, usual_minutes(curriculum))], frozenset(held)), None)
    answers: dict[str, Any] = {"minutes": usual_minutes(curriculum)}
    if slot is not None:
        answers |= {"held_on": slot.held_on.isoformat(), "half_day": slot.half_day}
    return answers
