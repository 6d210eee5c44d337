"""People found by searching, to be added to a group or a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout

from app.casework.people import display_names
from app.i18n import _
from app.ui.icons import icon
from app.ui.theme import SPACE
from app.ui.widgets.texts import joined, label, placed

if TYPE_CHECKING:
    from app.ui.desk import Desk

_MOST: Final = 8


class MemberSearch(QFrame):
    """A line to type a name in, and who is found; Enter adds.

    Args:
        name: What a screen reader calls the line; empty for adding to a group.
        stays: It is part of a form, which Escape leaves; else Escape closes it alone.

    Signals:
        chosen: Id of a person to be enrolled.
        closed: Escape was pressed.
    """

    chosen = Signal(object)
    closed = Signal()

    def __init__(self, desk: Desk, name: str = "", *, stays: bool = False) -> None:
        super().__init__()
        self._desk = desk
        self._stays = stays
        self.setProperty("role", "card")
        self.line = QLineEdit()
        self.line.setProperty("role", "search")
        self.line.setPlaceholderText(_("Any name, in any script, a number or a telephone"))
        self.line.setAccessibleName(name or _("Add people to the group"))
        self.line.addAction(
            icon("ph.magnifying-glass", desk.theme), QLineEdit.ActionPosition.LeadingPosition
        )
        self._found = QListWidget()
        self._found.setProperty("role", "plain")
        self._found.setAccessibleName(_("People found"))
        self._found.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._nobody = label(_("Nobody found."), "caption")
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE * 3, SPACE * 3, SPACE * 3, SPACE * 3)
        column.setSpacing(SPACE * 2)
        column.addWidget(self.line)
        column.addWidget(self._found)
        column.addWidget(self._nobody)
        self.line.textChanged.connect(self._look)
        self.line.returnPressed.connect(self._choose)
        self._found.itemClicked.connect(lambda _item: self._choose())
        self._look("")

    def open(self) -> None:
        """Show it with the keyboard in the line."""
        self.show()
        self.line.clear()
        self.line.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move in the list while typing; leave at Escape."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is not None and self._found.count():
            row = self._found.currentRow() + step
            self._found.setCurrentRow(max(0, min(row, self._found.count() - 1)))
        elif event.key() == Qt.Key.Key_Escape and not self._stays:
            self.hide()
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _look(self, text: str) -> None:
        self._found.clear()
        ids: list[UUID] = self._desk.store.finder.find(text, _MOST) if text.strip() else []
        with self._desk.store.read() as db:
            names = display_names(db, ids)
        for person in ids:
            item = QListWidgetItem(placed(joined(*names.get(person, []))))
            item.setData(Qt.ItemDataRole.UserRole, str(person))
            self._found.addItem(item)
        self._found.setCurrentRow(0)
        self._found.setVisible(bool(ids))
        height = self._found.sizeHintForRow(0) * max(len(ids), 1) + SPACE * 2
        self._found.setFixedHeight(height if ids else 0)
        self._nobody.setVisible(bool(text.strip()) and not ids)

    def _choose(self) -> None:
        item = self._found.currentItem()
        if item is not None:
            person = UUID(item.data(Qt.ItemDataRole.UserRole))
            self.line.clear()
            self.line.setFocus()
            self.chosen.emit(person)  # last: whoever takes it may bring the keyboard elsewhere
