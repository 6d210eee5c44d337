"""What the training screen shows, read at once: groups, and one group with its roll call."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from app.casework.people import display_names
from app.casework.training import Progress, members, progress_of
from app.models.store import Store
from app.models.training import HALF_DAYS, Attendance, Curriculum, Enrolment, TrainingGroup

HalfDay = tuple[date, str]
_SATURDAY: Final = 5
_OUT: Final = frozenset({"dropped", "excluded"})


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group in the list."""

    group: TrainingGroup
    curriculum: str
    taken: int


@dataclass(slots=True)
class Member:
    """Someone in a group.

    Attributes:
        name: As the list shows it; other scripts in ``other_names``.
        marks: By half-day.
    """

    enrolment: Enrolment
    name: str
    other_names: list[str]
    progress: Progress
    marks: dict[HalfDay, str] = field(default_factory=dict)

    @property
    def is_in(self) -> bool:
        """Whether they still attend."""
        return self.enrolment.state not in _OUT


@dataclass(slots=True)
class GroupFile:
    """One group.

    Attributes:
        half_days: Columns of the roll call: days planned, and any other already marked.
    """

    group: TrainingGroup
    curriculum: Curriculum | None
    members: list[Member]
    half_days: list[HalfDay]


def read_groups(store: Store) -> list[GroupLine]:
    """List the groups, the one that started last first."""
    with store.read() as db:
        counted = db.execute(
            select(Enrolment.group, func.count())
            .where(Enrolment.voided.is_(None), Enrolment.state.not_in(_OUT))
            .group_by(Enrolment.group)
        )
        taken: dict[UUID, int] = dict(counted.all())
        groups = db.scalars(
            select(TrainingGroup)
            .where(TrainingGroup.voided.is_(None))
            .order_by(TrainingGroup.starts.desc(), TrainingGroup.created_at.desc())
        ).all()
        names = {c.id: c.summary for c in db.scalars(select(Curriculum))}
        return [GroupLine(g, names.get(g.curriculum, ""), taken.get(g.id, 0)) for g in groups]


def read_group(
    store: Store, group: UUID, other_days: frozenset[date] = frozenset()
) -> GroupFile | None:
    """Read a group with its members and marks; None when it is not on this computer.

    Args:
        other_days: Days to be shown although nobody planned them.
    """
    with store.read() as db:
        found = db.get(TrainingGroup, group)
        if found is None:
            return None
        curriculum = db.get(Curriculum, found.curriculum) if found.curriculum else None
        enrolments = members(db, group)
        names = display_names(db, [enrolment.person for enrolment in enrolments])
        listed = []
        for enrolment in enrolments:
            own = names.get(enrolment.person, [])
            listed.append(
                Member(enrolment, own[0] if own else "", own[1:], progress_of(db, enrolment))
            )
        by_enrolment = {member.enrolment.id: member for member in listed}
        marks = db.scalars(
            select(Attendance).where(
                Attendance.enrolment.in_(list(by_enrolment)), Attendance.voided.is_(None)
            )
        )
        for mark in marks:
            if mark.held_on is not None:
                at = (mark.held_on, mark.half_day or "")
                by_enrolment[mark.enrolment].marks[at] = mark.mark or ""
        listed.sort(key=lambda member: member.name.casefold())
        marked = {at for member in listed for at in member.marks}
        marked |= {(day, half_day) for day in other_days for half_day in HALF_DAYS.codes()}
        return GroupFile(found, curriculum, listed, _half_days(found, curriculum, marked))


def _half_days(
    group: TrainingGroup, curriculum: Curriculum | None, marked: set[HalfDay]
) -> list[HalfDay]:
    """Plan weekdays from the first day, as many half-days as the curriculum has."""
    planned: set[HalfDay] = set()
    wanted = curriculum.half_days or 0 if curriculum else 0
    day = group.starts
    while day is not None and len(planned) < wanted:
        if group.ends is not None and day > group.ends:
            break
        if day.weekday() < _SATURDAY:
            for half_day in HALF_DAYS.codes():
                if len(planned) < wanted:
                    planned.add((day, half_day))
        day += timedelta(days=1)
    order = HALF_DAYS.codes()
    return sorted(
        planned | marked, key=lambda at: (at[0], order.index(at[1]) if at[1] in order else 9)
    )
