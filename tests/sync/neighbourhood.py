"""Computers of one office that know each other, and one that answers its neighbours on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Thread

import pytest

from app.hq.base import Headquarters
from app.models.store import Store
from app.sync.neighbour_service import Listening, serve
from tests.conftest import Founder, Office
from tests.sync.running import enrolled, headquarters, synced


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Headquarters]:
    """Give a headquarters in a file: what passes between colleagues is the same on any."""
    with headquarters(tmp_path / "hq") as opened:
        yield opened


@pytest.fixture
def two(found: Founder, hq: Headquarters, url: str) -> tuple[Office, Office]:
    """Give two laptops of one office that have met headquarters while nothing was registered."""
    offices = found("one"), found("two", login="omar")
    for is_known in (False, True):
        for store, _user in offices:
            if not is_known:
                enrolled(store, hq, url)
            synced(store)
    return offices


@pytest.fixture
def third(found: Founder, two: tuple[Office, Office], hq: Headquarters, url: str) -> Office:
    """Give one more, after whose enrolment all have met headquarters."""
    office = found("three", login="salma")
    enrolled(office[0], hq, url)
    for store in (office[0], two[0][0], two[1][0]):
        synced(store)
    return office


@contextmanager
def listening(store: Store) -> Iterator[str]:
    """Answer neighbours for ``store`` on a free port; gives the address."""
    ready: Queue[Listening] = Queue()
    thread = Thread(target=serve, args=(store, "127.0.0.1", 0), kwargs={"ready": ready.put})
    thread.start()
    at = ready.get(timeout=30)
    try:
        yield at.url
    finally:
        at.stop()
        thread.join(30)
