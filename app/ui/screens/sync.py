"""Sync: how this computer stands with headquarters, in sentences, and the way to do it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QVBoxLayout, QWidget

from app.casework.conflicts import conflict_count
from app.i18n import N_, _, isolate
from app.models.store import Changed, Store
from app.sync.computers import Computers, computers
from app.sync.outlook import Outlook, outlook
from app.sync.report import SyncReport
from app.sync.status import SyncStatus, sync_status
from app.ui.desk import Desk
from app.ui.entries import Block
from app.ui.icons import icon
from app.ui.nearby import Nearby
from app.ui.parts import button, column, frame, leading_page, row, say
from app.ui.screen import Screen, ScreenSpec, register_screen
from app.ui.screens.sync_enrolment import EnrolmentForm, RenewalForm
from app.ui.screens.sync_nearby import NearbyCard
from app.ui.sync_words import Line, line_of, review_sentences, status_sentences
from app.ui.tasks import Progress, Task
from app.ui.theme import SPACE
from app.ui.visit_words import computer_sentence, last_brought, visit_sentence, visit_title
from app.ui.wording import progress_sentence

_WIDTH = 1060


@dataclass(frozen=True, slots=True)
class _Known:
    """What is read beside the window."""

    outlook: Outlook
    conflicts: int
    computers: Computers


def _read(store: Store) -> _Known:
    with store.read() as db:
        conflicts = conflict_count(db)
    return _Known(outlook(store), conflicts, computers(store))


class SyncScreen(Screen):
    """Before enrolling: where and with which code. After: what stands where, and one button."""

    title = N_("Sync")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._reading: Task | None = None
        self._is_stale = False
        self._known: _Known | None = None
        self._was_busy = False
        self.enrolment = EnrolmentForm(desk)
        self.renewal = RenewalForm(desk)
        self.standing = Standing(desk)
        self.visits = Block(_("The last syncs"))
        self.computers = Block(_("The other computers of your office"))
        self.nearby = NearbyCard(Nearby(desk))
        self.nearby.nearby.exchanged.connect(self.refresh)
        sides = row(spacing=5)
        sides.addWidget(self.visits, 3, Qt.AlignmentFlag.AlignTop)
        sides.addWidget(self.computers, 2, Qt.AlignmentFlag.AlignTop)
        inside = QWidget()
        inside.setMaximumWidth(round(_WIDTH * desk.preferences.text_scale))
        inside.setLayout(
            column(
                say(_(self.title), "heading1"),
                self.enrolment,
                self.standing,
                self.renewal,
                sides,
                self.nearby,
                None,
                spacing=5,
            )
        )
        self.setLayout(column(leading_page(inside, _(self.title))))
        self._now = QAction(_("Sync now"), self)
        self._now.triggered.connect(self._sync_from_anywhere)
        self.enrolment.enrolled.connect(self._go_on_enrolled)
        self.renewal.renewed.connect(self._go_on_renewed)
        desk.changed.connect(self._note)
        desk.syncing.changed.connect(self._follow)

    def arrive(self, **_arguments: Any) -> None:
        """Show how things stand."""
        self.refresh()
        if self.enrolment.isVisibleTo(self):
            self.enrolment.address.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.standing.focus()

    def commands(self) -> list[QAction]:
        """Offer to sync from anywhere."""
        return [self._now]

    def refresh(self) -> None:
        """Read anew how this copy stands."""
        status = sync_status(self.desk.store)
        self.enrolment.setVisible(not status.is_enrolled)
        for part in (self.standing, self.visits, self.computers, self.nearby):
            part.setVisible(status.is_enrolled)
        self.renewal.setVisible(status.is_enrolled and self.desk.syncing.is_other_certificate)
        if status.is_enrolled:
            self._show(status)
            self._read_beside()

    def _go_on_enrolled(self) -> None:
        is_here = self.enrolment.has_focus()
        self.refresh()
        if is_here:  # the form leaves, and would send the cursor anywhere
            self.standing.focus()

    def _go_on_renewed(self) -> None:
        self.standing.focus()
        self.refresh()

    def _show(self, status: SyncStatus) -> None:
        self.standing.show_status(status, line_of(self.desk.syncing), self._known)
        if self._known is None:
            return
        now, ahead = datetime.now(UTC), self._known.outlook
        self.visits.fill(
            [_told(visit_title(one, now), visit_sentence(one)) for one in ahead.visits],
            _("What each sync exchanged is told here."),
        )
        self.computers.fill(
            [_told(isolate(one.name), computer_sentence(one, now)) for one in ahead.computers],
            _("Headquarters has told of no other computer yet."),
        )

    def _read_beside(self) -> None:
        if self._reading is not None:
            self._is_stale = True
            return
        self._is_stale = False
        store = self.desk.store

        def work(_progress: Progress) -> _Known:
            return _read(store)

        self._reading = self.desk.tasks.run("", work, self._keep, is_quiet=True)
        self._reading.ended.connect(self._rest)

    def _keep(self, known: _Known) -> None:
        if known != self._known:
            self._known = known
            self._show(sync_status(self.desk.store))

    def _rest(self) -> None:
        self._reading = None
        if self._is_stale and self.isVisible() and self.desk.tasks.is_open:
            self._read_beside()

    def _note(self, _changed: Changed) -> None:
        if self.isVisible():
            self.refresh()

    def _follow(self) -> None:
        if not self.isVisible():
            return
        line = line_of(self.desk.syncing)
        self.standing.show_work(line)
        if line.is_busy != self._was_busy or not line.is_busy:
            self._was_busy = line.is_busy
            self.refresh()

    def _sync_from_anywhere(self) -> None:
        self.desk.show_screen("sync")
        if self.standing.isVisibleTo(self):
            self.standing.begin()


class Standing(QWidget):
    """What waits, what is confirmed, what came, what needs a person."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._is_asked = False
        self._facts = _Sentences()
        self._review = _Sentences()
        self.open_review = button(_("Open Review"), name="open-review")
        self.open_review.clicked.connect(lambda: desk.show_screen("review"))
        self._review_card = frame("notice")
        self._review_card.setProperty("tone", "warning")
        beside = row(self._review, self.open_review, spacing=4, margin=3)
        beside.setStretch(0, 1)
        self._review_card.setLayout(beside)
        self._review_card.hide()
        self.now = button(_("Sync now"), "primary", name="sync-now")
        self.now.setIcon(icon("ph.arrows-clockwise", desk.theme, desk.theme.on_accent))
        self.now.clicked.connect(self.begin)
        self.stop = button(_("Cancel"), name="sync-stop")
        self.stop.clicked.connect(self._cancel)
        self._words = say("", "caption")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        card = frame("card")
        inside = column(self._facts, spacing=4, margin=6)
        inside.addWidget(self._bar)
        inside.addLayout(row(self.now, self.stop, self._words, None, spacing=3))
        card.setLayout(inside)
        self._place = say("", "caption", wraps=True)
        self.setLayout(column(card, self._review_card, self._place, spacing=3))
        for part in (self.now, self.stop, self.open_review):
            part.setAutoDefault(True)  # Enter presses the button the keyboard is on
        self.show_work(Line())
        desk.syncing.succeeded.connect(self._tell_success)

    @property
    def sentences(self) -> list[str]:
        """What is said about how things stand."""
        return self._facts.texts()

    @property
    def for_review(self) -> list[str]:
        """What is said to need a person; empty when nothing does."""
        return self._review.texts()

    def show_status(self, status: SyncStatus, line: Line, known: _Known | None) -> None:
        """Say how things stand."""
        now = datetime.now(UTC)
        said = status_sentences(status, line, known.outlook if known else None, now)
        if known is not None:
            brought = last_brought(known.outlook, known.computers.name, now)
            if brought:
                said.insert(2, (brought, ""))
        self._facts.show_all([(said[0][0], "heading2"), *said[1:]])
        waiting = review_sentences(status, known.conflicts if known else 0)
        self._review.show_all([(sentence, "warning") for sentence in waiting])
        self._review_card.setVisible(bool(waiting))
        self.show_work(line)
        self._place.setText(
            _("Headquarters: {url} · office {office}").format(
                url=isolate(status.url or ""), office=isolate(status.office or "")
            )
        )

    def focus(self) -> None:
        """Bring the keyboard to the button that can be pressed."""
        present = self.stop if self.stop.isVisibleTo(self) else self.now
        present.setFocus(Qt.FocusReason.OtherFocusReason)

    def begin(self) -> None:
        """Sync beside the work."""
        self._is_asked = True
        self._desk.syncing.begin()

    def show_work(self, line: Line) -> None:
        """Say how far the sync under way is."""
        former, present = (self.now, self.stop) if line.is_busy else (self.stop, self.now)
        is_here = former.hasFocus()
        present.setEnabled(True)
        present.setVisible(True)
        if is_here:  # a button that can no longer be pressed would send the cursor anywhere
            present.setFocus(Qt.FocusReason.OtherFocusReason)
        for part in (self.stop, self._bar, self._words):
            part.setVisible(line.is_busy)
        self.now.setEnabled(not line.is_busy)
        self.now.setText(" " + (_("Syncing…") if line.is_busy else _("Sync now")))
        self._bar.setRange(0, line.total)
        self._bar.setValue(line.done)
        task = self._desk.syncing.task
        if task is None or not task.is_cancelled:
            left = None if task is None else task.seconds_left()
            self._words.setText(progress_sentence(line.done, line.total, left))
        self._bar.setAccessibleName(self._words.text() or _("Syncing…"))

    def _cancel(self) -> None:
        self._words.setText(_("Stopping… what was exchanged is kept."))
        self._desk.syncing.cancel()

    def _tell_success(self, report: SyncReport) -> None:
        # Whoever looks at this screen reads it there.
        if self._is_asked and not report.findings and not self.isVisible():
            self._desk.say(_("In step with headquarters."))
        self._is_asked = False


class _Sentences(QFrame):
    """Sentences under each other; rebuilt only when what they say has changed."""

    def __init__(self) -> None:
        super().__init__()
        self._said: list[tuple[str, str]] = []
        self._stack = QVBoxLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.setSpacing(SPACE * 3)

    def show_all(self, said: list[tuple[str, str]]) -> None:
        """Show sentences with the roles they are shown in."""
        if said == self._said:
            return
        self._said = said
        while (item := self._stack.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for sentence, role in said:
            self._stack.addWidget(say(sentence, role, wraps=True))

    def texts(self) -> list[str]:
        """Give what is said."""
        items = [self._stack.itemAt(n) for n in range(self._stack.count())]
        widgets = [item.widget() for item in items if item is not None]
        return [widget.text() for widget in widgets if isinstance(widget, QLabel)]


def _told(title: str, sentence: str) -> QWidget:
    """Give a line that only tells: what it is, and a quiet sentence under it."""
    whole = QWidget()
    across = column(say(title, "strong", wraps=True), spacing=0)
    if sentence:
        across.addWidget(say(sentence, "caption", wraps=True))
    across.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, SPACE * 2)
    whole.setLayout(across)
    whole.setAccessibleName(f"{title}. {sentence}" if sentence else title)
    return whole


register_screen(
    ScreenSpec(
        name="sync", title=SyncScreen.title, icon="ph.arrows-clockwise", order=90, roles=None,
        build=SyncScreen,
    )
)  # fmt: skip
