"""The calendar of the office and group sessions, with the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.casework.cases import open_case
from app.casework.group_sessions import participants_of, record_group_session
from app.casework.sessions import record_session, schedule, sessions_of
from app.casework.training import create_group, enrol
from app.i18n import in_language
from app.models.appointments import Appointment
from app.models.cases import Case
from app.models.drafts import drafts_of
from app.models.ids import named_id
from app.models.sessions import CounsellingSession, GroupSession
from app.models.users import User
from app.ui.desk import Desk
from app.ui.screens.group_session_form import GroupSessionForm
from app.ui.screens.sessions_calendar import SessionsScreen
from app.ui.screens.today import resume
from tests.ui.work import Keyboard, add_person, show

CONTROL = Qt.KeyboardModifier.ControlModifier
# Today is Sunday 22 November 2026.
MONDAY = date(2026, 11, 16)


@pytest.fixture
def people(desk: Desk) -> list[UUID]:
    """Three people with an open case."""
    made = [add_person(desk.store, desk.user, name) for name in ("Awa", "Binta", "Cheikh")]
    with desk.store.write(desk.user) as db:
        for person in made:
            open_case(db, person, "AVRR-FROM")
    return made


def _open(qtbot: QtBot, desk: Desk, **arguments: Any) -> tuple[SessionsScreen, Keyboard]:
    screen = SessionsScreen(desk)
    keyboard = show(qtbot, screen, 1366, 768)
    screen.arrive(**arguments)
    return screen, keyboard


def _shown(screen: SessionsScreen) -> list[tuple[str, str]]:
    return [(e.engagement.what, e.engagement.title) for e in screen.view.entries]


def _cases(desk: Desk) -> list[UUID]:
    with desk.store.read() as db:
        return list(db.scalars(select(Case.id).order_by(Case.created_at)))


# -- the calendar ------------------------------------------------------------------------------


def test_the_week_shows_what_is_met_expected_and_taught(
    qtbot: QtBot, desk: Desk, people: list[UUID]
) -> None:
    with desk.store.write(desk.user) as db:
        schedule(db, people[0], at="2026-11-17T10:30", purpose="counselling")
        record_session(
            db, _cases(desk)[1], session_kind="return", language="fr", held_on=date(2026, 11, 18)
        )
        record_group_session(
            db, _cases(desk), session_kind="information", language="fr", held_on=date(2026, 11, 19)
        )
        create_group(
            db, name="Group A", starts=MONDAY, curriculum=named_id("curriculum", "HYGIENE-HEALTH")
        )
    screen, _keyboard = _open(qtbot, desk)
    assert _shown(screen) == [
        ("training", "Group A"),
        ("training", "Group A"),
        ("appointment", "Awa"),
        ("session", "Binta"),
        ("group_session", "Information"),
    ]


def test_a_session_in_a_group_stands_once_in_the_calendar(
    qtbot: QtBot, desk: Desk, people: list[UUID]
) -> None:
    with desk.store.write(desk.user) as db:
        record_group_session(
            db, _cases(desk), session_kind="information", language="fr", held_on=MONDAY
        )
    screen, _keyboard = _open(qtbot, desk)
    assert [entry.engagement.detail.count("3") for entry in screen.view.entries] == [1]


def test_what_is_somebody_elses_is_shown_for_the_whole_office(
    qtbot: QtBot, desk: Desk, people: list[UUID]
) -> None:
    with desk.store.write(desk.user) as db:
        other = User(login="karim", roles=frozenset({"counsellor"}), office=desk.store.office)
        db.add(other)
        db.flush()
        schedule(db, people[0], at="2026-11-17T10:30", purpose="counselling", counsellor=other.id)
    screen, _keyboard = _open(qtbot, desk)
    assert _shown(screen) == []
    screen.office_button.click()
    assert _shown(screen) == [("appointment", "Awa")]


def test_arrows_turn_the_weeks_and_t_comes_back(
    qtbot: QtBot, desk: Desk, people: list[UUID]
) -> None:
    screen, keyboard = _open(qtbot, desk)
    keyboard.press(Qt.Key.Key_Right)
    assert screen.days[0] == date(2026, 11, 23)
    keyboard.press(Qt.Key.Key_Left, times=2)
    assert screen.days[0] == date(2026, 11, 9)
    keyboard.press("t")
    assert screen.days[0] == MONDAY


@pytest.fixture
def in_arabic() -> Iterator[None]:
    with in_language("ar"):
        yield


def test_arrows_turn_with_the_page_in_arabic(qtbot: QtBot, desk: Desk, in_arabic: None) -> None:
    screen, keyboard = _open(qtbot, desk)
    keyboard.press(Qt.Key.Key_Left)
    assert screen.days[0] == date(2026, 11, 23)


def test_up_and_down_walk_the_entries_and_enter_opens(
    qtbot: QtBot, desk: Desk, people: list[UUID]
) -> None:
    with desk.store.write(desk.user) as db:
        for number, person in enumerate(people):
            schedule(db, person, at=f"2026-11-1{7 + number}T10:30", purpose="counselling")
    screen, keyboard = _open(qtbot, desk, day=MONDAY)
    keyboard.press(Qt.Key.Key_Down, times=2)
    keyboard.press(Qt.Key.Key_Up)
    with qtbot.waitSignal(desk.screen_asked) as asked:
        keyboard.press(Qt.Key.Key_Return)
    assert asked.args[1]["person"] == people[1]
    assert screen.view.at is not None


def test_a_day_alone_is_turned_by_days(qtbot: QtBot, desk: Desk, people: list[UUID]) -> None:
    screen, keyboard = _open(qtbot, desk)
    screen.day_button.click()
    screen.view.focus_first()
    keyboard.press(Qt.Key.Key_Left)
    assert screen.days == [date(2026, 11, 21)]


def test_an_entry_is_read_as_a_sentence(qtbot: QtBot, desk: Desk, people: list[UUID]) -> None:
    with desk.store.write(desk.user) as db:
        schedule(db, people[0], at="2026-11-17T10:30", purpose="counselling", place="Rabat")
    screen, _keyboard = _open(qtbot, desk)
    said = screen.view.entries[0].accessibleName()
    for word in ("Tuesday", "Appointment", "10:30", "Awa", "Counselling", "Rabat"):
        assert word in said


# -- appointments ------------------------------------------------------------------------------


def test_n_makes_an_appointment(qtbot: QtBot, desk: Desk, people: list[UUID]) -> None:
    _screen, keyboard = _open(qtbot, desk)
    keyboard.press("n")
    keyboard.text("Binta")
    keyboard.press(Qt.Key.Key_Return)
    keyboard.press("s", CONTROL)
    with desk.store.read() as db:
        made = db.scalars(select(Appointment)).one()
    assert (made.person, made.at, made.state) == (people[1], "2026-11-22T09:00", "planned")


def test_the_key_of_n_on_an_arabic_keyboard_makes_an_appointment(
    qtbot: QtBot, desk: Desk, people: list[UUID]
) -> None:
    screen, keyboard = _open(qtbot, desk)
    keyboard.text("ى")
    assert screen.search.line.isVisible()


# -- group sessions ----------------------------------------------------------------------------


def _group_form(screen: SessionsScreen) -> GroupSessionForm:
    assert screen._form is not None
    form = screen._form.form
    assert isinstance(form, GroupSessionForm)
    return form


def test_a_group_session_is_recorded_with_keys(
    qtbot: QtBot, desk: Desk, people: list[UUID]
) -> None:
    screen, keyboard = _open(qtbot, desk)
    keyboard.press("g")
    for name in ("Awa", "Cheikh"):
        keyboard.text(name)
        keyboard.press(Qt.Key.Key_Return)
    form = _group_form(screen)
    form.questions["language"].focus()
    keyboard.text("French")
    form.questions["topics"].focus()
    keyboard.press("1")
    keyboard.press("s", CONTROL)
    with desk.store.read() as db:
        held = db.scalars(select(GroupSession)).one()
        on_files = {s.root for s in participants_of(db, held.id)}
        assert on_files == {people[0], people[2]}
        assert len(sessions_of(db, people[0])[0].topics or ()) == 1
        assert sessions_of(db, people[1]) == []
    assert _shown(screen) == [("group_session", "Information")]


def test_everybody_of_a_training_group_takes_part(
    qtbot: QtBot, desk: Desk, people: list[UUID]
) -> None:
    without_case = add_person(desk.store, desk.user, "Djibril")
    with desk.store.write(desk.user) as db:
        group = create_group(
            db, name="Group A", starts=MONDAY, curriculum=named_id("curriculum", "LIFE-SKILLS")
        ).id
        for person in (*people[:2], without_case):
            enrol(db, group, person)
    screen, keyboard = _open(qtbot, desk)
    keyboard.press("g")
    form = _group_form(screen)
    form.people.add_group(group)
    assert list(form.people.cases.values()) == ["Awa", "Binta"]
    form.questions["language"].focus()
    keyboard.text("French")
    keyboard.press("s", CONTROL)
    with desk.store.read() as db:
        held = db.scalars(select(GroupSession)).one()
        assert held.training_group == group
        assert len(participants_of(db, held.id)) == 2


def test_nobody_chosen_is_said_at_the_search(qtbot: QtBot, desk: Desk, people: list[UUID]) -> None:
    screen, keyboard = _open(qtbot, desk)
    keyboard.press("g")
    form = _group_form(screen)
    form.questions["language"].focus()
    keyboard.text("French")
    keyboard.press("s", CONTROL)
    assert form.people._refusal.text() == "Choose who took part."
    assert form.people.search.line.hasFocus()


def test_participants_begun_wait_as_a_draft(qtbot: QtBot, desk: Desk, people: list[UUID]) -> None:
    first, keyboard = _open(qtbot, desk)
    keyboard.press("g")
    keyboard.text("Binta")
    keyboard.press(Qt.Key.Key_Return)
    first.leave()
    again, _keyboard = _open(qtbot, desk)
    assert list(_group_form(again).people.cases.values()) == ["Binta"]


def test_a_correction_reaches_every_file(qtbot: QtBot, desk: Desk, people: list[UUID]) -> None:
    with desk.store.write(desk.user) as db:
        held = record_group_session(
            db, _cases(desk)[:2], session_kind="information", language="fr", minutes=60
        ).id
    screen, keyboard = _open(qtbot, desk, about=held)
    form = _group_form(screen)
    form.people.add(people[2])
    form.questions["minutes"].focus()
    keyboard.press("a", CONTROL)
    keyboard.text("90")
    keyboard.press("s", CONTROL)
    with desk.store.read() as db:
        sessions = participants_of(db, held)
        assert {s.root for s in sessions} == set(people)
        assert {s.minutes for s in sessions} == {90}


def test_somebody_taken_out_loses_the_record(qtbot: QtBot, desk: Desk, people: list[UUID]) -> None:
    with desk.store.write(desk.user) as db:
        held = record_group_session(db, _cases(desk), session_kind="information", language="fr").id
    screen, keyboard = _open(qtbot, desk, about=held)
    form = _group_form(screen)
    form.people._remove(str(_cases(desk)[0]))
    keyboard.press("s", CONTROL)
    with desk.store.read() as db:
        assert {s.root for s in participants_of(db, held)} == set(people[1:])
        assert len(db.scalars(select(CounsellingSession)).all()) == 3


def test_a_correction_begun_is_taken_up(qtbot: QtBot, desk: Desk, people: list[UUID]) -> None:
    with desk.store.write(desk.user) as db:
        held = record_group_session(db, _cases(desk), session_kind="information", language="fr").id
    first, keyboard = _open(qtbot, desk, about=held)
    _group_form(first).questions["place"].focus()
    keyboard.text("Sale")
    first.leave()
    (draft,) = drafts_of(desk.store, desk.user)
    again, _keyboard = _open(qtbot, desk)
    desk.screen_asked.connect(lambda _name, arguments: again.arrive(**arguments))
    resume(desk, draft)
    assert _group_form(again).answers()["place"] == "Sale"


def test_an_intake_partner_has_no_calendar() -> None:
    import app.ui.screens.all  # noqa: F401  every screen registers itself
    from app.ui.screen import screens

    assert not screens()["sessions"].is_for(frozenset({"intake_partner"}))
