"""Enrolled devices that write their frames by hand: what they ask for, claim and open."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from app.errors import Refused
from app.hq.base import Headquarters
from app.hq.verify import verify
from app.models.merge import Run
from app.sync.frames import PROTOCOL, Identity, Seal
from app.sync.verifying import Check, check_of
from tests.hq.hands import ID, Hand

DAY = "2026-11-01"


@pytest.fixture
def hands(hq: Headquarters) -> tuple[Hand, Hand]:
    return Hand(hq, "RAB"), Hand(hq, "TNG")


@pytest.fixture
def hand(hands: tuple[Hand, Hand]) -> Hand:
    return hands[0]


def fresh() -> bytes:
    return uuid4().bytes


def given(reader: Hand, maker: Hand) -> int:
    """Count the changes of one that the other is given."""
    runs = [run for feed in reader.ask().feeds for run in feed.runs]
    return sum(len(run.bodies) for run in runs if run.device == maker.identity)


# -- one bad change blocks nothing -----------------------------------------------------------------


@pytest.mark.parametrize("value", [2**64 - 1, 2**63, 1.5, float("inf"), float("nan"), True])
def test_a_number_that_no_column_holds_is_set_aside_and_the_next_passes(
    hand: Hand, value: Any
) -> None:
    bad = hand.change(fresh(), "exchange_rate", rate=value)
    assert len(hand.push(bad, hand.change(fresh(), "person"))) == 1
    assert hand.ask(Run(hand.identity, 3, hand.chain, [])).acknowledged == {hand.identity: 2}


def test_every_refusal_of_a_long_push_is_told(hands: tuple[Hand, Hand]) -> None:
    rab, tng = hands
    person = fresh()
    assert rab.push(rab.change(person, "person")) == []
    bodies = [tng.change(fresh(), "contact", person) for _ in range(300)]
    assert len(tng.push(*bodies)) == 300


@pytest.mark.parametrize("number", [2**63, 2**64 - 1])
def test_a_head_beyond_all_numbers_is_not_well_formed(hand: Hand, number: int) -> None:
    with pytest.raises(Refused) as refused:
        hand.ask(hand.run(hand.change(fresh(), "person")), head=number)
    assert refused.value.rule == "malformed"


def test_a_seal_by_no_device_is_refused(hand: Hand) -> None:
    run = hand.run(hand.change(fresh(), "person"))
    seal = Seal(b"short", run.device, 1, hand.chain, bytes(64))
    with pytest.raises(Refused):
        hand.ask(run, seals=[seal])


@pytest.mark.parametrize(
    "asked",
    [
        {"upto": -(2**63)},
        {"buckets": [(b"short", 0)]},
        {"buckets": [(ID, 2**63)]},
        {"buckets": [(ID, -1)]},
        {"wanted": [(ID, 0, 2**64 - 1)]},
        {"gives": [Run(b"short", 1, bytes(32), [b""])]},
        {"gives": [Run(ID, 2**64 - 1, bytes(32), [b""])]},
        {"gives": [Run(ID, 1, b"short", [b""])]},
    ],
)
def test_a_check_that_is_not_well_formed_is_refused(hand: Hand, asked: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        verify(hand.hq, hand.device, check_of(hand.scope, **asked))
    assert refused.value.rule == "malformed"


def test_an_empty_run_is_harmless(hand: Hand) -> None:
    assert hand.ask(Run(hand.identity, 1, hand.chain, [])).acknowledged == {hand.identity: 0}
    gives = [Run(hand.identity, 1, hand.chain, [])]
    assert verify(hand.hq, hand.device, check_of(hand.scope, gives=gives)).position == 0


# -- nobody sees what is not theirs ----------------------------------------------------------------


def test_of_another_offices_identity_nothing_is_told(hands: tuple[Hand, Hand]) -> None:
    rab, tng = hands
    rab.push(rab.change(fresh(), "person"), rab.change(fresh(), "exchange_rate", rate="x"))
    answer = tng.ask(identities=[Identity(rab.identity, 0, 2)])
    assert (answer.acknowledged, answer.chains, answer.refused) == ({}, {}, [])


def test_a_bucket_of_another_offices_identity_tells_nothing(hands: tuple[Hand, Hand]) -> None:
    rab, tng = hands
    rab.push(rab.change(fresh(), "person"), rab.change(fresh(), "exchange_rate", rate="x"))
    asked = check_of(tng.scope, buckets=[(rab.identity, 0)])
    [listing] = verify(tng.hq, tng.device, asked).listings
    assert (listing.entries, listing.refused, listing.head) == ({}, [], 0)


def test_changes_of_another_scope_are_not_given_by_number(hands: tuple[Hand, Hand]) -> None:
    rab, tng = hands
    rab.push(rab.change(fresh(), "person"))
    asked = check_of(tng.scope, wanted=[(rab.identity, 1, 1)])
    assert verify(tng.hq, tng.device, asked).runs == []
    with pytest.raises(Refused) as refused:
        verify(tng.hq, tng.device, Check(PROTOCOL, rab.scope))
    assert refused.value.rule == "other_scope"


def test_what_was_never_here_is_not_taken_as_given_back(hands: tuple[Hand, Hand]) -> None:
    rab, tng = hands
    person = fresh()
    rab.push(rab.change(person, "person"))
    gives = [tng.run(tng.change(person, "person", town="Tangier"))]
    verify(tng.hq, tng.device, check_of(tng.scope, gives=gives))
    assert verify(tng.hq, tng.device, check_of(tng.scope)).position == 0


# -- nobody opens what is not theirs to open -------------------------------------------------------


@pytest.fixture
def closed(hands: tuple[Hand, Hand]) -> tuple[Hand, Hand, bytes, bytes]:
    """A file of Rabat's that was open to Tangier, and its opening."""
    rab, tng = hands
    person, share = fresh(), fresh()
    opening = {"person": person, "to_scope": "TNG", "purpose": "referral", "shared_on": DAY}
    assert rab.push(
        rab.change(person, "person"), rab.change(share, "file_share", person, **opening)
    ) == []  # fmt: skip
    assert rab.push(rab.change(share, "file_share", person, closed_on=DAY)) == []
    return rab, tng, person, share


def test_the_receiver_does_not_open_again_what_was_closed(
    closed: tuple[Hand, Hand, bytes, bytes],
) -> None:
    rab, tng, person, share = closed
    before = given(tng, rab)
    assert tng.push(tng.change(share, "file_share", person, closed_on=None)) != []
    assert rab.push(rab.change(fresh(), "contact", person)) == []
    assert given(tng, rab) == before


def test_the_receiver_does_not_write_on_an_opening_by_another_name(
    closed: tuple[Hand, Hand, bytes, bytes],
) -> None:
    rab, tng, person, share = closed
    before = given(tng, rab)
    tng.push(tng.change(share, "contact", person, closed_on=None, to_scope="TNG"))
    assert rab.push(rab.change(fresh(), "contact", person)) == []
    assert rab.push(rab.change(share, "file_share", person, closing_reason="done")) == []
    assert given(tng, rab) == before


def test_an_opening_is_not_moved_to_another_file(closed: tuple[Hand, Hand, bytes, bytes]) -> None:
    _rab, tng, _person, share = closed
    own = fresh()
    assert tng.push(tng.change(own, "person")) == []
    assert tng.push(tng.change(share, "file_share", own, closed_on=None)) != []


def test_an_offices_own_record_is_not_taken_into_another_file(hands: tuple[Hand, Hand]) -> None:
    rab, tng = hands
    assert rab.push(rab.change(tng.scope, "office", rab.scope, name="Rabat")) != []
    assert tng.push(tng.change(tng.scope, "office", name="Tangier")) == []


def test_an_enrolled_computers_identity_waits_for_it(hands: tuple[Hand, Hand]) -> None:
    rab, tng = hands
    forged = rab.run(rab.change(fresh(), "person"))
    with pytest.raises(Refused) as refused:
        tng.ask(forged)
    assert refused.value.rule == "other_identity"
    assert rab.ask(forged).acknowledged == {rab.identity: 1}


def test_a_position_of_a_lost_timeline_is_not_remembered(hand: Hand) -> None:
    hand.ask(hand.run(hand.change(fresh(), "person")), cursor=1000)
    assert hand.device.cursor <= 1


def test_a_person_is_nobodys_but_who_brought_it(hands: tuple[Hand, Hand]) -> None:
    rab, tng = hands
    person = UUID(int=7).bytes
    assert rab.push(rab.change(person, "person")) == []
    assert len(tng.push(tng.change(person, "person"), tng.change(fresh(), "case", person))) == 2
