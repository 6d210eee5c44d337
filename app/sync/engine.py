"""One sync: send what headquarters lacks, take in what is new, check that both hold the same.

Each round is one frame there, one back, and one transaction here; a cut line costs one frame.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from time import monotonic, sleep
from typing import Protocol

from app.errors import Refused, Unavailable
from app.i18n import _
from app.models.merge import Run
from app.models.store import Store
from app.sync import outbox, relay
from app.sync.client import Carrier, LineCutError
from app.sync.contents import exchange_contents
from app.sync.frames import FRAME_BYTES, PROTOCOL, Answer, Identity, Request
from app.sync.mending import Checking, mend
from app.sync.pace import Pace
from app.sync.peers import peers_digest
from app.sync.report import SyncReport
from app.sync.round import Round
from app.sync.state import Enrolment, Progress, enrolment_of, progress_of

Tell = Callable[[int, int], None]
"""Told ``(done, total)``; raises ``Cancelled`` to stop between frames."""


class Line(Protocol):
    """What carries frames to headquarters and back.

    Attributes:
        waits_s: Pauses before a frame that was lost is sent again, in seconds.
    """

    waits_s: tuple[float, ...]

    def exchange(self, request: Request) -> Answer:
        """Send one frame, once; raises ``LineCutError`` when its answer does not come."""
        ...


def sync(
    store: Store,
    carrier: Carrier | None = None,
    progress: Tell | None = None,
    *,
    frame_bytes: int = FRAME_BYTES,
    with_contents: bool = True,
) -> SyncReport:
    """Bring the store and headquarters in step.

    Args:
        store: Enrolled.
        carrier: Kept open by the caller; by default one is opened and closed.
        progress: Told how far it is after each frame; may raise ``Cancelled``.
        frame_bytes: Bytes of changes in a frame, before compression.
        with_contents: Attachments go too; not over a line that is paid by the megabyte.

    Raises:
        Refused: Not enrolled, or headquarters says no (revoked).
        Unavailable: The line or the other side fails; what was exchanged is kept.
    """
    place = enrolment_of(store)
    if place is None:
        raise Refused(
            "not_enrolled",
            _("This store is not enrolled. Ask headquarters for a code, then enrol."),
        )
    if carrier is None:
        offset_ms = progress_of(store).clock_offset_ms
        with Carrier(place.url, place, clock_offset_ms=offset_ms) as own:
            return sync(store, own, progress, frame_bytes=frame_bytes, with_contents=with_contents)
    report = exchange_and_mend(store, carrier, progress, frame_bytes=frame_bytes)
    if with_contents:
        exchange_contents(store, carrier, report, progress)
    return report


class CheckedLine(Line, Checking, Protocol):
    """A line that also asks what headquarters truly holds."""


def exchange_and_mend(
    store: Store,
    line: CheckedLine,
    progress: Tell | None = None,
    *,
    frame_bytes: int = FRAME_BYTES,
) -> SyncReport:
    """Exchange records; where the two then do not hold the same, find out what and mend it."""
    report = exchange_records(store, line, progress, frame_bytes=frame_bytes)
    for scope in [one for one, same in report.verified.items() if same is False]:
        mended = mend(store, line, scope.bytes)
        report.mended += mended.fetched + mended.sent
        report.verified[scope] = mended.is_same
        if mended.sent:
            again = exchange_records(store, line, progress, frame_bytes=frame_bytes)
            report.verified[scope] = again.verified.get(scope, mended.is_same)
    return report


def exchange_records(
    store: Store, line: Line, progress: Tell | None = None, *, frame_bytes: int = FRAME_BYTES
) -> SyncReport:
    """Exchange frames until neither side has more to say; attachments are left for later."""
    place = enrolment_of(store)
    assert place is not None
    report = SyncReport()
    report.passed_on, report.not_passed_on = relay.pass_on(store, line, frame_bytes)
    counted = _Counted()
    ahead = _Ahead(store, place, line, Pace(frame_bytes))
    with closing(ahead):
        while True:
            request, answer = ahead.next()
            round_ = Round(store, request, answer, report)
            ahead.ask(round_.following())
            round_.apply()
            counted.add(round_, report.sent)
            if progress is not None:
                progress(counted.done, counted.total)
            if not round_.left:
                return report
            if not round_.moved:
                raise Unavailable(
                    _("Headquarters answered nothing new; the sync was stopped."),
                    _("Try again later; your work is kept."),
                )


class _Counted:
    """Counts each change once, though what was sent is named again where the feed is read.

    Attributes:
        done: Changes that went either way; ``total`` with those still to go.
    """

    def __init__(self) -> None:
        self.done = self.total = 0
        self._sent = 0
        self._to_be_named = 0

    def add(self, round_: Round, sent: int) -> None:
        """Count a round, after which so many changes were sent in all."""
        self._to_be_named += sent - self._sent
        self._sent = sent
        named = min(self._to_be_named, round_.named)
        self._to_be_named -= named
        self.done += round_.moved - named
        self.total = self.done + round_.left - min(self._to_be_named, round_.to_come)


class _Ahead:
    """Asks for the next frame while the last one is taken in here, or there.

    What is asked ahead is what the store will say once the last answer is in; nothing is kept of
    an answer until then.
    """

    def __init__(self, store: Store, place: Enrolment, line: Line, pace: Pace) -> None:
        self._store = store
        self._place = place
        self._line = line
        self._pace = pace
        self._asker = ThreadPoolExecutor(1, "sanad-line")
        self._asked: Future[tuple[Request, Answer]] | None = None
        self._ready: list[Run] = []

    def ask(self, progress: Progress | None) -> None:
        """Ask for what follows ``progress``; nothing yet when it is None."""
        if progress is None:
            return
        request = self._request(progress, self._ready)
        # The language the person reads is the thread's own.
        self._asked = self._asker.submit(copy_context().run, self._send, request, progress)
        # Read while headquarters is at work: what goes next if all of this is taken.
        self._ready = self._runs_after(request)

    def next(self) -> tuple[Request, Answer]:
        """Give the answer asked for, and what it answers; asks when nobody has."""
        if self._asked is None:
            self.ask(progress_of(self._store))
        asked, self._asked = self._asked, None
        assert asked is not None
        request, answer = asked.result()
        return request, answer

    def close(self) -> None:
        """Ask no more; what is still on its way is passed over."""
        self._asker.shutdown(wait=False, cancel_futures=True)

    def _request(self, progress: Progress, ready: Sequence[Run] = ()) -> Request:
        size = self._pace.frame_bytes
        return next_request(self._store, self._place, size, progress, ready)

    def _runs_after(self, request: Request) -> list[Run]:
        sent = {run.device: run.first + len(run.bodies) - 1 for run in request.runs}
        left = [
            Identity(known.device, sent.get(known.device, known.acknowledged), known.head)
            for known in request.identities
        ]
        if not any(known.head > known.acknowledged for known in left):
            return []
        with self._store.engine.connect() as connection:
            return outbox.runs(connection, left, self._pace.frame_bytes)

    def _send(self, request: Request, progress: Progress) -> tuple[Request, Answer]:
        """Send a frame; a smaller one each time the line is cut."""
        for wait_s in (*self._line.waits_s, None):
            begin = monotonic()
            try:
                answer = self._line.exchange(request)
            except LineCutError:
                if wait_s is None:
                    raise
                self._pace.was_cut()
                sleep(wait_s)
                request = self._request(progress)
            else:
                self._pace.went(monotonic() - begin)
                return request, answer
        raise AssertionError("the last attempt returns or raises")


def next_request(
    store: Store,
    place: Enrolment,
    frame_bytes: int,
    progress: Progress | None = None,
    ready: Sequence[Run] = (),
) -> Request:
    """Give the next frame to send: what headquarters has not acknowledged, and the cursors.

    Args:
        store: Enrolled with ``place``.
        place: Names the scopes.
        frame_bytes: Bytes of changes in it, and wanted back, at most.
        progress: How far both have come; by default what the store has noted.
        ready: Runs read already; they go if they are what follows.
    """
    progress = progress or progress_of(store)
    with store.engine.connect() as connection:
        known = outbox.identities(store, connection, progress)
        fits = bool(ready) and all(
            run.first == progress.acknowledged.get(run.device, 0) + 1 for run in ready
        )
        return Request(
            protocol=PROTOCOL,
            cursors={scope: progress.cursors.get(scope, 0) for scope in place.scopes},
            identities=[identity for identity in known if identity.head],
            runs=list(ready) if fits else outbox.runs(connection, known, frame_bytes),
            want_bytes=frame_bytes,
            holdings=progress.holdings,
            peers=peers_digest(store),
        )
