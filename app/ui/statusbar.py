"""The foot of the window: what is safe here, what headquarters has, and long work under way."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QWidget

from app.i18n import _, isolate, ngettext
from app.sync.status import SyncStatus, sync_status
from app.ui.desk import Desk
from app.ui.icons import icon
from app.ui.parts import button, edges, row, say
from app.ui.tasks import Task, Tasks
from app.ui.wording import lately, progress_sentence

# Under this nobody wonders, and what comes and goes at once only flickers.
_SHOW_AFTER_MS = 200


class StatusBar(QFrame):
    """One line that says that the work is safe, and how far it has come."""

    sync_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.setProperty("role", "footer")
        saved = say(_("Saved on this computer"), "caption")
        check = QLabel()
        side = round(14 * desk.preferences.text_scale)
        check.setPixmap(icon("ph.check-circle", desk.theme, desk.theme.accent).pixmap(side, side))
        self.sync = button("", "quiet", name="status-sync")
        self.sync.setIcon(icon("ph.cloud-arrow-up", desk.theme, desk.theme.accent))
        self.sync.setIconSize(QSize(side + 2, side + 2))
        self.sync.clicked.connect(self.sync_asked)
        self.work = WorkBar(desk.tasks)
        line = row(check, saved, None, self.work, None, self.sync, spacing=2)
        edges(line, 6, 1, 3, 1)
        self.setLayout(line)
        self.refresh()

    def refresh(self) -> None:
        """Read anew how this copy stands with headquarters."""
        self.sync.setText(" " + standing(sync_status(self._desk.store), datetime.now(UTC)))
        self.sync.setAccessibleName(self.sync.text().strip())


def standing(status: SyncStatus, now: datetime) -> str:
    """Say in one line what waits here and what headquarters has confirmed."""
    if not status.is_enrolled:
        return _("Not connected to headquarters yet")
    waits = (
        ngettext("{count} change waits here", "{count} changes wait here", status.waiting).format(
            count=isolate(str(status.waiting))
        )
        if status.waiting
        else _("Nothing waits here")
    )
    if status.confirmed_at is None:
        return _("{waits} · HQ has confirmed nothing yet").format(waits=waits)
    return _("{waits} · HQ confirmed up to {moment}").format(
        waits=waits, moment=lately(status.confirmed_at, now)
    )


class WorkBar(QWidget):
    """Long work under way: numbers, time left, and a way to stop it."""

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        self._task: Task | None = None
        self._words = say("", "caption")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(140)
        self.cancel = button(_("Cancel"), "quiet", name="cancel-work")
        self.cancel.clicked.connect(self._stop)
        self.setLayout(row(self._words, self._bar, self.cancel, spacing=2))
        self.hide()
        tasks.started.connect(self._follow)
        for task in tasks.running:  # the window was rebuilt while it ran
            self._follow(task)

    @property
    def words(self) -> str:
        """What is said of the work."""
        return self._words.text()

    def _follow(self, task: Task) -> None:
        self._task = task
        self.cancel.setEnabled(True)
        task.progressed.connect(self._tell)
        task.ended.connect(self._finish)
        QTimer.singleShot(_SHOW_AFTER_MS, self, self._appear)
        self._tell()

    def _appear(self) -> None:
        self.setVisible(self._task is not None)

    def _tell(self) -> None:
        task = self._task
        if task is None:
            return
        numbers = progress_sentence(task.done, task.total, task.seconds_left())
        self._words.setText(f"{task.title} · {numbers}" if numbers else task.title)
        self._bar.setRange(0, task.total)
        self._bar.setValue(task.done)
        self._bar.setAccessibleName(self._words.text())

    def _finish(self) -> None:
        if self._task is not None and not self._task.is_running:
            self._task = None
            self.hide()

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self.cancel.setEnabled(False)
            self._words.setText(_("Stopping…"))
