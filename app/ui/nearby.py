"""Exchanging with a colleague's computer nearby: open to them here, or asked for over there."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Final, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QAbstractSocket, QHostAddress, QNetworkInterface

from app.errors import Cancelled, SanadError, Unavailable
from app.i18n import _
from app.sync.neighbour_service import Listening, serve
from app.sync.neighbours import PORT, Exchanged, exchange_with
from app.ui.desk import Desk
from app.ui.tasks import Progress, Task

EVERYWHERE: Final = "0.0.0.0"
_LET_GO_S: Final = 10.0
_Result = TypeVar("_Result")


class Nearby(QObject):
    """What goes on with computers nearby; made and used on the GUI thread.

    Args:
        desk: What it works with; when that is closed, nothing goes on any more.
        host: Address to answer at.

    Attributes:
        addresses: What a colleague types to reach this computer; empty while it is not open.
        said: What came of it, in sentences, the latest exchange first.
        trouble: Why the last one failed, in a sentence with what to do; empty when it did not.
    """

    changed = Signal()
    """How it stands has changed."""
    exchanged = Signal()
    """An exchange has come to its end."""

    _ready = Signal(object)
    _met = Signal(object)

    def __init__(self, desk: Desk, host: str = EVERYWHERE) -> None:
        super().__init__(desk)
        self._desk = desk
        self._host = host
        self._opening: Task | None = None
        self._exchanging: Task | None = None
        self._listening: Listening | None = None
        self._is_left = Event()
        self._outs: list[tuple[Event, Event]] = []
        self.addresses: list[str] = []
        self.said: list[str] = []
        self.trouble = ""
        self._ready.connect(self._note_ready)
        self._met.connect(self._note_met)
        desk.closing.connect(self.close)

    @property
    def is_open(self) -> bool:
        """Whether colleagues' computers are answered, or are about to be."""
        return self._opening is not None

    @property
    def task(self) -> Task | None:
        """The exchange this computer asked for, while it is under way."""
        return self._exchanging

    @property
    def is_answering(self) -> bool:
        """Whether colleagues' computers are answered by now."""
        return self._listening is not None

    def open(self) -> None:
        """Answer colleagues' computers until told to stop."""
        if self._opening is not None:
            return
        self.trouble = ""
        store, host, tell, met = self._desk.store, self._host, self._ready.emit, self._met.emit

        def work(progress: Progress) -> None:
            def look() -> None:
                progress(0, 0)

            try:
                serve(store, host, PORT, told=met, ready=tell, look=look)
            except Unavailable:  # something else listens there
                serve(store, host, 0, told=met, ready=tell, look=look)

        self._opening = self._run("", work, self._note_shut, is_quiet=True)
        self._opening.ended.connect(self._end_opening)
        self.changed.emit()

    def shut(self) -> None:
        """Answer nobody any more; an exchange under way comes to its end."""
        if self._opening is not None:
            self._opening.cancel()
        if self._listening is not None:
            self._listening.stop()

    def exchange(self, address: str) -> None:
        """Exchange with the computer at an address, beside the work."""
        if self._exchanging is not None:
            return
        self.trouble, self.said = "", []
        store = self._desk.store

        def work(progress: Progress) -> Exchanged:
            return exchange_with(store, address, progress)

        self._exchanging = self._run(
            _("Exchanging with a colleague's computer"), work, self._note_met
        )
        self._exchanging.progressed.connect(self.changed)
        self._exchanging.ended.connect(self._end_exchange)
        self.changed.emit()

    def cancel(self) -> None:
        """Stop the exchange under way; what was taken is kept."""
        if self._exchanging is not None:
            self._exchanging.cancel()

    def close(self) -> None:
        """Stop for good; the store may close when this returns."""
        self._is_left.set()
        self.shut()
        self.cancel()
        for begun, out in self._outs:
            if begun.is_set():
                out.wait(_LET_GO_S)

    # -- what comes of it ----------------------------------------------------------------------

    def _run(
        self,
        title: str,
        work: Callable[[Progress], _Result],
        done: Callable[[_Result], None],
        *,
        is_quiet: bool = False,
    ) -> Task:
        begun, out, is_left = Event(), Event(), self._is_left
        self._outs = [(b, o) for b, o in self._outs if not o.is_set()] + [(begun, out)]

        def within(progress: Progress) -> _Result:
            begun.set()
            try:
                if is_left.is_set():
                    raise Cancelled
                return work(progress)
            finally:
                out.set()

        return self._desk.tasks.run(title, within, done, self._fail, is_quiet=is_quiet)

    def _note_shut(self, _nothing: None) -> None:
        self._listening = None

    def _note_ready(self, listening: Listening) -> None:
        if self._opening is None or self._opening.is_cancelled:
            listening.stop()
            return
        self._listening = listening
        port = listening.url.rpartition(":")[2]
        hosts = own_addresses() if self._host == EVERYWHERE else [self._host]
        self.addresses = [host if port == str(PORT) else f"{host}:{port}" for host in hosts]
        self.changed.emit()

    def _note_met(self, done: Exchanged) -> None:
        self.said = done.sentences
        self.changed.emit()
        self.exchanged.emit()

    def _fail(self, error: SanadError) -> None:
        self.trouble = str(error)

    def _end_exchange(self) -> None:
        self._exchanging = None
        self.changed.emit()

    def _end_opening(self) -> None:
        self._opening = self._listening = None
        self.addresses = []
        self.changed.emit()


def own_addresses() -> list[str]:
    """List this computer's addresses on the networks it is in; empty without one."""
    found = []
    for one in QNetworkInterface.allInterfaces():
        flags = one.flags()
        is_up = bool(flags & QNetworkInterface.InterfaceFlag.IsRunning)
        if not is_up or flags & QNetworkInterface.InterfaceFlag.IsLoopBack:
            continue
        hosts: list[QHostAddress] = [entry.ip() for entry in one.addressEntries()]
        found += [
            host.toString()
            for host in hosts
            if host.protocol() == QAbstractSocket.NetworkLayerProtocol.IPv4Protocol
        ]
    return found
