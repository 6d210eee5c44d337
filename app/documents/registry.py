"""The documents Sanad prints, and the one way to print them.

A document is one file of this package that calls ``register``; nothing else names it.
"""

from __future__ import annotations

import io
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

import app.documents
from app.documents.fonts import FontChain
from app.documents.job import Job
from app.documents.layout import Paper
from app.documents.text import UnprintableCharacters
from app.errors import Refused
from app.i18n import LANGUAGES, _, in_language
from app.models.store import Store

Source = Store | Session
Progress = Callable[[int, int], None]
Draw = Callable[[Job, Sequence[UUID | None]], Iterator[Paper]]


@dataclass(frozen=True, slots=True)
class Document:
    """One kind of paper.

    Attributes:
        name: On the command line.
        title: What people call it, a message id.
        about: Record kind it is printed for; None when it is for none.
        also: Other kinds an id may be of.
        section: Where a person's file offers it, one of ``FILE_SECTIONS``.
        draw: Draws one paper for each id, in order, and a blank form for None. It may read the
            records of many ids at once. Raises ``Refused`` for an id that is not known.
    """

    name: str
    title: str
    about: str | None
    draw: Draw
    also: tuple[str, ...] = ()
    section: str = "papers"

    def is_for(self, kind: str) -> bool:
        """Tell whether it can be printed about a record of ``kind``."""
        return kind == self.about or kind in self.also


@dataclass(frozen=True, slots=True)
class Printed:
    """A paper, ready to print or save.

    Attributes:
        pdf: The file.
        pages: Number of pages.
        unprintable: Label of each answer with characters in no font, and those characters. The
            paper names them in its last lines too.
    """

    pdf: bytes
    pages: int
    unprintable: list[UnprintableCharacters]


_REGISTERED: Final[dict[str, Document]] = {}


def register(document: Document) -> Document:
    """Make a document known; called where it is defined."""
    _REGISTERED[document.name] = document
    return document


@cache
def documents() -> dict[str, Document]:
    """Give every document by name."""
    for module in pkgutil.iter_modules(app.documents.__path__):
        import_module(f"{app.documents.__name__}.{module.name}")
    return {name: _REGISTERED[name] for name in sorted(_REGISTERED)}


def document_named(name: str) -> Document:
    """Give the document called ``name``.

    Raises:
        Refused: There is none; the message lists those there are.
    """
    known = documents()
    if name not in known:
        raise Refused(
            "unknown_document",
            _("There is no document {name}. Known documents: {documents}.").format(
                name=name, documents=", ".join(known)
            ),
        )
    return known[name]


def print_document(
    source: Source,
    name: str,
    record: UUID | None,
    languages: tuple[str, ...],
    blank: bool = False,
    *,
    printed_on: date,
    printed_by: str = "",
    office: UUID | None = None,
) -> Printed:
    """Print one document.

    Args:
        source: A store, or a session on its records.
        name: Of the document.
        record: What it is about; None for a blank form.
        languages: The office's, then the reader's on a bilingual paper.
        blank: Print a form to fill in by hand; ``record`` is not read.
        printed_on: Date on the paper.
        printed_by: Name of the user, printed when given.
        office: Whose paper it is; a store knows.

    Raises:
        Refused: Document, record or language is not known; or a record is missing.
        Unavailable: A font paper cannot do without is not installed.
    """
    document = document_named(name)
    if record is None and not blank and document.about is not None:
        raise Refused("record_required", _("Choose whose document to print, or a blank one."))
    with _job(source, languages, printed_on, printed_by, office) as job:
        (paper,) = document.draw(job, [None if blank else record])
        return _save(paper, job)


def print_many(
    source: Source,
    name: str,
    records: Sequence[UUID],
    languages: tuple[str, ...],
    *,
    printed_on: date,
    printed_by: str = "",
    office: UUID | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Iterator[Printed]:
    """Print one document for each of ``records``, in order; arguments as ``print_document``.

    ``progress`` is told how many are done of how many, from none to all. It may raise
    ``Cancelled``, which ends the printing.
    """
    document = document_named(name)
    with _job(source, languages, printed_on, printed_by, office) as job:
        progress(0, len(records))
        for done, paper in enumerate(document.draw(job, records), start=1):
            yield _save(paper, job)
            progress(done, len(records))


@contextmanager
def _job(
    source: Source,
    languages: tuple[str, ...],
    printed_on: date,
    printed_by: str,
    office: UUID | None,
) -> Iterator[Job]:
    chosen = _checked(languages)
    if isinstance(source, Session):
        yield Job(source, _fonts(), chosen, printed_on, printed_by, office)
        return
    with source.read() as db:
        whose = office or source.office
        yield Job(db, _fonts(), chosen, printed_on, printed_by, whose, source.is_training)


def _checked(languages: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [code for code in languages if code not in LANGUAGES]
    if unknown or not 1 <= len(languages) <= 2:
        raise Refused(
            "print_languages",
            _("Choose one or two of these languages: {languages}.").format(
                languages=", ".join(LANGUAGES)
            ),
        )
    return tuple(dict.fromkeys(languages))


@cache
def _fonts() -> FontChain:
    return FontChain()


def _save(paper: Paper, job: Job) -> Printed:
    out = io.BytesIO()
    with in_language(job.languages[0]):
        pages = paper.save(out, _page_text, _unprintable_note)
    return Printed(out.getvalue(), pages, list(dict.fromkeys(paper.report)))


def _page_text(page: int, pages: int) -> str:
    return _("Page {page} of {pages}").format(page=page, pages=pages)


def _unprintable_note(found: Sequence[UnprintableCharacters]) -> str:
    names = dict.fromkeys(item.name for item in found)
    return _(
        "Some letters could not be printed and stand as boxes. Read these answers on the screen "
        "and write them by hand: {names}."
    ).format(names=_(", ").join(names))
