"""Each meeting of this copy with headquarters or a colleague's computer, and how it went.

The last few are kept among the store's settings, so that a person can read what happened and when.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any, Final, Literal, TypeVar

import msgspec
import sqlalchemy as sa

from app.errors import Cancelled, Refused, SanadError
from app.i18n import _
from app.models.clock import system_ms
from app.models.log import CHANGE
from app.models.store import Store
from app.sync.client import Carrier
from app.sync.engine import Tell, sync
from app.sync.report import SyncReport
from app.sync.state import enrolment_of, progress_of

VISITS: Final = "visits"
KEPT: Final = 10
_LOOK_S: Final = 0.1
# Shorter than a person waits for a window to close.
_WAITS_S: Final = (0.3, 0.9)

Way = Literal["network", "file", "neighbour"]
Outcome = Literal["done", "failed", "refused", "stopped"]
_Result = TypeVar("_Result")


class Visit(msgspec.Struct, frozen=True):
    """One meeting.

    Attributes:
        at_ms: When it ended, by this machine's clock in milliseconds since 1970.
        way: What carried it.
        outcome: How it ended.
        sent: Own changes taken by the other side; ``received`` those taken in.
        contents_sent: Attachments sent; ``contents_received`` those fetched.
        bytes_out: Bytes that left; ``bytes_in`` those that came; 0 where nobody counts.
        brought: Changes received, by the identity that made them.
        said: What a person should know of it, in the language it was said in.
        times: Meetings alike in a row that this one stands for.
    """

    at_ms: int
    way: Way
    outcome: Outcome
    sent: int = 0
    received: int = 0
    contents_sent: int = 0
    contents_received: int = 0
    bytes_out: int = 0
    bytes_in: int = 0
    brought: dict[bytes, int] = {}
    said: str = ""
    times: int = 1

    @property
    def is_empty(self) -> bool:
        """Whether nothing went either way."""
        return not (self.sent or self.received or self.contents_sent or self.contents_received)

    def is_like(self, other: Visit) -> bool:
        """Whether the two tell a person the same."""
        return (
            self.is_empty
            and other.is_empty
            and (self.way, self.outcome, self.said) == (other.way, other.outcome, other.said)
        )


def visits_of(store: Store) -> list[Visit]:
    """List the last meetings, latest first."""
    return store.settings.get(VISITS, list[Visit]) or []


def note(store: Store, visit: Visit) -> None:
    """Keep how a meeting went; one like the last stands for both."""
    with store.control() as connection:
        held = visits_of(store)
        if held and visit.is_like(held[0]):
            visit = msgspec.structs.replace(visit, times=held[0].times + 1)
            held = held[1:]
        store.settings.put(connection, visits=[visit, *held][:KEPT])


def visit(
    store: Store,
    progress: Tell | None = None,
    *,
    stop: Event | None = None,
    with_contents: bool = True,
) -> SyncReport:
    """Bring the store and headquarters in step over the network, and note how it went.

    Args:
        store: Enrolled.
        progress: Told how far it is after each frame; may raise ``Cancelled``.
        stop: Set by another thread to have the work given up at once, even while a line is silent.
        with_contents: Attachments too; without them they wait for a better line.

    Raises:
        Refused: Not enrolled, or headquarters says no (revoked).
        Unavailable: The line or the other side fails; what was exchanged is kept.
        Cancelled: Somebody asked to stop; what was exchanged is kept.
    """
    place = enrolment_of(store)
    if place is None:
        raise Refused(
            "not_enrolled",
            _("This store is not enrolled. Ask headquarters for a code, then enrol."),
        )
    before, acknowledged = store.position(), _acknowledged(store)
    offset_ms = progress_of(store).clock_offset_ms
    carrier = StoppableCarrier(place.url, place, stop or Event(), offset_ms)
    report = SyncReport()
    outcome: Outcome = "failed"
    said = ""
    try:
        report = sync(store, carrier, progress, with_contents=with_contents)
        outcome, said = "done", " ".join(report.findings)
    except Cancelled:
        outcome = "stopped"
        raise
    except Refused as error:
        outcome, said = "refused", str(error)
        raise
    except SanadError as error:
        said = str(error)
        raise
    finally:
        carrier.let_go()
        brought = brought_since(store, before)
        note(
            store,
            Visit(
                system_ms(),
                "network",
                outcome,
                report.sent or max(_acknowledged(store) - acknowledged, 0),
                sum(brought.values()),
                report.contents_sent,
                report.contents_received,
                carrier.traffic.sent,
                carrier.traffic.received,
                brought,
                said,
            ),
        )
    return report


def brought_since(store: Store, position: int) -> dict[bytes, int]:
    """Count the changes of others that came in after a log position, by who made them."""
    own = [device.bytes for device in store.identities]
    counted = (
        sa.select(CHANGE.c.device, sa.func.count())
        .where(CHANGE.c.pos > position, CHANGE.c.device.not_in(own))
        .group_by(CHANGE.c.device)
    )
    with store.engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(counted)}


def _acknowledged(store: Store) -> int:
    return sum(progress_of(store).acknowledged.values())


class StoppableCarrier(Carrier):
    """A carrier whose user can walk away from a silent line at once.

    Each request is made in a thread of its own, which knows nothing of the store: left alone, it
    ends with its line.

    Args:
        stop: Once set, whatever is under way is given up with ``Cancelled``.
        clock_offset_ms: Headquarters' clock minus this machine's, when last compared.
    """

    def __init__(self, url: str, enrolment: Any, stop: Event, clock_offset_ms: int = 0) -> None:
        super().__init__(url, enrolment, waits_s=_WAITS_S, clock_offset_ms=clock_offset_ms)
        self._stop = stop
        self._is_left = False

    def _send(self, *args: Any, **named: Any) -> Any:
        send = super()._send
        return self._beside(lambda: send(*args, **named))

    def _beside(self, work: Callable[[], _Result]) -> _Result:
        answers: SimpleQueue[tuple[_Result | None, BaseException | None]] = SimpleQueue()

        def run() -> None:
            try:
                answers.put((work(), None))
            except BaseException as error:  # noqa: BLE001  whatever it is, the asker decides
                answers.put((None, error))
            if self._is_left:
                self.close()

        context = copy_context()
        Thread(target=context.run, args=(run,), name="line", daemon=True).start()
        while True:
            if self._stop.is_set():
                self._is_left = True
                raise Cancelled
            try:
                answer, error = answers.get(timeout=_LOOK_S)
            except Empty:
                continue
            if error is not None:
                raise error
            return answer  # type: ignore[return-value]

    def let_go(self) -> None:
        """Close the connection, or leave that to the request somebody walked away from."""
        if not self._is_left:
            self.close()
