"""Fixtures of the sync tests: a training headquarters that answers on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.hq.base import Headquarters
from tests.sync.running import headquarters, serving


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Headquarters]:
    with headquarters(tmp_path / "hq") as opened:
        yield opened


@pytest.fixture
def url(hq: Headquarters) -> Iterator[str]:
    with serving(hq) as address:
        yield address
