"""What the work needs, read from disk while the person types their passphrase."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Final

# In the order they are needed. None of them imports Qt: that is for the GUI thread.
_AHEAD: Final = (
    "sqlalchemy.orm",
    "app.models.store",
    "app.casework",
    "app.casework.people_list",
    "app.casework.today",
    "app.sync.status",
    "babel.dates",
    "babel.numbers",
    "app.sync.visits",
    "app.sync.outlook",
    "app.documents.job",
)
# What declares widgets or touches Qt's own modules, each short: read between two keys typed.
_WIDGETS_AHEAD: Final = (
    "qtpy.QtCore",  # qtawesome stands on these
    "qtpy.QtGui",
    "qtpy.QtWidgets",
    "qtawesome",
    "app.ui.forms",
    "app.ui.inline_form",
    "app.ui.tables",
    "app.ui.search_box",
    "app.ui.screens.today",
    "app.ui.screens.people",
    "app.ui.screens.filed_list",
    "app.ui.screens.person",
    "app.ui.screens.training",
    "app.ui.background_sync",
    "app.ui.network",
    "app.ui.screens.sync",
    "app.ui.screens.paper_preview",
    "app.ui.screens.settings",
    "app.ui.screens.all",
    "app.ui.window",
)


def read_ahead() -> None:
    """Import what opening the store and its first screen need; quick when that was done."""
    for name in _AHEAD:
        import_module(name)
    from app.models.record import kinds

    kinds()


def read_widgets_ahead() -> Iterator[str]:
    """Import what declares widgets, a module a step, on the GUI thread; gives the names."""
    for name in _WIDGETS_AHEAD:
        import_module(name)
        yield name
