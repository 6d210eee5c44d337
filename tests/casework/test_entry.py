"""Records entered as JSON: what only verbs set is refused, and odd JSON never breaks anything."""

from __future__ import annotations

from typing import Any

import pytest

from app.casework.entry import add_record, set_record
from app.errors import Refused
from app.models.record import Record, kind_named
from app.models.types import Number
from tests.casework.returning import Returning
from tests.conftest import TODAY, Office


@pytest.fixture
def one(office: Office) -> Returning:
    return Returning(*office)


def refused_to_set(one: Returning, record: Record, answers: dict[str, Any]) -> Refused:
    with pytest.raises(Refused) as refused, one.store.write(one.user) as db:
        set_record(db, record.kind, record.id, answers)
    return refused.value


def add(one: Returning, kind: str, **answers: Any) -> Record:
    with one.store.write(one.user) as db:
        return add_record(db, kind, answers)


ACTIVITY = {"programme": "MEDMA2", "activity_kind": "meeting", "name": "Forum"}
NEED = {"programme": "TRQN3", "profile": "Hydrology", "country": "MA"}


@pytest.mark.parametrize(
    ("kind", "answers", "state"),
    [
        ("activity", ACTIVITY, "done"),
        ("expert_need", NEED, "filled"),
    ],
)
def test_states_of_records_outside_files_are_left_to_verbs_too(
    one: Returning, kind: str, answers: dict[str, Any], state: str
) -> None:
    if kind == "expert_need":
        host = add(one, "organisation", name="Faculté", organisation_kind="research")
        answers = {**answers, "organisation": str(host.id)}
    record = add(one, kind, **answers)
    refusal = refused_to_set(one, record, {"state": state})
    assert (refusal.rule, refusal.field) == ("set_by_verbs", "state")
    with pytest.raises(Refused) as refused:
        add(one, kind, **answers, state=state)
    assert (refused.value.rule, refused.value.field) == ("set_by_verbs", "state")


@pytest.mark.parametrize("name", ["state", "completed_on", "waived_by", "left_because"])
def test_a_training_is_not_completed_by_typing_it_in(one: Returning, name: str) -> None:
    one.train()
    with one.store.read() as db:
        enrolment = db.get_one(*_kind_and_id(one, "enrolment"))
    given = {
        "state": "completed", "completed_on": TODAY.isoformat(), "waived_by": str(one.user),
        "left_because": "moved",
    }  # fmt: skip
    refusal = refused_to_set(one, enrolment, {name: given[name]})
    assert (refusal.rule, refusal.field) == ("set_by_verbs", name)


def _kind_and_id(one: Returning, name: str) -> Any:
    kind, record = one.ids[name]
    return kind_named(kind), record


@pytest.mark.parametrize("given", ["", False, [], 0])
def test_an_empty_answer_to_what_verbs_set_is_refused_in_words(
    one: Returning, given: object
) -> None:
    one.prepare()
    with one.store.read() as db:
        travel = db.get_one(*_kind_and_id(one, "travel"))
    refusal = refused_to_set(one, travel, {"boarded_on": given})
    assert (refusal.rule, refusal.field) == ("set_by_verbs", "boarded_on")


@pytest.mark.parametrize("given", [-1, True, 1.5, "x", {"a": 1}])
def test_participants_that_are_no_list_are_refused(one: Returning, given: object) -> None:
    with pytest.raises(Refused) as refused:
        add(one, "group_session", session_kind="return", participants=given)
    assert (refused.value.rule, refused.value.field) == ("type", "participants")


@pytest.mark.parametrize("given", [[], {}, 10**30, "\ud800", "noon"])
@pytest.mark.parametrize("name", ["half_day", "mark"])
def test_an_odd_mark_in_a_roll_call_is_refused(one: Returning, name: str, given: object) -> None:
    one.train()
    answers = {"enrolment": str(one.ids["enrolment"][1]), "held_on": TODAY.isoformat(),
               "half_day": "am", "mark": "present"}  # fmt: skip
    with pytest.raises(Refused) as refused:
        add(one, "attendance", **{**answers, name: given})
    assert refused.value.field == name


def test_a_half_day_of_a_group_that_is_not_here_is_refused(one: Returning) -> None:
    with pytest.raises(Refused) as refused:
        add(one, "training_session", group=str(one.person), held_on=TODAY.isoformat(),
            half_day="am")  # fmt: skip
    assert (refused.value.rule, refused.value.field) == ("unknown_reference", "group")


def test_a_number_no_database_holds_is_refused(one: Returning) -> None:
    with pytest.raises(Refused) as refused:
        add(one, "attachment", person=str(one.person), size=10**30)
    assert "out_of_range" in {each.rule for each in refused.value.refusals}


def test_a_number_no_database_holds_is_not_taken_from_elsewhere() -> None:
    assert Number().to_sqlite(2**63 - 1) == 2**63 - 1
    with pytest.raises(ValueError, match="not a whole number"):
        Number().to_sqlite(2**63)
