"""Tables: a head that stands on every page, cells in one or two languages, room to write."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.documents.blocks import GREY, INK, Block, Label, Look
from app.documents.pen import HAIR, box, rule
from app.documents.text import Text
from app.documents.typeset import Edge, Style

_PADDING: Final = 3.2
_GAP: Final = 11.0

_Cell = list[Text]


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        label: What stands in its head.
        share: Its part of the width, beside the shares of the other columns.
        edge: Edge its cells rest on; ``trailing`` for amounts.
    """

    label: Label
    share: float = 1.0
    edge: Edge = "leading"


class Grid(Block):
    """Rows of cells under a head, over as many pages as they need.

    Args:
        columns: From the leading edge of the page.
        rows: From the top, a cell for each column.
        look: Of the paper.
        is_boxed: Every cell is framed, to be written in.
        is_small: Set small, for many columns.
        least: Least height of a row in points.
        totals: How many of the last rows are totals, which stand out.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[Label]],
        look: Look,
        *,
        is_boxed: bool = False,
        is_small: bool = False,
        least: float = 0.0,
        totals: int = 0,
    ) -> None:
        super().__init__()
        whole = sum(column.share for column in columns)
        self._shares = [column.share / whole for column in columns]
        self._is_mirrored = look.is_mirrored
        self._is_boxed = is_boxed
        self._inset = _GAP / (4 if is_small else 2)
        self._least = least
        self._head = [
            _cell(column.label, column, look, look.label, look.second_label, is_wording=True)
            for column in columns
        ]
        self._rows = [
            _row(columns, row, look, is_small, is_total=index >= len(rows) - totals)
            for index, row in enumerate(rows)
        ]
        self._heights: list[float] = []
        self._head_height = 0.0

    def measure(self, width: float) -> float:
        """Tell the height needed at ``width``, both in points."""
        self._head_height = self._row_height(self._head, width)
        self._heights = [max(self._least, self._row_height(row, width)) for row in self._rows]
        return self._head_height + sum(self._heights)

    def opening(self, width: float) -> float:
        """Tell the height of what a heading must stand with: the head and the first row."""
        self.wrap(width, 0)
        return self._head_height + sum(self._heights[:1])

    def split(self, width: float, height: float) -> list[Grid]:
        """Cut between rows; the rest has the same head."""
        self.wrap(width, height)
        used = self._head_height
        index = 0
        while index < len(self._rows) and used + self._heights[index] <= height + 0.001:
            used += self._heights[index]
            index += 1
        if index == len(self._rows):
            return [self]
        if index == 0:
            return []
        return [self._part(self._rows[:index]), self._part(self._rows[index:])]

    def paint(self, canvas: Any, x: float, y: float) -> None:
        """Draw with the lower left corner at ``x``, ``y``."""
        top = y + self.height
        self._draw_row(canvas, self._head, x, top, self._head_height)
        rule(canvas, x, top - self._head_height, self.width, GREY, 0.7)
        top -= self._head_height
        for row, height in zip(self._rows, self._heights, strict=True):
            self._draw_row(canvas, row, x, top, height)
            if not self._is_boxed:
                rule(canvas, x, top - height, self.width)
            top -= height

    def _draw_row(self, canvas: Any, row: list[_Cell], x: float, top: float, height: float) -> None:
        along = 0.0
        for cell, share in zip(row, self._shares, strict=True):
            wide = share * self.width
            left = x + (self.width - along - wide if self._is_mirrored else along)
            down = top - _PADDING
            for text in cell:
                down -= text.height
                text.drawOn(canvas, left + self._inset, down)
            if self._is_boxed:
                box(canvas, left, top - height, wide, height, HAIR, 0.5)
            along += wide

    def _row_height(self, row: list[_Cell], width: float) -> float:
        tallest = 0.0
        for cell, share in zip(row, self._shares, strict=True):
            room = share * width - 2 * self._inset
            tallest = max(tallest, sum(text.wrap(room, 0)[1] for text in cell))
        return tallest + 2 * _PADDING

    def _part(self, rows: list[list[_Cell]]) -> Grid:
        part = copy.copy(self)
        part.__dict__.pop("_postponed", None)  # the page's note that the whole was moved once
        part._rows = rows
        return part


def _row(
    columns: Sequence[Column],
    row: Sequence[Label],
    look: Look,
    is_small: bool,
    *,
    is_total: bool,
) -> list[_Cell]:
    fonts = look.value.fonts
    size = (7.6 if is_small else 9.0) + (0.0 if look.direction == "ltr" else 0.6)
    first = Style(fonts, size, 11 if is_small else 12.5, bold=is_total, colour=INK)
    second = Style(fonts, look.second_label.size, 11.5, colour=GREY)
    return [
        _cell(label, column, look, first, second)
        for label, column in zip(row, columns, strict=True)
    ]


def _cell(
    label: Label,
    column: Column,
    look: Look,
    first: Style,
    second: Style,
    *,
    is_wording: bool = False,
) -> _Cell:
    told = [
        Text(
            label.text, _at(first, column.edge), look.direction if is_wording else None,
            frame=look.direction, name=column.label.text, report=look.report,
            is_wording=is_wording,
        )
    ]  # fmt: skip
    if label.second:
        # At the edge of the column and not of its language: a column reads from top to bottom.
        told.append(
            Text(
                label.second, _at(second, column.edge), look.second, frame=look.direction,
                name=column.label.text, report=look.report, is_wording=is_wording,
            )
        )  # fmt: skip
    return told


def _at(style: Style, edge: Edge) -> Style:
    return Style(style.fonts, style.size, style.leading, style.bold, style.colour, edge)
