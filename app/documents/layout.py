"""A sheet of paper: masthead, body, numbered feet, in the directions of its languages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    NextPageTemplate,
    PageTemplate,
    Spacer,
)

from app.documents.fields import (
    GREY,
    HAIR,
    INK,
    TEAL,
    Bilingual,
    Field,
    FieldTable,
    Label,
    Look,
    SignatureBoxes,
    rule,
)
from app.documents.fonts import FontChain
from app.documents.qr import QrCode
from app.documents.script import Direction
from app.documents.text import Style, Text, UnprintableCharacters

PageText = Callable[[int, int], str]
UnprintableNote = Callable[[Sequence[UnprintableCharacters]], str]

_WIDTH, _HEIGHT = A4
_SIDE: Final = 51.0
_TOP: Final = 42.0
_FOOT: Final = 58.0
_BODY: Final = _WIDTH - 2 * _SIDE
_QR: Final = 56.0
_SMALL_QR: Final = 30.0
_NUMBER: Final = 120.0
_LATER_TOP: Final = _TOP + _SMALL_QR + 16


@dataclass(frozen=True, slots=True)
class Masthead:
    """What stands at the head of a paper.

    Args:
        title: Name of the form.
        reference: The case number, printed beside the code; empty for a blank form.
        reference_label: What the reference is.
        code: What the QR code tells; no code when empty.
        meta: Form metadata line: programme, version, office, date printed.
    """

    title: Label
    reference: str = ""
    reference_label: Label | None = None
    code: str = ""
    meta: str = ""


class Paper:
    """A paper in the making: add its parts in order, then ``save``.

    Args:
        fonts: The chain its glyphs come from.
        masthead: What stands at its head.
        direction: Of the office language; columns run from its leading edge.
        second: Direction of the second language of a bilingual paper.
        language: Code of the office language, told to screen readers.

    Raises:
        Unavailable: A font paper cannot do without is not installed.
    """

    def __init__(
        self,
        fonts: FontChain,
        masthead: Masthead,
        *,
        direction: Direction = "ltr",
        second: Direction | None = None,
        language: str = "",
    ) -> None:
        self.report: list[UnprintableCharacters] = []
        self._fonts = fonts
        self._language = language
        self._title = masthead.title.text
        self._look = Look(
            label=Style(fonts, _small(direction), 11, colour=GREY),
            second_label=Style(fonts, _small(second or direction), 11, colour=GREY),
            value=Style(fonts, 10, 15, colour=INK),
            direction=direction,
            second=second,
            report=self.report,
        )
        self._head = _Head(masthead, self._look)
        self._story: list[Flowable] = []

    def heading(self, label: Label) -> None:
        """Open a section; it never stands alone at the foot of a page."""
        bold = Style(self._fonts, 11, 15, bold=True, colour=TEAL)
        light = Style(self._fonts, 10, 15, colour=TEAL)
        heading = Bilingual(label, self._look, bold, light)
        self._story += [CondPageBreak(95), Spacer(1, 15), heading, Spacer(1, 1)]

    def paragraph(self, text: str, *, direction: Direction | None = None, name: str = "") -> None:
        """Set a paragraph of any length; it rests on the edge of its own direction."""
        style = Style(self._fonts, 9.5, 14.5, colour=INK)
        self._story += [Text(text, style, direction, name=name, report=self.report), Spacer(1, 6)]

    def fields(self, rows: Sequence[Sequence[Field]]) -> None:
        """Set rows of questions, those of one row side by side."""
        self._story.append(FieldTable(rows, self._look))

    def signatures(self, labels: Sequence[Label], *, thumb: Label | None = None) -> None:
        """Leave room to sign for each of ``labels``, and for a thumb print."""
        boxes = SignatureBoxes(labels, self._look, thumb=thumb)
        self._story += [Spacer(1, 14), boxes, Spacer(1, 10)]

    def save(
        self,
        out: str | Path | BinaryIO,
        page_text: PageText,
        unprintable: UnprintableNote | None = None,
    ) -> int:
        """Write the PDF, the same bytes for the same content.

        Args:
            out: File to write.
            page_text: Says page and number of pages, such as "page 1 of 2".
            unprintable: Words the closing note on characters in no font; called when
                there are any.

        Returns:
            The number of pages.
        """
        story = list(self._story)
        if self.report and unprintable is not None:
            style = Style(self._fonts, 8, 12, colour=INK)
            story += [Spacer(1, 12), self._look.text(unprintable(self.report), style)]
        document = BaseDocTemplate(
            str(out) if isinstance(out, Path) else out,
            pagesize=A4,
            title=self._title,
            lang=self._language or None,
            invariant=1,
            pageTemplates=[
                _template("first", self._head.height + _TOP, self._head.draw_first),
                _template("later", _LATER_TOP, self._head.draw_later),
            ],
        )
        counted = partial(_Counted, draw_foot=partial(self._head.draw_foot, page_text))
        document.build([NextPageTemplate("later"), *story], canvasmaker=counted)
        return int(document.page)


class _Head:
    """Draws what surrounds the body on each page."""

    def __init__(self, masthead: Masthead, look: Look) -> None:
        fonts = look.value.fonts
        self._look = look
        self._reference = masthead.reference
        self._qr = QrCode(masthead.code) if masthead.code else None
        title = Style(fonts, 19, 26, bold=True, colour=TEAL)
        second = Style(fonts, 13, 20, colour=TEAL)
        trailing = Style(fonts, 8, 11, colour=GREY, align="trailing")
        number = Style(fonts, 12, 17, bold=True, colour=INK, align="trailing")
        small = Style(fonts, 8, 12, colour=GREY)
        self._foot = small
        self._titles = [look.text(masthead.title.text, title)]
        if masthead.title.second:
            # At the office edge: the trailing edge is the case number's.
            self._titles.append(look.second_text(masthead.title.second, second, look.direction))
        self._titles.append(look.text(masthead.meta, small))
        self._numbers = []
        if masthead.reference:
            label = masthead.reference_label
            if label:
                self._numbers.append(look.text(label.text, trailing))
            if label and label.second:
                self._numbers.append(look.second_text(label.second, trailing, look.direction))
            self._numbers.append(self._reference_text(number))
        self._later_title = look.text(masthead.title.text, small)
        self._later_number = self._reference_text(
            Style(fonts, 9, 12, bold=True, colour=INK, align="trailing")
        )
        room = _BODY - (_NUMBER + 12 if self._numbers else 0) - (_QR + 12 if self._qr else 0)
        self._title_width = room
        block = sum(float(text.wrap(room, 0)[1]) for text in self._titles)
        side = sum(float(text.wrap(_NUMBER, 0)[1]) for text in self._numbers)
        self.height = max(block, side, _QR if self._qr else 0) + 18

    def draw_first(self, canvas: Any, _document: Any) -> None:
        """Draw the full masthead."""
        top = _HEIGHT - _TOP
        edge = _BODY
        if self._qr:
            edge -= _QR
            self._qr.draw(canvas, self._x(edge, _QR), top - _QR, _QR)
            edge -= 12
        _stack(canvas, self._numbers, self._x(edge - _NUMBER, _NUMBER), top)
        _stack(canvas, self._titles, self._x(0, self._title_width), top + 3)
        canvas.setStrokeColorRGB(*TEAL)
        canvas.setLineWidth(1.1)
        line = top - self.height + 8
        canvas.line(_SIDE, line, _SIDE + _BODY, line)

    def draw_later(self, canvas: Any, _document: Any) -> None:
        """Draw what tells a loose sheet which case it belongs to."""
        top = _HEIGHT - _TOP
        edge = _BODY
        if self._qr:
            edge -= _SMALL_QR
            self._qr.draw(canvas, self._x(edge, _SMALL_QR), top - _SMALL_QR, _SMALL_QR)
            edge -= 10
        half = edge / 2
        for text, x in ((self._later_title, 0.0), (self._later_number, half)):
            text.wrap(half, 0)
            text.drawOn(canvas, self._x(x, half), top - text.height)
        rule(canvas, _SIDE, top - _SMALL_QR - 7, _BODY, HAIR)

    def draw_foot(self, page_text: PageText, canvas: Any, page: int, pages: int) -> None:
        """Draw the foot, once the number of pages is known."""
        rule(canvas, _SIDE, _FOOT - 14, _BODY, HAIR)
        style = Style(self._foot.fonts, 7.5, 11, colour=GREY, align="trailing")
        number = self._look.text(page_text(page, pages), style)
        number.wrap(_BODY, 0)
        number.drawOn(canvas, _SIDE, _FOOT - 28)

    def _reference_text(self, style: Style) -> Text:
        # Identifiers read left to right in every language.
        return Text(self._reference, style, "ltr", frame=self._look.direction)

    def _x(self, x: float, width: float) -> float:
        """Mirror a place measured from the leading edge of the body."""
        return _SIDE + (_BODY - x - width if self._look.is_mirrored else x)


class _Counted(Canvas):  # type: ignore[misc]
    """A canvas that holds its pages back until it knows how many there are."""

    def __init__(
        self, *args: Any, draw_foot: Callable[[Any, int, int], None], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self._draw_foot = draw_foot
        self._held: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - the name is ReportLab's
        self._held.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        held = self._held
        for page, state in enumerate(held, start=1):
            self.__dict__.update(state)
            self._draw_foot(self, page, len(held))
            super().showPage()
        super().save()


def _small(direction: Direction) -> float:
    """Size of small print: Naskh is drawn smaller on its body than Latin letters are."""
    return 8.8 if direction == "rtl" else 7.5


def _template(name: str, top: float, draw: Callable[[Any, Any], None]) -> PageTemplate:
    frame = Frame(_SIDE, _FOOT, _BODY, _HEIGHT - _FOOT - top, 0, 0, 0, 0, id=name, showBoundary=0)
    return PageTemplate(id=name, frames=[frame], onPage=draw)


def _stack(canvas: Any, texts: Sequence[Text], x: float, top: float) -> None:
    for text in texts:
        top -= text.height
        text.drawOn(canvas, x, top)
