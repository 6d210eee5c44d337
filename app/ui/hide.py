"""Covering everything: one key, or nobody at the keyboard for a while."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QApplication, QDialog, QToolTip, QWidget

_SIGNS_OF_LIFE: Final = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
    }
)
_MINUTE_MS: Final = 60_000


class IdleWatch(QObject):
    """Tells when nobody has touched the keyboard or the mouse for a while.

    It listens to windows, not to every widget in them: they hear each key and move once.
    """

    idle = Signal()

    def __init__(self, application: QGuiApplication, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.idle)
        application.focusWindowChanged.connect(self._listen)
        self._listen(application.focusWindow())

    def watch(self, minutes: float) -> None:
        """Wait so many minutes from now; 0 to wait no more."""
        self._timer.stop()
        if minutes > 0:
            self._timer.start(round(minutes * _MINUTE_MS))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _SIGNS_OF_LIFE and self._timer.isActive():
            self._timer.start()
        return False

    def _listen(self, window: QWindow | None) -> None:
        if window is not None:
            window.removeEventFilter(self)
            window.installEventFilter(self)


class Curtain:
    """Takes every other window away and gives it back as it was.

    Args:
        window: The one window that stays, showing its cover.
    """

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self._hidden: list[QWidget] = []
        self._focus: QWidget | None = None

    def close(self) -> None:
        """Take dialogs, menus and tips away, and remember where the cursor was."""
        QToolTip.hideText()
        self._focus = QApplication.focusWidget()
        popup = QApplication.activePopupWidget()
        while popup is not None:
            popup.close()
            still = QApplication.activePopupWidget()
            popup = still if still is not popup else None
        self._hidden = [
            widget
            for widget in QApplication.topLevelWidgets()
            if widget.isVisible() and widget is not self._window and isinstance(widget, QDialog)
        ]
        for widget in self._hidden:
            widget.hide()

    def open(self) -> None:
        """Bring everything back, with the cursor where it was."""
        from PySide6.QtCore import Qt
        from shiboken6 import isValid

        for widget in self._hidden:
            if isValid(widget):
                widget.show()
        if self._focus is not None and isValid(self._focus):
            self._focus.setFocus(Qt.FocusReason.OtherFocusReason)
        self._hidden, self._focus = [], None
