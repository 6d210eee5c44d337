"""Registering a person with the keyboard."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.casework.people import names_of
from app.models.drafts import drafts_of
from app.models.persons import Contact, Person, PersonIdentifier
from app.ui.desk import Desk
from app.ui.screens.registration import RegistrationScreen
from tests.ui.work import Keyboard, add_person, show, until

CONTROL = Qt.KeyboardModifier.ControlModifier


def _arrive(qtbot: QtBot, desk: Desk, width: int = 1366) -> tuple[RegistrationScreen, Keyboard]:
    screen = RegistrationScreen(desk)
    keyboard = show(qtbot, screen, width)
    screen.arrive()
    return screen, keyboard


def _asked(desk: Desk) -> list[tuple[str, Any]]:
    asked: list[tuple[str, Any]] = []
    desk.screen_asked.connect(lambda name, arguments: asked.append((name, arguments)))
    return asked


def _people(desk: Desk) -> list[Person]:
    with desk.store.read() as db:
        return list(db.scalars(select(Person)))


def test_six_answers_take_at_most_twelve_other_keys(qtbot: QtBot, desk: Desk) -> None:
    _screen, keyboard = _arrive(qtbot, desk)
    asked = _asked(desk)
    for answer in ("Mamadou Alpha", "Ɓah N'Diaye", "m", "34", "Senegal", "0612345678"):
        keyboard.text(answer)
        if answer != "0612345678":
            keyboard.tab()
    keyboard.press("s", CONTROL)
    (person,) = _people(desk)
    assert asked == [("person", {"person": person.id, "section": "overview"})]
    assert keyboard.keys <= 12
    assert person.sex == "M"
    assert person.nationalities == frozenset({"SN"})
    assert person.birth is not None
    assert person.birth.text == "age:34/2026-11-22"
    with desk.store.read() as db:
        assert [name.full for name in names_of(db, person.id)] == ["Mamadou Alpha Ɓah N'Diaye"]
        assert db.scalars(select(Contact)).one().number == "+212612345678"
    assert drafts_of(desk.store, desk.user) == []


def test_enter_goes_on_and_control_enter_registers(qtbot: QtBot, desk: Desk) -> None:
    screen, keyboard = _arrive(qtbot, desk)
    keyboard.text("Ibrahim")
    keyboard.press(Qt.Key.Key_Return)
    assert screen.forms.quick.questions["family_name"].control.target().hasFocus()
    keyboard.press(Qt.Key.Key_Return, CONTROL)
    (person,) = _people(desk)
    # A single name is a name, and what was left open is kept as unknown.
    assert (person.sex, person.nationalities) == ("U", frozenset({"XXX"}))


def test_no_name_is_refused_at_the_name(qtbot: QtBot, desk: Desk) -> None:
    screen, keyboard = _arrive(qtbot, desk)
    keyboard.tab(2)
    keyboard.text("f")
    keyboard.press("s", CONTROL)
    assert _people(desk) == []
    name = screen.forms.quick.questions["given_names"]
    assert name.control.target().property("state") == "error"
    assert name.control.target().hasFocus()
    assert screen.forms.quick.answers()["sex"] == "F"


def test_a_wrong_number_keeps_everything_typed(qtbot: QtBot, desk: Desk) -> None:
    screen, keyboard = _arrive(qtbot, desk)
    keyboard.text("Awa")
    screen.forms.quick.questions["number"].focus()
    keyboard.text("12")
    keyboard.press("s", CONTROL)
    assert _people(desk) == []
    assert screen.forms.quick.answers() == {"given_names": "Awa", "number": "12"}
    assert screen.forms.quick.questions["number"].control.target().hasFocus()


def test_congo_is_asked_about_before_registering(qtbot: QtBot, desk: Desk) -> None:
    screen, keyboard = _arrive(qtbot, desk)
    keyboard.text("Grâce")
    screen.forms.quick.questions["nationalities"].focus()
    keyboard.text("Congo")
    keyboard.press("s", CONTROL)
    assert _people(desk) == []
    assert (
        screen.forms.quick.questions["nationalities"].control.target().property("state") == "error"
    )


def test_everything_asked_is_registered(qtbot: QtBot, desk: Desk) -> None:
    screen, keyboard = _arrive(qtbot, desk)
    keyboard.text("Mamadou")
    screen.forms.arabic.focus_first()
    keyboard.text("محمدو")
    keyboard.tab()
    keyboard.text("باه")
    screen.forms.person["Situation"].questions["town"].focus()
    keyboard.text("Rabat")
    screen.forms.documents.add_button.setFocus()
    keyboard.press(Qt.Key.Key_Space)
    keyboard.text("passp")
    keyboard.tab()
    keyboard.text("O0123456")
    screen.forms.contacts.add_button.setFocus()
    keyboard.press(Qt.Key.Key_Space)
    keyboard.text("+33612345678")
    keyboard.press("s", CONTROL)
    (person,) = _people(desk)
    assert person.town == "Rabat"
    with desk.store.read() as db:
        assert [n.full for n in names_of(db, person.id)] == ["Mamadou", "محمدو باه"]
        document = db.scalars(select(PersonIdentifier)).one()
        assert (document.identifier_kind, document.number) == ("passport", "O0123456")
        assert db.scalars(select(Contact)).one().number == "+33612345678"


def test_an_empty_document_added_by_mistake_does_not_stand_in_the_way(
    qtbot: QtBot, desk: Desk
) -> None:
    screen, keyboard = _arrive(qtbot, desk)
    keyboard.text("Awa")
    screen.forms.documents.add_button.click()
    keyboard.press("s", CONTROL)
    assert len(_people(desk)) == 1


def test_likely_duplicates_appear_with_reasons_and_open(qtbot: QtBot, desk: Desk) -> None:
    known = add_person(
        desk.store, desk.user, "محمدو", "باه",
        about={"birth": "1990"}, contacts=[{"number": "+212612345678", "contact_kind": "own"}],
    )  # fmt: skip
    screen, keyboard = _arrive(qtbot, desk)
    asked = _asked(desk)
    keyboard.text("Mamadou")
    keyboard.tab()
    keyboard.text("Bah")
    screen.forms.quick.questions["number"].focus()
    keyboard.text("0612345678")
    until(qtbot, lambda: screen.panel.has_found)
    said = "\n".join(label.text() for label in screen.panel.findChildren(QLabel))
    assert "same telephone" in said
    assert "Mamadou" in said
    assert "≈" in said
    opener = next(b for b in screen.panel.findChildren(QPushButton) if "Open" in b.text())
    opener.setFocus()
    keyboard.press(Qt.Key.Key_Space)
    assert asked == [("person", {"person": known, "section": "overview"})]


def test_a_narrow_window_leaves_out_the_index_and_an_empty_panel(qtbot: QtBot, desk: Desk) -> None:
    screen, _keyboard = _arrive(qtbot, desk, 860)
    assert not screen._index.isVisible()
    assert not screen.panel.isVisible()
    assert screen._page.horizontalScrollBar().maximum() == 0
