"""Recording counselling sessions, and the appointment that comes next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.cases import ENDED
from app.casework.verbs import usual
from app.errors import Refused
from app.i18n import _
from app.models.appointments import Appointment
from app.models.cases import Case
from app.models.persons import Person
from app.models.record import Record
from app.models.rules import rule
from app.models.sessions import CounsellingSession
from app.models.types import Context


def record_session(
    db: Session, case: UUID, *, next_appointment: str | None = None, **answers: Any
) -> CounsellingSession:
    """Record a session of a case.

    Args:
        next_appointment: Day and time of the next one, when one was agreed.
        answers: By question of ``CounsellingSession``.
    """
    session = CounsellingSession(
        case=case,
        **{
            "held_on": db.info["context"].today,
            "counsellor": db.info["author"],
            **answers,
        },
    )
    db.add(session)
    if next_appointment:
        of_case = db.get(Case, case)
        if of_case is not None:
            schedule(db, of_case.person, at=next_appointment, purpose="counselling")
    return session


@usual(CounsellingSession)
def usual_session(db: Session, parent: Record) -> Mapping[str, Any]:
    """Start with today, at the office, in the language the person understands best."""
    answers = {"held_on": db.info["context"].today.isoformat(), "mode": "office"}
    person = db.get(Person, parent.person) if isinstance(parent, Case) else None
    if person is not None and person.main_language:
        answers["language"] = person.main_language
    return answers


def schedule(db: Session, person: UUID, *, at: str, purpose: str, **answers: Any) -> Appointment:
    """Agree a time with a person."""
    appointment = Appointment(
        person=person,
        at=at,
        purpose=purpose,
        **{"state": "planned", "counsellor": db.info["author"], **answers},
    )
    db.add(appointment)
    return appointment


def settle_appointment(appointment: Appointment, state: str) -> None:
    """Note whether an appointment was kept, missed or cancelled."""
    appointment.state = state


def sessions_of(db: Session, person: UUID) -> list[CounsellingSession]:
    """List the sessions on a person's file, the latest first."""
    found = db.scalars(
        select(CounsellingSession)
        .where(CounsellingSession.root == person, CounsellingSession.voided.is_(None))
        .order_by(CounsellingSession.held_on.desc(), CounsellingSession.created_at.desc())
    )
    return list(found)


@rule(CounsellingSession)
def session_in_open_case(db: Session, session: CounsellingSession, context: Context) -> None:
    """A session is held while its case is open."""
    case = db.get(Case, session.case)
    if case is None or session.voided or not session.held_on:
        return
    ended = case.state in ENDED and case.closed is not None and session.held_on > case.closed
    if ended:
        raise Refused(
            "case_ended",
            _("This case ended on {day}. Reopen it or choose another case.").format(
                day=case.shown("closed")
            ),
            "case",
        )


@rule(CounsellingSession)
def interpreter_is_named(db: Session, session: CounsellingSession, context: Context) -> None:
    """An interpreter is somebody: the record names them."""
    if session.interpreter in {"in_person", "remote"} and not session.interpreter_name:
        raise Refused(
            "interpreter_name",
            _("Write the interpreter's name."),
            "interpreter_name",
        )
