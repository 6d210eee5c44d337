"""The whole file of a case in order, for the person and the mission that receives them.

Left out: what is sealed, the office's own tasks, complaints (they belong to whoever answers them),
and what a person wanted kept from an agency.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from app.casework.consents import live_scopes
from app.casework.files import parent_kind
from app.documents import parts
from app.documents.about import Whose, drawing, under, whose
from app.documents.intake import PersonAnswers, draw_answers, read_people
from app.documents.job import Job
from app.documents.layout import Paper
from app.documents.record import (
    Branch,
    draw_tree,
    plural,
    printed_kinds,
    read_tree,
    records_in,
)
from app.documents.registry import Document, register
from app.errors import Refused
from app.i18n import N_, _
from app.models.cases import Case
from app.models.filing import FILE_SECTIONS
from app.models.persons import Person
from app.models.record import Record
from app.models.training import Enrolment

NAME: Final = "case_file"
TITLE: Final = N_("Case file")
VERSION: Final = "1"

# The first three are the office's own or somebody else's matter; the rest the intake part tells.
_LEFT_OUT: Final = frozenset(
    {"task", "feedback", "case_transition", "case", "consent", "appointment"}
)
# Kept from others by the person, or of use to the office's own lists only.
_WITHHELD: Final = frozenset({"withheld", "group_session", "order"})
_STATEMENT: Final = N_(
    "I was told what is in this file and who receives it. I agreed that it is shared with the "
    "mission in my country of return, and I may take that back."
)


@dataclass(frozen=True, slots=True)
class _File:
    """What stands in a case file; nothing on a blank one."""

    answers: PersonAnswers = field(default_factory=PersonAnswers)
    branches: tuple[Branch, ...] = ()


def draw_one(job: Job, case: Case | None) -> Paper:
    """Draw the file of a case, or the blank forms of all that may stand in one.

    Raises:
        Refused: The person does not agree that it is shared.
    """
    about = whose(job.db, case)
    file = _File() if case is None else _read(job, case, about)
    records = [] if case is None else [*file.answers.records, *records_in(file.branches)]
    paper = parts.opened(job, NAME, TITLE, VERSION, about, _first(case, records))
    draw_answers(job, paper, file.answers, only_answered=case is not None)
    if case is None:
        for kind in _kinds():
            paper.heading(job.label(plural(kind)))
            parts.questions_of(job, paper, kind, None, leaving_out=_WITHHELD, has_headings=False)
    else:
        draw_tree(job, paper, file.branches, _WITHHELD, only_answered=True)
    parts.sign(job, paper, [parts.PERSON_SIGNS, parts.COUNSELLOR_SIGNS], statement=_STATEMENT)
    return paper


def _first(case: Case | None, records: list[Record]) -> list[Record]:
    return [] if case is None else [case, *(one for one in records if one.id != case.id)]


def _kinds() -> list[type[Record]]:
    """List the kinds of a file in its order, those under another kind left to it."""
    at = printed_kinds()
    sections = list(FILE_SECTIONS)
    listed = [kind for kind in at if kind.kind not in _LEFT_OUT and not _is_under(kind)]
    # Sorting keeps the order within a section; what has a screen of its own comes first there.
    return sorted(listed, key=lambda kind: (sections.index(at[kind]), kind.filed is not None))


def _is_under(kind: type[Record]) -> bool:
    return kind.filed is not None and bool(kind.filed.under)


def _read(job: Job, case: Case, about: Whose) -> _File:
    if about.person is None or "share_iom_coo" not in live_scopes(job.db, about.person.id):
        raise Refused(
            "no_consent_to_share",
            _(
                "There is no consent to share the file with IOM in the country of return. Record "
                "the consent first, in the section Consents."
            ),
            None,
            "case",
        )
    branches: list[Branch] = []
    for kind in _kinds():
        found = _of(job, kind, case, about.person)
        if found:
            branches.append((kind, [(one, read_tree(job.db, one)) for one in found]))
    return _File(read_people(job.db, [case.id])[case.id], tuple(branches))


def _of(job: Job, kind: type[Record], case: Case, person: Person) -> list[Record]:
    """List the records of a kind that belong to the case, or to the person whatever the case."""
    parent = parent_kind(kind)
    if parent is Case:
        return list(under(job.db, kind, case))
    if parent is Person:
        return list(under(job.db, kind, person))
    if parent is Enrolment:
        of = under(job.db, Enrolment, person)
        return [record for enrolment in of for record in under(job.db, kind, enrolment)]
    return []


register(Document(NAME, TITLE, "case", drawing(Case, draw_one), section="cases"))
