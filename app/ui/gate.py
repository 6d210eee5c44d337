"""What stands before the work: a calm page with the sign, one thing to do and the languages."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.i18n import _
from app.ui.languages import LanguageSwitch
from app.ui.marks import wordmark
from app.ui.parts import column, frame, row, say, scrolled
from app.ui.theme import SPACE, Theme


class GatePage(QWidget):
    """A page of its own, before or over the work.

    Args:
        theme: How it looks.
        width: Greatest width of its content in pixels.
        note: A quiet line under the sign.
    """

    language_chosen = Signal(str)
    """Code of the language asked for."""

    def __init__(self, theme: Theme, width: int, note: str = "") -> None:
        super().__init__()
        self._width = width
        sign = QLabel()
        picture = wordmark(theme.accent, theme.on_accent, 112)
        picture.setDevicePixelRatio(2)
        sign.setPixmap(picture)
        name = say("Sanad", "heading1")
        caption = say(note or _("Support for people who choose to return"), "caption")
        head = row(None, sign, column(name, caption, spacing=0), None, spacing=3)
        self.languages = LanguageSwitch()
        self.languages.chosen.connect(self.language_chosen)
        inner = QWidget()
        stack = QVBoxLayout(inner)
        stack.setContentsMargins(SPACE * 6, SPACE * 6, SPACE * 6, SPACE * 4)
        stack.setSpacing(SPACE * 6)
        stack.addStretch(2)
        stack.addLayout(head)
        self._middle = row(spacing=0)
        stack.addLayout(self._middle)
        stack.addStretch(3)
        stack.addLayout(row(None, self.languages, None))
        page = column(scrolled(inner))
        self.setLayout(page)

    def hold(self, content: QWidget) -> None:
        """Put the one thing to do in the middle."""
        content.setMaximumWidth(self._width)
        content.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._middle.addStretch(1)
        self._middle.addWidget(content, 100)
        self._middle.addStretch(1)


def training_band() -> QWidget:
    """Give the band that says that everything here is fictitious."""
    band = frame("band")
    words = say(_("Training mode — everyone here is fictitious; nothing is sent to a real office"))
    words.setAlignment(Qt.AlignmentFlag.AlignCenter)
    band.setLayout(row(None, words, None, margin=1))
    band.setAccessibleName(words.text())
    return band
