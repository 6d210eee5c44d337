"""What one side lost is found and mended, from what both truly hold."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from app.hq.base import Headquarters
from app.hq.check import feed_faults
from app.hq.tables import FEED
from app.models.change import Change, encode
from app.models.log import CHANGE
from app.models.projection import refill
from app.models.record import kinds
from app.models.store import Store
from app.sync.mending import Mended, mend
from app.sync.state import enrolment_of, progress_of
from tests.conftest import Founder, Office
from tests.sync.running import (
    carry,
    change,
    digest,
    enrolled,
    headquarters,
    register,
    serving,
    synced,
)


@pytest.fixture
def laptop(office: Office, hq: Headquarters, url: str) -> Store:
    store = enrolled(office[0], hq, url)
    for number in range(6):
        register(store, office[1], f"Fatou {chr(65 + number)}")
    synced(store)
    return store


def scope_of(store: Store) -> bytes:
    place = enrolment_of(store)
    assert place is not None
    return place.scopes[0]


def mended(store: Store, url: str | None = None) -> Mended:
    with carry(store, url) as carrier:
        return mend(store, carrier, scope_of(store))


def lose(store: Store, *seqs: int, device: UUID | None = None) -> None:
    """Delete changes from the log behind the program's back, and what they came to."""
    with store.control() as connection:
        connection.execute(
            CHANGE.delete().where(
                CHANGE.c.device == (device or store.device).bytes, CHANGE.c.seq.in_(seqs)
            )
        )
        for kind, record in kinds().items():
            connection.execute(sa.delete(record))
            refill(connection, kind)


def seqs_of(store: Store, kind: str) -> list[int]:
    with store.engine.connect() as connection:
        query = sa.select(CHANGE.c.seq).where(CHANGE.c.kind == kind).order_by(CHANGE.c.seq)
        return list(connection.scalars(query))


def lose_at_hq(hq: Headquarters, device: UUID, *seqs: int) -> None:
    with hq.store.control() as connection:
        connection.execute(
            CHANGE.delete().where(CHANGE.c.device == device.bytes, CHANGE.c.seq.in_(seqs))
        )


def test_two_copies_in_step_have_nothing_to_mend(laptop: Store) -> None:
    before = progress_of(laptop)
    assert mended(laptop) == Mended(is_same=True)
    assert progress_of(laptop).holdings == before.holdings


def test_changes_lost_on_the_device_are_fetched(laptop: Store, hq: Headquarters) -> None:
    lost = seqs_of(laptop, "person_name")[1:4]
    lose(laptop, *lost)
    assert digest(laptop) != digest(hq.store)
    done = mended(laptop)
    assert (done.found, done.fetched, done.is_same) == (3, 3, True)
    assert digest(laptop) == digest(hq.store)
    assert synced(laptop).is_verified


def test_a_colleagues_changes_lost_on_the_device_are_fetched(
    laptop: Store, hq: Headquarters, url: str, found: Founder
) -> None:
    other, user = found("other", login="karim")
    enrolled(other, hq, url)
    register(other, user, "Mariama")
    synced(other)
    synced(laptop)
    lose(laptop, 1, 2, device=other.device)
    assert mended(laptop).is_same
    assert digest(laptop) == digest(other) == digest(hq.store)


def test_entries_lost_from_a_feed_come_back_to_it(laptop: Store, hq: Headquarters) -> None:
    with hq.store.control() as connection:
        connection.execute(FEED.delete().where(FEED.c.position.in_([2, 5, 6])))
    assert mended(laptop).is_same
    with hq.store.engine.connect() as connection:
        assert list(feed_faults(connection)) == []
    assert synced(laptop).is_verified


def test_the_end_of_a_feed_comes_back_to_it(laptop: Store, hq: Headquarters) -> None:
    with hq.store.control() as connection:
        connection.execute(FEED.delete().where(FEED.c.position > 4))
    assert mended(laptop).is_same
    with hq.store.engine.connect() as connection:
        assert list(feed_faults(connection)) == []


def test_changes_headquarters_lost_are_given_back(laptop: Store, hq: Headquarters) -> None:
    lost = seqs_of(laptop, "person_name")[1:3]
    lose_at_hq(hq, laptop.device, *lost)
    done = mended(laptop)
    assert (done.sent, done.is_same) == (2, True)
    with hq.store.engine.connect() as connection:
        assert list(feed_faults(connection)) == []
    assert digest(laptop) == digest(hq.store)


def test_a_colleague_gives_back_what_headquarters_lost_of_another(
    laptop: Store, hq: Headquarters, url: str, found: Founder
) -> None:
    other, _user = found("other", login="karim")
    enrolled(other, hq, url)
    synced(other)
    lose_at_hq(hq, laptop.device, *seqs_of(laptop, "person")[1:3])
    assert mended(other).is_same
    assert digest(other) == digest(hq.store)
    assert synced(other).is_verified


def test_what_is_given_back_otherwise_than_it_was_is_not_taken(
    laptop: Store, hq: Headquarters
) -> None:
    seq = seqs_of(laptop, "person")[2]
    lose_at_hq(hq, laptop.device, seq)
    forged = encode(Change(seq, 1, bytes(16), seq, "person", bytes(16), b"", {"town": "Fez"}, []))
    with laptop.control() as connection:
        connection.execute(
            CHANGE.update()
            .where(CHANGE.c.device == laptop.device.bytes, CHANGE.c.seq == seq)
            .values(body=forged)
        )
    done = mended(laptop)
    assert done.sent == 0
    with hq.store.engine.connect() as connection:
        held = sa.select(CHANGE.c.seq).where(CHANGE.c.seq == seq)
        assert connection.scalar(held.where(CHANGE.c.device == laptop.device.bytes)) is None


def test_a_difference_that_cannot_be_mended_is_told_and_nothing_is_wiped(
    laptop: Store, hq: Headquarters
) -> None:
    seq = seqs_of(laptop, "person")[0]
    with hq.store.control() as connection:
        connection.execute(
            CHANGE.update()
            .where(CHANGE.c.device == laptop.device.bytes, CHANGE.c.seq == seq)
            .values(chain=bytes(32))
        )
    before = digest(laptop)
    done = mended(laptop)
    assert done.differing == [(laptop.device, seq)]
    assert not done.is_same
    assert progress_of(laptop).mismatched == [scope_of(laptop)]
    assert digest(laptop) == before


def test_a_headquarters_restored_from_yesterday_gets_todays_work_again(
    found: Founder, tmp_path: Path
) -> None:
    store, user = found("one")
    other, karim = found("two", login="karim")
    with headquarters(tmp_path / "hq") as hq, serving(hq) as url:
        for one in (store, other):
            enrolled(one, hq, url)
            synced(one)
    shutil.copytree(tmp_path / "hq", tmp_path / "yesterday")
    with headquarters(tmp_path / "hq") as hq, serving(hq) as url:
        person = register(store, user, "Fatou")
        synced(store, url)
        synced(other, url)
    with headquarters(tmp_path / "yesterday") as hq, serving(hq) as url:
        # Somebody else goes on first: positions are as high as before, and mean other changes.
        change(other, karim, person, town="Asilah")
        for one in (other, store, other):
            synced(one, url)
            mended(one, url)
        for one in (store, other):
            synced(one, url)
            assert mended(one, url).is_same
        assert digest(store) == digest(other) == digest(hq.store)


def test_work_not_sent_yet_is_no_difference(laptop: Store, office: Office) -> None:
    register(laptop, office[1], "Mariama")
    done = mended(laptop)
    assert (done.found, done.sent, done.is_same) == (0, 0, True)
    assert synced(laptop).is_verified
