"""Parts most papers share: how they open, whose they are, what to heed, places to sign."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from app.documents.about import Whose
from app.documents.blocks import Choice, Label
from app.documents.digests import code, digest, shown
from app.documents.fields import Field
from app.documents.grids import Column
from app.documents.job import Job
from app.documents.layout import Paper
from app.documents.questions import asked, day_room, rows, sections_of
from app.formats import day_text
from app.i18n import N_, _, isolate, language
from app.models.cases import Case
from app.models.money import Money
from app.models.money_types import money_text
from app.models.persons import Person
from app.models.record import Record

PERSON_SIGNS: Final = N_("Signature of the person")
COUNSELLOR_SIGNS: Final = N_("Signature of the counsellor")
WITNESS_SIGNS: Final = N_("Signature of the interpreter or witness")
_THUMB: Final = N_("Thumbprint")
_NUMBER: Final = N_("Case number")
_VOIDED: Final = N_("This record no longer counts: {reason}")
_UNSETTLED: Final = N_("Two answers were given, and one is to be chosen: {questions}.")


def opened(
    job: Job,
    name: str,
    title: str,
    version: str,
    about: Whose,
    records: Sequence[Record],
    *,
    number: str | None = None,
    number_label: str = _NUMBER,
) -> Paper:
    """Begin a paper; what its first record must be read with is said at once.

    Args:
        name: Of the document.
        title: Message id of the form's name.
        version: Of the form.
        about: Whose it is.
        records: Whose answers it prints, the one it is about first; none on a blank form.
        number: Printed at its head instead of the case number.
        number_label: Message id of what that number is.
    """
    told = digest(records) if records else ""
    printed = about.number if number is None else number
    paper = job.paper(
        title,
        version,
        reference=printed,
        reference_label=number_label,
        code=code(name, version, printed, told) if told else "",
        digest=shown(told) if told else "",
    )
    heed(job, paper, records)
    return paper


def heed(job: Job, paper: Paper, records: Sequence[Record]) -> None:
    """Say that the first record no longer counts, and which answers of any wait to be settled."""
    voided = records[0].voided if records else None
    if voided:
        paper.caution(job.both(lambda: _(_VOIDED).format(reason=isolate(voided))))
    unsettled = [(record, name) for record in records for name in (record.conflicts or "").split()]
    if unsettled:

        def questions() -> str:
            labels = (_(record.fields[name].label) for record, name in unsettled)
            return _(_UNSETTLED).format(questions=_(", ").join(dict.fromkeys(labels)))

        paper.caution(job.both(questions))


def identity(
    job: Job, paper: Paper, about: Whose, *, is_full: bool = False, has_number: bool = False
) -> None:
    """Print whose paper it is.

    Args:
        is_full: With birth and nationality, and the country of return.
        has_number: With the case number, where the head of the paper tells another one.
    """
    first = [Field(job.label(N_("Name")), about.name or None)]
    lines = [first, []]
    if has_number or not about.number:
        # On a blank form there is none at the head.
        first.append(Field(job.label(_NUMBER), about.number or None, direction="ltr"))
    if is_full:
        lines[1] = [
            asked(job, Person, "birth", about.person),
            asked(job, Person, "nationalities", about.person),
        ]
        lines.append(
            [
                asked(job, Case, "programme", about.case),
                asked(job, Case, "return_country", about.case),
            ]
        )
    else:
        first.append(asked(job, Case, "programme", about.case))
    paper.fields([line for line in lines if line])


def questions_of(
    job: Job,
    paper: Paper,
    kind: type[Record],
    record: Record | None,
    *,
    leaving_out: frozenset[str] = frozenset(),
    has_headings: bool = True,
    cautions: dict[str, Label] | None = None,
    only_answered: bool = False,
) -> None:
    """Print the questions of a record, section by section.

    Args:
        leaving_out: Questions that are not on this paper.
        has_headings: Whether the title of each section is printed.
        cautions: What must be heeded before an answer is used, by question.
        only_answered: Leave no room for what is not answered.
    """
    for section in sections_of(kind):
        laid = rows(
            job, kind, section, record, cautions, leaving_out,
            only_answered=only_answered and record is not None,
        )  # fmt: skip
        if not laid:
            continue
        if has_headings:
            paper.heading(job.label(section.title))
        paper.fields(laid, is_entry=not has_headings)


def told(job: Job, label: str, say: Callable[[], str] | None, *, lines: int = 1) -> Field:
    """Give a field of what ``say`` says in the languages of the paper; room when it says nothing.

    Args:
        label: Message id.
        lines: Lines to write on when there is nothing.
    """
    said = job.both(say) if say is not None else Label("")
    return Field(job.label(label), said.text or None, said.second, lines=lines)


def tick_boxes(job: Job, label: str, options: Sequence[str], ticked: str = "") -> Field:
    """Give a field of boxes to tick for each message of ``options``."""
    boxes = tuple(Choice(job.label(option), option == ticked) for option in options)
    return Field(job.label(label), choices=boxes)


def columns_of(
    job: Job, kind: type[Record], shares: dict[str, float], trailing: Sequence[str] = ()
) -> list[Column]:
    """Give a column for each of some questions, by their share of the width.

    Args:
        trailing: Those that are amounts.
    """
    return [
        Column(
            job.label(kind.fields[name].label), share, "trailing" if name in trailing else "leading"
        )
        for name, share in shares.items()
    ]


def cells_of(job: Job, record: Record, names: Sequence[str]) -> list[Label]:
    """Give what a record answers to some questions, as cells of a table."""
    return [_cell(job, record, name) for name in names]


def _cell(job: Job, record: Record, name: str) -> Label:
    value = getattr(record, name)
    if isinstance(value, date):
        # In full, a day takes two lines of a column.
        return job.both(lambda: day_text(value, "medium"))
    field = asked(job, type(record), name, record)
    return Label(field.value or "", field.second)


def amount(job: Job, value: Money) -> Label:
    """Give an amount as a cell; figures are read in any language."""
    return Label(job.both(lambda: money_text(value)).text)


def sign(
    job: Job,
    paper: Paper,
    signers: Sequence[str],
    *,
    statement: str = "",
    has_thumb: bool = True,
    by_hand: Sequence[Sequence[Field]] = (),
) -> None:
    """Leave room for place, date and signatures, on one page.

    Args:
        signers: Message id of each place to sign.
        statement: Message id of what is signed; empty for nothing.
        has_thumb: Whether there is a frame for a thumbprint.
        by_hand: Rows printed between the statement and place and date.
    """
    with paper.kept_together():
        if statement:
            paper.gap()
            paper.statement(job.label(statement))
        room = [Field(job.label(N_("Place"))), day_room(job, N_("Date"))]
        paper.fields([*by_hand, room])
        paper.signatures(
            [job.label(signer) for signer in signers],
            thumb=job.label(_THUMB) if has_thumb else None,
        )


def currency_name(code: str) -> str:
    """Name a currency in the language in use. Source: CLDR."""
    from babel.numbers import get_currency_name

    return get_currency_name(code, locale=language())
