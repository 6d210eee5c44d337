"""A line over a list in which one types what to look for."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import QLineEdit


class FilterLine(QLineEdit):
    """Looks for what is typed; from here the arrow down goes into the list.

    Args:
        name: What a screen reader calls it.
        hint: What may be typed, shown while nothing is.
        sign: A magnifying glass in the colours of the theme.

    Signals:
        went_down: The arrow down was pressed.
    """

    went_down = Signal()

    def __init__(self, name: str, hint: str, sign: QIcon) -> None:
        super().__init__()
        self.setProperty("role", "search")
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)
        self.setClearButtonEnabled(True)
        self.addAction(sign, QLineEdit.ActionPosition.LeadingPosition)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go into the list at Down; empty the line at Escape."""
        if event.key() == Qt.Key.Key_Down:
            self.went_down.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
