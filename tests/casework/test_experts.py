"""Experts: a need, a proposal, an assignment, and what each does to the need."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from app.casework.review import findings
from app.casework.verbs import act
from app.models.experts import Assignment, ExpertNeed
from app.models.store import Store
from tests.casework.work import a_case, a_person, acted, added, refused_rule
from tests.conftest import Founder, Office
from tests.models.test_convergence import runs_of

FIRST, LAST = date(2027, 1, 4), date(2027, 3, 26)


@pytest.fixture
def need(office: Office) -> UUID:
    store, user = office
    host = added(
        store, user, "organisation", name="Université", organisation_kind="education", country="MA"
    )
    return added(
        store, user, "expert_need", organisation=host, programme="TRQN3", profile="Water engineer"
    )


@pytest.fixture
def case(office: Office) -> UUID:
    store, user = office
    return a_case(store, user, a_person(store, user), "TRQN3")


def proposed(store: Store, user: UUID, need: UUID, case: UUID, **more: Any) -> UUID:
    answers = {"case": case, "need": need, "starts": FIRST, "ends": LAST, "state": "proposed"}
    with store.write(user) as db:
        made = Assignment(**{**answers, **more})
        db.add(made)
        return made.id


def states(store: Store, need: UUID, assignment: UUID) -> tuple[str | None, str | None]:
    with store.read() as db:
        return db.get_one(ExpertNeed, need).state, db.get_one(Assignment, assignment).state


def test_an_assignment_runs_its_course(office: Office, need: UUID, case: UUID) -> None:
    store, user = office
    acted(
        store, user, "expert_need", need, "propose", case=str(case), starts=FIRST.isoformat(),
        ends=LAST.isoformat(),
    )  # fmt: skip
    with store.read() as db:
        made = db.query(Assignment).one().id
    assert states(store, need, made) == ("open", "proposed")
    for name, answers, after in (
        ("accept", {}, ("matched", "accepted")),
        ("start", {}, ("filled", "under_way")),
        ("complete", {"result": "Trained the team", "trained": 14}, ("filled", "completed")),
    ):
        acted(store, user, "assignment", made, name, **answers)
        assert states(store, need, made) == after


def test_declining_opens_the_need_again(office: Office, need: UUID, case: UUID) -> None:
    store, user = office
    made = proposed(store, user, need, case)
    acted(store, user, "assignment", made, "accept")
    acted(store, user, "assignment", made, "decline", result="Ill")
    assert states(store, need, made) == ("open", "declined")


def test_ending_early_says_why_and_opens_the_need_again(
    office: Office, need: UUID, case: UUID
) -> None:
    store, user = office
    made = proposed(store, user, need, case, starts=date(2026, 11, 2))
    for name in ("accept", "start"):
        acted(store, user, "assignment", made, name)

    def end(db):  # type: ignore[no-untyped-def]
        act(db, db.get_one(Assignment, made), "end_early", {"ends": "2026-11-20"})

    assert refused_rule(store, user, end) == "required"
    acted(store, user, "assignment", made, "end_early", ends="2026-11-20", result="Funds cut")
    assert states(store, need, made) == ("open", "ended_early")


@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        ({"ends": date(2027, 7, 5)}, "assignment_too_long"),
        ({"ends": date(2027, 1, 1)}, "ends_before_start"),
    ],
)
def test_an_assignment_keeps_within_the_programme(
    office: Office, need: UUID, case: UUID, answers: dict[str, Any], rule: str
) -> None:
    store, user = office

    def propose(db):  # type: ignore[no-untyped-def]
        given = {"case": case, "need": need, "starts": FIRST, "state": "proposed", **answers}
        db.add(Assignment(**given))

    assert refused_rule(store, user, propose) == rule


def test_six_whole_months_are_allowed(office: Office, need: UUID, case: UUID) -> None:
    proposed(*office, need, case, ends=date(2027, 7, 4))


def test_an_expert_has_a_case_in_the_programme(office: Office, need: UUID) -> None:
    store, user = office
    other = a_case(store, user, a_person(store, user), "MEDMA2")

    def propose(db):  # type: ignore[no-untyped-def]
        db.add(Assignment(case=other, need=need, starts=FIRST, ends=LAST, state="proposed"))

    assert refused_rule(store, user, propose) == "expert_of_another_programme"


@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        ({"programme": "TRQN3", "country": "FR"}, "country_not_in_programme"),
        ({"programme": "FORAS", "country": "MA"}, "programme_without_experts"),
    ],
)
def test_a_need_is_in_the_programmes_reach(
    office: Office, need: UUID, answers: dict[str, str], rule: str
) -> None:
    store, user = office

    def ask(db):  # type: ignore[no-untyped-def]
        host = db.get_one(ExpertNeed, need).organisation
        db.add(ExpertNeed(organisation=host, profile="Doctor", state="open", **answers))

    assert refused_rule(store, user, ask) == rule


def test_a_need_is_taken_once(office: Office, need: UUID, case: UUID) -> None:
    store, user = office
    other = a_case(store, user, a_person(store, user, "Modou"), "TRQN3")
    first, second = proposed(store, user, need, case), proposed(store, user, need, other)
    acted(store, user, "assignment", first, "accept")

    def accept(db):  # type: ignore[no-untyped-def]
        act(db, db.get_one(Assignment, second), "accept", {})

    assert refused_rule(store, user, accept) == "need_taken_once"


def test_two_desks_that_accept_two_experts_are_told(
    found: Founder, office: Office, need: UUID, case: UUID
) -> None:
    here, user = office
    other_case = a_case(here, user, a_person(here, user, "Modou"), "TRQN3")
    first, second = proposed(here, user, need, case), proposed(here, user, need, other_case)
    there, other = found("there", login="karim")
    there.merge(runs_of(here))
    acted(here, user, "assignment", first, "accept")
    with there.write(other) as db:
        act(db, db.get_one(Assignment, second), "accept", {})
    here.merge(runs_of(there))
    assert {one.rule for one in findings(here)} == {"need_taken_once"}


def test_a_need_with_an_agreed_assignment_does_not_vanish(
    office: Office, need: UUID, case: UUID
) -> None:
    store, user = office
    made = proposed(store, user, need, case)
    acted(store, user, "assignment", made, "accept")

    def withdraw(db):  # type: ignore[no-untyped-def]
        act(db, db.get_one(ExpertNeed, need), "withdraw", {})

    assert refused_rule(store, user, withdraw) == "assignment_agreed"


def test_nobody_is_proposed_for_a_need_that_no_longer_stands(
    office: Office, need: UUID, case: UUID
) -> None:
    store, user = office
    acted(store, user, "expert_need", need, "withdraw")

    def propose(db):  # type: ignore[no-untyped-def]
        db.add(Assignment(case=case, need=need, starts=FIRST, ends=LAST, state="proposed"))

    assert refused_rule(store, user, propose) == "need_withdrawn"
    acted(store, user, "expert_need", need, "reopen")
    proposed(store, user, need, case)
