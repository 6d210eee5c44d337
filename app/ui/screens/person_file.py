"""Everything a person's file shows, read at once in one consistent view."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.case_states import ENDED
from app.casework.cases import NextState, next_states
from app.casework.consents import live_scopes
from app.casework.files import ancestors, filed_kinds, filed_of, pointed_to
from app.casework.people import display_names, names_of
from app.casework.programmes import programme_of
from app.casework.sessions import sessions_of
from app.casework.timeline import Happening, timeline
from app.casework.training import Progress, progress_of
from app.casework.verbs import Verb, verbs_of
from app.errors import Refused
from app.models.appointments import Appointment
from app.models.attachments import Attachment
from app.models.cases import Case
from app.models.consents import Consent
from app.models.persons import Contact, Person, PersonIdentifier, PersonName
from app.models.record import Record, kind_named
from app.models.sessions import CounsellingSession
from app.models.training import Curriculum, Enrolment, TrainingGroup
from app.models.users import User

if TYPE_CHECKING:
    from app.models.programmes import Programme
    from app.ui.desk import Desk

_Kind = TypeVar("_Kind", bound=Record)
_OWN_LISTS: Final[tuple[type[Record], ...]] = (
    Person, PersonName, PersonIdentifier, Contact, Consent, Case, CounsellingSession, Appointment,
    Enrolment, TrainingGroup, Attachment,
)  # fmt: skip
_SHOWN_ALONG: Final = frozenset(
    {"attendance", "protection_record", "protection_clearance", "programme_change"}
)


def shown_kinds() -> frozenset[str]:
    """Give the record kinds whose changes a file shows."""
    return _SHOWN_ALONG | {kind.kind for kind in (*_OWN_LISTS, *filed_kinds())}


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
        filed: Records shown from their declaration, by kind, in the order they were written.
        set_aside: Those of them that no longer count.
        steps: Where each case may go, by case id.
        programmes: Each case's programme as the office runs it, by case id.
        verbs: What may be done with a record, by its id.
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
    filed: dict[type[Record], list[Record]] = field(default_factory=dict)
    set_aside: dict[type[Record], list[Record]] = field(default_factory=dict)
    steps: dict[UUID, list[NextState]] = field(default_factory=dict)
    programmes: dict[UUID, Programme] = field(default_factory=dict)
    verbs: dict[UUID, list[Verb]] = field(default_factory=dict)
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
            *_flat(self.filed), *_flat(self.set_aside),
        ]  # fmt: skip

    def by_id(self) -> dict[UUID, Record]:
        """Give every record of the file by its id."""
        return {record.id: record for record in self.records}

    def standing_under(self, kind: type[Record], above: UUID) -> list[Record]:
        """List the records of a kind that stand under another, at any depth."""
        listed: list[Record] = list(self.cases) if kind is Case else self.filed.get(kind, [])
        by_id = self.by_id()
        return [record for record in listed if above in ancestors(record, by_id)]


@contextmanager
def reading(desk: Desk) -> Iterator[Session]:
    """Read for the person at the desk: what asks who they are and the day finds both."""
    with desk.store.read() as db:
        db.info.update(author=desk.user, context=desk.store.context(), store=desk.store)
        yield db


def read_file(desk: Desk, person: UUID) -> PersonFile | None:
    """Read a person's file; None when the person is not on this computer."""
    with reading(desk) as db:
        found = db.get(Person, person)
        if found is None:
            return None
        cases = _of(db, Case, person)
        filed = filed_of(db, person)
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
            happenings=timeline(db, person, filed),
            filed=_some(filed, is_voided=False),
            set_aside=_some(filed, is_voided=True),
            steps={case.id: next_states(db, case) for case in cases},
            programmes=_programmes(db, cases),
        )
        file.verbs = {
            record.id: found_verbs
            for record in [*cases, *_flat(file.filed)]
            if (found_verbs := verbs_of(db, record, desk.roles))
        }
        file.named = _named(db, file)
        return file


def _programmes(db: Session, cases: Iterable[Case]) -> dict[UUID, Programme]:
    # A case of a programme this version does not ship is shown without its line of states.
    known: dict[UUID, Programme] = {}
    for case in cases:
        with suppress(Refused):
            known[case.id] = programme_of(db, case.programme or "")
    return known


def _flat(filed: dict[type[Record], list[Record]]) -> Iterable[Record]:
    return (record for listed in filed.values() for record in listed)


def _some(
    filed: dict[type[Record], list[Record]], *, is_voided: bool
) -> dict[type[Record], list[Record]]:
    kept = {
        kind: [record for record in listed if bool(record.voided) is is_voided]
        for kind, listed in filed.items()
    }
    return {kind: listed for kind, listed in kept.items() if listed}


def _named(db: Session, file: PersonFile) -> dict[UUID, str]:
    """Name what the records of a file point to, in the file and beyond."""
    named = {case.id: case.summary for case in file.cases}
    named |= {user.id: user.summary for user in db.scalars(select(User))}
    named |= {record.id: record.summary for record in _flat(file.filed)}
    for kind, ids in pointed_to(_flat(file.filed)).items():
        beyond = ids - set(named)
        if beyond and kind == "person":
            names = display_names(db, list(beyond))
            named |= {person: " / ".join(of) for person, of in names.items()}
        elif beyond:
            pointed: type[Any] = kind_named(kind)
            rows = db.scalars(select(pointed).where(pointed.id.in_(beyond)))
            named |= {record.id: record.summary for record in rows}
    return named


def _of(db: Session, kind: type[_Kind], person: UUID) -> list[_Kind]:
    query = select(kind).where(kind.root == person, kind.voided.is_(None))
    return list(db.scalars(query.order_by(kind.created_at)))


def _place(db: Session, enrolment: Enrolment) -> Place:
    group = db.get(TrainingGroup, enrolment.group)
    curriculum = db.get(Curriculum, group.curriculum) if group and group.curriculum else None
    progress = progress_of(db, enrolment) if group and curriculum else None
    return Place(enrolment, group, curriculum, progress)
