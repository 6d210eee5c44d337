"""Choosing an area with the keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.models.persons import Person
from app.models.types import Context
from app.ui.desk import Desk
from app.ui.forms import Form
from app.ui.widgets.make import make_control
from tests.conftest import TODAY
from tests.ui.work import Keyboard, show


@pytest.fixture
def form(qtbot: QtBot, desk: Desk) -> Form:
    return Form.of(desk, Person)


@pytest.fixture
def keyboard(qtbot: QtBot, form: Form) -> Keyboard:
    keyboard = show(qtbot, form, 800, 600)
    form.questions["place_code"].focus()
    return keyboard


def _line(form: Form) -> Any:
    return form.questions["place_code"].control.target()


def _listed(form: Form) -> list[str]:
    model = _line(form).completer().model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_letters_that_mean_one_area_at_home_are_enough(form: Form, keyboard: Keyboard) -> None:
    keyboard.text("khouri")
    keyboard.tab()
    assert form.answers()["place_code"] == "MA001005"
    assert _line(form).text() == "Khouribga, Beni Mellal-Khenifra"


def test_an_area_is_found_in_arabic(form: Form, keyboard: Keyboard) -> None:
    keyboard.text("خريبكة")
    keyboard.tab()
    assert form.answers()["place_code"] == "MA001005"


def test_an_area_is_chosen_from_the_list_by_keys(
    qtbot: QtBot, form: Form, keyboard: Keyboard
) -> None:
    keyboard.text("casa")
    assert _listed(form)[:2] == [
        "Grand Casablanca-Settat, Morocco",
        "Casablanca, Grand Casablanca-Settat",
    ]
    popup = _line(form).completer().popup()
    qtbot.waitUntil(popup.isVisible)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        qtbot.keyClick(popup, key)
    qtbot.waitUntil(lambda: form.answers().get("place_code") == "MA002005")
    assert _line(form).text() == "Casablanca, Grand Casablanca-Settat"


def test_a_former_region_offers_the_areas_it_covered(form: Form, keyboard: Keyboard) -> None:
    keyboard.text("chaouia")
    assert len(_listed(form)) == 4
    assert all("Chaouia-Ouardigha" in shown for shown in _listed(form))
    assert any("2015" in shown for shown in _listed(form))


def test_letters_that_mean_several_are_asked_about(form: Form, keyboard: Keyboard) -> None:
    keyboard.text("sidi")
    keyboard.tab()
    problem = form.questions["place_code"].problem()
    assert problem is not None
    assert "Sidi Ifni" in problem.message
    assert _line(form).text() == "sidi"


def test_what_is_no_area_stays_in_the_line_and_is_refused(form: Form, keyboard: Keyboard) -> None:
    keyboard.text("Atlantis")
    keyboard.tab()
    assert form.questions["place_code"].problem() is not None
    assert form.answers()["place_code"] == "Atlantis"


def test_down_in_an_empty_line_shows_the_regions_of_the_country(
    form: Form, keyboard: Keyboard
) -> None:
    keyboard.press(Qt.Key.Key_Down)
    assert len(_listed(form)) == 10
    assert "Souss-Massa, Morocco" in _listed(form)


def test_never_more_than_fifty_are_listed(form: Form, keyboard: Keyboard) -> None:
    keyboard.text("sa")
    assert len(_listed(form)) == 50


def test_an_area_of_another_country_is_shown_with_it(form: Form, keyboard: Keyboard) -> None:
    keyboard.text("mfoundi")
    assert _listed(form) == ["Mfoundi, Centre, Cameroon"]
    keyboard.tab()
    assert form.answers()["place_code"].startswith("CM")


def test_nothing_is_listed_before_a_letter_is_typed(form: Form, keyboard: Keyboard) -> None:
    assert _listed(form) == []


def test_areas_that_share_a_label_are_given_back_as_they_were(qtbot: QtBot) -> None:
    control = make_control(Person.fields["place_code"], Context(TODAY), lambda _name: QIcon(), {})
    qtbot.addWidget(control)
    for code in ("MA010005", "EH03", "ZZ999"):
        control.set_answer(code)
        assert control.answer() == code


def test_looking_at_the_list_changes_no_answer(qtbot: QtBot, desk: Desk) -> None:
    form = Form.of(desk, Person)
    keyboard = show(qtbot, form, 800, 600)
    control = form.questions["place_code"].control
    control.set_answer("ZZ999")
    form.questions["place_code"].focus()
    keyboard.press(Qt.Key.Key_Down)
    assert len(_listed(form)) == 10
    assert control.answer() == "ZZ999"


def test_undo_takes_back_what_was_typed(form: Form, keyboard: Keyboard) -> None:
    keyboard.text("khouri")
    keyboard.press("z", Qt.KeyboardModifier.ControlModifier)
    assert QApplication.focusWidget() is _line(form)
    assert form.answers().get("place_code") != "MA001005"
