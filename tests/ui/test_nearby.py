"""Two computers of one office that exchange their work through the Sync screen, for real."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.models.store import Store
from app.sync.visits import visits_of
from app.ui.desk import Desk
from app.ui.nearby import Nearby
from app.ui.preferences import Preferences
from app.ui.screens.sync import SyncScreen
from app.ui.screens.sync_nearby import NearbyCard
from app.ui.theme import LIGHT
from tests.conftest import Founder
from tests.sync.running import digest, enrolled, headquarters, register, serving, synced
from tests.ui.frame import press, until, words_seen

_HERE = "127.0.0.1"


@pytest.fixture
def desks(
    store: Store, user: UUID, found: Founder, tmp_path: Path, own_state: object
) -> Iterator[tuple[Desk, Desk]]:
    """Two laptops that know each other, each with work of its own; headquarters is gone."""
    other, colleague = found("other", login="karim")
    with headquarters(tmp_path / "hq") as hq, serving(hq) as url:
        for one in (store, other):
            enrolled(one, hq, url)
        for one in (store, other, store):
            synced(one)
    register(store, user, "Fatou")
    register(other, colleague, "Moussa")
    made = (
        Desk(store, user, Preferences(), LIGHT),
        Desk(other, colleague, Preferences(), LIGHT),
    )
    yield made
    for desk in made:
        desk.close()


def card(qtbot: QtBot, desk: Desk) -> NearbyCard:
    shown = NearbyCard(Nearby(desk, _HERE))
    qtbot.addWidget(shown)
    with qtbot.waitExposed(shown):
        shown.show()
    return shown


def opened(qtbot: QtBot, desk: Desk) -> NearbyCard:
    shown = card(qtbot, desk)
    press(qtbot, shown.open)
    until(qtbot, lambda: shown.nearby.is_answering)
    return shown


def test_what_one_shows_the_other_types_and_both_have_the_same(
    desks: tuple[Desk, Desk], qtbot: QtBot
) -> None:
    there, here = opened(qtbot, desks[1]), card(qtbot, desks[0])
    [address] = there.nearby.addresses
    assert address in there.sentences[0]
    qtbot.keyClicks(here.address, address)
    with qtbot.waitSignal(here.nearby.exchanged, timeout=20_000):
        qtbot.keyClick(here.address, Qt.Key.Key_Return)
    until(qtbot, lambda: bool(there.nearby.said))
    assert digest(desks[0].store) == digest(desks[1].store)
    for shown in (here, there):
        assert "2 changes went to" in shown.sentences[-1]
        assert "2 of 2 changes from" in shown.sentences[-1]
    for desk in desks:
        [visit] = [one for one in visits_of(desk.store) if one.way == "neighbour"]
        assert (visit.sent, visit.received) == (2, 2)


def test_without_an_address_the_field_says_so(desks: tuple[Desk, Desk], qtbot: QtBot) -> None:
    here = card(qtbot, desks[0])
    press(qtbot, here.exchange)
    assert here.error
    assert here.nearby.task is None


def test_nobody_there_is_told_at_the_field_and_what_was_typed_stays(
    desks: tuple[Desk, Desk], qtbot: QtBot
) -> None:
    here = card(qtbot, desks[0])
    qtbot.keyClicks(here.address, f"{_HERE}:9")
    press(qtbot, here.exchange)
    until(qtbot, here.exchange.isVisible)
    assert "No computer of your office answers" in here.error
    assert here.address.text() == f"{_HERE}:9"


def test_waiting_can_be_stopped_and_the_cursor_stays(
    desks: tuple[Desk, Desk], qtbot: QtBot
) -> None:
    there = card(qtbot, desks[1])
    there.activateWindow()
    there.open.setFocus()
    until(qtbot, there.open.hasFocus)
    qtbot.keyClick(there.open, Qt.Key.Key_Space)
    assert there.shut.hasFocus()
    until(qtbot, lambda: there.nearby.is_answering)
    qtbot.keyClick(there.shut, Qt.Key.Key_Space)
    until(qtbot, lambda: not there.nearby.is_open)
    assert there.open.hasFocus()
    assert there.sentences == []


def test_nobody_is_answered_once_the_desk_is_closed(desks: tuple[Desk, Desk], qtbot: QtBot) -> None:
    there = opened(qtbot, desks[1])
    [address] = there.nearby.addresses
    desks[1].close()
    here = card(qtbot, desks[0])
    here.nearby.exchange(address)
    until(qtbot, lambda: here.nearby.task is None)
    assert here.error


def test_the_sync_screen_lists_the_exchange_among_the_last_meetings(
    desks: tuple[Desk, Desk], qtbot: QtBot
) -> None:
    there = opened(qtbot, desks[1])
    screen = SyncScreen(desks[0])
    qtbot.addWidget(screen)
    with qtbot.waitExposed(screen):
        screen.show()
    screen.arrive()
    screen.nearby.nearby.exchange(there.nearby.addresses[0])
    until(qtbot, lambda: "with a colleague's computer" in words_seen(screen.visits))
