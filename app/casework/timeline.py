"""All that happened with a person, and is agreed to happen, in one line of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.files import Filed, filed_of
from app.i18n import _, isolate
from app.models.appointments import Appointment
from app.models.attachments import Attachment
from app.models.cases import Case, CaseTransition
from app.models.clock import stamp_time
from app.models.consents import SCOPES, Consent
from app.models.persons import Person
from app.models.record import Record
from app.models.sessions import CounsellingSession
from app.models.training import Enrolment, TrainingGroup

_Kind = TypeVar("_Kind", bound=Record)


@dataclass(frozen=True, slots=True)
class Happening:
    """One point of the line.

    Attributes:
        at: Day, or day and time, at the office, ISO 8601.
        what: One of ``registered``, ``consent``, ``case``, ``session``, ``appointment``,
            ``training``, ``paper``, or the kind of the record that tells it.
        title: What happened, translated.
        detail: More about it; may be empty.
        record: Id of the record that tells it.
    """

    at: str
    what: str
    title: str
    detail: str
    record: UUID


def timeline(db: Session, person: UUID, filed: Filed | None = None) -> list[Happening]:
    """List what happened with a person, the latest first; what is to come stands before.

    Args:
        filed: What is filed under the person, when it was read already.
    """
    filed = filed_of(db, person) if filed is None else filed
    moves = [move for move in filed.get(CaseTransition, []) if isinstance(move, CaseTransition)]
    found = [
        *_registration(db, person),
        *_consents(_of(db, Consent, person)),
        # Of one day, what stands first here is told as the later: the last move, then the rest.
        *_moves(reversed(moves)),
        *_cases(_of(db, Case, person), {move.case for move in moves if not move.voided}),
        *_sessions(_of(db, CounsellingSession, person)),
        *_appointments(_of(db, Appointment, person)),
        *_training(db, _of(db, Enrolment, person)),
        *_papers(_of(db, Attachment, person)),
        *_filed(filed),
    ]
    return sorted(found, key=_place, reverse=True)


def _place(happening: Happening) -> tuple[str, bool, str]:
    # Most happenings know their day only; of that day, registration came first.
    return happening.at[:10], happening.what != "registered", happening.at


def _of(db: Session, kind: type[_Kind], person: UUID) -> list[_Kind]:
    query = select(kind).where(kind.root == person, kind.voided.is_(None))
    return list(db.scalars(query.order_by(kind.created_at)))


def _day(record: Record, day: Any) -> str:
    """Give the day of a record, or the day it was written when it has none."""
    if day is not None:
        return str(day.isoformat())
    return stamp_time(record.created_at).astimezone().date().isoformat()


def _registration(db: Session, person: UUID) -> Iterator[Happening]:
    registered = db.get(Person, person)
    if registered is not None:
        at = stamp_time(registered.created_at).astimezone().strftime("%Y-%m-%dT%H:%M")
        yield Happening(at, "registered", _("Registered"), "", person)


def _consents(consents: Iterable[Consent]) -> Iterator[Happening]:
    for consent in consents:
        scopes = [s for s in SCOPES.codes() if s in (consent.scopes or ())]
        detail = _(", ").join(SCOPES.label(scope) for scope in scopes)
        yield Happening(
            _day(consent, consent.given_on), "consent", _("Consent given"), detail, consent.id
        )
        if consent.withdrawn_on:
            at = consent.withdrawn_on.isoformat()
            yield Happening(at, "consent", _("Consent withdrawn"), detail, consent.id)


def _cases(cases: Iterable[Case], with_moves: set[UUID]) -> Iterator[Happening]:
    for case in cases:
        detail = f"{isolate(case.number or '')} · {case.shown('programme')}"
        yield Happening(_day(case, case.opened), "case", _("Case opened"), detail, case.id)
        if case.closed and case.id not in with_moves:
            title = (
                _("Withdrawn from the programme") if case.state == "withdrawn" else _("Case closed")
            )
            yield Happening(
                case.closed.isoformat(), "case", title, case.state_reason or detail, case.id
            )


def _moves(moves: Iterable[CaseTransition]) -> Iterator[Happening]:
    for move in moves:
        if move.voided or move.moved_on is None:
            continue
        entered = move.shown("mark") or move.shown("to_state")
        title = _("Case: {state}").format(state=entered)
        detail = move.reason or ("" if move.mark else move.summary)
        yield Happening(move.moved_on.isoformat(), "case", title, detail, move.id)


def _sessions(sessions: Iterable[CounsellingSession]) -> Iterator[Happening]:
    for session in sessions:
        detail = " · ".join(
            part for part in (session.shown("decision"), session.shown("topics")) if part
        )
        yield Happening(
            _day(session, session.held_on), "session", session.shown("session_kind"), detail,
            session.id,
        )  # fmt: skip


def _appointments(appointments: Iterable[Appointment]) -> Iterator[Happening]:
    for appointment in appointments:
        title = _("Appointment: {purpose}").format(purpose=appointment.shown("purpose"))
        detail = " · ".join(
            part for part in (appointment.shown("state"), appointment.place) if part
        )
        yield Happening(appointment.at or "", "appointment", title, detail, appointment.id)


def _training(db: Session, enrolments: Iterable[Enrolment]) -> Iterator[Happening]:
    for enrolment in enrolments:
        group = db.get(TrainingGroup, enrolment.group)
        name = group.summary if group else ""
        day = _day(enrolment, enrolment.enrolled_on)
        yield Happening(day, "training", _("Enrolled in a training"), name, enrolment.id)
        if enrolment.completed_on:
            at = enrolment.completed_on.isoformat()
            yield Happening(at, "training", _("Training completed"), name, enrolment.id)


def _papers(attachments: Iterable[Attachment]) -> Iterator[Happening]:
    for paper in attachments:
        yield Happening(
            _day(paper, None), "paper", paper.shown("attachment_kind"), paper.caption or "",
            paper.id,
        )  # fmt: skip


# Told above in words of their own.
_TOLD: Final = frozenset(
    {CaseTransition, Consent, Case, CounsellingSession, Appointment, Enrolment, Attachment}
)


def _filed(filed: Filed) -> Iterator[Happening]:
    """Tell what each filed kind says of itself; a record without its day has not happened yet."""
    for kind, records in filed.items():
        declared = kind.filed
        if declared is None or not declared.day or kind in _TOLD or kind.is_confidential:
            continue
        title = _(declared.happened or kind.title)
        for record in records:
            day = getattr(record, declared.day)
            if record.voided or day is None:
                continue
            # The day stands before the line; a summary that begins with it would say it twice.
            detail = record.summary.removeprefix(f"{record.shown(declared.day)} · ")
            yield Happening(str(day), kind.kind, title, detail, record.id)
