"""Connecting this computer to headquarters, and trusting the certificate it changed to."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from app.errors import Refused, SanadError
from app.i18n import _, isolate
from app.sync.enrolment import enrol, renew_certificate
from app.sync.state import Enrolment
from app.ui.desk import Desk
from app.ui.parts import Question, button, column, frame, row, say
from app.ui.tasks import Progress


class EnrolmentForm(QWidget):
    """Where headquarters answers, and the code it gave."""

    enrolled = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.address = QLineEdit()
        self.address.setInputMethodHints(Qt.InputMethodHint.ImhUrlCharactersOnly)
        self.address.setPlaceholderText("https://")
        self.code = QLineEdit()
        self.code.setInputMethodHints(Qt.InputMethodHint.ImhUppercaseOnly)
        self.connect_button = button(_("Connect"), "primary")
        self._address = Question(_("Address of headquarters"), self.address)
        self._code = Question(
            _("One-time code"),
            self.code,
            _(
                "Headquarters makes it for your office; it is used once. Type all its groups,"
                " such as K7Q2-M9XD."
            ),
        )
        card = frame("card")
        card.setLayout(
            column(self._address, self._code, row(None, self.connect_button), spacing=4, margin=6)
        )
        self.setLayout(
            column(
                say(_("This computer is not connected to headquarters yet."), "heading2"),
                say(
                    _(
                        "You can work as you are: everything is saved here. Connecting sends your"
                        " office's records to headquarters and brings what colleagues have saved."
                    ),
                    "quiet",
                    wraps=True,
                ),
                card,
                spacing=4,
            )
        )
        self.connect_button.setAutoDefault(True)  # Enter presses it, as in the fields
        self.connect_button.clicked.connect(self._connect)
        for field in (self.address, self.code):
            field.returnPressed.connect(self._connect)

    def has_focus(self) -> bool:
        """Tell whether the keyboard is in the form."""
        here = self.window().focusWidget()
        return here is not None and self.isAncestorOf(here)

    def errors(self) -> tuple[str, str]:
        """Give what is said at the address and at the code."""
        return self._address.error, self._code.error

    def _connect(self) -> None:
        if not self.connect_button.isEnabled():
            return
        address, code = self.address.text().strip(), self.code.text().strip()
        self._address.show_error("" if address else _("Type the address headquarters gave you."))
        self._code.show_error("" if code else _("Type the code headquarters gave you."))
        if not (address and code):
            (self.address if not address else self.code).setFocus()
            return
        store = self._desk.store

        def work(_progress: Progress) -> Enrolment:
            return enrol(store, address, code)

        self.connect_button.setEnabled(False)
        task = self._desk.tasks.run(
            _("Connecting to headquarters"), work, self._succeed, self._fail
        )
        task.ended.connect(self._rest)

    def _rest(self) -> None:
        self.connect_button.setEnabled(True)

    def _succeed(self, place: Enrolment) -> None:
        self._desk.say(
            _("This computer is connected to headquarters for the office {office}.").format(
                office=isolate(place.office_code)
            )
        )
        self._desk.syncing.enrolled()
        self.enrolled.emit()

    def _fail(self, error: SanadError) -> None:
        at_code = isinstance(error, Refused) and error.field != "url"
        (self._code if at_code else self._address).show_error(str(error))


class RenewalForm(QWidget):
    """The code of the certificate headquarters changed to; shown while what answers is another."""

    renewed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.code = QLineEdit()
        self.code.setInputMethodHints(Qt.InputMethodHint.ImhUppercaseOnly)
        self.trust = button(_("Trust the new certificate"), name="trust-certificate")
        self._code = Question(
            _("Code of the new certificate"),
            self.code,
            _("Ask headquarters for it by telephone. Nothing is sent before it fits."),
        )
        card = frame("card")
        card.setLayout(column(self._code, row(None, self.trust), spacing=4, margin=6))
        title = _("Headquarters shows another certificate")
        self.setLayout(column(say(title, "heading2"), card, spacing=2))
        self.setAccessibleName(title)
        self.trust.setAutoDefault(True)  # Enter presses it, as in the field
        self.trust.clicked.connect(self._renew)
        self.code.returnPressed.connect(self._renew)

    @property
    def error(self) -> str:
        """What is wrong with the code; empty when nothing is."""
        return self._code.error

    def _renew(self) -> None:
        if not self.trust.isEnabled():
            return
        code = self.code.text().strip()
        self._code.show_error("" if code else _("Type the code headquarters gave you."))
        if not code:
            self.code.setFocus()
            return
        store = self._desk.store

        def work(_progress: Progress) -> Enrolment:
            return renew_certificate(store, code)

        self.trust.setEnabled(False)
        task = self._desk.tasks.run(
            _("Connecting to headquarters"), work, self._succeed, self._fail
        )
        task.ended.connect(self._rest)

    def _rest(self) -> None:
        self.trust.setEnabled(True)

    def _succeed(self, _place: Enrolment) -> None:
        self.code.clear()
        self._desk.syncing.enrolled()
        self._desk.syncing.begin()
        self.renewed.emit()

    def _fail(self, error: SanadError) -> None:
        self._code.show_error(str(error))
