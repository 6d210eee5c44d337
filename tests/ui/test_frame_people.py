"""The list of people: paged, found as one types, opened with a key."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
import sqlalchemy as sa
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QStackedWidget
from pytestqt.qtbot import QtBot

from app.casework.people import register
from app.casework.people_list import found_people, latest_people, people_count
from app.casework.voids import void
from app.models.persons import Person
from app.models.store import Store
from app.ui.desk import Desk
from app.ui.preferences import Preferences
from app.ui.screens.people import PeopleScreen
from app.ui.tables import PAGE, ROW_ROLE
from app.ui.theme import LIGHT
from tests.ui.frame import add_person, until, words_seen

MANY = 2 * PAGE + 30


@pytest.fixture
def desk(store: Store, user: UUID, own_state: object) -> Iterator[Desk]:
    made = Desk(store, user, Preferences(), LIGHT)
    yield made
    made.close()


def shown(qtbot: QtBot, desk: Desk) -> PeopleScreen:
    screen = PeopleScreen(desk)
    qtbot.addWidget(screen)
    screen.resize(1200, 600)
    screen.show()
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    screen.arrive()
    return screen


def names(screen: PeopleScreen) -> list[str]:
    return [line.name for line in screen.model.rows()]


@pytest.fixture
def crowd(store: Store, user: UUID) -> None:
    with store.write(user) as db:
        for number in range(MANY):
            register(
                db,
                {"sex": "M", "nationalities": ["GN"]},
                names=[{"given_names": "Koffi", "family_name": "abcdefghij"[number % 10] * 4}],
            )


def test_pages_follow_each_other_without_gap_or_repeat(store: Store, crowd: None) -> None:
    first = latest_people(store, None, PAGE)
    second = latest_people(store, first[-1], PAGE)
    third = latest_people(store, second[-1], PAGE)
    seen = [line.id for line in (*first, *second, *third)]
    assert len(set(seen)) == len(seen) == MANY == people_count(store)
    stamps = [line.updated_at for line in (*first, *second, *third)]
    assert stamps == sorted(stamps, reverse=True)


def test_a_page_is_read_along_the_index(store: Store, crowd: None) -> None:
    asked: list[tuple[str, object]] = []

    def note(_c: object, _cur: object, text: str, values: object, *_more: object) -> None:
        asked.append((text, values))

    sa.event.listen(store.engine, "before_cursor_execute", note)
    latest_people(store, latest_people(store, None, 1)[0], PAGE)
    sa.event.remove(store.engine, "before_cursor_execute", note)
    with store.engine.connect() as connection:
        for text, values in asked:
            if text.startswith("SELECT"):
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()
                # Whole tables are walked only where an index gives their order.
                assert not [
                    row for row in plan if row[3].startswith("SCAN p") and "INDEX" not in row[3]
                ]


def test_a_line_shows_both_scripts_and_the_case(store: Store, user: UUID) -> None:
    add_person(store, user, 0)
    line = latest_people(store, None, 1)[0]
    assert (line.name, line.other_name) == ("Moussa Koné", "موسى كوني")
    assert line.case_number is not None
    assert line.state == "draft"


def test_those_voided_are_not_listed_nor_found(store: Store, user: UUID) -> None:
    person = add_person(store, user, 0)
    with store.write(user) as db:
        void(db.get_one(Person, person), "Entered twice")
    assert latest_people(store, None, 10) == []
    assert found_people(store, "kone") == []


def test_rows_come_as_one_scrolls(desk: Desk, crowd: None, qtbot: QtBot) -> None:
    screen = shown(qtbot, desk)
    assert screen.model.rowCount() == PAGE
    screen.table.scrollToBottom()
    until(qtbot, lambda: screen.model.rowCount() > PAGE)
    until(
        qtbot,
        lambda: f"{MANY} people" in words_seen(screen).replace("\u2068", "").replace("\u2069", ""),
    )


def test_typing_finds_at_once_and_clearing_gives_all_back(
    desk: Desk, store: Store, user: UUID, qtbot: QtBot
) -> None:
    for number in range(4):
        add_person(store, user, number)
    screen = shown(qtbot, desk)
    assert len(names(screen)) == 4
    qtbot.keyClicks(screen.search, "diall")
    assert names(screen) == ["Aïssatou Diallo"]
    qtbot.keyClick(screen.search, Qt.Key.Key_Escape)
    assert len(names(screen)) == 4


def test_enter_opens_the_first_found(desk: Desk, store: Store, user: UUID, qtbot: QtBot) -> None:
    person = add_person(store, user, 1)
    add_person(store, user, 0)
    screen = shown(qtbot, desk)
    qtbot.keyClicks(screen.search, "diallo")
    with qtbot.waitSignal(desk.screen_asked) as asked:
        qtbot.keyClick(screen.search, Qt.Key.Key_Return)
    assert asked.args == ["person", {"person": person, "section": "overview"}]


def test_arrows_go_into_the_list_and_enter_opens(
    desk: Desk, store: Store, user: UUID, qtbot: QtBot
) -> None:
    first = add_person(store, user, 0)
    add_person(store, user, 1)
    screen = shown(qtbot, desk)
    qtbot.keyClick(screen.search, Qt.Key.Key_Down)
    assert QApplication.focusWidget() is screen.table
    qtbot.keyClick(screen.table, Qt.Key.Key_Down)
    with qtbot.waitSignal(desk.screen_asked) as asked:
        qtbot.keyClick(screen.table, Qt.Key.Key_Return)
    assert asked.args[1]["person"] == first


def test_a_double_click_opens(desk: Desk, store: Store, user: UUID, qtbot: QtBot) -> None:
    person = add_person(store, user, 0)
    screen = shown(qtbot, desk)
    place = screen.table.visualRect(screen.model.index(0, 0)).center()
    viewport = screen.table.viewport()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(desk.screen_asked) as asked:
        qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=place)
    assert asked.args[1]["person"] == person


def test_an_empty_list_offers_the_first_step(desk: Desk, qtbot: QtBot) -> None:
    screen = shown(qtbot, desk)
    assert "Nobody is on file yet" in words_seen(screen)
    stack = screen.findChild(QStackedWidget)
    assert stack is not None
    assert stack.currentIndex() == 1


def test_a_new_person_appears_by_itself(desk: Desk, store: Store, user: UUID, qtbot: QtBot) -> None:
    screen = shown(qtbot, desk)
    add_person(store, user, 0)
    until(qtbot, lambda: names(screen) == ["Moussa Koné"])


def test_a_row_is_read_aloud_as_a_sentence(
    desk: Desk, store: Store, user: UUID, qtbot: QtBot
) -> None:
    add_person(store, user, 0)
    screen = shown(qtbot, desk)
    index = screen.model.index(0, 0)
    said = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert said.startswith("Moussa Koné, موسى كوني, ")
    assert "case MA-RAB" in said
    assert index.data(ROW_ROLE).name == "Moussa Koné"


def test_narrow_tables_keep_the_columns_that_matter(
    desk: Desk, store: Store, user: UUID, qtbot: QtBot
) -> None:
    add_person(store, user, 0)
    screen = shown(qtbot, desk)
    assert not any(screen.table.isColumnHidden(n) for n in range(8))
    screen.resize(820, 600)
    until(qtbot, lambda: screen.table.isColumnHidden(7))
    assert not screen.table.isColumnHidden(0)
    assert not screen.table.isColumnHidden(5)
