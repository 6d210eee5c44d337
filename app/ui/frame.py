"""The one window: a page of its own before the work, the work, or the cover over it."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget
from shiboken6 import delete

from app.ui.gate import training_band
from app.ui.marks import wordmark
from app.ui.preferences import Preferences
from app.ui.theme import Theme

TITLE = "Sanad"
_SMALLEST = (800, 560)
_FIRST_SIZE = (1200, 760)


class Frame(QMainWindow):
    """Keeps its place on the screen from one day to the next."""

    painted = Signal()
    """Once, after it was first seen."""
    closing = Signal()

    def __init__(self, preferences: Preferences, theme: Theme) -> None:
        super().__init__()
        self._preferences = preferences
        self._was_painted = False
        self._stack = QStackedWidget()
        self.setCentralWidget(self._stack)
        self.setWindowTitle(TITLE)
        self.setWindowIcon(wordmark(theme.accent, theme.on_accent, 128))
        self.setMinimumSize(*_SMALLEST)
        if not self.restoreGeometry(preferences.geometry):
            self.resize(*_FIRST_SIZE)

    def put(self, page: QWidget, *, instead_of: QWidget | None = None) -> None:
        """Show a page; the one it replaces is taken apart."""
        if self._stack.indexOf(page) < 0:
            self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        if instead_of is not None and instead_of is not page:
            self._stack.removeWidget(instead_of)
            instead_of.deleteLater()

    def drop(self, page: QWidget) -> None:
        """Take a page apart at once; never from within one of its own handlers."""
        self._stack.removeWidget(page)
        delete(page)

    @property
    def page(self) -> QWidget | None:
        """The page shown."""
        return self._stack.currentWidget()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self, self.painted.emit)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._preferences.geometry = self.saveGeometry()
        self.closing.emit()
        event.accept()


def under_band(page: QWidget) -> QWidget:
    """Put the training band over a page."""
    whole = QWidget()
    stack = QVBoxLayout(whole)
    stack.setContentsMargins(0, 0, 0, 0)
    stack.setSpacing(0)
    stack.addWidget(training_band())
    stack.addWidget(page, 1)
    return whole
