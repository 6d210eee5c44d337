"""The desktop syncs by itself beside the work, and is in nobody's way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit
from pytestqt.qtbot import QtBot

from app.hq.base import Headquarters
from app.models.store import Store
from app.sync.status import sync_status
from app.ui.screens.settings import SettingsScreen
from tests.conftest import PASSPHRASE, Founder
from tests.sync.running import enrolled, headquarters, register, serving, synced
from tests.ui.frame import Start, make_office, start, unlock, until

__all__ = ["start"]


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Headquarters]:
    with headquarters(tmp_path / "hq") as opened:
        yield opened


def join(folder: Path, hq: Headquarters, url: str) -> None:
    store, _user = Store.unlock(folder, "amina", PASSPHRASE)
    with store:
        enrolled(store, hq, url)


def test_a_colleagues_work_comes_in_under_a_form_without_touching_what_is_typed(
    start: Start, found: Founder, hq: Headquarters, tmp_path: Path, qtbot: QtBot
) -> None:
    make_office(tmp_path / "store", people=1)
    other, colleague = found("other", login="karim")
    with serving(hq) as url:
        join(tmp_path / "store", hq, url)
        enrolled(other, hq, url)
        register(other, colleague, "Awa")
        synced(other)
        desktop = start()
        workplace = unlock(qtbot, desktop)
        desk = desktop.desk
        assert desk is not None
        workplace.show_screen("registration")
        qtbot.waitUntil(lambda: isinstance(QApplication.focusWidget(), QLineEdit), timeout=20_000)
        field = QApplication.focusWidget()
        assert isinstance(field, QLineEdit)
        qtbot.keyClicks(field, "Mous")
        with qtbot.waitSignal(desk.syncing.succeeded, timeout=20_000):
            desk.syncing.network.came.emit()  # nobody presses anything
        qtbot.keyClicks(field, "sa")
        assert QApplication.focusWidget() is field
        assert field.text() == "Moussa"
        assert workplace.notice.sentence == ""
        assert sync_status(desk.store).received > 0


def test_covered_work_goes_on_syncing_and_a_closed_store_does_not(
    start: Start, hq: Headquarters, tmp_path: Path, qtbot: QtBot
) -> None:
    make_office(tmp_path / "store")
    with serving(hq) as url:
        join(tmp_path / "store", hq, url)
        desktop = start()
        unlock(qtbot, desktop)
        desk = desktop.desk
        assert desk is not None
        syncing = desk.syncing
        desktop.cover()
        assert desktop.is_covered
        with qtbot.waitSignal(syncing.succeeded, timeout=20_000):
            syncing.network.came.emit()
        until(qtbot, lambda: syncing.task is None)
        desktop.change_user()
        assert syncing.next_try is None
        syncing.begin()
        assert syncing.task is None


def test_failures_are_told_at_the_foot_only(
    start: Start, hq: Headquarters, tmp_path: Path, qtbot: QtBot
) -> None:
    make_office(tmp_path / "store")
    with serving(hq) as url:
        join(tmp_path / "store", hq, url)
    desktop = start()
    workplace = unlock(qtbot, desktop)
    assert desktop.desk is not None
    desktop.desk.syncing.network.came.emit()
    until(qtbot, lambda: "no answer since" in workplace.status.sync.accessibleName())
    assert workplace.notice.sentence == ""


def test_a_person_may_turn_it_off_in_the_settings(
    start: Start, tmp_path: Path, qtbot: QtBot
) -> None:
    make_office(tmp_path / "store")
    desktop = start()
    workplace = unlock(qtbot, desktop)
    workplace.show_screen("settings")
    screen = workplace.screen_shown
    assert isinstance(screen, SettingsScreen)
    choice = screen.findChild(QCheckBox, "syncs-by-itself")
    assert isinstance(choice, QCheckBox)
    assert choice.isChecked()
    choice.click()
    assert not desktop.preferences.syncs_by_itself
    assert desktop.desk is not None
    assert not desktop.desk.syncing.is_automatic
