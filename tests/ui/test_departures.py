"""The Departures board: what it shows, what narrows it, and where it leads, with the keyboard."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from pytestqt.qtbot import QtBot

from app.models.cases import Case
from app.models.persons import PersonName
from app.models.record import kind_named
from app.models.store import Store
from app.ui.desk import Desk
from app.ui.screens.departures import DeparturesScreen
from tests.casework.returning import Returning
from tests.conftest import TODAY
from tests.ui.work import Keyboard, show, until


def leaving(store: Store, user: UUID, given: str, country: str = "SN", days: int = 0) -> Returning:
    """Bring somebody to a declared return with everything recorded, leaving in some days."""
    one = Returning(store, user)
    one.prepare()
    with store.write(user) as db:
        for name in db.query(PersonName).filter_by(person=one.person):
            name.given_names, name.family_name = given, None
        db.get_one(Case, one.case).return_country = country
    one.reach_from_here("declared")
    if days:
        one.change("travel", departs_on=TODAY + timedelta(days=days))
    return one


def void(one: Returning, *names: str) -> None:
    """Set records aside."""
    with one.store.write(one.user) as db:
        for name in names:
            kind, record = one.ids[name]
            db.get_one(kind_named(kind), record).voided = "entered by mistake"


@pytest.fixture
def awa(store: Store, user: UUID) -> Returning:
    return leaving(store, user, "Awa")


def _open(qtbot: QtBot, desk: Desk, width: int = 1176) -> tuple[DeparturesScreen, Keyboard]:
    screen = DeparturesScreen(desk)
    keyboard = show(qtbot, screen, width, 660)
    screen.arrive()
    until(qtbot, lambda: not screen.is_reading)
    return screen, keyboard


def _names(screen: DeparturesScreen) -> list[str]:
    return [line.names[0] for line in screen.model.rows()]


def test_an_empty_board_says_who_will_stand_there(qtbot: QtBot, desk: Desk) -> None:
    screen, _keyboard = _open(qtbot, desk)
    assert "Nobody prepares a departure" in screen.empty.text()
    assert not screen.table.isVisible()


def test_each_part_has_an_icon_and_a_word(qtbot: QtBot, desk: Desk, awa: Returning) -> None:
    void(awa, "medical")
    screen, _keyboard = _open(qtbot, desk)
    shown = {
        column.title: (
            screen.model.index(0, number).data(),
            screen.model.index(0, number).data(Qt.ItemDataRole.DecorationRole),
        )
        for number, column in enumerate(screen.model.columns)
    }
    assert shown["Medical"][0] == "Missing"
    assert shown["Journey"][0] == "Ready"
    assert "1 Mar 2027" in shown["Papers"][0].replace("\u00a0", " ")
    for title in ("Papers", "Medical", "Journey", "Allowances", "Will confirmed"):
        assert isinstance(shown[title][1], QIcon)
        assert shown[title][0]


def test_the_marked_row_says_what_comes_next(qtbot: QtBot, desk: Desk, awa: Returning) -> None:
    void(awa, "medical")
    screen, _keyboard = _open(qtbot, desk)
    assert "no medical assessment that allows the journey" in screen.next_words.text()
    void(awa, "paper")
    until(qtbot, lambda: "There is no travel paper yet" in screen.next_words.text())


def test_a_row_is_read_as_a_sentence(qtbot: QtBot, desk: Desk, awa: Returning) -> None:
    screen, _keyboard = _open(qtbot, desk)
    said = screen.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said.startswith("Awa, MA-RAB-2026-")
    assert "leaves on 22 November 2026" in said
    assert "Journey: Ready" in said
    assert said.endswith("Nothing holds this departure back.")


def test_the_next_to_leave_stand_first_and_of_one_day_those_held_back(
    qtbot: QtBot, desk: Desk, store: Store, user: UUID, awa: Returning
) -> None:
    leaving(store, user, "Later", days=5)
    held = leaving(store, user, "Zeinab")
    void(held, "allowance")
    nobody_knows = leaving(store, user, "Binta")
    void(nobody_knows, "leg", "travel", "allowance")
    screen, _keyboard = _open(qtbot, desk)
    assert _names(screen) == ["Zeinab", "Awa", "Later", "Binta"]


def test_countries_days_and_words_narrow_it(
    qtbot: QtBot, desk: Desk, store: Store, user: UUID, awa: Returning
) -> None:
    leaving(store, user, "Moussa", country="CI", days=20)
    screen, keyboard = _open(qtbot, desk)
    screen.country.choose("CI")
    assert _names(screen) == ["Moussa"]
    screen.soon.choose("7")
    assert _names(screen) == []
    assert "Nothing fits" in screen.empty.text()
    screen.country.choose("")
    assert _names(screen) == ["Awa"]
    screen.soon.choose("30")
    screen.filter.setFocus()
    keyboard.text("mouss")
    assert _names(screen) == ["Moussa"]


def test_enter_opens_the_file_where_the_journey_stands(
    qtbot: QtBot, desk: Desk, awa: Returning
) -> None:
    _screen, keyboard = _open(qtbot, desk)
    with qtbot.waitSignal(desk.screen_asked) as asked:
        keyboard.press(Qt.Key.Key_Return)
    assert asked.args == ["person", {"person": awa.person, "section": "travel"}]


def test_a_name_typed_and_enter_opens_the_file(
    qtbot: QtBot, desk: Desk, store: Store, user: UUID, awa: Returning
) -> None:
    moussa = leaving(store, user, "Moussa")
    screen, keyboard = _open(qtbot, desk)
    screen.filter.setFocus()
    keyboard.text("mou")
    with qtbot.waitSignal(desk.screen_asked) as asked:
        keyboard.press(Qt.Key.Key_Return)
    assert asked.args[1]["person"] == moussa.person


def test_what_is_saved_meanwhile_appears_and_the_row_stays_marked(
    qtbot: QtBot, desk: Desk, store: Store, user: UUID, awa: Returning
) -> None:
    screen, _keyboard = _open(qtbot, desk)
    earlier = leaving(store, user, "Aby")
    void(earlier, "allowance")
    until(qtbot, lambda: len(_names(screen)) == 2)
    until(qtbot, lambda: not screen.is_reading)
    assert _names(screen) == ["Aby", "Awa"]
    assert screen.marked is not None
    assert screen.marked.names == ["Awa"]


def test_whoever_has_left_is_not_on_the_board(qtbot: QtBot, desk: Desk, awa: Returning) -> None:
    awa.reach_from_here("departed")
    screen, _keyboard = _open(qtbot, desk)
    assert _names(screen) == []


def test_on_a_small_screen_what_comes_next_stays(qtbot: QtBot, desk: Desk, awa: Returning) -> None:
    screen, _keyboard = _open(qtbot, desk, width=834)
    hidden = {
        column.title
        for number, column in enumerate(screen.model.columns)
        if screen.table.isColumnHidden(number)
    }
    assert "Allowances" in hidden
    assert not {"Person", "Papers", "Medical", "What comes next"} & hidden


def test_a_person_on_hold_is_not_on_the_board(qtbot: QtBot, desk: Desk, awa: Returning) -> None:
    awa.advance("protection_hold")
    screen, _keyboard = _open(qtbot, desk)
    assert _names(screen) == []
