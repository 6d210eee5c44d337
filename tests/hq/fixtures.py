"""A training headquarters, once on SQLite and once on PostgreSQL, that answers on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.hq.base import Headquarters
from tests.hq.servers import Server
from tests.sync.running import headquarters, serving

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(params=DATABASES)
def hq_database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Address of an empty database; None for a file in headquarters' folder."""
    if request.param == "sqlite":
        yield None
        return
    server: Server = request.getfixturevalue("postgres")
    yield server.emptied()


@pytest.fixture
def hq(tmp_path: Path, hq_database: str | None) -> Iterator[Headquarters]:
    with headquarters(tmp_path / "hq", db=hq_database) as opened:
        yield opened


@pytest.fixture
def url(hq: Headquarters) -> Iterator[str]:
    with serving(hq) as address:
        yield address
