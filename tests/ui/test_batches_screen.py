"""The Batches screen: files made and read for real, with a real headquarters and a colleague."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QMenu, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from app.casework.users import add_user
from app.hq.base import Headquarters
from app.hq.files import read_file as read_at_headquarters
from app.hq.files import receipt_path
from app.models.store import Store
from app.sync.batches import batches
from app.sync.colleagues import colleagues_of
from app.sync.peers import keep_said
from app.sync.status import sync_status
from app.sync.visits import visits_of
from app.ui.desk import Desk
from app.ui.preferences import Preferences
from app.ui.screen import rail_screens
from app.ui.screens.batches import BatchesScreen
from app.ui.theme import LIGHT
from tests.conftest import PASSPHRASE, Founder
from tests.sync.running import enrolled, headquarters, serving, synced
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


@pytest.fixture
def screen(qtbot: QtBot, desk: Desk, store: Store, hq: Headquarters) -> BatchesScreen:
    """The screen of an enrolled copy, its weeks read."""
    with serving(hq) as url:
        enrolled(store, hq, url)
    made = shown(qtbot, desk)
    until(qtbot, lambda: made.week_chosen() is not None)
    return made


def shown(qtbot: QtBot, desk: Desk) -> BatchesScreen:
    screen = BatchesScreen(desk)
    qtbot.addWidget(screen)
    screen.resize(1000, 700)
    with qtbot.waitExposed(screen):
        screen.show()
    screen.activateWindow()
    screen.arrive()
    return screen


def plain(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


def ended(qtbot: QtBot, screen: BatchesScreen) -> list[str]:
    """Wait for a file to be made or read; gives what is said of it."""
    until(qtbot, lambda: bool(screen.result.sentences))
    until(qtbot, screen.export.isEnabled)
    return [plain(sentence) for sentence in screen.result.sentences]


def this_week(screen: BatchesScreen) -> str:
    line = screen.week_chosen()
    assert line is not None
    return line.week.name


def test_before_enrolling_it_leads_to_headquarters(desk: Desk, qtbot: QtBot) -> None:
    screen = shown(qtbot, desk)
    assert not screen.export.isVisible()
    with qtbot.waitSignal(desk.screen_asked) as asked:
        press(qtbot, screen.connect_first)
    assert asked.args[0] == "sync"


def test_the_last_quarter_is_listed_with_what_was_done(
    screen: BatchesScreen, store: Store, user: UUID, qtbot: QtBot
) -> None:
    add_person(store, user)
    model = screen.table.model()
    waiting = str(sync_status(store).waiting)
    until(qtbot, lambda: model.index(0, 2).data() == waiting)
    assert model.rowCount() == 13
    assert "no batch yet" in model.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole)


def test_a_batch_goes_to_headquarters_and_its_receipt_comes_back(
    screen: BatchesScreen, store: Store, hq: Headquarters, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "stick" / "week.sanad"
    path.parent.mkdir()
    screen.export_week(this_week(screen), path)
    said = ended(qtbot, screen)
    assert said[0].startswith(f"{path} is written and sealed: ")
    assert any("is not over" in sentence for sentence in said)
    totals = screen.result.findChild(QTableView)
    assert totals is not None
    assert totals.model().rowCount() > 0
    until(qtbot, lambda: "not back yet" in screen.table.model().index(0, 4).data())
    receipt = receipt_path(path)
    read_at_headquarters(hq, path, receipt)
    screen.result.hide()
    screen.read_from(receipt)
    assert "Headquarters has confirmed" in ended(qtbot, screen)[0]
    until(qtbot, lambda: "read" in screen.table.model().index(0, 4).data())
    assert sync_status(store).waiting == 0
    assert visits_of(store)[0].way == "file"


def test_a_week_exported_again_is_told_before_and_takes_the_next_number(
    screen: BatchesScreen, store: Store, tmp_path: Path, qtbot: QtBot
) -> None:
    screen.export_week(this_week(screen), tmp_path / "first.sanad")
    ended(qtbot, screen)
    until(qtbot, lambda: (line := screen.week_chosen()) is not None and bool(line.batches))
    screen.ask_export()
    until(qtbot, lambda: bool(screen.window().findChildren(QDialog)))
    [question] = screen.window().findChildren(QDialog)
    assert "will be number 2" in plain(words_seen(question))
    question.reject()
    screen.result.hide()
    screen.export_week(this_week(screen), tmp_path / "second.sanad")
    assert any("this is number 2" in sentence for sentence in ended(qtbot, screen))
    assert [one.number for one in batches(store)] == [2, 1]


def test_where_the_file_goes_is_asked_with_a_name_that_says_the_week(
    screen: BatchesScreen, qtbot: QtBot
) -> None:
    qtbot.keyClick(screen.export, Qt.Key.Key_Space)
    until(qtbot, lambda: bool(screen.window().findChildren(QFileDialog)))
    [dialog] = screen.window().findChildren(QFileDialog)
    assert Path(dialog.selectedFiles()[0]).name == f"RAB-{this_week(screen)}.sanad"
    dialog.reject()


def test_a_file_that_is_none_is_told_and_changes_nothing(
    screen: BatchesScreen, store: Store, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "letter.sanad"
    path.write_bytes(b"Dear Sir or Madam")
    position = store.position()
    screen.read_from(path)
    assert ended(qtbot, screen)
    assert store.position() == position
    assert visits_of(store) == []


def test_a_file_dropped_on_the_page_is_read(
    screen: BatchesScreen, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "dropped.sanad"
    path.write_bytes(b"not one")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    place, action = QPointF(10, 10), Qt.DropAction.CopyAction
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(place.toPoint(), action, data, button, keys)
    screen.dragEnterEvent(entering)
    assert entering.isAccepted()
    screen.dropEvent(QDropEvent(place, action, data, button, keys))
    assert ended(qtbot, screen)


def test_what_is_given_to_a_colleague_is_read_there(
    qtbot: QtBot, desk: Desk, store: Store, user: UUID, found: Founder, hq: Headquarters,
    tmp_path: Path,
) -> None:  # fmt: skip
    other, colleague = found("other", login="karim")
    with serving(hq) as url:
        enrolled(store, hq, url)
        enrolled(other, hq, url)
        for one in (store, other):
            synced(one)
        synced(store)
    add_person(store, user)
    screen = shown(qtbot, desk)
    until(qtbot, lambda: screen.week_chosen() is not None)
    [peer] = colleagues_of(store)
    path = tmp_path / "gift.sanad"
    screen.give_to(peer, path)
    assert any("open Batches and read this file" in one for one in ended(qtbot, screen))
    there = Desk(other, colleague, Preferences(), LIGHT)
    reading = shown(qtbot, there)
    reading.read_from(path)
    assert "were new here" in ended(qtbot, reading)[0]
    there.close()
    assert visits_of(other)[0].received > 0


def test_colleagues_are_offered_by_name(
    qtbot: QtBot, desk: Desk, store: Store, found: Founder, hq: Headquarters
) -> None:
    other, _colleague = found("other", login="karim")
    with serving(hq) as url:
        enrolled(store, hq, url)
        enrolled(other, hq, url)
        synced(store)
    screen = shown(qtbot, desk)
    press(qtbot, screen.give)
    menu = screen.give.findChild(QMenu)
    assert menu is not None
    assert [action.text() for action in menu.actions()] == ["a laptop"]
    menu.close()


def test_all_there_is_is_offered_for_who_has_said_what_it_holds(
    qtbot: QtBot, desk: Desk, store: Store, found: Founder, hq: Headquarters
) -> None:
    other, _colleague = found("other", login="karim")
    with serving(hq) as url:
        enrolled(store, hq, url)
        enrolled(other, hq, url)
        synced(store)
    with store.control() as connection:
        keep_said(store, connection, other.device.bytes, {}, [])
    screen = shown(qtbot, desk)
    press(qtbot, screen.give)
    menu = screen.give.findChild(QMenu)
    assert menu is not None
    assert menu.actions()[1].text().startswith("All there is, for ")
    menu.close()


def test_without_colleagues_it_says_how_to_know_them(screen: BatchesScreen, qtbot: QtBot) -> None:
    press(qtbot, screen.give)
    assert "knows no other computer" in screen.result.sentences[0]


def test_every_button_has_a_name_and_stands_in_reading_order(screen: BatchesScreen) -> None:
    buttons = [b for b in screen.findChildren(QPushButton) if b.isVisible()]
    assert [b.objectName() for b in buttons] == ["export-week", "give-file", "read-file"]
    assert all(b.accessibleName() or b.text() for b in buttons)
    assert screen.export.nextInFocusChain() is screen.give


def test_only_supervisors_and_administrators_have_it(store: Store, user: UUID) -> None:
    add_user(store, user, login="zineb", passphrase=PASSPHRASE, role="counsellor")
    names = {role: [s.name for s in rail_screens(frozenset({role}))] for role in
             ("counsellor", "finance", "supervisor", "admin")}  # fmt: skip
    assert [role for role, shown_to in names.items() if "batches" in shown_to] == [
        "supervisor",
        "admin",
    ]
