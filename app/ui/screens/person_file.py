"""Everything a person's file shows, read at once in one consistent view."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.cases import ENDED, NextState, next_states
from app.casework.consents import live_scopes
from app.casework.people import display_names, names_of
from app.casework.sessions import sessions_of
from app.casework.timeline import Happening, timeline
from app.casework.training import Progress, progress_of
from app.models.appointments import Appointment
from app.models.attachments import Attachment
from app.models.cases import Case
from app.models.consents import Consent
from app.models.persons import Contact, Person, PersonIdentifier, PersonName
from app.models.record import Record
from app.models.sessions import CounsellingSession
from app.models.store import Store
from app.models.training import Curriculum, Enrolment, TrainingGroup
from app.models.users import User

_Kind = TypeVar("_Kind", bound=Record)
KINDS = frozenset(
    kind.kind
    for kind in (
        Person,
        PersonName,
        PersonIdentifier,
        Contact,
        Consent,
        Case,
        CounsellingSession,
        Appointment,
        Enrolment,
        TrainingGroup,
        Attachment,
    )
) | {"attendance"}
"""Record kinds whose changes a file shows."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a training group, with what it came to."""

    enrolment: Enrolment
    group: TrainingGroup | None
    curriculum: Curriculum | None
    progress: Progress | None


@dataclass(slots=True)
class PersonFile:
    """One person's file.

    Attributes:
        shown_names: Own names, at most one a script, the one on the document first.
        steps: Where each case may go, by case id.
        named: What records pointed to are called.
    """

    person: Person
    shown_names: list[str]
    names: list[PersonName]
    contacts: list[Contact]
    identifiers: list[PersonIdentifier]
    consents: list[Consent]
    scopes: frozenset[str]
    cases: list[Case]
    sessions: list[CounsellingSession]
    appointments: list[Appointment]
    places: list[Place]
    attachments: list[Attachment]
    happenings: list[Happening]
    steps: dict[UUID, list[NextState]] = field(default_factory=dict)
    named: dict[UUID, str] = field(default_factory=dict)

    @property
    def open_cases(self) -> list[Case]:
        """Cases that have not ended."""
        return [case for case in self.cases if case.state not in ENDED]

    @property
    def records(self) -> list[Record]:
        """Every record of the file, for its history."""
        return [
            self.person, *self.names, *self.contacts, *self.identifiers, *self.consents,
            *self.cases, *self.sessions, *self.appointments,
            *(place.enrolment for place in self.places), *self.attachments,
        ]  # fmt: skip


def read_file(store: Store, person: UUID) -> PersonFile | None:
    """Read a person's file; None when the person is not on this computer."""
    with store.read() as db:
        found = db.get(Person, person)
        if found is None:
            return None
        cases = _of(db, Case, person)
        file = PersonFile(
            person=found,
            shown_names=display_names(db, [person]).get(person, []),
            names=names_of(db, person),
            contacts=_of(db, Contact, person),
            identifiers=_of(db, PersonIdentifier, person),
            consents=_of(db, Consent, person),
            scopes=live_scopes(db, person),
            cases=cases,
            sessions=sessions_of(db, person),
            appointments=_of(db, Appointment, person),
            places=[_place(db, enrolment) for enrolment in _of(db, Enrolment, person)],
            attachments=_of(db, Attachment, person),
            happenings=timeline(db, person),
            steps={case.id: next_states(db, case) for case in cases},
        )
        file.named = {case.id: case.summary for case in cases}
        file.named |= {user.id: user.summary for user in db.scalars(select(User))}
        return file


def _of(db: Session, kind: type[_Kind], person: UUID) -> list[_Kind]:
    query = select(kind).where(kind.root == person, kind.voided.is_(None))
    return list(db.scalars(query.order_by(kind.created_at)))


def _place(db: Session, enrolment: Enrolment) -> Place:
    group = db.get(TrainingGroup, enrolment.group)
    curriculum = db.get(Curriculum, group.curriculum) if group and group.curriculum else None
    progress = progress_of(db, enrolment) if group and curriculum else None
    return Place(enrolment, group, curriculum, progress)
