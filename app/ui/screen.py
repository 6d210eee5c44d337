"""Screens register themselves here; the window shows what is registered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from app.i18n import _

if TYPE_CHECKING:
    from app.ui.desk import Desk


class Screen(QWidget):
    """One place of the desktop.

    Built once a window and language; shown many times. Texts are translated when it is built.

    Args:
        desk: What it works with.
    """

    title = ""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk

    def arrive(self, **arguments: Any) -> None:
        """Prepare to be seen; called each time it is shown."""

    def leave(self) -> None:
        """Keep what is being typed; called before another screen, hiding, closing or a crash."""

    def commands(self) -> list[QAction]:
        """List what the search box may offer to do, wherever the person is."""
        return []

    def title_text(self) -> str:
        """Give the window's title while this screen is shown; never more than a case number."""
        return _(self.title)


@dataclass(frozen=True, slots=True)
class ScreenSpec:
    """How a screen is found and built.

    Attributes:
        name: As ``Desk.show_screen`` takes it.
        title: Its word in the rail, a message id.
        icon: Name of its icon, such as ``ph.house``.
        order: Place in the rail; None for a screen that is reached otherwise.
        roles: Who may use it; None for everybody.
        build: Makes the widget.
        under: For one that is not in the rail, the entry of the rail it belongs to.
    """

    name: str
    title: str
    icon: str
    order: int | None
    roles: frozenset[str] | None
    build: Callable[[Desk], Screen]
    under: str = ""

    def is_for(self, roles: frozenset[str]) -> bool:
        """Tell whether someone with ``roles`` may use the screen."""
        return self.roles is None or bool(self.roles & roles)


_SCREENS: Final[dict[str, ScreenSpec]] = {}


def register_screen(spec: ScreenSpec) -> None:
    """Make a screen known to the window."""
    _SCREENS[spec.name] = spec


def screens() -> dict[str, ScreenSpec]:
    """Give every registered screen by name."""
    return dict(_SCREENS)


def rail_screens(roles: frozenset[str]) -> list[ScreenSpec]:
    """List the screens of the rail that ``roles`` may use, from the top."""
    shown = [s for s in _SCREENS.values() if s.order is not None and s.is_for(roles)]
    return sorted(shown, key=lambda spec: spec.order or 0)
