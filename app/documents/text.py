"""A paragraph that prints every script of the work in its own direction."""

from __future__ import annotations

import copy
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final, Literal, NamedTuple

from reportlab.platypus import Flowable

from app.documents.fonts import INVISIBLE, FontChain
from app.documents.script import (
    Direction,
    clusters,
    first_strong,
    is_left_to_right,
    shape,
    unshape,
    visual,
)

Edge = Literal["leading", "center", "trailing"]
Colour = tuple[float, float, float]

_LINE_ENDS: Final = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
# Breaking spaces; the no-break ones (U+00A0, U+202F, U+2007) hold their words together.
_SPACES: Final = frozenset(" \t\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a")
_BREAK_AFTER: Final = _SPACES | frozenset("-\u2010\u2013\u2014/\u200b\u00ad\u060c\u061b")
_BLANKS: Final = {ord("\t"): "    ", **dict.fromkeys(map(ord, "\u202f\u2007"), "\u00a0")}
_BELOW: Final = frozenset({29, 32, 202, 220})
_ABOVE: Final = frozenset({27, 28, 30, 31, 33, 34, 35, 214, 216, 230})
_SHADDA: Final = "\u0651"


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks.

    Args:
        fonts: The chain its glyphs come from.
        size: Type size in points.
        leading: Distance between base lines in points.
        bold: Whether the bold fonts are used.
        colour: Red, green, blue, each 0 to 1.
        align: Edge the lines rest on; ``leading`` is left for left-to-right frames.
    """

    fonts: FontChain
    size: float = 9.5
    leading: float = 14
    bold: bool = False
    colour: Colour = (0.1, 0.12, 0.13)
    align: Edge = "leading"


class UnprintableCharacters(NamedTuple):
    """A value that holds characters no font has: ``name`` is its label on the paper."""

    name: str
    characters: str


class Piece(NamedTuple):
    """What is drawn in one stroke: ``text`` in ``font``, or a box when ``font`` is empty.

    With ``marks``, ``text`` is the one character they sit on.
    """

    x: float
    y: float
    font: str
    text: str
    marks: tuple[Piece, ...] = ()


@dataclass(slots=True)
class _Paragraph:
    clusters: list[str]
    widths: list[float]
    start: int
    end: int
    is_plain: bool


class _Line(NamedTuple):
    paragraph: int
    start: int
    end: int


class Text(Flowable):  # type: ignore[misc]
    """Print ``text``, wrapped in reading order, each line then put in order on paper.

    Args:
        text: Any text; line ends are kept, nothing is stripped.
        style: How it looks.
        direction: Base direction; that of the first strong character when None, or the
            frame's when there is none.
        frame: Direction of the page around it, which decides the leading edge; the base
            direction when None.
        name: Label of the value, for the report.
        report: Receives what cannot be printed, when the text is made and not when it is
            drawn, so that the paper can still say so.

    Raises:
        Unavailable: A font paper cannot do without is not installed.
    """

    def __init__(
        self,
        text: str,
        style: Style,
        direction: Direction | None = None,
        *,
        frame: Direction | None = None,
        name: str = "",
        report: list[UnprintableCharacters] | None = None,
    ) -> None:
        super().__init__()
        normal = unicodedata.normalize("NFC", text)
        self.style = style
        self.direction: Direction = direction or first_strong(normal) or frame or "ltr"
        self.frame: Direction = frame or self.direction
        self._missing: set[str] = set()
        self._paragraphs = [self._paragraph(part) for part in _LINE_ENDS.split(normal)]
        self._lines: list[_Line] = []
        self._wrapped_at = -1.0
        if self._missing and report is not None:
            report.append(UnprintableCharacters(name, "".join(sorted(self._missing))))

    @property
    def natural_width(self) -> float:
        """Width of the longest paragraph set on one line, in points."""
        return max(sum(part.widths[part.start : part.end]) for part in self._paragraphs)

    def wrap(self, width: float, height: float) -> tuple[float, float]:  # noqa: ARG002
        """Break into lines of ``width`` points; tells the size taken."""
        if width != self._wrapped_at:
            self._wrapped_at = width
            self._lines = [
                _Line(index, start, end)
                for index, paragraph in enumerate(self._paragraphs)
                for start, end in _break(paragraph, width)
            ]
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
        cut = self._lines[fitting]
        paragraphs = self._paragraphs
        first = [copy.copy(part) for part in paragraphs[: cut.paragraph + 1]]
        rest = [copy.copy(part) for part in paragraphs[cut.paragraph :]]
        first[-1].end = rest[0].start = cut.start
        if cut.start == paragraphs[cut.paragraph].start:
            first.pop()
        return [self._part(first), self._part(rest)]

    def draw(self) -> None:
        """Draw at the origin of the canvas; called by the page."""
        canvas = self.canv
        style = self.style
        canvas.setFillColorRGB(*style.colour)
        y = self.height - style.leading / 2 - style.size * 0.36
        for line in self._lines:
            self._draw_line(canvas, line, y)
            y -= style.leading

    def lines(self) -> list[str]:
        """Give the wrapped lines in reading order, as letters and not as shapes."""
        return [
            unshape("".join(self._paragraphs[line.paragraph].clusters[line.start : line.end]))
            for line in self._lines
        ]

    def _part(self, paragraphs: list[_Paragraph]) -> Text:
        part = copy.copy(self)
        part.__dict__.pop("_postponed", None)  # the page's note that the whole was moved once
        part._paragraphs = paragraphs
        part._wrapped_at = -1.0
        return part

    def _paragraph(self, text: str) -> _Paragraph:
        chain, style = self.style.fonts, self.style
        shown = text.translate(_BLANKS)
        is_plain = self.direction == "ltr" and is_left_to_right(shown)
        parts = list(shown) if shown.isascii() else clusters(shape(shown))
        widths = []
        for part in parts:
            base = part[0]
            glyph = chain.glyph(base, style.bold)
            if base in INVISIBLE:
                widths.append(0.0)
            elif glyph is None:
                self._missing.add(base)
                widths.append(self._box_width(base))
            else:
                widths.append(glyph.advance * style.size)
            if len(part) > 1:
                self._missing |= chain.missing(part[1:])
        return _Paragraph(parts, widths, 0, len(parts), is_plain)

    def _draw_line(self, canvas: Any, line: _Line, y: float) -> None:
        paragraph = self._paragraphs[line.paragraph]
        parts = paragraph.clusters
        end = line.end
        while end > line.start and parts[end - 1] in _SPACES:
            end -= 1
        if end == line.start:
            return
        ordered = (
            parts[line.start : end]
            if paragraph.is_plain
            else visual(parts, line.start, end, self.direction)
        )
        pieces, width = self._place(ordered)
        x = self._offset(width)
        # Everything from left to right: readers of the file rebuild the text from that.
        for has_span, group in groupby(pieces, _needs_span):
            if has_span:
                for piece in group:
                    self._draw_span(canvas, x, y, piece)
            else:
                drawn = canvas.beginText()
                for piece in group:
                    self._set(drawn, x, y, piece)
                canvas.drawText(drawn)

    def _set(self, drawn: Any, x: float, y: float, piece: Piece) -> None:
        drawn.setTextOrigin(x + piece.x, y + piece.y)
        drawn.setFont(piece.font, self.style.size)
        drawn.textOut(piece.text)

    def _draw_span(self, canvas: Any, x: float, y: float, piece: Piece) -> None:
        """Draw what a reader of the file could not tell from its glyphs, and tell it.

        Source: ISO 32000-1, 14.9.4 Replacement text. Only marked clusters and boxes get
        one: Poppler and PDFium reorder what a span says as if it were in visual order, so
        that a span over a whole right-to-left line would be copied backwards, while
        presentation forms drawn in visual order are copied as the text that was typed.
        """
        said = unshape(piece.text) + "".join(mark.text for mark in piece.marks)
        coded = said.encode("utf-16-be").hex().upper()
        canvas.addLiteral(f"/Span <</ActualText <FEFF{coded}>>> BDC")
        if piece.font:
            drawn = canvas.beginText()
            for part in (piece, *piece.marks):
                self._set(drawn, x, y, part)
            canvas.drawText(drawn)
        else:
            self._draw_box(canvas, x + piece.x, y, piece.text)
        canvas.addLiteral("EMC")

    def _offset(self, width: float) -> float:
        align = self.style.align
        if align == "center":
            return float((self.width - width) / 2)
        is_left = (align == "leading") == (self.frame == "ltr")
        return 0.0 if is_left else float(self.width - width)

    def _place(self, ordered: list[str]) -> tuple[list[Piece], float]:
        """Set clusters side by side; tells the pieces and the width of the line."""
        chain, bold, size = self.style.fonts, self.style.bold, self.style.size
        pieces: list[Piece] = []
        x = run_x = 0.0
        run, run_font = "", ""
        for part in ordered:
            base = part[0]
            if base in INVISIBLE:
                continue
            glyph = chain.glyph(base, bold)
            font = glyph.font if glyph else ""
            if run and (font != run_font or len(part) > 1):
                pieces.append(Piece(run_x, 0, run_font, run))
                run = ""
            if glyph is None:
                pieces.append(Piece(x, 0, "", base))
                x += self._box_width(base)
                continue
            if len(part) > 1:
                marks = tuple(self._marks(part, font, x))
                pieces.append(Piece(x, 0, font, base, marks))
            else:
                if not run:
                    run_x, run_font = x, font
                run += base
            x += glyph.advance * size
        if run:
            pieces.append(Piece(run_x, 0, run_font, run))
        return pieces, x

    def _marks(self, cluster: str, font: str, x: float) -> Iterator[Piece]:
        """Set marks over or under their base by the ink of both, innermost first."""
        chain, size = self.style.fonts, self.style.size
        ink = chain.box(font, cluster[0])
        middle = (ink.left + ink.right) / 2
        top, bottom = ink.top, ink.bottom
        for mark in sorted(cluster[1:], key=lambda char: char != _SHADDA):
            glyph = chain.glyph(mark, self.style.bold)
            mark_font = font if chain.holds(font, mark) else glyph.font if glyph else ""
            if mark in INVISIBLE or not mark_font:
                continue
            box = chain.box(mark_font, mark)
            dy = 0.0
            place = unicodedata.combining(mark)
            if place in _ABOVE:
                dy = max(0.0, top + 0.04 - box.bottom)
                top = box.top + dy
            elif place in _BELOW:
                dy = min(0.0, bottom - 0.04 - box.top)
                bottom = box.bottom + dy
            dx = middle - (box.left + box.right) / 2
            yield Piece(x + dx * size, dy * size, mark_font, mark)

    def _box_width(self, char: str) -> float:
        """Width of the box that stands for a character no font holds."""
        return self.style.size * (0.24 * len(f"{ord(char):04X}") + 0.75)

    def _draw_box(self, canvas: Any, x: float, y: float, char: str) -> None:
        size = self.style.size
        width = self._box_width(char)
        font = next(self.style.fonts.faces(bold=False))
        canvas.setLineWidth(0.4)
        canvas.setStrokeColorRGB(*self.style.colour)
        canvas.rect(x + 0.5, y - size * 0.12, width - 1, size * 0.9, stroke=1, fill=0)
        canvas.setFont(font, size * 0.4)
        canvas.drawCentredString(x + width / 2, y + size * 0.18, f"U+{ord(char):04X}")


def _needs_span(piece: Piece) -> bool:
    return not piece.font or bool(piece.marks)


def _break(paragraph: _Paragraph, width: float) -> Iterator[tuple[int, int]]:
    """Break in reading order, greedily; spaces hang, a word too long is cut by cluster."""
    parts, widths = paragraph.clusters, paragraph.widths
    start, end = paragraph.start, paragraph.end
    limit = width + 0.01
    used = 0.0
    chance = start
    for index in range(start, end):
        part = parts[index]
        if used + widths[index] > limit and part not in _SPACES and index > start:
            cut = chance if chance > start else index
            yield start, cut
            start = cut
            used = sum(widths[start:index])
        used += widths[index]
        if part in _BREAK_AFTER:
            chance = index + 1
    yield start, end
