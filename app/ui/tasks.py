"""Work that takes time: done beside the window, with numbers, time left and a way to stop it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from threading import Event
from time import monotonic
from typing import Any, Final, Protocol, TypeVar

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from app.errors import Cancelled, SanadError

_Result = TypeVar("_Result")
# More often than this, numbers only flicker and the window is kept from its work.
_TELL_EVERY_S: Final = 0.05
_AT_ONCE: Final = 4


class Progress(Protocol):
    """What long work calls between two steps."""

    def __call__(self, done: int, total: int) -> None:
        """Tell how far it is.

        Raises:
            Cancelled: The person asked to stop.
        """


class Task(QObject):
    """One piece of long work, as the window shows it.

    Attributes:
        title: What is being done, translated.
    """

    progressed = Signal(int, int)
    """Done and total, on the GUI thread."""
    ended = Signal()
    """It is over, however it went; on the GUI thread, after the callbacks."""
    _told = Signal(int, int)
    _returned = Signal(object)
    _raised = Signal(object)

    def __init__(
        self,
        title: str,
        done: Callable[[Any], None],
        failed: Callable[[SanadError], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.title = title
        self.done = 0
        self.total = 0
        self.is_running = True
        self._on_done = done
        self._on_failed = failed
        self._stop = Event()
        self._begun = monotonic()
        self._last_told = 0.0
        self._told.connect(self._note)
        self._returned.connect(self._succeed)
        self._raised.connect(self._fail)

    def cancel(self) -> None:
        """Ask the work to stop at its next step."""
        self._stop.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked it to stop."""
        return self._stop.is_set()

    def seconds_left(self) -> float | None:
        """Guess the time left from the pace so far; None while there is nothing to go by."""
        elapsed = monotonic() - self._begun
        if not self.done or not self.total or elapsed < 1:
            return None
        return elapsed / self.done * (self.total - self.done)

    # -- in the working thread -----------------------------------------------------------------

    def work(self, work: Callable[[Progress], Any]) -> None:
        """Do the work; results travel to the GUI thread by queued signals."""
        tell, answer = self._returned, None
        try:
            answer = work(self._progress)
        except BaseException as error:  # noqa: BLE001  whatever it is, the GUI thread decides
            tell, answer = self._raised, error
        with suppress(RuntimeError):  # the window is gone: nobody is left to tell
            tell.emit(answer)

    def _progress(self, done: int, total: int) -> None:
        if self._stop.is_set():
            raise Cancelled
        at = monotonic()
        if done >= total or at - self._last_told >= _TELL_EVERY_S:
            self._last_told = at
            self._told.emit(done, total)

    # -- on the GUI thread ---------------------------------------------------------------------

    def _note(self, done: int, total: int) -> None:
        self.done, self.total = done, total
        self.progressed.emit(done, total)

    def _succeed(self, result: Any) -> None:
        self.is_running = False
        try:
            if _is_there(self._on_done):
                self._on_done(result)
        finally:
            self._end()

    def _fail(self, error: BaseException) -> None:
        self.is_running = False
        try:
            if isinstance(error, SanadError):
                if _is_there(self._on_failed):
                    self._on_failed(error)
            elif not isinstance(error, Cancelled):
                raise error  # a bug: the crash report takes it from here
        finally:
            self._end()

    def _end(self) -> None:
        self.ended.emit()
        # Whoever still holds it keeps it; nothing of the window hangs on to a finished task.
        self._on_done = self._on_failed = _nothing
        self.setParent(None)


class Tasks(QObject):
    """Runs long work; made on the GUI thread, one a window."""

    started = Signal(object)
    """The ``Task`` that began."""
    troubled = Signal(object)
    """A ``SanadError`` of a task that had nobody to tell."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="task")
        self._running: list[Task] = []
        self.is_open = True

    def run(
        self,
        title: str,
        work: Callable[[Progress], _Result],
        done: Callable[[_Result], None],
        failed: Callable[[SanadError], None] | None = None,
        *,
        is_quiet: bool = False,
    ) -> Task:
        """Begin long work.

        Args:
            title: What is being done, translated.
            work: Called in another thread, in the language in use here, with ``progress``.
            done: Called on the GUI thread with what ``work`` gave.
            failed: Called on the GUI thread with a ``SanadError``; without it the window explains.
                Methods of a widget taken apart meanwhile (the language was switched) are passed
                over.
                Neither is called after a cancellation: see ``Task.ended``.
            is_quiet: Not shown in the status bar, for work of a moment.
        """
        task = Task(title, done, failed or self.troubled.emit, self)
        self._running.append(task)
        task.ended.connect(self._sweep)
        context = copy_context()
        if not is_quiet:
            self.started.emit(task)
        self._pool.submit(context.run, task.work, work)
        return task

    def _sweep(self) -> None:
        self._running = [task for task in self._running if task.is_running]

    @property
    def running(self) -> list[Task]:
        """What has begun and not ended."""
        return list(self._running)

    def close(self) -> None:
        """Stop everything and wait for it; ``is_open`` tells that nothing may begin any more."""
        self.is_open = False
        for task in self._running:
            task.cancel()
        self._pool.shutdown(cancel_futures=True)


def _nothing(_answer: object) -> None:
    """Stand where a callback was."""


def _is_there(callback: Callable[..., Any]) -> bool:
    owner = getattr(callback, "__self__", None)
    return not isinstance(owner, QObject) or isValid(owner)
