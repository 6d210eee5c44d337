"""Damage to a feed is found and said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.hq.base import Headquarters
from app.hq.check import feed_faults
from app.models.check import faults
from tests.conftest import Founder
from tests.sync.running import enrolled, headquarters, register, serving, synced


@pytest.fixture
def hq(tmp_path: Path, found: Founder) -> Iterator[Headquarters]:
    """A headquarters that one office has synced with."""
    with headquarters(tmp_path / "hq") as opened, serving(opened) as url:
        store, user = found()
        enrolled(store, opened, url)
        register(store, user, "Fatou")
        synced(store)
        yield opened


def said(hq: Headquarters) -> list[str]:
    with hq.store.engine.connect() as connection:
        return [*faults(connection), *feed_faults(connection)]


def test_all_is_well(hq: Headquarters) -> None:
    assert said(hq) == []


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
def test_damage_is_said(hq: Headquarters, damage: str, word: str) -> None:
    with hq.store.control() as connection:
        connection.exec_driver_sql(damage)
    assert any(word in sentence for sentence in said(hq))
