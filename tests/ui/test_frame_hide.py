"""Covering everything, and coming back to the same cursor."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from app.models.store import Store
from app.ui.desktop import Desktop
from app.ui.hide import IdleWatch
from app.ui.screens.people import PeopleScreen
from app.ui.unlock import UnlockPage
from app.ui.window import Workplace
from tests.conftest import PASSPHRASE
from tests.ui.frame import Start, make_office, press, start, unlock, until, words_seen

__all__ = ["start"]


@pytest.fixture
def desktop(start: Start, qtbot: QtBot, tmp_path: Path) -> Desktop:
    make_office(tmp_path / "store", people=3)
    shown = start()
    unlock(qtbot, shown)
    return shown


def workplace_of(desktop: Desktop) -> Workplace:
    assert desktop.workplace is not None
    return desktop.workplace


def test_one_key_covers_everything_title_too(desktop: Desktop, qtbot: QtBot) -> None:
    workplace_of(desktop).show_screen("people")
    qtbot.keyClick(desktop.frame, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert desktop.is_covered
    assert not workplace_of(desktop).isVisible()
    assert desktop.frame.windowTitle() == "Sanad"
    assert "Koné" not in words_seen(desktop.frame)


def test_uncovering_returns_to_the_same_cursor(desktop: Desktop, qtbot: QtBot) -> None:
    workplace_of(desktop).show_screen("people")
    screen = workplace_of(desktop).screen_shown
    assert isinstance(screen, PeopleScreen)
    qtbot.keyClicks(screen.search, "kone")
    screen.search.setCursorPosition(2)
    desktop.cover()
    unlock(qtbot, desktop)
    assert desktop.workplace is not None
    assert desktop.workplace.screen_shown is screen
    assert QApplication.focusWidget() is screen.search
    assert (screen.search.text(), screen.search.cursorPosition()) == ("kone", 2)
    assert desktop.frame.windowTitle() == "People — Sanad"


def test_a_wrong_passphrase_uncovers_nothing(desktop: Desktop, qtbot: QtBot) -> None:
    desktop.cover()
    cover = desktop.gate
    assert isinstance(cover, UnlockPage)
    qtbot.keyClicks(cover.passphrase, "somebody's guess")
    qtbot.keyClick(cover.passphrase, Qt.Key.Key_Return)
    until(qtbot, lambda: bool(cover.error))
    assert desktop.is_covered


def test_dialogs_are_taken_away_and_given_back(desktop: Desktop, qtbot: QtBot) -> None:
    workplace = workplace_of(desktop)
    workplace.desk.confirm(workplace, "Close the case of Moussa Koné?", "Close it", lambda: None)
    dialog = desktop.frame.findChild(QDialog)
    assert dialog is not None
    until(qtbot, dialog.isVisible)
    desktop.cover()
    assert not dialog.isVisible()
    unlock(qtbot, desktop)
    assert dialog.isVisible()
    dialog.reject()


def test_somebody_else_may_take_over(desktop: Desktop, qtbot: QtBot, tmp_path: Path) -> None:
    desktop.cover()
    cover = desktop.gate
    assert isinstance(cover, UnlockPage)
    cover.other_way_asked.emit()
    assert not desktop.is_covered
    assert isinstance(desktop.gate, UnlockPage)
    assert desktop.gate.login.isEnabled()
    opened, _user = Store.unlock(tmp_path / "store", "amina", PASSPHRASE)  # it was released
    opened.close()


def test_a_language_chosen_on_the_cover_keeps_it_covered(desktop: Desktop, qtbot: QtBot) -> None:
    desktop.cover()
    former = desktop.gate
    desktop.preferences.language = "fr"
    until(qtbot, lambda: desktop.gate is not former)
    assert desktop.is_covered
    assert not workplace_of(desktop).isVisible()


def test_nobody_at_the_keyboard_covers(desktop: Desktop, qtbot: QtBot) -> None:
    watch = desktop.findChild(IdleWatch)
    assert watch is not None
    watch.watch(0.002)
    until(qtbot, lambda: desktop.is_covered)


def test_a_key_or_a_click_puts_it_off(desktop: Desktop, qtbot: QtBot, qapp: QApplication) -> None:
    watch = IdleWatch(qapp)
    heard: list[bool] = []
    watch.idle.connect(lambda: heard.append(True))
    watch.watch(0.01)
    for _tap in range(12):
        press(qtbot, workplace_of(desktop).search)
        qtbot.wait(100)
        window = desktop.frame.windowHandle()
        assert window is not None
        qtbot.keyClick(window, Qt.Key.Key_Shift)
    assert heard == []
    until(qtbot, lambda: heard == [True])
