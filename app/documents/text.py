"""A paragraph that prints every script of the work in its own direction."""

from __future__ import annotations

import copy
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from reportlab.platypus import Flowable

from app.documents.pen import Place, box, fill, letters
from app.documents.script import Direction, first_strong, unshape
from app.documents.typeset import Piece, Style, Typeset, paragraphs_of, typeset, typeset_wording


class UnprintableCharacters(NamedTuple):
    """A value that holds characters no font has: ``name`` is its label on the paper."""

    name: str
    characters: str


class Text(Flowable):  # type: ignore[misc]
    """Print ``text``, wrapped in reading order, each line then put in order on paper.

    Args:
        text: Any text; line ends are kept, nothing is stripped.
        style: How it looks.
        direction: Base direction; when None, each paragraph takes that of its first strong
            character, or the frame's when there is none.
        frame: Direction of the page around it, which decides the leading edge; the base
            direction when None.
        name: Label of the value, for the report.
        report: Receives what cannot be printed, when the text is made and not when it is
            drawn, so that the paper can still say so.
        is_wording: Words of the form itself rather than somebody's answer: kept shaped from
            one paper to the next.

    Raises:
        Unavailable: A font paper cannot do without is not installed.
    """

    width: float
    height: float

    def __init__(
        self,
        text: str,
        style: Style,
        direction: Direction | None = None,
        *,
        frame: Direction | None = None,
        name: str = "",
        report: list[UnprintableCharacters] | None = None,
        is_wording: bool = False,
    ) -> None:
        super().__init__()
        normal = text if text.isascii() else unicodedata.normalize("NFC", text)
        self.style = style
        self.direction: Direction = direction or first_strong(normal) or frame or "ltr"
        self.frame: Direction = frame or self.direction
        directions = (direction,) if direction else tuple(self._directions(normal))
        self._set = (typeset_wording if is_wording else typeset)(normal, style, directions)
        if self._set.missing and report is not None:
            report.append(UnprintableCharacters(name, "".join(sorted(self._set.missing))))

    def _directions(self, text: str) -> Iterator[Direction]:
        """Source: Unicode Annex 9, rules P1 to P3."""
        for paragraph in paragraphs_of(text):
            yield first_strong(paragraph) or self.direction

    @property
    def base(self) -> float:
        """How far the first base line is under the top, in points."""
        return self.style.leading / 2 + self.style.size * 0.36

    @property
    def natural_width(self) -> float:
        """Width of the longest paragraph set on one line, in points."""
        return self._set.natural_width

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Break into lines of ``width`` points; tells the size taken."""
        self._lines = self._set.wrapped(width)
        self.width, self.height = width, len(self._lines) * self.style.leading
        return self.width, self.height

    def split(self, width: float, height: float) -> list[Text]:
        """Cut after the last line that fits ``height``; nothing when not one does."""
        self.wrap(width, height)
        fitting = int((height + 0.001) // self.style.leading)
        if fitting >= len(self._lines):
            return [self]
        if fitting < 1:
            return []
        return [self._part(part) for part in self._set.cut(self._lines[fitting])]

    def lines(self) -> list[str]:
        """Give the wrapped lines in reading order, as letters and not as shapes."""
        return [self._set.typed(line) for line in self._lines]

    def drawOn(self, canvas: Any, x: float, y: float, _sW: float = 0) -> None:  # noqa: N803
        """Draw with the lower left corner at ``x``, ``y``; the names are ReportLab's."""
        style = self.style
        base = y + self.height - self.base
        canvas.addLiteral(f"{fill(style.colour)} BT")
        plain: list[Place] = []
        for line in self._lines:
            pieces, width = self._set.placed(line)
            left = x + self._offset(width)
            # Everything from left to right: readers of the file rebuild the text from that.
            for piece in pieces:
                if piece.font and not piece.marks:
                    plain.append((left + piece.x, base, piece.font, piece.text))
                    continue
                self._draw(canvas, plain)
                plain = []
                self._draw_span(canvas, left, base, piece)
            base -= style.leading
        self._draw(canvas, plain)
        canvas.addLiteral("ET")

    def _part(self, part_set: Typeset) -> Text:
        part = copy.copy(self)
        part.__dict__.pop("_postponed", None)  # the page's note that the whole was moved once
        part._set = part_set
        return part

    def _offset(self, width: float) -> float:
        align = self.style.align
        if align == "center":
            return (self.width - width) / 2
        is_left = (align == "leading") == (self.frame == "ltr")
        return 0.0 if is_left else self.width - width

    def _draw(self, canvas: Any, places: Sequence[Place]) -> None:
        if places:
            canvas.addLiteral(" ".join(letters(canvas, self.style.size, places)))

    def _draw_span(self, canvas: Any, x: float, y: float, piece: Piece) -> None:
        if not piece.font:
            self._draw_box(canvas, x + piece.x, y, piece.text)
            return
        canvas.addLiteral(_span(piece))
        with_marks = (piece, *piece.marks)
        self._draw(canvas, [(x + part.x, y + part.y, part.font, part.text) for part in with_marks])
        canvas.addLiteral("EMC")

    def _draw_box(self, canvas: Any, x: float, y: float, char: str) -> None:
        """Draw a box with the number of a character no font holds."""
        size, width = self.style.size, self._set.box_width(char)
        font = next(self.style.fonts.faces(bold=False))
        canvas.addLiteral(f"ET {_span(Piece(x, y, '', char))}")
        box(canvas, x + 0.5, y - size * 0.12, width - 1, size * 0.9, self.style.colour, 0.4)
        canvas.setFont(font, size * 0.4)
        canvas.drawCentredString(x + width / 2, y + size * 0.18, f"U+{ord(char):04X}")
        canvas.addLiteral("EMC BT")


def _span(piece: Piece) -> str:
    """Open a span that tells what a reader of the file could not from its glyphs.

    Source: ISO 32000-1, 14.9.4 Replacement text. Only marked clusters and boxes get
    one: Poppler and PDFium reorder what a span says as if it were in visual order, so
    that a span over a whole right-to-left line would be copied backwards, while
    presentation forms drawn in visual order are copied as the text that was typed.
    """
    said = unshape(piece.text) + "".join(mark.text for mark in piece.marks)
    return f"/Span <</ActualText <FEFF{said.encode('utf-16-be').hex().upper()}>>> BDC"
