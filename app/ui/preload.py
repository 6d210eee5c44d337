"""What the work needs, read from disk while the person types their passphrase."""

from __future__ import annotations

from importlib import import_module
from typing import Final

# In the order they are needed. None of them declares a widget: that is for the GUI thread.
_AHEAD: Final = (
    "sqlalchemy.orm",
    "app.models.store",
    "app.casework",
    "app.casework.people_list",
    "app.casework.today",
    "app.sync.status",
    "babel.dates",
    "babel.numbers",
    "qtawesome",
)


def read_ahead() -> None:
    """Import what opening the store and its first screen need; quick when that was done."""
    for name in _AHEAD:
        import_module(name)
    from app.models.record import kinds

    kinds()
