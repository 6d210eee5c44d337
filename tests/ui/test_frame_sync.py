"""The Sync screen, against a real headquarters on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.hq.base import Headquarters
from app.hq.invites import invite
from app.models.store import Store
from app.sync.outlook import Outlook
from app.sync.state import enrolment_of
from app.sync.status import SyncStatus, sync_status
from app.sync.visits import Visit, note, visits_of
from app.ui.desk import Desk
from app.ui.preferences import Preferences
from app.ui.screens.sync import SyncScreen
from app.ui.sync_words import Line, review_sentences, status_sentences
from app.ui.theme import LIGHT
from app.ui.visit_words import last_brought, visit_sentence
from tests.conftest import Founder
from tests.models.test_convergence import runs_of
from tests.sync.running import change, enrolled, headquarters, serving, synced
from tests.ui.frame import add_person, press, until, words_seen


@pytest.fixture
def desk(store: Store, user: UUID, own_state: object) -> Iterator[Desk]:
    made = Desk(store, user, Preferences(), LIGHT)
    yield made
    made.close()


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Headquarters]:
    with headquarters(tmp_path / "hq") as opened:
        yield opened


def plain(text: str) -> str:
    """Give a sentence without the marks that keep numbers in their own direction."""
    return text.replace("\u2068", "").replace("\u2069", "")


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
        until(qtbot, lambda: "about 1 person" in plain(screen.standing.sentences[0]))
        with qtbot.waitSignal(desk.syncing.succeeded, timeout=20_000):
            press(qtbot, screen.standing.now)
        until(qtbot, screen.standing.now.isEnabled)
    until(qtbot, lambda: not sync_status(store).waiting)
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
    until(qtbot, screen.standing.now.isEnabled)
    assert any("does not answer" in said for said in screen.standing.sentences)


NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def status(**known: Any) -> SyncStatus:
    """Give a status in which all is well but for what is said."""
    usual = {
        "is_enrolled": True, "url": "https://hq.example", "office": "RAB", "waiting": 0,
        "confirmed_at": NOW, "sent": 0, "received": 0, "refused": [],
        "quarantined": 0, "is_in_step": True, "clock_offset_s": 1.0,
    }  # fmt: skip
    return SyncStatus(**{**usual, **known})


def ahead(**known: Any) -> Outlook:
    """Give an outlook in which there is nothing to tell but what is said."""
    usual = {
        "people_waiting": 0, "oldest_waiting": None, "computers": [], "visits": [],
        "contents_to_send": 0, "contents_to_fetch": 0, "is_restored": False,
    }  # fmt: skip
    return Outlook(**{**usual, **known})


def said_of(
    standing: SyncStatus, line: Line | None = None, outlook: Outlook | None = None
) -> list[tuple[str, str]]:
    told = status_sentences(standing, line or Line(is_automatic=True), outlook, NOW)
    return [(plain(sentence), role) for sentence, role in told]


def test_all_well_is_said_shortly() -> None:
    assert [role for _text, role in said_of(status(), outlook=ahead())] == ["", "", "quiet"]


def test_what_waits_is_told_with_whose_and_since_when() -> None:
    waits = ahead(people_waiting=3, oldest_waiting=NOW - timedelta(days=2))
    first = said_of(status(waiting=14), outlook=waits)[0][0]
    assert first.startswith("Here wait to be sent: 14 changes about 3 people, the oldest since Fri")


def test_attachments_on_their_way_are_told() -> None:
    told = said_of(status(), outlook=ahead(contents_to_send=2, contents_to_fetch=1))
    assert ("Attachments: 2 still to send, 1 still to come.", "") in told


@pytest.mark.parametrize(
    ("standing", "line", "outlook", "sentence"),
    [
        (status(is_in_step=False), Line(), ahead(), "do not hold the same records"),
        (status(), Line(), ahead(is_restored=True), "restored or copied"),
        (status(clock_offset_s=-600), Line(), ahead(), "by 10 minutes"),
        (status(clock_offset_s=3 * 86_400), Line(), ahead(), "by 3 days"),
        (status(), Line(trouble="Nobody there.", failing_since=NOW), ahead(), "Nobody there."),
        (status(), Line(trouble="Revoked.", is_revoked=True), ahead(), "Revoked."),
    ],
)
def test_what_is_wrong_is_said_as_a_warning(
    standing: SyncStatus, line: Line, outlook: Outlook, sentence: str
) -> None:
    warnings = [text for text, role in said_of(standing, line, outlook) if role == "warning"]
    assert [sentence in text for text in warnings] == [True]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (Line(is_automatic=True, next_try=NOW + timedelta(hours=25)), "the next time is"),
        (Line(is_automatic=True, has_network=False), "when one comes"),
        (Line(is_revoked=True, is_automatic=True), "does not try again by itself"),
        (Line(), "when you press the button"),
        (Line(is_busy=True), "you can go on working"),
    ],
)
def test_when_it_syncs_next_is_said(line: Line, sentence: str) -> None:
    assert any(sentence in text for text, _role in said_of(status(), line, ahead()))


def test_what_needs_a_person_is_counted() -> None:
    said = review_sentences(status(refused=[(uuid4(), 9, "no")], quarantined=1), conflicts=3)
    assert [plain(one)[:32] for one in said] == [
        "In 3 records two people answered",
        "Headquarters refused 1 change of",
        "1 received change could not be r",
    ]


def test_what_came_last_is_told_with_the_computers_it_came_from() -> None:
    karim, other = uuid4(), uuid4()
    visit = Visit(
        round(NOW.timestamp() * 1000), "network", "done", received=9,
        brought={karim.bytes: 7, other.bytes: 2},
    )  # fmt: skip
    names = {karim: "Karim's laptop", other: "another computer"}
    told = plain(last_brought(ahead(visits=[visit]), names.__getitem__, NOW))
    assert told.startswith("What came last: 9 changes, ")
    assert told.endswith("from Karim's laptop (7) and another computer (2).")


@pytest.mark.parametrize(
    ("visit", "sentence"),
    [
        (Visit(0, "network", "done"), "Nothing new on either side"),
        (
            Visit(0, "network", "done", 3, 5, 1, 1, 40_000, 2_000_000),
            "3 changes sent · 5 received · 2 attachments · 2 MB",
        ),
        (Visit(0, "network", "stopped"), "It was stopped."),
        (Visit(0, "network", "failed", said="Nobody there."), "Nobody there."),
        (Visit(0, "network", "failed", 2, said="Cut."), "2 changes sent · 0 received · Cut."),
    ],
)
def test_each_sync_is_told_in_a_line(visit: Visit, sentence: str) -> None:
    assert plain(visit_sentence(visit)) == sentence


def test_alike_syncs_in_a_row_are_one_line(store: Store) -> None:
    for at_ms in (1, 2, 3):
        note(store, Visit(at_ms, "network", "done"))
    note(store, Visit(4, "network", "done", sent=1))
    note(store, Visit(5, "network", "done"))
    assert [(one.at_ms, one.times) for one in visits_of(store)] == [(5, 1), (4, 1), (3, 3)]


def test_only_the_last_ten_syncs_are_kept(store: Store) -> None:
    for at_ms in range(15):
        note(store, Visit(at_ms, "network", "done", sent=1))
    assert [one.at_ms for one in visits_of(store)] == list(range(14, 4, -1))


def test_colleagues_computers_are_told_with_their_latest_work(
    desk: Desk, store: Store, hq: Headquarters, found: Founder, qtbot: QtBot
) -> None:
    other, colleague = found("other", login="karim")
    with serving(hq) as url:
        enrolled(store, hq, url)
        enrolled(other, hq, url)
        add_person(other, colleague)
        synced(other)
        screen = shown(qtbot, desk)
        press(qtbot, screen.standing.now)
        until(qtbot, screen.standing.now.isEnabled)
    until(qtbot, lambda: "a laptop" in words_seen(screen.computers))
    until(qtbot, lambda: "Its latest work that is here" in words_seen(screen.computers))
    until(qtbot, lambda: "over the network" in words_seen(screen.visits))
    until(qtbot, lambda: any("a laptop (" in plain(s) for s in screen.standing.sentences))


def test_what_needs_a_person_leads_to_review(
    desk: Desk, store: Store, user: UUID, hq: Headquarters, found: Founder, qtbot: QtBot
) -> None:
    person = add_person(store, user)
    other, colleague = found("other", login="karim")
    other.merge(runs_of(store))
    with serving(hq) as url:
        enrolled(store, hq, url)
        enrolled(other, hq, url)
        change(store, user, person, sex="M")
        change(other, colleague, person, sex="X")
        synced(other)
        screen = shown(qtbot, desk)
        press(qtbot, screen.standing.now)
        until(qtbot, screen.standing.now.isEnabled)
    until(qtbot, screen.standing.open_review.isVisible)
    assert "1 record" in plain(screen.standing.for_review[0])
    with qtbot.waitSignal(desk.screen_asked) as asked:
        press(qtbot, screen.standing.open_review)
    assert asked.args[0] == "review"


def test_the_cursor_stays_with_the_sync_while_it_runs(
    desk: Desk, store: Store, hq: Headquarters, qtbot: QtBot
) -> None:
    with serving(hq) as url:
        enrolled(store, hq, url)
        screen = shown(qtbot, desk)
        screen.activateWindow()
        until(qtbot, screen.standing.now.hasFocus)
        qtbot.keyClick(screen.standing.now, Qt.Key.Key_Space)
        assert screen.standing.stop.hasFocus()
        until(qtbot, screen.standing.now.hasFocus)


def test_a_sync_ended_elsewhere_is_told_in_a_line(
    desk: Desk, store: Store, hq: Headquarters, qtbot: QtBot
) -> None:
    with serving(hq) as url:
        enrolled(store, hq, url)
        screen = shown(qtbot, desk)
        screen.standing.begin()
        screen.hide()
        with qtbot.waitSignal(desk.said, timeout=20_000) as said:
            until(qtbot, lambda: desk.syncing.task is None)
    assert said.args == ["In step with headquarters.", "info"]
