"""A desk and keys for tests of forms and screens: the real store, real widgets, real key events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.casework.people import register
from app.models.store import Store
from app.ui.desk import Desk
from app.ui.preferences import Preferences
from app.ui.theme import LIGHT

WAIT_MS = 10_000


def make_desk(store: Store, user: UUID) -> Desk:
    """Give a desk over a store, in English."""
    preferences = Preferences()
    preferences.language = "en"
    return Desk(store, user, preferences, LIGHT)


class Keyboard:
    """Types where the cursor is, and counts: letters of answers apart from all other keys."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self.keys = 0

    def text(self, text: str) -> None:
        """Type an answer."""
        for letter in text:
            if letter.isascii():
                QTest.keyClicks(self._focused(), letter)
                continue
            # QTest types ASCII only; an Arabic keyboard sends such events.
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                event = QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter)
                QApplication.sendEvent(self._focused(), event)

    def press(
        self,
        key: Qt.Key | str,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        times: int = 1,
    ) -> None:
        """Press a key that is no part of an answer."""
        for _time in range(times):
            self.keys += 1
            if isinstance(key, str):
                QTest.keyClicks(self._focused(), key, modifiers)
            else:
                QTest.keyClick(self._focused(), key, modifiers)

    def tab(self, times: int = 1) -> None:
        self.press(Qt.Key.Key_Tab, times=times)

    def _focused(self) -> QWidget:
        # The window's own note of it: another window of the test machine may be in front.
        return self._window.focusWidget() or QApplication.focusWidget() or self._window


def show(qtbot: QtBot, widget: QWidget, width: int = 1100, height: int = 700) -> Keyboard:
    """Show a widget as a window that has the keyboard."""
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow, timeout=WAIT_MS)
    return Keyboard(widget)


def until(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    """Wait for something that another thread or the event loop brings about."""
    qtbot.waitUntil(condition, timeout=WAIT_MS)


def add_person(
    store: Store, user: UUID, given: str, family: str | None = None, **more: Any
) -> UUID:
    """Register somebody."""
    about = {"sex": "M", "nationalities": ["GN"], **more.pop("about", {})}
    with store.write(user) as db:
        names = [{"given_names": given, "family_name": family}, *more.pop("names", [])]
        return register(db, about, names=names, **more).id
