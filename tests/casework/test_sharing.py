"""Opening a person's file to others, closing it, handing it over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.sharing import open_file, open_shares, open_to_agency
from app.casework.verbs import act
from app.models.consents import Consent
from app.models.persons import Person
from app.models.record import kind_named
from app.models.referrals import Referral
from app.models.sharing import FileShare, kinds_in, writable
from app.models.store import Store
from app.models.users import User
from tests.casework.work import a_case, a_person, acted, added, consent_to, refusal
from tests.conftest import TODAY


def opening(person: UUID, to: str = "TNG", **answers: Any) -> Callable[[Session], object]:
    return lambda db: open_file(db, db.get_one(Person, person), to, **answers)


@pytest.fixture
def person(store: Store, user: UUID) -> UUID:
    found = a_person(store, user)
    consent_to(store, user, found, "share_partner")
    return found


@pytest.fixture
def referral(store: Store, user: UUID, person: UUID) -> UUID:
    case = a_case(store, user, person)
    return added(
        store, user, "referral", case=case, service="medical", agency="Clinic", has_consent=True,
        referred_on=TODAY.isoformat(), urgency="normal", state="draft", shared=["name", "contact"],
    )  # fmt: skip


def shares(store: Store) -> list[FileShare]:
    with store.read() as db:
        return list(db.scalars(select(FileShare)))


def test_a_file_is_opened_and_closed(store: Store, user: UUID, person: UUID) -> None:
    acted(store, user, "person", person, "share", to_scope="tng ", parts=["identity"])
    (share,) = shares(store)
    assert (share.to_scope, share.shared_on, share.purpose) == ("TNG", TODAY, "referral")
    acted(store, user, "file_share", share.id, "close", closing_reason="done")
    assert [one.closed_on for one in shares(store)] == [TODAY]


def test_without_consent_to_share_it_is_refused(store: Store, user: UUID) -> None:
    person = a_person(store, user)
    assert refusal(store, user, opening(person)).rule == "no_consent_to_share"


def test_a_withdrawn_consent_is_none(store: Store, user: UUID, person: UUID) -> None:
    with store.write(user) as db:
        db.query(Consent).one().withdrawn_on = TODAY
    assert refusal(store, user, opening(person)).rule == "no_consent_to_share"


def consent(store: Store) -> UUID:
    with store.read() as db:
        return db.query(Consent).one().id


def test_withdrawing_the_consent_closes_the_file_to_others(
    store: Store, user: UUID, person: UUID
) -> None:
    for office in ("TNG", "AGA"):
        acted(store, user, "person", person, "share", to_scope=office)
    acted(store, user, "consent", consent(store), "withdraw")
    assert [one.closed_on for one in shares(store)] == [TODAY, TODAY]


def test_it_stays_open_while_another_consent_holds(store: Store, user: UUID, person: UUID) -> None:
    acted(store, user, "person", person, "share", to_scope="TNG")
    first = consent(store)
    consent_to(store, user, person, "share_partner")
    acted(store, user, "consent", first, "withdraw")
    assert [one.closed_on for one in shares(store)] == [None]


def test_whom_it_was_opened_to_gives_back_its_own_only(
    store: Store, user: UUID, person: UUID
) -> None:
    for office in ("TNG", "AGA"):
        acted(store, user, "person", person, "share", to_scope=office)
    with store.control() as connection:
        store.settings.put(connection, office_code="AGA")
    acted(store, user, "consent", consent(store), "withdraw")
    assert {one.to_scope for one in shares(store) if one.closed_on} == {"AGA"}


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"withdrawn_on": TODAY}, "withdrawn_on"),
        ({"voided": "recorded twice"}, "voided"),
        ({"scopes": frozenset({"register"})}, "scopes"),
    ],
)
def test_no_consent_goes_while_the_file_is_open_on_it(
    store: Store, user: UUID, person: UUID, answers: dict[str, Any], field: str
) -> None:
    acted(store, user, "person", person, "share", to_scope="TNG")

    def undo(db: Session) -> None:
        for name, value in answers.items():
            setattr(db.query(Consent).one(), name, value)

    refused = refusal(store, user, undo)
    assert (refused.rule, refused.field) == ("open_without_consent", field)
    assert "TNG" in refused.message


def test_a_consent_to_something_else_may_come_and_go_meanwhile(
    store: Store, user: UUID, person: UUID
) -> None:
    acted(store, user, "person", person, "share", to_scope="TNG")
    other = consent_to(store, user, person, "photo")
    acted(store, user, "consent", other, "withdraw")
    assert [one.closed_on for one in shares(store)] == [None]


@pytest.mark.parametrize("withheld", ["Not to TNG please", "the office tng: my cousin"])
def test_those_the_person_named_are_not_told(
    store: Store, user: UUID, person: UUID, withheld: str
) -> None:
    with store.write(user) as db:
        db.query(Consent).one().withheld_from = withheld
    assert refusal(store, user, opening(person)).rule == "withheld"


@pytest.mark.parametrize(
    ("code", "rule"), [("RAB", "own_office"), ("T", "office_code"), ("T-1", "office_code")]
)
def test_it_is_opened_to_another_office(
    store: Store, user: UUID, person: UUID, code: str, rule: str
) -> None:
    assert refusal(store, user, opening(person, code)).rule == rule


def test_a_referral_opens_what_it_tells_and_the_service_needs(
    store: Store, user: UUID, referral: UUID
) -> None:
    parts = ["identity", "contact", "health"]
    acted(store, user, "referral", referral, "open_file", to_scope="TNG", parts=parts)
    with store.read() as db:
        (share,) = open_shares(db, referral=referral)
        assert share.parts == frozenset(parts)


@pytest.mark.parametrize("parts", [["training"], ["identity", "family"]])
def test_a_referral_opens_nothing_beyond(
    store: Store, user: UUID, referral: UUID, parts: list[str]
) -> None:
    def work(db: Session) -> object:
        found = db.get_one(kind_named("referral"), referral)
        return act(db, found, "open_file", {"to_scope": "TNG", "parts": parts})

    assert refusal(store, user, work).rule == "beyond_referral"


def test_a_referral_opens_no_whole_file(store: Store, user: UUID, referral: UUID) -> None:
    def work(db: Session) -> object:
        return open_to_agency(db, db.get_one(Referral, referral), "TNG")

    assert refusal(store, user, work).rule == "beyond_referral"


def test_a_referral_called_back_closes_what_was_opened_for_it(
    store: Store, user: UUID, referral: UUID
) -> None:
    acted(store, user, "referral", referral, "open_file", to_scope="TNG", parts=["identity"])
    acted(store, user, "referral", referral, "revoke")
    assert [one.closed_on for one in shares(store)] == [TODAY]


def test_a_transfer_is_of_the_whole_file(store: Store, user: UUID, person: UUID) -> None:
    acted(store, user, "person", person, "transfer", to_scope="TNG", reason="moved")
    assert [(one.purpose, one.parts) for one in shares(store)] == [("transfer", None)]

    def with_parts(db: Session) -> None:
        db.query(FileShare).one().parts = frozenset({"identity"})

    assert refusal(store, user, with_parts).rule == "whole_file"


def test_a_transfer_is_decided_by_a_supervisor(store: Store, user: UUID, person: UUID) -> None:
    with store.write(user) as db:
        other = User(login="karim", roles=frozenset({"counsellor"}), office=store.office)
        db.add(other)

    def work(db: Session) -> None:
        db.add(FileShare(person=person, to_scope="TNG", purpose="transfer", shared_on=TODAY))

    assert refusal(store, other.id, work).rule == "role"


def test_a_case_is_transferred_with_its_person(store: Store, user: UUID, person: UUID) -> None:
    case = a_case(store, user, person)
    acted(store, user, "case", case, "transfer", to_scope="TNG", reason="moved")
    assert [one.person for one in shares(store)] == [person]


def test_a_part_goes_with_what_it_hangs_from_and_that_is_only_read() -> None:
    grants = kinds_in(frozenset({"grants"}))
    assert grants is not None
    assert {"payment", "grant", "case", "person"} <= grants
    assert "counselling_session" not in grants
    may_write = writable(grants)
    assert may_write is not None
    assert "payment" in may_write
    assert not {"case", "person"} & may_write


def test_the_whole_file_has_no_limits() -> None:
    assert kinds_in(frozenset()) is None
    assert writable(None) is None
