"""One family of icons, in the colours of the theme. Source: Phosphor, through qtawesome."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtGui import QIcon

    from app.ui.theme import Theme


def icon(name: str, theme: Theme, colour: str | None = None) -> QIcon:
    """Give an icon such as ``ph.house``.

    Args:
        colour: A token's value when it is not to be that of quiet text.
    """
    import qtawesome  # its fonts take longer to read than the unlock window may

    made: QIcon = qtawesome.icon(
        name,
        color=colour or theme.quiet,
        color_active=colour or theme.text,
        color_selected=colour or theme.text,
        color_disabled=theme.line,
    )
    return made
