"""The desktop, built once from top to bottom; it knows everybody, and nobody knows it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.ui.crash import CrashWatch
from app.ui.desktop import Desktop
from app.ui.preferences import Preferences
from app.ui.theme import use_fonts

_HEAR_SIGNALS_EVERY_MS = 500


def run_desktop(store_folder: Path, argv: Sequence[str]) -> int:
    """Open the window on the store in ``store_folder``, made there at the first run.

    Args:
        argv: As Qt takes it: the program's name and Qt's own options.

    Returns:
        The exit code.
    """
    application = QApplication(list(argv))
    application.setApplicationName("sanad")
    application.setApplicationDisplayName("Sanad")
    application.setDesktopFileName("sanad")
    application.setStyle("Fusion")
    use_fonts(application)
    desktop = Desktop(application, store_folder, Preferences())
    crashes = CrashWatch(desktop)
    crashes.crashed.connect(desktop.survive)
    crashes.install()
    beat = _hear_interruptions(application)
    desktop.begin()
    try:
        return application.exec()
    finally:
        beat.stop()
        crashes.uninstall()
        desktop.close()


def _hear_interruptions(application: QApplication) -> QTimer:
    """Let Ctrl+C, or the system asking politely, close the window as a person would."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: application.closeAllWindows())
    # Python hears signals only between two of its own instructions.
    beat = QTimer(application)
    beat.timeout.connect(lambda: None)
    beat.start(_HEAR_SIGNALS_EVERY_MS)
    return beat


if __name__ == "__main__":
    from app.paths import default_store

    sys.exit(run_desktop(default_store(), sys.argv))
