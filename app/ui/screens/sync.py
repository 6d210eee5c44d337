"""Sync: how this computer stands with headquarters, in sentences, and the way to do it now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QLineEdit, QProgressBar, QStackedWidget, QWidget

from app.casework.conflicts import conflict_count
from app.errors import Refused, SanadError
from app.i18n import N_, _, isolate, ngettext
from app.models.store import Changed
from app.sync.engine import sync
from app.sync.enrolment import enrol
from app.sync.report import SyncReport
from app.sync.state import Enrolment
from app.sync.status import SyncStatus, sync_status
from app.ui.desk import Desk
from app.ui.icons import icon
from app.ui.parts import Question, button, column, frame, row, say, scrolled
from app.ui.screen import Screen, ScreenSpec, register_screen
from app.ui.screens.sync_review import Review
from app.ui.tasks import Progress, Task
from app.ui.theme import SPACE
from app.ui.wording import lately, progress_sentence

_WIDTH = 760
_CLOCK_TOLERANCE_S = 120


class SyncScreen(Screen):
    """Before enrolling: where and with which code. After: what stands where, and one button."""

    title = N_("Sync")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.enrolment = _EnrolmentForm(desk)
        self.standing = _Standing(desk)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.enrolment)
        self._stack.addWidget(self.standing)
        inside = QWidget()
        inside.setMaximumWidth(round(_WIDTH * desk.preferences.text_scale))
        self.review = Review(desk)
        inside.setLayout(
            column(say(_(self.title), "heading1"), self._stack, self.review, None, spacing=5)
        )
        page = QWidget()
        body = row(spacing=0)
        body.addWidget(inside, 1000)
        body.addStretch(1)
        body.setContentsMargins(SPACE * 6, SPACE * 5, SPACE * 6, SPACE * 6)
        page.setLayout(body)
        self.setLayout(column(scrolled(page, _(self.title))))
        self._now = QAction(_("Sync now"), self)
        self._now.triggered.connect(self._sync_from_anywhere)
        self.enrolment.enrolled.connect(self.refresh)
        desk.changed.connect(self._note)

    def arrive(self, **_arguments: Any) -> None:
        """Show how things stand."""
        self.refresh()
        if self._stack.currentWidget() is self.enrolment:
            self.enrolment.address.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.standing.now.setFocus(Qt.FocusReason.OtherFocusReason)

    def commands(self) -> list[QAction]:
        """Offer to sync from anywhere."""
        return [self._now]

    def refresh(self) -> None:
        """Read anew how this copy stands."""
        status = sync_status(self.desk.store)
        self._stack.setCurrentWidget(self.standing if status.is_enrolled else self.enrolment)
        if status.is_enrolled:
            with self.desk.store.read() as db:
                self.standing.show_status(status, conflict_count(db))
            self.review.refresh()

    def _note(self, _changed: Changed) -> None:
        if self.isVisible():
            self.refresh()

    def _sync_from_anywhere(self) -> None:
        self.desk.show_screen("sync")
        if self._stack.currentWidget() is self.standing:
            self.standing.begin()


class _EnrolmentForm(QWidget):
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
            _("Headquarters makes it for your office; it is used once, such as K7Q2-M9XD."),
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
        self.connect_button.clicked.connect(self._connect)
        for field in (self.address, self.code):
            field.returnPressed.connect(self._connect)

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

    def _succeed(self, _place: Enrolment) -> None:
        self._desk.say(_("This computer is connected. Sync now to exchange records."))
        self.enrolled.emit()

    def _fail(self, error: SanadError) -> None:
        at_code = isinstance(error, Refused) and error.field != "url"
        (self._code if at_code else self._address).show_error(str(error))


class _Standing(QWidget):
    """What waits, what is confirmed, what came, what needs a person."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._task: Task | None = None
        self._facts = column(spacing=3)
        self.now = button(_("Sync now"), "primary", name="sync-now")
        self.now.setIcon(icon("ph.arrows-clockwise", desk.theme, desk.theme.on_accent))
        self.now.clicked.connect(self.begin)
        self.stop = button(_("Cancel"), name="sync-stop")
        self.stop.clicked.connect(self._cancel)
        self._words = say("", "caption")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._trouble = say("", "warning", wraps=True)
        self._trouble.hide()
        card = frame("card")
        inside = column(self._facts, spacing=4, margin=6)
        inside.addWidget(self._trouble)
        inside.addWidget(self._bar)
        inside.addLayout(row(self.now, self.stop, self._words, None, spacing=3))
        card.setLayout(inside)
        self._place = say("", "caption", wraps=True)
        self.setLayout(column(card, self._place, spacing=3))
        self._show_work(False)

    @property
    def sentences(self) -> list[str]:
        """What is said about how things stand."""
        return [label.text() for label in self._labels()]

    @property
    def trouble(self) -> str:
        """What is said of the last sync that failed; empty when it did not."""
        return self._trouble.text()

    def show_status(self, status: SyncStatus, conflicts: int) -> None:
        """Say how things stand."""
        for old in self._labels():
            old.hide()
            old.deleteLater()
        while self._facts.takeAt(0) is not None:
            pass
        for number, (sentence, role) in enumerate(
            status_sentences(status, conflicts, datetime.now(UTC))
        ):
            self._facts.addWidget(say(sentence, role if number else "heading2", wraps=True))
        self._place.setText(
            _("Headquarters: {url} · office {office}").format(
                url=isolate(status.url or ""), office=isolate(status.office or "")
            )
        )

    def _labels(self) -> list[QLabel]:
        items = [self._facts.itemAt(n) for n in range(self._facts.count())]
        widgets = [item.widget() for item in items if item is not None]
        return [widget for widget in widgets if isinstance(widget, QLabel)]

    def begin(self) -> None:
        """Sync beside the work."""
        if self._task is not None:
            return
        store = self._desk.store

        def work(progress: Progress) -> SyncReport:
            return sync(store, progress=progress)

        self._trouble.hide()
        self._trouble.setText("")
        self._task = self._desk.tasks.run(_("Syncing"), work, self._succeed, self._fail)
        self._task.progressed.connect(self._tell)
        self._task.ended.connect(self._rest)
        self._show_work(True)

    def _tell(self, done: int, total: int) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        if self._task is not None:
            self._words.setText(progress_sentence(done, total, self._task.seconds_left()))

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._words.setText(_("Stopping… what was exchanged is kept."))

    def _rest(self) -> None:
        self._task = None
        self._show_work(False)
        with self._desk.store.read() as db:
            self.show_status(sync_status(self._desk.store), conflict_count(db))

    def _show_work(self, is_working: bool) -> None:
        self.now.setEnabled(not is_working)
        self.now.setText(" " + (_("Syncing…") if is_working else _("Sync now")))
        for part in (self.stop, self._bar, self._words):
            part.setVisible(is_working)
        self._bar.setRange(0, 0)
        self._words.setText("")

    def _succeed(self, report: SyncReport) -> None:
        findings = " ".join(report.findings)
        if findings:
            self._say_trouble(findings)
        else:
            self._desk.say(_("In step with headquarters."))
        self._desk.changed.emit(Changed(frozenset(), "elsewhere"))

    def _fail(self, error: SanadError) -> None:
        self._say_trouble(str(error))

    def _say_trouble(self, sentence: str) -> None:
        self._trouble.setText(sentence)
        self._trouble.show()


def status_sentences(status: SyncStatus, conflicts: int, now: datetime) -> list[tuple[str, str]]:
    """Say how this copy stands, most important first: sentences with the role they are shown in."""
    said = [(_waiting(status), ""), (_confirmed(status, now), "")]
    if status.confirmed_at is not None:
        said.append((_exchanged(status), "quiet"))
    if status.is_in_step is False:
        said.append(
            (_("This copy and headquarters do not hold the same records; tell headquarters."),
             "warning")
        )  # fmt: skip
    if status.unsendable:
        said.append((_unsendable(status), "warning"))
    said += [
        (_("Headquarters refused a change of yours; it is kept here: {reason}").format(
            reason=reason), "warning")
        for _device, _seq, reason in status.refused
    ]  # fmt: skip
    if status.quarantined:
        said.append((_quarantined(status), "warning"))
    if conflicts:
        said.append((_conflicts(conflicts), "warning"))
    if abs(status.clock_offset_s) > _CLOCK_TOLERANCE_S:
        said.append((_clock(status), "warning"))
    return said


def _waiting(status: SyncStatus) -> str:
    if not status.waiting:
        return _("Everything you saved is at headquarters.")
    return ngettext(
        "{count} change waits here to be sent.", "{count} changes wait here to be sent.",
        status.waiting,
    ).format(count=isolate(str(status.waiting)))  # fmt: skip


def _confirmed(status: SyncStatus, now: datetime) -> str:
    if status.confirmed_at is None:
        return _("Headquarters has confirmed nothing yet.")
    return _("Headquarters confirmed what it has: {moment}.").format(
        moment=lately(status.confirmed_at, now)
    )


def _exchanged(status: SyncStatus) -> str:
    sent = ngettext("{count} change sent", "{count} changes sent", status.sent)
    received = ngettext("{count} received", "{count} received", status.received)
    return _("The last sync: {sent}, {received}.").format(
        sent=sent.format(count=isolate(str(status.sent))),
        received=received.format(count=isolate(str(status.received))),
    )


def _unsendable(status: SyncStatus) -> str:
    return ngettext(
        "{count} change of yours cannot be sent: another copy wrote under the same identity."
        " Tell headquarters.",
        "{count} changes of yours cannot be sent: another copy wrote under the same identity."
        " Tell headquarters.",
        status.unsendable,
    ).format(count=isolate(str(status.unsendable)))


def _quarantined(status: SyncStatus) -> str:
    return ngettext(
        "{count} received change could not be read and was set aside; the others are in.",
        "{count} received changes could not be read and were set aside; the others are in.",
        status.quarantined,
    ).format(count=isolate(str(status.quarantined)))


def _conflicts(count: int) -> str:
    return ngettext(
        "In {count} record two people answered differently; somebody must choose.",
        "In {count} records two people answered differently; somebody must choose.",
        count,
    ).format(count=isolate(str(count)))


def _clock(status: SyncStatus) -> str:
    minutes = round(abs(status.clock_offset_s) / 60)
    return ngettext(
        "This computer's clock differs from headquarters' by {count} minute. Set it right.",
        "This computer's clock differs from headquarters' by {count} minutes. Set it right.",
        minutes,
    ).format(count=isolate(str(minutes)))


register_screen(
    ScreenSpec(
        name="sync", title=SyncScreen.title, icon="ph.arrows-clockwise", order=90, roles=None,
        build=SyncScreen,
    )
)  # fmt: skip
