"""Counts what waits on the Review screen, beside the work, after each save and merge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.casework.conflicts import conflict_count
from app.casework.review import findings
from app.i18n import isolate, ngettext
from app.models.store import Changed
from app.sync.status import sync_status
from app.ui.tasks import Progress, Task

if TYPE_CHECKING:
    from app.ui.desk import Desk

_AFTER_MS: Final = 400
"""Saves that follow each other are counted once."""


class ReviewCount(QObject):
    """How many things wait.

    Args:
        follows: Whether it counts anew by itself after each save and merge.

    Signals:
        counted: The count, and the same in words for screen readers; 0 and "" when none.
    """

    counted = Signal(int, str)

    def __init__(self, desk: Desk, parent: QObject | None = None, *, follows: bool = True) -> None:
        super().__init__(parent)
        self._desk = desk
        self._task: Task | None = None
        self._is_stale = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_AFTER_MS)
        self._timer.timeout.connect(self.count)
        if follows:
            desk.changed.connect(self._note)

    def count(self) -> None:
        """Count anew; one count at a time."""
        if self._task is not None:
            self._is_stale = True
            return
        self._is_stale = False
        store = self._desk.store

        def work(progress: Progress) -> int:
            with store.read() as db:
                disputed = conflict_count(db)
            status = sync_status(store)
            aside = len(status.refused) + status.quarantined
            return disputed + len(findings(store, progress)) + aside

        self._task = self._desk.tasks.run("", work, self._tell, is_quiet=True)
        self._task.ended.connect(self._rest)

    def close_down(self) -> None:
        """Count no more: the store is about to close."""
        self._timer.stop()
        self._is_stale = False
        if self._task is not None:
            self._task.cancel()

    def _note(self, _changed: Changed) -> None:
        self._timer.start()

    def _tell(self, count: int) -> None:
        words = ngettext("{count} thing waits for you", "{count} things wait for you", count)
        self.counted.emit(count, words.format(count=isolate(str(count))) if count else "")

    def _rest(self) -> None:
        self._task = None
        if self._is_stale:
            self.count()
