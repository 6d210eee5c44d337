"""Whatever three devices do, in any order and over any line, they end holding the same."""

from __future__ import annotations

from random import Random
from uuid import UUID

import pytest

from app.errors import Unavailable
from app.hq.base import Headquarters
from app.hq.check import feed_faults
from app.models.check import faults
from app.models.store import Store
from app.sync.engine import sync
from tests.conftest import Founder
from tests.sync.running import ALWAYS, Relay, carry, change, digest, enrolled, register, synced

TOWNS = ("Rabat", "Fez", "Agadir", "Oujda")
STATUSES = ("refugee", "asylum_seeker", "irregular")


@pytest.mark.parametrize("seed", range(5))
def test_all_end_holding_the_same(found: Founder, hq: Headquarters, url: str, seed: int) -> None:
    chance = Random(seed)
    devices = [found(f"store{n}", login=f"user{n}") for n in range(3)]
    known: dict[Store, set[UUID]] = {store: set() for store, _user in devices}
    for store, _user in devices:
        enrolled(store, hq, url)

    for _step in range(40):
        store, user = chance.choice(devices)
        act = chance.random()
        if act < 0.25:
            known[store].add(register(store, user, f"Fatou {chr(65 + chance.randrange(26))}"))
        elif act < 0.6 and known[store]:
            person = chance.choice(sorted(known[store]))
            change(store, user, person, town=chance.choice(TOWNS), note=chance.choice(TOWNS))
            change(store, user, person, legal_status=chance.choice(STATUSES))
        elif act < 0.8:
            synced(store, frame_bytes=chance.choice((400, 4000, 400_000)))
            known[store] |= people_of(store)
        else:
            sync_over_a_bad_line(store, url, chance)

    for store, _user in devices * 2:
        report = synced(store)
        assert report.is_verified
        assert report.findings == []
    digests = [digest(store) for store, _user in devices]
    assert all(one == digest(hq.store) for one in digests)
    with hq.store.engine.connect() as connection:
        assert [*faults(connection), *feed_faults(connection)] == []
    for store, _user in devices:
        with store.engine.connect() as connection:
            assert list(faults(connection)) == []


def sync_over_a_bad_line(store: Store, url: str, chance: Random) -> None:
    with (
        Relay(url, bytes_back=chance.randrange(1500), cuts=ALWAYS) as line,
        carry(store, line.url) as carrier,
    ):
        try:
            sync(store, carrier, frame_bytes=400)
        except Unavailable:
            return


def people_of(store: Store) -> set[UUID]:
    with store.engine.connect() as connection:
        return {
            UUID(bytes=row) for row in connection.exec_driver_sql("SELECT id FROM person").scalars()
        }
