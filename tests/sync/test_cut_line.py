"""A line that is cut costs a frame; repeating is harmless."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID, uuid4

import pytest

from app.errors import Cancelled, Unavailable
from app.hq.base import Headquarters
from app.sync import frames
from app.sync.client import Carrier
from app.sync.engine import sync
from app.sync.outbox import identities, runs
from app.sync.state import enrolment_of, progress_of
from app.sync.status import sync_status
from tests.conftest import Founder
from tests.sync.running import ALWAYS, Relay, carry, digest, enrolled, register, synced

SMALL_FRAME = 700


@pytest.mark.parametrize("bytes_back", [1, 120, 260, 420, 700, 1100, 1500])
def test_a_push_and_a_pull_cut_anywhere_go_on_where_they_stopped(
    found: Founder, hq: Headquarters, url: str, bytes_back: int
) -> None:
    one, amina = found("one", login="amina")
    two, brahim = found("two", login="brahim")
    for store, user in ((one, amina), (two, brahim)):
        enrolled(store, hq, url)
        for number in range(6):
            register(store, user, f"Fatou {chr(65 + number)}")
    cuts = 0
    for store in (one, two, one):
        with Relay(url, bytes_back, cuts=ALWAYS) as line, carry(store, line.url) as carrier:
            try:
                sync(store, carrier, frame_bytes=SMALL_FRAME)
            except Unavailable:
                cuts += 1
        assert synced(store, frame_bytes=SMALL_FRAME).is_verified
    assert cuts
    assert digest(one) == digest(two) == digest(hq.store)


def test_the_same_frame_twice_is_taken_once(found: Founder, hq: Headquarters, url: str) -> None:
    store, user = found()
    enrolled(store, hq, url)
    register(store, user, "Fatou")
    place, progress = enrolment_of(store), progress_of(store)
    assert place is not None
    with store.engine.connect() as connection:
        known = identities(store, connection, progress)
        sent = runs(connection, known, frames.FRAME_BYTES)
    request = frames.Request(
        frames.PROTOCOL, {place.office: 0}, known, sent, frames.FRAME_BYTES, {}
    )
    with carry(store) as carrier:
        first = carrier.exchange(request)
        before = digest(hq.store)
        second = carrier.exchange(request)
    assert second.acknowledged == first.acknowledged
    assert second.feeds == first.feeds
    assert [*second.refused, *second.forked] == []
    assert digest(hq.store) == before
    assert synced(store).is_verified


def test_cancelling_keeps_what_was_exchanged(found: Founder, hq: Headquarters, url: str) -> None:
    store, user = found()
    enrolled(store, hq, url)
    for number in range(6):
        register(store, user, f"Fatou {chr(65 + number)}")
    waiting = sync_status(store).waiting

    def stop(done: int, total: int) -> None:
        assert 0 < done < total
        raise Cancelled

    with pytest.raises(Cancelled):
        synced(store, progress=stop, frame_bytes=SMALL_FRAME)
    assert 0 < sync_status(store).waiting < waiting
    assert synced(store, frame_bytes=SMALL_FRAME).is_verified
    assert digest(store) == digest(hq.store)


def test_progress_ends_at_its_total(found: Founder, hq: Headquarters, url: str) -> None:
    store, user = found()
    enrolled(store, hq, url)
    for number in range(6):
        register(store, user, f"Fatou {chr(65 + number)}")
    told: list[tuple[int, int]] = []
    synced(store, progress=lambda done, total: told.append((done, total)), frame_bytes=SMALL_FRAME)
    assert len(told) > 3
    assert told[-1][0] == told[-1][1]
    assert [done for done, _total in told] == sorted(done for done, _total in told)


def test_progress_counts_once_what_is_sent_and_named_again(
    found: Founder, hq: Headquarters, url: str
) -> None:
    store, user = found()
    enrolled(store, hq, url)
    for number in range(6):
        register(store, user, f"Fatou {chr(65 + number)}")
    to_go = sync_status(store).waiting
    told: list[tuple[int, int]] = []
    synced(store, progress=lambda done, total: told.append((done, total)), frame_bytes=SMALL_FRAME)
    assert {total for _done, total in told} == {to_go}


def test_a_backlog_gets_through_a_line_that_bears_little_at_a_time(
    found: Founder, hq: Headquarters, url: str
) -> None:
    store, user = found()
    enrolled(store, hq, url)
    for number in range(60):
        register(store, user, f"Fatou {chr(65 + number % 26)}", note=" ".join(map(str, some_ids())))
    place = enrolment_of(store)
    assert place is not None
    # A third of what waits; without smaller frames it would never end.
    with Relay(url, each_bears=6000) as line:
        for _attempt in range(20):
            with Carrier(line.url, place, waits_s=(0.0,) * 3) as carrier, suppress(Unavailable):
                sync(store, carrier)
        assert line.connections > 20
    assert sync_status(store).waiting == 0
    assert digest(store) == digest(hq.store)


def some_ids() -> list[UUID]:
    return [uuid4() for _one in range(8)]
