"""On PostgreSQL no push overtakes another that touches the same, wherever one of them stops."""

from __future__ import annotations

import pytest

from tests.hq.servers import Server
from tests.sync.disks import ServerDisk
from tests.sync.held_writers import a_reader_misses_nothing, what_was_opened_meanwhile_is_given
from tests.sync.world import Template, World


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, postgres: Server) -> Template:
    return Template(tmp_path_factory.mktemp("world"), disk=ServerDisk(postgres))


def test_a_reader_with_a_cursor_misses_nothing_that_is_committed_later(world: World) -> None:
    a_reader_misses_nothing(world)


def test_a_file_opened_while_a_colleague_writes_on_it_goes_there_whole(world: World) -> None:
    what_was_opened_meanwhile_is_given(world)
