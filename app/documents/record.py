"""Any record of a person's file, printed from its declaration alone, with what stands under it.

``record`` prints a record of any kind; ``record.<kind>`` is the same paper for one kind, which can
be printed blank too. A kind declared tomorrow has both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.casework.files import filed_kinds, kinds_under, parent_kind
from app.casework.instruments import read_answers
from app.documents import parts
from app.documents.about import Whose, find, under, unknown, whose
from app.documents.blocks import Label
from app.documents.fields import Field
from app.documents.job import Job
from app.documents.layout import Paper
from app.documents.registry import Document, register
from app.errors import Refused
from app.i18n import N_, _, in_language, isolate
from app.models.appointments import Appointment
from app.models.business import BusinessLine
from app.models.cases import Case
from app.models.consents import Consent
from app.models.instruments import InstrumentResponse
from app.models.record import Record
from app.models.sessions import CounsellingSession
from app.models.training import Enrolment

NAME: Final = "record"
TITLE: Final = N_("Record")
VERSION: Final = "1"

_BLANKS: Final = 2
_LINES: Final = 14
# Shown in a file by screens of their own, and printed like the rest.
_ALSO: Final[dict[type[Record], str]] = {
    Case: "cases",
    Consent: "consents",
    CounsellingSession: "counselling",
    Appointment: "overview",
    Enrolment: "training",
}

# Under another kind, listed there by a screen of its own; with what their list is called.
_NESTED: Final[dict[type[Record], str]] = {BusinessLine: N_("Figures")}

Tree = list[tuple[Record, list["Branch"]]]
Branch = tuple[type[Record], Tree]


def printed_kinds() -> dict[type[Record], str]:
    """Give the kinds that can be printed and the section of the file each stands in."""
    filed = {kind: kind.filed.section for kind in filed_kinds() if kind.filed is not None}
    return {kind: at for kind, at in (filed | _ALSO).items() if not kind.is_confidential}


def draw(job: Job, records: Sequence[UUID | None]) -> Iterator[Paper]:
    """Draw each record, and a sheet with lines for None.

    Raises:
        Refused: An id is not known, or of a record that is not printed.
    """
    for one in records:
        yield _sheet(job) if one is None else _paper(job, _require(job, one))


def draw_kind(kind: type[Record], job: Job, records: Sequence[UUID | None]) -> Iterator[Paper]:
    """Draw each record of a kind, and its blank form for None.

    Raises:
        Refused: An id is not known, or of another kind.
    """
    for one in records:
        record = None if one is None else _require(job, one)
        if record is None:
            yield _blank(job, kind)
        elif isinstance(record, kind):
            yield _paper(job, record)
        else:
            raise unknown(kind, record.id)


def read_tree(db: Session, record: Record) -> list[Branch]:
    """Read what stands under a record, kind by kind."""
    branches: list[Branch] = []
    for kind in _below(type(record)):
        found = under(db, kind, record)
        if found:
            branches.append((kind, [(one, read_tree(db, one)) for one in found]))
    return branches


def records_in(branches: Sequence[Branch]) -> list[Record]:
    """List the records of a tree, each before those under it."""
    found: list[Record] = []
    for _kind, tree in branches:
        for record, below in tree:
            found += [record, *records_in(below)]
    return found


def draw_tree(
    job: Job,
    paper: Paper,
    branches: Sequence[Branch],
    leaving_out: frozenset[str] = frozenset(),
    *,
    only_answered: bool = False,
) -> None:
    """Print what stands under a record: a heading for each kind, then its records."""
    for kind, tree in branches:
        paper.heading(job.label(plural(kind)))
        for index, (record, below) in enumerate(tree):
            if index:
                paper.gap()
            draw_answers(job, paper, record, leaving_out, only_answered=only_answered)
            draw_tree(job, paper, below, leaving_out, only_answered=only_answered)


def draw_answers(
    job: Job,
    paper: Paper,
    record: Record,
    leaving_out: frozenset[str] = frozenset(),
    *,
    only_answered: bool = False,
) -> None:
    """Print the answers of one record among others, without headings."""
    parts.questions_of(
        job, paper, type(record), record,
        leaving_out=leaving_out, has_headings=False, only_answered=only_answered,
    )  # fmt: skip
    if isinstance(record, InstrumentResponse):
        _items(job, paper, record)


def plural(kind: type[Record]) -> str:
    """Give what a list of a kind is called, a message id."""
    return kind.filed.plural if kind.filed is not None else _NESTED.get(kind, kind.title)


def _below(kind: type[Record]) -> list[type[Record]]:
    """List the kinds that are printed under each record of ``kind``."""
    nested = [one for one in _NESTED if one.filed is None and parent_kind(one) is kind]
    return [one for one in (*kinds_under(kind), *nested) if not one.is_confidential]


def _require(job: Job, record: UUID) -> Record:
    found = find(job.db, record)
    if found is None:
        raise Refused(
            "unknown_record",
            _("There is no record with the id {id} here.").format(id=isolate(str(record))),
        )
    if type(found) not in printed_kinds():
        raise Refused(
            "not_printed",
            _("“{kind}” is not printed on its own.").format(kind=_(found.title)),
        )
    return found


def _paper(job: Job, record: Record) -> Paper:
    branches = read_tree(job.db, record)
    about = whose(job.db, record)
    records = [record, *records_in(branches)]
    paper = parts.opened(job, NAME, record.title, VERSION, about, records)
    parts.identity(job, paper, about)
    parts.questions_of(job, paper, type(record), record, has_headings=True)
    if isinstance(record, InstrumentResponse):
        paper.heading(job.label(N_("Answers")))
        _items(job, paper, record)
    draw_tree(job, paper, branches)
    _sign(job, paper)
    return paper


def _blank(job: Job, kind: type[Record]) -> Paper:
    paper = parts.opened(job, NAME, kind.title, VERSION, Whose(), [])
    parts.identity(job, paper, Whose())
    parts.questions_of(job, paper, kind, None)
    _blank_under(job, paper, kind)
    _sign(job, paper)
    return paper


def _blank_under(job: Job, paper: Paper, kind: type[Record]) -> None:
    for below in _below(kind):
        paper.heading(job.label(plural(below)))
        for index in range(_BLANKS):
            if index:
                paper.gap()
            parts.questions_of(job, paper, below, None, has_headings=False)
        _blank_under(job, paper, below)


def _sheet(job: Job) -> Paper:
    paper = parts.opened(job, NAME, TITLE, VERSION, Whose(), [])
    parts.identity(job, paper, Whose())
    lines = Field(job.label(N_("What is recorded")), lines=_LINES, is_long=True)
    paper.fields([[Field(job.label(N_("What it is about")))], [lines]])
    _sign(job, paper)
    return paper


def _items(job: Job, paper: Paper, response: InstrumentResponse) -> None:
    """Print what a questionnaire asked and what was answered."""
    said: list[list[tuple[str, str]]] = []
    for code in job.languages:
        with in_language(code):
            said.append(read_answers(response))
    first, second = said[0], said[-1] if len(said) > 1 else []
    paper.fields(
        [
            [_item(first[index], second[index] if second else ("", ""))]
            for index in range(len(first))
        ]
    )


def _item(first: tuple[str, str], second: tuple[str, str]) -> Field:
    question = Label(first[0], second[0] if second[0] != first[0] else "")
    return Field(question, first[1], second[1] if second[1] != first[1] else "", is_coded=True)


def _sign(job: Job, paper: Paper) -> None:
    parts.sign(job, paper, [parts.PERSON_SIGNS, parts.COUNSELLOR_SIGNS])


def _of(kind: type[Record]) -> Callable[[Job, Sequence[UUID | None]], Iterator[Paper]]:
    return partial(draw_kind, kind)


register(Document(NAME, TITLE, None, draw))
for _kind, _section in printed_kinds().items():
    register(
        Document(f"{NAME}.{_kind.kind}", _kind.title, _kind.kind, _of(_kind), section=_section)
    )
