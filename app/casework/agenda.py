"""What an office, or one of its people, has to do on which day: met, expected and taught."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from app.casework.people import display_names
from app.casework.training_calendar import at_of
from app.formats import time_text
from app.i18n import _, isolate, ngettext
from app.models.appointments import APPOINTMENT_STATES, PURPOSES, Appointment
from app.models.choices import fold_name
from app.models.collector import collector_paused
from app.models.sessions import SESSION_KINDS, CounsellingSession, GroupSession
from app.models.training import HALF_DAYS, CourseModule, TrainingGroup, TrainingSession
from app.models.users import User

# Where half-days and sessions without an hour stand among the hours of a day.
_PLACES: Final = {"am": "08:00", "pm": "13:30", "": "24:00"}


@dataclass(frozen=True, slots=True)
class Engagement:
    """Something on a day.

    Attributes:
        what: ``appointment``, ``session``, ``group_session`` or ``training``.
        order: What sorts it within its day.
        when: The time or half-day, in words; empty when only the day is known.
        title: Whom or which group it is with.
        detail: More about it; may be empty.
        record: Id of the record; ``opens`` of the person, group or group session it leads to.
        is_past: It was kept, missed or held.
    """

    day: date
    what: str
    order: str
    when: str
    title: str
    detail: str
    record: UUID
    opens: UUID
    is_past: bool = False


@collector_paused()
def agenda(db: Session, first: date, last: date, user: UUID | None = None) -> list[Engagement]:
    """List what is on the days from ``first`` to ``last``, in order of time.

    Args:
        user: Only what is theirs, or nobody's in particular; None for the whole office.
    """
    found = [
        *_appointments(db, first, last, user),
        *_sessions(db, first, last, user),
        *_group_sessions(db, first, last, user),
        *_training(db, first, last, user),
    ]
    return sorted(found, key=lambda one: (one.day, one.order, one.title.casefold()))


def _whose(column: ColumnElement[UUID | None], user: UUID | None) -> list[ColumnElement[bool]]:
    return [] if user is None else [or_(column == user, column.is_(None))]


def _names(db: Session, people: Iterable[UUID]) -> dict[UUID, str]:
    return {person: names[0] for person, names in display_names(db, people).items() if names}


def _appointments(db: Session, first: date, last: date, user: UUID | None) -> Iterator[Engagement]:
    found = db.execute(
        select(
            Appointment.id, Appointment.person, Appointment.at, Appointment.purpose,
            Appointment.place, Appointment.state,
        ).where(
            Appointment.at >= first.isoformat(),
            Appointment.at < (last + timedelta(days=1)).isoformat(),
            Appointment.voided.is_(None),
            Appointment.state != "cancelled",
            *_whose(Appointment.counsellor.expression, user),
        )
    ).all()  # fmt: skip
    names = _names(db, {one.person for one in found})
    times: dict[str, str] = {}
    for one in found:
        at = one.at or ""
        state = APPOINTMENT_STATES.label(one.state or "") if one.state != "planned" else ""
        yield Engagement(
            date.fromisoformat(at[:10]), "appointment", at[11:], _time(at[11:], times),
            names.get(one.person) or _("No name yet"),
            _joined(PURPOSES.label(one.purpose or ""), one.place or "", state), one.id, one.person,
            one.state != "planned",
        )  # fmt: skip


def _time(clock: str, known: dict[str, str]) -> str:
    # Many meet at the same few hours, and CLDR is slow to write one.
    if clock not in known:
        known[clock] = time_text(f"2000-01-01T{clock}")
    return known[clock]


def _sessions(db: Session, first: date, last: date, user: UUID | None) -> Iterator[Engagement]:
    found = db.execute(
        select(
            CounsellingSession.id, CounsellingSession.root, CounsellingSession.held_on,
            CounsellingSession.session_kind,
        ).where(
            CounsellingSession.held_on.between(first, last),
            CounsellingSession.group_session.is_(None),
            CounsellingSession.voided.is_(None),
            *_whose(CounsellingSession.counsellor.expression, user),
        )
    ).all()  # fmt: skip
    names = _names(db, {one.root for one in found})
    for one in found:
        yield Engagement(
            one.held_on or first, "session", _PLACES[""], "",
            names.get(one.root) or _("No name yet"), SESSION_KINDS.label(one.session_kind or ""),
            one.id, one.root, True,
        )  # fmt: skip


def _group_sessions(
    db: Session, first: date, last: date, user: UUID | None
) -> Iterator[Engagement]:
    found = db.scalars(
        select(GroupSession).where(
            GroupSession.held_on.between(first, last),
            GroupSession.voided.is_(None),
            *_whose(GroupSession.counsellor.expression, user),
        )
    ).all()
    counted = db.execute(
        select(CounsellingSession.group_session, func.count())
        .where(
            CounsellingSession.group_session.in_([one.id for one in found]),
            CounsellingSession.voided.is_(None),
        )
        .group_by(CounsellingSession.group_session)
    )
    people = {group: count for group, count in counted if group is not None}
    for one in found:
        count = people.get(one.id, 0)
        with_whom = ngettext("{count} person", "{count} people", count).format(
            count=isolate(str(count))
        )
        yield Engagement(
            one.held_on or first, "group_session", _PLACES[""], "", one.shown("session_kind"),
            _joined(with_whom, one.place or ""), one.id, one.id, True,
        )  # fmt: skip


def _training(db: Session, first: date, last: date, user: UUID | None) -> Iterator[Engagement]:
    rows = db.execute(
        select(TrainingSession, TrainingGroup)
        .join(TrainingGroup, TrainingGroup.id == TrainingSession.group)
        .where(
            TrainingSession.held_on.between(first, last),
            TrainingSession.voided.is_(None),
            TrainingGroup.voided.is_(None),
        )
    ).all()
    known = db.get(User, user) if user is not None else None
    own = fold_name(known.name or known.login) if known is not None else None
    modules = {
        module.id: module.summary
        for module in db.scalars(
            select(CourseModule).where(CourseModule.id.in_([s.module for s, _group in rows]))
        )
    }
    for session, group in rows:
        trainer = session.trainer or group.trainer
        # A trainer is named, not chosen: mine are those I planned or teach.
        if own is not None and group.created_by != user and fold_name(trainer or "") != own:
            continue
        day, half_day = at_of(session)
        room = session.room or group.room or session.place or group.place or ""
        taught = _("Make-up") if session.is_makeup else modules.get(session.module or group.id, "")
        yield Engagement(
            day, "training", _PLACES.get(half_day, _PLACES[""]), HALF_DAYS.label(half_day),
            group.summary, _joined(taught, room), session.id, group.id,
        )  # fmt: skip


def _joined(*parts: str) -> str:
    return " · ".join(isolate(part) for part in parts if part)
