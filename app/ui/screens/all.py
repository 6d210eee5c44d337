"""Every screen of the desktop: one line a screen, which registers itself when it is read."""

from app.ui.screens import today  # noqa: F401  isort: skip
from app.ui.screens import people  # noqa: F401  isort: skip
from app.ui.screens import sync  # noqa: F401  isort: skip
from app.ui.screens import batches  # noqa: F401  isort: skip
from app.ui.screens import review  # noqa: F401  isort: skip
from app.ui.screens import settings  # noqa: F401  isort: skip
from app.ui.screens import settings_programmes  # noqa: F401  isort: skip
from app.ui.screens import settings_rates  # noqa: F401  isort: skip
from app.ui.screens import departures  # noqa: F401  isort: skip
from app.ui.screens import grants  # noqa: F401  isort: skip
from app.ui.screens import follow_up  # noqa: F401  isort: skip
from app.ui.screens import activities  # noqa: F401  isort: skip
from app.ui.screens import registration  # noqa: F401  isort: skip
from app.ui.screens import person_business  # noqa: F401  isort: skip
from app.ui.screens import person  # noqa: F401  isort: skip
from app.ui.screens import sessions_calendar  # noqa: F401  isort: skip
from app.ui.screens import training  # noqa: F401  isort: skip
from app.ui.screens import paper  # noqa: F401  isort: skip
