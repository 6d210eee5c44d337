"""The sealed box in a person's file: written by anybody, opened by protection officers only."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.casework.protection import seal, views_of
from app.casework.timeline import timeline
from app.models.drafts import drafts_of
from app.models.protection import ProtectionRecord
from app.ui.desk import Desk
from app.ui.screens.person import PersonScreen
from tests.casework.returning import Returning
from tests.conftest import PASSPHRASE
from tests.ui.full_file import add_officer
from tests.ui.work import Keyboard, make_desk, show, until

CONTROL = Qt.KeyboardModifier.ControlModifier
SECRET = "Her passport is kept by the landlord"


@pytest.fixture
def one(desk: Desk) -> Returning:
    """Somebody whose case is a draft, in an office with a protection officer."""
    made = Returning(desk.store, desk.user)
    add_officer(desk.store, desk.user)
    return made


@pytest.fixture
def officers_desk(desk: Desk, one: Returning) -> Iterator[Desk]:
    """The desk of the protection officer, who has unlocked the store."""
    officer, _key = desk.store.admit("noor", PASSPHRASE)
    theirs = make_desk(desk.store, officer)
    yield theirs
    theirs.close()


def _open(qtbot: QtBot, desk: Desk, person: UUID) -> tuple[PersonScreen, Keyboard]:
    screen = PersonScreen(desk)
    keyboard = show(qtbot, screen, 1366, 768)
    screen.arrive(person=person)
    until(qtbot, lambda: not any(section.is_behind for section in screen.sections.values()))
    return screen, keyboard


def _words(widget: QWidget) -> str:
    shown = [label for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]
    return "\n".join(label.text() for label in shown)


def _press(qtbot: QtBot, within: QWidget, text: str) -> None:
    def shown() -> list[QPushButton]:
        return [b for b in within.findChildren(QPushButton) if b.text() == text and b.isVisible()]

    until(qtbot, lambda: bool(shown()))
    shown()[0].setFocus()
    qtbot.keyClick(shown()[0], Qt.Key.Key_Space)


def _write(qtbot: QtBot, screen: PersonScreen, keyboard: Keyboard) -> None:
    _press(qtbot, screen.protection, "Put something in the sealed box")
    keyboard.press(Qt.Key.Key_Space)  # the first concern
    assert screen.protection.sealing is not None
    screen.protection.sealing.form.questions["note"].focus()
    keyboard.text(SECRET)


def _sealed(desk: Desk, person: UUID) -> UUID:
    return seal(desk.store, desk.user, person, {"concern": ["vot"], "note": SECRET})


def test_anybody_puts_something_in_and_reads_nothing(
    qtbot: QtBot, desk: Desk, one: Returning
) -> None:
    screen, keyboard = _open(qtbot, desk, one.person)
    _write(qtbot, screen, keyboard)
    keyboard.press("s", CONTROL)
    with desk.store.read() as db:
        assert len(db.scalars(select(ProtectionRecord)).all()) == 1
    assert screen.protection.sealing is None
    assert "Open" not in [b.text() for b in screen.protection.findChildren(QPushButton)]
    assert SECRET not in _words(screen)


def test_what_is_being_written_is_in_no_draft(qtbot: QtBot, desk: Desk, one: Returning) -> None:
    screen, keyboard = _open(qtbot, desk, one.person)
    _write(qtbot, screen, keyboard)
    assert "kept only once it is saved" in _words(screen.protection)
    screen.leave()
    assert drafts_of(desk.store, desk.user) == []


def test_escape_takes_nothing_away_that_is_written(
    qtbot: QtBot, desk: Desk, one: Returning
) -> None:
    screen, keyboard = _open(qtbot, desk, one.person)
    _write(qtbot, screen, keyboard)
    keyboard.press(Qt.Key.Key_Escape)
    assert screen.protection.sealing is not None
    assert screen.protection.sealing.form.answers()["note"] == SECRET


def test_nothing_sealed_shows_on_the_timeline_or_in_the_history(
    qtbot: QtBot, desk: Desk, one: Returning
) -> None:
    with desk.store.read() as db:
        before = [happening.title for happening in timeline(db, one.person)]
    _sealed(desk, one.person)
    with desk.store.read() as db:
        assert [happening.title for happening in timeline(db, one.person)] == before
    screen, _keyboard = _open(qtbot, desk, one.person)
    until(qtbot, lambda: "Given names" in _words(screen.history))
    assert "Protection record" not in _words(screen.history)
    assert SECRET not in _words(screen)


def test_an_officer_opens_it_and_the_view_is_noted(
    qtbot: QtBot, desk: Desk, one: Returning, officers_desk: Desk
) -> None:
    record = _sealed(desk, one.person)
    screen, _keyboard = _open(qtbot, officers_desk, one.person)
    assert SECRET not in _words(screen)
    _press(qtbot, screen.protection, "Open")
    until(qtbot, lambda: SECRET in _words(screen.protection))
    with desk.store.read() as db:
        assert [view.user for view in views_of(db, record)] == [officers_desk.user]
    screen.leave()


def test_what_is_open_is_closed_when_the_file_is_left(
    qtbot: QtBot, desk: Desk, one: Returning, officers_desk: Desk
) -> None:
    _sealed(desk, one.person)
    screen, _keyboard = _open(qtbot, officers_desk, one.person)
    _press(qtbot, screen.protection, "Open")
    until(qtbot, lambda: SECRET in _words(screen.protection))
    screen.leave()
    assert SECRET not in _words(screen)


def test_an_officer_changes_what_is_sealed(
    qtbot: QtBot, desk: Desk, one: Returning, officers_desk: Desk
) -> None:
    _sealed(desk, one.person)
    screen, keyboard = _open(qtbot, officers_desk, one.person)
    _press(qtbot, screen.protection, "Open")
    _press(qtbot, screen.protection, "Change what is sealed")
    assert screen.protection.sealing is not None
    screen.protection.sealing.form.questions["actions"].focus()
    keyboard.text("Shelter found")
    keyboard.press("s", CONTROL)
    until(qtbot, lambda: SECRET not in _words(screen))  # what was open is of the past
    _press(qtbot, screen.protection, "Open")
    until(qtbot, lambda: "Shelter found" in _words(screen.protection))
    assert SECRET in _words(screen.protection)
    screen.leave()


def test_what_is_missing_for_a_childs_return_is_said(
    qtbot: QtBot, desk: Desk, one: Returning, officers_desk: Desk
) -> None:
    _sealed(desk, one.person)
    screen, _keyboard = _open(qtbot, officers_desk, one.person)
    _press(qtbot, screen.protection, "Open")
    with qtbot.waitSignal(officers_desk.said) as said:
        _press(qtbot, screen.protection, "Let the child's return go on")
    assert "guardian" in said.args[0]
    screen.leave()


def test_an_officer_releases_a_case_from_hold_in_the_head(
    qtbot: QtBot, desk: Desk, one: Returning, officers_desk: Desk
) -> None:
    one.reach("protection_hold")
    screen, keyboard = _open(qtbot, officers_desk, one.person)
    assert screen.header.primary is not None
    assert screen.header.primary.text() == "Release from hold"
    keyboard.press(Qt.Key.Key_Return, CONTROL)
    until(qtbot, lambda: screen.header.primary.text() == "Go on to: Counselling")  # type: ignore[union-attr]
    keyboard.press(Qt.Key.Key_Return, CONTROL)
    assert one.state() == "counselling"
    screen.leave()
