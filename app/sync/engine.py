"""One sync: send what headquarters lacks, take in what is new, check that both hold the same.

Each round is one frame there, one back, and one transaction here; a cut line costs one frame.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep
from typing import Protocol

from app.errors import Refused, Unavailable
from app.i18n import _
from app.models.store import Store
from app.sync import outbox
from app.sync.client import Carrier, LineCutError
from app.sync.contents import exchange_contents
from app.sync.frames import FRAME_BYTES, PROTOCOL, Answer, Holding, Request
from app.sync.pace import Pace
from app.sync.peers import peers_digest
from app.sync.report import SyncReport
from app.sync.round import Round
from app.sync.state import Enrolment, enrolment_of, progress_of

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
) -> SyncReport:
    """Bring the store and headquarters in step.

    Args:
        store: Enrolled.
        carrier: Kept open by the caller; by default one is opened and closed.
        progress: Told how far it is after each frame; may raise ``Cancelled``.
        frame_bytes: Bytes of changes in a frame, before compression.

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
        with Carrier(place.url, place) as own:
            return sync(store, own, progress, frame_bytes=frame_bytes)
    report = exchange_records(store, carrier, progress, frame_bytes=frame_bytes)
    report.contents_sent, report.contents_received = exchange_contents(store, carrier, progress)
    return report


def exchange_records(
    store: Store, line: Line, progress: Tell | None = None, *, frame_bytes: int = FRAME_BYTES
) -> SyncReport:
    """Exchange frames until neither side has more to say; attachments are left for later."""
    place = enrolment_of(store)
    assert place is not None
    report = SyncReport()
    done = 0
    pace = Pace(frame_bytes)
    while True:
        round_ = _exchange(store, place, line, pace, report)
        round_.apply()
        done += round_.moved
        if progress is not None:
            progress(done, done + round_.left)
        if not round_.left:
            break
        if not round_.moved:
            raise Unavailable(
                _("Headquarters answered nothing new; the sync was stopped."),
                _("Try again later; your work is kept."),
            )
    return report


def _exchange(store: Store, place: Enrolment, line: Line, pace: Pace, report: SyncReport) -> Round:
    """Send the next frame; a smaller one each time the line is cut."""
    for wait_s in (*line.waits_s, None):
        request = next_request(store, place, pace.frame_bytes)
        begin = monotonic()
        try:
            answer = line.exchange(request)
        except LineCutError:
            if wait_s is None:
                raise
            pace.was_cut()
            sleep(wait_s)
        else:
            pace.went(monotonic() - begin)
            return Round(store, request, answer, report)
    raise AssertionError("the last attempt returns or raises")


def next_request(store: Store, place: Enrolment, frame_bytes: int) -> Request:
    """Give the next frame to send: what headquarters has not acknowledged, and the cursors."""
    progress = progress_of(store)
    with store.engine.connect() as connection:
        known = outbox.identities(store, connection, progress)
        return Request(
            protocol=PROTOCOL,
            cursors={scope: progress.cursors.get(scope, 0) for scope in place.scopes},
            identities=[identity for identity in known if identity.head],
            runs=outbox.runs(connection, known, frame_bytes),
            want_bytes=frame_bytes,
            holdings={s: progress.holdings.get(s, Holding()) for s in place.scopes},
            peers=peers_digest(store),
        )
