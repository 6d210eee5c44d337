"""A sheet of paper: masthead, body, numbered feet, in the directions of its languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final

from reportlab import rl_config
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

from app.documents.blocks import GREY, INK, TEAL, WARNING, Block, Label, Look
from app.documents.fields import Field, FieldTable
from app.documents.fonts import FontChain
from app.documents.grids import Column, Grid
from app.documents.masthead import BODY, FOOT, SIDE, Head, Masthead, PageText
from app.documents.script import Direction
from app.documents.signatures import SignatureBoxes
from app.documents.text import Text, UnprintableCharacters
from app.documents.typeset import Style

UnprintableNote = Callable[[Sequence[UnprintableCharacters]], str]

# Streams as bytes: written as text they are a quarter larger and take a tenth of the time.
rl_config.useA85 = 0

_HEADING: Final = 31.0
_TALLEST_KEPT: Final = 190.0


class Paper:
    """A paper in the making: add its parts in order, then ``save``.

    Args:
        fonts: The chain its glyphs come from.
        masthead: What stands at its head and foot.
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
        other = second or direction
        self._look = Look(
            label=Style(fonts, _small(direction), 11, colour=GREY),
            second_label=Style(fonts, _small(other), 11, colour=GREY),
            value=Style(fonts, 10, 15, colour=INK),
            option=Style(fonts, 9.3, 14, colour=INK),
            second_value=Style(fonts, 9 if other == "ltr" else 10, 14, colour=INK),
            caution=Style(fonts, 8.5, 12, bold=True, colour=WARNING),
            second_caution=Style(fonts, 8.5, 12, bold=True, colour=WARNING),
            direction=direction,
            second=second,
            report=self.report,
        )
        self._head = Head(masthead, self._look)
        self._story: list[Flowable] = []
        self._is_under_heading = False

    def heading(self, label: Label) -> None:
        """Open a section; it never stands alone at the foot of a page."""
        bold = Style(self._fonts, 11, 15, bold=True, colour=TEAL)
        light = Style(self._fonts, 10, 15, colour=TEAL)
        self._story += [
            CondPageBreak(_HEADING + 60),
            Spacer(1, 12),
            self._look.wording(label, bold, light),
            Spacer(1, 1),
        ]
        self._is_under_heading = True

    def paragraph(self, text: str, *, direction: Direction | None = None, name: str = "") -> None:
        """Set a paragraph of any length; it rests on the edge of its own direction."""
        style = Style(self._fonts, 9.5, 14.5, colour=INK)
        self._story += [Text(text, style, direction, name=name, report=self.report), Spacer(1, 6)]
        self._is_under_heading = False

    def statement(self, label: Label) -> None:
        """Set words of the form as a paragraph, in both languages one under the other."""
        style = Style(self._fonts, 9.5, 14.5, colour=INK)
        self._story += [self._look.text(label.text, style), Spacer(1, 3)]
        if label.second:
            self._story += [self._look.second_text(label.second, style), Spacer(1, 3)]
        self._is_under_heading = False

    def fields(self, rows: Sequence[Sequence[Field]], *, is_entry: bool = False) -> None:
        """Set rows of questions, those of one row side by side; the first stays with a heading.

        Args:
            rows: From the top.
            is_entry: They tell of one thing among others of its kind, and stay on one page
                unless that would leave much of the page before it empty.
        """
        if not rows:
            return
        table = FieldTable(rows, self._look)
        height = table.wrap(BODY, 0)[1] if is_entry else 0.0
        self._keep(height if 0 < height <= _TALLEST_KEPT else table.opening(BODY))
        self._story.append(table)

    def caution(self, label: Label) -> None:
        """Set words of the form that must be heeded, in both languages."""
        style = Style(self._fonts, 9, 13, bold=True, colour=WARNING)
        self._story.append(self._look.text(label.text, style))
        if label.second:
            self._story.append(self._look.second_text(label.second, style))
        self._story.append(Spacer(1, 4))
        self._is_under_heading = False

    def grid(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Label]],
        *,
        is_boxed: bool = False,
        is_small: bool = False,
        least: float = 0.0,
        totals: int = 0,
    ) -> None:
        """Set a table; its head stays with its first row and stands again on each page.

        Args:
            columns: From the leading edge.
            rows: From the top, a cell for each column.
            is_boxed: Every cell is framed, to be written in.
            is_small: Set small, for many columns.
            least: Least height of a row in points.
            totals: How many of the last rows are totals, which stand out.
        """
        made = Grid(
            columns, rows, self._look,
            is_boxed=is_boxed, is_small=is_small, least=least, totals=totals,
        )  # fmt: skip
        height = made.wrap(BODY, 0)[1]
        self._keep(height if height <= _TALLEST_KEPT else made.opening(BODY))
        self._story.append(made)

    def put(self, make: Callable[[Look], Block], *, before: float = 6.0) -> None:
        """Set a block that is made for the look of this paper, with room before it in points."""
        self._story += [Spacer(1, before), make(self._look)]
        self._is_under_heading = False

    def _keep(self, needed: float) -> None:
        """Keep what is added next, ``needed`` points of it, on a page with a heading before it."""
        if self._is_under_heading:
            self._story[-4] = CondPageBreak(_HEADING + needed)
            self._is_under_heading = False
        else:
            self._story.append(CondPageBreak(needed))

    def gap(self) -> None:
        """Leave room between two entries of one section."""
        self._story.append(Spacer(1, 7))

    def signatures(self, labels: Sequence[Label], *, thumb: Label | None = None) -> None:
        """Leave room to sign for each of ``labels``, and for a thumb print."""
        boxes = SignatureBoxes(labels, self._look, thumb=thumb)
        self._story += [Spacer(1, 10), boxes]

    @contextmanager
    def kept_together(self) -> Iterator[None]:
        """Keep what is added inside the block on one page."""
        start = len(self._story)
        yield
        added = [part for part in self._story[start:] if not isinstance(part, CondPageBreak)]
        height = sum(part.wrap(BODY, 0)[1] for part in added)
        self._story[start:] = [CondPageBreak(height), *added]

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
            style = Style(self._fonts, 8.5, 12.5, bold=True, colour=WARNING)
            direction = self._look.direction
            note = Text(unprintable(self.report), style, direction, frame=direction)
            story += [Spacer(1, 12), note]
        document = BaseDocTemplate(
            str(out) if isinstance(out, Path) else out,
            pagesize=A4,
            title=self._title,
            lang=self._language or None,
            invariant=1,
            pageTemplates=[
                _template("first", self._head.first_top, self._head.draw_first),
                _template("later", self._head.later_top, self._head.draw_later),
            ],
        )
        counted = partial(_Counted, draw_foot=partial(self._head.draw_foot, page_text))
        document.build([NextPageTemplate("later"), *story], canvasmaker=counted)
        return int(document.page)


class _Counted(Canvas):  # type: ignore[misc]
    """A canvas that holds its pages back until it knows how many there are."""

    def __init__(
        self, *args: Any, draw_foot: Callable[[Any, int, int], None], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self._draw_foot = draw_foot
        self._held: list[dict[str, Any]] = []

    def showPage(self) -> None:
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
    return 9.2 if direction == "rtl" else 7.8


def _template(name: str, top: float, draw: Callable[[Any, Any], None]) -> PageTemplate:
    frame = Frame(SIDE, FOOT, BODY, A4[1] - FOOT - top, 0, 0, 0, 0, id=name, showBoundary=0)
    return PageTemplate(id=name, frames=[frame], onPage=draw)
