"""Declared columns shown as tables; rows are fetched a page at a time, as they are scrolled to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
PAGE: Final = 100
_PADDING_LINES: Final = 1.4  # around a cell's text, in heights of a line
_LEAST_CHARACTERS: Final = 22
ROW_ROLE: Final = int(Qt.ItemDataRole.UserRole)
"""Gives the row object itself."""
LEADING: Final = "leading"
TRAILING: Final = "trailing"


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column.

    Attributes:
        title: Its heading, translated.
        text: What a row shows in it.
        width: In widths of an average character; 0 to take what is left.
        align: ``leading``, or ``trailing`` for numbers.
        yields: Gives way when the table is narrow: the highest first; 0 never.
    """

    title: str
    text: Callable[[Row], str]
    width: int = 0
    align: str = LEADING
    yields: int = 0


class LazyTableModel(QAbstractTableModel, Generic[Row]):
    """Rows of a source that may be very long.

    Args:
        columns: In reading order.
        source: Gives the rows that follow a row (None for the first page), at most so many; fewer
            than asked for means that was the end.
        sentence: What a screen reader says of a row.
    """

    def __init__(
        self,
        columns: list[Column[Row]],
        source: Callable[[Row | None, int], list[Row]],
        sentence: Callable[[Row], str] | None = None,
    ) -> None:
        super().__init__()
        self._columns = columns
        self._source = source
        self._sentence = sentence or self._all_cells
        self._rows: list[Row] = []
        self._is_complete = True

    @property
    def columns(self) -> list[Column[Row]]:
        """The columns, in reading order."""
        return self._columns

    @property
    def is_complete(self) -> bool:
        """Whether the last row has been fetched."""
        return self._is_complete

    def show(self, source: Callable[[Row | None, int], list[Row]] | None = None) -> None:
        """Start over with the first page, of ``source`` when one is given."""
        if source is not None:
            self._source = source
        rows = self._source(None, PAGE)
        self.beginResetModel()
        self._rows = rows
        self._is_complete = len(rows) < PAGE
        self.endResetModel()

    def row(self, number: int) -> Row:
        """Give a fetched row."""
        return self._rows[number]

    def rows(self) -> list[Row]:
        """Give the rows fetched so far."""
        return list(self._rows)

    def _all_cells(self, row: Row) -> str:
        return ", ".join(text for column in self._columns if (text := column.text(row)))

    # -- as Qt asks ----------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], self._columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.text(row) or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column.align)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._sentence(row)
        return row if role == ROW_ROLE else None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(self._columns[section].align)
        return None

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and not self._is_complete

    def fetchMore(self, parent: Index) -> None:
        if parent.isValid() or self._is_complete:
            return
        more = self._source(self._rows[-1], PAGE) if self._rows else []
        self._is_complete = len(more) < PAGE
        if not more:
            return
        first = len(self._rows)
        self.beginInsertRows(QModelIndex(), first, first + len(more) - 1)
        self._rows += more
        self.endInsertRows()


def table_view(model: LazyTableModel[Any], name: str) -> QTableView:
    """Give a table of whole rows, walked with the arrows, for ``model``.

    Args:
        name: What a screen reader calls it.
    """
    view = _Table(model.columns)
    view.setModel(model)
    view.setAccessibleName(name)
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.verticalHeader().hide()
    view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    view.verticalHeader().setDefaultSectionSize(round(view.fontMetrics().height() * 2.1))
    header = view.horizontalHeader()
    header.setHighlightSections(False)
    header.setSectionsClickable(False)
    for number, column in enumerate(model.columns):
        if column.width:
            header.resizeSection(number, view.width_of(column))
        else:
            header.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)
    return view


class _Table(QTableView):
    """Hides the columns that matter least rather than cutting those that matter."""

    def __init__(self, columns: list[Column[Any]]) -> None:
        super().__init__()
        self._columns = columns

    def width_of(self, column: Column[Any]) -> int:
        """Give a column's width in pixels; the least one for a column that takes what is left."""
        letters, characters = self.fontMetrics(), column.width or _LEAST_CHARACTERS
        padding = round(letters.height() * _PADDING_LINES)
        return characters * letters.averageCharWidth() + padding

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.viewport().width() - sum(map(self.width_of, self._columns))
        hidden = set()
        for column in sorted(self._columns, key=lambda column: -column.yields):
            if room >= 0 or not column.yields:
                break
            hidden.add(column.title)
            room += self.width_of(column)
        for number, column in enumerate(self._columns):
            self.setColumnHidden(number, column.title in hidden)


def _alignment(align: str) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignTrailing if align == TRAILING else Qt.AlignmentFlag.AlignLeading
    return side | Qt.AlignmentFlag.AlignVCenter
