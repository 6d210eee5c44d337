"""The interface's language: switched at once, with Qt's own words and direction."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, Qt, QTranslator, Signal
from PySide6.QtWidgets import QApplication, QWidget

from app.i18n import LANGUAGES, is_right_to_left, language, use_language
from app.ui.parts import LANGUAGE_NAMES, button, chooses, row


class QtWords:
    """Qt's own texts (file dialogs, menus of fields) in the language in use.

    Args:
        application: Whose.
    """

    def __init__(self, application: QApplication) -> None:
        self._application = application
        self._translator: QTranslator | None = None

    def speak(self, code: str) -> None:
        """Use a language everywhere in this thread, and write in its direction."""
        use_language(code)
        # Offices in Morocco write Latin digits in Arabic text.
        QLocale.setDefault(QLocale("ar_MA" if code == "ar" else code))
        if self._translator is not None:
            self._application.removeTranslator(self._translator)
        self._translator = QTranslator()
        if code != "en" and self._translator.load(
            f"qtbase_{code}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        ):
            self._application.installTranslator(self._translator)
        right_to_left = is_right_to_left(code)
        self._application.setLayoutDirection(
            Qt.LayoutDirection.RightToLeft if right_to_left else Qt.LayoutDirection.LeftToRight
        )


class LanguageSwitch(QWidget):
    """Every language in its own name, one press away."""

    chosen = Signal(str)
    """Code of the language."""

    def __init__(self, role: str = "quiet") -> None:
        super().__init__()
        line = row(spacing=2 if role == "choice" else 1)
        for code in LANGUAGES:
            choice = button(LANGUAGE_NAMES[code], role, name=f"language-{code}")
            choice.setAccessibleName(LANGUAGE_NAMES[code])
            chooses(choice, code == language())
            choice.clicked.connect(lambda _checked=False, code=code: self.chosen.emit(code))
            line.addWidget(choice)
        self.setLayout(line)
