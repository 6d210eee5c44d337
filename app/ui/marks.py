"""The few signs the first window needs, drawn without reading an icon font."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QIcon, QPixmap

_SIGNS: Final = {
    "eye": '<path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8Z"/>'
    '<circle cx="8" cy="8" r="2"/>',
    "eye-off": '<path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8Z"/>'
    '<path d="M3 2.5 13 13.5"/>',
}
_PIXELS: Final = 48


def mark(name: str, colour: str) -> QIcon:
    """Give a sign in a colour, sharp at three times its usual size."""
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_PIXELS}" height="{_PIXELS}"'
        f' viewBox="0 0 16 16" fill="none" stroke="{colour}" stroke-width="1.3"'
        f' stroke-linecap="round" stroke-linejoin="round">{_SIGNS[name]}</svg>'
    )
    pixmap = QPixmap()
    pixmap.loadFromData(QByteArray(picture.encode()), "SVG")
    return QIcon(pixmap)


def wordmark(colour: str, on_colour: str, side: int) -> QPixmap:
    """Draw Sanad's sign: an open hand under a page, in a rounded square."""
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{side}" height="{side}"'
        f' viewBox="0 0 48 48"><rect width="48" height="48" rx="12" fill="{colour}"/>'
        f'<g fill="none" stroke="{on_colour}" stroke-width="3" stroke-linecap="round"'
        ' stroke-linejoin="round"><path d="M16 26V12h11l5 5v9"/><path d="M22 20h5"/>'
        '<path d="M9 29c3 7 9 9 15 9s12-2 15-9"/></g></svg>'
    )
    pixmap = QPixmap()
    pixmap.loadFromData(QByteArray(picture.encode()), "SVG")
    return pixmap
