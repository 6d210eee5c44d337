"""The roll call: people as rows, half-days and tests as columns, one key a mark."""

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
    QRegularExpression,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QRegularExpressionValidator
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

from app.casework.training_calendar import HalfDay
from app.i18n import _, isolate
from app.models.choices import fold_name
from app.models.training import HALF_DAYS, MARKS
from app.ui.screens.training_file import POST, PRE, GroupFile, Member
from app.ui.theme import Theme
from app.ui.widgets.texts import placed

Index = QModelIndex | QPersistentModelIndex
Marking = tuple[Member, HalfDay, str]
Score = tuple[Member, str, str | None]
_NOT_NEEDED: Final = "–"
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
_CHANGES: Final = frozenset(
    {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2, Qt.Key.Key_Delete, Qt.Key.Key_Backspace}
)
_SEARCH_PAUSE_MS: Final = 1000
_COLUMN_PX: Final = 72
# Headings stand in the middle: half the room at their edges is enough.
_SPARED_PX: Final = 10
_AROUND_PX: Final = 34


class RollCallModel(QAbstractTableModel):
    """Marks of a group, then the tests; the last columns say how far each person has come.

    Signals:
        scored: A ``Score``: a member, which test, and what was typed.
    """

    scored = Signal(object)

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
        """The columns to mark."""
        return self.file.half_days if self.file else []

    @property
    def members(self) -> list[Member]:
        """The rows."""
        return self.file.members if self.file else []

    def is_open(self, column: int) -> bool:
        """Tell whether a column is a half-day that has begun."""
        return column < len(self.half_days) and self.half_days[column][0] <= self._today

    def test_at(self, column: int) -> str | None:
        """Give the test whose scores a column holds; None for another column."""
        number = column - len(self.half_days)
        tests = self.file.tests if self.file else ()
        return tests[number] if 0 <= number < len(tests) else None

    def needs_not_come(self, row: int, column: int) -> bool:
        """Tell whether a half-day is a make-up of one the person came to."""
        if self.file is None or column >= len(self.half_days):
            return False
        return self.file.attended_missed(self.members[row], self.half_days[column])

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own
        return 0 if parent.isValid() else len(self.members)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own
        if parent.isValid() or self.file is None:
            return 0
        return len(self.half_days) + len(self.file.tests) + 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        member = self.members[index.row()]
        if index.column() >= len(self.half_days):
            return self._result(member, index.column(), role)
        mark = member.marks.get(self.half_days[index.column()], "")
        is_not_needed = not mark and self.needs_not_come(index.row(), index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            if is_not_needed:
                return _NOT_NEEDED
            return _PRESENT_SIGN if mark == "present" else MARKS.label(mark) if mark else ""
        if role == Qt.ItemDataRole.AccessibleTextRole:
            shown = MARKS.label(mark) if mark else _("not marked")
            shown = _("need not come") if is_not_needed else shown
            return f"{member.name}, {_day_title(self.half_days[index.column()], ' ')}: {shown}"
        if role == Qt.ItemDataRole.ForegroundRole and mark:
            tokens = {"absent": self._theme.danger, "present": self._theme.accent}
            return QColor(tokens.get(mark, self._theme.warm))
        return None

    def _result(self, member: Member, column: int, role: int) -> Any:
        test = self.test_at(column)
        if test is not None:
            score = getattr(member.enrolment, test)
            shown = "" if score is None else isolate(str(score))
            if role == Qt.ItemDataRole.EditRole:
                return "" if score is None else str(score)
        elif column == self.columnCount() - 1:
            kinds = [given.shown("certificate_kind") for given in member.certificates]
            shown = kinds[-1] if kinds else ""
        else:
            shown = _("{percent} %").format(percent=isolate(str(member.progress.per_cent)))
        if role == Qt.ItemDataRole.DisplayRole:
            return shown
        if role == Qt.ItemDataRole.AccessibleTextRole:
            title = self.headerData(column, Qt.Orientation.Horizontal).replace("\n", " ")
            return f"{member.name}, {title}: {shown or _('none')}"
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Pass on a score that was typed; whoever shows the model saves it."""
        test = self.test_at(index.column())
        if role != Qt.ItemDataRole.EditRole or test is None:
            return False
        self.scored.emit((self.members[index.row()], test, str(value).strip() or None))
        return True

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
        if role == Qt.ItemDataRole.ToolTipRole and section < len(self.half_days):
            return self._taught(section)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if section < len(self.half_days):
            return self._half_day_title(section)
        return {PRE: _("Test\nbefore"), POST: _("Test\nafter")}.get(
            self.test_at(section) or "",
            _("Certificate") if section == self.columnCount() - 1 else _("Attended"),
        )

    def _half_day_title(self, section: int) -> str:
        at = self.half_days[section]
        session = self.file.sessions.get(at) if self.file else None
        title = _day_title(at, "\n")
        return f"{title}\n{_('Make-up')}" if session is not None and session.is_makeup else title

    def _taught(self, section: int) -> str | None:
        session = self.file.sessions.get(self.half_days[section]) if self.file else None
        if self.file is None or session is None or session.module is None:
            return None
        return self.file.modules.get(session.module)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Days to come can be seen and not marked; scores are typed."""
        shown = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        if self.test_at(index.column()) is not None:
            return shown | Qt.ItemFlag.ItemIsEditable
        if index.column() < len(self.half_days) and not self.is_open(index.column()):
            return Qt.ItemFlag.ItemIsSelectable
        return shown


class _ScoreDelegate(QStyledItemDelegate):
    """A line for a number up to three digits long, of any script's digits."""

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        line = QLineEdit(parent)
        line.setAlignment(Qt.AlignmentFlag.AlignCenter)
        line.setFrame(False)
        line.setValidator(QRegularExpressionValidator(QRegularExpression("[0-9٠-٩]{0,3}"), line))
        line.setAccessibleName(str(index.data(Qt.ItemDataRole.AccessibleTextRole)))
        return line

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """Show the score; what is being typed stays when something else changes meanwhile."""
        if not (isinstance(editor, QLineEdit) and editor.isModified()):
            super().setEditorData(editor, index)


class RollCallView(QTableView):
    """Marks with the keyboard.

    Space turns present and absent; P, L, E, A or 1 to 4 mark; other letters, or a slash and any
    letters, go to a name; Ctrl+Space marks everybody not marked yet as present, but not those
    who need no make-up. With Shift, a letter marks even while a name is being typed. On a test,
    digits write the score and Enter goes to the next person.

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
        # Only scores are editable; what else is typed is taken before it gets there.
        self.setEditTriggers(QAbstractItemView.EditTrigger.AnyKeyPressed)
        self.setItemDelegate(_ScoreDelegate(self))
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
        model.dataChanged.connect(self._fit)

    def _start(self) -> None:
        self._fit()
        if self._model.members:
            self.go(0, self._today_column())

    def _fit(self) -> None:
        """Give each column the room its heading and its longest word take."""
        measure = self.fontMetrics().horizontalAdvance
        for column in range(self._model.columnCount()):
            heading = self.horizontalHeader().sectionSizeFromContents(column).width()
            shown = (self._model.index(row, column).data() for row in range(self._model.rowCount()))
            words = max((measure(text) for text in shown if text), default=0)
            width = max(heading - _SPARED_PX, words + _AROUND_PX, _COLUMN_PX)
            if width != self.columnWidth(column):
                self.setColumnWidth(column, width)

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
        elif self._model.test_at(self.currentIndex().column()) is not None and (
            event.text().isdigit() or key in _CHANGES
        ):
            self._write_score(event)
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

    def _write_score(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if self.state() == QAbstractItemView.State.EditingState:
            return  # the line being typed in lets Enter through before it is taken
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._model.setData(index, "")
        elif event.text().isdigit():
            self.edit(index, QAbstractItemView.EditTrigger.AnyKeyPressed, event)
        else:
            self.edit(index)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Go to the next person once a score is written."""
        at = self.currentIndex()
        super().closeEditor(editor, hint)
        if hint == QAbstractItemDelegate.EndEditHint.SubmitModelCache:
            self.go(min(at.row() + 1, self._model.rowCount() - 1), at.column())

    def mark_column(self) -> None:
        """Mark everybody not marked yet for this half-day as present."""
        column = self.currentIndex().column()
        if not self._model.is_open(column):
            return
        at = self._model.half_days[column]
        rows = [
            row
            for row, member in enumerate(self._model.members)
            if member.is_in
            and at not in member.marks
            and not self._model.needs_not_come(row, column)
        ]
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


def _shape(file: GroupFile) -> tuple[Any, ...]:
    makeups = [at for at, session in file.sessions.items() if session.is_makeup]
    people = [(member.enrolment.id, member.name) for member in file.members]
    return people, file.half_days, makeups, file.tests


def _day_title(at: HalfDay, between: str) -> str:
    from babel.dates import format_skeleton

    from app.i18n import language

    locale = "ar_MA" if language() == "ar" else language()
    weekday, day = (format_skeleton(skeleton, at[0], locale=locale) for skeleton in ("E", "Md"))
    return between.join((weekday, day, HALF_DAYS.label(at[1])))
