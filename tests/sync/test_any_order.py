"""Whatever three devices do, in any order and over any line, they end holding the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, permutations, product
from random import Random
from uuid import UUID

import pytest

from app.errors import Unavailable
from app.hq.base import Headquarters
from app.hq.check import feed_faults
from app.models.change import Change, encode, genesis, link
from app.models.check import faults
from app.models.merge import Run, merge
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


# Two changes by one device, and what two others made of them meanwhile; each is (device, seq).
ONE, TWO, THREE = (bytes([number]) * 16 for number in (1, 2, 3))
ROOT = bytes(range(16))
SMALL_LOG: tuple[tuple[bytes, dict[str, object], list[tuple[bytes, int, list[str]]]], ...] = (
    (ONE, {"sex": "F", "nationalities": ["SN"], "town": "Fez"}, []),
    (TWO, {"legal_status": "refugee", "note": "a", "languages": ["fr"]}, [(ONE, 1, [])]),
    (THREE, {"legal_status": "stateless", "note": "b", "languages": ["ar"]}, [(ONE, 1, [])]),
    (ONE, {"town": "Rabat", "needs_interpreter": True}, [(ONE, 1, ["town"])]),
    (TWO, {"town": "Oujda", "needs_interpreter": False}, [(ONE, 1, ["town"]), (TWO, 1, [])]),
)


def small_runs(count: int) -> list[Run]:
    """Give the first changes of the small log, each as a run of its own."""
    chains = {device: (0, genesis(device)) for device in (ONE, TWO, THREE)}
    runs = []
    for number, (device, fields, bases) in enumerate(SMALL_LOG[:count]):
        seq, chain = chains[device]
        # Two stamps are equal: the device decides.
        stamp = (1_795_000_000_000 + number // 2) << 16
        change = Change(seq + 1, stamp, device, seq + 1, "person", ROOT, b"", fields, bases)
        body = encode(change)
        runs.append(Run(device, seq + 1, chain, [body]))
        chains[device] = (seq + 1, link(chain, body))
    return runs


def splits(runs: Sequence[Run]) -> Iterator[list[Sequence[Run]]]:
    """Cut a sequence into batches in every way there is."""
    for cuts in product((False, True), repeat=len(runs) - 1):
        ends = [place for place, is_cut in enumerate(cuts, 1) if is_cut]
        yield [runs[a:b] for a, b in pairwise([0, *ends, len(runs)])]


def after(store: Store, batches: Iterable[Sequence[Run]]) -> tuple[object, ...]:
    """Give the row and the log that batches come to; the store stays as it was."""
    writer = store.engine.execution_options(writing=True)
    with writer.connect() as connection, connection.begin() as transaction:
        for batch in batches:
            merge(connection, list(batch), contiguous=False)
        row = connection.exec_driver_sql("SELECT * FROM person WHERE id = ?", (ROOT,)).one()
        log = connection.exec_driver_sql(
            "SELECT device, seq, chain, body FROM change WHERE record = ? ORDER BY device, seq",
            (ROOT,),
        ).all()
        heads = connection.exec_driver_sql("SELECT * FROM head ORDER BY device").all()
        transaction.rollback()
    return tuple(row), tuple(map(tuple, log)), tuple(map(tuple, heads))


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_every_order_comes_to_the_same_bytes(store: Store, count: int) -> None:
    runs = small_runs(count)
    expected = after(store, [runs])
    for order in permutations(runs):
        assert after(store, [[run] for run in order]) == expected


def test_every_split_of_every_order_comes_to_the_same_bytes(store: Store) -> None:
    runs = small_runs(4)
    expected = after(store, [runs])
    for order in permutations(runs):
        for batches in splits(order):
            assert after(store, batches) == expected


def test_every_repetition_comes_to_the_same_bytes(store: Store) -> None:
    runs = small_runs(4)
    expected = after(store, [runs])
    for again in range(len(runs)):
        for order in set(permutations([*range(len(runs)), again])):
            assert after(store, [[runs[place]] for place in order]) == expected
