"""The board of grants: who waits, what is next, and sums that never mix currencies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.models.grants import Grant
from app.models.money import Money
from app.ui.desk import Desk
from app.ui.screens.grants import GrantsScreen
from tests.casework.granting import Granting, make_granting
from tests.conftest import TODAY
from tests.ui.work import Keyboard, make_desk, show, until


@pytest.fixture
def g(desk: Desk) -> Granting:
    return make_granting(desk.store, desk.user)


def _open(qtbot: QtBot, desk: Desk) -> tuple[GrantsScreen, Keyboard]:
    screen = GrantsScreen(desk)
    keyboard = show(qtbot, screen, 1176, 660)
    screen.arrive()
    until(qtbot, lambda: not screen.is_reading)
    return screen, keyboard


def _cells(screen: GrantsScreen, row: int) -> dict[str, str]:
    return {
        column.title: str(screen.model.index(row, number).data())
        for number, column in enumerate(screen.model.columns)
    }


def _plain(text: str) -> str:
    for mark in "\u2068\u2069\u200e":
        text = text.replace(mark, "")
    return text.replace("\u00a0", " ")


def test_an_empty_board_says_where_grants_are_requested(qtbot: QtBot, desk: Desk) -> None:
    screen, _keyboard = _open(qtbot, desk)
    assert "requested in a person's file" in screen.empty.text()


def test_those_that_wait_for_an_approval_stand_first(qtbot: QtBot, desk: Desk, g: Granting) -> None:
    g.arrive()
    g.granted("800 EUR")
    waiting = g.request("500 EUR")
    screen, _keyboard = _open(qtbot, desk)
    rows = screen.model.rows()
    assert [line.grant.state for line in rows] == ["requested", "approved"]
    assert rows[0].grant.id == waiting
    assert "To be approved" in _cells(screen, 0)["State"]
    assert _plain(_cells(screen, 0)["Amount"]) == "500.00 EUR"
    screen.state.choose("waiting")
    assert screen.state.currentText() == "Waiting for approval (1)"
    assert [line.grant.id for line in screen.model.rows()] == [waiting]


def test_the_marked_grant_says_what_blocks_its_next_tranche(
    qtbot: QtBot, desk: Desk, g: Granting
) -> None:
    g.granted("800 EUR")
    screen, _keyboard = _open(qtbot, desk)
    assert "The arrival is not confirmed yet." in _plain(screen.next_words.text())
    g.arrive()
    until(qtbot, lambda: "400.00 EUR, may be paid." in _plain(screen.next_words.text()))


def test_what_is_paid_and_left_is_shown(qtbot: QtBot, desk: Desk, g: Granting) -> None:
    g.arrive()
    grant = g.granted("800 EUR")
    g.pay(g.tranches(grant)[0].id)
    screen, _keyboard = _open(qtbot, desk)
    cells = {title: _plain(text) for title, text in _cells(screen, 0).items()}
    assert (cells["Amount"], cells["Paid"], cells["Left"]) == (
        "800.00 EUR", "400.00 EUR", "400.00 EUR",
    )  # fmt: skip


def test_totals_never_add_currencies(qtbot: QtBot, desk: Desk, g: Granting) -> None:
    g.arrive()
    g.granted("800 EUR")
    g.granted("500 USD", grant_kind="in_kind", purpose="material")
    g.request("300 EUR")
    screen, _keyboard = _open(qtbot, desk)
    assert _plain(screen.totals.text()).splitlines() == [
        "AVRR-FROM: 800.00 EUR approved, 0.00 EUR paid, 800.00 EUR left to pay",
        "AVRR-FROM: 500.00 USD approved, 0.00 USD paid, 500.00 USD left to pay",
    ]


def test_a_counsellor_is_told_to_wait_for_a_supervisor(qtbot: QtBot, g: Granting) -> None:
    g.request("500 EUR")
    desk = make_desk(g.store, g.leila)
    screen, _keyboard = _open(qtbot, desk)
    assert "approval of a supervisor" in screen.next_words.text()
    desk.close()


def test_refused_grants_are_shown_when_asked_for(qtbot: QtBot, desk: Desk, g: Granting) -> None:
    grant = g.request("500 EUR")
    g.do(g.karim, Grant, grant, "refuse", refusal="No plan")
    screen, _keyboard = _open(qtbot, desk)
    assert screen.model.rowCount() == 0
    screen.state.choose("over")
    assert [line.grant.id for line in screen.model.rows()] == [grant]


def test_tranches_due_are_found(qtbot: QtBot, desk: Desk, g: Granting) -> None:
    g.arrive(TODAY - timedelta(days=3))
    due = g.granted("800 EUR")
    g.request("500 EUR")
    screen, _keyboard = _open(qtbot, desk)
    screen.state.choose("due")
    (line,) = screen.model.rows()
    assert line.grant.id == due
    assert line.next is not None
    assert line.next.left == Money.parse("400.00 EUR")


def test_enter_opens_the_file_where_grants_stand(qtbot: QtBot, desk: Desk, g: Granting) -> None:
    g.request("500 EUR")
    _screen, keyboard = _open(qtbot, desk)
    with qtbot.waitSignal(desk.screen_asked) as asked:
        keyboard.press(Qt.Key.Key_Return)
    assert asked.args == ["person", {"person": g.person, "section": "plan"}]


def test_a_row_is_read_as_a_sentence(qtbot: QtBot, desk: Desk, g: Granting) -> None:
    g.request("500 EUR")
    screen, _keyboard = _open(qtbot, desk)
    said = _plain(screen.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole))
    assert said.startswith("Moussa Koné, MA-RAB-2026-")
    assert "Micro-business" in said
    assert "500.00 EUR asked for" in said
