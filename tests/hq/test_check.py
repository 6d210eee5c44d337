"""Damage to a feed is found and said."""

from __future__ import annotations

import pytest

from app.hq.base import Headquarters
from app.hq.check import feed_faults
from app.models.check import faults
from tests.conftest import Founder
from tests.sync.running import enrolled, register, synced


@pytest.fixture
def synced_hq(hq: Headquarters, url: str, found: Founder) -> Headquarters:
    """A headquarters that one office has synced with."""
    store, user = found()
    enrolled(store, hq, url)
    register(store, user, "Fatou")
    synced(store)
    return hq


def said(hq: Headquarters) -> list[str]:
    with hq.store.engine.connect() as connection:
        return [*faults(connection), *feed_faults(connection)]


def test_all_is_well(synced_hq: Headquarters) -> None:
    assert said(synced_hq) == []


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        ("DELETE FROM feed WHERE position = 2", "gap"),
        ("UPDATE feed SET change = 9999 WHERE position = 2", "missing"),
        ("UPDATE feed SET change = 3 WHERE position = 2", "noted"),
        ("UPDATE scope SET sum = zeroblob(16)", "noted"),
        ("DELETE FROM feed WHERE position = (SELECT max(position) FROM feed)", "in no feed"),
    ],
)
def test_damage_is_said(synced_hq: Headquarters, damage: str, word: str) -> None:
    if synced_hq.store.engine.dialect.name == "postgresql":
        damage = damage.replace("zeroblob(16)", f"'\\x{bytes(16).hex()}'")
    with synced_hq.store.control() as connection:
        connection.exec_driver_sql(damage)
    assert any(word in sentence for sentence in said(synced_hq))
