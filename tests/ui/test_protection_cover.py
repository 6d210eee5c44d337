"""A protection officer's key is at hand while they work, and not under the cover."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.casework.founding import found_store
from app.casework.protection import may_open
from app.ui.desktop import Desktop
from tests.conftest import PASSPHRASE
from tests.ui.frame import Start, start, unlock

__all__ = ["start"]


@pytest.fixture
def desktop(start: Start, qtbot: QtBot, tmp_path: Path) -> Desktop:
    store, _user = found_store(
        tmp_path / "store", office="RAB", login="salma", passphrase=PASSPHRASE,
        is_training=True, role="protection",
    )  # fmt: skip
    store.close()
    begun = start()
    unlock(qtbot, begun)
    return begun


def test_the_key_is_put_away_under_the_cover_and_back_with_the_passphrase(
    desktop: Desktop, qtbot: QtBot
) -> None:
    desk = desktop.desk
    assert desk is not None
    assert may_open(desk.store, desk.user)
    desktop.cover()
    assert not may_open(desk.store, desk.user)
    unlock(qtbot, desktop)
    assert may_open(desk.store, desk.user)
