"""The Sync screen, against a real headquarters on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pytestqt.qtbot import QtBot

from app.casework.cases import open_case
from app.hq.base import Headquarters
from app.hq.invites import invite
from app.models.store import Store
from app.sync.state import enrolment_of
from app.sync.status import SyncStatus, sync_status
from app.ui.desk import Desk
from app.ui.preferences import Preferences
from app.ui.screens.sync import SyncScreen, status_sentences
from app.ui.theme import LIGHT
from tests.conftest import Founder
from tests.models.test_convergence import runs_of
from tests.sync.running import enrolled, headquarters, serving, synced
from tests.ui.frame import add_person, press, until


@pytest.fixture
def desk(store: Store, user: UUID, own_state: object) -> Iterator[Desk]:
    made = Desk(store, user, Preferences(), LIGHT)
    yield made
    made.close()


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Headquarters]:
    with headquarters(tmp_path / "hq") as opened:
        yield opened


def shown(qtbot: QtBot, desk: Desk) -> SyncScreen:
    screen = SyncScreen(desk)
    qtbot.addWidget(screen)
    screen.resize(1000, 700)
    with qtbot.waitExposed(screen):
        screen.show()
    screen.arrive()
    return screen


def connect(qtbot: QtBot, screen: SyncScreen, address: str, code: str) -> None:
    form = screen.enrolment
    form.address.clear()
    form.code.clear()
    qtbot.keyClicks(form.address, address)
    qtbot.keyClicks(form.code, code)
    press(qtbot, form.connect_button)


def test_nothing_typed_is_told_at_both_fields(desk: Desk, qtbot: QtBot) -> None:
    screen = shown(qtbot, desk)
    press(qtbot, screen.enrolment.connect_button)
    assert all(screen.enrolment.errors())


def test_an_address_that_is_none_is_told_at_the_address(desk: Desk, qtbot: QtBot) -> None:
    screen = shown(qtbot, desk)
    connect(qtbot, screen, "ftp://nowhere", "K7Q2-M9XD")
    until(qtbot, screen.enrolment.connect_button.isEnabled)
    at_address, at_code = screen.enrolment.errors()
    assert at_address
    assert not at_code
    assert screen.enrolment.code.text() == "K7Q2-M9XD"


def test_a_wrong_code_is_told_at_the_code(desk: Desk, hq: Headquarters, qtbot: QtBot) -> None:
    screen = shown(qtbot, desk)
    with serving(hq) as url:
        connect(qtbot, screen, url, "AAAA-AAAA")
        until(qtbot, screen.enrolment.connect_button.isEnabled)
    assert screen.enrolment.errors()[1]
    assert enrolment_of(desk.store) is None


def test_connecting_and_syncing_end_in_step(
    desk: Desk, store: Store, user: UUID, hq: Headquarters, qtbot: QtBot
) -> None:
    add_person(store, user)
    screen = shown(qtbot, desk)
    with serving(hq) as url:
        connect(qtbot, screen, url, invite(hq, "RAB").code)
        until(qtbot, screen.standing.now.isVisible)
        assert "wait here to be sent" in screen.standing.sentences[0]
        with qtbot.waitSignal(desk.said, timeout=20_000) as said:
            press(qtbot, screen.standing.now)
        until(qtbot, screen.standing.now.isEnabled)
    assert said.args == ["In step with headquarters.", "info"]
    assert screen.standing.sentences[0] == "Everything you saved is at headquarters."
    assert sync_status(store).waiting == 0


def test_a_headquarters_that_does_not_answer_is_told_in_a_sentence(
    desk: Desk, hq: Headquarters, qtbot: QtBot
) -> None:
    screen = shown(qtbot, desk)
    with serving(hq) as url:
        connect(qtbot, screen, url, invite(hq, "RAB").code)
        until(qtbot, screen.standing.now.isVisible)
    press(qtbot, screen.standing.now)
    until(qtbot, lambda: bool(screen.standing.trouble))
    until(qtbot, screen.standing.now.isEnabled)


def test_what_needs_a_person_is_said_in_sentences() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    status = SyncStatus(
        is_enrolled=True, url="https://hq.example", office="RAB", waiting=14, unsendable=2,
        confirmed_at=now - timedelta(hours=1), sent=3, received=5,
        refused=[(uuid4(), 9, "unknown office")], quarantined=1, is_in_step=False,
        clock_offset_s=-600.0,
    )  # fmt: skip
    said = status_sentences(status, conflicts=3, now=now)
    plain = [text.replace("\u2068", "").replace("\u2069", "") for text, _role in said]
    assert plain[0] == "14 changes wait here to be sent."
    assert "The last sync: 3 changes sent, 5 received." in plain
    assert any("unknown office" in text for text in plain)
    assert any("In 3 records two people answered differently" in text for text in plain)
    assert any("clock differs" in text and "10 minutes" in text for text in plain)
    assert [role for _text, role in said].count("warning") == 6


def test_all_well_is_said_shortly() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    status = SyncStatus(
        is_enrolled=True, url="https://hq.example", office="RAB", waiting=0, unsendable=0,
        confirmed_at=now, sent=0, received=0, refused=[], quarantined=0, is_in_step=True,
        clock_offset_s=1.0,
    )  # fmt: skip
    assert [role for _text, role in status_sentences(status, 0, now)] == ["", "", "quiet"]


def test_what_a_merge_made_untrue_is_listed_and_opens_its_file(
    desk: Desk, store: Store, user: UUID, hq: Headquarters, found: Founder, qtbot: QtBot
) -> None:
    person = add_person(store, user)
    other, colleague = found("other", login="karim")
    other.merge(runs_of(store))
    for desk_store, who in ((store, user), (other, colleague)):
        with desk_store.write(who) as db:
            open_case(db, person, "RAISE")
    with serving(hq) as url:
        enrolled(other, hq, url)
        synced(other)
        screen = shown(qtbot, desk)
        connect(qtbot, screen, url, invite(hq, "RAB").code)
        until(qtbot, screen.standing.now.isVisible)
        press(qtbot, screen.standing.now)
        until(qtbot, screen.standing.now.isEnabled)
    until(qtbot, screen.review.isVisible)
    matters = screen.review.entries()
    assert {"open case" in entry.accessibleName() for entry in matters} == {True}
    with qtbot.waitSignal(desk.screen_asked) as asked:
        press(qtbot, matters[0])
    assert asked.args[1]["person"] == person
