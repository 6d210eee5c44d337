"""A whole desktop for tests: the real window, a real store, real keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.casework.cases import open_case
from app.casework.founding import found_store
from app.casework.people import register
from app.models.store import Store
from app.ui.desktop import Desktop
from app.ui.preferences import Preferences
from app.ui.unlock import UnlockPage
from app.ui.window import Workplace
from tests.conftest import PASSPHRASE, TODAY

WAIT_MS = 20_000
PEOPLE = (
    ("Moussa", "Koné", "موسى", "كوني"),
    ("Aïssatou", "Diallo", None, None),
    ("Ɓah", "Ƴero", None, None),
    ("محمد", "بن عبد الرحمن", None, None),
)


def make_office(folder: Path, people: int = 0, *, is_training: bool = True) -> list[UUID]:
    """Found a store in ``folder`` with some people, and leave it closed."""
    store, user = found_store(
        folder,
        office="RAB",
        login="amina",
        name="Amina El Fassi",
        passphrase=PASSPHRASE,
        is_training=is_training,
        today=lambda: TODAY,
    )
    with store:
        return [add_person(store, user, number) for number in range(people)]


def add_person(store: Store, user: UUID, number: int = 0) -> UUID:
    """Register somebody with a case."""
    given, family, arabic_given, arabic_family = PEOPLE[number % len(PEOPLE)]
    names = [{"given_names": given, "family_name": family}]
    if arabic_given:
        names.append(
            {"given_names": arabic_given, "family_name": arabic_family, "name_kind": "used"}
        )
    with store.write(user) as db:
        person = register(db, {"sex": "F", "birth": "1992", "nationalities": ["CI"]}, names=names)
        open_case(db, person.id, "AVRR-FROM")
    return person.id


Start = Callable[[], Desktop]


@pytest.fixture
def start(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Start]:
    """Show the desktop on the store in ``tmp_path / "store"``, in English, as often as asked."""
    shown: list[Desktop] = []

    def begin() -> Desktop:
        preferences = Preferences(tmp_path / "preferences.ini")
        preferences.language = "en"
        preferences.theme_name = "light"
        desktop = Desktop(qapp, tmp_path / "store", preferences)
        shown.append(desktop)
        desktop.begin()
        desktop.frame.resize(1366, 768)
        desktop.frame.activateWindow()
        qtbot.waitUntil(desktop.frame.isActiveWindow, timeout=WAIT_MS)
        return desktop

    yield begin
    for desktop in shown:
        desktop.frame.close()
        desktop.frame.deleteLater()
    # Taken apart here and now, in this thread: not in the midst of another test.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.setStyleSheet("")
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def unlock(qtbot: QtBot, desktop: Desktop, passphrase: str = PASSPHRASE) -> Workplace:
    """Type the passphrase and wait for the work to appear."""
    gate = desktop.gate
    assert isinstance(gate, UnlockPage)
    qtbot.keyClicks(gate.passphrase, passphrase)
    qtbot.keyClick(gate.passphrase, Qt.Key.Key_Return)
    qtbot.waitUntil(
        lambda: desktop.workplace is not None and not desktop.is_covered, timeout=WAIT_MS
    )
    assert desktop.workplace is not None
    return desktop.workplace


def press(qtbot: QtBot, widget: QWidget) -> None:
    """Click a widget."""
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def words_seen(window: QWidget) -> str:
    """Give every word a person can see in a window."""
    return "\n".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


def until(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    """Wait for something that another thread brings about."""
    qtbot.waitUntil(condition, timeout=WAIT_MS)


def write(widget: QWidget, text: str) -> None:
    """Type text of any script; the test library's own typing knows Latin letters only."""
    for letter in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter)
            QApplication.sendEvent(widget, event)
