"""Travel papers, journeys, allowances, and the board of departures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.casework.cases import open_case
from app.casework.departures import PARTS, DepartureLine, board
from app.casework.entry import add_record, set_record
from app.casework.people import pre_register
from app.casework.training import create_group, enrol
from app.casework.verbs import usual_answers, verbs_of
from app.errors import Refused
from app.models.cases import Case
from app.models.money import Money
from app.models.record import kind_named
from app.models.training import Curriculum
from app.models.travel import Travel, TravelAllowance, TravelDocumentRequest, TravelLeg
from tests.casework.returning import Returning, own_store
from tests.conftest import TODAY, Office

TOMORROW, LATER = TODAY + timedelta(days=1), TODAY + timedelta(days=40)
MRZ = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<< L898902C36UTO7408122F1204159ZE184226B<<<<<10"
EXPIRES = date(2012, 4, 15)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    store, user = own_store(tmp_path_factory.mktemp("travel"))
    yield store, user
    store.close()


@pytest.fixture
def one(shared: Office) -> Returning:
    """Somebody who has everything recorded up to the departure."""
    made = Returning(*shared)
    made.prepare()
    return made


def refusal(work: Any, *arguments: Any, **answers: Any) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        work(*arguments, **answers)
    return refused.value.rule, refused.value.field


def read(one: Returning, name: str) -> Any:
    kind, record = one.ids[name]
    with one.store.read() as db:
        return db.get_one(kind_named(kind), record)


def verbs(one: Returning, name: str) -> set[str]:
    kind, record = one.ids[name]
    with one.store.read() as db:
        return {v.name for v in verbs_of(db, db.get_one(kind_named(kind), record), frozenset())}


def ask(one: Returning, **more: Any) -> None:
    one.add("asked", "travel_document_request", case=str(one.case), consulate="Mali",
            **{"paper": "passport", **more})  # fmt: skip


# -- papers ------------------------------------------------------------------------------------


def test_a_paper_is_sent_for_and_issued(one: Returning) -> None:
    ask(one)
    assert verbs(one, "asked") == {"send", "issue", "refuse", "cancel"}
    one.act("asked", "send", answer_expected=LATER.isoformat())
    found = read(one, "asked")
    assert (found.state, found.sent_on, found.answer_expected) == ("sent", TODAY, LATER)
    one.act("asked", "issue", number="P 12", expires_on="2030-01-01")
    found = read(one, "asked")
    assert (found.state, found.number, found.decided_on) == ("issued", "P 12", TODAY)
    assert verbs(one, "asked") == set()


@pytest.mark.parametrize(("verb", "state"), [("refuse", "refused"), ("cancel", "cancelled")])
def test_a_request_ends_otherwise(one: Returning, verb: str, state: str) -> None:
    ask(one)
    one.act("asked", verb)
    assert read(one, "asked").state == state


def test_the_state_of_a_request_is_not_typed_in(one: Returning) -> None:
    assert refusal(ask, one, state="issued") == ("set_by_verbs", "state")
    ask(one, state="to_send")

    def set_state() -> None:
        with one.store.write(one.user) as db:
            set_record(db, "travel_document_request", one.ids["asked"][1], {"state": "issued"})

    assert refusal(set_state) == ("set_by_verbs", "state")


def test_a_paper_issued_has_a_number_and_an_end(one: Returning) -> None:
    ask(one)
    assert refusal(one.act, "asked", "issue", expires_on="2030-01-01") == ("required", "number")
    assert refusal(one.act, "asked", "issue", number="A1") == ("required", "expires_on")


def test_the_lines_of_a_paper_fill_its_number_and_end(one: Returning) -> None:
    ask(one)
    one.change("travel", voided="x")
    one.act("asked", "issue", mrz=MRZ)
    found = read(one, "asked")
    assert (found.number, found.expires_on) == ("L898902C3", EXPIRES)


@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        ({"mrz": MRZ.replace("L898902C36", "L898902C46")}, ("mrz_check", "mrz")),
        ({"mrz": "AWA DIOP"}, ("mrz_check", "mrz")),
        ({"mrz": MRZ, "number": "L898902C4"}, ("mrz_differs", "number")),
        ({"mrz": MRZ, "expires_on": "2013-04-15"}, ("mrz_differs", "expires_on")),
        ({"issued_on": TODAY.isoformat(), "expires_on": "2026-01-01"},
         ("ends_before_start", "expires_on")),
    ],
)  # fmt: skip
def test_a_paper_that_contradicts_itself_is_refused(
    one: Returning, answers: dict[str, Any], rule: tuple[str, str]
) -> None:
    assert refusal(ask, one, **answers) == rule


def test_the_paper_outlasts_the_journey(one: Returning) -> None:
    late = date(2027, 3, 2)
    assert refusal(one.change, "travel", departs_on=late) == (
        "paper_expires_before_travel", "departs_on",
    )  # fmt: skip
    assert refusal(one.change, "paper", expires_on=TODAY - timedelta(days=1)) == (
        "paper_expires_before_travel", "expires_on",
    )  # fmt: skip
    ask(one)
    one.act("asked", "issue", number="P1", expires_on="2030-01-01")
    one.change("travel", departs_on=late)


# -- journeys ----------------------------------------------------------------------------------


def test_a_journey_is_booked_boarded_and_received(one: Returning) -> None:
    assert verbs(one, "travel") == {"book", "confirm_boarding", "miss", "cancel"}
    one.act("travel", "book", departs_on=TODAY.isoformat(), booking="XY12")
    one.act("travel", "confirm_boarding")
    assert verbs(one, "travel") == {"confirm_arrival"}
    one.act("travel", "confirm_arrival", received_at="Dakar", received_by="OIM Dakar")
    found = read(one, "travel")
    assert (found.state, found.boarded_on, found.arrived_on) == ("arrived", TODAY, TODAY)
    assert verbs(one, "travel") == set()


def test_a_reception_names_the_place_and_who(one: Returning) -> None:
    one.leave()
    rule = refusal(one.act, "travel", "confirm_arrival", received_at="Dakar")
    assert rule == ("required", "received_by")


@pytest.mark.parametrize(("verb", "state"), [("miss", "missed"), ("cancel", "cancelled")])
def test_a_journey_may_not_take_place(one: Returning, verb: str, state: str) -> None:
    one.act("travel", verb)
    assert read(one, "travel").state == state


def test_who_comes_from_abroad_is_received_without_boarding_here(shared: Office) -> None:
    one = Returning(*shared, programme="AVRR-TO")
    one.add("travel", "travel", case=str(one.case))
    assert "confirm_arrival" in verbs(one, "travel")


@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        ({"boarded_on": TODAY, "arrived_on": TODAY - timedelta(days=1)},
         ("arrives_before_departing", "arrived_on")),
        ({"needs": ["child_alone"]}, ("not_a_child", "needs")),
        ({"departs_on": TODAY - timedelta(days=1)}, ("departs_before_declaring", "departs_on")),
    ],
)  # fmt: skip
def test_a_journey_that_cannot_be_is_refused(
    one: Returning, answers: dict[str, Any], rule: tuple[str, str]
) -> None:
    assert refusal(one.change, "travel", **answers) == rule


@pytest.mark.parametrize("birth", ["2010-05-04", "2008", None])
def test_who_is_or_may_be_a_child_may_travel_as_one(one: Returning, birth: str | None) -> None:
    one.change("person", birth=birth)
    one.change("travel", needs=["child_alone"])


@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        ({"departs_at": f"{TODAY - timedelta(days=1)}T18:00"},
         ("leg_before_journey", "departs_at")),
        ({"arrives_at": f"{TODAY - timedelta(days=1)}T18:00"},
         ("arrives_before_departing", "arrives_at")),
    ],
)  # fmt: skip
def test_a_leg_that_cannot_be_is_refused(
    one: Returning, answers: dict[str, Any], rule: tuple[str, str]
) -> None:
    assert refusal(one.change, "leg", **answers) == rule


def _group(one: Returning, db: Any, ends: date) -> Any:
    curriculum = db.query(Curriculum).filter_by(code="BUSINESS-IDEA").one()
    group = create_group(
        db, name=f"until {ends}", curriculum=curriculum.id, starts=TODAY, ends=ends
    )
    db.flush()
    return group.id


def test_who_trains_until_later_does_not_leave_before(one: Returning) -> None:
    def place(ends: date) -> None:
        with one.store.write(one.user) as db:
            enrol(db, _group(one, db, ends), one.person)

    assert refusal(place, LATER) == ("training_after_departure", "group")
    one.change("travel", departs_on=LATER)
    place(LATER)
    earlier = LATER - timedelta(days=1)
    assert refusal(one.change, "travel", departs_on=earlier) == (
        "training_after_departure", "departs_on",
    )  # fmt: skip


# -- allowances --------------------------------------------------------------------------------


def test_money_is_handed_out_against_a_receipt(one: Returning) -> None:
    assert refusal(one.act, "allowance", "hand_out") == ("required", "receipt")
    one.act("allowance", "hand_out", receipt="R 7")
    found = read(one, "allowance")
    assert (found.paid_on, found.receipt, found.paid_by) == (TODAY, "R 7", one.user)
    assert verbs(one, "allowance") == set()


# -- what forms start with ---------------------------------------------------------------------


def test_forms_start_with_what_is_known(one: Returning) -> None:
    one.change("medical", fitness="conditions", conditions=["medical_escort", "wheelchair"])
    one.change("allowance", voided="x")
    with one.store.read() as db:
        case = db.get_one(Case, one.case)
        travel = db.get_one(Travel, one.ids["travel"][1])
        assert usual_answers(db, TravelDocumentRequest, case) == {
            "state": "to_send", "paper": "laissez_passer", "issuer": "SN",
        }  # fmt: skip
        assert usual_answers(db, Travel, case) == {
            "state": "planned", "escort": "medical", "needs": ["wheelchair"],
        }  # fmt: skip
        assert usual_answers(db, TravelLeg, travel) == {"mode": "air", "origin": "DSS"}
        usual = usual_answers(db, TravelAllowance, travel)
    assert usual["allowance_kind"] == "pocket"
    assert TravelAllowance.fields["amount"].clean(usual["amount"], one.store.context()) == (
        Money.parse("30 EUR")
    )


# -- the board ---------------------------------------------------------------------------------


def line_of(one: Returning) -> DepartureLine:
    with one.store.read() as db:
        [found] = [line for line in board(db, TODAY) if line.case == one.case]
    return found


@pytest.fixture
def leaving(one: Returning) -> Returning:
    """Somebody ready but for the move itself."""
    one.reach_from_here("booked")
    return one


def test_nothing_holds_back_who_has_everything(leaving: Returning) -> None:
    line = line_of(leaving)
    assert {name: part.state for name, part in line.parts.items()} == dict.fromkeys(PARTS, "ok")
    assert (line.blocks, line.departs_on, line.state) == (None, TODAY, "booked")
    assert line.names == ["Awa Diop"]


@pytest.mark.parametrize(
    ("record", "answers", "part", "state"),
    [
        ("paper", {"voided": "x"}, "papers", "missing"),
        ("exit", {"voided": "x"}, "papers", "missing"),
        ("paper", {"expires_on": TODAY + timedelta(days=20)}, "papers", "expiring"),
        ("travel", {"voided": "x"}, "booking", "missing"),
        ("leg", {"voided": "x"}, "booking", "asked"),
        ("medical", {"voided": "x"}, "medical", "missing"),
        ("medical", {"fitness": "unfit"}, "medical", "missing"),
        ("medical", {"fitness": "pending"}, "medical", "asked"),
        ("medical", {"assessed_on": TODAY - timedelta(days=4)}, "medical", "missing"),
        ("travel", {"departs_on": TODAY + timedelta(days=5)}, "medical", "expiring"),
        ("allowance", {"is_prepared": False}, "allowances", "asked"),
        ("allowance", {"voided": "x"}, "allowances", "missing"),
        ("again", {"voided": "x"}, "reconfirmation", "missing"),
    ],
)
def test_what_holds_somebody_back_is_said(
    leaving: Returning, record: str, answers: dict[str, Any], part: str, state: str
) -> None:
    leaving.change(record, **answers)
    line = line_of(leaving)
    assert line.parts[part].state == state
    assert line.blocks == (part if state in {"missing", "asked"} else None)


def test_a_paper_that_was_sent_for_is_expected(leaving: Returning) -> None:
    leaving.change("paper", voided="lost")
    ask(leaving, answer_expected=LATER.isoformat())
    leaving.act("asked", "send")
    part = line_of(leaving).parts["papers"]
    assert (part.state, part.on) == ("asked", LATER)


def test_only_those_between_declaring_and_leaving_are_on_the_board(leaving: Returning) -> None:
    leaving.advance("withdrawn")
    with leaving.store.read() as db:
        assert leaving.case not in {line.case for line in board(db, TODAY)}


def test_the_board_asks_as_many_questions_for_many_as_for_one(office: Office) -> None:
    store, user = office

    def asked() -> int:
        statements: list[str] = []

        def count(*arguments: Any) -> None:
            statements.append(arguments[2])

        with store.read() as db:
            sa.event.listen(store.engine, "before_cursor_execute", count)
            try:
                lines = board(db, TODAY)
            finally:
                sa.event.remove(store.engine, "before_cursor_execute", count)
        assert lines
        return len(statements)

    Returning(store, user).reach("booked")
    for_one = asked()
    for _more in range(5):
        Returning(store, user).reach("booked")
    assert asked() == for_one


def test_the_next_to_leave_come_first(office: Office) -> None:
    first, second = Returning(*office), Returning(*office)
    for somebody in (second, first):
        somebody.reach("booked")
    second.change("travel", departs_on=TOMORROW)
    with first.store.read() as db:
        assert [line.case for line in board(db, TODAY)] == [first.case, second.case]


# -- one open case -----------------------------------------------------------------------------


def test_a_case_of_another_programme_may_be_open_too(one: Returning) -> None:
    with one.store.write(one.user) as db:
        open_case(db, one.person, "VTLO")


def test_what_is_left_out_is_answered_as_a_form_would_start(one: Returning) -> None:
    with one.store.write(one.user) as db:
        added = add_record(db, "travel", {"case": str(one.case)})
        db.flush()
        assert (added.state, added.escort) == ("planned", "none")  # type: ignore[attr-defined]


def test_the_parent_may_be_of_the_same_save(one: Returning) -> None:
    with one.store.write(one.user) as db:
        person = pre_register(db, given_names="Sira")
        case = open_case(db, person.id, "FORAS")
        add_record(db, "travel", {"case": str(case.id)})


def test_the_journey_a_case_departed_on_is_not_void(one: Returning) -> None:
    one.reach("departed")
    with pytest.raises(Refused) as refused:
        one.change("travel", voided="typed by mistake")
    assert (refused.value.rule, refused.value.field) == ("journey_made", "voided")


def test_a_boarding_confirmed_by_mistake_may_be_void_before_the_case_departs(
    one: Returning,
) -> None:
    one.reach("ready")
    one.leave()
    one.change("travel", voided="typed for somebody else")
