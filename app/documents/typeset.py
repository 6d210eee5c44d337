"""A text shaped and measured once: its lines at any width, the glyphs of each line."""

from __future__ import annotations

import copy
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, Literal, NamedTuple

from app.documents.fonts import INVISIBLE, FontChain
from app.documents.pen import Colour
from app.documents.script import Direction, clusters, is_left_to_right, shape, unshape, visual

Edge = Literal["leading", "center", "trailing"]

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


class Piece(NamedTuple):
    """What is drawn in one stroke: ``text`` in ``font``, or a box when ``font`` is empty.

    With ``marks``, ``text`` is the one character they sit on.
    """

    x: float
    y: float
    font: str
    text: str
    marks: tuple[Piece, ...] = ()


class Line(NamedTuple):
    """One line of a wrapped text: clusters ``start`` to ``end`` of a paragraph."""

    paragraph: int
    start: int
    end: int


@dataclass(slots=True)
class _Paragraph:
    clusters: list[str]
    widths: list[float]
    start: int
    end: int
    direction: Direction
    is_plain: bool


class Typeset:
    """A text in one style. Nothing about it changes once made.

    Attributes:
        missing: Characters no font holds.
    """

    def __init__(self, paragraphs: list[_Paragraph], style: Style) -> None:
        self.missing: frozenset[str] = frozenset()
        self._paragraphs = paragraphs
        self._style = style
        self._wrapped: dict[float, list[Line]] = {}
        self._placed: dict[Line, tuple[list[Piece], float]] = {}

    @cached_property
    def natural_width(self) -> float:
        """Width of the longest paragraph set on one line, in points."""
        return max(sum(part.widths[part.start : part.end]) for part in self._paragraphs)

    def wrapped(self, width: float) -> list[Line]:
        """Break into lines of ``width`` points, in reading order."""
        lines = self._wrapped.get(width)
        if lines is None:
            lines = self._wrapped[width] = [
                Line(index, start, end)
                for index, paragraph in enumerate(self._paragraphs)
                for start, end in _break(paragraph, width)
            ]
        return lines

    def typed(self, line: Line) -> str:
        """Give a line in reading order, as letters and not as shapes."""
        parts = self._paragraphs[line.paragraph].clusters
        return unshape("".join(parts[line.start : line.end]))

    def cut(self, line: Line) -> tuple[Typeset, Typeset]:
        """Cut in front of ``line``."""
        paragraphs = self._paragraphs
        first = [copy.copy(part) for part in paragraphs[: line.paragraph + 1]]
        rest = [copy.copy(part) for part in paragraphs[line.paragraph :]]
        first[-1].end = rest[0].start = line.start
        if line.start == paragraphs[line.paragraph].start:
            first.pop()
        return Typeset(first, self._style), Typeset(rest, self._style)

    def placed(self, line: Line) -> tuple[list[Piece], float]:
        """Set a line from left to right; tells its pieces and its width in points."""
        found = self._placed.get(line)
        if found is None:
            found = self._placed[line] = self._place(self._on_paper(line))
        return found

    def box_width(self, char: str) -> float:
        """Width of the box that stands for a character no font holds."""
        return _box_width(char, self._style)

    def _on_paper(self, line: Line) -> Sequence[str]:
        paragraph = self._paragraphs[line.paragraph]
        parts, end = paragraph.clusters, line.end
        while end > line.start and parts[end - 1] in _SPACES:
            end -= 1
        if paragraph.is_plain or end == line.start:
            return parts[line.start : end]
        return visual(parts, line.start, end, paragraph.direction)

    def _place(self, ordered: Sequence[str]) -> tuple[list[Piece], float]:
        chain, bold, size = self._style.fonts, self._style.bold, self._style.size
        pieces: list[Piece] = []
        x = run_x = 0.0
        run, run_font = "", ""
        for part in ordered:
            base = part[0]
            if base in INVISIBLE:
                continue
            glyph = chain.glyph(base, bold)
            font = glyph.font if glyph else ""
            if run and part == " " and font != run_font and chain.holds(run_font, " "):
                # Drawn along; what follows stands where it stood, as wide as was measured.
                pieces.append(Piece(run_x, 0, run_font, f"{run} "))
                run = ""
                x += glyph.advance * size if glyph else 0
                continue
            if run and (font != run_font or len(part) > 1):
                pieces.append(Piece(run_x, 0, run_font, run))
                run = ""
            if glyph is None:
                pieces.append(Piece(x, 0, "", base))
                x += self.box_width(base)
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
        chain, size = self._style.fonts, self._style.size
        ink = chain.box(font, cluster[0])
        middle = (ink.left + ink.right) / 2
        top, bottom = ink.top, ink.bottom
        for mark in sorted(cluster[1:], key=lambda char: char != _SHADDA):
            glyph = chain.glyph(mark, self._style.bold)
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


def typeset(text: str, style: Style, directions: Sequence[Direction]) -> Typeset:
    """Shape and measure ``text``, which is in composed Unicode (NFC).

    Args:
        text: Any text; its line ends part paragraphs.
        style: How it looks.
        directions: Base direction of each paragraph; the last serves those that follow.

    Raises:
        Unavailable: A font paper cannot do without is not installed.
    """
    missing: set[str] = set()
    paragraphs = [
        _paragraph(part, style, directions[min(number, len(directions) - 1)], missing)
        for number, part in enumerate(paragraphs_of(text))
    ]
    made = Typeset(paragraphs, style)
    made.missing = frozenset(missing)
    return made


@lru_cache(maxsize=4096)
def typeset_wording(text: str, style: Style, directions: tuple[Direction, ...]) -> Typeset:
    """Shape and measure a wording of the form itself, once for all papers.

    Never for what people answered: that is not to stay in memory.
    """
    return typeset(text, style, directions)


def paragraphs_of(text: str) -> list[str]:
    """Split ``text`` at its line ends."""
    return _LINE_ENDS.split(text)


def _paragraph(text: str, style: Style, direction: Direction, missing: set[str]) -> _Paragraph:
    chain = style.fonts
    shown = text.translate(_BLANKS)
    is_plain = direction == "ltr" and is_left_to_right(shown)
    parts = list(shown) if shown.isascii() else clusters(shape(shown))
    widths = []
    for part in parts:
        base = part[0]
        glyph = chain.glyph(base, style.bold)
        if base in INVISIBLE:
            widths.append(0.0)
        elif glyph is None:
            missing.add(base)
            widths.append(_box_width(base, style))
        else:
            widths.append(glyph.advance * style.size)
        if len(part) > 1:
            missing |= chain.missing(part[1:])
    return _Paragraph(parts, widths, 0, len(parts), direction, is_plain)


def _box_width(char: str, style: Style) -> float:
    return style.size * (0.24 * len(f"{ord(char):04X}") + 0.75)


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
