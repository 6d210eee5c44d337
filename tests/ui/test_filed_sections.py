"""Records shown in a person's file from their declaration: added, corrected, acted on by keys."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.casework.cases import advance, open_case
from app.casework.entry import add_record
from app.casework.files import filed_kinds
from app.models.cases import Case
from app.models.drafts import drafts_of
from app.models.filing import FILE_SECTIONS
from app.models.follow_up import Feedback
from app.models.household import HouseholdMember
from app.models.instruments import InstrumentResponse
from app.models.record import kinds
from app.models.screenings import Screening
from app.models.tasks import Task
from app.models.travel import TravelDocumentRequest, TravelLeg
from app.models.users import User
from app.ui.desk import Desk
from app.ui.forms import Form
from app.ui.screens.filed_card import FiledCard
from app.ui.screens.filed_list import FiledList
from app.ui.screens.person import PersonScreen
from app.ui.screens.today import resume
from app.ui.widgets.answers import AnswersControl
from tests.casework.returning import Returning
from tests.conftest import TODAY, Founder
from tests.models.test_convergence import runs_of
from tests.ui.full_file import fill_file
from tests.ui.work import Keyboard, add_person, make_desk, show, until

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def one(desk: Desk) -> Returning:
    """Somebody whose case is a draft."""
    return Returning(desk.store, desk.user)


def _open(
    qtbot: QtBot, desk: Desk, person: UUID, **arguments: Any
) -> tuple[PersonScreen, Keyboard]:
    screen = PersonScreen(desk)
    keyboard = show(qtbot, screen, 1366, 768)
    screen.arrive(person=person, **arguments)
    until(qtbot, lambda: not any(section.is_behind for section in screen.sections.values()))
    return screen, keyboard


def _list(screen: PersonScreen, kind: Any) -> FiledList:
    return next(one for one in screen.findChildren(FiledList) if one.kind is kind)


def _card(qtbot: QtBot, screen: PersonScreen, kind: Any) -> FiledCard:
    def cards() -> list[FiledCard]:
        found = screen.findChildren(FiledCard)
        return [one for one in found if isinstance(one.record, kind) and one.isVisible()]

    until(qtbot, lambda: len(cards()) == 1)
    return cards()[0]


def _press(qtbot: QtBot, within: QWidget, text: str) -> QPushButton:
    """Press a button by its words, from the keyboard."""

    def shown() -> list[QPushButton]:
        return [b for b in within.findChildren(QPushButton) if b.text() == text and b.isVisible()]

    until(qtbot, lambda: bool(shown()))
    button = shown()[0]
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    return button


def _choose(qtbot: QtBot, entry: str) -> None:
    """Choose from the menu that has dropped."""
    until(qtbot, lambda: QApplication.activePopupWidget() is not None)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    entries = [action.text() for action in menu.actions()]
    for _step in range(entries.index(entry)):
        qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Return)


def _form(within: QWidget, name: str) -> Form:
    """Give the open form that asks a question."""
    forms = [f for f in within.findChildren(Form) if name in f.questions and f.isVisible()]
    assert forms, f"no open form asks {name}"
    return forms[0]


def _focus_question(screen: PersonScreen, name: str) -> None:
    """Bring the keyboard to a question of the form that is open."""
    _form(screen, name).questions[name].focus()


def _one(desk: Desk, kind: Any) -> Any:
    with desk.store.read() as db:
        return db.scalars(select(kind)).one()


def _words(widget: QWidget) -> str:
    shown = [label for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]
    return "\n".join(label.text() for label in shown)


# -- what is shown -----------------------------------------------------------------------------


def test_every_filed_kind_has_a_place_in_the_file(qtbot: QtBot, desk: Desk, one: Returning) -> None:
    screen, _keyboard = _open(qtbot, desk, one.person)
    assert list(screen.sections) == list(FILE_SECTIONS)
    listed = {listed.kind for listed in screen.findChildren(FiledList)}
    top = {kind for kind in filed_kinds() if kind.filed is not None and not kind.filed.under}
    assert listed == top


def test_a_full_file_shows_its_records_and_what_stands_under_them(qtbot: QtBot, desk: Desk) -> None:
    whole = fill_file(desk.store, desk.user)
    screen, _keyboard = _open(qtbot, desk, whole.person)
    told = {name: _words(section) for name, section in screen.sections.items()}
    assert "Moussa Diop" in told["intake"]
    assert "Rapid screening" in told["intake"]
    assert "Clinique de l'Espoir" in told["counselling"]
    assert "Couture Awa" in told["training"]
    assert "Établissements Ndiaye et Fils" in told["plan"]
    assert "CMN" in told["travel"]
    assert "Le billet est arrivé trop tard." in told["follow_up"]
    assert "Registered → Screening" in told["cases"].replace("\u2068", "").replace("\u2069", "")


def test_the_titles_of_the_index_keep_their_ampersand(
    qtbot: QtBot, desk: Desk, one: Returning
) -> None:
    screen, _keyboard = _open(qtbot, desk, one.person)
    titles = [button.text() for button in screen._index.findChildren(QPushButton)]
    assert "Plan && grants" in titles


def test_another_persons_records_are_gone_at_once(qtbot: QtBot, desk: Desk) -> None:
    whole = fill_file(desk.store, desk.user)
    other = Returning(desk.store, desk.user)
    screen, _keyboard = _open(qtbot, desk, whole.person)
    screen.arrive(person=other.person)
    assert "Moussa Diop" not in _words(screen)
    assert "Couture Awa" not in _words(screen)


def test_an_intake_partner_is_shown_no_screening(qtbot: QtBot, desk: Desk, one: Returning) -> None:
    with desk.store.write(desk.user) as db:
        partner = User(login="p", roles=frozenset({"intake_partner"}), office=desk.store.office)
        db.add(partner)
    theirs = make_desk(desk.store, partner.id)
    screen, _keyboard = _open(qtbot, theirs, one.person)
    listed = {listed.kind.kind for listed in screen.findChildren(FiledList)}
    assert "household_member" in listed
    assert "screening" not in listed
    screen.leave()
    theirs.close()


# -- added, corrected, set aside ---------------------------------------------------------------


def test_a_record_is_added_by_keyboard(qtbot: QtBot, desk: Desk, one: Returning) -> None:
    screen, keyboard = _open(qtbot, desk, one.person)
    _press(qtbot, screen, "Add a family member")
    _focus_question(screen, "name")
    keyboard.text("Moussa")
    _focus_question(screen, "relation")
    keyboard.text("Child under")
    keyboard.press("s", CONTROL)
    member = _one(desk, HouseholdMember)
    assert (member.name, member.person) == ("Moussa", one.person)
    _card(qtbot, screen, HouseholdMember)
    assert drafts_of(desk.store, desk.user) == []


def test_a_refusal_stands_at_its_question(qtbot: QtBot, desk: Desk, one: Returning) -> None:
    screen, keyboard = _open(qtbot, desk, one.person)
    _press(qtbot, screen, "Add a task")
    keyboard.press("s", CONTROL)
    target = _form(screen, "what").questions["what"].control.target()
    assert target.property("state") == "error"
    assert target.hasFocus()


def test_a_record_is_corrected_in_its_card(qtbot: QtBot, desk: Desk, one: Returning) -> None:
    one.add("member", "task", person=str(one.person), what="Call", due_on="2026-11-25")
    screen, keyboard = _open(qtbot, desk, one.person)
    card = _card(qtbot, screen, Task)
    _press(qtbot, card, "Correct")
    _focus_question(screen, "what")
    keyboard.press("a", CONTROL)
    keyboard.text("Call the consulate")
    keyboard.press("s", CONTROL)
    assert _one(desk, Task).what == "Call the consulate"
    until(qtbot, lambda: "Call the consulate" in _words(card))


def test_a_record_is_set_aside_with_a_reason_and_counted_again(
    qtbot: QtBot, desk: Desk, one: Returning
) -> None:
    one.add("task", "task", person=str(one.person), what="Call", due_on="2026-11-25")
    screen, keyboard = _open(qtbot, desk, one.person)
    _press(qtbot, _card(qtbot, screen, Task), "More…")
    _choose(qtbot, "No longer counts…")
    keyboard.press("s", CONTROL)
    assert _one(desk, Task).voided is None  # the reason is missing
    keyboard.text("Written in the wrong file")
    keyboard.press("s", CONTROL)
    assert _one(desk, Task).voided == "Written in the wrong file"
    tasks = _list(screen, Task)
    until(qtbot, lambda: not tasks.cards)
    _press(qtbot, tasks, "\u20681\u2069 no longer counts")
    assert "Written in the wrong file" in _words(tasks)
    _press(qtbot, tasks, "Count it again")
    assert _one(desk, Task).voided is None
    _card(qtbot, screen, Task)


def test_what_stands_under_a_record_is_added_line_by_line(
    qtbot: QtBot, desk: Desk, one: Returning
) -> None:
    one.add("travel", "travel", case=str(one.case), departs_on="2026-12-01")
    screen, keyboard = _open(qtbot, desk, one.person)
    button = _press(qtbot, screen.sections["travel"], "Add a leg")
    for name, answer in (
        ("mode", "Fl"),
        ("origin", "CMN"),
        ("destination", "DSS"),
        ("departs_at", "01/12/2026 18:00"),
    ):
        _focus_question(screen, name)
        keyboard.press("a", CONTROL)
        keyboard.text(answer)
    keyboard.press("s", CONTROL)
    leg = _one(desk, TravelLeg)
    assert (leg.travel, leg.origin) == (one.ids["travel"][1], "CMN")
    _card(qtbot, screen, TravelLeg)
    assert button.hasFocus()  # the next leg is one key away


# -- done with a record ------------------------------------------------------------------------


def test_a_verb_that_asks_nothing_is_done_at_once_and_said(
    qtbot: QtBot, desk: Desk, one: Returning
) -> None:
    one.add("task", "task", person=str(one.person), what="Call", due_on="2026-11-25")
    screen, _keyboard = _open(qtbot, desk, one.person)
    with qtbot.waitSignal(desk.said) as said:
        _press(qtbot, _card(qtbot, screen, Task), "Done")
    assert said.args[0] == "Done: \u206825 November 2026 · Call\u2069."
    assert _one(desk, Task).done_on == TODAY


def test_a_verb_that_asks_opens_its_questions_in_the_card(
    qtbot: QtBot, desk: Desk, one: Returning
) -> None:
    one.add(
        "paper", "travel_document_request", case=str(one.case), paper="laissez_passer",
        consulate="Consulat du Sénégal",
    )  # fmt: skip
    screen, keyboard = _open(qtbot, desk, one.person)
    card = _card(qtbot, screen, TravelDocumentRequest)
    _press(qtbot, card, "Paper issued")
    keyboard.text("LP 77")
    _focus_question(screen, "expires_on")
    keyboard.text("01/03/2027")
    keyboard.press("s", CONTROL)
    paper = _one(desk, TravelDocumentRequest)
    assert (paper.state, paper.number) == ("issued", "LP 77")
    until(qtbot, lambda: "LP 77" in _words(card))


def test_the_questions_of_a_verb_begin_with_what_is_known(
    qtbot: QtBot, desk: Desk, one: Returning
) -> None:
    one.add(
        "paper", "travel_document_request", case=str(one.case), paper="laissez_passer",
        consulate="Consulat du Sénégal",
    )  # fmt: skip
    screen, keyboard = _open(qtbot, desk, one.person)
    _press(qtbot, _card(qtbot, screen, TravelDocumentRequest), "Sent to the consulate")
    keyboard.press("s", CONTROL)
    assert _one(desk, TravelDocumentRequest).sent_on == TODAY


def test_what_a_form_points_to_is_of_the_same_record(qtbot: QtBot, desk: Desk) -> None:
    whole = fill_file(desk.store, desk.user)
    grant = {
        "case": str(whole.case), "grant_kind": "in_kind", "purpose": "housing",
        "requested": "50 EUR", "requested_on": TODAY.isoformat(),
    }  # fmt: skip
    with desk.store.write(desk.user) as db:
        other = add_record(db, "grant", grant).id
    screen, _keyboard = _open(qtbot, desk, whole.person)
    for card in screen.findChildren(FiledCard):
        if card.record.kind == "grant":
            nested = next(one for one in card.nested if one.kind.kind == "commitment")
            nested.add()
            control: Any = _form(nested, "quote").questions["quote"].control
            offered = control._pick._labels
            assert len(offered) == (0 if card.record.id == other else 2)
    screen.leave()


# -- which case --------------------------------------------------------------------------------


def test_with_several_cases_the_case_is_asked_first(
    qtbot: QtBot, desk: Desk, one: Returning
) -> None:
    with desk.store.write(desk.user) as db:
        second = open_case(db, one.person, "HUM-SSA")
    screen, keyboard = _open(qtbot, desk, one.person)
    _press(qtbot, screen, "Record a screening")
    _choose(qtbot, second.summary)
    _focus_question(screen, "screening_kind")
    keyboard.press("a", CONTROL)
    keyboard.text("Rapid")
    _focus_question(screen, "result")
    keyboard.press("a", CONTROL)
    keyboard.text("Carried")
    keyboard.press("s", CONTROL)
    assert _one(desk, Screening).case == second.id


def test_without_an_open_case_one_is_offered_first(
    qtbot: QtBot, desk: Desk, one: Returning
) -> None:
    one.advance("withdrawn")
    screen, _keyboard = _open(qtbot, desk, one.person)
    _press(qtbot, screen, "Plan the journey")
    _press(qtbot, screen.sections["travel"], "Open a case first")
    assert screen.cases.adding.isVisible()


# -- drafts ------------------------------------------------------------------------------------


def _resume(qtbot: QtBot, desk: Desk) -> tuple[PersonScreen, Any]:
    """Take up the one draft from Today; gives the file and what its form says."""
    (draft,) = drafts_of(desk.store, desk.user)
    asked: list[dict[str, Any]] = []
    desk.screen_asked.connect(lambda _name, arguments: asked.append(arguments))
    resume(desk, draft)
    screen, _keyboard = _open(qtbot, desk, **asked[0])
    return screen, draft


def test_an_addition_begun_is_taken_up(qtbot: QtBot, desk: Desk, one: Returning) -> None:
    first, keyboard = _open(qtbot, desk, one.person)
    _press(qtbot, first, "Plan the journey")
    _focus_question(first, "carrier")
    keyboard.text("RAM")
    first.leave()
    again, draft = _resume(qtbot, desk)
    assert (draft.form, draft.about) == ("person.travel", one.case)
    assert _form(again, "carrier").answers()["carrier"] == "RAM"


def test_an_addition_under_a_record_begun_is_taken_up(
    qtbot: QtBot, desk: Desk, one: Returning
) -> None:
    one.add("travel", "travel", case=str(one.case), departs_on="2026-12-01")
    first, keyboard = _open(qtbot, desk, one.person)
    _press(qtbot, first.sections["travel"], "Add a leg")
    _focus_question(first, "origin")
    keyboard.press("a", CONTROL)
    keyboard.text("Casa")
    first.leave()
    again, draft = _resume(qtbot, desk)
    assert draft.about == one.ids["travel"][1]
    assert _form(again, "origin").answers()["origin"] == "Casa"


def test_the_questions_of_a_verb_begun_are_taken_up(
    qtbot: QtBot, desk: Desk, one: Returning
) -> None:
    one.add(
        "paper", "travel_document_request", case=str(one.case), paper="laissez_passer",
        consulate="Consulat du Sénégal",
    )  # fmt: skip
    first, keyboard = _open(qtbot, desk, one.person)
    _press(qtbot, _card(qtbot, first, TravelDocumentRequest), "Paper issued")
    keyboard.text("LP 9")
    first.leave()
    again, draft = _resume(qtbot, desk)
    assert draft.form == "person.do.issue.travel_document_request"
    assert _form(again, "number").answers()["number"] == "LP 9"


def test_a_form_stays_open_while_others_write(qtbot: QtBot, desk: Desk, one: Returning) -> None:
    one.add("travel", "travel", case=str(one.case), departs_on="2026-12-01")
    screen, keyboard = _open(qtbot, desk, one.person)
    _press(qtbot, screen.sections["travel"], "Add a leg")
    _focus_question(screen, "origin")
    keyboard.press("a", CONTROL)
    keyboard.text("Casa")
    one.change("travel", carrier="RAM")
    until(qtbot, lambda: "RAM" in _words(screen.sections["travel"]))
    keyboard.text("blanca")
    assert _form(screen, "origin").answers()["origin"] == "Casablanca"


# -- questionnaires ----------------------------------------------------------------------------


def test_a_questionnaire_is_filled_in_by_numbers(qtbot: QtBot, desk: Desk, one: Returning) -> None:
    screen, keyboard = _open(qtbot, desk, one.person)
    _press(qtbot, screen, "Fill in a questionnaire")
    _focus_question(screen, "instrument")
    keyboard.text("Satisf")
    keyboard.tab()
    control = next(c for c in screen.findChildren(AnswersControl) if c.isVisible())
    until(qtbot, lambda: bool(control.boxes))
    control.target().setFocus()
    for number in "51234":
        keyboard.press(number)
    items = list(control.boxes.values())
    assert items[5].target().hasFocus()  # each number goes on to the next item
    keyboard.press("s", CONTROL)
    response = _one(desk, InstrumentResponse)
    chosen = [list(items[0].options)[int(number) - 1] for number in "51234"]
    assert [response.answers[box] for box in list(control.boxes)[:5]] == chosen
    assert len(response.answers) == 5
    assert response.version == "1"
    until(qtbot, lambda: "answers" in _words(screen.sections["follow_up"]))


def test_an_answer_is_taken_back_by_delete(qtbot: QtBot, desk: Desk) -> None:
    control = AnswersControl()
    keyboard = show(qtbot, control)
    control.ask_with("SATISFACTION")
    control.target().setFocus()
    keyboard.press("2")
    assert len(control.answer()) == 1
    first = next(iter(control.boxes.values()))
    first.target().setFocus()
    keyboard.press(Qt.Key.Key_Delete)
    assert control.answer() is None


def test_items_are_asked_in_the_language_chosen(qtbot: QtBot) -> None:
    control = AnswersControl()
    show(qtbot, control)
    control.ask_with("SATISFACTION")
    control.speak("ar")
    box = next(iter(control.boxes.values()))
    assert box.layoutDirection() == Qt.LayoutDirection.RightToLeft
    assert any("\u0600" <= letter <= "\u06ff" for letter in _words(box))


# -- the head ----------------------------------------------------------------------------------


def test_the_head_offers_the_screening_that_is_missing(
    qtbot: QtBot, desk: Desk, one: Returning
) -> None:
    one.prepare()
    screening = one.ids["screening"][1]
    one.change("screening", voided="Not this person")
    one.advance("registered")
    one.advance("screening")
    screen, keyboard = _open(qtbot, desk, one.person)
    assert "No rapid screening is recorded yet" in _words(screen.header)
    assert screen.header.primary is not None
    assert screen.header.primary.text() == "Record a screening"
    keyboard.press(Qt.Key.Key_Return, CONTROL)
    _focus_question(screen, "screening_kind")
    keyboard.press("a", CONTROL)
    keyboard.text("Rapid")
    _focus_question(screen, "result")
    keyboard.press("a", CONTROL)
    keyboard.text("Carried")
    keyboard.press("s", CONTROL)
    with desk.store.read() as db:
        added = db.scalars(select(Screening).where(Screening.id != screening)).one()
    assert added.case == one.case
    until(qtbot, lambda: screen.header.primary.text() == "Go on to: Counselling")  # type: ignore[union-attr]


def test_the_head_does_the_step_a_record_waits_for(
    qtbot: QtBot, desk: Desk, one: Returning
) -> None:
    one.reach("ready")
    screen, keyboard = _open(qtbot, desk, one.person)
    assert screen.header.primary is not None
    assert screen.header.primary.text() == "Confirm boarding"
    keyboard.press(Qt.Key.Key_Return, CONTROL)
    keyboard.press("s", CONTROL)
    until(qtbot, lambda: screen.header.primary.text() == "Go on to: Departed")  # type: ignore[union-attr]
    keyboard.press(Qt.Key.Key_Return, CONTROL)
    assert one.state() == "departed"


def test_the_stepper_shows_the_step_before_and_the_next_two(
    qtbot: QtBot, desk: Desk, one: Returning
) -> None:
    one.reach("declared")
    screen, _keyboard = _open(qtbot, desk, one.person)
    words = _words(screen.header).splitlines()
    steps = [w for w in words if w in {
        "…", "Screening", "Counselling", "Return declared", "Waiting for papers",
        "Papers complete", "Booked",
    }]  # fmt: skip
    assert steps == [
        "…", "Counselling", "Return declared", "Waiting for papers", "Papers complete", "…",
    ]  # fmt: skip


def test_a_case_on_hold_shows_where_it_stands_and_may_be_withdrawn(
    qtbot: QtBot, desk: Desk, one: Returning
) -> None:
    one.reach("protection_hold")
    screen, _keyboard = _open(qtbot, desk, one.person)
    words = _words(screen.header)
    assert "On hold" in words
    assert "Counselling" in words
    _press(qtbot, screen.header, "Withdraw")
    assert one.state() == "withdrawn"


def test_a_move_with_a_reason_is_asked_in_the_page(
    qtbot: QtBot, desk: Desk, one: Returning
) -> None:
    screen, keyboard = _open(qtbot, desk, one.person)
    _press(qtbot, screen.header, "More…")
    _choose(qtbot, "Contact lost…")
    keyboard.text("The number no longer answers")
    keyboard.press("s", CONTROL)
    assert one.state() == "lost_contact"
    with desk.store.read() as db:
        assert db.get_one(Case, one.case).state_reason == "The number no longer answers"


def test_complaints_are_answered_in_their_card(qtbot: QtBot, desk: Desk, one: Returning) -> None:
    one.add(
        "said", "feedback", person=str(one.person), feedback_kind="complaint",
        received_on=TODAY.isoformat(), said="Too late",
    )  # fmt: skip
    screen, keyboard = _open(qtbot, desk, one.person)
    _press(qtbot, _card(qtbot, screen, Feedback), "Answer")
    _focus_question(screen, "answer")
    keyboard.text("We ask the carrier")
    keyboard.press("s", CONTROL)
    assert _one(desk, Feedback).answer == "We ask the carrier"


def test_every_kind_under_another_points_to_it() -> None:
    for kind in kinds().values():
        if kind.filed is not None and kind.filed.under:
            assert kind.filed.under == kind.root_field


def test_an_usual_answer_taken_away_stays_away(qtbot: QtBot, desk: Desk, one: Returning) -> None:
    screen, keyboard = _open(qtbot, desk, one.person)
    _press(qtbot, screen, "Add a task")
    keyboard.text("Call")
    _focus_question(screen, "due_on")
    keyboard.press("a", CONTROL)
    keyboard.text("25/11/2026")
    _focus_question(screen, "assignee")
    keyboard.press("a", CONTROL)
    keyboard.press(Qt.Key.Key_Backspace)
    keyboard.press("s", CONTROL)
    assert _one(desk, Task).assignee is None


def test_two_moves_at_the_same_time_are_settled_in_the_head(
    qtbot: QtBot, desk: Desk, one: Returning, found: Founder
) -> None:
    there, other = found("there", login="karim")
    there.merge(runs_of(desk.store))
    one.advance("withdrawn")
    with there.write(other) as db:
        advance(db, db.get_one(Case, one.case), "lost_contact", reason="no answer")
    desk.store.merge(runs_of(there))
    screen, keyboard = _open(qtbot, desk, one.person)
    assert screen.header.primary is not None
    assert screen.header.primary.text() == "Settle the state"
    keyboard.press(Qt.Key.Key_Return, CONTROL)
    control: Any = _form(screen, "state").questions["state"].control
    assert set(control._pick._labels) == {"withdrawn", "lost_contact"}
    keyboard.press("a", CONTROL)
    keyboard.text("Withdrawn")
    _focus_question(screen, "reason")
    keyboard.text("She said so here")
    keyboard.press("s", CONTROL)
    assert one.state() == "withdrawn"


def test_a_family_members_own_file_is_found_by_name(
    qtbot: QtBot, desk: Desk, one: Returning
) -> None:
    brother = add_person(desk.store, desk.user, "Ousmane", "Diop")
    screen, keyboard = _open(qtbot, desk, one.person)
    _press(qtbot, screen, "Add a family member")
    _focus_question(screen, "name")
    keyboard.text("Ousmane")
    _focus_question(screen, "relation")
    keyboard.text("Brother")
    _focus_question(screen, "member")
    keyboard.text("Ousm")
    keyboard.press("s", CONTROL)
    assert _one(desk, HouseholdMember).member == brother
    card = _card(qtbot, screen, HouseholdMember)
    until(qtbot, lambda: "Ousmane Diop" in _words(card))
