"""Labels whose text may be of another direction than the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy

from app.i18n import is_right_to_left, isolate


def placed(text: str) -> str:
    """Make a text stand at the reading edge of the window, whatever script it begins with.

    Source: Unicode Standard Annex #9, implicit directional marks.
    """
    return f"{chr(0x200F) if is_right_to_left() else chr(0x200E)}{text}" if text else ""


def label(text: str, role: str = "", *, wraps: bool = True) -> QLabel:
    """Make a label for a text in the language in use or of any script; it can be copied."""
    made = QLabel(placed(text))
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    if wraps:
        made.setWordWrap(True)
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        made.setMinimumWidth(40)
    return made


def joined(*parts: str) -> str:
    """Join what is there by middle dots; each part keeps its own direction."""
    return " · ".join(isolate(part) for part in parts if part)
