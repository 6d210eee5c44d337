"""Where things are kept: what ships with Sanad, and what belongs to this user."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
RESOURCES: Final = ROOT / "resources"
TRANSLATIONS: Final = ROOT / "translations"


def default_store() -> Path:
    """Folder of the store used when none is named: ``SANAD_STORE``, or the user's data folder."""
    named = os.environ.get("SANAD_STORE")
    if named:
        return Path(named)
    import platformdirs  # read only when asked for: it slows every start a little

    return platformdirs.user_data_path("sanad", appauthor=False) / "store"


def state_folder() -> Path:
    """Folder that stays on this machine and this user, apart from any store.

    Stores are copied and restored; what is kept here tells that they were.
    """
    named = os.environ.get("SANAD_STATE")
    if named:
        return Path(named)
    import platformdirs

    return platformdirs.user_state_path("sanad", appauthor=False)
