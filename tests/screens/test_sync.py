"""Sync and Batches as an office sees them: in step, cut off with work waiting, turned away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.casework.founding import found_store
from app.hq.base import Headquarters
from app.hq.devices import revoke
from app.hq.files import read_file as read_at_headquarters
from app.hq.files import receipt_path
from app.hq.invites import invite
from app.models.store import Store
from app.sync.enrolment import enrol
from app.sync.state import enrolment_of
from app.ui.desktop import Desktop
from app.ui.preferences import Preferences
from app.ui.screens.batches import BatchesScreen
from app.ui.screens.sync import SyncScreen
from tests.conftest import PASSPHRASE, TODAY
from tests.screens.album import Album
from tests.sync.neighbourhood import listening
from tests.sync.running import change, headquarters, serving, synced
from tests.ui.frame import add_person, press, until

_SMALLEST = (1024, 700)
_PEOPLE = 4


class Town:
    """A headquarters and the three laptops of one office."""

    def __init__(self, folder: Path, hq: Headquarters, url: str, held: ExitStack) -> None:
        self.hq = hq
        self.url = url
        self.store, self.user = self._laptop(folder / "store", "amina", "Amina El Fassi", held)
        self.colleagues = [
            self._laptop(folder / name, name, whole, held)
            for name, whole in (("karim", "Karim Bennani"), ("fatou", "Fatou Ndiaye"))
        ]
        for number, (store, user) in enumerate(self.colleagues):
            add_person(store, user, number)
            synced(store)
        self.persons = [add_person(self.store, self.user, n) for n in range(_PEOPLE)]

    def _laptop(self, folder: Path, login: str, name: str, held: ExitStack) -> tuple[Store, UUID]:
        store, user = found_store(
            folder, office="RAB", login=login, name=name, passphrase=PASSPHRASE,
            is_training=True, today=lambda: TODAY,
        )  # fmt: skip
        if login != "amina":
            held.enter_context(store)  # the window closes the other
        laptop = f"Portable de {name.partition(' ')[0]}"
        enrol(store, self.url, invite(self.hq, "RAB").code, laptop, waits_s=())
        return store, user


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Headquarters]:
    with headquarters(tmp_path / "hq") as opened:
        yield opened


@pytest.fixture
def begin(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[object]:
    """Open the desktop at work in a language and a theme."""
    shown: list[Desktop] = []

    def make(town: Town, language: str, theme: str) -> Desktop:
        qapp.setCursorFlashTime(0)
        preferences = Preferences(tmp_path / "preferences.ini")
        preferences.language = language
        preferences.theme_name = theme
        desktop = Desktop(qapp, town.store.folder, preferences)
        shown.append(desktop)
        desktop.begin()
        desktop.frame.resize(1366, 768)
        desktop.frame.activateWindow()
        qtbot.waitUntil(desktop.frame.isActiveWindow, timeout=20_000)
        assert desktop.gate is not None
        desktop.gate.opened.emit((town.store, town.user))  # type: ignore[union-attr]
        until(qtbot, lambda: desktop.workplace is not None)
        return desktop

    yield make
    for desktop in shown:
        desktop.frame.close()
        desktop.frame.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.setStyleSheet("")
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def _sync(qtbot: QtBot, desktop: Desktop) -> None:
    assert desktop.workplace is not None
    assert desktop.desk is not None
    syncing = desktop.desk.syncing
    desktop.workplace.show_screen("sync")
    screen = desktop.workplace.screen_shown
    assert isinstance(screen, SyncScreen)
    until(qtbot, lambda: syncing.task is None)
    press(qtbot, screen.standing.now)
    until(qtbot, lambda: syncing.task is None)
    until(qtbot, lambda: not desktop.tasks.running)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_sync_screen(
    qtbot: QtBot, begin: object, hq: Headquarters, tmp_path: Path, language: str, theme: str
) -> None:
    album = Album(f"{language}-{theme}")
    with ExitStack() as held:
        with serving(hq) as url:
            town = Town(tmp_path, hq, url, held)
            desktop = begin(town, language, theme)  # type: ignore[operator]
            _sync(qtbot, desktop)
            album.photograph_still(qtbot, desktop.frame, "60-sync-in-step")
            for number, person in enumerate(town.persons):
                change(town.store, town.user, person, sex="M")
                if not number:
                    other, colleague = town.colleagues[0]
                    synced(other)
        port = int(url.rsplit(":", 1)[1])
        change(other, colleague, town.persons[0], sex="X")
        _sync(qtbot, desktop)
        album.photograph_still(qtbot, desktop.frame, "61-sync-cut-off")
        with serving(hq, port):
            synced(other)
            _sync(qtbot, desktop)
            place = enrolment_of(town.store)
            assert place is not None
            revoke(hq, UUID(bytes=place.device))
            change(town.store, town.user, town.persons[1], sex="F")
            _sync(qtbot, desktop)
            album.photograph_still(qtbot, desktop.frame, "62-sync-turned-away")
        desktop.frame.resize(*_SMALLEST)
        qtbot.wait(50)
        size = desktop.frame.size()
        assert (size.width(), size.height()) == _SMALLEST
    assert album.differences == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_colleagues_computer_nearby(
    qtbot: QtBot, begin: object, hq: Headquarters, tmp_path: Path, language: str, theme: str
) -> None:
    album = Album(f"{language}-{theme}")
    with ExitStack() as held:
        with serving(hq) as url:
            town = Town(tmp_path, hq, url, held)
            synced(town.store)
            other, colleague = town.colleagues[0]
            synced(other)
        change(town.store, town.user, town.persons[0], sex="M")
        change(other, colleague, town.persons[1], sex="M")
        desktop = begin(town, language, theme)  # type: ignore[operator]
        assert desktop.workplace is not None
        desktop.workplace.show_screen("sync")
        screen = desktop.workplace.screen_shown
        assert isinstance(screen, SyncScreen)
        until(qtbot, lambda: not desktop.tasks.running)
        card = screen.nearby
        press(qtbot, card.open)
        until(qtbot, lambda: card.nearby.is_answering)
        card.nearby.addresses = ["192.168.1.12"]  # not this machine's, which no other has
        card.nearby.changed.emit()
        with listening(other) as address:
            card.address.setText(address.removeprefix("http://"))
            press(qtbot, card.exchange)
            until(qtbot, lambda: bool(card.nearby.said) and card.nearby.task is None)
        card.address.setText("192.168.1.17")
        until(qtbot, lambda: len(desktop.tasks.running) == 1)  # it still waits for colleagues
        qtbot.wait(50)
        _scroll_to_end(card)
        album.photograph_still(qtbot, desktop.frame, "65-colleague-nearby")
        press(qtbot, card.shut)
        until(qtbot, lambda: not card.nearby.is_open)
        desktop.frame.resize(*_SMALLEST)
        qtbot.wait(50)
        size = desktop.frame.size()
        assert (size.width(), size.height()) == _SMALLEST
    assert album.differences == []


def _scroll_to_end(widget: QWidget) -> None:
    area = widget.parentWidget()
    while not isinstance(area, QScrollArea):
        area = area.parentWidget()
    bar = area.verticalScrollBar()
    bar.setValue(bar.maximum())


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_the_batches_screen(
    qtbot: QtBot, begin: object, hq: Headquarters, tmp_path: Path, language: str, theme: str
) -> None:
    album = Album(f"{language}-{theme}")
    with ExitStack() as held, serving(hq) as url:
        town = Town(tmp_path, hq, url, held)
        desktop = begin(town, language, theme)  # type: ignore[operator]
        assert desktop.workplace is not None
        desktop.workplace.show_screen("batches")
        screen = desktop.workplace.screen_shown
        assert isinstance(screen, BatchesScreen)
        until(qtbot, lambda: screen.week_chosen() is not None)
        week = screen.week_chosen()
        assert week is not None
        path = tmp_path / "stick" / "RAB.sanad"
        path.parent.mkdir()
        screen.export_week(week.week.name, path)
        until(qtbot, screen.result.isVisible)
        until(qtbot, lambda: not desktop.tasks.running)
        album.photograph_still(qtbot, desktop.frame, "63-batch-made")
        read_at_headquarters(hq, path, receipt_path(path))
        screen.read_from(receipt_path(path))
        until(qtbot, lambda: screen.result.isVisible() and screen.export.isEnabled())
        until(qtbot, lambda: not desktop.tasks.running)
        album.photograph_still(qtbot, desktop.frame, "64-receipt-read")
        desktop.frame.resize(*_SMALLEST)
        qtbot.wait(50)
        size = desktop.frame.size()
        assert (size.width(), size.height()) == _SMALLEST
    assert album.differences == []
