"""What a counsellor's day begins with: who is expected, who waits, what has arrived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.casework.cases import ENDED
from app.casework.files import file_of
from app.casework.people_list import PersonLine, lines_among, lines_of
from app.models.appointments import Appointment
from app.models.cases import STATES, Case
from app.models.collector import collector_paused
from app.models.consents import Consent

WAITING_AFTER_DAYS: Final = 7
"""A draft older than this waits for somebody."""
_OPEN_STATES: Final = tuple(state for state in STATES.codes() if state not in ENDED)


@dataclass(frozen=True, slots=True)
class Expected:
    """Somebody who has an appointment.

    Attributes:
        at: Day and time at the office, ISO 8601 to the minute.
        purpose: A code of ``PURPOSES``.
    """

    appointment: UUID
    person: PersonLine
    at: str
    purpose: str | None
    place: str | None

    @property
    def day(self) -> date:
        """Day of the appointment."""
        return date.fromisoformat(self.at[:10])


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody whose case does not move until the counsellor acts.

    Attributes:
        reason: ``consent`` (none recorded) or ``draft`` (a case begun and not registered).
        since: Day the case was opened.
    """

    person: PersonLine
    reason: str
    since: date | None
    case_number: str | None


@collector_paused()
def expected(db: Session, counsellor: UUID, today: date, days: int = 7) -> list[Expected]:
    """List a counsellor's planned appointments from ``today`` on, the earliest first.

    Args:
        days: How many days, today among them.
    """
    found = db.execute(
        select(
            Appointment.id,
            Appointment.person,
            Appointment.at,
            Appointment.purpose,
            Appointment.place,
        )
        .where(
            Appointment.at >= today.isoformat(),
            Appointment.at < (today + timedelta(days=days)).isoformat(),
            Appointment.voided.is_(None),
            Appointment.state == "planned",
            or_(Appointment.counsellor == counsellor, Appointment.counsellor.is_(None)),
        )
        .order_by(Appointment.at)
    ).all()
    people = lines_among(db, dict.fromkeys(row.person for row in found))
    return [
        Expected(appointment, people[person], at or "", purpose, place)
        for appointment, person, at, purpose, place in found
        if person in people
    ]


def waiting(db: Session, counsellor: UUID, today: date, limit: int = 30) -> list[Waiting]:
    """List a counsellor's people who wait for a consent or a registration, the longest first."""
    no_consent = ~exists().where(
        Consent.person == Case.person,
        Consent.voided.is_(None),
        Consent.withdrawn_on.is_(None),
        sa.type_coerce(Consent.scopes, sa.Text).contains('"register"'),
    )
    begun_long_ago = (Case.state == "draft") & (
        Case.opened <= today - timedelta(days=WAITING_AFTER_DAYS)
    )
    rows = db.execute(
        select(Case.person, Case.opened, Case.number, no_consent.label("lacks_consent"))
        .where(
            Case.counsellor == counsellor,
            Case.voided.is_(None),
            Case.state.in_(_OPEN_STATES),
            or_(no_consent, begun_long_ago),
        )
        .order_by(Case.opened)
        .limit(limit)
    ).all()
    people = lines_among(db, dict.fromkeys(row.person for row in rows))
    return [
        Waiting(
            people[row.person],
            "consent" if row.lacks_consent else "draft",
            row.opened,
            row.number,
        )
        for row in rows
        if row.person in people
    ]


def draft_name(answers: Mapping[str, Any]) -> str:
    """Give the name somebody has typed so far in a form begun; empty while there is none."""
    parts = [_first_text(answers, part) for part in ("given_names", "family_name")]
    return " ".join(part for part in parts if part)


def person_of(db: Session, record: UUID) -> PersonLine | None:
    """Give the person in whose file a record is; themselves, for a person."""
    return next(iter(lines_of(db, [file_of(db, record) or record])), None)


def _first_text(answers: Any, name: str) -> str:
    if isinstance(answers, Mapping):
        if isinstance(found := answers.get(name), str) and found:
            return found
        answers = list(answers.values())
    if isinstance(answers, list):
        return next((text for answer in answers if (text := _first_text(answer, name))), "")
    return ""
