"""How Sanad looks: tokens, from which follow the palette and the one style sheet."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from string import Template
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from app.paths import RESOURCES

SPACE: Final = 4
"""Every distance is a multiple of this, in pixels at 100 %."""
RADIUS: Final = 6
BASE_POINTS: Final = 10.5


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by what they are for.

    Attributes:
        window: Behind everything; ``surface`` of fields, tables and cards; ``sunken`` of the rail
            and of headers.
        line: The few lines there are; ``edge`` of things one can type in or press.
        text: Body, at least 7:1 on every ground; ``quiet`` what comes second, at least 4.5:1.
        accent: The one accent; ``on_accent`` text on it; ``accent_soft`` a ground of it.
        warm: The warm signal as text; ``warm_soft`` its ground. ``danger`` likewise.
        focus: The ring around what has the keyboard.
    """

    name: str
    is_dark: bool
    window: str
    surface: str
    sunken: str
    line: str
    edge: str
    text: str
    quiet: str
    accent: str
    accent_strong: str
    on_accent: str
    accent_soft: str
    warm: str
    warm_soft: str
    danger: str
    danger_soft: str
    on_danger: str
    focus: str
    focus_width: int = 2

    def palette(self) -> QPalette:
        """Give the palette for what no style sheet rule paints."""
        palette = QPalette()
        role = QPalette.ColorRole
        for part, colour in (
            (role.Window, self.window),
            (role.WindowText, self.text),
            (role.Base, self.surface),
            (role.AlternateBase, self.sunken),
            (role.Text, self.text),
            (role.Button, self.surface),
            (role.ButtonText, self.text),
            (role.BrightText, self.danger),
            (role.PlaceholderText, self.quiet),
            (role.Highlight, self.accent),
            (role.HighlightedText, self.on_accent),
            (role.Accent, self.accent),
            (role.ToolTipBase, self.text),
            (role.ToolTipText, self.surface),
            (role.Link, self.accent),
            (role.LinkVisited, self.accent),
            (role.Light, self.surface),
            (role.Midlight, self.sunken),
            (role.Mid, self.line),
            (role.Dark, self.edge),
            (role.Shadow, self.edge),
        ):
            palette.setColor(part, QColor(colour))
        for part in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, part, QColor(self.edge))
        return palette

    def style_sheet(self, scale: float = 1.0) -> str:
        """Give the style sheet of the whole desktop at a text size."""
        return _sheet().substitute(
            {name: getattr(self, name) for name in self.__slots__},
            heading1=f"{BASE_POINTS * 1.62 * scale:.1f}pt",
            heading2=f"{BASE_POINTS * 1.17 * scale:.1f}pt",
            caption=f"{BASE_POINTS * 0.88 * scale:.1f}pt",
            s1=f"{round(SPACE * scale)}px",
            s2=f"{round(SPACE * 2 * scale)}px",
            s3=f"{round(SPACE * 3 * scale)}px",
            s4=f"{round(SPACE * 4 * scale)}px",
            # A wider ring must not move what is inside it.
            f1=f"{round(SPACE * scale) - self.focus_width + 1}px",
            f2=f"{round(SPACE * 2 * scale) - self.focus_width + 1}px",
            f3=f"{round(SPACE * 3 * scale) - self.focus_width + 1}px",
            h2=f"{round(SPACE * 2 * scale) + 3}px",  # as far in as the text of a cell
            mark=f"{round(16 * scale)}px",
            radius=f"{RADIUS}px",
            pictures=(RESOURCES / "theme").as_posix(),
            tick="check-on-light.svg" if self.is_dark else "check-on-dark.svg",
        )


LIGHT: Final = Theme(
    name="light",
    is_dark=False,
    window="#f7f6f3",
    surface="#ffffff",
    sunken="#eeece7",
    line="#dedad2",
    edge="#858e8a",
    text="#1c2321",
    quiet="#525c58",
    accent="#0b5a5b",
    accent_strong="#084546",
    on_accent="#ffffff",
    accent_soft="#dcebe9",
    warm="#7a4a00",
    warm_soft="#fbefd5",
    danger="#9f2028",
    danger_soft="#fbe8e7",
    on_danger="#ffffff",
    focus="#0b7a7b",
)
DARK: Final = Theme(
    name="dark",
    is_dark=True,
    window="#171c1b",
    surface="#1f2625",
    sunken="#121716",
    line="#323b39",
    edge="#74807c",
    text="#eceeec",
    quiet="#aeb8b4",
    accent="#6cc8c1",
    accent_strong="#8edad4",
    on_accent="#08201f",
    accent_soft="#1d4240",
    warm="#f0c274",
    warm_soft="#3d3018",
    danger="#ff9a94",
    danger_soft="#46211f",
    on_danger="#2b0706",
    focus="#8edad4",
)
HIGH_CONTRAST: Final = Theme(
    name="high_contrast",
    is_dark=True,
    window="#000000",
    surface="#000000",
    sunken="#000000",
    line="#5e5e5e",
    edge="#ffffff",
    text="#ffffff",
    quiet="#ffffff",
    accent="#7ff0e8",
    accent_strong="#b5fbf5",
    on_accent="#000000",
    accent_soft="#003c3a",
    warm="#ffd54a",
    warm_soft="#2a2000",
    danger="#ff8d85",
    danger_soft="#3a0400",
    on_danger="#000000",
    focus="#ffd54a",
    focus_width=3,
)
_THEMES: Final = {theme.name: theme for theme in (LIGHT, DARK, HIGH_CONTRAST)}


def theme_named(name: str) -> Theme:
    """Give a theme; ``system`` follows the computer's own choice of light or dark."""
    if name in _THEMES:
        return _THEMES[name]
    dark = QApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return DARK if dark else LIGHT


def use_fonts(application: QApplication) -> None:
    """Choose letters that hold all our scripts where the system's own choice may not."""
    if sys.platform.startswith("linux"):
        font = QFont(application.font())
        font.setFamilies(["Noto Sans", "Noto Sans Arabic", "DejaVu Sans", font.family()])
        application.setFont(font)


def apply_theme(application: QApplication, theme: Theme, scale: float) -> None:
    """Dress every window, those open too."""
    font = QFont(application.font())
    font.setPointSizeF(BASE_POINTS * scale)
    application.setFont(font)
    application.setPalette(theme.palette())
    application.setStyleSheet(theme.style_sheet(scale))


def _sheet() -> Template:
    return Template((RESOURCES / "theme" / "sanad.qss").read_text(encoding="utf-8"))
