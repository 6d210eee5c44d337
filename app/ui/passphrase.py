"""A passphrase typed unseen, seen on request, with a word on how strong it is."""

from __future__ import annotations

from itertools import pairwise
from math import log2
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit

from app.i18n import _
from app.models.keys import SHORTEST_PASSPHRASE
from app.ui.marks import mark
from app.ui.theme import Theme

_FAIR_BITS: Final = 45
_GOOD_BITS: Final = 75


class PassphraseField(QLineEdit):
    """A field whose letters are hidden until asked for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhNoPredictiveText
        )
        # Whatever the language around it, what is typed keeps its own direction.
        self._show = QAction(self)
        self._show.setCheckable(True)
        self._show.toggled.connect(self._reveal)
        self.addAction(self._show, QLineEdit.ActionPosition.TrailingPosition)
        self._reveal(False)

    def _reveal(self, is_shown: bool) -> None:
        echo = QLineEdit.EchoMode.Normal if is_shown else QLineEdit.EchoMode.Password
        self.setEchoMode(echo)
        self._show.setText(_("Hide the passphrase") if is_shown else _("Show the passphrase"))
        self._show.setToolTip(self._show.text())
        self._show.setIcon(mark("eye-off" if is_shown else "eye", self._theme.quiet))


def strength_hint(passphrase: str) -> str:
    """Say how strong a passphrase is and what would make it stronger; empty for none."""
    if not passphrase:
        return ""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        return _("Too short: use at least {count} characters.").format(count=SHORTEST_PASSPHRASE)
    bits = strength_bits(passphrase)
    if bits < _FAIR_BITS:
        return _("Easy to guess. Three or four words that do not belong together are better.")
    if bits < _GOOD_BITS:
        return _("Fair. One more word makes it strong.")
    return _("Strong.")


def strength_bits(passphrase: str) -> float:
    """Estimate how hard a passphrase is to guess, in bits; repeats and runs add little."""
    pool = sum(
        size
        for size, is_used in (
            (26, any(c.islower() for c in passphrase)),
            (26, any(c.isupper() for c in passphrase)),
            (10, any(c.isdigit() for c in passphrase)),
            (20, any(not c.isalnum() for c in passphrase)),
            (28, any(c.isalpha() and not c.isascii() for c in passphrase)),
        )
        if is_used
    )
    fresh = 1 + sum(
        ord(after) - ord(before) not in (-1, 0, 1) for before, after in pairwise(passphrase)
    )
    letters = min(fresh, len(set(passphrase)) * 2)
    # Words are guessed whole: a letter of running text carries about half of its alphabet's bits.
    return letters * log2(pool) * (0.6 if passphrase.isalpha() else 0.75)
