"""Activities, organisations and the grid of participants, with the keyboard."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.casework.activities import (
    categories_of,
    count_participants,
    participants_of,
    record_activity,
)
from app.casework.cases import open_case
from app.models.activities import Activity, Organisation, ParticipantCount
from app.models.drafts import drafts_of
from app.models.experts import Assignment, ExpertNeed
from app.ui.desk import Desk
from app.ui.screens.activities import ActivitiesScreen
from tests.conftest import TODAY
from tests.ui.work import Keyboard, add_person, show, until

CONTROL = Qt.KeyboardModifier.ControlModifier


def _open(qtbot: QtBot, desk: Desk, **arguments: object) -> tuple[ActivitiesScreen, Keyboard]:
    screen = ActivitiesScreen(desk)
    keyboard = show(qtbot, screen, 1150, 660)
    screen.arrive(**arguments)
    return screen, keyboard


@pytest.fixture
def organisation(desk: Desk) -> UUID:
    with desk.store.write(desk.user) as db:
        made = Organisation(name="Fondation Orient", organisation_kind="ngo", country="MA")
        db.add(made)
    return made.id


@pytest.fixture
def workshop(desk: Desk, organisation: UUID) -> UUID:
    with desk.store.write(desk.user) as db:
        return record_activity(
            db, "JMDI", name="Atelier d'Oujda", activity_kind="workshop", partner=organisation,
            starts=date(2026, 11, 10), state="under_way",
        ).id  # fmt: skip


def _counts(desk: Desk) -> dict[tuple[str | None, str | None, str | None], int | None]:
    with desk.store.read() as db:
        return {(c.category, c.sex, c.age_band): c.count for c in db.scalars(
            select(ParticipantCount)
        )}  # fmt: skip


def test_an_activity_is_added_and_opened(qtbot: QtBot, desk: Desk, organisation: UUID) -> None:
    screen, keyboard = _open(qtbot, desk)
    keyboard.press(Qt.Key.Key_Space)
    for answer in ("Réunion", "Workshop", "JMDI", "Fondation"):
        keyboard.text(answer)
        keyboard.tab()
    keyboard.press("s", CONTROL)
    with desk.store.read() as db:
        made = db.scalars(select(Activity)).one()
    assert (made.name, made.activity_kind, made.partner) == ("Réunion", "workshop", organisation)
    assert (made.state, made.starts) == ("planned", TODAY)
    assert screen.records["activity"].isVisible()
    assert drafts_of(desk.store, desk.user) == []


def test_numbers_are_typed_and_enter_goes_down(qtbot: QtBot, desk: Desk, workshop: UUID) -> None:
    screen, keyboard = _open(qtbot, desk, kind="activity", about=workshop)
    view = screen.participants.view
    view.setFocus()
    keyboard.press("1")
    keyboard.text("2")
    keyboard.press(Qt.Key.Key_Return)
    until(qtbot, lambda: view.currentIndex().row() == 1)
    keyboard.press("7")
    keyboard.press(Qt.Key.Key_Return)
    until(qtbot, lambda: len(_counts(desk)) == 2)
    with desk.store.read() as db:
        first, *_others = categories_of(db, "JMDI")
        assert participants_of(db, [workshop]).by_sex == {"F": 12, "M": 7}
    assert _counts(desk)[(first, "F", "15-29")] == 12
    assert "19 people: 12 female, 7 male" in _plain(screen.participants.sum.text())


def test_tab_goes_on_to_the_next_age(qtbot: QtBot, desk: Desk, workshop: UUID) -> None:
    screen, keyboard = _open(qtbot, desk, kind="activity", about=workshop)
    screen.participants.view.setFocus()
    for number in "345":
        keyboard.press(number)
        keyboard.tab()
    until(qtbot, lambda: len(_counts(desk)) == 3)
    assert sorted(count or 0 for count in _counts(desk).values()) == [3, 4, 5]
    assert {sex for _c, sex, _b in _counts(desk)} == {"F"}


def test_arabic_digits_are_numbers_and_letters_are_not(
    qtbot: QtBot, desk: Desk, workshop: UUID
) -> None:
    screen, keyboard = _open(qtbot, desk, kind="activity", about=workshop)
    screen.participants.view.setFocus()
    keyboard.press("x")
    assert _counts(desk) == {}
    keyboard.text("٣")
    keyboard.press(Qt.Key.Key_Return)
    until(qtbot, lambda: list(_counts(desk).values()) == [3])


def test_delete_empties_a_number(qtbot: QtBot, desk: Desk, workshop: UUID) -> None:
    with desk.store.write(desk.user) as db:
        first = categories_of(db, "JMDI")[0]
        count_participants(db, workshop, "F", "15-29", first, 8)
    screen, keyboard = _open(qtbot, desk, kind="activity", about=workshop)
    screen.participants.view.setFocus()
    keyboard.press(Qt.Key.Key_Delete)
    assert list(_counts(desk).values()) == [0]


def test_sums_cannot_be_typed_over(qtbot: QtBot, desk: Desk, workshop: UUID) -> None:
    screen, keyboard = _open(qtbot, desk, kind="activity", about=workshop)
    view, model = screen.participants.view, screen.participants.model
    view.setFocus()
    view.setCurrentIndex(model.index(0, model.columnCount() - 1))
    keyboard.press("5")
    keyboard.press(Qt.Key.Key_Return)
    assert _counts(desk) == {}


def test_people_of_unknown_sex_have_rows_once_counted(
    qtbot: QtBot, desk: Desk, workshop: UUID
) -> None:
    screen, _keyboard = _open(qtbot, desk, kind="activity", about=workshop)
    model = screen.participants.model
    before = model.rowCount()
    screen.participants.all_sexes.click()
    assert model.rowCount() == 2 * (before - 1) + 1
    with desk.store.write(desk.user) as db:
        count_participants(db, workshop, "U", "unknown", categories_of(db, "JMDI")[0], 4)
    screen.participants.all_sexes.click()
    until(qtbot, lambda: model.rowCount() > before)


def test_a_cell_is_read_aloud_as_what_it_counts(qtbot: QtBot, desk: Desk, workshop: UUID) -> None:
    screen, _keyboard = _open(qtbot, desk, kind="activity", about=workshop)
    model = screen.participants.model
    said = model.data(model.index(0, 0), int(Qt.ItemDataRole.AccessibleTextRole))
    assert "Female" in said
    assert "15–29" in said
    assert "nobody counted" in said


def test_an_activity_is_finished_with_its_outcome(qtbot: QtBot, desk: Desk, workshop: UUID) -> None:
    screen, keyboard = _open(qtbot, desk, kind="activity", about=workshop)
    keyboard.press(Qt.Key.Key_Space)
    form = screen.pages.form
    assert form is not None
    form.form.questions["outcome"].focus()
    keyboard.text("Plan agreed")
    keyboard.press("s", CONTROL)
    with desk.store.read() as db:
        made = db.get_one(Activity, workshop)
    assert (made.state, made.outcome, made.ends) == ("done", "Plan agreed", TODAY)


def test_an_activity_is_added_from_its_organisation(
    qtbot: QtBot, desk: Desk, organisation: UUID
) -> None:
    screen, _keyboard = _open(qtbot, desk, kind="organisation", about=organisation)
    add = [b for b in screen.findChildren(QPushButton) if b.text() == "Add an activity"]
    next(b for b in add if b.isVisible()).click()
    form = screen.pages.form
    assert form is not None
    assert form.form.answers()["partner"] == str(organisation)


def test_an_organisation_is_corrected_in_place(
    qtbot: QtBot, desk: Desk, organisation: UUID
) -> None:
    screen, keyboard = _open(qtbot, desk, kind="organisation", about=organisation)
    screen.records["organisation"].correct()
    keyboard.press("a", CONTROL)
    keyboard.text("Fondation Orient-Occident")
    keyboard.press("s", CONTROL)
    with desk.store.read() as db:
        assert db.get_one(Organisation, organisation).name == "Fondation Orient-Occident"
    assert screen.records["organisation"].isVisible()


def test_the_same_organisation_twice_is_explained_at_its_name(
    qtbot: QtBot, desk: Desk, organisation: UUID
) -> None:
    screen, keyboard = _open(qtbot, desk, kind="organisation")
    screen.add("organisation")
    for answer in ("fondation orient", "Association or NGO", "Morocco"):
        keyboard.text(answer)
        keyboard.tab()
    keyboard.press("s", CONTROL)
    form = screen.pages.form
    assert form is not None
    assert (
        form.form.questions["name"].hasFocus()
        or form.form.questions["name"].control.target().hasFocus()
    )


def test_a_need_is_offered_the_experts_of_its_programme(
    qtbot: QtBot, desk: Desk, organisation: UUID
) -> None:
    expert = add_person(desk.store, desk.user, "Driss", "Benali", about={"nationalities": ["MA"]})
    with desk.store.write(desk.user) as db:
        open_case(db, expert, "TRQN3")
        need = ExpertNeed(
            organisation=organisation, programme="TRQN3", profile="Didactics", country="MA",
            state="open",
        )  # fmt: skip
        db.add(need)
    _screen, keyboard = _open(qtbot, desk, kind="expert_need", about=need.id)
    keyboard.press(Qt.Key.Key_Space)
    keyboard.text("Driss")
    keyboard.tab()
    keyboard.text("01.12.2026")
    keyboard.tab()
    keyboard.text("31.01.2027")
    keyboard.press("s", CONTROL)
    with desk.store.read() as db:
        assert db.scalars(select(Assignment)).one().need == need.id


def test_a_form_begun_is_taken_up(qtbot: QtBot, desk: Desk, workshop: UUID) -> None:
    first, keyboard = _open(qtbot, desk, kind="activity", about=workshop)
    first.records["activity"].correct()
    keyboard.press("a", CONTROL)
    keyboard.text("Another title")
    first.leave()
    (draft,) = drafts_of(desk.store, desk.user)
    again, _keyboard = _open(qtbot, desk, about=draft.about, form=draft.form)
    form = again.pages.form
    assert form is not None
    assert form.form.answers()["name"] == "Another title"


def test_each_list_is_reached_and_narrowed(qtbot: QtBot, desk: Desk, workshop: UUID) -> None:
    screen, keyboard = _open(qtbot, desk)
    shown = screen.lists["activity"]
    shown.filter.setFocus()
    keyboard.text("nothing of the kind")
    assert shown.model.rowCount() == 0
    assert "Nothing found" in shown.empty.text()
    screen.lists["activity"].findChild(QPushButton, "show-organisation").click()  # type: ignore[union-attr]
    assert screen.lists["organisation"].isVisible()
    assert screen.lists["organisation"].model.rowCount() == 1


def test_an_intake_partner_has_none_of_the_boards() -> None:
    import app.ui.screens.all  # noqa: F401  every screen registers itself
    from app.ui.screen import rail_screens

    seen = {spec.name for spec in rail_screens(frozenset({"intake_partner"}))}
    assert not seen & {"departures", "grants", "follow_up", "activities"}


def test_the_rail_stands_in_the_order_of_the_work() -> None:
    import app.ui.screens.all  # noqa: F401  every screen registers itself
    from app.ui.screen import rail_screens

    seen = [spec.name for spec in rail_screens(frozenset({"counsellor"}))]
    assert seen == [
        "today", "people", "sessions", "training", "departures", "grants", "follow_up",
        "activities", "review", "sync", "settings",
    ]  # fmt: skip


def _plain(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")
