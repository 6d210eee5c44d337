"""A feed, read: what the asker holds is named, what it lacks is carried, nothing is passed over."""

from __future__ import annotations

import pytest

from app.hq import feed
from app.hq.base import Headquarters
from app.hq.tables import SCOPE
from app.models.change import Change
from app.models.log import append, seal, set_head
from app.sync.frames import FRAME_BYTES, Feed, Own

ID = bytes(range(16))
SCOPE_ID, MINE, THEIRS = b"s" * 16, b"m" * 16, b"t" * 16


@pytest.fixture
def order() -> list[tuple[bytes, int]]:
    """Who made each change of the feed, and its number: the third of mine was refused."""
    return [(MINE, 1), (MINE, 2), (THEIRS, 1), (MINE, 4), (MINE, 5), (THEIRS, 2), (MINE, 6)]


def filled(hq: Headquarters, order: list[tuple[bytes, int]]) -> None:
    with hq.store.control() as connection:
        connection.execute(SCOPE.insert().values(id=SCOPE_ID, position=0, sum=bytes(16)))
        entries = []
        for device, number in order:
            changes = [Change(n, n, ID, n, "person", ID, b"", {}, []) for n in range(1, number + 1)]
            stored = seal(device, bytes(32), changes)[-1]
            entries += [(pos, stored.chain) for pos in append(connection, [stored])]
            set_head(connection, device, number, stored.chain)
        feed.add(connection, SCOPE_ID, entries, via=MINE)


def read(hq: Headquarters, cursor: int, own: dict[bytes, int]) -> Feed:
    with hq.store.engine.connect() as connection:
        return feed.read(connection, SCOPE_ID, cursor, own, FRAME_BYTES)


def told(answer: Feed) -> tuple[list[tuple[bytes, int, int]], list[tuple[bytes, int, int]]]:
    named = sorted((one.device, one.first, one.last) for one in answer.own)
    carried = [(run.device, run.first, run.first + len(run.bodies) - 1) for run in answer.runs]
    return named, carried


def test_all_of_it_is_the_askers_own(hq: Headquarters) -> None:
    filled(hq, [(MINE, 1), (MINE, 2), (MINE, 3)])
    answer = read(hq, 0, {MINE: 3})
    assert answer.own == [Own(MINE, 1, 3)]
    assert (answer.cursor, answer.left, answer.runs) == (3, 0, [])


def test_a_number_that_stands_elsewhere_is_not_named_with_its_neighbours(
    hq: Headquarters, order: list[tuple[bytes, int]]
) -> None:
    filled(hq, order)
    named, carried = told(read(hq, 0, {MINE: 6, THEIRS: 2}))
    assert carried == []
    assert named == [(MINE, 1, 2), (MINE, 4, 5), (MINE, 6, 6), (THEIRS, 1, 1), (THEIRS, 2, 2)]


def test_what_the_asker_lacks_is_carried_between_what_it_holds(
    hq: Headquarters, order: list[tuple[bytes, int]]
) -> None:
    filled(hq, order)
    answer = read(hq, 0, {MINE: 6})
    named, carried = told(answer)
    assert carried == [(THEIRS, 1, 2)]
    assert named == [(MINE, 1, 2), (MINE, 4, 6)]
    assert (answer.cursor, answer.left) == (7, 0)
