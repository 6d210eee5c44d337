"""Assistance in kind: quantities, the day it was handed over, and the case it is of."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.casework.assistance import delivered
from app.casework.verbs import usual_answers
from app.errors import Refused
from app.models.assistance import Assistance
from app.models.cases import Case
from tests.casework.granting import Granting, make_granting
from tests.conftest import TODAY, Office


@pytest.fixture
def g(office: Office) -> Granting:
    return make_granting(*office)


def plan(g: Granting, **answers: Any) -> UUID:
    with g.store.write(g.amina) as db:
        usual = usual_answers(db, Assistance, db.get_one(Case, g.case))
        made = Assistance(case=g.case, **{**usual, "service": SERVICE, **answers})
        db.add(made)
    return made.id


SERVICE = Assistance.fields["service"].type.choices.codes()[0]  # type: ignore[attr-defined]


def refused(work: Any, *given: Any, **named: Any) -> str:
    with pytest.raises(Refused) as caught:
        work(*given, **named)
    return caught.value.rule


def test_assistance_begins_planned_with_one_piece(g: Granting) -> None:
    given = plan(g)
    with g.store.read() as db:
        kept = db.get_one(Assistance, given)
        assert (kept.state, kept.quantity, kept.unit) == ("planned", 1, "piece")


def test_what_is_handed_over_has_its_day(g: Granting) -> None:
    given = plan(g, quantity="2.5", unit="kg")
    assert refused(g.do, g.amina, Assistance, given, "deliver") == "required"
    g.do(
        g.amina, Assistance, given, "deliver",
        delivered_on=TODAY.isoformat(), delivered_to="Moussa Koné",
    )  # fmt: skip
    with g.store.read() as db:
        [kept] = delivered(db, g.case)
    assert (kept.delivered_on, kept.delivered_to) == (TODAY, "Moussa Koné")


def test_nothing_is_no_assistance(g: Granting) -> None:
    assert refused(plan, g, quantity="0") == "out_of_range"


def test_nothing_is_handed_over_before_the_case_was_opened(g: Granting) -> None:
    given = plan(g)
    early = (TODAY - timedelta(days=701)).isoformat()
    assert refused(g.do, g.amina, Assistance, given, "deliver", delivered_on=early) == "before_case"


def test_a_day_without_handing_over_is_refused(g: Granting) -> None:
    assert refused(plan, g, delivered_on=TODAY) == "not_delivered"


def test_handed_over_without_a_day_is_refused(g: Granting) -> None:
    assert refused(plan, g, state="delivered") == "required"


def test_what_is_cancelled_cannot_be_handed_over(g: Granting) -> None:
    given = plan(g)
    g.do(g.amina, Assistance, given, "cancel")
    assert refused(
        g.do, g.amina, Assistance, given, "deliver", delivered_on=TODAY.isoformat()
    ) == "not_possible"  # fmt: skip
