"""A certificate that headquarters changed, trusted on the Sync screen by its code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.hq.certificates import note_certificate, own_certificate, pin_shown, with_pin
from app.hq.invites import invite
from app.models.store import Store
from app.sync.enrolment import enrol
from app.ui.desk import Desk
from app.ui.preferences import Preferences
from app.ui.screens.sync import SyncScreen
from app.ui.theme import LIGHT
from tests.hq.test_tls import port_of, serving
from tests.sync.running import headquarters
from tests.ui.frame import press, until


@pytest.fixture
def changed(
    store: Store, user: UUID, tmp_path: Path, own_state: object
) -> Iterator[tuple[Desk, str]]:
    """A desk whose headquarters shows another certificate; and the code of that."""
    with headquarters(tmp_path / "hq") as hq:
        former = own_certificate(tmp_path / "hq", ["127.0.0.1"])
        note_certificate(hq, former)
        with serving(hq, former) as url:
            enrol(store, url, with_pin(hq, invite(hq, "RAB").code), waits_s=())
        (tmp_path / "renewed").mkdir()
        renewed = own_certificate(tmp_path / "renewed", ["127.0.0.1"])
        note_certificate(hq, renewed)
        with serving(hq, renewed, port_of(url)):
            desk = Desk(store, user, Preferences(), LIGHT)
            yield desk, pin_shown(hq)
            desk.close()


def shown(qtbot: QtBot, desk: Desk) -> SyncScreen:
    """Show the Sync screen once a sync has met the other certificate."""
    screen = SyncScreen(desk)
    qtbot.addWidget(screen)
    with qtbot.waitExposed(screen):
        screen.show()
    screen.arrive()
    assert not screen.renewal.isVisible()
    press(qtbot, screen.standing.now)
    until(qtbot, screen.renewal.isVisible)
    return screen


def test_the_code_of_the_new_certificate_lets_the_sync_go_on(
    changed: tuple[Desk, str], qtbot: QtBot
) -> None:
    desk, code = changed
    screen = shown(qtbot, desk)
    qtbot.keyClicks(screen.renewal.code, code)
    with qtbot.waitSignal(desk.syncing.succeeded, timeout=20_000):
        qtbot.keyClick(screen.renewal.code, Qt.Key.Key_Return)
    until(qtbot, lambda: not screen.renewal.isVisible())


def test_a_code_that_does_not_fit_is_told_at_the_field(
    changed: tuple[Desk, str], qtbot: QtBot
) -> None:
    desk, _code = changed
    screen = shown(qtbot, desk)
    qtbot.keyClicks(screen.renewal.code, "AAAA-AAAA-AAAA-AAAA")
    press(qtbot, screen.renewal.trust)
    until(qtbot, lambda: bool(screen.renewal.error))
    assert screen.renewal.isVisible()
