"""Opening the store, or uncovering the window: who, and their passphrase."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from app.errors import Refused, SanadError
from app.i18n import _, isolate
from app.ui.gate import GatePage
from app.ui.parts import Question, button, column, frame, row, say
from app.ui.passphrase import PassphraseField
from app.ui.tasks import Progress, Tasks
from app.ui.theme import Theme

Opener = Callable[[str, str], Any]
"""Login and passphrase to whatever opening gives; called beside the GUI thread."""


class UnlockPage(GatePage):
    """One field to type in, one button to press.

    Args:
        logins: Who may open it on this computer.
        opener: Does it.
        login: Chosen to begin with.
        is_cover: It covers work that goes on where it was; the login is fixed.
        hint: A line for those who practise.
        other_way: Words of a second, quiet button; none without them.
    """

    opened = Signal(object)
    """What the opener gave."""
    other_way_asked = Signal()

    def __init__(
        self,
        theme: Theme,
        tasks: Tasks,
        logins: list[str],
        opener: Opener,
        *,
        login: str = "",
        is_cover: bool = False,
        hint: str = "",
        other_way: str = "",
    ) -> None:
        super().__init__(theme, 400)
        self._tasks = tasks
        self._opener = opener
        self.login = QComboBox()
        self.login.addItems(logins)
        self.login.setCurrentIndex(max(self.login.findText(login), 0))
        self.passphrase = PassphraseField(theme)
        self.unlock = button(_("Unlock"), "primary")
        self._who = Question(_("Login"), self.login)
        self._secret = Question(_("Passphrase"), self.passphrase)
        self._other = button(other_way, "quiet")
        self.hold(self._card(is_cover, hint, bool(other_way)))
        self.passphrase.returnPressed.connect(self._try)
        self.unlock.clicked.connect(self._try)
        self.passphrase.textEdited.connect(lambda: self._secret.show_error(""))
        self.login.currentTextChanged.connect(lambda: self._secret.show_error(""))
        self._other.clicked.connect(self.other_way_asked)

    def _card(self, is_cover: bool, hint: str, has_other_way: bool) -> QWidget:
        title = _("Covered. Your work is where you left it.") if is_cover else _("Open the store")
        card = frame("card")
        body = column(say(title, "heading2", wraps=True), spacing=4, margin=6)
        if hint:
            body.addWidget(say(hint, "warning", wraps=True))
        body.addWidget(self._who)
        body.addWidget(self._secret)
        self.login.setEnabled(not is_cover)
        body.addWidget(self.unlock)
        if has_other_way:
            body.addLayout(row(None, self._other, None))
        card.setLayout(body)
        return card

    @property
    def error(self) -> str:
        """What is said at the passphrase; empty when nothing is wrong."""
        return self._secret.error

    def say_trouble(self, sentence: str) -> None:
        """Say at the passphrase what went wrong."""
        self._secret.show_error(sentence)

    def take_focus(self) -> None:
        """Put the cursor where one types."""
        self.passphrase.setFocus(Qt.FocusReason.OtherFocusReason)

    def _try(self) -> None:
        if not self.unlock.isEnabled():
            return
        login, passphrase = self.login.currentText(), self.passphrase.text()
        if not passphrase:
            asked = _("Type the passphrase of {login}.").format(login=isolate(login))
            self._secret.show_error(asked)
            self.take_focus()
            return
        self._secret.show_error("")
        self._wait(True)

        def work(_progress: Progress) -> Any:
            return self._opener(login, passphrase)

        self._tasks.run(_("Opening the store"), work, self._succeed, self._fail, is_quiet=True)

    def _wait(self, is_waiting: bool) -> None:
        self.unlock.setEnabled(not is_waiting)
        self.unlock.setText(_("Unlocking…") if is_waiting else _("Unlock"))
        self.passphrase.setReadOnly(is_waiting)

    def _succeed(self, result: Any) -> None:
        self._wait(False)
        self.passphrase.clear()
        self.opened.emit(result)

    def _fail(self, error: SanadError) -> None:
        self._wait(False)
        at_login = isinstance(error, Refused) and error.field == "login"
        (self._who if at_login else self._secret).show_error(str(error))
        # What was typed stays; selected, so that typing replaces it.
        self.take_focus()
        QTimer.singleShot(0, self.passphrase, self.passphrase.selectAll)
