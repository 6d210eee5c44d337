"""Fixtures of the sync tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hq.fixtures import hq, hq_database, url
from tests.sync.world import Template, World

__all__ = ["hq", "hq_database", "url"]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("world"))


@pytest.fixture
def world(template: Template) -> Iterator[World]:
    opened = template.world()
    yield opened
    opened.close()
