"""What each person of this computer likes: language, text size, theme, idle time."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QByteArray, QLocale, QObject, QSettings, Signal

from app.i18n import LANGUAGES
from app.paths import state_folder

SMALLEST_PERCENT: Final = 80
LARGEST_PERCENT: Final = 200
THEME_NAMES: Final = ("system", "light", "dark", "high_contrast")
_FIRST_LANGUAGE: Final = "fr"


class Preferences(QObject):
    """Choices kept on this computer, outside any store; nothing about the people counselled.

    Args:
        path: The file; the user's own by default.
    """

    changed = Signal(str)
    """Name of the preference that changed."""

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        file = path or state_folder() / "preferences.ini"
        self._kept = QSettings(str(file), QSettings.Format.IniFormat)

    @property
    def language(self) -> str:
        """One of ``LANGUAGES``: the one chosen, or the computer's own before that."""
        held = str(self._kept.value("language", QLocale.system().name()[:2]))
        return held if held in LANGUAGES else _FIRST_LANGUAGE

    @language.setter
    def language(self, code: str) -> None:
        self._keep("language", code)

    @property
    def has_language(self) -> bool:
        """Whether somebody has chosen a language on this computer yet."""
        return self._kept.contains("language")

    @property
    def text_percent(self) -> int:
        """Text size in per cent of the usual one, ``SMALLEST_PERCENT`` to ``LARGEST_PERCENT``."""
        return min(max(self._number("text_percent", 100), SMALLEST_PERCENT), LARGEST_PERCENT)

    @text_percent.setter
    def text_percent(self, percent: int) -> None:
        self._keep("text_percent", min(max(percent, SMALLEST_PERCENT), LARGEST_PERCENT))

    @property
    def text_scale(self) -> float:
        """Text size as a factor."""
        return self.text_percent / 100

    @property
    def theme_name(self) -> str:
        """One of ``THEME_NAMES``."""
        held = str(self._kept.value("theme", "system"))
        return held if held in THEME_NAMES else "system"

    @theme_name.setter
    def theme_name(self, name: str) -> None:
        self._keep("theme", name)

    @property
    def idle_minutes(self) -> int:
        """Minutes without a key or a mouse after which everything is hidden; 0 for never."""
        return max(self._number("idle_minutes", 5), 0)

    @idle_minutes.setter
    def idle_minutes(self, minutes: int) -> None:
        self._keep("idle_minutes", max(minutes, 0))

    @property
    def syncs_by_itself(self) -> bool:
        """Whether a store syncs without being asked, where there is a network."""
        return bool(self._number("syncs_by_itself", 1))

    @syncs_by_itself.setter
    def syncs_by_itself(self, is_wanted: bool) -> None:
        self._keep("syncs_by_itself", int(is_wanted))

    @property
    def last_login(self) -> str:
        """Login that opened a store on this computer last."""
        return str(self._kept.value("last_login", ""))

    @last_login.setter
    def last_login(self, login: str) -> None:
        self._keep("last_login", login)

    @property
    def geometry(self) -> QByteArray:
        """Where the window was; empty before it was ever shown."""
        held = self._kept.value("geometry", QByteArray())
        return held if isinstance(held, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, geometry: QByteArray) -> None:
        self._keep("geometry", geometry)

    def _number(self, name: str, usual: int) -> int:
        try:
            return int(str(self._kept.value(name, usual)))
        except ValueError:
            return usual

    def _keep(self, name: str, value: object) -> None:
        if self._kept.value(name) == value:
            return
        self._kept.setValue(name, value)
        self._kept.sync()
        self.changed.emit(name)
