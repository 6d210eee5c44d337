"""Fitness to travel: how long it holds, and what an assessment must say."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from app.casework.cases import next_states
from app.casework.health import holds_through, latest_assessment
from app.errors import Refused
from app.models.cases import Case
from tests.casework.returning import Returning
from tests.conftest import TODAY, Office

DAY = date(2026, 11, 20)


@pytest.fixture
def one(office: Office) -> Returning:
    """Somebody with a case."""
    return Returning(*office)


@pytest.mark.parametrize(
    ("valid_until", "hours", "last"),
    [
        (None, 72, date(2026, 11, 23)),
        (None, 24, date(2026, 11, 21)),
        ("2026-11-21T18:00", 72, date(2026, 11, 21)),
        ("2026-12-31T18:00", 72, date(2026, 11, 23)),
    ],
)
def test_an_assessment_holds_for_what_is_written_and_no_longer_than_the_office_allows(
    valid_until: str | None, hours: int, last: date
) -> None:
    assert holds_through(DAY, valid_until, hours) == last


@pytest.mark.parametrize(
    ("answers", "field", "rule"),
    [
        ({"fitness": "conditions"}, "conditions", "conditions_required"),
        ({"fitness": "fit", "conditions": ["wheelchair"]}, "fitness", "fit_without_conditions"),
        ({"fitness": "fit", "valid_until": "2026-11-20T10:00"}, "valid_until",
         "ends_before_start"),
    ],
)  # fmt: skip
def test_an_assessment_that_contradicts_itself_is_refused(
    one: Returning, answers: dict[str, Any], field: str, rule: str
) -> None:
    with pytest.raises(Refused) as refused:
        one.add("medical", "medical_assessment", case=str(one.case), **answers)
    assert (refused.value.field, refused.value.rule) == (field, rule)


def test_the_latest_assessment_is_that_of_the_latest_day(one: Returning) -> None:
    later = one.add("b", "medical_assessment", case=str(one.case), fitness="fit")
    earlier = (TODAY - timedelta(days=2)).isoformat()
    one.add("a", "medical_assessment", case=str(one.case), fitness="unfit", assessed_on=earlier)
    with one.store.read() as db:
        found = latest_assessment(db, one.case)
        assert found is not None
        assert found.id == later


def test_the_office_says_how_long_an_assessment_holds(one: Returning) -> None:
    one.reach("booked")
    one.change("medical", assessed_on=TODAY - timedelta(days=4))
    with one.store.read() as db:
        assert next_states(db, db.get_one(Case, one.case))[0].missing
    one.store.settings.put(fitness_hours=120)
    with one.store.read() as db:
        assert next_states(db, db.get_one(Case, one.case))[0].missing == []
