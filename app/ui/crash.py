"""When Sanad itself fails: keep what was typed, write a report without anybody's data, go on."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal

Hook = Callable[[type[BaseException], BaseException, TracebackType | None], object]


class CrashWatch(QObject):
    """Hears of every exception nobody caught, in whatever thread."""

    crashed = Signal(object)
    """The exception; on the GUI thread."""
    _happened = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._former: Hook = sys.excepthook
        # Queued: whatever was going on is over before anybody is told.
        self._happened.connect(self.crashed, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Begin to listen."""
        self._former = sys.excepthook
        sys.excepthook = self.hear
        threading.excepthook = lambda told: self.hear(
            told.exc_type, told.exc_value or told.exc_type(), told.exc_traceback
        )

    def uninstall(self) -> None:
        """Leave exceptions to whoever had them before."""
        sys.excepthook = self._former
        threading.excepthook = threading.__excepthook__

    def hear(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Note an exception; an interruption from the keyboard ends the program as it should."""
        if issubclass(kind, KeyboardInterrupt):
            self._former(kind, error, trace)
            return
        with suppress(RuntimeError):  # the window is gone already
            self._happened.emit(error)
