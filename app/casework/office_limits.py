"""How long things hold in this office: values it may set, and what is usual."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from app.models.store import Store

USUAL: Final = {
    "fitness_hours": 72,
    "reconfirmed_days": 7,
    "paper_warning_days": 30,
}
"""By name of the setting.

``fitness_hours``: how long a medical assessment holds at most. Source: checks before
embarkation are made 24 to 72 hours before departure (domain notes on health).
``reconfirmed_days``: days before departure within which the will to return is confirmed again.
``paper_warning_days``: days before its end from which a travel paper is shown as expiring.
"""


def limit(db: Session, name: str) -> int:
    """Give what this store sets for a limit, or what is usual."""
    store: Store = db.info["store"]
    held = store.settings.get(name, int)
    return USUAL[name] if held is None else held
