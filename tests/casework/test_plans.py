"""Reintegration plans: submitted, approved twice, and kept as they were approved."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.casework.plans import costs_by_dimension, current_plan, items_of
from app.casework.verbs import usual_answers
from app.errors import Refused
from app.models.cases import Case
from app.models.money import Money
from app.models.plans import PlanItem, ReintegrationPlan
from tests.casework.granting import Granting, make_granting
from tests.conftest import TODAY, Office


@pytest.fixture
def g(office: Office) -> Granting:
    return make_granting(*office)


@pytest.fixture
def plan(g: Granting) -> UUID:
    return begin(g)


def begin(g: Granting) -> UUID:
    with g.store.write(g.amina) as db:
        answers = usual_answers(db, ReintegrationPlan, db.get_one(Case, g.case))
        made = ReintegrationPlan(case=g.case, objective="A bakery", **answers)
        db.add(made)
    return made.id


def add_item(g: Granting, plan: UUID, **answers: Any) -> UUID:
    with g.store.write(g.amina) as db:
        usual = usual_answers(db, PlanItem, db.get_one(ReintegrationPlan, plan))
        given = {"dimension": "economic", "need": "Income", "activity": "Open a bakery", **answers}
        made = PlanItem(plan=plan, **{**usual, **given})
        db.add(made)
    return made.id


def refused(work: Any, *given: Any, **named: Any) -> str:
    with pytest.raises(Refused) as caught:
        work(*given, **named)
    return caught.value.rule


def answer(g: Granting, item: UUID, **answers: Any) -> None:
    with g.store.write(g.amina) as db:
        for name, value in answers.items():
            setattr(db.get_one(PlanItem, item), name, value)


def kept(g: Granting, plan: UUID) -> ReintegrationPlan:
    with g.store.read() as db:
        return db.get_one(ReintegrationPlan, plan)


def approve(g: Granting, plan: UUID) -> None:
    g.do(g.amina, ReintegrationPlan, plan, "submit")
    g.do(g.karim, ReintegrationPlan, plan, "approve")


def test_a_plan_without_activities_is_not_submitted(g: Granting, plan: UUID) -> None:
    assert refused(g.do, g.amina, ReintegrationPlan, plan, "submit") == "plan_without_items"


def test_a_plan_is_approved_by_a_supervisor_who_did_not_write_it(g: Granting, plan: UUID) -> None:
    add_item(g, plan)
    g.do(g.amina, ReintegrationPlan, plan, "submit")
    assert refused(g.do, g.amina, ReintegrationPlan, plan, "approve") == "two_people"
    assert refused(g.do, g.leila, ReintegrationPlan, plan, "approve") == "role"
    g.do(g.karim, ReintegrationPlan, plan, "approve")
    assert (kept(g, plan).state, kept(g, plan).approved_on) == ("approved", TODAY)


def test_the_mission_approves_after_the_supervisor(g: Granting, plan: UUID) -> None:
    add_item(g, plan)
    given: dict[str, Any] = {"mission": "IOM Abidjan", "mission_approved_on": TODAY.isoformat()}
    before = {**given, "mission_approved_on": (TODAY - timedelta(days=1)).isoformat()}
    assert refused(g.do, g.amina, ReintegrationPlan, plan, "mission_approve", **given) == (
        "not_possible"
    )
    approve(g, plan)
    assert refused(g.do, g.amina, ReintegrationPlan, plan, "mission_approve", **before) == (
        "mission_before_supervisor"
    )
    g.do(g.amina, ReintegrationPlan, plan, "mission_approve", **given)
    assert kept(g, plan).mission_approved_on == date.fromisoformat(given["mission_approved_on"])


def test_of_an_approved_plan_only_the_progress_is_noted(g: Granting, plan: UUID) -> None:
    item = add_item(g, plan)
    approve(g, plan)
    answer(g, item, state="under_way")
    assert refused(answer, g, item, activity="Open a garage") == "plan_is_decided"
    assert refused(answer, g, item, voided="no") == "plan_is_decided"
    assert refused(add_item, g, plan) == "plan_is_decided"


def test_a_returned_plan_is_corrected_and_approved_anew(g: Granting, plan: UUID) -> None:
    item = add_item(g, plan)
    approve(g, plan)
    g.do(g.karim, ReintegrationPlan, plan, "return")
    assert kept(g, plan).approved_by is None
    answer(g, item, activity="Open a garage")
    approve(g, plan)
    assert refused(answer, g, item, activity="Open a bakery") == "plan_is_decided"


def test_a_later_approved_plan_replaces_the_earlier(g: Granting, plan: UUID) -> None:
    add_item(g, plan)
    approve(g, plan)
    later = begin(g)
    add_item(g, later)
    approve(g, later)
    assert kept(g, plan).state == "replaced"
    with g.store.read() as db:
        found = current_plan(db, g.case)
    assert found is not None
    assert found.id == later


def test_a_plan_is_not_approved_by_setting_its_state(g: Granting, plan: UUID) -> None:
    def work() -> None:
        with g.store.write(g.karim) as db:
            db.get_one(ReintegrationPlan, plan).state = "approved"

    assert refused(work) == "use_verb"


def test_costs_add_up_by_dimension_and_currency(g: Granting, plan: UUID) -> None:
    add_item(g, plan, cost="100 EUR")
    add_item(g, plan, cost="50.50 EUR")
    add_item(g, plan, cost="700 MAD")
    add_item(g, plan, cost="9 EUR", state="dropped")
    add_item(g, plan, dimension="social", cost="5 EUR")
    with g.store.read() as db:
        added = costs_by_dimension(db, plan)
    assert added["economic"] == {
        "EUR": Money.parse("150.50 EUR"), "MAD": Money.parse("700.00 MAD"),
    }  # fmt: skip
    assert added["social"] == {"EUR": Money.parse("5.00 EUR")}
    assert added["psychosocial"] == {}


def test_activities_stand_in_the_order_they_were_added(g: Granting, plan: UUID) -> None:
    made = [add_item(g, plan, need=str(number)) for number in range(3)]
    with g.store.read() as db:
        assert [item.id for item in items_of(db, plan)] == made
