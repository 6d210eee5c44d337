"""The roll call: people as rows, half-days as columns, one key a mark."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QElapsedTimer,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from app.i18n import _, isolate
from app.models.choices import fold_name
from app.models.training import HALF_DAYS, MARKS
from app.ui.screens.training_file import GroupFile, HalfDay, Member
from app.ui.theme import Theme
from app.ui.widgets.texts import placed

Index = QModelIndex | QPersistentModelIndex
Marking = tuple[Member, HalfDay, str]
_PRESENT_SIGN: Final = "✓"
_KEYS: Final = {
    Qt.Key.Key_P: "present",
    Qt.Key.Key_L: "late",
    Qt.Key.Key_E: "excused",
    Qt.Key.Key_A: "absent",
    Qt.Key.Key_1: "present",
    Qt.Key.Key_2: "late",
    Qt.Key.Key_3: "excused",
    Qt.Key.Key_4: "absent",
}
_SEARCH_PAUSE_MS: Final = 1000
_COLUMN_PX: Final = 80


class RollCallModel(QAbstractTableModel):
    """Marks of a group; the last column says how far each person has come."""

    def __init__(self, theme: Theme, today: date) -> None:
        super().__init__()
        self._theme = theme
        self._today = today
        self.file: GroupFile | None = None

    def show(self, file: GroupFile) -> None:
        """Show a group; where it has the same people and days, only marks change."""
        if self.file is not None and _shape(self.file) == _shape(file):
            self.file = file
            last = self.index(self.rowCount() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)
            return
        self.beginResetModel()
        self.file = file
        self.endResetModel()

    @property
    def half_days(self) -> list[HalfDay]:
        """The columns."""
        return self.file.half_days if self.file else []

    @property
    def members(self) -> list[Member]:
        """The rows."""
        return self.file.members if self.file else []

    def is_open(self, column: int) -> bool:
        """Tell whether a column is a half-day that has begun."""
        return column < len(self.half_days) and self.half_days[column][0] <= self._today

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own
        return 0 if parent.isValid() else len(self.members)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own
        return 0 if parent.isValid() or self.file is None else len(self.half_days) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        member = self.members[index.row()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        if index.column() == len(self.half_days):
            progress = member.progress
            if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
                return isolate(f"{progress.attended}/{progress.planned}")
            return None
        mark = member.marks.get(self.half_days[index.column()], "")
        if role == Qt.ItemDataRole.DisplayRole:
            return _PRESENT_SIGN if mark == "present" else MARKS.label(mark) if mark else ""
        if role == Qt.ItemDataRole.AccessibleTextRole:
            shown = MARKS.label(mark) if mark else _("not marked")
            return f"{member.name}, {_day_title(self.half_days[index.column()], ' ')}: {shown}"
        if role == Qt.ItemDataRole.ForegroundRole and mark:
            tokens = {"absent": self._theme.danger, "present": self._theme.accent}
            return QColor(tokens.get(mark, self._theme.warm))
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if self.file is None:
            return None
        if orientation is Qt.Orientation.Vertical:
            if role == Qt.ItemDataRole.DisplayRole and section < len(self.members):
                return placed(self.members[section].name)
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
            return None
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if section == len(self.half_days):
            return _("Attended")
        return _day_title(self.half_days[section], "\n")

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Days to come can be seen and not marked."""
        shown = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        if index.column() < len(self.half_days) and not self.is_open(index.column()):
            return Qt.ItemFlag.ItemIsSelectable
        return shown


class RollCallView(QTableView):
    """Marks with the keyboard.

    Space turns present and absent; P, L, E, A or 1 to 4 mark; other letters, or a slash and any
    letters, go to a name; Ctrl+Space marks everybody not marked yet as present. With Shift, a
    letter marks even while a name is being typed.

    Signals:
        marked: A list of ``Marking``.
        reached: The member whose row the cursor is on.
    """

    marked = Signal(object)
    reached = Signal(object)

    def __init__(self, model: RollCallModel) -> None:
        super().__init__()
        self._model = model
        self._typed = ""
        self._since = QElapsedTimer()
        self.setModel(model)
        self.setAccessibleName(_("Roll call"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        names = self.verticalHeader()
        names.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        names.setDefaultSectionSize(round(self.fontMetrics().height() * 1.9))
        names.setSectionsClickable(False)
        days = self.horizontalHeader()
        days.setSectionsClickable(False)
        days.setMinimumSectionSize(48)
        self.doubleClicked.connect(lambda index: self._toggle(index.row(), index.column()))
        self.selectionModel().currentChanged.connect(self._tell)
        model.modelReset.connect(self._start)

    def _start(self) -> None:
        for column in range(self._model.columnCount()):
            needed = self.horizontalHeader().sectionSizeFromContents(column).width()
            self.setColumnWidth(column, max(needed, _COLUMN_PX))
        if self._model.members:
            self.go(0, self._today_column())

    def _today_column(self) -> int:
        opened = [c for c in range(len(self._model.half_days)) if self._model.is_open(c)]
        unmarked = [
            column
            for column in opened
            if not any(self._model.half_days[column] in m.marks for m in self._model.members)
        ]
        # The first half-day nobody was marked for yet, or the last one there was.
        return unmarked[0] if unmarked else opened[-1] if opened else 0

    def go(self, row: int, column: int) -> None:
        """Move the cursor."""
        self.selectionModel().setCurrentIndex(
            self._model.index(row, column), QItemSelectionModel.SelectionFlag.ClearAndSelect
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Mark, move or search."""
        modifiers = event.modifiers()
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Space and modifiers & Qt.KeyboardModifier.ControlModifier:
            self.mark_column()
        elif modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Space:
            self._toggle(self.currentIndex().row(), self.currentIndex().column())
        elif key in _KEYS and (not self._is_searching() or _shifts(event)):
            self._mark([self.currentIndex().row()], self.currentIndex().column(), _KEYS[key])
        elif key == Qt.Key.Key_Slash:
            self._typed = ""
            self._since.start()
        elif event.text().isalpha() or (self._is_searching() and event.text() in " '-"):
            self._search(event.text())
        else:
            self._typed = ""
            self._since.invalidate()
            super().keyPressEvent(event)

    def mark_column(self) -> None:
        """Mark everybody not marked yet for this half-day as present."""
        column = self.currentIndex().column()
        if not self._model.is_open(column):
            return
        at = self._model.half_days[column]
        rows = [row for row, m in enumerate(self._model.members) if m.is_in and at not in m.marks]
        self._mark(rows, column, "present")

    def _toggle(self, row: int, column: int) -> None:
        self._typed = ""
        self._since.invalidate()
        if row < 0 or not self._model.is_open(column):
            return
        mark = self._model.members[row].marks.get(self._model.half_days[column])
        self._mark([row], column, "absent" if mark == "present" else "present")

    def _mark(self, rows: Sequence[int], column: int, mark: str) -> None:
        if rows and rows[0] >= 0 and self._model.is_open(column):
            at = self._model.half_days[column]
            self.marked.emit([(self._model.members[row], at, mark) for row in rows])

    def _is_searching(self) -> bool:
        return self._since.isValid() and not self._since.hasExpired(_SEARCH_PAUSE_MS)

    def _search(self, text: str) -> None:
        self._typed = (self._typed if self._is_searching() else "") + text
        self._since.start()
        wanted = fold_name(self._typed)
        for row, member in enumerate(self._model.members):
            names = [fold_name(name) for name in (member.name, *member.other_names)]
            if any(n.startswith(wanted) or f" {wanted}" in n for n in names):
                self.go(row, max(self.currentIndex().column(), 0))
                return

    def _tell(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self.reached.emit(self._model.members[current.row()])


def _shifts(event: QKeyEvent) -> bool:
    return bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)


def _shape(file: GroupFile) -> tuple[list[Any], list[HalfDay]]:
    return [member.enrolment.id for member in file.members], file.half_days


def _day_title(at: HalfDay, between: str) -> str:
    from babel.dates import format_skeleton

    from app.i18n import language

    locale = "ar_MA" if language() == "ar" else language()
    day = format_skeleton("MEd", at[0], locale=locale)
    return f"{day}{between}{HALF_DAYS.label(at[1])}"
