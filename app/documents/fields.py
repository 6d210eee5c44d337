"""The body of a form: labelled values, blanks to write on, tick boxes, signatures."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from reportlab.platypus import Flowable

from app.documents.script import Direction
from app.documents.text import Colour, Style, Text, UnprintableCharacters

TEAL: Final[Colour] = (0.059, 0.322, 0.341)
INK: Final[Colour] = (0.1, 0.12, 0.13)
GREY: Final[Colour] = (0.4, 0.45, 0.46)
HAIR: Final[Colour] = (0.78, 0.82, 0.82)

COLUMN_GAP: Final = 22.0
WRITING_LINE: Final = 21.0
_ROW_PADDING: Final = 5.0
_TICK: Final = 8.0
_COMB: Final = 15.0
# A row taller than this is cut over two pages rather than moved whole.
_TALLEST_UNCUT: Final = 160.0


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
class Field:
    """One question of a form.

    Args:
        label: The question.
        value: The answer; None leaves room to write.
        direction: Of the value; that of its first strong character when None.
        lines: Lines to write on when there is no value.
        boxes: Groups of one-character boxes instead of lines, such as ``(2, 2, 4)``.
        choices: Boxes to tick, printed instead of a value.
    """

    label: Label
    value: str | None = None
    direction: Direction | None = None
    lines: int = 1
    boxes: tuple[int, ...] = ()
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What all blocks of one paper share: its styles, its directions, its report."""

    label: Style
    second_label: Style
    value: Style
    direction: Direction
    second: Direction | None
    report: list[UnprintableCharacters]

    @property
    def is_mirrored(self) -> bool:
        """Whether columns run from right to left."""
        return self.direction == "rtl"

    def text(self, text: str, style: Style, name: str = "") -> Text:
        """Set ``text`` in the office language."""
        return Text(
            text, style, self.direction, frame=self.direction, name=name, report=self.report
        )

    def second_text(self, text: str, style: Style, frame: Direction | None = None) -> Text:
        """Set ``text`` in the second language, at its own leading edge unless ``frame``."""
        own = self.second or self.direction
        return Text(text, style, own, frame=frame or own, report=self.report)


class Block(Flowable):  # type: ignore[misc]
    """A flowable that is not cut unless it says how."""

    width: float
    height: float
    canv: Any

    def wrap(self, width: float, height: float) -> tuple[float, float]:  # noqa: ARG002
        """Take the whole width; tells the size taken."""
        self.width, self.height = width, self.measure(width)
        return width, self.height

    def measure(self, width: float) -> float:
        """Tell the height needed at ``width``, both in points."""
        raise NotImplementedError


class Bilingual(Block):
    """A label in one or two languages.

    Languages of opposite directions share a line when they fit, each at its own edge;
    otherwise the second stands under the first.
    """

    def __init__(self, label: Label, look: Look, first: Style, second: Style) -> None:
        super().__init__()
        self._first = look.text(label.text, first)
        self._second = look.second_text(label.second, second) if label.second else None
        self._is_opposed = look.second is not None and look.second != look.direction
        self._is_side_by_side = False

    def measure(self, width: float) -> float:
        """Tell the height needed at ``width``, both in points."""
        height = float(self._first.wrap(width, 0)[1])
        if self._second is None:
            return height
        natural = self._first.natural_width + self._second.natural_width + 8
        self._is_side_by_side = self._is_opposed and natural <= width
        below = float(self._second.wrap(width, 0)[1])
        return max(height, below) if self._is_side_by_side else height + below

    def draw(self) -> None:
        """Draw at the origin of the canvas; called by the page."""
        self._first.drawOn(self.canv, 0, self.height - self._first.height)
        if self._second is not None:
            top = self.height - (0 if self._is_side_by_side else self._first.height)
            self._second.drawOn(self.canv, 0, top - self._second.height)


class WritingLines(Block):
    """Room to write: ``lines`` lines, the last one being the rule under the row."""

    def __init__(self, lines: int) -> None:
        super().__init__()
        self._lines = lines

    def measure(self, width: float) -> float:  # noqa: ARG002
        """Tell the height needed at ``width``, both in points."""
        return WRITING_LINE * self._lines - _ROW_PADDING

    def draw(self) -> None:
        """Draw at the origin of the canvas; called by the page."""
        for number in range(1, self._lines):
            rule(self.canv, 0, self.height - number * WRITING_LINE, self.width)


class Comb(Block):
    """Groups of boxes for one character each; they run left to right in every language."""

    def __init__(self, groups: Sequence[int], is_mirrored: bool) -> None:
        super().__init__()
        self._groups = groups
        self._is_mirrored = is_mirrored

    def measure(self, width: float) -> float:  # noqa: ARG002
        """Tell the height needed at ``width``, both in points."""
        return _COMB + 7

    def draw(self) -> None:
        """Draw at the origin of the canvas; called by the page."""
        gap = 6.0
        units = sum(self._groups)
        side = min(_COMB, (self.width - gap * (len(self._groups) - 1)) / units)
        x = self.width - units * side - gap * (len(self._groups) - 1) if self._is_mirrored else 0
        self.canv.setStrokeColorRGB(*GREY)
        self.canv.setLineWidth(0.4)
        for count in self._groups:
            for _box in range(count):
                self.canv.rect(x, 3, side, _COMB, stroke=1, fill=0)
                x += side
            x += gap


class TickBoxes(Block):
    """Choices flowing over as many lines as they need, each behind its box."""

    def __init__(self, choices: Sequence[Choice], look: Look) -> None:
        super().__init__()
        self._is_mirrored = look.is_mirrored
        self._items = [
            (
                choice.is_ticked,
                look.text(choice.label.text, look.value),
                look.second_text(choice.label.second, look.second_label, look.direction)
                if choice.label.second
                else None,
            )
            for choice in choices
        ]
        self._places: list[tuple[float, float, float]] = []

    def measure(self, width: float) -> float:
        """Tell the height needed at ``width``, both in points."""
        self._places = []
        x = y = line = 0.0
        for _ticked, first, second in self._items:
            names = [name for name in (first, second) if name is not None]
            room = min(width, max(name.natural_width for name in names) + _TICK + 6)
            if x and x + room > width:
                x, y, line = 0.0, y + line + 2, 0.0
            height = sum(float(name.wrap(room - _TICK - 5.9, 0)[1]) for name in names)
            self._places.append((x, y, room))
            line = max(line, height)
            x += room + 12
        return y + line

    def draw(self) -> None:
        """Draw at the origin of the canvas; called by the page."""
        for (is_ticked, first, second), (x, y, room) in zip(self._items, self._places, strict=True):
            left = self.width - x - room if self._is_mirrored else x
            top = self.height - y
            box = left + room - _TICK if self._is_mirrored else left
            self._draw_box(box, top - first.style.leading / 2 - _TICK / 2, is_ticked)
            start = left if self._is_mirrored else left + _TICK + 5
            first.drawOn(self.canv, start, top - first.height)
            if second is not None:
                second.drawOn(self.canv, start, top - first.height - second.height)

    def _draw_box(self, x: float, y: float, is_ticked: bool) -> None:
        canvas = self.canv
        canvas.setStrokeColorRGB(*GREY)
        canvas.setLineWidth(0.6)
        canvas.rect(x, y, _TICK, _TICK, stroke=1, fill=0)
        if is_ticked:
            canvas.setStrokeColorRGB(*INK)
            canvas.setLineWidth(1.3)
            low, high = 1.8, _TICK - 1.8
            canvas.line(x + low, y + low, x + high, y + high)
            canvas.line(x + low, y + high, x + high, y + low)


class FieldTable(Block):
    """Rows of one or more fields side by side, over as many pages as they need."""

    def __init__(self, rows: Sequence[Sequence[Field]], look: Look) -> None:
        super().__init__()
        self._is_mirrored = look.is_mirrored
        self._rows: list[list[list[Flowable]]] = [
            [_cell(field, look) for field in row] for row in rows
        ]
        self._heights: list[float] = []

    def measure(self, width: float) -> float:
        """Tell the height needed at ``width``, both in points."""
        self._heights = [self._row_height(row, width) for row in self._rows]
        return sum(self._heights)

    def split(self, width: float, height: float) -> list[FieldTable]:
        """Cut between rows; a tall row is cut through its values."""
        self.wrap(width, height)
        used = 0.0
        index = 0
        while index < len(self._rows) and used + self._heights[index] <= height + 0.001:
            used += self._heights[index]
            index += 1
        if index == len(self._rows):
            return [self]
        first, rest = self._rows[:index], self._rows[index:]
        if self._heights[index] > _TALLEST_UNCUT:
            cut = self._cut(rest[0], width, height - used)
            if cut is not None:
                first, rest = [*first, cut[0]], [cut[1], *rest[1:]]
        return [self._part(first), self._part(rest)] if first else []

    def draw(self) -> None:
        """Draw at the origin of the canvas; called by the page."""
        top = self.height
        for row, height in zip(self._rows, self._heights, strict=True):
            for index, cell in enumerate(row):
                x, width = self._column(index, len(row), self.width)
                y = top - _ROW_PADDING
                for block in cell:
                    y -= block.height
                    block.drawOn(self.canv, x, y)
                rule(self.canv, x, top - height, width)
            top -= height

    def _column(self, index: int, count: int, width: float) -> tuple[float, float]:
        each = (width - COLUMN_GAP * (count - 1)) / count
        place = count - 1 - index if self._is_mirrored else index
        return place * (each + COLUMN_GAP), each

    def _row_height(self, row: list[list[Flowable]], width: float) -> float:
        each = self._column(0, len(row), width)[1]
        tallest = max(sum(float(block.wrap(each, 0)[1]) for block in cell) for cell in row)
        return tallest + 2 * _ROW_PADDING

    def _cut(
        self, row: list[list[Flowable]], width: float, height: float
    ) -> tuple[list[list[Flowable]], list[list[Flowable]]] | None:
        each = self._column(0, len(row), width)[1]
        above: list[list[Flowable]] = []
        below: list[list[Flowable]] = []
        for cell in row:
            top, bottom = _cut_cell(cell, each, height - 2 * _ROW_PADDING)
            if len(top) < min(2, len(cell)):
                return None  # a label never stands alone at the foot of a page
            above.append(top)
            below.append(bottom)
        return above, below

    def _part(self, rows: list[list[list[Flowable]]]) -> FieldTable:
        part = copy.copy(self)
        part.__dict__.pop("_postponed", None)  # the page's note that the whole was moved once
        part._rows = rows
        return part


class SignatureBoxes(Block):
    """Places to sign side by side, with a square for a thumb print where asked."""

    def __init__(self, labels: Sequence[Label], look: Look, *, thumb: Label | None = None) -> None:
        super().__init__()
        self._is_mirrored = look.is_mirrored
        self._signers = [Bilingual(label, look, look.label, look.second_label) for label in labels]
        self._thumb = Bilingual(thumb, look, look.label, look.second_label) if thumb else None

    def measure(self, width: float) -> float:
        """Tell the height needed at ``width``, both in points."""
        each = self._each(width)
        heights = [float(signer.wrap(each, 0)[1]) for signer in self._signers]
        if self._thumb:
            heights.append(float(self._thumb.wrap(70, 0)[1]))
        self._label_height = max(heights)
        return self._label_height + 84

    def draw(self) -> None:
        """Draw at the origin of the canvas; called by the page."""
        each = self._each(self.width)
        top = self.height - 8
        for index, signer in enumerate(self._signers):
            x = self._place(index * (each + COLUMN_GAP), each)
            signer.drawOn(self.canv, x, top - signer.height)
            rule(self.canv, x, 4, each, GREY)
        if self._thumb:
            x = self._place(self.width - 70, 70)
            self._thumb.drawOn(self.canv, x, top - self._thumb.height)
            self.canv.setStrokeColorRGB(*GREY)
            self.canv.setLineWidth(0.4)
            self.canv.roundRect(x, 4, 70, 68, 4, stroke=1, fill=0)

    def _each(self, width: float) -> float:
        room = width - (70 + COLUMN_GAP if self._thumb else 0)
        return (room - COLUMN_GAP * (len(self._signers) - 1)) / len(self._signers)

    def _place(self, x: float, width: float) -> float:
        return float(self.width - x - width) if self._is_mirrored else x


def rule(canvas: Any, x: float, y: float, width: float, colour: Colour = HAIR) -> None:
    """Draw a thin horizontal rule from ``x`` over ``width`` points."""
    canvas.setStrokeColorRGB(*colour)
    canvas.setLineWidth(0.5)
    canvas.line(x, y, x + width, y)


def _cell(field: Field, look: Look) -> list[Flowable]:
    label = Bilingual(field.label, look, look.label, look.second_label)
    if field.choices:
        return [label, TickBoxes(field.choices, look)]
    if field.value is not None:
        value = Text(
            field.value,
            look.value,
            field.direction,
            frame=look.direction,
            name=field.label.text,
            report=look.report,
        )
        return [label, value]
    if field.boxes:
        return [label, Comb(field.boxes, look.is_mirrored)]
    return [label, WritingLines(field.lines)]


def _cut_cell(
    cell: list[Flowable], width: float, height: float
) -> tuple[list[Flowable], list[Flowable]]:
    used = 0.0
    for index, block in enumerate(cell):
        tall = float(block.wrap(width, 0)[1])
        if used + tall > height:
            parts = block.split(width, height - used) if isinstance(block, Text) else []
            if len(parts) == 2:
                return [*cell[:index], parts[0]], [parts[1], *cell[index + 1 :]]
            return cell[:index], cell[index:]
        used += tall
    return cell, []
