"""Settings: applied at once; users, passphrase and backup through the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.casework.users import add_user
from app.models.backup import restore
from app.models.store import Store
from app.ui.desk import Desk
from app.ui.preferences import LARGEST_PERCENT, SMALLEST_PERCENT, Preferences
from app.ui.screens.settings import SettingsScreen
from app.ui.theme import LIGHT
from tests.conftest import PASSPHRASE
from tests.ui.frame import press, until, words_seen

NEW = "a longer passphrase"


def shown(qtbot: QtBot, desk: Desk) -> SettingsScreen:
    screen = SettingsScreen(desk)
    qtbot.addWidget(screen)
    screen.resize(1100, 1400)
    with qtbot.waitExposed(screen):
        screen.show()
    screen.arrive()
    return screen


@pytest.fixture
def desk(store: Store, user: UUID, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(store, user, Preferences(tmp_path / "preferences.ini"), LIGHT)
    yield made
    made.close()


def test_preferences_are_kept(tmp_path: Path) -> None:
    first = Preferences(tmp_path / "p.ini")
    first.language, first.text_percent, first.theme_name = "es", 150, "dark"
    first.idle_minutes = 15
    second = Preferences(tmp_path / "p.ini")
    assert (second.language, second.text_percent, second.theme_name) == ("es", 150, "dark")
    assert second.idle_minutes == 15


def test_nonsense_in_the_preferences_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "p.ini").write_text(
        "[General]\nlanguage=xx\ntext_percent=many\ntheme=pink\nidle_minutes=-3\n", encoding="utf-8"
    )
    held = Preferences(tmp_path / "p.ini")
    assert held.language in {"fr", "en", "ar", "es"}
    assert (held.text_percent, held.theme_name, held.idle_minutes) == (100, "system", 0)
    held.text_percent = 5000
    assert held.text_percent == LARGEST_PERCENT
    held.text_percent = 1
    assert held.text_percent == SMALLEST_PERCENT


def test_theme_and_text_size_answer_at_once(desk: Desk, qtbot: QtBot) -> None:
    screen = shown(qtbot, desk)
    dark = screen.findChild(QPushButton, "theme-dark")
    assert dark is not None
    press(qtbot, dark)
    assert desk.preferences.theme_name == "dark"
    screen.text_size.slider.setFocus()
    qtbot.keyClick(screen.text_size.slider, Qt.Key.Key_Right)
    assert desk.preferences.text_percent == 110


def test_idle_time_is_chosen_from_a_list(desk: Desk, qtbot: QtBot) -> None:
    screen = shown(qtbot, desk)
    qtbot.keyClick(screen.idle, Qt.Key.Key_Down)
    assert desk.preferences.idle_minutes == 10


def test_a_supervisor_adds_a_user(desk: Desk, store: Store, qtbot: QtBot) -> None:
    screen = shown(qtbot, desk)
    press(qtbot, screen.users.add)
    form = screen.users.form
    qtbot.keyClicks(form.login, "zineb")
    qtbot.keyClicks(form.name, "Zineb")
    form.role.setCurrentIndex(form.role.findData("counsellor"))
    qtbot.keyClicks(form.passphrase, NEW)
    qtbot.keyClicks(form.again, NEW)
    press(qtbot, form.done)
    until(qtbot, lambda: "Zineb" in words_seen(screen))
    assert store.keys.logins() == ["amina", "zineb"]
    assert not form.isVisible()


def test_a_login_taken_is_told_at_the_login(desk: Desk, qtbot: QtBot) -> None:
    screen = shown(qtbot, desk)
    press(qtbot, screen.users.add)
    form = screen.users.form
    qtbot.keyClicks(form.login, "amina")
    qtbot.keyClicks(form.passphrase, NEW)
    qtbot.keyClicks(form.again, NEW)
    press(qtbot, form.done)
    until(qtbot, lambda: bool(form.error_at("login")))
    until(qtbot, form.done.isEnabled)
    assert form.login.text() == "amina"


def test_a_counsellor_adds_nobody(store: Store, user: UUID, qtbot: QtBot, tmp_path: Path) -> None:
    other = add_user(store, user, login="zineb", passphrase=NEW, role="counsellor")
    desk = Desk(store, other, Preferences(tmp_path / "p.ini"), LIGHT)
    assert not shown(qtbot, desk).users.add.isVisible()
    desk.close()


def test_ones_own_passphrase_is_changed(desk: Desk, store: Store, qtbot: QtBot) -> None:
    block = shown(qtbot, desk).passphrase
    for field, text in ((block.old, PASSPHRASE), (block.new, NEW), (block.again, NEW)):
        qtbot.keyClicks(field, text)
    with qtbot.waitSignal(desk.said, timeout=20_000) as said:
        press(qtbot, block.change)
    until(qtbot, block.change.isEnabled)
    assert said.args[0] == "Your passphrase is changed."
    assert block.new.text() == ""
    store.keys.unlock("amina", NEW)


@pytest.mark.parametrize(
    ("old", "new", "again", "place"),
    [
        ("not it at all", NEW, NEW, 0),
        (PASSPHRASE, "short", "short", 1),
        (PASSPHRASE, NEW, "another one", 2),
    ],
)
def test_a_refused_change_is_told_at_its_field(
    desk: Desk, qtbot: QtBot, old: str, new: str, again: str, place: int
) -> None:
    block = shown(qtbot, desk).passphrase
    for field, text in ((block.old, old), (block.new, new), (block.again, again)):
        qtbot.keyClicks(field, text)
    press(qtbot, block.change)
    until(qtbot, lambda: bool(block.errors()[place]))
    until(qtbot, block.change.isEnabled)
    assert block.new.text() == new


def test_a_backup_is_written_beside_the_work(desk: Desk, qtbot: QtBot, tmp_path: Path) -> None:
    block = shown(qtbot, desk).backup
    target = tmp_path / "copy.sanad-backup"
    with qtbot.waitSignal(desk.said, timeout=20_000) as said:
        block.back_up_to(target)
    until(qtbot, block.now.isEnabled)
    assert str(target) in said.args[0]
    restore(target, tmp_path / "restored")


def test_a_backup_that_cannot_be_written_says_what_to_do(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    block = shown(qtbot, desk).backup
    with qtbot.waitSignal(desk.said, timeout=20_000) as said:
        block.back_up_to(tmp_path / "missing" / "copy.sanad-backup")
    until(qtbot, block.now.isEnabled)
    assert said.args[1] == "warning"
    assert "untouched" in said.args[0]
