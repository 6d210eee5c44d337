"""A colleague's computer nearby: open this one to it, or type its address and exchange."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QProgressBar, QWidget

from app.i18n import _, isolate
from app.ui.nearby import Nearby
from app.ui.parts import Question, button, column, frame, row, say
from app.ui.wording import progress_sentence


class NearbyCard(QWidget):
    """Two ways to meet, and what came of it."""

    def __init__(self, nearby: Nearby) -> None:
        super().__init__()
        self.nearby = nearby
        self.open = button(_("Open to a colleague"), name="nearby-open")
        self.shut = button(_("Stop waiting"), name="nearby-shut")
        self._waiting = say("", "strong", wraps=True)
        self.address = QLineEdit()
        self.address.setInputMethodHints(Qt.InputMethodHint.ImhUrlCharactersOnly)
        self.address.setPlaceholderText("192.168.1.12")
        self._address = Question(_("Address of the other computer"), self.address)
        self.exchange = button(_("Exchange"), name="nearby-exchange")
        self.stop = button(_("Cancel"), name="nearby-stop")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._words = say("", "caption")
        self._said = say("", wraps=True)
        card = frame("card")
        card.setLayout(
            column(
                say(
                    _(
                        "Two computers of your office on one network can exchange their work"
                        " without headquarters. One is opened to the other; there, its address is"
                        " typed."
                    ),
                    "quiet",
                    wraps=True,
                ),
                self._answering(),
                self._meeting(),
                self._bar,
                self._words,
                self._said,
                spacing=4,
                margin=6,
            )
        )
        title = _("A colleague's computer nearby")
        self.setLayout(column(say(title, "heading2"), card, spacing=2))
        self.setAccessibleName(title)
        for part in (self.open, self.shut, self.exchange, self.stop):
            part.setAutoDefault(True)  # Enter presses the button the keyboard is on
        self.open.clicked.connect(nearby.open)
        self.shut.clicked.connect(nearby.shut)
        self.exchange.clicked.connect(self._exchange)
        self.address.returnPressed.connect(self._exchange)
        self.stop.clicked.connect(self._cancel)
        nearby.changed.connect(self.refresh)
        self.refresh()

    def _answering(self) -> QHBoxLayout:
        """Give the button that opens this computer, with the address at its side."""
        beside = row(self.open, self.shut, self._waiting, spacing=3)
        beside.addStretch(1)
        beside.setStretch(2, 1000)
        return beside

    def _meeting(self) -> QHBoxLayout:
        """Give the field with its button at its side, level with it whatever stands under it."""
        beside = row(self._address, spacing=3)
        beside.setStretch(0, 1)
        beside.addLayout(column(say(" "), self.exchange, self.stop, None, spacing=1))
        return beside

    @property
    def sentences(self) -> list[str]:
        """What is said of how it stands and what came of it."""
        shown = (self._waiting, self._words, self._said)
        return [part.text() for part in shown if part.isVisibleTo(self)]

    @property
    def error(self) -> str:
        """What is said to be wrong; empty when nothing is."""
        return self._address.error

    def refresh(self) -> None:
        """Show how it stands."""
        nearby, task = self.nearby, self.nearby.task
        self._swap(self.open, self.shut, is_other=nearby.is_open)
        self._swap(self.exchange, self.stop, is_other=task is not None)
        self.address.setEnabled(task is None)
        self._tell(self._waiting, self._where() if nearby.is_open else "")
        self._bar.setVisible(task is not None)
        if task is not None:
            self._bar.setRange(0, task.total)
            self._bar.setValue(task.done)
            if not task.is_cancelled:
                numbers = progress_sentence(task.done, task.total, task.seconds_left())
                self._tell(self._words, numbers or _("Exchanging…"))
        else:
            self._tell(self._words, "")
        self._bar.setAccessibleName(self._words.text())
        self._tell(self._said, "\n".join(nearby.said))
        self._address.show_error(nearby.trouble)

    def _where(self) -> str:
        addresses = self.nearby.addresses
        if not self.nearby.is_answering:
            return _("Opening…")
        if not addresses:
            return _("This computer is in no network. Connect both to one, then open it again.")
        return _("Type on the other computer: {address}").format(
            address=" · ".join(isolate(one) for one in addresses)
        )

    def _swap(self, usual: QWidget, other: QWidget, *, is_other: bool) -> None:
        present, former = (other, usual) if is_other else (usual, other)
        is_here = former.hasFocus()
        present.setVisible(True)
        if is_here:  # a button that leaves would send the cursor anywhere
            present.setFocus(Qt.FocusReason.OtherFocusReason)
        former.setVisible(False)

    def _tell(self, label: QLabel, text: str) -> None:
        label.setText(text)
        label.setVisible(bool(text))

    def _exchange(self) -> None:
        address = self.address.text().strip()
        if not address:
            self._address.show_error(_("Type the address the other computer shows."))
            self.address.setFocus()
            return
        self.nearby.exchange(address)

    def _cancel(self) -> None:
        self._words.setText(_("Stopping… what was taken is kept."))
        self.nearby.cancel()
