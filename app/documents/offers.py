"""Which papers can be printed about some records, for the screens that offer them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from app.documents import intake, record
from app.documents.registry import Document, documents
from app.i18n import _, isolate
from app.models.record import Record


class Offer(NamedTuple):
    """One paper about one record: the document's name, what it is called, and the record."""

    document: str
    text: str
    record: UUID


def papers_for(records: Sequence[Record]) -> dict[str, list[Offer]]:
    """Give the papers about some records by the section of the file they belong to.

    A kind without a paper of its own has the general one; what stands under another record is
    printed with it. The intake form, which has a button of its own, is left out; the latest
    records come first.
    """
    offered: dict[str, list[Offer]] = {}
    known = [d for d in documents().values() if d.about is not None and d.name != intake.NAME]
    for document in known:
        for one in reversed(records):
            if not one.voided and _is_offered(document, one, known):
                offer = Offer(document.name, _text(document, one), one.id)
                offered.setdefault(document.section, []).append(offer)
    return offered


def _is_offered(document: Document, one: Record, known: Sequence[Document]) -> bool:
    if not document.is_for(one.kind):
        return False
    if not document.name.startswith(f"{record.NAME}."):
        return True
    is_under = one.filed is not None and bool(one.filed.under)
    return not is_under and not any(
        other.is_for(one.kind) and not other.name.startswith(f"{record.NAME}.") for other in known
    )


def _text(document: Document, one: Record) -> str:
    title, summary = _(document.title), one.summary
    if not summary or summary == _(one.title):
        return title
    return _("{paper}: {record}").format(paper=title, record=isolate(summary))
