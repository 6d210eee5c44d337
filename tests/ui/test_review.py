"""The Review screen, from the keyboard: two real stores that disagree, and what settles it."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.casework.cases import advance, open_case
from app.casework.conflicts import conflict_count, settle
from app.casework.history import history
from app.models.cases import Case
from app.models.change import Change, genesis
from app.models.consents import Consent
from app.models.drafts import drafts_of
from app.models.grants import Grant
from app.models.log import head_of, seal
from app.models.merge import Run
from app.models.persons import Person, PersonName
from app.models.record import Record
from app.sync.refused import refused_changes
from app.sync.state import Progress, keep_progress
from app.ui.desk import Desk
from app.ui.screens.review import ReviewScreen
from app.ui.screens.review_card import ConflictCard
from app.ui.screens.review_count import ReviewCount
from app.ui.screens.review_reading import PAGE
from tests.casework.disputing import Desks, disputed_grant
from tests.casework.disputing import desks as open_desks
from tests.conftest import Founder
from tests.models.test_convergence import runs_of
from tests.sync.running import enrolled, headquarters, serving, synced
from tests.ui.work import Keyboard, make_desk, show, until


@pytest.fixture
def desks(qtbot: QtBot, found: Founder) -> Desks:
    return open_desks(found)


@pytest.fixture
def desk(desks: Desks) -> Any:
    made = make_desk(desks.here, desks.amina)
    yield made
    made.close()


def opened(qtbot: QtBot, desk: Desk, **arguments: Any) -> tuple[ReviewScreen, Keyboard]:
    """Show the screen with all that waits read."""
    screen = ReviewScreen(desk)
    keyboard = show(qtbot, screen, 1150, 700)
    screen.arrive(**arguments)
    until(qtbot, lambda: not screen.is_reading)
    return screen, keyboard


def card_of(screen: ReviewScreen) -> ConflictCard:
    card = screen.disputes.card
    assert card is not None
    return card


def names_of(screen: ReviewScreen) -> list[str]:
    return [line.names[0] for line in screen.disputes.model.rows()]


def keep(qtbot: QtBot, screen: ReviewScreen, keyboard: Keyboard) -> None:
    """Give the first ready reason, keep, and wait for what comes next."""
    keyboard.press("1")
    keyboard.press(Qt.Key.Key_Return)
    until(qtbot, lambda: not screen.is_reading)


def both(desks: Desks, kind: type[Record], record: UUID, field: str) -> set[Any]:
    """Give what the two desks show once they have met."""
    desks.meet()
    shown = set()
    for store in (desks.here, desks.there):
        with store.read() as db:
            assert conflict_count(db) == 0
            shown.add(getattr(db.get_one(kind, record), field))
    return shown


def settle_first(qtbot: QtBot, desk: Desk) -> None:
    """Pick the first answer with the keyboard."""
    screen, keyboard = opened(qtbot, desk)
    until(qtbot, lambda: card_of(screen).isAncestorOf(screen.focusWidget() or screen))
    keyboard.press("1")
    keep(qtbot, screen, keyboard)
    until(qtbot, lambda: screen.disputes.card is None)
    screen.leave()


CONFLICTS: list[tuple[str, Any, Any]] = [
    ("sex", "X", "M"),
    ("birth", "1990-05-02", "1991"),
    ("nationalities", ["SN", "ML"], ["SN", "GN"]),
]


@pytest.mark.parametrize(("field", "here", "there"), CONFLICTS)
def test_an_answer_about_a_person_is_picked_by_one_key(
    qtbot: QtBot, desk: Desk, desks: Desks, field: str, here: Any, there: Any
) -> None:
    person = desks.person("Awa")
    desks.differ(Person, person, {field: here}, {field: there})
    settle_first(qtbot, desk)
    wanted = Person.fields[field].clean(there, desks.here.context())
    assert both(desks, Person, person, field) == {wanted}


def test_a_text_is_picked(qtbot: QtBot, desk: Desk, desks: Desks) -> None:
    name = desks.name_of(desks.person("Awa", "Diop"))
    desks.differ(PersonName, name, {"family_name": "Diouf"}, {"family_name": "Ndiaye"})
    settle_first(qtbot, desk)
    assert both(desks, PersonName, name, "family_name") == {"Ndiaye"}


def test_money_is_picked_by_somebody_who_pays(qtbot: QtBot, desk: Desk, desks: Desks) -> None:
    grant = disputed_grant(desks)
    desks.becomes("finance")
    settle_first(qtbot, desk)
    assert {str(amount) for amount in both(desks, Grant, grant, "requested")} == {"850.00 EUR"}


def test_a_set_of_choices_is_picked(qtbot: QtBot, desk: Desk, desks: Desks) -> None:
    consent = desks.consent(desks.person("Awa"), "register")
    desks.differ(
        Consent, consent, {"scopes": ["register", "photo"]}, {"scopes": ["register", "services"]}
    )
    settle_first(qtbot, desk)
    assert both(desks, Consent, consent, "scopes") == {frozenset({"register", "services"})}


def test_the_state_of_a_case_is_picked_and_offers_no_third(
    qtbot: QtBot, desk: Desk, desks: Desks
) -> None:
    case = desks.case(desks.person("Awa"))
    desks.meet()
    with desks.there.write(desks.brahim) as db:
        advance(db, db.get_one(Case, case), "withdrawn")
    with desks.here.write(desks.amina) as db:
        advance(db, db.get_one(Case, case), "protection_hold")
    desks.meet()
    screen, _keyboard = opened(qtbot, desk)
    assert [box.other.isVisible() for box in card_of(screen).boxes] == [False]
    screen.hide()
    settle_first(qtbot, desk)
    assert both(desks, Case, case, "state") == {"withdrawn"}


def test_another_answer_is_written_in_the_questions_own_field(
    qtbot: QtBot, desk: Desk, desks: Desks
) -> None:
    name = desks.name_of(desks.person("Awa", "Diop"))
    desks.differ(PersonName, name, {"family_name": "Diouf"}, {"family_name": "Ndiaye"})
    screen, keyboard = opened(qtbot, desk)
    card_of(screen).boxes[0].other.setFocus()
    keyboard.press(Qt.Key.Key_Space)
    keyboard.text("Sarr 2")
    card_of(screen).reason.line.setFocus()
    keyboard.text("carte vue")
    keyboard.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    until(qtbot, lambda: screen.disputes.card is None)
    assert both(desks, PersonName, name, "family_name") == {"Sarr 2"}
    with desks.there.read() as db:
        assert history(db, "person_name", name)[-1].answers["_reason"] == "carte vue"


def test_what_is_missing_is_said_where_it_is_missing(
    qtbot: QtBot, desk: Desk, desks: Desks
) -> None:
    desks.differ(Person, desks.person("Awa"), {"sex": "X"}, {"sex": "M"})
    screen, keyboard = opened(qtbot, desk)
    card = card_of(screen)
    card.save()
    assert "Pick one" in card.boxes[0].complaint
    keyboard.press("2")
    assert not card.boxes[0].complaint
    card.save()
    assert card.reason.complaint == "Give the reason."


def test_several_questions_are_answered_one_after_the_other_in_one_save(
    qtbot: QtBot, desk: Desk, desks: Desks
) -> None:
    name = desks.name_of(desks.person("Awa", "Diop"))
    desks.differ(
        PersonName, name,
        {"given_names": "Ava", "family_name": "Diouf"},
        {"given_names": "Aoua", "family_name": "Diope"},
    )  # fmt: skip
    screen, keyboard = opened(qtbot, desk)
    assert len(card_of(screen).boxes) == 2
    keyboard.press("1")
    keyboard.press("2")
    keep(qtbot, screen, keyboard)
    assert both(desks, PersonName, name, "given_names") == {"Aoua"}
    with desks.here.read() as db:
        assert db.get_one(PersonName, name).family_name == "Diouf"


def test_after_one_comes_the_next_with_the_keyboard_in_it(
    qtbot: QtBot, desk: Desk, desks: Desks
) -> None:
    people = [desks.person(name) for name in ("Awa", "Binta", "Coumba")]
    for person in people:
        desks.differ(Person, person, {"sex": "X"}, {"sex": "M"})
    screen, keyboard = opened(qtbot, desk)
    assert names_of(screen) == ["Awa", "Binta", "Coumba"]
    keys = keyboard.keys
    for left in (2, 1, 0):
        until(qtbot, lambda: screen.disputes.card is not None)
        until(qtbot, lambda: card_of(screen).isAncestorOf(screen.focusWidget() or screen))
        keyboard.press("1")
        keyboard.press("3")
        keyboard.press(Qt.Key.Key_Return)
        until(qtbot, lambda left=left: screen.disputes.model.rowCount() == left)
        until(qtbot, lambda: not screen.is_reading)
    assert keyboard.keys - keys == 9
    assert "No two answers differ" in screen.disputes.empty.text()


def test_who_when_and_where_are_told_with_each_answer(
    qtbot: QtBot, desk: Desk, desks: Desks
) -> None:
    desks.differ(Person, desks.person("Awa"), {"sex": "X"}, {"sex": "M"})
    screen, _keyboard = opened(qtbot, desk)
    told = [b.accessibleName() for b in card_of(screen).boxes[0].buttons]
    assert "brahim" in told[0]
    assert "another computer of" in told[0]
    assert "this computer" in told[1]
    assert told[1].endswith("shown for now")


def test_an_answer_from_a_clock_set_ahead_is_marked(qtbot: QtBot, desk: Desk, desks: Desks) -> None:
    person = desks.person("Awa")
    desks.meet()
    desks.there._clock.last = (4_000_000_000_000) << 16  # in the year 2096
    desks.differ(Person, person, {"sex": "X"}, {"sex": "M"})
    screen, _keyboard = opened(qtbot, desk)
    told = [b.accessibleName() for b in card_of(screen).boxes[0].buttons]
    assert ["in the future" in one for one in told] == [False, True]


def test_money_is_only_shown_to_somebody_who_may_not_settle_it(
    qtbot: QtBot, desk: Desk, desks: Desks
) -> None:
    disputed_grant(desks)
    desks.becomes("counsellor")
    screen, keyboard = opened(qtbot, desk)
    card = card_of(screen)
    assert "Finance officer" in card.complaint
    assert card.keep.isHidden()
    keyboard.press("1")
    assert not card.is_begun


def test_what_is_begun_is_kept_and_found_again(qtbot: QtBot, desk: Desk, desks: Desks) -> None:
    person = desks.person("Awa")
    desks.differ(Person, person, {"sex": "X"}, {"sex": "M"})
    screen, keyboard = opened(qtbot, desk)
    keyboard.press("2")
    keyboard.text("vu")
    screen.leave()
    [draft] = drafts_of(desks.here, desks.amina)
    assert (draft.form, draft.about) == ("review", person)
    screen.hide()
    again, keyboard = opened(qtbot, desk, about=person)
    assert card_of(again).boxes[0].answer() == "X"
    assert card_of(again).reason.text == "vu"
    card_of(again).save()
    until(qtbot, lambda: again.disputes.card is None)
    assert drafts_of(desks.here, desks.amina) == []


def test_one_settled_elsewhere_meanwhile_goes_without_a_trace(
    qtbot: QtBot, desk: Desk, desks: Desks
) -> None:
    person = desks.person("Awa")
    desks.differ(Person, person, {"sex": "X"}, {"sex": "M"})
    screen, keyboard = opened(qtbot, desk)
    keyboard.press("1")
    with desks.there.write(desks.brahim) as db:
        settle(db, db.get_one(Person, person), {"sex": "X"}, "sure")
    desks.meet()
    until(qtbot, lambda: screen.disputes.card is None)
    assert both(desks, Person, person, "sex") == {"X"}


def test_an_answer_that_arrives_meanwhile_is_laid_beside_the_others(
    qtbot: QtBot, desk: Desk, desks: Desks, found: Founder
) -> None:
    third, leila = found("third", login="leila")
    person = desks.person("Awa")
    desks.meet()
    third.merge(runs_of(desks.here))
    desks.differ(Person, person, {"sex": "X"}, {"sex": "M"})
    screen, keyboard = opened(qtbot, desk)
    keyboard.press("1")
    with third.write(leila) as db:
        db.get_one(Person, person).sex = "U"
    desks.here.merge(runs_of(third))
    until(qtbot, lambda: len(card_of(screen).boxes[0].buttons) == 3)
    assert "changed meanwhile" in card_of(screen).complaint
    assert card_of(screen).boxes[0].answer() == "M"


def test_two_people_who_settle_at_once_are_asked_again(
    qtbot: QtBot, desk: Desk, desks: Desks
) -> None:
    person = desks.person("Awa")
    desks.differ(Person, person, {"sex": "X"}, {"sex": "M"})
    with desks.there.write(desks.brahim) as db:
        settle(db, db.get_one(Person, person), {"sex": "X"}, "sure")
    settle_first(qtbot, desk)
    desks.meet()
    settle_first(qtbot, desk)
    assert len(both(desks, Person, person, "sex")) == 1


def test_the_list_is_read_by_pages(qtbot: QtBot, desk: Desk, desks: Desks) -> None:
    people = [desks.person(f"Awa {number}") for number in range(PAGE + 5)]
    desks.meet()
    for store, user, answer in ((desks.here, desks.amina, "X"), (desks.there, desks.brahim, "M")):
        with store.write(user) as db:
            for person in people:
                db.get_one(Person, person).sex = answer
    desks.meet()
    screen, _keyboard = opened(qtbot, desk)
    model = screen.disputes.model
    assert model.rowCount() == PAGE
    assert f"{PAGE + 5}" in screen.parts["conflicts"].text()
    screen.disputes.table.scrollToBottom()
    until(qtbot, lambda: model.rowCount() == PAGE + 5)


def test_the_list_is_narrowed_to_ones_own_cases_and_to_a_kind(
    qtbot: QtBot, desk: Desk, desks: Desks
) -> None:
    mine, other = desks.person("Awa"), desks.person("Binta")
    desks.case(mine)
    for person in (mine, other):
        desks.differ(Person, person, {"sex": "X"}, {"sex": "M"})
    desks.differ(PersonName, desks.name_of(other), {"family_name": "Sy"}, {"family_name": "Ly"})
    screen, _keyboard = opened(qtbot, desk)
    assert screen.disputes.model.rowCount() == 3
    screen.disputes.whose.choose("mine")
    until(qtbot, lambda: screen.disputes.model.rowCount() == 1)
    assert names_of(screen) == ["Awa"]
    screen.disputes.whose.choose("")
    until(qtbot, lambda: screen.disputes.model.rowCount() == 3)
    screen.disputes.kind.choose("person_name")
    until(qtbot, lambda: [one.dispute.kind for one in screen.disputes.model.rows()]
          == ["person_name"])  # fmt: skip


def test_the_file_opens_where_the_record_stands(qtbot: QtBot, desk: Desk, desks: Desks) -> None:
    person = desks.person("Awa")
    desks.differ(Person, person, {"sex": "X"}, {"sex": "M"})
    screen, _keyboard = opened(qtbot, desk)
    with qtbot.waitSignal(desk.screen_asked) as asked:
        card_of(screen).open.click()
    assert asked.args[0] == "person"
    assert (asked.args[1]["person"], asked.args[1]["section"]) == (person, "intake")


# -- what no longer adds up, and what was set aside -------------------------------------------


def two_cases(desks: Desks) -> UUID:
    """Open a case of one programme at each desk."""
    person = desks.person("Awa")
    desks.meet()
    for store, user in ((desks.here, desks.amina), (desks.there, desks.brahim)):
        with store.write(user) as db:
            open_case(db, person, "FORAS")
    desks.meet()
    return person


def test_what_no_longer_adds_up_is_listed_and_opens_its_file(
    qtbot: QtBot, desk: Desk, desks: Desks
) -> None:
    person = two_cases(desks)
    screen, _keyboard = opened(qtbot, desk)
    assert screen.part == "broken"
    first = screen.broken.buttons()[0]
    assert "open case" in first.accessibleName()
    with qtbot.waitSignal(desk.screen_asked) as asked:
        first.click()
    assert (asked.args[1]["person"], asked.args[1]["section"]) == (person, "cases")


def test_a_line_goes_once_the_record_is_put_right(qtbot: QtBot, desk: Desk, desks: Desks) -> None:
    two_cases(desks)
    screen, _keyboard = opened(qtbot, desk)
    assert screen.broken.buttons()
    with desks.here.write(desks.amina) as db:
        db.query(Case).order_by(Case.id.desc()).first().voided = "opened twice"
    until(qtbot, lambda: not screen.broken.buttons())


def test_what_waits_is_counted_for_the_rail(qtbot: QtBot, desk: Desk, desks: Desks) -> None:
    counted = ReviewCount(desk)
    with qtbot.waitSignal(counted.counted) as told:
        counted.count()
    assert told.args == [0, ""]
    with qtbot.waitSignal(counted.counted, check_params_cb=lambda count, _words: count == 1):
        desks.differ(Person, desks.person("Awa"), {"sex": "X"}, {"sex": "M"})
    counted.close_down()


def test_what_headquarters_refused_is_listed_until_somebody_has_seen_to_it(
    qtbot: QtBot, desk: Desk, desks: Desks
) -> None:
    person = desks.person("Awa")
    store = desks.here
    with store.control() as connection:
        seq, _chain = head_of(connection, store.device.bytes)
        refused = Progress(refused=[(store.device.bytes, seq, "not your office's file")])
        keep_progress(store, connection, refused)
    screen, _keyboard = opened(qtbot, desk)
    assert screen.part == "aside"
    [go, done] = screen.aside.buttons()[-2:]
    with qtbot.waitSignal(desk.screen_asked) as asked:
        go.click()
    assert asked.args[1]["person"] == person
    done.click()
    until(qtbot, lambda: not screen.aside.buttons())
    assert not refused_changes(store)


def test_what_cannot_be_read_is_listed_with_its_reason_and_tried_again(
    qtbot: QtBot, desk: Desk, desks: Desks
) -> None:
    person = desks.person("Awa")
    device = UUID(int=7).bytes
    made = Change(
        seq=1, clock=1, author=desks.brahim.bytes, tx=1, kind="person", record=person.bytes,
        root=b"", fields={"children": "many"}, bases=[],
    )  # fmt: skip
    [stored] = seal(device, genesis(device), [made])
    desks.here.merge([Run(device, 1, genesis(device), [stored.body])])
    screen, _keyboard = opened(qtbot, desk)
    told = " ".join(label.text() for label in screen.aside.findChildren(QLabel))
    assert "it holds what this version of Sanad does not take" in told
    with qtbot.waitSignal(desk.said) as said:
        screen.aside.retry.click()
    assert said.args[0] == "Nothing more was accepted."
    until(qtbot, lambda: not screen.is_reading)
    assert "(\u20681\u2069)" in screen.parts["aside"].text()


def test_a_choice_travels_by_headquarters_and_the_computer_is_named(
    qtbot: QtBot, desk: Desk, desks: Desks, tmp_path: Path
) -> None:
    person = desks.person("Awa")
    with headquarters(tmp_path / "hq") as hq, serving(hq) as url:
        for store in (desks.here, desks.there):
            enrolled(store, hq, url)
        for store in (desks.here, desks.there):
            synced(store)
        with desks.there.write(desks.brahim) as db:
            db.get_one(Person, person).sex = "M"
        with desks.here.write(desks.amina) as db:
            db.get_one(Person, person).sex = "X"
        for store in (desks.here, desks.there, desks.here):
            synced(store)
        screen, _keyboard = opened(qtbot, desk)
        assert "a laptop" in card_of(screen).boxes[0].buttons[0].accessibleName()
        screen.hide()
        settle_first(qtbot, desk)
        for store in (desks.here, desks.there):
            synced(store)
    with desks.there.read() as db:
        assert (conflict_count(db), db.get_one(Person, person).sex) == (0, "M")
