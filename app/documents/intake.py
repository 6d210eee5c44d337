"""The intake form: who a person is, how to reach them, what they agree to, and their case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.documents.about import current_case
from app.documents.blocks import Label
from app.documents.digests import code, digest, shown
from app.documents.fields import Field
from app.documents.job import Job
from app.documents.layout import Paper
from app.documents.questions import day_room, rows, sections_of
from app.documents.registry import Document, register
from app.errors import Refused
from app.i18n import N_, _
from app.models.cases import Case
from app.models.consents import Consent
from app.models.persons import NAME_KINDS, Contact, Person, PersonIdentifier, PersonName
from app.models.record import Record

NAME: Final = "intake"
TITLE: Final = N_("Intake form")
VERSION: Final = "1"

_READ_AT_ONCE: Final = 50

_Kind = TypeVar("_Kind", bound=Record)

_STATEMENT: Final = N_(
    "This form was read to me in a language I understand. I was told what the programme offers "
    "and what it cannot promise. My decision is free, and I may change it at any time until I "
    "leave. What is written here is what I said."
)
_NEVER_CALL: Final = N_("Never call this number.")
_ONLY_WRITE: Final = N_("Do not call: send messages only.")
_WITHDRAWN: Final = N_("This consent was withdrawn.")


@dataclass(frozen=True, slots=True)
class PersonAnswers:
    """What the form tells of one person; empty lists and no person on a blank form."""

    person: Person | None = None
    names: Sequence[PersonName] = ()
    contacts: Sequence[Contact] = ()
    identifiers: Sequence[PersonIdentifier] = ()
    consents: Sequence[Consent] = ()
    case: Case | None = None

    @property
    def records(self) -> list[Record]:
        """All of them, in the order of the form."""
        single = [self.person, self.case]
        listed = [*self.names, *self.contacts, *self.identifiers, *self.consents]
        return [*listed, *(record for record in single if record is not None)]


def draw(job: Job, records: Sequence[UUID | None]) -> Iterator[Paper]:
    """Draw a form for each person, or person of each case, and a blank one for None.

    Raises:
        Refused: An id is neither of a person nor of a case.
    """
    for start in range(0, len(records), _READ_AT_ONCE):
        chunk = records[start : start + _READ_AT_ONCE]
        files = read_people(job.db, [record for record in chunk if record is not None])
        for record in chunk:
            yield _paper(job, PersonAnswers() if record is None else files[record])


def read_people(db: Session, ids: Sequence[UUID]) -> dict[UUID, PersonAnswers]:
    """Read what the form tells of people, each known by their own id or that of a case.

    Raises:
        Refused: An id is neither of a person nor of a case.
    """
    named = {case.id: case for case in db.scalars(select(Case).where(Case.id.in_(ids)))}
    person_of = {one: named[one].person if one in named else one for one in ids}
    whose = list(set(person_of.values()))
    people = {one.id: one for one in db.scalars(select(Person).where(Person.id.in_(whose)))}
    for one in ids:
        if person_of[one] not in people:
            raise Refused("unknown_record", _("There is no person or case {id}.").format(id=one))
    names = _by_person(db, PersonName, whose)
    contacts = _by_person(db, Contact, whose)
    identifiers = _by_person(db, PersonIdentifier, whose)
    consents = _by_person(db, Consent, whose)
    cases = _by_person(db, Case, whose)
    return {
        one: PersonAnswers(
            people[person],
            sorted(names.get(person, ()), key=_name_order),
            contacts.get(person, ()),
            identifiers.get(person, ()),
            consents.get(person, ()),
            named.get(one) or current_case(cases.get(person, ())),
        )
        for one, person in person_of.items()
    }


def _by_person(db: Session, kind: type[_Kind], people: Sequence[UUID]) -> dict[UUID, list[_Kind]]:
    found: dict[UUID, list[_Kind]] = {}
    chosen = select(kind).where(kind.root.in_(people), kind.voided.is_(None))
    for record in db.scalars(chosen.order_by(kind.created_at, kind.id)):
        found.setdefault(record.root, []).append(record)
    return found


def _name_order(name: PersonName) -> int:
    kinds = NAME_KINDS.codes()
    return kinds.index(name.name_kind) if name.name_kind in kinds else len(kinds)


def _paper(job: Job, file: PersonAnswers) -> Paper:
    number = (file.case.number if file.case else None) or ""
    told = "" if file.person is None else digest(file.records)
    paper = job.paper(
        TITLE,
        VERSION,
        reference=number,
        code=code(NAME, VERSION, number, told) if told else "",
        digest=shown(told) if told else "",
    )
    draw_answers(job, paper, file)
    _declaration(job, paper)
    return paper


def draw_answers(
    job: Job, paper: Paper, file: PersonAnswers, *, only_answered: bool = False
) -> None:
    """Print who a person is, how to reach them, what they agree to, and their case.

    Args:
        only_answered: Leave no room for what is not answered.
    """
    lay = partial(rows, job, only_answered=only_answered)

    def room(blanks: int) -> int:
        return 0 if only_answered else blanks

    first, *more = sections_of(Person)
    _entries(job, lay, paper, N_("Names"), PersonName, file.names, blanks=room(2))
    paper.heading(job.label(first.title))
    paper.fields(lay(Person, first, file.person))
    _entries(job, lay, paper, N_("Contacts"), Contact, file.contacts, blanks=room(2))
    _entries(job, lay, paper, N_("Documents"), PersonIdentifier, file.identifiers, blanks=room(1))
    for section in more:
        laid = lay(Person, section, file.person)
        if laid:
            paper.heading(job.label(section.title))
            paper.fields(laid)
    _entries(job, lay, paper, N_("Consents"), Consent, file.consents, blanks=room(1))
    _entries(job, lay, paper, N_("Case"), Case, [file.case] if file.case else [], blanks=room(1))


def _entries(
    job: Job,
    lay: Callable[..., list[list[Field]]],
    paper: Paper,
    title: str,
    kind: type[Record],
    records: Sequence[Record],
    *,
    blanks: int,
) -> None:
    """Print each record, or room for ``blanks`` on a form where there is none."""
    if not records and not blanks:
        return
    paper.heading(job.label(title))
    entries: Sequence[Record | None] = records or [None] * blanks
    for index, record in enumerate(entries):
        if index:
            paper.gap()
        for section in sections_of(kind):
            entry = lay(kind, section, record, _cautions(job, record))
            paper.fields(entry, is_entry=True)


def _cautions(job: Job, record: Record | None) -> dict[str, Label]:
    if isinstance(record, Contact):
        heed = {"no": _NEVER_CALL, "sms_only": _ONLY_WRITE}.get(record.safe_to_call or "")
        return {"number": job.label(heed)} if heed else {}
    if isinstance(record, Consent) and record.withdrawn_on:
        return {"scopes": job.label(_WITHDRAWN)}
    return {}


def _declaration(job: Job, paper: Paper) -> None:
    """Leave room to attest and sign, on one page."""
    by_hand = [
        [N_("Read to me by"), N_("In which language")],
        [N_("Interpreter"), N_("Witness")],
    ]
    with paper.kept_together():
        paper.heading(job.label(N_("Declaration")))
        paper.statement(job.label(_STATEMENT))
        paper.fields([[Field(job.label(message)) for message in row] for row in by_hand])
        paper.fields([[Field(job.label(N_("Place"))), day_room(job, N_("Date"))]])
        paper.signatures(
            [
                job.label(N_("Signature of the person")),
                job.label(N_("Signature of the counsellor")),
                job.label(N_("Signature of the interpreter or witness")),
            ],
            thumb=job.label(N_("Thumbprint")),
        )


register(Document(NAME, TITLE, "person", draw, also=("case",), section="intake"))
