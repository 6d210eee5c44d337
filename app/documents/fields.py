"""The body of a form: rows of questions with their answers, or with room for them."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from app.documents.blocks import (
    ROW_PADDING,
    Block,
    Choice,
    Comb,
    Label,
    Look,
    Pair,
    TickBoxes,
    WritingLines,
)
from app.documents.pen import rule
from app.documents.script import Direction
from app.documents.text import Text

COLUMN_GAP: Final = 22.0
# A row taller than this is cut over two pages rather than moved whole.
_TALLEST_UNCUT: Final = 160.0

_Part = Block | Text
_Cell = list[_Part]


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form.

    Args:
        label: The question.
        value: The answer; None leaves room to write.
        second: The answer as the second language says it, when that differs.
        is_coded: The answer is one of the form's own words, the same on many papers.
        is_long: The answer is a text of any length, which takes the whole width.
        direction: Of the value; that of its first strong character when None.
        lines: Lines to write on when there is no value.
        boxes: Groups of one-character boxes instead of lines, such as ``(2, 2, 4)``.
        captions: What each group of boxes is for, printed small under it.
        choices: Boxes to tick, printed instead of a value.
        caution: What must be heeded before the answer is used, printed under it.
    """

    label: Label
    value: str | None = None
    second: str = ""
    is_coded: bool = False
    is_long: bool = False
    direction: Direction | None = None
    lines: int = 1
    boxes: tuple[int, ...] = ()
    captions: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    caution: Label | None = None


class FieldTable(Block):
    """Rows of one or more fields side by side, over as many pages as they need."""

    def __init__(self, rows: Sequence[Sequence[Field]], look: Look) -> None:
        super().__init__()
        self._is_mirrored = look.is_mirrored
        self._rows: list[list[_Cell]] = [[_cell(field, look) for field in row] for row in rows]
        self._heights: list[float] = []

    def measure(self, width: float) -> float:
        """Tell the height needed at ``width``, both in points."""
        self._heights = [self._row_height(row, width) for row in self._rows]
        return sum(self._heights)

    def opening(self, width: float) -> float:
        """Tell the height of what a heading must stand with: the first row, or its start."""
        tall = self._row_height(self._rows[0], width)
        return tall if tall <= _TALLEST_UNCUT else _TALLEST_UNCUT / 2

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

    def paint(self, canvas: Any, x: float, y: float) -> None:
        """Draw with the lower left corner at ``x``, ``y``."""
        top = y + self.height
        for row, height in zip(self._rows, self._heights, strict=True):
            for index, cell in enumerate(row):
                along, width = self._column(index, len(row), self.width)
                down = top - ROW_PADDING
                for part in cell:
                    down -= part.height
                    part.drawOn(canvas, x + along, down)
                rule(canvas, x + along, top - height, width)
            top -= height

    def _column(self, index: int, count: int, width: float) -> tuple[float, float]:
        each = (width - COLUMN_GAP * (count - 1)) / count
        place = count - 1 - index if self._is_mirrored else index
        return place * (each + COLUMN_GAP), each

    def _row_height(self, row: list[_Cell], width: float) -> float:
        each = self._column(0, len(row), width)[1]
        tallest = max(sum(part.wrap(each, 0)[1] for part in cell) for cell in row)
        return tallest + 2 * ROW_PADDING

    def _cut(
        self, row: list[_Cell], width: float, height: float
    ) -> tuple[list[_Cell], list[_Cell]] | None:
        each = self._column(0, len(row), width)[1]
        above: list[_Cell] = []
        below: list[_Cell] = []
        for cell in row:
            top, bottom = _cut_cell(cell, each, height - 2 * ROW_PADDING)
            if len(top) < min(2, len(cell)):
                return None  # a label never stands alone at the foot of a page
            above.append(top)
            below.append(bottom)
        return above, below

    def _part(self, rows: list[list[_Cell]]) -> FieldTable:
        part = copy.copy(self)
        part.__dict__.pop("_postponed", None)  # the page's note that the whole was moved once
        part._rows = rows
        return part


def _cell(field: Field, look: Look) -> _Cell:
    cell: _Cell = [look.wording(field.label, look.label, look.second_label)]
    if field.choices:
        cell.append(TickBoxes(field.choices, look))
    elif field.value is not None:
        cell.append(_value(field, look))
    elif field.boxes:
        cell.append(Comb(field.boxes, field.captions, look))
    else:
        cell.append(WritingLines(field.lines))
    if field.caution:
        cell.append(look.wording(field.caution, look.caution, look.second_caution))
    return cell


def _value(field: Field, look: Look) -> _Part:
    told = partial(Text, name=field.label.text, report=look.report, is_wording=field.is_coded)
    value = told(field.value or "", look.value, field.direction, frame=look.direction)
    if not field.second:
        return value
    own = look.second or look.direction
    return Pair(value, told(field.second, look.second_value, own, frame=own))


def _cut_cell(cell: _Cell, width: float, height: float) -> tuple[_Cell, _Cell]:
    used = 0.0
    for index, part in enumerate(cell):
        tall = part.wrap(width, 0)[1]
        if used + tall > height:
            parts = part.split(width, height - used) if isinstance(part, Text) else []
            if len(parts) == 2:
                return [*cell[:index], parts[0]], [parts[1], *cell[index + 1 :]]
            return cell[:index], cell[index:]
        used += tall
    return cell, []
