"""The one search box: people by anything, and what can be done, from wherever one is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QFocusEvent, QFont, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.casework.people_list import PersonLine, found_people
from app.i18n import _, isolate
from app.models.choices import fold_name
from app.models.store import Store
from app.ui.icons import icon
from app.ui.theme import SPACE, Theme
from app.ui.wording import facts, nationality_text, short_age

Index = QModelIndex | QPersistentModelIndex
_MOST_PEOPLE: Final = 8
_MOST_COMMANDS: Final = 6
_HIT_ROLE: Final = int(Qt.ItemDataRole.UserRole)


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the answers.

    Attributes:
        title: What stands first; ``other`` the same in another script.
        caption: The quiet line under it.
        open: Called when it is chosen.
    """

    title: str
    other: str
    caption: str
    open: Callable[[], None]

    @property
    def sentence(self) -> str:
        """What a screen reader says."""
        return ", ".join(part for part in (self.title, self.other, self.caption) if part)


def person_hit(line: PersonLine, open_person: Callable[[], None]) -> Hit:
    """Give the answer that stands for a person."""
    return Hit(
        line.name or _("No name yet"),
        line.other_name,
        facts(
            line.case_number,
            short_age(line.birth, datetime.now().astimezone()),
            nationality_text(line.nationalities),
        ),
        open_person,
    )


def fitting_commands(commands: list[QAction], text: str) -> list[QAction]:
    """List the commands whose words begin as those of ``text`` do; all of them for no text."""
    asked = fold_name(text).split()
    return [
        command
        for command in commands
        if command.isEnabled()
        and all(
            any(word.startswith(part) for word in fold_name(_plain(command)).split())
            for part in asked
        )
    ]


def _plain(command: QAction) -> str:
    return command.text().replace("&", "")


class SearchBox(QLineEdit):
    """Where one types; the answers hang under it.

    Args:
        commands: Gives what can be done at present.
    """

    person_chosen = Signal(object)
    """Id of the person."""
    left = Signal()
    """Escape: the cursor goes back to the work."""

    def __init__(
        self, store: Store, theme: Theme, commands: Callable[[], list[QAction]], parent: QWidget
    ) -> None:
        super().__init__()
        self._store = store
        self._commands = commands
        self.setProperty("role", "search")
        self.setPlaceholderText(_("Search people or actions   (Ctrl+K)"))
        self.setAccessibleName(_("Search people or actions"))
        self.setClearButtonEnabled(True)
        self.addAction(icon("ph.magnifying-glass", theme), QLineEdit.ActionPosition.LeadingPosition)
        self.results = _Results(theme, parent)
        self.results.chosen.connect(self._open)
        self.textEdited.connect(self.look)

    def begin(self) -> None:
        """Take the cursor, ready for a new search."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()
        self.look(self.text())

    def look(self, text: str) -> None:
        """Show what fits ``text``."""
        hits = []
        if text.strip():
            hits = [self._person(line) for line in found_people(self._store, text, _MOST_PEOPLE)]
        hits += [
            Hit(_plain(command), "", _("Action"), command.trigger)
            for command in fitting_commands(self._commands(), text)[:_MOST_COMMANDS]
        ]
        self.results.show_hits(hits, self, _("Nobody and nothing found.") if text.strip() else "")

    def _person(self, line: PersonLine) -> Hit:
        return person_hit(line, lambda: self.person_chosen.emit(line.id))

    def _open(self, hit: Hit) -> None:
        self.results.hide()
        self.clear()
        self.clearFocus()
        hit.open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.results.isVisible():
            self.results.move_by(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.results.isVisible():
            self.results.choose_current()
        elif key == Qt.Key.Key_Escape:
            self.results.hide()
            self.clear()
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.results.hide()


class _Results(QListView):
    """The answers, over the work, walked with the arrows while one goes on typing."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._hits = _Hits()
        self._empty = ""
        self.setModel(self._hits)
        self.setItemDelegate(_HitPainter(theme, self))
        self.setAccessibleName(_("Search results"))
        self.setProperty("role", "results")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._choose)
        parent.installEventFilter(self)
        self._under: QWidget | None = None
        self.hide()

    def show_hits(self, hits: list[Hit], under: QWidget, empty: str) -> None:
        """Show answers under a field; ``empty`` is said when there are none."""
        if not hits and empty:
            hits = [Hit(empty, "", "", lambda: None)]
        self._hits.replace(hits)
        self._under = under
        self.setVisible(bool(hits))
        if hits:
            self.setCurrentIndex(self._hits.index(0))
            self._place()

    def hits(self) -> list[Hit]:
        """Give the answers shown."""
        return self._hits.hits

    def move_by(self, steps: int) -> None:
        """Go down (or up) the answers; beyond the last comes the first."""
        count = len(self._hits.hits)
        self.setCurrentIndex(self._hits.index((self.currentIndex().row() + steps) % count))

    def choose_current(self) -> None:
        """Open the marked answer."""
        self._choose(self.currentIndex())

    def _choose(self, index: Index) -> None:
        if index.isValid():
            self.chosen.emit(self._hits.hits[index.row()])

    def _place(self) -> None:
        parent = self.parentWidget()
        if self._under is None or parent is None:
            return
        corner = self._under.mapTo(parent, QPoint(0, self._under.height() + SPACE))
        rows = sum(self.sizeHintForRow(n) for n in range(len(self._hits.hits)))
        height = min(rows + 2 * self.frameWidth() + SPACE, parent.height() - corner.y() - SPACE)
        self.setGeometry(corner.x(), corner.y(), self._under.width(), height)
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)


class _Hits(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.hits: list[Hit] = []

    def replace(self, hits: list[Hit]) -> None:
        self.beginResetModel()
        self.hits = hits
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own
        return 0 if parent.isValid() else len(self.hits)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        hit = self.hits[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return hit.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return hit.sentence
        return hit if role == _HIT_ROLE else None


class _HitPainter(QStyledItemDelegate):
    """Two lines: the name with the other script at the far edge, and what is known under it."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        hit: Hit = index.data(_HIT_ROLE)
        lines = 2 if hit.caption else 1
        return QSize(0, option.fontMetrics.height() * lines + SPACE * 4)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        hit: Hit = index.data(_HIT_ROLE)
        painter.save()
        painter.setLayoutDirection(option.direction)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, self._theme.accent_soft)
        inside = option.rect.adjusted(SPACE * 3, SPACE * 2, -SPACE * 3, -SPACE * 2)
        first = QRect(inside)
        first.setHeight(option.fontMetrics.height())
        self._draw_names(painter, option, first, hit)
        painter.setFont(option.font)
        painter.setPen(self._theme.quiet)
        second = first.translated(0, first.height())
        painter.drawText(second, _LEADING, _elided(option, hit.caption, second.width()))
        painter.restore()

    def _draw_names(
        self, painter: QPainter, option: QStyleOptionViewItem, line: QRect, hit: Hit
    ) -> None:
        bold = QFont(option.font)
        bold.setWeight(QFont.Weight.DemiBold)
        other = option.fontMetrics.horizontalAdvance(hit.other)
        painter.setFont(bold)
        painter.setPen(option.palette.color(QPalette.ColorRole.Text))
        left = line.width() - (min(other, line.width() // 2) + SPACE * 4 if hit.other else 0)
        painter.drawText(
            QStyle.alignedRect(option.direction, _LEADING, QSize(left, line.height()), line),
            _LEADING,
            painter.fontMetrics().elidedText(isolate(hit.title), Qt.TextElideMode.ElideRight, left),
        )
        painter.setFont(option.font)
        painter.setPen(self._theme.quiet)
        painter.drawText(line, _TRAILING, _elided(option, isolate(hit.other), line.width() // 2))


_LEADING: Final = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
_TRAILING: Final = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter


def _elided(option: QStyleOptionViewItem, text: str, width: int) -> str:
    return option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
