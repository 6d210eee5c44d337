"""Choosing one of few languages, each in its own name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from app.models.choices import fold_name
from app.ui.widgets.texts import placed

_CODE: Final = Qt.ItemDataRole.UserRole


class LanguageList(QListWidget):
    """A short list; the first letter of a name or of a code chooses.

    Signals:
        chosen: Another language was chosen.
    """

    chosen = Signal()

    def __init__(self, name: str, names: Mapping[str, str]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setUniformItemSizes(True)
        self._names = dict(names)
        for code, own_name in names.items():
            item = QListWidgetItem(placed(own_name))
            item.setData(_CODE, code)
            self.addItem(item)
        self.setCurrentRow(0)
        height = max(self.sizeHintForRow(0), self.fontMetrics().height() + 10)
        self.setFixedHeight(height * self.count() + 2 * self.frameWidth() + 4)
        self.currentRowChanged.connect(lambda _row: self.chosen.emit())

    @property
    def code(self) -> str:
        """The code chosen."""
        item = self.currentItem()
        return str(item.data(_CODE)) if item else ""

    def choose(self, code: str) -> None:
        """Choose a code."""
        codes = list(self._names)
        self.blockSignals(True)
        self.setCurrentRow(codes.index(code) if code in codes else 0)
        self.blockSignals(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose by letter."""
        letter = fold_name(event.text())
        commanded = event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        if not commanded and letter.isalpha():
            for row, (code, name) in enumerate(self._names.items()):
                if code.startswith(letter) or fold_name(name).startswith(letter):
                    self.setCurrentRow(row)
                    return
        super().keyPressEvent(event)
