"""What forms are made of: wordings in two languages, lines to write on, boxes to tick."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from reportlab.platypus import Flowable

from app.documents.pen import Colour, box, cross, rule
from app.documents.script import Direction
from app.documents.text import Text, UnprintableCharacters
from app.documents.typeset import Style

TEAL: Final[Colour] = (0.059, 0.322, 0.341)
INK: Final[Colour] = (0.1, 0.12, 0.13)
GREY: Final[Colour] = (0.36, 0.41, 0.42)
WARNING: Final[Colour] = (0.62, 0.12, 0.08)

WRITING_LINE: Final = 21.0
ROW_PADDING: Final = 3.8
_SIDE_GAP: Final = 6.0
_TICK: Final = 8.0
_TICK_GAP: Final = 5.0
_COMB: Final = 14.5
_COMB_GAP: Final = 6.0
_CAPTION: Final = 9.0
_TAB: Final = 62.0
_LINE_GAP: Final = 2.0


@dataclass(frozen=True, slots=True)
class Label:
    """A wording in the office language, and in the reader's on a bilingual paper."""

    text: str
    second: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One box to tick."""

    label: Label
    is_ticked: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What all blocks of one paper share: its styles, its directions, its report."""

    label: Style
    second_label: Style
    value: Style
    option: Style
    second_value: Style
    caution: Style
    second_caution: Style
    direction: Direction
    second: Direction | None
    report: list[UnprintableCharacters]

    @property
    def is_mirrored(self) -> bool:
        """Whether columns run from right to left."""
        return self.direction == "rtl"

    def text(self, text: str, style: Style) -> Text:
        """Set words of the form in the office language."""
        return Text(
            text,
            style,
            self.direction,
            frame=self.direction,
            name=text,
            report=self.report,
            is_wording=True,
        )

    def second_text(self, text: str, style: Style, frame: Direction | None = None) -> Text:
        """Set words of the form in the second language, at its own edge unless ``frame``."""
        own = self.second or self.direction
        return Text(
            text, style, own, frame=frame or own, name=text, report=self.report, is_wording=True
        )

    def wording(self, label: Label, first: Style, second: Style) -> Pair:
        """Set words of the form in both languages."""
        return Pair(
            self.text(label.text, first),
            self.second_text(label.second, second) if label.second else None,
        )


class Block(Flowable):  # type: ignore[misc]
    """A flowable that is not cut unless it says how."""

    width: float
    height: float

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Take the whole width; tells the size taken."""
        self.width, self.height = width, self.measure(width)
        return width, self.height

    def drawOn(self, canvas: Any, x: float, y: float, _sW: float = 0) -> None:  # noqa: N803
        """Draw with the lower left corner at ``x``, ``y``; the names are ReportLab's."""
        self.paint(canvas, x, y)

    def measure(self, width: float) -> float:
        """Tell the height needed at ``width``, both in points."""
        raise NotImplementedError

    def paint(self, canvas: Any, x: float, y: float) -> None:
        """Draw with the lower left corner at ``x``, ``y``."""
        raise NotImplementedError


class Pair(Block):
    """The same thing said in one or two languages.

    Both share a line when they fit, the first at the leading edge of the page and the second
    at the other; otherwise the second stands under the first.
    """

    def __init__(self, first: Text, second: Text | None) -> None:
        super().__init__()
        self._first = first
        self._second = second
        self._is_side_by_side = False

    def measure(self, width: float) -> float:
        """Tell the height needed at ``width``, both in points."""
        height = self._first.wrap(width, 0)[1]
        if self._second is None:
            return height
        second = self._second.natural_width + 0.1
        self._is_side_by_side = self._first.natural_width + second + _SIDE_GAP <= width
        if self._is_side_by_side:
            self._drop = self._first.base - self._second.base
            return max(height, self._second.wrap(second, 0)[1])
        return height + self._second.wrap(width, 0)[1]

    def paint(self, canvas: Any, x: float, y: float) -> None:
        """Draw with the lower left corner at ``x``, ``y``."""
        top = y + self.height
        self._first.drawOn(canvas, x, top - self._first.height)
        if self._second is None:
            return
        if self._is_side_by_side:
            top -= self._drop
            x += self.width - self._second.width if self._first.frame == "ltr" else 0
        else:
            top -= self._first.height
        self._second.drawOn(canvas, x, top - self._second.height)


class WritingLines(Block):
    """Room to write: ``lines`` lines, the last one being the rule under the row."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self._lines = lines

    def measure(self, width: float) -> float:
        """Tell the height needed at ``width``, both in points."""
        return WRITING_LINE * self._lines - ROW_PADDING

    def paint(self, canvas: Any, x: float, y: float) -> None:
        """Draw with the lower left corner at ``x``, ``y``."""
        for number in range(1, self._lines):
            rule(canvas, x, y + self.height - number * WRITING_LINE, self.width)


class Comb(Block):
    """Groups of boxes for one character each; they run left to right in every language.

    Args:
        groups: Boxes of each group.
        captions: What each group is for, printed small under it; may be empty.
        look: Of the paper.
    """

    def __init__(self, groups: Sequence[int], captions: Sequence[str], look: Look) -> None:
        super().__init__()
        self._groups = groups
        self._is_mirrored = look.is_mirrored
        small = Style(look.label.fonts, look.label.size * 0.8, _CAPTION, False, GREY, "center")
        self._captions = [look.text(caption, small) for caption in captions]

    def measure(self, width: float) -> float:
        """Tell the height needed at ``width``, both in points."""
        gaps = _COMB_GAP * (len(self._groups) - 1)
        self._side = min(_COMB, (width - gaps) / sum(self._groups))
        self._length = self._side * sum(self._groups) + gaps
        for caption, count in zip(self._captions, self._groups, strict=False):
            caption.wrap(max(count * self._side, caption.natural_width), 0)
        return _COMB + 6 + (_CAPTION if self._captions else 0)

    def paint(self, canvas: Any, x: float, y: float) -> None:
        """Draw with the lower left corner at ``x``, ``y``."""
        left = x + (self.width - self._length if self._is_mirrored else 0)
        bottom = y + self.height - 3 - _COMB
        for index, count in enumerate(self._groups):
            length = count * self._side
            if index < len(self._captions):
                caption = self._captions[index]
                caption.drawOn(canvas, left + (length - caption.width) / 2, bottom - _CAPTION - 1)
            for number in range(count):
                box(canvas, left + number * self._side, bottom, self._side, _COMB, GREY, 0.4)
            left += length + _COMB_GAP


class TickBoxes(Block):
    """Choices at tab stops over as many lines as they need, each behind its box."""

    def __init__(self, choices: Sequence[Choice], look: Look) -> None:
        super().__init__()
        self._is_mirrored = look.is_mirrored
        self._options = [_Option(choice, look) for choice in choices]
        self._places: list[tuple[float, float]] = []

    def measure(self, width: float) -> float:
        """Tell the height needed at ``width``, both in points."""
        self._places = []
        x = y = line = 0.0
        tab = width / max(1, round(width / _TAB))
        for option in self._options:
            option.fit(width)
            if x and x + option.width > width:
                x, y, line = 0.0, y + line + _LINE_GAP, 0.0
            self._places.append((x, y))
            line = max(line, option.height)
            x = math.ceil((x + option.width + 8) / tab) * tab
        return y + line

    def paint(self, canvas: Any, x: float, y: float) -> None:
        """Draw with the lower left corner at ``x``, ``y``."""
        for option, (along, down) in zip(self._options, self._places, strict=True):
            left = self.width - along - option.width if self._is_mirrored else along
            option.paint(canvas, x + left, y + self.height - down)


class _Option:
    """A box and what it stands for, on one line when both languages fit."""

    def __init__(self, choice: Choice, look: Look) -> None:
        self._is_ticked = choice.is_ticked
        self._is_mirrored = look.is_mirrored
        self._first = look.text(choice.label.text, look.option)
        second = choice.label.second
        self._second = (
            look.second_text(second, look.second_label, look.direction) if second else None
        )

    def fit(self, width: float) -> None:
        """Take as little of ``width`` as it needs; sets ``width`` and ``height``."""
        most = width - _TICK - _TICK_GAP
        first = self._first.natural_width + 0.1
        second = self._second.natural_width + 0.1 if self._second else 0.0
        beside = first + _SIDE_GAP + second if second else first
        self._is_beside = beside <= most
        wanted = beside if self._is_beside else min(most, max(first, second))
        self.width = wanted + _TICK + _TICK_GAP
        self.height = self._first.wrap(min(first, wanted), 0)[1]
        if self._second:
            below = self._second.wrap(second if self._is_beside else wanted, 0)[1]
            self.height = max(self.height, below) if self._is_beside else self.height + below

    def paint(self, canvas: Any, x: float, top: float) -> None:
        """Draw with the upper left corner at ``x``, ``top``."""
        middle = top - self._first.style.leading / 2
        tick = self._along(x, 0, _TICK)
        box(canvas, tick, middle - _TICK / 2, _TICK, _TICK, GREY, 0.6)
        if self._is_ticked:
            cross(canvas, tick + 1.8, middle - _TICK / 2 + 1.8, _TICK - 3.6, INK, 1.3)
        start = _TICK + _TICK_GAP
        first, second = self._first, self._second
        first.drawOn(canvas, self._along(x, start, first.width), top - first.height)
        if second is None:
            return
        if self._is_beside:
            start += first.width + _SIDE_GAP
            below = top - first.base + second.base - second.height
        else:
            below = top - first.height - second.height
        second.drawOn(canvas, self._along(x, start, second.width), below)

    def _along(self, x: float, start: float, width: float) -> float:
        return x + (self.width - start - width if self._is_mirrored else start)
