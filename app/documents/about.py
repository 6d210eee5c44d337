"""What a paper is about: the record, the person and the case it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.cases import ENDED
from app.casework.files import parent_kind, parent_of
from app.casework.people import display_names
from app.documents.job import Job
from app.documents.layout import Paper
from app.errors import Refused
from app.i18n import _, isolate
from app.models.cases import Case
from app.models.log import entries_of
from app.models.persons import Person
from app.models.record import Record, kinds

_Kind = TypeVar("_Kind", bound=Record)

DrawOne = Callable[[Job, _Kind | None], Paper]


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose paper it is; nobody's on a blank form.

    Attributes:
        names: Own names, at most one a script, the one on the document first.
        case: The one the record belongs to, or else the person's current one.
    """

    person: Person | None = None
    names: tuple[str, ...] = ()
    case: Case | None = None

    @property
    def number(self) -> str:
        """The case number; empty when there is none."""
        return (self.case.number if self.case else None) or ""

    @property
    def name(self) -> str:
        """The names, each keeping its own direction; empty for nobody."""
        return " · ".join(isolate(name) for name in self.names)


def drawing(kind: type[_Kind], draw: DrawOne[_Kind]) -> Callable[..., Iterator[Paper]]:
    """Make what draws a document out of what draws it for one record of ``kind``, or for None."""

    def draw_each(job: Job, records: Sequence[UUID | None]) -> Iterator[Paper]:
        for one in records:
            yield draw(job, None if one is None else require(job.db, kind, one))

    return draw_each


def require(db: Session, kind: type[_Kind], record: UUID) -> _Kind:
    """Give the record of ``kind`` with this id.

    Raises:
        Refused: There is none here.
    """
    found = db.get(kind, record)
    if found is None:
        raise unknown(kind, record)
    return found


def unknown(kind: type[Record], record: UUID) -> Refused:
    """Say that a record of ``kind`` is not here."""
    return Refused(
        "unknown_record",
        _("There is no record “{kind}” with the id {id} here.").format(
            kind=_(kind.title), id=isolate(str(record))
        ),
    )


def find(db: Session, record: UUID) -> Record | None:
    """Give the record with this id, whatever its kind; None when it is not here."""
    entries = entries_of(db.connection(), [record.bytes]).get(record.bytes)
    kind = kinds().get(entries[0].change.kind) if entries else None
    return db.get(kind, record) if kind is not None else None


def whose(db: Session, record: Record | None) -> Whose:
    """Tell whose a record is, by the records it stands under."""
    case: Case | None = None
    above = record
    while above is not None and not isinstance(above, Person):
        if isinstance(above, Case):
            case = above
        parent = parent_of(above)
        above = db.get(parent_kind(type(above)), parent) if parent is not None else None
    if not isinstance(above, Person):
        return Whose(case=case)
    names = display_names(db, [above.id]).get(above.id, [])
    return Whose(above, tuple(names), case or _case_of(db, above.id))


def current_case(cases: Sequence[Case]) -> Case | None:
    """Give the latest case that goes on, or else the latest."""
    open_cases = [case for case in cases if case.state not in ENDED]
    return next(iter(reversed(open_cases or cases)), None)


def under(db: Session, kind: type[_Kind], above: Record | None) -> list[_Kind]:
    """List the records of ``kind`` that stand under one and count, in the order written."""
    if above is None or kind.root_field is None:
        return []
    chosen = select(kind).where(getattr(kind, kind.root_field) == above.id, kind.voided.is_(None))
    return list(db.scalars(chosen.order_by(kind.created_at, kind.id)))


def _case_of(db: Session, person: UUID) -> Case | None:
    chosen = select(Case).where(Case.person == person, Case.voided.is_(None))
    return current_case(db.scalars(chosen.order_by(Case.created_at, Case.id)).all())
