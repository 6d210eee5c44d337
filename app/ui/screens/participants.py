"""Who took part in an activity: numbers typed into a grid of category, sex and age."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRegularExpression,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QKeyEvent, QRegularExpressionValidator
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QCheckBox,
    QHeaderView,
    QLineEdit,
    QScrollArea,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)
from sqlalchemy import select

from app.casework.activities import age_bands_of, categories_of, count_participants
from app.errors import SanadError
from app.formats import number_text
from app.i18n import _, isolate, ngettext
from app.models.activities import AGE_BANDS, PARTICIPANTS, Activity, ParticipantCount
from app.models.persons import SEXES
from app.models.store import Store
from app.ui.parts import column, row, say
from app.ui.widgets.written_dates import plain_digits

if TYPE_CHECKING:
    from app.ui.desk import Desk

Index = QModelIndex | QPersistentModelIndex
_ALWAYS: Final = ("F", "M")
_DIGITS: Final = "[0-9٠-٩۰-۹]{0,6}"
_WIDEST_HEADING_PX: Final = 340
_COLUMN_CHARACTERS: Final = 11
_LINES: Final = 1.9
_HEADING_LINES: Final = 2.6


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted in one activity.

    Attributes:
        rows: Category and sex, in the order shown.
        bands: Age bands, in order.
        numbers: By category, sex and age band; absent where nobody wrote one.
    """

    activity: UUID
    rows: tuple[tuple[str, str], ...]
    bands: tuple[str, ...]
    numbers: dict[tuple[str, str, str], int]

    @property
    def total(self) -> int:
        """How many took part."""
        return sum(self.numbers.values())

    def of_sex(self, sex: str) -> int:
        """How many of one sex took part."""
        return sum(count for (_c, of, _b), count in self.numbers.items() if of == sex)


def read_counts(store: Store, activity: UUID, *, has_all_sexes: bool) -> Counts | None:
    """Read who took part; None when the activity is not on this computer.

    Args:
        has_all_sexes: Whether people of another or unknown sex have rows of their own even where
            nobody was counted.
    """
    with store.read() as db:
        found = db.get(Activity, activity)
        if found is None or found.programme is None:
            return None
        categories = categories_of(db, found.programme)
        bands = age_bands_of(db, found.programme)
        rows = db.scalars(
            select(ParticipantCount).where(
                ParticipantCount.activity == activity, ParticipantCount.voided.is_(None)
            )
        )
        numbers = {
            (row.category or "", row.sex or "", row.age_band or ""): row.count or 0 for row in rows
        }
    # Counted under another programme's lists, before the activity's programme was corrected.
    categories = _with(categories, (category for category, _s, _b in numbers))
    bands = _with(bands, (band for _c, _s, band in numbers))
    counted = {sex for (_c, sex, _b), count in numbers.items() if count}
    sexes = [s for s in SEXES.codes() if s in _ALWAYS or has_all_sexes or s in counted]
    return Counts(activity, tuple((c, s) for c in categories for s in sexes), bands, numbers)


def _with(listed: tuple[str, ...], counted: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*listed, *counted)))


class CountsModel(QAbstractTableModel):
    """Numbers by age band; the last column and the last row add up.

    Signals:
        written: Category, sex, age band and number, as the person typed it.
    """

    written = Signal(str, str, str, int)

    def __init__(self) -> None:
        super().__init__()
        self._strong = QFont()
        self._strong.setBold(True)
        self.counts: Counts | None = None

    def show(self, counts: Counts) -> None:
        """Show what was counted; where rows and bands are the same, only numbers change."""
        before = self.counts
        is_same = before is not None and (before.activity, before.rows, before.bands) == (
            counts.activity, counts.rows, counts.bands,
        )  # fmt: skip
        if is_same:
            self.counts = counts
            self.dataChanged.emit(
                self.index(0, 0), self.index(self.rowCount() - 1, self.columnCount() - 1)
            )
            return
        self.beginResetModel()
        self.counts = counts
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own
        return 0 if parent.isValid() or self.counts is None else len(self.counts.rows) + 1

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own
        return 0 if parent.isValid() or self.counts is None else len(self.counts.bands) + 1

    def is_sum(self, index: Index) -> bool:
        """Tell whether a cell adds others up."""
        return index.row() == self.rowCount() - 1 or index.column() == self.columnCount() - 1

    def number(self, index: Index) -> int | None:
        """Give the number in a cell; None where nobody wrote one."""
        counts = self.counts
        if counts is None:
            return None
        if not self.is_sum(index):
            category, sex = counts.rows[index.row()]
            return counts.numbers.get((category, sex, counts.bands[index.column()]))
        rows = counts.rows if index.row() == len(counts.rows) else (counts.rows[index.row()],)
        last = index.column() == len(counts.bands)
        bands = counts.bands if last else (counts.bands[index.column()],)
        return sum(counts.numbers.get((c, s, band), 0) for c, s in rows for band in bands)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        number = self.number(index)
        if role == Qt.ItemDataRole.DisplayRole:
            is_blank = number is None or (number == 0 and self.is_sum(index))
            return "" if is_blank else isolate(number_text(number or 0))
        if role == Qt.ItemDataRole.EditRole:
            return "" if number is None else str(number)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join((
                self._row_title(index.row()), self._column_title(index.column()),
                _("nobody counted") if number is None else str(number),
            ))  # fmt: skip
        if role == Qt.ItemDataRole.FontRole and self.is_sum(index):
            return self._strong
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or self.counts is None or self.is_sum(index):
            return False
        digits = plain_digits(str(value)).strip()
        typed = int(digits) if digits else 0
        if typed == (self.number(index) or 0):
            return False
        category, sex = self.counts.rows[index.row()]
        self.written.emit(category, sex, self.counts.bands[index.column()], typed)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Sums are read, everything else is typed in."""
        shown = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        return shown if self.is_sum(index) else shown | Qt.ItemFlag.ItemIsEditable

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if self.counts is None or role not in (
            Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.TextAlignmentRole,
            Qt.ItemDataRole.ToolTipRole,
        ):  # fmt: skip
            return None
        is_row = orientation == Qt.Orientation.Vertical
        if role == Qt.ItemDataRole.TextAlignmentRole:
            if is_row:
                return Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
            return Qt.AlignmentFlag.AlignCenter
        return self._row_title(section) if is_row else self._column_title(section)

    def _row_title(self, place: int) -> str:
        if self.counts is None or place >= len(self.counts.rows):
            return _("All")
        category, sex = self.counts.rows[place]
        return f"{PARTICIPANTS.label(category)} · {SEXES.label(sex)}"

    def _column_title(self, place: int) -> str:
        if self.counts is None or place >= len(self.counts.bands):
            return _("All")
        return isolate(AGE_BANDS.label(self.counts.bands[place]))


class _NumberDelegate(QStyledItemDelegate):
    """Types whole numbers in the digits of any script."""

    def createEditor(
        self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index
    ) -> QLineEdit:
        editor = QLineEdit(parent)
        editor.setFrame(False)
        editor.setAlignment(Qt.AlignmentFlag.AlignCenter)
        editor.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        editor.setValidator(QRegularExpressionValidator(QRegularExpression(_DIGITS), editor))
        editor.setStyleSheet("padding: 0; border-radius: 0;")
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        # Numbers that arrive meanwhile must not take away what is being typed.
        if isinstance(editor, QLineEdit) and not editor.isModified():
            super().setEditorData(editor, index)

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QLineEdit):
            model.setData(model.index(index.row(), index.column()), editor.text())


class CountsView(QTableView):
    """The grid: type a number, Enter goes down, Tab goes on, arrows move, Delete empties."""

    def __init__(self, model: CountsModel) -> None:
        super().__init__()
        self._model = model
        self.setModel(model)
        self._delegate = _NumberDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(_("Participants"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(
            triggers.AnyKeyPressed | triggers.EditKeyPressed | triggers.DoubleClicked
        )
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        letters = self.fontMetrics()
        names = self.verticalHeader()
        names.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        names.setDefaultSectionSize(round(letters.height() * _LINES))
        names.setSectionsClickable(False)
        bands = self.horizontalHeader()
        bands.setSectionsClickable(False)
        bands.setHighlightSections(False)
        bands.setFixedHeight(round(letters.height() * _HEADING_LINES))
        bands.setDefaultSectionSize(_COLUMN_CHARACTERS * letters.averageCharWidth())
        model.modelReset.connect(self._measure)

    def _measure(self) -> None:
        letters = self.fontMetrics()
        titles = [
            str(self._model.headerData(place, Qt.Orientation.Vertical))
            for place in range(self._model.rowCount())
        ]
        widest = max((letters.horizontalAdvance(title) for title in titles), default=0)
        self.verticalHeader().setFixedWidth(min(widest + 28, _WIDEST_HEADING_PX))
        for place in range(self._model.columnCount()):
            needed = self.horizontalHeader().sectionSizeHint(place)
            self.setColumnWidth(place, max(needed, self.horizontalHeader().defaultSectionSize()))
        self.setCurrentIndex(self._model.index(0, 0))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Ask for room for every row: the page scrolls, not the grid."""
        rows = self.verticalHeader().defaultSectionSize() * self._model.rowCount()
        bar = self.horizontalScrollBar().sizeHint().height()
        return QSize(400, rows + self.horizontalHeader().height() + bar + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.sizeHint().height())

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Keep the cell one stands on in sight: the page scrolls, not the grid."""
        super().currentChanged(current, previous)
        page: QObject | None = self.parent()
        while page is not None and not isinstance(page, QScrollArea):
            page = page.parent()
        inside = page.widget() if isinstance(page, QScrollArea) else None
        if isinstance(page, QScrollArea) and inside is not None and self.hasFocus():
            place = self.viewport().mapTo(inside, self.visualRect(current).center())
            page.ensureVisible(place.x(), place.y(), 0, self.rowHeight(current.row()) * 2)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """After Enter, go to the number below."""
        super().closeEditor(editor, hint)
        if hint == QAbstractItemDelegate.EndEditHint.SubmitModelCache:
            self._go_down()

    def _go_down(self) -> None:
        at = self.currentIndex()
        below = at.siblingAtRow(at.row() + 1)
        if at.row() + 2 < self._model.rowCount():
            self.setCurrentIndex(below)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Empty a cell at Delete; open it at Enter."""
        at = self.currentIndex()
        if self.state() == QAbstractItemView.State.EditingState:
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and at.isValid():
            self._model.setData(at, "")
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not self._model.is_sum(at):
                self.edit(at)
        elif event.text() and not event.text().isdigit() and event.key() != Qt.Key.Key_F2:
            # A letter is no number: it must not open a cell, nor go to a row that begins with it.
            event.ignore()
        else:
            super().keyPressEvent(event)


class ParticipantsBlock(QWidget):
    """The grid of one activity, with its sum in words."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._activity: UUID | None = None
        self.model = CountsModel()
        self.view = CountsView(self.model)
        self.model.written.connect(self._write)
        self.sum = say("", "quiet", wraps=True)
        self.all_sexes = QCheckBox(_("Another or unknown sex too"))
        self.all_sexes.toggled.connect(lambda _on: self.refresh())
        hint = say(_("Type a number · Enter goes down · Tab goes on · Delete empties"), "caption")
        head = row(say(_("Participants"), "heading2"), self.sum, None, self.all_sexes, spacing=3)
        head.setStretch(1, 1)
        self.setLayout(column(head, self.view, hint, spacing=2))

    def show_activity(self, activity: UUID) -> None:
        """Show who took part in an activity."""
        if activity != self._activity:
            self.all_sexes.blockSignals(True)
            self.all_sexes.setChecked(False)
            self.all_sexes.blockSignals(False)
        self._activity = activity
        self.refresh()

    def refresh(self) -> None:
        """Read the numbers anew."""
        if self._activity is None:
            return
        counts = read_counts(
            self._desk.store, self._activity, has_all_sexes=self.all_sexes.isChecked()
        )
        self.setVisible(counts is not None)
        if counts is not None:
            self.model.show(counts)
            self.sum.setText(_sum_sentence(counts))

    def _write(self, category: str, sex: str, band: str, number: int) -> None:
        activity = self._activity
        if activity is None:
            return
        try:
            with self._desk.store.write(self._desk.user) as db:
                count_participants(db, activity, sex, band, category, number)
        except SanadError as error:
            self._desk.explain(error)
        self.refresh()


def _sum_sentence(counts: Counts) -> str:
    if not counts.total:
        return _("Nobody is counted yet.")
    return ngettext(
        "{count} person: {women} female, {men} male",
        "{count} people: {women} female, {men} male",
        counts.total,
    ).format(
        count=isolate(number_text(counts.total)),
        women=isolate(number_text(counts.of_sex("F"))),
        men=isolate(number_text(counts.of_sex("M"))),
    )
