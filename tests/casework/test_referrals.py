"""Referrals: never without agreement, and only by their own steps."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from app.casework.referrals import OPEN, referral_package, waiting_referrals
from app.casework.sharing import withdraw_consent
from app.casework.verbs import act, verbs_of
from app.errors import Refused
from app.models.consents import Consent
from app.models.referrals import REFERRAL_STATES, SHARED_PARTS, Referral
from tests.casework.work import (
    a_case,
    a_person,
    acted,
    added,
    consent_to,
    refusal,
    refused_rule,
)
from tests.conftest import TODAY, Office

AGREED = {"service": "medical", "agency": "Clinique du Nord", "has_consent": True}


@pytest.fixture
def person(office: Office) -> UUID:
    store, user = office
    return a_person(store, user, main_language="wo", town="Salé", legal_status="irregular")


@pytest.fixture
def case(office: Office, person: UUID) -> UUID:
    store, user = office
    return a_case(store, user, person)


@pytest.fixture
def referral(office: Office, person: UUID, case: UUID) -> UUID:
    """A referral ready to be sent."""
    store, user = office
    consent_to(store, user, person, "register", "share_partner")
    return added(store, user, "referral", case=case, **AGREED)


def test_a_referral_goes_from_sent_to_done(office: Office, referral: UUID) -> None:
    store, user = office
    for name, answers in (("send", {}), ("accept", {}), ("complete", {"feedback": "Seen"})):
        acted(store, user, "referral", referral, name, **answers)
    with store.read() as db:
        made = db.get_one(Referral, referral)
        assert (made.state, made.feedback) == ("done", "Seen")
        assert (made.sent_on, made.answered_on, made.completed_on) == (TODAY, TODAY, TODAY)


# What each state allows; everything else is refused.
LEGAL = {
    "draft": {"send", "revoke"},
    "in_progress": {"accept", "reject", "revoke"},
    "accepted": {"complete", "revoke"},
    "rejected": set(),
    "done": set(),
    "revoked": set(),
}
WAY = {
    "draft": [],
    "in_progress": ["send"],
    "accepted": ["send", "accept"],
    "rejected": ["send", "reject"],
    "done": ["send", "accept", "complete"],
    "revoked": ["revoke"],
}


@pytest.mark.parametrize("state", REFERRAL_STATES.codes())
def test_each_state_allows_its_own_steps_only(office: Office, referral: UUID, state: str) -> None:
    store, user = office
    for name in WAY[state]:
        answers = {"feedback": "Seen"} if name == "complete" else {}
        acted(store, user, "referral", referral, name, **answers)
    with store.read() as db:
        offered = {one.name for one in verbs_of(db, db.get_one(Referral, referral), frozenset())}
    assert offered - {"open_file"} == LEGAL[state]
    assert ("open_file" in offered) == bool(LEGAL[state])
    for name in {"send", "accept", "reject", "complete", "revoke"} - LEGAL[state]:
        with pytest.raises(Refused), store.write(user) as db:
            act(db, db.get_one(Referral, referral), name, {})


def test_sending_takes_the_persons_agreement(office: Office, person: UUID, case: UUID) -> None:
    store, user = office
    consent_to(store, user, person, "share_partner")
    made = added(store, user, "referral", case=case, **{**AGREED, "has_consent": False})
    refused = refusal(store, user, lambda db: act(db, db.get_one(Referral, made), "send", {}))
    assert (refused.rule, refused.field) == ("no_agreement", "has_consent")


def test_sending_takes_a_live_consent_to_share(office: Office, person: UUID, case: UUID) -> None:
    store, user = office
    made = added(store, user, "referral", case=case, **AGREED)
    refused = refusal(store, user, lambda db: act(db, db.get_one(Referral, made), "send", {}))
    assert refused.rule == "no_consent_to_share"
    assert "Record the consent" in refused.message


def test_a_consent_taken_back_stops_a_referral(office: Office, person: UUID, case: UUID) -> None:
    store, user = office
    given = consent_to(store, user, person, "share_partner")
    made = added(store, user, "referral", case=case, **AGREED)
    with store.write(user) as db:
        withdraw_consent(db, db.get_one(Consent, given))
    with pytest.raises(Refused, match="no consent to share"), store.read() as db:
        referral_package(db, db.get_one(Referral, made))
    assert (
        refused_rule(store, user, lambda db: act(db, db.get_one(Referral, made), "send", {}))
        == "no_consent_to_share"
    )


def test_completing_says_what_came_back(office: Office, referral: UUID) -> None:
    store, user = office
    acted(store, user, "referral", referral, "send")
    acted(store, user, "referral", referral, "accept")

    def complete(db):  # type: ignore[no-untyped-def]
        act(db, db.get_one(Referral, referral), "complete", {})

    assert refused_rule(store, user, complete) == "required"


@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        ({"state": "in_progress"}, "state_by_verbs"),
        ({"state": "accepted", "sent_on": TODAY}, "state_by_verbs"),
        ({"state": "in_progress", "sent_on": TODAY, "has_consent": False}, "no_agreement"),
    ],
)
def test_a_state_written_by_hand_is_refused(
    office: Office, referral: UUID, answers: dict[str, Any], rule: str
) -> None:
    store, user = office

    def write(db):  # type: ignore[no-untyped-def]
        made = db.get_one(Referral, referral)
        for name, value in answers.items():
            setattr(made, name, value)

    assert refused_rule(store, user, write) == rule


@pytest.mark.parametrize("part", SHARED_PARTS.codes())
def test_the_agency_is_told_the_chosen_part_only(
    office: Office, person: UUID, case: UUID, part: str
) -> None:
    store, user = office
    consent_to(store, user, person, "share_partner")
    added(store, user, "contact", person=person, number="+212612345678")
    added(store, user, "contact", person=person, number="+212698765432", safe_to_call="no")
    added(store, user, "screening", case=case, situations=["serious_illness", "no_papers"])
    added(
        store, user, "household_member", person=person, name="Binta", relation="child",
        birth="2020",
    )  # fmt: skip
    made = added(
        store, user, "referral", case=case, shared=[part], need="Needs a doctor",
        withheld="Not to be told: the debt", **AGREED,
    )  # fmt: skip
    told = {
        "name": "Awa",
        "contact": "+212 6 12 34 56 78",
        "birth": "1990",
        "nationality": "Senegal",
        "languages": "Wolof",
        "family": "1 child",
        "legal_status": "Irregular situation",
        "health": "Serious illness",
        "needs": "Needs a doctor",
    }
    with store.read() as db:
        text = "\n".join(said for _l, said in referral_package(db, db.get_one(Referral, made)))
    assert told[part] in text
    for other, words in told.items():
        assert other == part or words not in text
    assert "98 76" not in text
    assert "debt" not in text
    assert "papers" not in text


def test_the_waiting_list_puts_todays_need_first(
    office: Office, person: UUID, case: UUID, referral: UUID
) -> None:
    store, user = office
    urgent = added(store, user, "referral", case=case, urgency="today", **AGREED)
    done = added(store, user, "referral", case=case, **AGREED)
    for one in (referral, urgent, done):
        acted(store, user, "referral", one, "send")
    acted(store, user, "referral", done, "reject")
    with store.read() as db:
        waiting = waiting_referrals(db)
    assert [one.id for one in waiting] == [urgent, referral]
    assert {one.state for one in waiting} <= OPEN
