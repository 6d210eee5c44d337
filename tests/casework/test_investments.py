"""Investors' projects: one stage at a time, and never backwards."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from app.casework.investments import LINE, enterprises_of
from app.casework.verbs import act, verbs_of
from app.errors import Refused
from app.models.investments import InvestmentProject
from tests.casework.work import a_case, a_person, acted, added, refused_rule
from tests.conftest import TODAY, Office

VERBS: dict[str, tuple[str, dict[str, Any]]] = {
    "advised": ("advise", {}),
    "plan": ("plan", {"jobs": 6, "amount": {"amount": "40000", "currency": "EUR"}}),
    "financing": ("finance", {}),
    "registered": ("register", {"registration": "RC 4417"}),
    "operating": ("operate", {"jobs": 7}),
}


@pytest.fixture
def project(office: Office) -> UUID:
    store, user = office
    case = a_case(store, user, a_person(store, user), "MEDMA2")
    return added(store, user, "investment_project", case=case, name="Olive press")


def test_a_project_goes_to_an_enterprise_that_operates(office: Office, project: UUID) -> None:
    store, user = office
    for stage in LINE[1:]:
        name, answers = VERBS[stage]
        acted(store, user, "investment_project", project, name, **answers)
        with store.read() as db:
            made = db.get_one(InvestmentProject, project)
            assert (made.stage, made.stage_on) == (stage, TODAY)
    with store.read() as db:
        assert enterprises_of(db, "MEDMA2") == 1
        assert enterprises_of(db, "FORAS") == 0


@pytest.mark.parametrize("stage", LINE)
def test_no_stage_is_left_backwards(office: Office, project: UUID, stage: str) -> None:
    store, user = office
    for one in LINE[1 : LINE.index(stage) + 1]:
        acted(store, user, "investment_project", project, VERBS[one][0], **VERBS[one][1])
    for one in LINE[1 : LINE.index(stage) + 1]:
        with pytest.raises(Refused), store.write(user) as db:
            act(db, db.get_one(InvestmentProject, project), VERBS[one][0], VERBS[one][1])


def test_an_enterprise_operates_only_once_registered(office: Office, project: UUID) -> None:
    store, _user = office
    with store.read() as db:
        made = db.get_one(InvestmentProject, project)
        assert "operate" not in {one.name for one in verbs_of(db, made, frozenset())}


def test_a_registered_enterprise_has_its_number(office: Office, project: UUID) -> None:
    store, user = office

    def register(db):  # type: ignore[no-untyped-def]
        act(db, db.get_one(InvestmentProject, project), "register", {})

    def by_hand(db):  # type: ignore[no-untyped-def]
        db.get_one(InvestmentProject, project).stage = "operating"

    assert refused_rule(store, user, register) == "required"
    assert refused_rule(store, user, by_hand) == "registration_required"


def test_a_project_given_up_can_be_taken_up_again(office: Office, project: UUID) -> None:
    store, user = office
    acted(store, user, "investment_project", project, "give_up", note="No land")
    with store.read() as db:
        assert db.get_one(InvestmentProject, project).stage == "given_up"
    acted(store, user, "investment_project", project, "resume")
    with store.read() as db:
        assert db.get_one(InvestmentProject, project).stage == "advised"
