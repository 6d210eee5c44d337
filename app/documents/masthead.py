"""What surrounds the body of a paper: its masthead, the head of later pages, the foot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reportlab.lib.pagesizes import A4

from app.documents.blocks import GREY, INK, TEAL, WARNING, Label, Look
from app.documents.pen import rule
from app.documents.qr import QrCode
from app.documents.text import Text
from app.documents.typeset import Style

PageText = Callable[[int, int], str]

_WIDTH, _HEIGHT = A4
SIDE: Final = 51.0
FOOT: Final = 54.0
BODY: Final = _WIDTH - 2 * SIDE
_TOP: Final = 42.0
_QR: Final = 58.0
_SMALL_QR: Final = 38.0
_WIDEST_NUMBER: Final = 190.0
_PLAIN_HEAD: Final = 12.0
_FOOT_SHARE: Final = 0.72


@dataclass(frozen=True, slots=True)
class Masthead:
    """What stands at the head and foot of a paper.

    Args:
        title: Name of the form.
        reference: The case number, printed beside the code; empty for a blank form.
        reference_label: What the reference is.
        code: What the QR code tells; no code when empty.
        meta: Office, date printed.
        warning: What a reader must know at once, such as that nobody in it is real.
        foot: Name and version of the form, digest of its answers.
    """

    title: Label
    reference: str = ""
    reference_label: Label | None = None
    code: str = ""
    meta: str = ""
    warning: Label | None = None
    foot: str = ""


class Head:
    """Draws what surrounds the body on each page.

    Attributes:
        first_top: Height the full masthead takes of the first page, in points.
        later_top: Height the head takes of the pages after it.
    """

    def __init__(self, masthead: Masthead, look: Look) -> None:
        self._look = look
        self._reference = masthead.reference
        self._qr = QrCode(masthead.code) if masthead.code else None
        self._titles = list(_titles(masthead, look))
        self._numbers = list(_numbers(masthead, look))
        fonts = look.value.fonts
        self._small = Style(fonts, 8, 12, colour=GREY)
        later = masthead.title.text
        if masthead.warning:
            later += f" · {masthead.warning.text}"
        self._later_title = look.text(later, self._small)
        self._later_number = _reference(
            masthead.reference, Style(fonts, 9, 12, bold=True, colour=INK, align="trailing"), look
        )
        self._foot_text = masthead.foot
        natural = max((text.natural_width for text in self._numbers), default=0.0)
        self._number_width = min(_WIDEST_NUMBER, natural + 1)
        self._title_width = (
            BODY - (self._number_width + 12 if self._numbers else 0) - (_QR + 12 if self._qr else 0)
        )
        block = sum(text.wrap(self._title_width, 0)[1] for text in self._titles)
        side = sum(text.wrap(self._number_width, 0)[1] for text in self._numbers)
        self._height = max(block, side, _QR if self._qr else 0) + 18
        self.first_top = self._height + _TOP
        self._later_height = _SMALL_QR if self._qr else _PLAIN_HEAD
        self.later_top = _TOP + self._later_height + 4

    def draw_first(self, canvas: Any, _document: Any) -> None:
        """Draw the full masthead."""
        top = _HEIGHT - _TOP
        edge = BODY
        if self._qr:
            edge -= _QR
            self._qr.draw(canvas, self._x(edge, _QR), top - _QR, _QR)
            edge -= 12
        width = self._number_width
        _stack(canvas, self._numbers, self._x(edge - width, width), top + 2)
        _stack(canvas, self._titles, self._x(0, self._title_width), top + 5)
        rule(canvas, SIDE, top - self._height + 8, BODY, TEAL, 1.1)

    def draw_later(self, canvas: Any, _document: Any) -> None:
        """Draw what tells a loose sheet which case it belongs to."""
        top = _HEIGHT - _TOP + 8
        edge = BODY
        if self._qr:
            edge -= _SMALL_QR
            self._qr.draw(canvas, self._x(edge, _SMALL_QR), top - _SMALL_QR, _SMALL_QR)
            edge -= 10
        half = edge / 2
        for text, x in ((self._later_title, 0.0), (self._later_number, half)):
            text.wrap(half, 0)
            text.drawOn(canvas, self._x(x, half), top - self._later_height + 1)
        rule(canvas, SIDE, top - self._later_height - 6, BODY)

    def draw_foot(self, page_text: PageText, canvas: Any, page: int, pages: int) -> None:
        """Draw the foot, once the number of pages is known."""
        rule(canvas, SIDE, FOOT - 14, BODY)
        fonts = self._small.fonts
        wide = BODY * _FOOT_SHARE
        foot = Text(
            self._foot_text,
            Style(fonts, 7.5, 11, colour=GREY),
            self._look.direction,
            frame=self._look.direction,
        )
        number = self._look.text(
            page_text(page, pages), Style(fonts, 7.5, 11, colour=GREY, align="trailing")
        )
        for text, x, width in ((foot, 0.0, wide), (number, wide, BODY - wide)):
            text.wrap(width, 0)
            text.drawOn(canvas, self._x(x, width), FOOT - 17 - text.height)

    def _x(self, x: float, width: float) -> float:
        """Mirror a place measured from the leading edge of the body."""
        return SIDE + (BODY - x - width if self._look.is_mirrored else x)


def _titles(masthead: Masthead, look: Look) -> list[Text]:
    fonts = look.value.fonts
    titles = [look.text(masthead.title.text, Style(fonts, 19, 26, bold=True, colour=TEAL))]
    if masthead.title.second:
        # At the office edge: the trailing edge is the case number's.
        second = Style(fonts, 13, 20, colour=TEAL)
        titles.append(look.second_text(masthead.title.second, second, look.direction))
    if masthead.warning:
        warning = Style(fonts, 9, 13, bold=True, colour=WARNING)
        titles.append(look.text(masthead.warning.text, warning))
        if masthead.warning.second:
            titles.append(look.second_text(masthead.warning.second, warning, look.direction))
    if masthead.meta:
        small = Style(fonts, 8, 12, colour=GREY)
        direction = look.direction
        titles.append(Text(masthead.meta, small, direction, frame=direction, report=look.report))
    return titles


def _numbers(masthead: Masthead, look: Look) -> list[Text]:
    if not masthead.reference:
        return []
    fonts = look.value.fonts
    trailing = Style(fonts, 8, 11, colour=GREY, align="trailing")
    label = masthead.reference_label
    numbers = []
    if label:
        numbers.append(look.text(label.text, trailing))
    if label and label.second:
        numbers.append(look.second_text(label.second, trailing, look.direction))
    bold = Style(fonts, 11, 17, bold=True, colour=INK, align="trailing")
    return [*numbers, _reference(masthead.reference, bold, look)]


def _reference(reference: str, style: Style, look: Look) -> Text:
    # Identifiers read left to right in every language.
    return Text(reference, style, "ltr", frame=look.direction)


def _stack(canvas: Any, texts: Sequence[Text], x: float, top: float) -> None:
    for text in texts:
        top -= text.height
        text.drawOn(canvas, x, top)
