"""Screenings: what they may hold, and the one that counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.casework.screenings import factors_of, latest_screening
from app.models.screenings import Screening, VulnerabilityFactor
from tests.casework.work import a_case, a_person, added, refused_rule
from tests.conftest import TODAY, Office


@pytest.fixture
def case(office: Office) -> UUID:
    store, user = office
    return a_case(store, user, a_person(store, user, main_language="wo"))


def screening(case: UUID, **more: Any) -> Screening:
    answers = {"screening_kind": "rapid", "held_on": TODAY, "result": "done", **more}
    return Screening(case=case, **answers)


def test_the_first_screening_starts_as_a_rapid_one_of_today(office: Office, case: UUID) -> None:
    store, user = office
    first = added(store, user, "screening", case=case)
    second = added(store, user, "screening", case=case)
    with store.read() as db:
        made = db.get_one(Screening, first)
        assert (made.screening_kind, made.held_on, made.result) == ("rapid", TODAY, "done")
        assert (made.screener, made.language) == (user, "wo")
        assert db.get_one(Screening, second).screening_kind == "again"


def test_the_latest_screening_is_that_of_the_latest_day(office: Office, case: UUID) -> None:
    store, user = office
    with store.read() as db:
        assert latest_screening(db, case) is None
    with store.write(user) as db:
        late = screening(case)
        db.add(late)
        db.add(screening(case, held_on=TODAY - timedelta(days=3)))
    with store.read() as db:
        found = latest_screening(db, case)
        assert found is not None
        assert found.id == late.id


@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        ({"pregnancy_weeks": 12}, "not_pregnant"),
        ({"result": "declined", "situations": ["no_food"]}, "declined_with_findings"),
        ({"result": "declined", "risk": "high"}, "declined_with_findings"),
        ({"is_urgent": True}, "action_required"),
    ],
)
def test_a_screening_must_agree_with_itself(
    office: Office, case: UUID, answers: dict[str, Any], rule: str
) -> None:
    store, user = office
    assert refused_rule(store, user, lambda db: db.add(screening(case, **answers))) == rule


def test_weeks_of_a_pregnancy_are_kept(office: Office, case: UUID) -> None:
    store, user = office
    with store.write(user) as db:
        db.add(screening(case, situations=["pregnant"], pregnancy_weeks=20))


def test_a_declined_screening_has_no_factors(office: Office, case: UUID) -> None:
    store, user = office
    declined = added(store, user, "screening", case=case, result="declined")
    with store.read() as db:
        assert factors_of(db, declined) == []

    def add(db):  # type: ignore[no-untyped-def]
        db.add(_factor(declined))

    assert refused_rule(store, user, add) == "factors_of_declined"


def test_a_screening_with_factors_cannot_become_declined(office: Office, case: UUID) -> None:
    store, user = office
    with store.write(user) as db:
        made = screening(case)
        db.add(made)
        db.add(_factor(made.id))

    def decline(db):  # type: ignore[no-untyped-def]
        db.get_one(Screening, made.id).result = "declined"

    assert refused_rule(store, user, decline) == "factors_of_declined"


def test_what_protects_has_no_severity(office: Office, case: UUID) -> None:
    store, user = office

    def add(db):  # type: ignore[no-untyped-def]
        made = screening(case)
        db.add(made)
        db.add(_factor(made.id, side="protective", severity="high"))

    assert refused_rule(store, user, add) == "severity_of_protection"


def _factor(screening: UUID, **more: Any) -> VulnerabilityFactor:
    answers = {"level": "household", "side": "risk", "factor": "Debt in the family", **more}
    return VulnerabilityFactor(screening=screening, **answers)
