"""What the training screen shows, read at once: groups, and one group with its roll call."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from app.casework.attendance import ATTENDED
from app.casework.certificates import certificates_in, due, is_over
from app.casework.people import display_names
from app.casework.training import Missing, Progress, group_warning, members, standing_in
from app.casework.training_calendar import (
    OUT,
    HalfDay,
    at_of,
    place_in_time,
    planned,
    sessions_in,
)
from app.models.store import Store
from app.models.training import (
    HALF_DAYS,
    Attendance,
    Certificate,
    CourseModule,
    Curriculum,
    Enrolment,
    TrainingGroup,
    TrainingSession,
)

PRE: Final = "pre_score"
POST: Final = "post_score"


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
        missing: What completing still takes.
        certificates: Those that count, the first given first.
        marks: By half-day.
    """

    enrolment: Enrolment
    name: str
    other_names: list[str]
    progress: Progress
    missing: tuple[Missing, ...] = ()
    certificates: list[Certificate] = field(default_factory=list)
    marks: dict[HalfDay, str] = field(default_factory=dict)

    @property
    def is_in(self) -> bool:
        """Whether they still attend."""
        return self.enrolment.state not in OUT

    @property
    def may_complete(self) -> bool:
        """Whether they have done all it takes and nobody noted it yet."""
        return self.enrolment.state == "enrolled" and not self.missing


@dataclass(slots=True)
class GroupFile:
    """One group.

    Attributes:
        half_days: Columns of the roll call: half-days planned, and any other already marked.
        sessions: Those of the half-days that are on file.
        tests: Scores that are written: of the test before, the test after.
        modules: What is taught, by id.
        due: Certificates earned and not given yet.
        is_over: Its last half-day has come.
        warning: What to look at twice; may be empty.
    """

    group: TrainingGroup
    curriculum: Curriculum | None
    members: list[Member]
    half_days: list[HalfDay]
    sessions: dict[HalfDay, TrainingSession] = field(default_factory=dict)
    tests: tuple[str, ...] = ()
    modules: dict[UUID, str] = field(default_factory=dict)
    due: int = 0
    is_over: bool = False
    warning: str = ""

    @property
    def taken(self) -> int:
        """People who hold a place."""
        return sum(member.is_in for member in self.members)

    @property
    def planned_minutes(self) -> int:
        """Minutes of the half-days planned, make-ups apart."""
        return sum(s.minutes or 0 for s in self.sessions.values() if not s.is_makeup)

    def attended_missed(self, member: Member, at: HalfDay) -> bool:
        """Tell whether a make-up is not for a member, who came to the half-day itself."""
        session = self.sessions.get(at)
        if session is None or session.makes_up is None:
            return False
        missed = (when for when, s in self.sessions.items() if s.id == session.makes_up)
        return any(member.marks.get(when) in ATTENDED for when in missed)


def read_groups(store: Store) -> list[GroupLine]:
    """List the groups, the one that started last first."""
    with store.read() as db:
        counted = db.execute(
            select(Enrolment.group, func.count())
            .where(Enrolment.voided.is_(None), Enrolment.state.not_in(OUT))
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
        standing = standing_in(db, found, enrolments)
        given = certificates_in(db, list(standing))
        listed = []
        for enrolment in enrolments:
            own = names.get(enrolment.person, [])
            how = standing[enrolment.id]
            listed.append(
                Member(
                    enrolment, own[0] if own else "", own[1:], how.progress, how.missing,
                    given.get(enrolment.id, []),
                )
            )  # fmt: skip
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
        sessions = {at_of(session): session for session in sessions_in(db, group)}
        shown = set(sessions) or {(slot.held_on, slot.half_day) for slot in planned(db, found)}
        shown |= {at for member in listed for at in member.marks}
        shown |= {(day, half_day) for day in other_days for half_day in HALF_DAYS.codes()}
        taught = db.scalars(select(CourseModule).where(CourseModule.curriculum == found.curriculum))
        file = GroupFile(
            found,
            curriculum,
            listed,
            sorted(shown, key=lambda at: place_in_time(*at)),
            sessions,
            _tests(curriculum, enrolments),
            {module.id: module.summary for module in taught},
            due=len(due(db, found)),
            is_over=is_over(db, found, store.context().today),
        )
        file.warning = group_warning(db, found, file.taken)
        return file


def _tests(curriculum: Curriculum | None, enrolments: list[Enrolment]) -> tuple[str, ...]:
    asked = {
        PRE: bool(curriculum and curriculum.pre_test),
        POST: bool(curriculum and (curriculum.post_test or curriculum.needs_post_test)),
    }
    return tuple(
        name
        for name, is_asked in asked.items()
        if is_asked or any(getattr(one, name) is not None for one in enrolments)
    )
