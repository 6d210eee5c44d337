"""Declarations: their rules, their withdrawal, and their place between opening and leaving."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.casework.cases import next_states
from app.casework.declarations import standing_declaration
from app.casework.review import findings
from app.casework.verbs import act, usual_answers
from app.errors import Refused
from app.models.cases import Case
from app.models.declarations import Declaration
from app.models.travel import Travel
from tests.casework.returning import Returning, own_store
from tests.conftest import TODAY, Founder, Office
from tests.models.test_convergence import runs_of

YESTERDAY = TODAY - timedelta(days=1)
DECLARED: dict[str, Any] = {
    "declaration_kind": "return", "explained": ["voluntary"], "language": "wo",
    "is_understood_language": True, "interpreter": "none", "signed": "signature",
}  # fmt: skip


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    store, user = own_store(tmp_path_factory.mktemp("declarations"))
    yield store, user
    store.close()


@pytest.fixture
def one(shared: Office) -> Returning:
    """Somebody with a case."""
    return Returning(*shared)


def declare(one: Returning, **answers: Any) -> None:
    one.add("declaration", "declaration", case=str(one.case), **{**DECLARED, **answers})


@pytest.mark.parametrize(
    ("answers", "field", "rule"),
    [
        ({"interpreter": "remote"}, "interpreter_name", "interpreter_name"),
        ({"signed": "thumb"}, "witness", "witness_required"),
        ({"cooling_off_until": YESTERDAY.isoformat()}, "cooling_off_until", "ends_before_start"),
        ({"declared_on": (TODAY + timedelta(days=1)).isoformat()}, "declared_on", "future_date"),
        ({"declared_on": YESTERDAY.isoformat()}, "declared_on", "declared_before_opening"),
        ({"withdrawn_on": TODAY.isoformat()}, "withdrawn_on", "set_by_verbs"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(
    one: Returning, answers: dict[str, Any], field: str, rule: str
) -> None:
    with pytest.raises(Refused) as refused:
        declare(one, **answers)
    assert (refused.value.field, refused.value.rule) == (field, rule)


def test_a_case_is_not_opened_after_what_was_declared_in_it(one: Returning) -> None:
    with one.store.write(one.user) as db:
        db.get_one(Case, one.case).opened = YESTERDAY
    declare(one, declared_on=YESTERDAY.isoformat())
    with pytest.raises(Refused) as refused, one.store.write(one.user) as db:
        db.get_one(Case, one.case).opened = TODAY
    assert refused.value.rule == "declared_before_opening"


def test_nobody_confirms_again_after_the_departure(one: Returning) -> None:
    with one.store.write(one.user) as db:
        db.get_one(Case, one.case).opened = YESTERDAY
    declare(one, declared_on=YESTERDAY.isoformat())
    one.add("travel", "travel", case=str(one.case), departs_on=YESTERDAY.isoformat())
    with pytest.raises(Refused) as refused:
        declare(one, declaration_kind="reconfirmed")
    assert refused.value.rule == "departs_before_declaring"
    declare(one, declaration_kind="informed")


def test_taking_back_is_free_and_the_form_then_starts_anew(one: Returning) -> None:
    declare(one)
    with one.store.read() as db:
        assert standing_declaration(db, one.case) is not None
        usual = usual_answers(db, Declaration, db.get_one(Case, one.case))
    assert usual == {
        "declaration_kind": "reconfirmed", "declared_on": TODAY.isoformat(), "language": "wo",
    }  # fmt: skip
    one.act("declaration", "withdraw")
    with one.store.read() as db:
        assert standing_declaration(db, one.case) is None
        case = db.get_one(Case, one.case)
        assert usual_answers(db, Declaration, case)["declaration_kind"] == "return"


def test_the_latest_declaration_that_stands_decides(one: Returning) -> None:
    one.reach("counselling")
    one.change("declaration", is_understood_language=False)
    declare(one)
    with one.store.read() as db:
        assert next_states(db, db.get_one(Case, one.case))[0].missing == []


# -- after the departure -----------------------------------------------------------------------


def test_the_declaration_somebody_left_on_is_neither_void_nor_taken_back(one: Returning) -> None:
    one.reach("departed")
    with pytest.raises(Refused) as refused:
        one.act("declaration", "withdraw")
    assert refused.value.rule == "not_possible"
    with pytest.raises(Refused) as refused:
        one.change("declaration", withdrawn_on=TODAY)
    assert (refused.value.rule, refused.value.field) == ("left_on_declaration", "withdrawn_on")
    with pytest.raises(Refused) as refused:
        one.change("declaration", voided="typed by mistake")
    assert (refused.value.rule, refused.value.field) == ("left_on_declaration", "voided")


def test_one_of_two_declarations_may_be_void_after_the_departure(one: Returning) -> None:
    declare(one)
    one.reach("departed")
    one.change("declaration", voided="typed twice")


def test_nobody_boards_who_took_the_declaration_back(one: Returning) -> None:
    one.reach("ready")
    one.act("declaration", "withdraw")
    with pytest.raises(Refused) as refused:
        one.leave()
    assert (refused.value.rule, refused.value.field) == ("left_on_declaration", "boarded_on")


@pytest.mark.parametrize("verb", [True, False], ids=["withdrawn", "void"])
def test_who_withdraws_at_one_desk_and_boards_at_another_is_found_on_both(
    found: Founder, verb: bool
) -> None:
    here, user = found("here")
    there, _other = found("there", login="karim")
    one = Returning(here, user)
    one.reach("ready")
    there.merge(runs_of(here))
    with there.write(user) as db:
        act(db, db.get_one(Travel, one.ids["travel"][1]), "confirm_boarding", {})
    if verb:
        one.act("declaration", "withdraw")
    else:
        one.change("declaration", voided="typed by mistake")
    here.merge(runs_of(there))
    there.merge(runs_of(here))
    assert findings(there)[0].rule == "left_on_declaration"
    assert findings(here) == [] if not verb else findings(here)[0].rule == "left_on_declaration"
