"""Who may take part in a programme, when facts are known, unknown, or known within bounds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.casework.eligibility import Verdict, eligibility, judge
from app.casework.programmes import change_programme
from app.models.persons import Person
from app.models.programmes import Eligibility, programmes
from app.models.store import Store
from app.models.values import PartialDate
from tests.conftest import TODAY, Office


def judged(store: Store, code: str, **facts: Any) -> Verdict:
    facts = {"sex": "F", "nationalities": frozenset({"MA"}), **facts}
    with store.read() as db:
        return eligibility(db, Person(**facts), code, TODAY)


TANGIER = {"place_code": "MA010006"}
KHOURIBGA = {"place_code": "MA001005"}
CASES: list[tuple[str, dict[str, Any], str]] = [
    # Age, known to the day, the year, or as stated.
    ("FORSATY", {"birth": "2011-11-22", **TANGIER}, "yes"),
    ("FORSATY", {"birth": "2011-11-23", **TANGIER}, "no"),
    ("FORSATY", {"birth": "2000-11-23", **TANGIER}, "yes"),
    ("FORSATY", {"birth": "2000-11-22", **TANGIER}, "no"),
    ("FORSATY", {"birth": "2011", **TANGIER}, "unclear"),
    ("FORSATY", {"birth": "2010", **TANGIER}, "yes"),
    ("FORSATY", {"birth": "2013", **TANGIER}, "no"),
    ("FORSATY", {"birth": "age:14/2026-06-01", **TANGIER}, "unclear"),
    ("FORSATY", {"birth": None, **TANGIER}, "unclear"),
    ("SALEMM", {"birth": "age:9/2026-11-22", **KHOURIBGA}, "yes"),
    ("SALEMM", {"birth": "age:23/2026-11-22", **KHOURIBGA}, "no"),
    # Place: a province, its region only, another, none.
    ("FORSATY", {"birth": "2008", "place_code": "MA010"}, "unclear"),
    ("FORSATY", {"birth": "2008", "place_code": "MA001005"}, "no"),
    ("FORSATY", {"birth": "2008"}, "unclear"),
    # Legal status.
    ("VTLO", {"nationalities": {"SN"}, "legal_status": "regularised_2014"}, "yes"),
    ("VTLO", {"nationalities": {"SN"}, "legal_status": "irregular"}, "no"),
    ("VTLO", {"nationalities": {"SN"}, "legal_status": "unknown"}, "unclear"),
    ("VTLO", {"nationalities": {"SN"}}, "unclear"),
    # Nationality.
    ("AVRR-FROM", {"nationalities": {"SN"}, "legal_status": "irregular"}, "yes"),
    ("AVRR-FROM", {"nationalities": {"SN", "MA"}, "legal_status": "irregular"}, "no"),
    ("AVRR-FROM", {"nationalities": {"XXA"}, "legal_status": "stateless"}, "yes"),
    ("AVRR-FROM", {"nationalities": {"XXX"}, "legal_status": "irregular"}, "unclear"),
    ("AVRR-TO", {"nationalities": {"MA"}}, "yes"),
    ("AVRR-TO", {"nationalities": {"FR", "MA"}}, "yes"),
    ("AVRR-TO", {"nationalities": {"FR"}}, "no"),
    ("AVRR-TO", {"nationalities": {"FR", "XXX"}}, "unclear"),
    ("AVRR-TO", {"nationalities": None}, "unclear"),
    ("RRASM-CH", {"nationalities": {"CM"}, "legal_status": "irregular"}, "yes"),
    ("RRASM-CH", {"nationalities": {"SY"}, "legal_status": "irregular"}, "no"),
    # A fact against outweighs a fact to ask.
    ("VTLO", {"nationalities": {"MA"}}, "no"),
    # Programmes that keep no cases.
    ("JMDI", {}, "no"),
]


@pytest.mark.parametrize(("code", "facts", "answer"), CASES)
def test_the_facts_decide(store: Store, code: str, facts: dict[str, Any], answer: str) -> None:
    birth = facts.get("birth")
    known = {**facts, "birth": PartialDate(birth)} if birth else facts
    verdict = judged(store, code, **known)
    assert verdict.answer == answer
    assert bool(verdict.reasons) == (answer != "yes")


def test_an_unclear_age_says_which_fact_to_ask(store: Store) -> None:
    verdict = judged(store, "FORSATY", birth=PartialDate("2011"), **TANGIER)
    [reason] = verdict.reasons
    assert "between 14 and 15" in reason
    assert "Ask the date of birth" in reason


def test_inside_a_save_the_offices_day_counts(office: Office) -> None:
    store, user = office
    person = Person(sex="F", birth=PartialDate("2011-11-22"), place_code="MA010006")
    with store.write(user) as db:
        assert eligibility(db, person, "FORSATY").answer == "yes"


def test_what_the_office_changed_decides(office: Office) -> None:
    store, user = office
    born = PartialDate("1998-01-02")
    assert judged(store, "FORSATY", birth=born, **TANGIER).answer == "no"
    with store.write(user) as db:
        change_programme(db, "FORSATY", age_to=29)
    assert judged(store, "FORSATY", birth=born, **TANGIER).answer == "yes"


def test_a_programme_that_takes_no_new_cases_takes_nobody(office: Office) -> None:
    store, user = office
    with store.write(user) as db:
        change_programme(db, "AVRR-TO", is_active=False)
    assert judged(store, "AVRR-TO").answer == "no"


_BIRTHS = st.dates(date(1950, 1, 1), date(2026, 1, 1)).flatmap(
    lambda day: st.sampled_from([day.isoformat(), f"{day:%Y-%m}", f"{day:%Y}"])
)


@given(_BIRTHS, st.integers(0, 60), st.integers(0, 60))
def test_every_day_the_birth_can_be_agrees_with_a_clear_answer(
    birth: str, age_from: int, years: int
) -> None:
    rules = Eligibility(age_from=age_from, age_to=age_from + years)
    partial = PartialDate(birth)
    answer = _age_answer(rules, partial)
    span = (partial.latest - partial.earliest).days
    days = [partial.earliest + timedelta(days=n) for n in {0, span // 2, span}]
    each = {_age_answer(rules, PartialDate(day.isoformat())) for day in days}
    assert each <= {"yes", "no"}
    if answer != "unclear":
        assert each == {answer}


def _age_answer(rules: Eligibility, birth: PartialDate) -> str:
    programme = msgspec.structs.replace(programmes()["FORSATY"], eligibility=rules)
    return judge(programme, Person(birth=birth), TODAY).answer


def test_every_programme_that_keeps_cases_answers(store: Store) -> None:
    for code, programme in programmes().items():
        if programme.keeps_cases:
            assert judged(store, code).answer in {"yes", "no", "unclear"}
