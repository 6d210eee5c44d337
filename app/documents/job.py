"""What a document is drawn for: whose records, in which languages, when and by whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.casework.people import display_names
from app.documents.blocks import Label
from app.documents.fonts import FontChain
from app.documents.layout import Paper
from app.documents.masthead import Masthead
from app.documents.script import Direction
from app.i18n import N_, _, in_language, is_right_to_left, isolate, language
from app.models.record import kind_named

_TRAINING = N_("Training: nobody on this paper is real")


@dataclass(frozen=True, slots=True)
class Job:
    """Everything a document needs to be drawn, once or many times.

    Attributes:
        db: The records.
        fonts: One chain for all that is printed.
        languages: The office's, then that of the reader when it is another.
        printed_on: Date on the paper.
        printed_by: Name of the user; may be empty.
        office: Whose paper it is, when known.
        is_training: Nobody in the records is real, and the paper must say so.
    """

    db: Session
    fonts: FontChain
    languages: tuple[str, ...]
    printed_on: date
    printed_by: str = ""
    office: UUID | None = None
    is_training: bool = False
    _labels: dict[str, Label] = field(default_factory=dict)
    _named: dict[tuple[str, str, UUID], str] = field(default_factory=dict)

    def label(self, message: str) -> Label:
        """Say ``message`` in the languages of the paper."""
        label = self._labels.get(message)
        if label is None:
            label = self._labels[message] = self.both(lambda: _(message))
        return label

    def both(self, say: Callable[[], str]) -> Label:
        """Say something in the languages of the paper; only once when they say it alike."""
        with in_language(self.languages[0]):
            first = say()
        if len(self.languages) == 1:
            return Label(first)
        with in_language(self.languages[1]):
            second = say()
        return Label(first, "" if second == first else second)

    def name_of(self, kind: str, record: UUID) -> str:
        """Give the line that tells a record from its neighbours, in the language in use.

        People are told by their names. Empty when the record is not known here.
        """
        key = (language(), kind, record)
        if key not in self._named:
            self._named[key] = self._name(kind, record)
        return self._named[key]

    def _name(self, kind: str, record: UUID) -> str:
        if kind == "person":
            return " · ".join(map(isolate, display_names(self.db, [record]).get(record, [])))
        found = self.db.get(kind_named(kind), record)
        return found.summary if found is not None else ""

    def masthead_meta(self) -> str:
        """Say which office prints, when, and by whose hand, in the office language."""
        from app.formats import day_text

        with in_language(self.languages[0]):
            day = day_text(self.printed_on)
            parts = [
                isolate(self.name_of("office", self.office)) if self.office else "",
                _("Printed on {day} by {name}").format(day=day, name=isolate(self.printed_by))
                if self.printed_by
                else _("Printed on {day}").format(day=day),
            ]
        return " · ".join(part for part in parts if part)

    def paper(
        self,
        title: str,
        version: str,
        *,
        reference: str = "",
        reference_label: str = N_("Case number"),
        code: str = "",
        digest: str = "",
    ) -> Paper:
        """Begin a paper with its masthead and foot.

        Args:
            title: Message id of the form's name.
            version: Of the form.
            reference: The case number, if any, or another number of the paper.
            reference_label: Message id of what the reference is.
            code: What the QR code tells.
            digest: What tells this paper from another of the same form, in hexadecimal.
        """
        name = self.label(title)
        with in_language(self.languages[0]):
            foot = [name.text, _("version {version}").format(version=version)]
        masthead = Masthead(
            title=name,
            reference=reference,
            reference_label=self.label(reference_label),
            code=code,
            meta=self.masthead_meta(),
            warning=self.label(_TRAINING) if self.is_training else None,
            foot=" · ".join([*foot, *([_left_to_right(digest)] if digest else [])]),
        )
        directions = [_direction(code) for code in self.languages]
        return Paper(
            self.fonts,
            masthead,
            direction=directions[0],
            second=directions[1] if len(directions) > 1 else None,
            language=self.languages[0],
        )


def _left_to_right(identifier: str) -> str:
    """Keep digits and letters in order in any sentence. Source: Unicode Annex 9, 2.4.1 LRI."""
    return f"\u2066{identifier}\u2069"


def _direction(language: str) -> Direction:
    return "rtl" if is_right_to_left(language) else "ltr"
