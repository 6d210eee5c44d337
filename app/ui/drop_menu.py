"""A menu that drops from a button, for what is done seldom."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QPushButton

from app.i18n import is_right_to_left
from app.ui.icons import icon
from app.ui.theme import Theme

Entries = Sequence[tuple[str, Callable[[], object]]]


def show_caret(button: QPushButton, theme: Theme) -> None:
    """Show after a button's words that a menu drops from it, whichever way the language reads."""
    button.setIcon(icon("ph.caret-down", theme))
    # An icon stands before the words: those of a button laid out the other way end with it.
    left, right = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft
    button.setLayoutDirection(left if is_right_to_left() else right)


def drop_menu(button: QPushButton, entries: Entries) -> QMenu:
    """Show choices under a button and return at once; the keyboard goes to the first."""
    menu = QMenu(button)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setAccessibleName(button.accessibleName() or button.text())
    for text, then in entries:
        # An ampersand in what people wrote is no shortcut.
        action = menu.addAction(text.replace("&", "&&"))
        action.triggered.connect(lambda _on=False, then=then: then())
    corner = button.rect().bottomLeft()
    if is_right_to_left():
        corner = button.rect().bottomRight() - QPoint(menu.sizeHint().width(), 0)
    menu.popup(button.mapToGlobal(corner))
    if menu.actions():
        menu.setActiveAction(menu.actions()[0])
    return menu
