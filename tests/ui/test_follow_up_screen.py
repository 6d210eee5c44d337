"""The Follow-up board: visits, tranches and complaints, with the keyboard."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sqlalchemy import event

from app.casework.follow_up_board import board, missed
from app.models.follow_up import Feedback, FollowUp
from app.ui.desk import Desk
from app.ui.screens.follow_up import FollowUpScreen
from app.ui.screens.person_file import reading
from tests.casework.granting import Granting, make_granting
from tests.conftest import TODAY
from tests.ui.work import Keyboard, show, until


@pytest.fixture
def g(desk: Desk) -> Granting:
    return make_granting(desk.store, desk.user)


def visit(g: Granting, days: int, state: str = "planned", **more: Any) -> None:
    """Note a visit due some days from today."""
    g.add(FollowUp, case=g.case, due_on=TODAY + timedelta(days=days), state=state, **more)


def complaint(g: Granting) -> None:
    """Note a complaint received nine days ago."""
    g.add(
        Feedback, person=g.person, feedback_kind="complaint", said="The tools came late",
        received_on=TODAY - timedelta(days=9), state="open",
    )  # fmt: skip


def _open(qtbot: QtBot, desk: Desk) -> tuple[FollowUpScreen, Keyboard]:
    screen = FollowUpScreen(desk)
    keyboard = show(qtbot, screen, 1176, 660)
    screen.arrive()
    until(qtbot, lambda: not screen.is_reading)
    return screen, keyboard


def _what(screen: FollowUpScreen) -> list[str]:
    return [str(screen.model.index(row, 2).data()) for row in range(screen.model.rowCount())]


def test_an_empty_board_says_what_stands_there(qtbot: QtBot, desk: Desk) -> None:
    screen, _keyboard = _open(qtbot, desk)
    assert "Nothing is due" in screen.empty.text()


def test_what_waits_longest_stands_first(qtbot: QtBot, desk: Desk, g: Granting) -> None:
    visit(g, 10)
    visit(g, -3)
    visit(g, 60)
    complaint(g)
    g.arrive()
    g.granted("800 EUR")
    screen, _keyboard = _open(qtbot, desk)
    assert _what(screen) == ["Complaint", "Visit is late", "Tranche to pay", "Visit"]
    assert "since 9 days" in screen.sentence(screen.model.row(0))
    assert "3 days late" in screen.sentence(screen.model.row(1))


def test_a_missed_visit_stays_until_another_is_planned(
    qtbot: QtBot, desk: Desk, g: Granting
) -> None:
    visit(g, -20, "missed", missed_reason="moved")
    screen, _keyboard = _open(qtbot, desk)
    assert _what(screen) == ["Visit missed"]
    assert "Moved away. Plan another visit." in screen.next_words.text().replace("\u200e", "")
    visit(g, 5)
    until(qtbot, lambda: _what(screen) == ["Visit"])


def test_a_visit_missed_long_ago_is_let_go(desk: Desk, g: Granting) -> None:
    visit(g, -300, "missed", missed_reason="moved")
    with reading(desk) as db:
        assert missed(db, TODAY) == []


def test_one_kind_is_chosen(qtbot: QtBot, desk: Desk, g: Granting) -> None:
    visit(g, 10)
    visit(g, -3)
    complaint(g)
    screen, _keyboard = _open(qtbot, desk)
    screen.what.choose("late")
    assert _what(screen) == ["Visit is late"]
    screen.what.choose("feedback")
    assert _what(screen) == ["Complaint"]


def test_nothing_of_a_complaint_is_read_in_the_list(qtbot: QtBot, desk: Desk, g: Granting) -> None:
    complaint(g)
    screen, _keyboard = _open(qtbot, desk)
    shown = [str(screen.model.index(0, n).data()) for n in range(screen.model.columnCount())]
    assert not any("tools" in text for text in [*shown, screen.sentence(screen.model.row(0))])


def test_enter_opens_the_file_where_it_stands(qtbot: QtBot, desk: Desk, g: Granting) -> None:
    visit(g, -3)
    g.arrive()
    g.granted("800 EUR")
    _screen, keyboard = _open(qtbot, desk)
    with qtbot.waitSignal(desk.screen_asked) as asked:
        keyboard.press(Qt.Key.Key_Return)
    assert asked.args == ["person", {"person": g.person, "section": "follow_up"}]
    keyboard.press(Qt.Key.Key_Down)
    with qtbot.waitSignal(desk.screen_asked) as asked:
        keyboard.press(Qt.Key.Key_Return)
    assert asked.args == ["person", {"person": g.person, "section": "plan"}]


def test_the_board_asks_no_more_of_the_store_for_more_people(desk: Desk, g: Granting) -> None:
    def asked() -> int:
        count = 0

        def note(*_about: object) -> None:
            nonlocal count
            count += 1

        event.listen(desk.store.engine, "before_cursor_execute", note)
        with reading(desk) as db:
            assert board(db, TODAY)
        event.remove(desk.store.engine, "before_cursor_execute", note)
        return count

    visit(g, -3)
    first = asked()
    for _other in range(5):
        visit(make_other(g), -3)
    assert asked() == first


def make_other(g: Granting) -> Granting:
    """Give somebody else with a case in the same programme."""
    from dataclasses import replace

    from app.casework.cases import open_case
    from app.casework.people import register

    with g.store.write(g.amina) as db:
        person = register(
            db, {"sex": "F", "nationalities": ["GN"]}, names=[{"given_names": "Fatou"}]
        )
        case = open_case(db, person.id, "AVRR-FROM")
    return replace(g, person=person.id, case=case.id)
