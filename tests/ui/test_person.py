"""A person's file: read, moved on, added to."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.casework.cases import advance, open_case
from app.casework.consents import give_consent
from app.casework.entry import add_record
from app.casework.sessions import record_session
from app.casework.users import roles_of
from app.models.appointments import Appointment
from app.models.attachments import Attachment
from app.models.cases import Case
from app.models.consents import Consent
from app.models.drafts import drafts_of
from app.models.persons import Contact, Person
from app.models.sessions import CounsellingSession
from app.models.users import User
from app.ui.desk import Desk
from app.ui.screens.paper_preview import PaperScreen
from app.ui.screens.person import PersonScreen
from app.ui.widgets.page import SectionBox
from tests.conftest import TODAY
from tests.ui.work import Keyboard, add_person, make_desk, show, until

CONTROL = Qt.KeyboardModifier.ControlModifier
PROGRAMME = "AVRR-FROM"


@pytest.fixture
def person(desk: Desk) -> UUID:
    return add_person(
        desk.store, desk.user, "Mamadou Alpha", "N'Diaye",
        about={"birth": "1990", "main_language": "ff", "needs_interpreter": True},
        names=[{"given_names": "محمدو", "name_kind": "used"}],
    )  # fmt: skip


def _case(desk: Desk, person: UUID, *, until_state: str = "draft") -> UUID:
    with desk.store.write(desk.user) as db:
        case = open_case(db, person, PROGRAMME).id
    if until_state != "draft":
        with desk.store.write(desk.user) as db:
            give_consent(db, person, scopes=["register"], given_on=TODAY, form="written")
        with desk.store.write(desk.user) as db:
            advance(db, db.get_one(Case, case), "registered")
    if until_state == "counselling":
        screening = {"case": str(case), "screening_kind": "rapid", "result": "done"}
        with desk.store.write(desk.user) as db:
            advance(db, db.get_one(Case, case), "screening")
            add_record(db, "screening", screening)
        with desk.store.write(desk.user) as db:
            record_session(db, case, session_kind="information", language="ff")
            advance(db, db.get_one(Case, case), "counselling")
    return case


def _open(
    qtbot: QtBot, desk: Desk, person: UUID, **arguments: Any
) -> tuple[PersonScreen, Keyboard]:
    screen = PersonScreen(desk)
    keyboard = show(qtbot, screen, 1366, 768)
    screen.arrive(person=person, **arguments)
    return screen, keyboard


def _choose(qtbot: QtBot, button: QPushButton, entry: str) -> None:
    """Open a menu by its button and choose from it by keys."""
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    until(qtbot, lambda: QApplication.activePopupWidget() is not None)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    entries = [action.text() for action in menu.actions()]
    for _step in range(entries.index(entry)):
        qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Return)


def _words(widget: QWidget) -> str:
    shown = [label for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]
    return "\n".join(label.text() for label in shown)


def _button(qtbot: QtBot, widget: QWidget, text: str) -> QPushButton:
    def shown() -> list[QPushButton]:
        return [b for b in widget.findChildren(QPushButton) if b.text() == text and b.isVisible()]

    until(qtbot, lambda: bool(shown()))
    return shown()[0]


def _one(desk: Desk, kind: Any) -> Any:
    with desk.store.read() as db:
        return db.scalars(select(kind)).one()


def test_the_head_says_who_it_is(qtbot: QtBot, desk: Desk, person: UUID) -> None:
    case = _case(desk, person)
    screen, _keyboard = _open(qtbot, desk, person)
    words = _words(screen.header)
    with desk.store.read() as db:
        number = db.get_one(Case, case).number or ""
    for told in ("Mamadou Alpha N'Diaye", "محمدو", number, "35–36 years", "Male", "Guinea", "Fula"):
        assert told in words
    assert "Needs an interpreter" in words
    assert number in screen.title_text()


def test_what_is_missing_is_said_and_offered(qtbot: QtBot, desk: Desk, person: UUID) -> None:
    _case(desk, person)
    screen, keyboard = _open(qtbot, desk, person)
    assert "Consent to keep the person's data is missing" in _words(screen.header)
    assert screen.header.primary is not None
    assert screen.header.primary.text() == "Record consent"
    keyboard.press(Qt.Key.Key_Return, CONTROL)
    assert screen.consents.adding.isVisible()
    keyboard.press("s", CONTROL)
    consent = _one(desk, Consent)
    assert consent.scopes == frozenset({"register"})
    assert consent.given_on == TODAY
    until(qtbot, lambda: screen.header.primary.text() == "Go on to: Registered")  # type: ignore[union-attr]
    keyboard.press(Qt.Key.Key_Return, CONTROL)
    assert _one(desk, Case).state == "registered"


def test_without_a_case_the_step_is_to_open_one(qtbot: QtBot, desk: Desk, person: UUID) -> None:
    screen, keyboard = _open(qtbot, desk, person)
    assert screen.header.primary is not None
    assert screen.header.primary.text() == "Open a case"
    keyboard.press(Qt.Key.Key_Return, CONTROL)
    keyboard.text("Assisted voluntary return and reintegration from")
    keyboard.press("s", CONTROL)
    case = _one(desk, Case)
    assert (case.programme, case.state, case.return_country) == (PROGRAMME, "draft", "GN")


def test_withdrawing_takes_one_click_and_no_reason(qtbot: QtBot, desk: Desk, person: UUID) -> None:
    _case(desk, person)
    screen, _keyboard = _open(qtbot, desk, person)
    qtbot.mouseClick(_button(qtbot, screen.header, "Withdraw"), Qt.MouseButton.LeftButton)
    case = _one(desk, Case)
    assert (case.state, case.state_reason) == ("withdrawn", None)


def test_closing_asks_for_the_reason(qtbot: QtBot, desk: Desk, person: UUID) -> None:
    _case(desk, person)
    screen, keyboard = _open(qtbot, desk, person, section="cases")
    _choose(qtbot, _button(qtbot, screen.cases, "More…"), "Close…")
    keyboard.press("s", CONTROL)
    assert _one(desk, Case).state == "draft"
    keyboard.text("Returned by own")
    keyboard.tab()
    keyboard.text("Moved to another town")
    keyboard.press("s", CONTROL)
    case = _one(desk, Case)
    assert (case.state, case.state_reason) == ("closed", "Moved to another town")


def test_a_follow_up_session_takes_at_most_twenty_keys(
    qtbot: QtBot, desk: Desk, person: UUID
) -> None:
    _case(desk, person, until_state="counselling")
    _screen, keyboard = _open(qtbot, desk, person)
    keyboard.press("s", CONTROL | Qt.KeyboardModifier.ShiftModifier)
    for topic in "123":
        keyboard.press(topic)
    keyboard.tab(6)
    keyboard.text("29/11 10:00")
    keyboard.press("s", CONTROL)
    assert keyboard.keys <= 20
    with desk.store.read() as db:
        session = db.scalars(
            select(CounsellingSession).where(CounsellingSession.session_kind == "return")
        ).one()  # what the case waits for
        appointment = db.scalars(select(Appointment)).one()
    assert len(session.topics or ()) == 3
    assert (session.language, session.held_on) == ("ff", TODAY)
    assert (appointment.at, appointment.person) == ("2026-11-29T10:00", person)
    assert drafts_of(desk.store, desk.user) == []


def test_control_enter_in_a_form_saves_it(qtbot: QtBot, desk: Desk, person: UUID) -> None:
    _case(desk, person)
    _screen, keyboard = _open(qtbot, desk, person)
    keyboard.press(Qt.Key.Key_Return, CONTROL)  # the step offered: record consent
    keyboard.press(Qt.Key.Key_Return, CONTROL)
    assert _one(desk, Consent).person == person


def test_topics_are_those_of_the_programme(qtbot: QtBot, desk: Desk, person: UUID) -> None:
    from app.models.programmes import programmes

    _case(desk, person)
    screen, _keyboard = _open(qtbot, desk, person, section="counselling", form=True)
    assert screen.sessions.recording is not None
    control: Any = screen.sessions.recording.form.questions["topics"].control
    assert [chip.code for chip in control.chips] == list(programmes()[PROGRAMME].topics)


def test_a_refused_session_says_so_at_its_question(qtbot: QtBot, desk: Desk, person: UUID) -> None:
    _case(desk, person)
    screen, keyboard = _open(qtbot, desk, person, section="counselling", form=True)
    form = screen.sessions.recording
    assert form is not None
    form.form.questions["interpreter"].focus()
    keyboard.text("interpreter in")
    keyboard.press("s", CONTROL)
    question = form.form.questions["interpreter_name"]
    assert question.control.target().property("state") == "error"
    assert question.control.target().hasFocus()
    assert form.isVisible()


def test_a_session_begun_waits_as_a_draft(qtbot: QtBot, desk: Desk, person: UUID) -> None:
    _case(desk, person)
    first, keyboard = _open(qtbot, desk, person, section="counselling", form=True)
    keyboard.press("2")
    first.leave()
    (draft,) = drafts_of(desk.store, desk.user)
    again, _keyboard = _open(qtbot, desk, person, section=draft.form)
    assert again.sessions.recording is not None
    assert len(again.sessions.recording.form.answers()["topics"]) == 1


def test_intake_is_corrected_in_place(qtbot: QtBot, desk: Desk, person: UUID) -> None:
    screen, keyboard = _open(qtbot, desk, person)
    keyboard.press("e", CONTROL)
    screen.intake._editing.form.questions["town"].focus()
    keyboard.text("Salé")
    keyboard.press("s", CONTROL)
    with desk.store.read() as db:
        kept = db.get_one(Person, person)
    assert (kept.town, kept.main_language) == ("Salé", "ff")
    until(qtbot, lambda: "Salé" in _words(screen.intake))


def test_a_contact_is_added_and_corrected(qtbot: QtBot, desk: Desk, person: UUID) -> None:
    screen, keyboard = _open(qtbot, desk, person, section="intake")
    _button(qtbot, screen.intake, "Add a telephone number").click()
    keyboard.text("0612345678")
    keyboard.press("s", CONTROL)
    assert _one(desk, Contact).number == "+212612345678"
    until(qtbot, lambda: "+212 6 12 34 56 78" in _words(screen.intake).replace("-", " "))
    contact = _one(desk, Contact)
    correct = next(
        b for b in screen.intake.findChildren(QPushButton)
        if b.text() == "Correct" and contact.summary in b.accessibleName()
    )  # fmt: skip
    correct.click()
    keyboard.press("a", CONTROL)
    keyboard.text("0698765432")
    keyboard.press("s", CONTROL)
    assert _one(desk, Contact).number == "+212698765432"


def test_a_correction_begun_is_taken_up_again(qtbot: QtBot, desk: Desk, person: UUID) -> None:
    with desk.store.write(desk.user) as db:
        db.add(Contact(person=person, number="+212612345678"))
    first, keyboard = _open(qtbot, desk, person, section="intake")
    contact = _one(desk, Contact)
    records = next(listed for kind, listed in first.intake._lists if kind is Contact)
    records.correct(contact, "name")
    keyboard.text("Aunt Mariama")
    first.leave()
    (draft,) = drafts_of(desk.store, desk.user)
    again, _keyboard = _open(qtbot, desk, draft.about or person, section=draft.form)
    assert again.file is not None
    assert again.file.person.id == person
    listed = next(r for kind, r in again.intake._lists if kind is Contact)
    assert listed._correction is not None
    assert listed._correction.form.answers()["name"] == "Aunt Mariama"


def test_a_consent_is_withdrawn_in_one_click(qtbot: QtBot, desk: Desk, person: UUID) -> None:
    _case(desk, person, until_state="registered")
    screen, _keyboard = _open(qtbot, desk, person, section="consents")
    _button(qtbot, screen.consents, "Withdraw").click()
    assert _one(desk, Consent).withdrawn_on == TODAY


def test_a_picture_is_kept_and_shown_small(
    qtbot: QtBot, desk: Desk, person: UUID, tmp_path: Path
) -> None:
    picture = BytesIO()
    Image.new("RGB", (2000, 1500), "#77aaaa").save(picture, "JPEG")
    path = tmp_path / "scan.jpg"
    path.write_bytes(picture.getvalue())
    screen, _keyboard = _open(qtbot, desk, person, section="papers")
    screen.papers.attach(path, person, "document", "Passport, page 2")
    until(qtbot, lambda: "Passport, page 2" in _words(screen.papers))
    assert _one(desk, Attachment).width == 1600


def test_a_file_that_is_no_picture_is_explained(
    qtbot: QtBot, desk: Desk, person: UUID, tmp_path: Path
) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a picture")
    screen, _keyboard = _open(qtbot, desk, person)
    with qtbot.waitSignal(desk.said) as said:
        screen.papers.attach(path, person, "document", None)
    assert "not a picture" in said.args[0]


def test_the_history_tells_who_wrote_what(qtbot: QtBot, desk: Desk, person: UUID) -> None:
    screen, _keyboard = _open(qtbot, desk, person)
    until(qtbot, lambda: "Given names" in _words(screen.history))
    words = _words(screen.history)
    assert "amina" in words
    assert "Mamadou Alpha" in words


def test_an_intake_partner_sees_no_sessions(qtbot: QtBot, desk: Desk, person: UUID) -> None:
    with desk.store.write(desk.user) as db:
        partner = User(login="p", roles=frozenset({"intake_partner"}), office=desk.store.office)
        db.add(partner)
    assert roles_of(desk.store, partner.id) == {"intake_partner"}
    theirs = make_desk(desk.store, partner.id)
    screen, _keyboard = _open(qtbot, theirs, person)
    shown = {box.name for box in screen.findChildren(SectionBox) if box.isVisible()}
    assert shown == {"intake", "consents", "papers"}
    screen.leave()
    theirs.close()


def test_nothing_needs_scrolling_sideways_in_a_small_window(
    qtbot: QtBot, desk: Desk, person: UUID
) -> None:
    _case(desk, person, until_state="counselling")
    screen, _keyboard = _open(qtbot, desk, person)
    screen.offer("counselling")
    screen.resize(860, 640)
    page = screen._page
    until(qtbot, lambda: screen.width() == 860)
    assert page.widget() is not None
    until(qtbot, lambda: page.widget().width() <= page.viewport().width())  # type: ignore[union-attr]


def test_the_intake_form_in_arabic_takes_at_most_four_keys(
    qtbot: QtBot, desk: Desk, person: UUID
) -> None:
    file, keyboard = _open(qtbot, desk, person)
    paper = PaperScreen(desk)
    asked: list[str] = []

    def follow(name: str, arguments: dict[str, Any]) -> None:
        asked.append(name)
        show(qtbot, paper, 1366, 768)
        paper.arrive(**arguments)

    desk.screen_asked.connect(follow)
    keyboard.press("p", CONTROL)
    assert asked == ["paper"]
    until(qtbot, lambda: paper.printed is not None)
    there = Keyboard(paper)
    there.keys = keyboard.keys
    there.press("a")
    until(qtbot, lambda: paper.print_button.isEnabled())
    assert paper.languages.code == "ar"
    assert paper.document.pageCount() == paper.printed.pages  # type: ignore[union-attr]
    there.press(Qt.Key.Key_Return)
    until(qtbot, lambda: paper.window().findChildren(QWidget, "") != [])
    dialogs = [w for w in paper.findChildren(QWidget) if w.isWindow() and w.isVisible()]
    assert len(dialogs) == 1
    assert there.keys <= 4
    dialogs[0].close()
    file.leave()


def test_a_paper_is_saved_as_pdf_and_said_to_be_readable(
    qtbot: QtBot, desk: Desk, person: UUID, tmp_path: Path
) -> None:
    paper = PaperScreen(desk)
    show(qtbot, paper)
    paper.arrive(document="intake", record=person)
    until(qtbot, lambda: paper.printed is not None)
    with qtbot.waitSignal(desk.said) as said:
        paper.save(tmp_path / "intake.pdf")
    assert (tmp_path / "intake.pdf").read_bytes().startswith(b"%PDF")
    assert "Anybody who has this file can read it" in said.args[0]


def test_a_second_language_follows_the_person(qtbot: QtBot, desk: Desk) -> None:
    person = add_person(desk.store, desk.user, "Awa", about={"main_language": "ar"})
    paper = PaperScreen(desk)
    show(qtbot, paper)
    paper.arrive(document="intake", record=person)
    assert (paper.languages.code, paper.second.code) == ("en", "ar")
