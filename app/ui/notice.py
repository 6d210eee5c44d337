"""One calm line over the foot of the window; what is serious stays until it is put away."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from app.i18n import _
from app.ui.parts import button, edges, frame, restyle, row, say
from app.ui.theme import SPACE

_INFO_MS = 7000


class Notice(QWidget):
    """Says one sentence at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._card = frame("notice")
        self._words = say("", wraps=True)
        self.dismiss = button(_("Close"), "quiet", name="close-notice")
        self.dismiss.clicked.connect(self.hide)
        line = row(self._words, self.dismiss, spacing=3)
        line.setStretch(0, 1)
        edges(line, 4, 2, 2, 2)
        self._card.setLayout(line)
        whole = row(self._card)
        whole.setContentsMargins(SPACE * 6, 0, SPACE * 6, SPACE * 2)
        self.setLayout(whole)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    @property
    def sentence(self) -> str:
        """What it says; empty when it says nothing."""
        return "" if self.isHidden() else self._words.text()

    def say(self, sentence: str, tone: str) -> None:
        """Show a sentence; ``tone`` is ``info``, ``warning`` or ``danger``."""
        self._words.setText(sentence)
        self._card.setProperty("tone", tone)
        restyle(self._card)
        restyle(self._words)
        self.setVisible(bool(sentence))
        self._timer.stop()
        if tone == "info":
            self._timer.start(_INFO_MS)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, sentence))
