"""Settings: programmes as the office runs them, and exchange rates, with the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.casework.programmes import change_programme, programme_of
from app.casework.users import add_user
from app.models.drafts import drafts_of
from app.models.grants import ExchangeRate
from app.models.programme_changes import ProgrammeChange, change_id
from app.models.programmes import programmes
from app.models.store import Store
from app.ui.desk import Desk
from app.ui.preferences import Preferences
from app.ui.screens.settings_programmes import ProgrammesScreen
from app.ui.screens.settings_rates import RatesScreen
from app.ui.theme import LIGHT
from tests.conftest import TODAY
from tests.ui.frame import words_seen
from tests.ui.work import Keyboard, show, until

CONTROL = Qt.KeyboardModifier.ControlModifier


def _programmes(qtbot: QtBot, desk: Desk, **arguments: object) -> tuple[ProgrammesScreen, Keyboard]:
    screen = ProgrammesScreen(desk)
    keyboard = show(qtbot, screen, 1150, 660)
    screen.arrive(**arguments)
    return screen, keyboard


def _rates(qtbot: QtBot, desk: Desk) -> tuple[RatesScreen, Keyboard]:
    screen = RatesScreen(desk)
    keyboard = show(qtbot, screen, 1150, 660)
    screen.arrive()
    return screen, keyboard


@pytest.fixture
def counsellor(store: Store, user: UUID, tmp_path: Path) -> Iterator[Desk]:
    other = add_user(store, user, login="zineb", passphrase="a longer one", role="counsellor")
    made = Desk(store, other, Preferences(tmp_path / "p.ini"), LIGHT)
    yield made
    made.close()


def test_every_programme_is_listed_with_how_it_stands(qtbot: QtBot, desk: Desk) -> None:
    with desk.store.write(desk.user) as db:
        change_programme(db, "VTLO", is_active=False)
    screen, _keyboard = _programmes(qtbot, desk)
    lines = {line.programme.code: line for line in screen.list.model.rows()}
    assert set(lines) == set(programmes())
    assert (lines["VTLO"].standing, lines["VTLO"].is_changed) == ("Takes nobody new", True)
    assert not lines["RAISE"].is_changed


def test_typing_narrows_and_enter_opens_the_facts(qtbot: QtBot, desk: Desk) -> None:
    screen, keyboard = _programmes(qtbot, desk)
    screen.list.filter.setFocus()
    keyboard.text("raise")
    assert [line.programme.code for line in screen.list.model.rows()] == ["RAISE"]
    keyboard.press(Qt.Key.Key_Return)
    assert screen.page.isVisible()
    assert "4,000,000" in words_seen(screen).replace("\u202f", ",")


def test_escape_leads_back_to_the_list(qtbot: QtBot, desk: Desk) -> None:
    screen, keyboard = _programmes(qtbot, desk, code="RAISE")
    keyboard.press(Qt.Key.Key_Escape)
    assert screen.list.isVisible()


def test_an_office_changes_a_date_and_the_work_follows(qtbot: QtBot, desk: Desk) -> None:
    screen, keyboard = _programmes(qtbot, desk, code="RAISE")
    keyboard.press(Qt.Key.Key_Space)
    form = screen.pages.form
    assert form is not None
    form.form.questions["ends"].focus()
    keyboard.text("30.06.2028")
    keyboard.press("s", CONTROL)
    with desk.store.read() as db:
        assert programme_of(db, "RAISE").ends == date(2028, 6, 30)
    assert screen.page.isVisible()
    assert drafts_of(desk.store, desk.user) == []


def test_details_that_do_not_fit_name_key_and_line_at_the_field(qtbot: QtBot, desk: Desk) -> None:
    screen, keyboard = _programmes(qtbot, desk, code="RAISE")
    screen.change()
    form = screen.pages.form
    assert form is not None
    form.form.questions["details"].focus()
    keyboard.text("[eligibility]")
    keyboard.press(Qt.Key.Key_Return)
    keyboard.text("age_tto = 30")
    keyboard.press("s", CONTROL)
    assert screen.pages.form is form
    said = [label.text() for label in form.form.questions["details"].findChildren(QLabel)]
    (wrong,) = [text for text in said if "does not fit" in text]
    assert "age_tto" in wrong
    assert "line 2" in wrong
    assert not form.form.questions["details"].control.visibleRegion().isEmpty()


def test_a_change_begun_waits_as_a_draft_and_is_taken_up(qtbot: QtBot, desk: Desk) -> None:
    first, keyboard = _programmes(qtbot, desk, code="RAISE")
    first.change()
    form = first.pages.form
    assert form is not None
    form.form.questions["source_note"].focus()
    keyboard.text("Amendment 2")
    first.leave()
    again, _keyboard = _programmes(qtbot, desk, about=change_id("RAISE"))
    taken_up = again.pages.form
    assert taken_up is not None
    assert taken_up.form.answers()["source_note"] == "Amendment 2"


def test_saving_nothing_changes_nothing(qtbot: QtBot, desk: Desk) -> None:
    screen, keyboard = _programmes(qtbot, desk, code="RAISE")
    screen.change()
    keyboard.press("s", CONTROL)
    with desk.store.read() as db:
        assert list(db.scalars(select(ProgrammeChange))) == []


def test_a_counsellor_reads_and_does_not_change(qtbot: QtBot, counsellor: Desk) -> None:
    screen, _keyboard = _programmes(qtbot, counsellor, code="RAISE")
    assert not screen.page.change.isVisible()
    screen.change()
    assert screen.page.isVisible()


def test_a_rate_is_added_with_its_date_and_source(qtbot: QtBot, desk: Desk) -> None:
    screen, keyboard = _rates(qtbot, desk)
    keyboard.press(Qt.Key.Key_Space)
    for answer in ("EUR", "MAD", "10.7412", "", "UN operational rate"):
        keyboard.text(answer)
        keyboard.tab()
    keyboard.press("s", CONTROL)
    with desk.store.read() as db:
        rate = db.scalars(select(ExchangeRate)).one()
    assert (rate.base, rate.quoted, rate.rate) == ("EUR", "MAD", Decimal("10.7412"))
    assert (rate.on, rate.source) == (TODAY, "UN operational rate")
    assert [line.id for line in screen.list.model.rows()] == [rate.id]


def test_a_rate_between_one_currency_is_refused_at_its_question(qtbot: QtBot, desk: Desk) -> None:
    screen, keyboard = _rates(qtbot, desk)
    screen.add()
    for answer in ("EUR", "EUR", "1", "", "Me"):
        keyboard.text(answer)
        keyboard.tab()
    keyboard.press("s", CONTROL)
    form = screen.pages.form
    assert form is not None
    assert "two different currencies" in words_seen(form.form.questions["quoted"])


def test_a_rate_from_elsewhere_appears(qtbot: QtBot, desk: Desk) -> None:
    screen, _keyboard = _rates(qtbot, desk)
    with desk.store.write(desk.user) as db:
        db.add(
            ExchangeRate(base="USD", quoted="MAD", rate=Decimal("9.98"), on=TODAY, source="Bank")
        )
    until(qtbot, lambda: screen.list.model.rowCount() == 1)
