"""Before the work: the first run and the unlock page."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.models.keys import Keys
from app.ui import first_run
from app.ui.first_run import FirstRunPage
from app.ui.passphrase import strength_hint
from app.ui.unlock import UnlockPage
from tests.conftest import PASSPHRASE
from tests.ui.frame import Start, make_office, press, start, unlock, until, words_seen

__all__ = ["start"]


def first_page(start: Start) -> tuple[FirstRunPage, QPushButton]:
    gate = start().gate
    assert isinstance(gate, FirstRunPage)
    return gate, gate.create_way


def fill_in(
    qtbot: QtBot, page: FirstRunPage, *, again: str = PASSPHRASE, code: str = "RAB"
) -> None:
    press(qtbot, page.create_way)
    form = page.form
    for field, text in (
        (form.office_code, code),
        (form.office_name, "Rabat"),
        (form.name, "Amina"),
        (form.login, "amina"),
        (form.passphrase, PASSPHRASE),
        (form.again, again),
    ):
        qtbot.keyClicks(field, text)


def test_the_first_run_founds_the_office(start: Start, qtbot: QtBot, tmp_path: Path) -> None:
    desktop = start()
    gate = desktop.gate
    assert isinstance(gate, FirstRunPage)
    fill_in(qtbot, gate)
    press(qtbot, gate.form.create_button)
    until(qtbot, lambda: desktop.workplace is not None)
    assert Keys(tmp_path / "store" / "keys.json").logins() == ["amina"]
    assert "Training mode" not in words_seen(desktop.frame)
    assert desktop.preferences.last_login == "amina"


def test_two_passphrases_that_differ_are_told_at_the_second(start: Start, qtbot: QtBot) -> None:
    gate, _create = first_page(start)
    fill_in(qtbot, gate, again="something else")
    press(qtbot, gate.form.create_button)
    assert "The two passphrases differ." in words_seen(gate)
    assert gate.form.passphrase.text() == PASSPHRASE
    assert gate.form.login.text() == "amina"


def test_a_wrong_office_code_is_told_at_the_field(
    start: Start, qtbot: QtBot, tmp_path: Path
) -> None:
    gate, _create = first_page(start)
    fill_in(qtbot, gate, code="R!")
    press(qtbot, gate.form.create_button)
    until(qtbot, lambda: "2 to 8 letters" in words_seen(gate))
    assert gate.form.office_code.text() == "R!"
    assert not (tmp_path / "store" / "keys.json").exists()


def test_the_language_switches_at_once_and_turns_the_page(
    start: Start, qtbot: QtBot, qapp: QApplication
) -> None:
    desktop = start()
    former = desktop.gate
    choice = desktop.frame.findChild(QPushButton, "language-ar")
    assert choice is not None
    press(qtbot, choice)
    until(qtbot, lambda: desktop.gate is not former)
    assert qapp.layoutDirection() == Qt.LayoutDirection.RightToLeft
    assert desktop.preferences.language == "ar"
    focus = qapp.focusWidget()
    assert focus is not None
    assert focus.objectName() == "language-ar"


def test_looking_around_makes_a_marked_training_store(
    start: Start, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(first_run, "TRAINING_PEOPLE", 5)
    desktop = start()
    gate = desktop.gate
    assert isinstance(gate, FirstRunPage)
    press(qtbot, gate.training_way)
    until(qtbot, lambda: desktop.workplace is not None)
    assert "Training mode" in words_seen(desktop.frame)
    assert Keys(tmp_path / "training" / "keys.json").read().is_training
    assert not (tmp_path / "store").exists()


def test_a_cancelled_look_around_leaves_nothing(start: Start, qtbot: QtBot, tmp_path: Path) -> None:
    desktop = start()
    gate = desktop.gate
    assert isinstance(gate, FirstRunPage)
    press(qtbot, gate.training_way)
    stop = gate.findChild(QPushButton, "stop-founding")
    assert stop is not None
    until(qtbot, stop.isVisible)
    press(qtbot, stop)
    until(qtbot, gate.create_way.isVisible)
    assert not (tmp_path / "training" / "keys.json").exists()


def test_the_right_passphrase_opens_the_work(start: Start, qtbot: QtBot, tmp_path: Path) -> None:
    make_office(tmp_path / "store")
    desktop = start()
    workplace = unlock(qtbot, desktop)
    assert workplace.place[0] == "today"
    assert desktop.gate is None


def test_a_wrong_passphrase_is_told_and_kept(start: Start, qtbot: QtBot, tmp_path: Path) -> None:
    make_office(tmp_path / "store")
    gate = start().gate
    assert isinstance(gate, UnlockPage)
    qtbot.keyClicks(gate.passphrase, "not this one")
    press(qtbot, gate.unlock)
    until(qtbot, lambda: bool(gate.error))
    assert gate.error == "This is not the passphrase. Try again."
    assert gate.passphrase.text() == "not this one"


def test_guessing_is_slowed_down_and_says_so(start: Start, qtbot: QtBot, tmp_path: Path) -> None:
    make_office(tmp_path / "store")
    gate = start().gate
    assert isinstance(gate, UnlockPage)
    qtbot.keyClicks(gate.passphrase, "not this one")
    for _try in range(4):
        gate.say_trouble("")
        press(qtbot, gate.unlock)
        until(qtbot, lambda: bool(gate.error))
    assert "Try again in" in gate.error


def test_nothing_typed_asks_for_the_passphrase(start: Start, qtbot: QtBot, tmp_path: Path) -> None:
    make_office(tmp_path / "store")
    gate = start().gate
    assert isinstance(gate, UnlockPage)
    press(qtbot, gate.unlock)
    assert "Type the passphrase" in gate.error


def test_the_last_login_is_offered_first(start: Start, qtbot: QtBot, tmp_path: Path) -> None:
    make_office(tmp_path / "store")
    keys = Keys(tmp_path / "store" / "keys.json")
    user, key = keys.unlock("amina", PASSPHRASE)
    keys.add("zineb", user, PASSPHRASE, key)
    desktop = start()
    desktop.preferences.last_login = "zineb"
    desktop.show_unlock(tmp_path / "store")
    gate = desktop.gate
    assert isinstance(gate, UnlockPage)
    assert gate.login.count() == 2
    assert gate.login.currentText() == "zineb"


def test_a_damaged_key_file_says_what_to_do(start: Start, tmp_path: Path) -> None:
    make_office(tmp_path / "store")
    (tmp_path / "store" / "keys.json").write_text("{", encoding="utf-8")
    gate = start().gate
    assert isinstance(gate, UnlockPage)
    assert "backup" in gate.error
    assert not gate.unlock.isEnabled()


def test_what_is_typed_survives_a_switch_of_language(
    start: Start, qtbot: QtBot, tmp_path: Path
) -> None:
    make_office(tmp_path / "store")
    desktop = start()
    former = desktop.gate
    assert isinstance(former, UnlockPage)
    qtbot.keyClicks(former.passphrase, PASSPHRASE)
    choice = former.findChild(QPushButton, "language-fr")
    assert choice is not None
    press(qtbot, choice)
    until(qtbot, lambda: desktop.gate is not former)
    assert isinstance(desktop.gate, UnlockPage)
    assert desktop.gate.passphrase.text() == PASSPHRASE


def test_the_first_window_reads_nothing_heavy() -> None:
    heavy = ["sqlalchemy", "babel", "reportlab", "qtawesome", "httpx", "app.casework"]
    probe = f"import app.main, sys; sys.exit(str([m for m in {heavy} if m in sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=False
    )
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize(
    ("passphrase", "begins"),
    [
        ("", ""),
        ("court", "Too short"),
        ("aaaaaaaaaaaaaaaaaaaaaa", "Easy"),
        ("abcdefghijklmnop", "Easy"),
        ("soleil12", "Easy"),
        ("cheval pile agrafe", "Fair"),
        ("cheval correct pile agrafe", "Strong"),
    ],
)
def test_strength_is_told_in_words(passphrase: str, begins: str) -> None:
    assert strength_hint(passphrase).startswith(begins)
    assert bool(strength_hint(passphrase)) == bool(passphrase)
