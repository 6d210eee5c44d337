"""Training groups and the roll call, with the keyboard."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.casework.training import create_group, enrol, mark, members
from app.casework.training_calendar import add_half_day, sessions_in
from app.casework.verbs import verb_named
from app.models.drafts import drafts_of
from app.models.training import Attendance, Certificate, Curriculum, Enrolment, TrainingGroup
from app.ui.desk import Desk
from app.ui.screens.roll_call import RollCallView
from app.ui.screens.today import resume
from app.ui.screens.training import TrainingScreen
from app.ui.screens.training_file import read_group
from tests.ui.work import Keyboard, add_person, show, until

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
# Begun on Monday 16 November 2026; today is Sunday 22.
MONDAY = date(2026, 11, 16)
HALF_DAYS = [
    (date(2026, 11, 16), "am"), (date(2026, 11, 16), "pm"), (date(2026, 11, 17), "am"),
    (date(2026, 11, 17), "pm"), (date(2026, 11, 18), "am"),
]  # fmt: skip
NAMES = (
    "Abdoulaye", "Aïssatou", "Awa", "Bakary", "Binta", "Cheikh", "Djibril", "Élise", "Fatou",
    "Grâce", "Hawa", "Ibrahim", "Jean", "Kadiatou", "Lamine", "Mamadou", "Ndeye", "Oumar",
    "Penda", "Rokhaya", "Salif", "Tidiane", "Umu", "Yaya", "Zeinab",
)  # fmt: skip


@pytest.fixture
def group(desk: Desk) -> UUID:
    with desk.store.write(desk.user) as db:
        curriculum = db.scalars(select(Curriculum).where(Curriculum.code == "BUSINESS-IDEA")).one()
        return create_group(
            db, name="Group A", curriculum=curriculum.id, starts=MONDAY, capacity=30
        ).id


def _fill(desk: Desk, group: UUID, names: tuple[str, ...] = NAMES) -> list[UUID]:
    people = [add_person(desk.store, desk.user, name) for name in names]
    with desk.store.write(desk.user) as db:
        return [enrol(db, group, person).id for person in people]


def _open(qtbot: QtBot, desk: Desk, group: UUID) -> tuple[TrainingScreen, Keyboard]:
    screen = TrainingScreen(desk)
    keyboard = show(qtbot, screen, 1366, 768)
    screen.arrive(group=group)
    return screen, keyboard


def _marks(desk: Desk) -> list[Attendance]:
    with desk.store.read() as db:
        return list(db.scalars(select(Attendance)))


def _plain(text: str) -> str:
    return re.sub("[\u2066-\u2069\u200e\u200f]", "", text)


def _row(view: RollCallView) -> int:
    return view.currentIndex().row()


def test_twenty_five_people_three_absent_take_at_most_thirty_keys(
    qtbot: QtBot, desk: Desk, group: UUID
) -> None:
    _fill(desk, group)
    _screen, keyboard = _open(qtbot, desk, group)
    keyboard.press(Qt.Key.Key_Space, CONTROL)
    for letters in ("fa", "ib", "yay"):
        for letter in letters:
            keyboard.press(letter)
        keyboard.press(Qt.Key.Key_Space)
    assert keyboard.keys <= 30
    marks = _marks(desk)
    assert len(marks) == 25
    assert {(m.held_on, m.half_day) for m in marks} == {(MONDAY, "am")}
    with desk.store.read() as db:
        absent = {m.enrolment for m in marks if m.mark == "absent"}
        names = [db.get_one(Enrolment, e).person for e in absent]
    assert len(names) == 3
    file = read_group(desk.store, group)
    assert file is not None
    assert {m.name for m in file.members if m.enrolment.id in absent} == {
        "Fatou",
        "Ibrahim",
        "Yaya",
    }


def test_space_turns_present_and_absent(qtbot: QtBot, desk: Desk, group: UUID) -> None:
    _fill(desk, group, ("Awa",))
    _screen, keyboard = _open(qtbot, desk, group)
    told = []
    for _time in range(3):
        keyboard.press(Qt.Key.Key_Space)
        told += [mark.mark for mark in _marks(desk)]
    assert told == ["present", "absent", "present"]


def test_each_mark_has_its_key_and_arrows_move(qtbot: QtBot, desk: Desk, group: UUID) -> None:
    _fill(desk, group, ("Awa",))
    _screen, keyboard = _open(qtbot, desk, group)
    for key in "PLEA":
        keyboard.press(key.lower())
        keyboard.press(Qt.Key.Key_Right)
    marks = {(m.held_on, m.half_day): m.mark for m in _marks(desk)}
    assert list(marks.values()) == ["present", "late", "excused", "absent"]
    assert len(marks) == 4


def test_a_letter_goes_to_a_name_and_shift_still_marks(
    qtbot: QtBot, desk: Desk, group: UUID
) -> None:
    _fill(desk, group, ("Awa", "Mamadou", "Mariama"))
    screen, keyboard = _open(qtbot, desk, group)
    keyboard.press("m")
    assert _row(screen.group_page.view) == 1
    keyboard.press("a")
    keyboard.press("r")
    assert _row(screen.group_page.view) == 2
    keyboard.press("L", SHIFT)
    (marked,) = _marks(desk)
    assert marked.mark == "late"


def test_a_slash_finds_names_beginning_with_a_mark_key(
    qtbot: QtBot, desk: Desk, group: UUID
) -> None:
    _fill(desk, group, ("Awa", "Lamine"))
    screen, keyboard = _open(qtbot, desk, group)
    keyboard.press("/")
    keyboard.press("l")
    assert _row(screen.group_page.view) == 1
    assert _marks(desk) == []


def test_a_day_to_come_cannot_be_marked(qtbot: QtBot, desk: Desk) -> None:
    with desk.store.write(desk.user) as db:
        curriculum = db.scalars(select(Curriculum)).first()
        assert curriculum is not None
        group = create_group(db, name="Next", curriculum=curriculum.id, starts=date(2026, 12, 7)).id
    _fill(desk, group, ("Awa",))
    screen, keyboard = _open(qtbot, desk, group)
    screen.group_page.view.selectionModel().setCurrentIndex(
        screen.group_page.model.index(0, 0), QItemSelectionModel.SelectionFlag.NoUpdate
    )
    keyboard.press(Qt.Key.Key_Space)
    keyboard.press(Qt.Key.Key_Space, CONTROL)
    assert _marks(desk) == []


def test_completing_follows_the_rule_and_says_why_not(
    qtbot: QtBot, desk: Desk, group: UUID
) -> None:
    enrolment, _other = _fill(desk, group, ("Awa", "Fatou"))
    with desk.store.write(desk.user) as db:
        for day, half_day in (
            (date(2026, 11, 16), "am"), (date(2026, 11, 16), "pm"), (date(2026, 11, 17), "am"),
        ):  # fmt: skip
            mark(db, enrolment, day, half_day, "present")
    screen, keyboard = _open(qtbot, desk, group)
    page = screen.group_page
    page.view.go(0, 3)
    assert not page.bar.complete_button.isEnabled()
    assert "9 of 15 hours; completing takes 12" in _plain(page.bar.reason)
    keyboard.press(Qt.Key.Key_Space)
    assert "not written yet" in page.bar.reason
    page.view.go(0, 5)
    _type_score(qtbot, screen, keyboard, "80")
    page.view.go(0, 5)
    assert page.bar.complete_button.isEnabled()
    page.bar.complete_button.click()
    with desk.store.read() as db:
        assert db.get_one(Enrolment, enrolment).state == "completed"
    assert not page.bar.complete_button.isEnabled()


def test_people_are_added_by_searching(qtbot: QtBot, desk: Desk, group: UUID) -> None:
    person = add_person(desk.store, desk.user, "محمدو", "باه")
    screen, keyboard = _open(qtbot, desk, group)
    assert screen.group_page.search.isVisible()  # nobody is there yet: the first step is offered
    keyboard.text("Mamadou")
    keyboard.press(Qt.Key.Key_Return)
    with desk.store.read() as db:
        assert [enrolment.person for enrolment in members(db, group)] == [person]


def test_the_same_person_twice_is_explained(qtbot: QtBot, desk: Desk, group: UUID) -> None:
    _fill(desk, group, ("Awa",))
    screen, keyboard = _open(qtbot, desk, group)
    screen.group_page.add.click()
    keyboard.text("Awa")
    with qtbot.waitSignal(desk.said) as said:
        keyboard.press(Qt.Key.Key_Return)
    assert "already enrolled" in said.args[0]


def test_a_group_is_planned_with_a_curriculum_of_the_office(qtbot: QtBot, desk: Desk) -> None:
    screen = TrainingScreen(desk)
    keyboard = show(qtbot, screen, 1366, 768)
    screen.arrive()
    keyboard.press(Qt.Key.Key_Space)
    keyboard.text("Group B")
    keyboard.tab()
    with desk.store.read() as db:
        curriculum = db.scalars(select(Curriculum).order_by(Curriculum.code)).first()
        assert curriculum is not None
        name = curriculum.summary
    keyboard.text(name)
    keyboard.press("s", CONTROL)
    with desk.store.read() as db:
        made = db.scalars(select(TrainingGroup)).one()
    assert (made.name, made.curriculum) == ("Group B", curriculum.id)
    assert screen.group_page.isVisible()
    assert drafts_of(desk.store, desk.user) == []


def test_a_group_begun_waits_as_a_draft(qtbot: QtBot, desk: Desk) -> None:
    first = TrainingScreen(desk)
    keyboard = show(qtbot, first, 1366, 768)
    first.arrive()
    first.new.click()
    keyboard.text("Group B")
    first.leave()
    again = TrainingScreen(desk)
    show(qtbot, again, 1366, 768)
    again.arrive()
    form: Any = again._form
    assert form.form.answers()["name"] == "Group B"


def test_a_day_that_was_not_planned_can_be_marked(qtbot: QtBot, desk: Desk, group: UUID) -> None:
    _fill(desk, group, ("Awa",))
    screen, keyboard = _open(qtbot, desk, group)
    saturday = date(2026, 11, 21)
    screen.group_page.add_day(saturday)
    keyboard.press(Qt.Key.Key_Space)
    (marked,) = _marks(desk)
    assert marked.held_on == saturday


def test_scores_are_typed_down_the_column(qtbot: QtBot, desk: Desk, group: UUID) -> None:
    first, second, third = _fill(desk, group, ("Awa", "Fatou", "Hawa"))
    screen, keyboard = _open(qtbot, desk, group)
    screen.group_page.view.go(0, 5)
    for score in ("80", "75"):
        _type_score(qtbot, screen, keyboard, score)
    assert _row(screen.group_page.view) == 2
    assert _scores(desk, [first, second, third]) == [80, 75, None]


def test_a_score_is_taken_away(qtbot: QtBot, desk: Desk, group: UUID) -> None:
    (enrolment,) = _fill(desk, group, ("Awa",))
    with desk.store.write(desk.user) as db:
        db.get_one(Enrolment, enrolment).post_score = 80
    screen, keyboard = _open(qtbot, desk, group)
    screen.group_page.view.go(0, 5)
    keyboard.press(Qt.Key.Key_Delete)
    assert _scores(desk, [enrolment]) == [None]


def test_a_score_over_a_hundred_is_explained(qtbot: QtBot, desk: Desk, group: UUID) -> None:
    (enrolment,) = _fill(desk, group, ("Awa",))
    screen, keyboard = _open(qtbot, desk, group)
    screen.group_page.view.go(0, 5)
    with qtbot.waitSignal(desk.said) as said:
        _type_score(qtbot, screen, keyboard, "101")
    assert "100" in said.args[0]
    assert _scores(desk, [enrolment]) == [None]


def _type_score(qtbot: QtBot, screen: TrainingScreen, keyboard: Keyboard, score: str) -> None:
    for digit in score:
        keyboard.press(digit)
    keyboard.press(Qt.Key.Key_Return)
    # The line is taken once the key has been dealt with.
    view = screen.group_page.view
    until(qtbot, lambda: not view.findChildren(QLineEdit))


def _scores(desk: Desk, enrolments: list[UUID]) -> list[int | None]:
    with desk.store.read() as db:
        return [db.get_one(Enrolment, one).post_score for one in enrolments]


def test_one_button_gives_all_certificates(qtbot: QtBot, desk: Desk, group: UUID) -> None:
    places = _fill(desk, group, ("Awa", "Fatou", "Hawa"))
    with desk.store.write(desk.user) as db:
        for place in places[:2]:
            db.get_one(Enrolment, place).post_score = 90
            for at in HALF_DAYS:
                mark(db, place, *at, "present")
    screen, _keyboard = _open(qtbot, desk, group)
    bar = screen.group_page.bar
    assert _plain(bar.certify_button.text()) == "Give 2 certificates"
    bar.certify_button.click()
    with desk.store.read() as db:
        assert {c.enrolment for c in db.scalars(select(Certificate))} == set(places[:2])
    assert not bar.certify_button.isVisible()


def test_only_those_who_were_away_are_marked_for_a_make_up(
    qtbot: QtBot, desk: Desk, group: UUID
) -> None:
    came, away = _fill(desk, group, ("Awa", "Fatou"))
    with desk.store.write(desk.user) as db:
        mark(db, came, *HALF_DAYS[0], "present")
        mark(db, away, *HALF_DAYS[0], "absent")
        missed = sessions_in(db, group)[0].id
        add_half_day(
            db, group, {"held_on": "2026-11-20", "half_day": "am", "makes_up": str(missed)}
        )
    screen, keyboard = _open(qtbot, desk, group)
    screen.group_page.view.go(0, 5)
    keyboard.press(Qt.Key.Key_Space, CONTROL)
    made_up = [m.enrolment for m in _marks(desk) if m.held_on == date(2026, 11, 20)]
    assert made_up == [away]


def test_half_days_are_listed_and_corrected(qtbot: QtBot, desk: Desk, group: UUID) -> None:
    screen, keyboard = _open(qtbot, desk, group)
    page = screen.group_page
    page.days_button.click()
    assert page.days.model.rowCount() == 5
    keyboard.press(Qt.Key.Key_Return)
    form: Any = page.days._form
    form.form.questions["room"].focus()
    keyboard.text("Room 2")
    keyboard.press("s", CONTROL)
    with desk.store.read() as db:
        assert [s.room for s in sessions_in(db, group)] == ["Room 2", None, None, None, None]


def test_a_make_up_is_added_on_a_day(qtbot: QtBot, desk: Desk, group: UUID) -> None:
    screen, _keyboard = _open(qtbot, desk, group)
    page = screen.group_page
    page.days_button.click()
    missed = page.days.model.row(0).id
    page.days.add_on(date(2026, 11, 20), missed)
    with desk.store.read() as db:
        made = next(s for s in sessions_in(db, group) if s.is_makeup)
    assert (made.makes_up, made.held_on, made.half_day) == (missed, date(2026, 11, 20), "am")


def test_a_half_day_begun_is_taken_up(qtbot: QtBot, desk: Desk, group: UUID) -> None:
    screen, keyboard = _open(qtbot, desk, group)
    screen.group_page.days_button.click()
    session = screen.group_page.days.model.row(0).id
    screen.group_page.days.correct(session)
    form: Any = screen.group_page.days._form
    form.form.questions["room"].focus()
    keyboard.text("Room 2")
    screen.leave()
    (draft,) = drafts_of(desk.store, desk.user)
    again = TrainingScreen(desk)
    show(qtbot, again, 1366, 768)
    desk.screen_asked.connect(lambda _name, arguments: again.arrive(**arguments))
    resume(desk, draft)
    taken: Any = again.group_page.days._form
    assert taken.form.answers()["room"] == "Room 2"


def test_what_is_missing_first_is_asked_about(qtbot: QtBot, desk: Desk) -> None:
    with desk.store.write(desk.user) as db:
        curriculum = db.scalars(select(Curriculum).where(Curriculum.code == "START-BUSINESS")).one()
        group = create_group(db, name="S", curriculum=curriculum.id, starts=MONDAY).id
    person = add_person(desk.store, desk.user, "Awa")
    screen, keyboard = _open(qtbot, desk, group)
    with qtbot.waitSignal(desk.said) as said:
        screen.group_page.enrol(person)
    assert "Finding a business idea" in said.args[0]
    keyboard.text("A clear idea")
    keyboard.press("s", CONTROL)
    with desk.store.read() as db:
        assert [(m.person, m.business) for m in members(db, group)] == [(person, "idea")]


def test_dropping_out_is_asked_why(qtbot: QtBot, desk: Desk, group: UUID) -> None:
    (enrolment,) = _fill(desk, group, ("Awa",))
    screen, keyboard = _open(qtbot, desk, group)
    screen.group_page.act(verb_named(Enrolment, "drop_out"))
    keyboard.text("Found work")
    keyboard.press("s", CONTROL)
    with desk.store.read() as db:
        left = db.get_one(Enrolment, enrolment)
    assert (left.state, left.left_because) == ("dropped", "Found work")


def test_a_group_is_corrected_in_place(qtbot: QtBot, desk: Desk, group: UUID) -> None:
    _fill(desk, group, ("Awa",))
    screen, keyboard = _open(qtbot, desk, group)
    screen.group_page.edit()
    keyboard.press("a", CONTROL)
    keyboard.text("Group Z")
    keyboard.press("s", CONTROL)
    with desk.store.read() as db:
        assert db.get_one(TrainingGroup, group).name == "Group Z"
    until(qtbot, screen.group_page.view.isVisible)


def test_an_intake_partner_has_no_training() -> None:
    import app.ui.screens.all  # noqa: F401  every screen registers itself
    from app.ui.screen import screens

    assert not screens()["training"].is_for(frozenset({"intake_partner"}))
    assert screens()["registration"].is_for(frozenset({"intake_partner"}))
