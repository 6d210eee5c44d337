"""The foot of the window: what is safe here, what headquarters has, and long work under way."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QPushButton, QSizePolicy, QWidget

from app.i18n import _
from app.sync.status import sync_status
from app.ui.desk import Desk
from app.ui.icons import icon
from app.ui.parts import button, edges, restyle, row, say
from app.ui.sync_words import Foot, foot, line_of
from app.ui.tasks import Task, Tasks
from app.ui.wording import progress_sentence

# Under this nobody wonders, and what comes and goes at once only flickers.
_SHOW_AFTER_MS = 200
# What is told by the clock, such as when the next try is, grows old while nobody touches anything.
_AGES_MS = 60_000
_LEAST_PX = 90


class StatusBar(QFrame):
    """One line that says that the work is safe, and how far it has come."""

    sync_asked = Signal()
    review_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._shown: Foot | None = None
        self.setProperty("role", "footer")
        saved = say(_("Saved on this computer"), "caption")
        check = QLabel()
        side = round(14 * desk.preferences.text_scale)
        check.setPixmap(icon("ph.check-circle", desk.theme, desk.theme.accent).pixmap(side, side))
        self.sync = _Sentence("status-sync")
        self.sync.setIconSize(QSize(side + 2, side + 2))
        self.sync.clicked.connect(self.sync_asked)
        self.review = button("", "quiet", name="status-review")
        self.review.setIcon(icon("ph.hand-pointing", desk.theme, desk.theme.warm))
        self.review.setIconSize(QSize(side + 2, side + 2))
        self.review.clicked.connect(self.review_asked)
        self.review.hide()
        self.work = WorkBar(desk.tasks)
        line = row(check, saved, None, self.work, None, self.review, self.sync, spacing=2)
        edges(line, 6, 1, 3, 1)
        self.setLayout(line)
        self._ageing = QTimer(self)
        self._ageing.timeout.connect(self.refresh)
        self._ageing.start(_AGES_MS)
        desk.syncing.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Read anew how this copy stands with headquarters."""
        line = line_of(self._desk.syncing)
        told = foot(sync_status(self._desk.store), line, datetime.now(UTC))
        if told == self._shown:
            return
        self._shown = told
        theme = self._desk.theme
        self.sync.say(told.words)
        self.sync.setIcon(icon(told.icon, theme, theme.warm if told.is_trouble else theme.accent))
        self.sync.setProperty("tone", "warning" if told.is_trouble else "")
        restyle(self.sync)

    def close_down(self) -> None:
        """Read nothing more: the store is about to close."""
        self._ageing.stop()
        self._desk.syncing.changed.disconnect(self.refresh)

    def show_review(self, count: int, words: str) -> None:
        """Tell how much waits on the Review screen."""
        self.review.setText(" " + words)
        self.review.setAccessibleName(words)
        self.review.setVisible(bool(count))


class _Sentence(QPushButton):
    """A quiet button that shortens what it says where there is no room; the rest is its tip."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("role", "quiet")
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._words = ""

    def say(self, words: str) -> None:
        """Say something else."""
        self._words = words
        self.setAccessibleName(words)
        self.setToolTip(words)
        self._fit()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        text = self.fontMetrics().horizontalAdvance(self.text())
        full = self.fontMetrics().horizontalAdvance(" " + self._words)
        return QSize(hint.width() - text + full, hint.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_PX, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        whole = " " + self._words
        missing = self.sizeHint().width() - self.width()
        shown = whole
        if missing > 0:
            room = max(self.fontMetrics().horizontalAdvance(whole) - missing, 0)
            shown = self.fontMetrics().elidedText(whole, Qt.TextElideMode.ElideRight, room)
        if shown != self.text():
            self.setText(shown)


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
