"""The states of a case: which may follow which, what each asks for, and who may move it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from app.casework.case_facts import Facts
from app.casework.case_guards import CONCERNS
from app.casework.case_states import BEFORE, ENDED, MOVES, is_ever_legal, moves_from
from app.casework.case_verbs import settle_state
from app.casework.cases import (
    NextState,
    advance,
    disputed_states,
    next_states,
    open_case,
)
from app.casework.conflicts import open_conflicts, resolve
from app.casework.entry import add_record, set_record
from app.casework.people import register
from app.casework.programmes import change_programme
from app.casework.protection import release_hold
from app.casework.review import findings
from app.casework.verbs import act, usual_answers, verbs_of
from app.errors import Refused, RefusedMany
from app.models.cases import MARKS, STATES, Case, CaseTransition
from app.models.filing import FILE_SECTIONS
from app.models.persons import Person, PersonName
from app.models.programme_lists import REGULAR_STATES
from app.models.programmes import programmes
from app.models.protection import ProtectionClearance
from app.models.record import kinds
from app.models.sessions import CounsellingSession
from app.models.store import Store
from tests.casework.returning import Returning, colleague, own_store
from tests.conftest import TODAY, Founder, Office
from tests.models.test_convergence import digest_of, runs_of

ENDS = {"referred_out", "lost_contact", "deceased", "duplicate_merged", "closed"}
LEAVES = {"withdrawn", "protection_hold", "ineligible", *ENDS}
BESIDE = {"training", "plan_approved"}
LEGAL = {
    "draft": {"registered", *LEAVES},
    "registered": {"screening", *LEAVES},
    "screening": {"counselling", *LEAVES},
    "counselling": {"declared", "plan_approved", *LEAVES},
    "declared": {"docs_pending", *BESIDE, *LEAVES},
    "docs_pending": {"cleared", *BESIDE, *LEAVES},
    "cleared": {"booked", *BESIDE, *LEAVES},
    "booked": {"ready", "no_show", *BESIDE, *LEAVES},
    "ready": {"departed", "no_show", *BESIDE, *LEAVES},
    "departed": {"arrived", *BESIDE, *ENDS},
    "arrived": {"reintegration", *BESIDE, *ENDS},
    "reintegration": {"monitoring", *BESIDE, *ENDS},
    "monitoring": {*BESIDE, *ENDS},
    "no_show": {"booked", *LEAVES},
    "protection_hold": {"counselling", "withdrawn"},
    "closed": {"reopened"},
    "reopened": {"counselling", *LEAVES},
    "withdrawn": set(),
    "ineligible": set(),
    "referred_out": set(),
    "deceased": set(),
    "duplicate_merged": set(),
    "lost_contact": set(),
}
"""Every legal move of a programme of return; what is not here must be refused."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    store, user = own_store(tmp_path_factory.mktemp("states"))
    yield store, user
    store.close()


@pytest.fixture
def one(shared: Office) -> Returning:
    """Somebody whose case is a draft."""
    return Returning(*shared)


def steps(one: Returning) -> dict[str, NextState]:
    with one.store.read() as db:
        return {step.state: step for step in next_states(db, db.get_one(Case, one.case))}


def missing(one: Returning, state: str) -> set[str]:
    return {found.rule for found in steps(one)[state].missing}


def refused(work: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as refusal:
        work()
    return refusal.value


# -- the table ---------------------------------------------------------------------------------


def test_the_table_speaks_of_known_states_only() -> None:
    known = {*STATES.codes(), *MARKS.codes(), BEFORE}
    for move in MOVES:
        assert {*move.sources, move.target} <= known
    assert set(LEGAL) == set(STATES.codes())


def test_every_guard_has_a_sentence_about_what_it_is_for() -> None:
    for guard in {guard for move in MOVES for guard in move.guards}:
        assert guard.__doc__
    assert set(CONCERNS.values()) <= set(REGULAR_STATES)


@pytest.mark.parametrize("state", STATES.codes())
def test_only_the_moves_of_the_table_are_legal(one: Returning, state: str) -> None:
    one.reach(state)
    assert set(steps(one)) == LEGAL[state]
    for target in {*STATES.codes(), *MARKS.codes()} - LEGAL[state]:
        refusal = refused(lambda target=target: one.advance(target, reason="all the same"))
        assert refusal.rule == "illegal_move"
        for legal in LEGAL[state]:
            named = MARKS if legal in MARKS.codes() else STATES
            assert named.label(legal) in refusal.message
    assert one.state() == state


@pytest.mark.parametrize(
    ("source", "target"),
    [("departed", "withdrawn"), ("closed", "counselling"), ("withdrawn", "registered"),
     ("declared", "counselling"), ("protection_hold", "departed"), ("monitoring", "no_show")],
)  # fmt: skip
def test_some_moves_are_legal_in_no_programme(source: str, target: str) -> None:
    assert not is_ever_legal(source, target)


@pytest.mark.parametrize("state", sorted(LEGAL))
def test_every_legal_move_is_one_a_merge_would_accept(state: str) -> None:
    assert all(is_ever_legal(state, to) for to in LEGAL[state] if to not in MARKS.codes())


def test_the_regular_step_comes_first_and_is_the_only_one(one: Returning) -> None:
    one.prepare()
    for state in REGULAR_STATES[1:9]:
        with one.store.read() as db:
            listed = next_states(db, db.get_one(Case, one.case))
        assert [step.state for step in listed if step.is_regular] == [state]
        assert listed[0].state == state
        one.advance(state)


def test_a_case_goes_the_whole_line_and_each_move_is_recorded(one: Returning) -> None:
    one.reach("closed")
    one.advance("reopened", reason="comes back")
    with one.store.read() as db:
        made = db.query(CaseTransition).filter_by(case=one.case)
        moves = made.order_by(CaseTransition.created_at).all()
        assert (moves[0].from_state, moves[0].to_state) == ("draft", "registered")
        assert moves[0].checked == "consent_given name_known identity_known"
        assert (moves[-1].to_state, moves[-1].reason) == ("reopened", "comes back")
        assert {move.moved_on for move in moves} == {TODAY}


# -- guards ------------------------------------------------------------------------------------

YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
BROKEN: list[tuple[str, str, str, dict[str, Any], str]] = [
    # state, guard, record, answers that break it, words of the sentence
    ("draft", "consent_given", "consent", {"voided": "x"}, "Consent"),
    ("screening", "rapidly_screened", "screening", {"voided": "x"}, "rapid screening"),
    ("counselling", "return_counselled", "session", {"session_kind": "information"},
     "return counselling"),
    ("counselling", "declared", "declaration", {"withdrawn_on": TODAY}, "declaration"),
    ("counselling", "declaration_signed", "declaration", {"signed": "declined"}, "not signed"),
    ("counselling", "language_understood", "declaration", {"is_understood_language": False},
     "language"),
    ("counselling", "asylum_explained", "person", {"legal_status": "refugee"}, "asylum"),
    ("counselling", "thought_over", "declaration", {"cooling_off_until": TOMORROW},
     "time to think"),
    ("counselling", "free_to_decide", "declaration", {"capacity": "doubt"}, "freely"),
    ("counselling", "free_to_decide", "declaration", {"is_free_of_pressure": False}, "freely"),
    ("counselling", "child_cleared", "person", {"birth": "2010-05-04"}, "under 18"),
    ("counselling", "child_cleared", "person", {"birth": "2008"}, "may be under 18"),
    ("counselling", "child_cleared", "person", {"birth": None}, "age is not known"),
    ("docs_pending", "travel_paper_valid", "paper", {"voided": "x"}, "travel paper"),
    ("docs_pending", "exit_authorised", "exit", {"voided": "x"}, "exit authorisation"),
    ("docs_pending", "exit_authorised", "exit", {"expires_on": YESTERDAY}, "no longer valid"),
    ("cleared", "itinerary_known", "leg", {"voided": "x"}, "no leg"),
    ("cleared", "itinerary_known", "travel", {"departs_on": None}, "day of departure"),
    ("cleared", "itinerary_known", "travel", {"voided": "x"}, "No journey"),
    ("cleared", "escort_arranged", "medical",
     {"fitness": "conditions", "conditions": ["medical_escort"]}, "medical escort"),
    ("cleared", "escort_arranged", "medical",
     {"fitness": "conditions", "conditions": ["social_escort"]}, "Arrange an escort"),
    ("cleared", "declaration_stands", "declaration", {"withdrawn_on": TODAY}, "took"),
    ("booked", "fit_to_travel", "medical", {"voided": "x"}, "No medical assessment"),
    ("booked", "fit_to_travel", "medical", {"fitness": "unfit"}, "not fit"),
    ("booked", "fit_to_travel", "medical", {"fitness": "pending"}, "not decided"),
    ("booked", "fit_to_travel", "medical", {"assessed_on": TODAY - timedelta(days=4)}, "held"),
    ("booked", "fit_to_travel", "medical",
     {"assessed_on": TODAY - timedelta(days=2), "valid_until": f"{YESTERDAY}T18:00"}, "held"),
    ("booked", "allowances_prepared", "allowance", {"is_prepared": False}, "not ready"),
    ("booked", "allowances_prepared", "allowance", {"voided": "x"}, "No allowance"),
    ("booked", "will_reconfirmed", "again", {"voided": "x"}, "not confirmed again"),
    ("booked", "will_reconfirmed", "travel", {"departs_on": TODAY + timedelta(days=8)},
     "last confirmed"),
    ("booked", "travel_paper_valid", "paper", {"voided": "x"}, "travel paper"),
    ("booked", "declaration_stands", "declaration", {"withdrawn_on": TODAY}, "took"),
]  # fmt: skip


@pytest.mark.parametrize(("state", "guard", "record", "answers", "words"), BROKEN)
def test_a_guard_blocks_alone_with_its_sentence_and_passes_when_satisfied(
    one: Returning, state: str, guard: str, record: str, answers: dict[str, Any], words: str
) -> None:
    one.reach(state)
    [step] = [step for step in steps(one).values() if step.is_regular]
    assert step.missing == []
    one.change(record, **answers)
    [found] = steps(one)[step.state].missing
    assert found.rule == guard
    assert words in found.text
    assert found.section in FILE_SECTIONS
    assert found.kind is None or found.kind in kinds()
    refusal = refused(lambda: one.advance(step.state))
    assert (refusal.rule, refusal.message) == ("missing_for_state", found.text)


@pytest.mark.parametrize(
    ("state", "kind", "answers", "guard"),
    [
        ("draft", Person, {"sex": None}, "identity_known"),
        ("draft", Person, {"nationalities": None}, "identity_known"),
        ("counselling", "declaration", {"interpreter": None}, "interpreter_recorded"),
        ("counselling", "declaration", {"declared_on": TOMORROW}, "declared_by_today"),
    ],
)
def test_a_guard_blocks_what_no_form_would_save(
    one: Returning, state: str, kind: Any, answers: dict[str, Any], guard: str
) -> None:
    one.reach(state)
    with one.store.read() as db:
        record: Any = (
            db.get_one(Person, one.person)
            if kind is Person
            else db.get_one(kinds()[kind], one.ids[kind][1])
        )
        for name, value in answers.items():
            setattr(record, name, value)
        step = next_states(db, db.get_one(Case, one.case))[0]
        assert guard in {found.rule for found in step.missing}


def test_a_person_needs_a_name(one: Returning) -> None:
    with one.store.write(one.user) as db:
        db.query(PersonName).filter_by(person=one.person).one().voided = "typed for somebody else"
    assert "name_known" in missing(one, "registered")


def test_boarding_is_confirmed_while_fit(one: Returning) -> None:
    one.reach("ready")
    assert missing(one, "departed") == {"boarded"}
    one.leave()
    assert missing(one, "departed") == set()
    one.change("medical", assessed_on=TODAY - timedelta(days=4))
    assert missing(one, "departed") == {"fit_when_boarding"}


def test_an_assessment_void_since_does_not_let_anybody_board(one: Returning) -> None:
    one.reach("ready")
    one.leave()
    one.change("medical", voided="of somebody else")
    assert missing(one, "departed") == {"fit_when_boarding"}


def declared_days_ago(one: Returning, days: int) -> None:
    """Put the opening of the case and what was declared in it some days earlier."""
    day = TODAY - timedelta(days=days)
    with one.store.write(one.user) as db:
        db.get_one(Case, one.case).opened = day
    one.change("declaration", declared_on=day)
    one.change("again", declared_on=day)


def test_an_assessment_after_boarding_leaves_the_one_before_it(one: Returning) -> None:
    one.reach("ready")
    declared_days_ago(one, 3)
    one.act("travel", "confirm_boarding", boarded_on=(TODAY - timedelta(days=1)).isoformat())
    one.add("upon_arrival", "medical_assessment", case=str(one.case), fitness="unfit")
    one.change("medical", assessed_on=TODAY - timedelta(days=2))
    assert missing(one, "departed") == set()


def test_who_was_a_child_when_boarding_is_one_in_the_move_recorded_later(one: Returning) -> None:
    one.reach("ready")
    yesterday = TODAY - timedelta(days=1)
    declared_days_ago(one, 3)
    one.act("travel", "confirm_boarding", boarded_on=yesterday.isoformat())
    one.change("medical", assessed_on=yesterday)
    one.change("person", birth=f"{TODAY.year - 18}-{TODAY:%m-%d}")
    assert missing(one, "departed") == {"child_cleared"}


def test_a_case_that_moved_stays_in_its_programme(one: Returning) -> None:
    one.reach("registered")
    with pytest.raises(Refused) as refused, one.store.write(one.user) as db:
        set_record(db, "case", one.case, {"programme": "FORAS"})
    assert (refused.value.rule, refused.value.field) == ("programme_fixed", "programme")


def test_a_draft_may_still_change_its_programme(one: Returning) -> None:
    with one.store.write(one.user) as db:
        set_record(db, "case", one.case, {"programme": "FORAS"})


def test_reception_says_where_and_by_whom(one: Returning) -> None:
    one.reach("departed")
    assert missing(one, "arrived") == {"received"}
    one.arrive()
    assert missing(one, "arrived") == set()


def test_monitoring_follows_delivered_support(one: Returning) -> None:
    one.reach("reintegration")
    assert missing(one, "monitoring") == {"assisted"}
    one.assist()
    assert missing(one, "monitoring") == set()


def test_screening_may_be_declined(one: Returning) -> None:
    one.reach("screening")
    one.change("screening", result="declined")
    assert missing(one, "counselling") == set()


def test_the_paper_reaches_the_day_of_travel(one: Returning) -> None:
    one.reach("docs_pending")
    one.change("travel", departs_on=None)
    one.change("paper", expires_on=TODAY)
    assert missing(one, "cleared") == set()
    one.change("paper", expires_on=YESTERDAY)
    assert missing(one, "cleared") == {"travel_paper_valid"}


def test_a_passport_the_person_holds_serves_as_well(one: Returning) -> None:
    one.reach("docs_pending")
    one.change("paper", voided="never used")
    one.add(
        "passport", "person_identifier", person=str(one.person), identifier_kind="passport",
        number="A1", expires="2028",
    )  # fmt: skip
    assert missing(one, "cleared") == set()


# -- children ----------------------------------------------------------------------------------


def test_a_child_is_declared_once_an_officer_cleared_the_return(one: Returning) -> None:
    one.reach("counselling")
    one.change("person", birth="2010")
    assert missing(one, "declared") == {"child_cleared"}
    officer = one.officer()
    with one.store.write(officer) as db:
        db.add(
            ProtectionClearance(
                case=one.case, covers="child_return", given_on=TODAY, given_by=officer
            )
        )
    assert missing(one, "declared") == set()
    one.advance("declared")


def test_a_child_alone_needs_an_escort(one: Returning) -> None:
    one.reach("cleared")
    one.change("person", birth="2010")
    assert {"escort_arranged", "child_cleared"} == missing(one, "booked")
    one.change("travel", escort="social")
    assert missing(one, "booked") == {"child_cleared"}


# -- withdrawal, reasons, roles ----------------------------------------------------------------


@pytest.mark.parametrize(
    "state",
    [*REGULAR_STATES[: REGULAR_STATES.index("departed")], "protection_hold", "no_show"],
)
def test_withdrawing_is_one_step_without_a_reason(one: Returning, state: str) -> None:
    one.reach(state)
    with one.store.write(one.user) as db:
        act(db, db.get_one(Case, one.case), "withdraw", {})
    with one.store.read() as db:
        case = db.get_one(Case, one.case)
        assert (case.state, case.closed, case.state_reason) == ("withdrawn", TODAY, None)


@pytest.mark.parametrize("state", sorted(ENDED - {"withdrawn"} | {"no_show"}))
def test_every_other_end_takes_a_reason(one: Returning, state: str) -> None:
    one.reach("booked")
    assert refused(lambda: one.advance(state)).rule == "reason_required"
    one.advance(state, reason="as found")
    assert one.state() == state


@pytest.fixture
def counsellor(one: Returning) -> UUID:
    return colleague(one.store, one.user, "counsellor")


@pytest.mark.parametrize(("state", "to"), [("counselling", "closed"), ("closed", "reopened")])
def test_closing_and_reopening_are_a_supervisors(
    one: Returning, counsellor: UUID, state: str, to: str
) -> None:
    one.reach(state)
    user, one.user = one.user, counsellor
    assert refused(lambda: one.advance(to, reason="x")).rule == "role"
    one.user = user
    one.advance(to, reason="x")


def test_a_closed_case_keeps_its_reason_by_code(one: Returning) -> None:
    with one.store.write(one.user) as db:
        act(db, db.get_one(Case, one.case), "close", {"closure_reason": "settled"})
    with one.store.read() as db:
        case = db.get_one(Case, one.case)
        assert (case.state, case.closure_reason, case.closed) == ("closed", "settled", TODAY)


def test_a_reopened_case_goes_back_to_where_it_was(one: Returning) -> None:
    one.reach("booked")
    one.advance("closed", reason="x")
    one.advance("reopened", reason="y")
    with one.store.read() as db:
        case = db.get_one(Case, one.case)
        assert (case.closed, case.closure_reason) == (None, None)
    one.change("again", voided="x")
    assert next(iter(steps(one))) == "booked"
    one.advance("booked")
    assert one.state() == "booked"


def test_a_case_closed_after_the_return_is_not_withdrawn_when_reopened(one: Returning) -> None:
    one.reach("arrived")
    one.advance("closed", reason="x")
    one.advance("reopened", reason="y")
    assert set(steps(one)) == {"arrived", *ENDS}


def test_who_withdrew_and_comes_back_opens_another_case(one: Returning) -> None:
    one.advance("withdrawn")
    with one.store.write(one.user) as db:
        open_case(db, one.person, one.programme)


def test_who_did_not_come_keeps_the_case_open(one: Returning) -> None:
    one.reach("no_show")
    refusal = refused(lambda: _open_another(one))
    assert refusal.rule == "one_open_case"


def _open_another(one: Returning) -> None:
    with one.store.write(one.user) as db:
        open_case(db, one.person, one.programme)


def test_ready_is_not_reached_again_with_an_assessment_that_ended(one: Returning) -> None:
    one.reach("ready")
    one.advance("protection_hold")
    one.change("medical", assessed_on=TODAY - timedelta(days=4))
    with one.store.write(one.officer()) as db:
        release_hold(db, db.get_one(Case, one.case))
    assert missing(one, "ready") == {"fit_to_travel"}


# -- protection hold ---------------------------------------------------------------------------


def test_anybody_puts_a_case_on_hold_and_nobody_writes_why(
    one: Returning, counsellor: UUID
) -> None:
    one.reach("counselling")
    one.user = counsellor
    refusal = refused(lambda: one.advance("protection_hold", reason="heard something"))
    assert refusal.rule == "reason_is_sealed"
    one.advance("protection_hold")
    assert one.state() == "protection_hold"


def test_a_hold_is_left_by_an_officer_with_a_clearance_for_this_hold(one: Returning) -> None:
    one.reach("declared")
    one.advance("protection_hold")
    assert missing(one, "declared") == {"hold_released"}
    assert refused(lambda: one.advance("declared")).rule == "role"
    one.release()
    assert one.state() == "declared"
    one.advance("protection_hold")
    assert missing(one, "declared") == {"hold_released"}


# -- programmes that use a part of the line ----------------------------------------------------


@pytest.mark.parametrize(
    "code", [code for code, programme in programmes().items() if programme.states]
)
def test_a_programme_goes_from_one_state_it_uses_to_the_next(shared: Office, code: str) -> None:
    one = Returning(*shared, programme=code)
    used = [state for state in REGULAR_STATES if programmes()[code].uses(state)]
    with one.store.read() as db:
        facts = Facts(db, db.get_one(Case, one.case))
        for state, following in pairwise(used):
            assert moves_from(facts, state)[0].target == following


def test_a_guard_about_an_unused_state_is_not_asked(shared: Office) -> None:
    one = Returning(*shared, programme="VTLO")
    with one.store.read() as db:
        facts = Facts(db, db.get_one(Case, one.case))
        marks = {m.target: m for m in moves_from(facts, "counselling")}
    asked = {guard.__name__ for guard in marks["plan_approved"].guards}
    assert asked == {"plan_approved_here"}
    assert "training" in marks


def test_the_office_may_leave_a_state_out(office: Office) -> None:
    one = Returning(*office)
    states = [state for state in REGULAR_STATES if state != "screening"]
    with one.store.write(one.user) as db:
        listed = ", ".join(f'"{state}"' for state in states)
        change_programme(db, one.programme, details=f"states = [{listed}]")
    one.prepare()
    one.advance("registered")
    assert missing(one, "counselling") == set()
    assert "screening" not in steps(one)


def test_a_programme_of_activities_keeps_no_cases(one: Returning) -> None:
    def open_one() -> None:
        with one.store.write(one.user) as db:
            open_case(db, one.person, "JMDI")

    assert refused(open_one).rule == "no_cases"


# -- marks -------------------------------------------------------------------------------------


def test_training_runs_beside_the_state(one: Returning) -> None:
    one.reach("docs_pending")
    assert missing(one, "training") == {"enrolled"}
    one.train()
    one.advance("training")
    with one.store.read() as db:
        case = db.get_one(Case, one.case)
        assert (case.state, case.marks) == ("docs_pending", {"training"})
    assert "training" not in steps(one)


def test_a_plan_is_approved_here_and_there(one: Returning) -> None:
    one.reach("counselling")
    one.add("plan", "reintegration_plan", case=str(one.case), agreed_on=TODAY.isoformat(),
            objective="A shop")  # fmt: skip
    assert missing(one, "plan_approved") == {"plan_approved_here"}
    one.add("item", "plan_item", plan=str(one.ids["plan"][1]), dimension="economic",
            level="individual", need="income", activity="a shop", provider="Awa")  # fmt: skip
    one.act("plan", "submit")
    author, one.user = one.user, colleague(one.store, one.user, "supervisor")
    one.act("plan", "approve")
    one.user = author
    assert missing(one, "plan_approved") == {"plan_approved_there"}
    one.act("plan", "mission_approve", mission="OIM Dakar",
            mission_approved_on=TODAY.isoformat())  # fmt: skip
    one.advance("plan_approved")


# -- nothing else changes a state --------------------------------------------------------------


def _begin_declared(one: Returning) -> None:
    with one.store.write(one.user) as db:
        one.case = open_case(db, one.person, "FORAS", state="declared").id


def _set_state(one: Returning) -> None:
    with one.store.write(one.user) as db:
        db.get_one(Case, one.case).state = "declared"


def _set_mark(one: Returning) -> None:
    with one.store.write(one.user) as db:
        db.get_one(Case, one.case).marks = frozenset({"training"})


def _begin_declared_by_a_move(one: Returning) -> None:
    with one.store.write(one.user) as db:
        one.case = open_case(db, one.person, "FORAS", state="declared").id
        db.add(
            CaseTransition(
                case=one.case, from_state="counselling", to_state="declared", moved_on=TODAY
            )
        )


@pytest.mark.parametrize(
    "change", [_begin_declared, _begin_declared_by_a_move, _set_state, _set_mark]
)
def test_a_save_cannot_change_a_state_without_a_move(
    one: Returning, change: Callable[[Returning], None]
) -> None:
    assert refused(lambda: change(one)).rule == "not_moved"


def test_an_old_move_does_not_lead_to_its_state_again(one: Returning) -> None:
    one.reach("screening")

    def back() -> None:
        with one.store.write(one.user) as db:
            db.get_one(Case, one.case).state = "registered"

    assert refused(back).rule == "not_moved"


def test_an_illegal_move_cannot_be_recorded(one: Returning) -> None:
    def record() -> None:
        with one.store.write(one.user) as db:
            case = db.get_one(Case, one.case)
            db.add(
                CaseTransition(case=case.id, from_state="closed", to_state="draft", moved_on=TODAY)
            )

    refusal = refused(record)
    refusals = refusal.refusals if isinstance(refusal, RefusedMany) else [refusal]
    assert "illegal_move" in {one.rule for one in refusals}


def test_a_move_stands(one: Returning) -> None:
    one.advance("withdrawn")

    def void() -> None:
        with one.store.write(one.user) as db:
            db.query(CaseTransition).filter_by(case=one.case).one().voided = "no"

    assert refused(void).rule == "move_stands"


@pytest.mark.parametrize(
    "answers",
    [{"state": "declared"}, {"marks": ["training"]}, {"closed": TODAY.isoformat()},
     {"closure_reason": "settled"}, {"state_reason": "x"}],
)  # fmt: skip
def test_answers_typed_in_do_not_move_a_case(one: Returning, answers: dict[str, Any]) -> None:
    def type_in() -> None:
        with one.store.write(one.user) as db:
            set_record(db, "case", one.case, answers)

    assert refused(type_in).rule in {"use_advance", "set_by_verbs"}


def test_a_move_is_not_typed_in(one: Returning) -> None:
    def type_in() -> None:
        with one.store.write(one.user) as db:
            add_record(db, "case_transition", {"case": str(one.case), "to_state": "declared"})

    assert refused(type_in).rule == "use_advance"


# -- two devices -------------------------------------------------------------------------------


@pytest.fixture
def two(found: Founder) -> tuple[Returning, Store, UUID]:
    """A case known on two devices, each of which then moves it."""
    one = Returning(*found("here"))
    one.reach("counselling")
    there, other = found("there", login="karim")
    there.merge(runs_of(one.store))
    return one, there, other


def _part(two: tuple[Returning, Store, UUID], here: str, elsewhere: str) -> None:
    one, there, other = two
    one.advance(here)
    with there.write(other) as db:
        advance(db, db.get_one(Case, one.case), elsewhere)
    _exchange(one.store, there)


def _exchange(*stores: Store) -> None:
    for to in stores:
        for from_ in stores:
            if to is not from_:
                to.merge(runs_of(from_))


@pytest.mark.parametrize(
    ("here", "elsewhere"), [("withdrawn", "declared"), ("declared", "withdrawn")]
)
def test_concurrent_moves_wait_for_a_person_on_both_devices(
    two: tuple[Returning, Store, UUID], here: str, elsewhere: str
) -> None:
    _part(two, here, elsewhere)
    one, there, other = two
    assert digest_of(one.store) == digest_of(there)
    for store, user in ((one.store, one.user), (there, other)):
        with store.read() as db:
            case = db.get_one(Case, one.case)
            assert "state" in (case.conflicts or "")
            assert set(disputed_states(db, case)) == {"withdrawn", "declared"}
            assert next_states(db, case) == []
        for target in ("docs_pending", "withdrawn", "closed"):
            with pytest.raises(Refused) as refusal, store.write(user) as db:
                advance(db, db.get_one(Case, one.case), target, "x")
            assert refusal.value.rule == "state_disputed"


@pytest.mark.parametrize("chosen", ["withdrawn", "declared"])
def test_a_person_settles_which_state_holds_and_the_case_goes_on(
    two: tuple[Returning, Store, UUID], chosen: str
) -> None:
    _part(two, "withdrawn", "declared")
    one, there, _other = two
    with one.store.write(one.user) as db:
        case = db.get_one(Case, one.case)
        act(db, case, "settle_state", {"state": chosen, "reason": "asked the person"})
    _exchange(one.store, there)
    assert digest_of(one.store) == digest_of(there)
    assert findings(one.store) == findings(there) == []
    for store in (one.store, there):
        with store.read() as db:
            assert open_conflicts(db) == []
            case = db.get_one(Case, one.case)
            assert (case.state, case.state_reason) == (chosen, "asked the person")
            assert (case.closed is None) == (chosen == "declared")
            assert {s.state for s in next_states(db, case)} == LEGAL[chosen]


def test_settling_takes_one_of_the_two_states(two: tuple[Returning, Store, UUID]) -> None:
    _part(two, "withdrawn", "declared")
    one, _there, _other = two

    def settle() -> None:
        with one.store.write(one.user) as db:
            settle_state(db, db.get_one(Case, one.case), "monitoring", "x")

    assert refused(settle).rule == "not_disputed"


def test_the_list_of_conflicts_settles_a_state_by_a_move_too(
    two: tuple[Returning, Store, UUID],
) -> None:
    _part(two, "withdrawn", "declared")
    one, _there, _other = two
    with one.store.write(one.user) as db:
        resolve(db, db.get_one(Case, one.case), "state", "declared", "asked the person")
    with one.store.read() as db:
        assert db.query(CaseTransition).filter_by(is_settled=True).one().to_state == "declared"
    one.advance("docs_pending")


def test_only_an_officer_settles_a_hold_away(two: tuple[Returning, Store, UUID]) -> None:
    _part(two, "protection_hold", "declared")
    one, _there, _other = two

    def settle(user: UUID, state: str) -> None:
        with one.store.write(user) as db:
            settle_state(db, db.get_one(Case, one.case), state, "x")

    assert refused(lambda: settle(one.user, "declared")).rule == "role"
    settle(one.user, "protection_hold")
    one.release()
    assert one.state() in {"counselling", "declared"}


def test_the_same_move_on_both_devices_is_no_conflict(two: tuple[Returning, Store, UUID]) -> None:
    _part(two, "declared", "declared")
    one, there, _other = two
    with there.read() as db:
        assert open_conflicts(db) == []
        assert db.get_one(Case, one.case).state == "declared"


# -- what screens and scripts read -------------------------------------------------------------


def test_someone_likely_on_file_already_is_said_and_holds_nothing_back(office: Office) -> None:
    one = Returning(*office)
    one.prepare()
    assert steps(one)["registered"].warnings == []
    with one.store.write(one.user) as db:
        register(
            db,
            {"sex": "F", "nationalities": ["SN"], "birth": "1990-04-12"},
            names=[{"given_names": "Awa", "family_name": "Diop"}],
            contacts=[],
        )
        db.get_one(Person, one.person).birth = "1990-04-12"  # type: ignore[assignment]
    [warning] = steps(one)["registered"].warnings
    assert "Awa Diop" in warning.text
    one.advance("registered")


def test_the_verbs_of_a_case_follow_its_state(one: Returning) -> None:
    def names() -> set[str]:
        with one.store.read() as db:
            case = db.get_one(Case, one.case)
            return {verb.name for verb in verbs_of(db, case, frozenset({"supervisor"}))}

    assert {"withdraw", "hold", "close"} <= names()
    one.advance("closed", reason="x")
    assert names() & {"withdraw", "hold", "close", "reopen", "resume"} == {"reopen"}
    one.advance("reopened", reason="x")
    assert "resume" in names()


def test_a_session_after_the_end_is_refused(one: Returning) -> None:
    one.reach("withdrawn")
    with one.store.write(one.user) as db:
        db.get_one(Case, one.case).closed = date(2026, 11, 20)

    def talk() -> None:
        with one.store.write(one.user) as db:
            db.add(
                CounsellingSession(
                    case=one.case, session_kind="return", language="wo", held_on=TODAY
                )
            )

    assert refused(talk).rule == "case_ended"


def test_forms_of_a_case_and_a_session_start_with_what_is_known(one: Returning) -> None:
    with one.store.read() as db:
        usual = usual_answers(db, Case, db.get_one(Person, one.person))
        assert usual == {"priority": "normal", "return_country": "SN"}
        usual = usual_answers(db, CounsellingSession, db.get_one(Case, one.case))
        assert usual == {"held_on": TODAY.isoformat(), "mode": "office", "language": "wo"}


def test_a_case_whose_person_has_not_arrived_says_so(found: Founder) -> None:
    here, _user = found("here")
    one = Returning(*found("there", login="omar"))
    with here.read() as db:
        case = Case(id=one.case, person=one.person, programme="AVRR-FROM", state="draft")
        with pytest.raises(Refused) as caught:
            next_states(db, case)
    assert caught.value.rule == "not_here_yet"
