"""Two computers of one office on one network, without headquarters: files pass by HTTP."""

from __future__ import annotations

import socket

import httpx
import pytest

from app.errors import Cancelled, Refused, Unavailable
from app.hq.base import Headquarters
from app.sync.neighbours import ROUTE, exchange_with
from tests.conftest import Founder, Office
from tests.sync.neighbourhood import hq, listening, third, two
from tests.sync.running import digest, enrolled, register, synced

__all__ = ["hq", "third", "two"]


def test_neighbours_end_with_the_same(two: tuple[Office, Office]) -> None:
    (first, amina), (second, omar) = two
    register(first, amina, "Fatou")
    register(second, omar, "Awa")
    with listening(second) as url:
        done = exchange_with(first, url)
    assert (done.given.changes, done.taken.received) == (2, 2)
    assert digest(first) == digest(second)


def test_a_stranger_on_the_local_network_is_not_answered(two: tuple[Office, Office]) -> None:
    with listening(two[0][0]) as url:
        rubbish, asked = b"age-encryption.org/v1\nrubbish", {"Accept-Language": "en"}
        refused = httpx.post(url + ROUTE, content=rubbish, headers=asked)
        said = httpx.get(url + ROUTE).json()
    assert refused.status_code == 503
    assert refused.json()["error"]["message"].startswith("came.sanad is damaged")
    assert set(said) == {"service", "device"}


def test_a_computer_of_nobody_is_not_given_anything(
    found: Founder, two: tuple[Office, Office], hq: Headquarters, url: str
) -> None:
    third, _salma = found("three", office="FEZ", login="salma")
    enrolled(third, hq, url, "FEZ")
    synced(third)
    with listening(two[0][0]) as address, pytest.raises(Refused, match="not one this one knows"):
        exchange_with(third, address)


def test_an_address_where_nobody_listens_is_told(two: tuple[Office, Office]) -> None:
    with pytest.raises(Unavailable, match="No computer of your office answers"):
        exchange_with(two[0][0], "127.0.0.1:9")


def test_what_is_no_address_is_refused(two: tuple[Office, Office]) -> None:
    with pytest.raises(Refused, match="is not an address"):
        exchange_with(two[0][0], "ftp://127.0.0.1")


def test_neighbours_give_each_other_exactly_what_the_other_lacks(
    two: tuple[Office, Office], third: Office
) -> None:
    (first, amina), (second, omar) = two
    register(*third, "Moussa")
    synced(third[0])
    synced(first)
    register(first, amina, "Fatou")
    register(second, omar, "Awa")
    with listening(second) as url:
        done = exchange_with(first, url)
        again = exchange_with(first, url)
    assert (done.given.changes, done.given.relayed, done.taken.changes) == (4, 2, 2)
    assert (again.given.changes, again.taken.changes) == (0, 0)
    assert "there was nothing to exchange" in again.sentences[0]
    assert digest(first) == digest(second)


def test_a_neighbour_that_stays_silent_can_be_left(two: tuple[Office, Office]) -> None:
    def stop(_done: int, _total: int) -> None:
        raise Cancelled

    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Cancelled):
        exchange_with(two[0][0], f"127.0.0.1:{silent.getsockname()[1]}", stop)
