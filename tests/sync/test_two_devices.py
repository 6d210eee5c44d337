"""Two computers of one office and headquarters end holding the same."""

from __future__ import annotations

import sqlalchemy as sa

from app.hq.base import Headquarters
from app.models.offices import Office
from app.models.users import User
from app.sync.engine import sync
from app.sync.status import sync_status
from tests.conftest import Founder
from tests.sync.running import answer, carry, change, digest, enrolled, register, synced


def test_three_equal_digests(found: Founder, hq: Headquarters, url: str) -> None:
    one, amina = found("one", login="amina")
    two, brahim = found("two", login="brahim")
    for store in (one, two):
        enrolled(store, hq, url)
    for number in range(20):
        register(one, amina, f"Fatou {chr(65 + number)}")
        register(two, brahim, f"Moussa {chr(65 + number)}")

    first = synced(one)
    second = synced(two)
    third = synced(one)

    assert digest(one) == digest(two) == digest(hq.store)
    assert digest(hq.store)["person"]["count"] == 40
    assert first.is_verified
    assert second.is_verified
    assert third.is_verified
    assert third.sent == 0
    assert [*first.findings, *second.findings, *third.findings] == []


def test_stores_founded_apart_share_one_office_and_keep_all_users(
    found: Founder, hq: Headquarters, url: str
) -> None:
    one, amina = found("one", login="amina")
    two, brahim = found("two", login="brahim")
    register(one, amina, "Fatou")
    register(two, brahim, "Moussa")
    for store in (one, two):
        enrolled(store, hq, url)
    for store in (one, two, one):
        synced(store)

    for store in (one, two, hq.store):
        with store.read() as db:
            assert [office.code for office in db.scalars(sa.select(Office))] == ["RAB"]
            assert set(db.scalars(sa.select(User.login))) == {"amina", "brahim"}


def test_one_answer_given_twice_is_the_same_conflict_everywhere(
    found: Founder, hq: Headquarters, url: str
) -> None:
    one, amina = found("one", login="amina")
    two, brahim = found("two", login="brahim")
    for store in (one, two):
        enrolled(store, hq, url)
    person = register(one, amina, "Fatou")
    synced(one)
    synced(two)
    change(one, amina, person, legal_status="refugee", town="Rabat")
    change(two, brahim, person, legal_status="asylum_seeker", occupation="tailor")
    for store in (one, two, one):
        synced(store)

    shown = [answer(store, person) for store in (one, two, hq.store)]
    assert [p.conflicts for p in shown] == ["legal_status"] * 3
    assert {(p.legal_status, p.town, p.occupation) for p in shown} == {
        ("asylum_seeker", "Rabat", "tailor")
    }
    assert digest(one) == digest(two) == digest(hq.store)


def test_nothing_to_say_is_one_small_round_trip(found: Founder, hq: Headquarters, url: str) -> None:
    store, user = found()
    enrolled(store, hq, url)
    register(store, user, "Fatou")
    synced(store)
    with carry(store) as carrier:
        report = sync(store, carrier)
        assert carrier.traffic.trips == 1
        assert carrier.traffic.sent + carrier.traffic.received < 400
    assert (report.sent, report.received) == (0, 0)
    assert report.is_verified


def test_status_counts_what_waits_without_asking(
    found: Founder, hq: Headquarters, url: str
) -> None:
    store, user = found()
    before = sync_status(store)
    assert not before.is_enrolled
    assert before.waiting > 0
    assert before.confirmed_at is None
    enrolled(store, hq, url)
    synced(store)
    assert sync_status(store).waiting == 0
    assert sync_status(store).confirmed_at is not None
    assert sync_status(store).is_in_step
    register(store, user, "Fatou")
    assert sync_status(store).waiting == 2


def test_offices_see_their_own_files_and_share_what_has_a_named_id(
    found: Founder, hq: Headquarters, url: str
) -> None:
    rabat, amina = found("rabat", office="RAB", login="amina")
    agadir, brahim = found("agadir", office="AGA", login="brahim")
    enrolled(rabat, hq, url, "RAB")
    enrolled(agadir, hq, url, "AGA")
    register(rabat, amina, "Fatou")
    register(agadir, brahim, "Moussa")
    for store in (rabat, agadir, rabat, agadir):
        assert synced(store).is_verified

    assert digest(rabat)["person"]["count"] == digest(agadir)["person"]["count"] == 1
    assert digest(hq.store)["person"]["count"] == 2
    assert digest(rabat)["curriculum"] == digest(agadir)["curriculum"]
    assert digest(rabat)["curriculum"] == digest(hq.store)["curriculum"]
