"""The lines of a business plan as a table one types into, in the plan's currency."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from PySide6.QtCore import (
    QEvent,
    QObject,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from app.i18n import _, is_right_to_left
from app.ui.screens.business_rows import ASKED, KIND_COLUMN, BusinessTableModel, Index, kind_title
from app.ui.theme import SPACE

_WIDTHS: Final = {2: (15, 12), 3: (11, 9), 4: (10, 9), 5: (14, 11), 6: (15, 10)}
"""Columns of numbers: letters they have room for in a wide and in a narrow table."""
_WIDE: Final = 105  # letters
_LEAST_WORDS: Final = 15  # letters of a column of words; with less the table scrolls


class BusinessTable(QTableView):
    """The table; Tab and Enter go on to the next open cell, Ctrl+Backspace takes a line out.

    Signals:
        previewed: Row, question and text of a cell while it is typed in.
        removed: Row whose line is taken out.
    """

    previewed = Signal(object, str, str)
    removed = Signal(object)

    def __init__(self, model: BusinessTableModel) -> None:
        super().__init__()
        self._model = model
        self.setModel(model)
        self.setItemDelegate(_Cells(self))
        self.setAccessibleName(_("Lines of the business plan"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.SelectedClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setWordWrap(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(round(self.fontMetrics().height() * 1.9))
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setFixedHeight(round(self.fontMetrics().height() * 3.2))
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        for changed in (model.modelReset, model.rowsInserted, model.rowsRemoved):
            changed.connect(self.fit)

    def is_typing(self) -> bool:
        """Tell whether a cell is being typed in."""
        return self.state() == QAbstractItemView.State.EditingState

    def fit(self) -> None:
        """Take the height of all rows, the page scrolls; the name of a kind has all its rows."""
        self.clearSpans()
        rows = self._model.rows
        begins = [at for at, row in enumerate(rows) if row.is_first]
        for at, after in pairwise([*begins, len(rows)]):
            if after - at > 1:
                self.setSpan(at, KIND_COLUMN, after - at, 1)
            self.setRowHeight(at, self._height(rows[at].kind, is_alone=after - at == 1))
        height = self.horizontalHeader().height() + 2 * self.frameWidth()
        if self.horizontalHeader().length() > self.viewport().width():
            height += self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(height + sum(self.rowHeight(at) for at in range(len(rows))))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Find room for the names of kinds at another width."""
        super().resizeEvent(event)
        if event.size().width() == event.oldSize().width():
            return
        unit = self.fontMetrics().averageCharWidth()
        is_narrow = event.size().width() < _WIDE * unit
        for column, letters in _WIDTHS.items():
            self.setColumnWidth(column, letters[is_narrow] * unit)
        left = event.size().width() - sum(self.columnWidth(column) for column in _WIDTHS)
        for column in (KIND_COLUMN, KIND_COLUMN + 1):
            self.setColumnWidth(column, max(left // 2, _LEAST_WORDS * unit))
        self.fit()

    def _height(self, kind: str, *, is_alone: bool) -> int:
        one = self.verticalHeader().defaultSectionSize()
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        room = self.columnWidth(KIND_COLUMN) - 6 * SPACE
        needed = QFontMetrics(font).horizontalAdvance(kind_title(kind))
        return one + self.fontMetrics().height() if is_alone and needed > room else one

    def go(self, step: int) -> bool:
        """Move to the next open cell, or with -1 to the one before; False past the last."""
        columns = self._model.columnCount()
        here = self.currentIndex()
        place = here.row() * columns + here.column() if here.isValid() else -1
        place += step
        while 0 <= place < self._model.rowCount() * columns:
            index = self._model.index(place // columns, place % columns)
            if index.flags() & Qt.ItemFlag.ItemIsEnabled:
                self.setCurrentIndex(index)
                return True
            place += step
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go on at Tab and Enter; take the line out at Ctrl+Backspace."""
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        is_control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        if key == Qt.Key.Key_Backspace and is_control:
            self.remove_current()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self._may_type():
            self._model.setData(self.currentIndex(), "")
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.go(1)
        else:
            super().keyPressEvent(event)

    def remove_current(self) -> None:
        """Take out the line the cursor is on."""
        index = self.currentIndex()
        if index.isValid() and self._model.is_open:
            row, _name = self._model.cell(index)
            if row.line is not None:
                self.removed.emit(row)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Walk the cells with Tab before the keyboard leaves the table."""
        return self.go(1 if forward else -1) or super().focusNextPrevChild(forward)

    def _may_type(self) -> bool:
        index = self.currentIndex()
        return index.isValid() and bool(index.flags() & Qt.ItemFlag.ItemIsEditable)


class _Cells(QStyledItemDelegate):
    """Editors of the cells: plain lines, numbers left to right."""

    def __init__(self, table: BusinessTable) -> None:
        super().__init__(table)
        self._table = table

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Open a line on a cell, and tell what is typed in it."""
        model = index.model()
        assert isinstance(model, BusinessTableModel)
        row, name = model.cell(index)
        assert name is not None
        line = QLineEdit(parent)
        line.setProperty("role", "cell")
        line.setAccessibleName(str(model.data(index, Qt.ItemDataRole.AccessibleTextRole)))
        if name != "label":
            line.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
            at_left = is_right_to_left()
            line.setAlignment(
                Qt.AlignmentFlag.AlignLeft if at_left else Qt.AlignmentFlag.AlignRight
            )
        line.textEdited.connect(lambda text: self._table.previewed.emit(row, name, text))
        return line

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a cell; a closed one as ground."""
        model = index.model()
        assert isinstance(model, BusinessTableModel)
        row, name = model.cell(index)
        if name is not None and name not in ASKED[row.kind]:
            painter.fillRect(option.rect, model.ground)
            return
        super().paint(painter, option, index)

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Go on to the next cell at Enter and Tab; take a line out from within it."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            is_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            steps = {
                Qt.Key.Key_Return: 1,
                Qt.Key.Key_Enter: 1,
                Qt.Key.Key_Tab: 1,
                Qt.Key.Key_Backtab: -1,
            }
            if key in steps:
                self._leave(editor)
                self._table.go(steps[key])
                return True
            if key == Qt.Key.Key_Backspace and is_control:
                self._leave(editor)
                self._table.remove_current()
                return True
        return super().eventFilter(editor, event)

    def _leave(self, editor: QObject) -> None:
        assert isinstance(editor, QWidget)
        self.commitData.emit(editor)
        self.closeEditor.emit(editor, QAbstractItemDelegate.EndEditHint.NoHint)
