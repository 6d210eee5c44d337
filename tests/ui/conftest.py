"""Fixtures of the tests of forms and screens."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.models.store import Store
from app.ui.desk import Desk
from app.ui.inline_form import InlineForm
from app.ui.screen import Screen
from tests.ui.work import make_desk


@pytest.fixture
def desk(qtbot: QtBot, store: Store, user: UUID) -> Iterator[Desk]:
    """A desk over a store of its own; needs ``qtbot`` for the application."""
    made = make_desk(store, user)
    yield made
    # As the window does before it lets go of the store.
    for screen in QApplication.topLevelWidgets():
        if isinstance(screen, Screen | InlineForm):
            screen.leave()
    made.close()
