"""Syncing beside the work, by itself or when asked: one at a time, while the store is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event
from time import monotonic
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.errors import Cancelled, Refused, SanadError
from app.i18n import _
from app.models.store import Changed, Store
from app.sync.client import OtherCertificateError
from app.sync.report import SyncReport
from app.sync.rhythm import Rhythm
from app.sync.state import enrolment_of
from app.sync.visits import visit
from app.ui.network import Network
from app.ui.preferences import Preferences
from app.ui.tasks import Progress, Task, Tasks

# What headquarters will say again however often it is asked.
_FOR_GOOD: Final = frozenset({"revoked", "unknown_device"})
_LET_GO_S: Final = 10.0


class Alarm(QObject):
    """Rings once after a while, by a clock that only grows."""

    rang = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.rang)

    def now_s(self) -> float:
        """Give seconds that only grow."""
        return monotonic()

    def set(self, wait_s: float) -> None:
        """Ring after so many seconds instead of whenever it was to ring."""
        self._timer.start(max(round(wait_s * 1000), 0))

    def clear(self) -> None:
        """Ring no more."""
        self._timer.stop()


class BackgroundSync(QObject):
    """Keeps one open store in step with headquarters; made and used on the GUI thread.

    Args:
        store: Open until ``close`` returns.
        tasks: Runs the work.
        preferences: Tell whether it may begin by itself.
        network: Whether there is one.
        alarm: Rings when the next try is due.
        rhythm: Tells when that is; one of its own by default.

    Attributes:
        trouble: What went wrong last, in a sentence with what to do; empty when nothing did.
        failing_since: When nobody answered for the first time since somebody did.
        is_revoked: Headquarters no longer admits this computer.
        is_other_certificate: What answers there shows another certificate than headquarters did.
    """

    changed = Signal()
    """How it stands has changed."""
    succeeded = Signal(object)
    """The ``SyncReport`` of one that came to its end."""

    _saved = Signal(object)

    def __init__(
        self,
        store: Store,
        tasks: Tasks,
        preferences: Preferences,
        *,
        network: Network | None = None,
        alarm: Alarm | None = None,
        rhythm: Rhythm | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._tasks = tasks
        self._preferences = preferences
        self.network = network or Network()
        self.network.setParent(self)
        self._alarm = alarm or Alarm(self)
        self._rhythm = rhythm or Rhythm(self._alarm.now_s)
        self._task: Task | None = None
        self._stop = Event()
        self._begun = Event()
        self._out = Event()
        self._is_open = True
        self._is_started = False
        self._outcome_known = False
        self.trouble = ""
        self.failing_since: datetime | None = None
        self.is_revoked = self.is_other_certificate = False
        self._alarm.rang.connect(self._ring)
        self.network.came.connect(self._network_came)
        self.network.went.connect(self.changed)
        preferences.changed.connect(self._preference_changed)
        self._saved.connect(self._note_saved, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe: Callable[[], None] | None = store.subscribe(self._saved.emit)

    # -- how it stands -------------------------------------------------------------------------

    @property
    def task(self) -> Task | None:
        """The sync under way."""
        return self._task

    @property
    def is_automatic(self) -> bool:
        """Whether it begins by itself."""
        return self._is_open and self._is_started and self._preferences.syncs_by_itself

    @property
    def next_try(self) -> datetime | None:
        """When it next begins by itself, in UTC; None when it does not."""
        due_s = self._rhythm.due_s
        if due_s is None or self._task is not None or not self.is_automatic:
            return None
        wait_s = max(due_s - self._alarm.now_s(), 0)
        return datetime.now(UTC) + timedelta(seconds=wait_s)

    # -- what happens to it --------------------------------------------------------------------

    def start(self) -> None:
        """Begin by itself from here on, where the person likes that."""
        self._is_started = True
        self._rhythm.opened()
        self._arm()

    def enrolled(self) -> None:
        """This copy has its place at headquarters: what was said before no longer counts."""
        self._forget_trouble()
        self._rhythm.asked()
        self._rhythm.opened()
        self._arm()

    def begin(self) -> None:
        """Sync because the person asked; one that is under way will do."""
        self._rhythm.asked()
        if self._task is None:
            self._run(is_quiet=False)

    def cancel(self) -> None:
        """Stop the sync under way at once; what was exchanged is kept."""
        if self._task is not None:
            self._stop.set()
            self._task.cancel()

    def close(self) -> None:
        """Stop for good; the store may close when this returns."""
        if not self._is_open:
            return
        self._is_open = False
        self._alarm.clear()
        if self._unsubscribe is not None:
            self._unsubscribe()
        self.cancel()
        if self._task is not None and self._begun.is_set():
            # The working thread gives up a silent line at once, and is in the store no longer
            # than one frame takes.
            self._out.wait(_LET_GO_S)

    # -- the work ------------------------------------------------------------------------------

    def _run(self, *, is_quiet: bool) -> None:
        if not self._is_open:
            return
        self._alarm.clear()
        self._rhythm.began()
        stop, begun, out = Event(), Event(), Event()
        self._stop, self._begun, self._out = stop, begun, out
        store = self._store
        with_contents = not self.network.is_metered

        def work(progress: Progress) -> SyncReport:
            begun.set()
            try:
                if stop.is_set():
                    raise Cancelled
                return visit(store, progress, stop=stop, with_contents=with_contents)
            finally:
                out.set()

        self._outcome_known = False
        task = self._tasks.run(_("Syncing"), work, self._succeed, self._fail, is_quiet=is_quiet)
        self._task = task
        task.progressed.connect(self.changed)
        task.ended.connect(self._end)
        self.changed.emit()

    def _succeed(self, report: SyncReport) -> None:
        self._outcome_known = True
        self._forget_trouble()
        self._rhythm.succeeded()
        self.succeeded.emit(report)

    def _forget_trouble(self) -> None:
        self.trouble, self.failing_since = "", None
        self.is_revoked = self.is_other_certificate = False

    def _fail(self, error: SanadError) -> None:
        self._outcome_known = True
        self.trouble = str(error)
        self.is_other_certificate = isinstance(error, OtherCertificateError)
        if isinstance(error, Refused) and error.rule in _FOR_GOOD:
            self.is_revoked = True
            self._rhythm.refused()
            return
        self.failing_since = self.failing_since or datetime.now(UTC)
        self._rhythm.failed()

    def _end(self) -> None:
        is_cancelled = self._task is not None and self._task.is_cancelled
        self._task = None
        if not self._is_open:
            return
        if is_cancelled and not self._outcome_known:
            self._rhythm.left_off()
        elif not self._outcome_known:
            self._rhythm.failed()  # a bug ended it, and the window has said so
        self._arm()
        self.changed.emit()

    # -- what makes it begin -------------------------------------------------------------------

    def _ring(self) -> None:
        if self._task is None and self.is_automatic and enrolment_of(self._store) is not None:
            self._run(is_quiet=True)

    def _note_saved(self, changed: Changed) -> None:
        if changed.origin == "here" and self._is_open:
            self._rhythm.saved()
            self._arm()

    def _network_came(self) -> None:
        if self._is_open:
            self._rhythm.network_came()
            self._arm()
            self.changed.emit()

    def _preference_changed(self, name: str) -> None:
        if name == "syncs_by_itself" and self._is_open:
            self._rhythm.opened()
            self._arm()
            self.changed.emit()

    def _arm(self) -> None:
        due_s = self._rhythm.due_s
        if due_s is None or self._task is not None or not self.is_automatic:
            self._alarm.clear()
        else:
            self._alarm.set(due_s - self._alarm.now_s())
