"""The attachments' own lane, after the records: what each side lacks, by digest and in chunks.

A content is sent and fetched in chunks that follow each other, and becomes content only when all
of it is there and fits its name; a cut line costs one chunk. One that fails is told and left for
the next sync; the others go on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import Final, TypeVar

from app.errors import Refused, SanadError, Unavailable
from app.i18n import _
from app.models.contents import (
    CONTENT_CONFIRMED,
    CONTENT_WANTED,
    Content,
    add_part,
    bytes_arrived,
    content_of,
    drop_parts,
    insert_missing,
    joined_parts,
    put_content,
)
from app.models.log import chunks
from app.models.store import Store
from app.sync.client import Carrier, ContentPart, LineCutError
from app.sync.pace import Pace
from app.sync.report import SyncReport
from app.sync.state import enrolment_of
from app.sync.wanted import to_fetch, unconfirmed, want

LARGEST_BYTES: Final = 10_000_000
CHUNK_BYTES: Final = 256 * 1024
_ASKED_AT_ONCE: Final = 500
# An answer that brings nothing new is followed at most so often in a row.
_MOST_STALLED: Final = 2

Tell = Callable[[int, int], None]
_Answer = TypeVar("_Answer")


def exchange_contents(
    store: Store, carrier: Carrier, report: SyncReport, progress: Tell | None = None
) -> None:
    """Send what headquarters lacks and fetch what this copy wants; the report says how it went.

    Nothing that goes wrong here undoes the sync of the records. ``progress`` may raise
    ``Cancelled``.
    """
    lane = _Lane(store, carrier, report, progress)
    try:
        lane.plan()
        lane.send()
        lane.fetch()
    except SanadError as error:
        report.contents_trouble = error.message
    report.contents_to_send = len(lane.to_send)
    report.contents_to_fetch = len(lane.to_fetch)


def fetch_content(
    store: Store, digest: str, progress: Tell | None = None, carrier: Carrier | None = None
) -> Content:
    """Fetch one content that somebody wants to see.

    Whatever comes between, the next sync brings it.

    Args:
        store: Enrolled.
        digest: SHA-256 in hexadecimal, as a record names it.
        progress: Told bytes done and in all; may raise ``Cancelled``.
        carrier: Kept open by the caller; by default one is opened and closed.

    Raises:
        Refused: Headquarters has not got it yet, or it does not fit its name.
        Unavailable: The line or the other side fails.
    """
    held = content_of(store, digest)
    if held is not None:
        return held
    place = enrolment_of(store)
    if place is None:
        raise Refused(
            "not_enrolled",
            _("This store is not enrolled. Ask headquarters for a code, then enrol."),
        )
    want(store, digest)
    pace = Pace(CHUNK_BYTES)
    try:
        if carrier is None:
            with Carrier(place.url, place) as own:
                return _fetch(store, own, pace, digest, progress)
        return _fetch(store, carrier, pace, digest, progress)
    except LineCutError as error:
        raise Unavailable(
            _("Headquarters cannot be reached; it will come with the next sync."), error.remedy
        ) from error


class _Lane:
    """One pass over what is to go either way."""

    def __init__(
        self, store: Store, carrier: Carrier, report: SyncReport, progress: Tell | None
    ) -> None:
        self._store = store
        self._carrier = carrier
        self._report = report
        self._progress = progress
        self.to_send: dict[str, int] = {}
        self.to_fetch: list[str] = []
        self._pace = Pace(CHUNK_BYTES)
        self._done = 0
        self._total = 0

    def plan(self) -> None:
        """Ask headquarters about all of it at once."""
        with self._store.engine.connect() as connection:
            offered = unconfirmed(connection)
        wanted = to_fetch(self._store)
        self.to_send = dict.fromkeys(offered, 0)
        self.to_fetch = list(wanted)
        for some in chunks([*offered, *wanted], _ASKED_AT_ONCE):
            said = self._carrier.missing_contents(some)
            missing = {*said.missing, *said.unknown}
            _confirm(self._store, [d for d in some if d in self.to_send and d not in missing])
            for digest in some:
                if digest in self.to_send and digest in said.missing:
                    self.to_send[digest] = said.arrived.get(digest, 0)
                else:  # there already, or its record is not: it cannot be taken yet
                    self.to_send.pop(digest, None)
                if digest in missing and digest in wanted:
                    self.to_fetch.remove(digest)
        self._total = len(self.to_send) + len(self.to_fetch)

    def send(self) -> None:
        """Send what headquarters lacks, the smallest first."""
        for digest, arrived in list(self.to_send.items()):
            with _Apart(self._report, digest):
                _send(self._store, self._carrier, self._pace, digest, arrived, self._tell)
                del self.to_send[digest]
                self._report.contents_sent += 1
            self._done += 1
        self._tell(0, 0)

    def fetch(self) -> None:
        """Fetch what this copy wants, the smallest first."""
        for digest in list(self.to_fetch):
            with _Apart(self._report, digest):
                _fetch(self._store, self._carrier, self._pace, digest, self._tell)
                self.to_fetch.remove(digest)
                self._report.contents_received += 1
            self._done += 1
        self._tell(0, 0)

    def _tell(self, _bytes: int, _of: int) -> None:
        if self._progress is not None and self._total:
            self._progress(self._done, self._total)


class _Apart:
    """Keeps the failure of one content from the others: it is told, and tried again next time."""

    def __init__(self, report: SyncReport, digest: str) -> None:
        self._report = report
        self._digest = digest

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> bool:
        if isinstance(error, Refused):
            self._report.contents_failed.append((self._digest, error.message))
            return True
        return False


def _send(
    store: Store, carrier: Carrier, pace: Pace, digest: str, arrived: int, tell: Tell
) -> None:
    content = content_of(store, digest)
    if content is None or content.digest != digest:
        raise Refused("digest", _("This attachment is damaged on this computer."))
    total = len(content.data)
    stalled = 0
    has_asked = False
    while arrived < total or not has_asked:
        start = min(arrived, total)

        def once(size: int, start: int = start) -> int:
            chunk = content.data[start : start + size]
            return carrier.put_content(digest, start, total, chunk, content.media_type)

        reached = _persist(carrier, pace, once)
        has_asked = True
        stalled = stalled + 1 if reached <= arrived else 0
        if stalled > _MOST_STALLED:
            raise _nothing_new()
        arrived = reached
        tell(arrived, total)
    _confirm(store, [digest])


def _fetch(store: Store, carrier: Carrier, pace: Pace, digest: str, tell: Tell | None) -> Content:
    with store.engine.connect() as connection:
        arrived = bytes_arrived(connection, [digest]).get(digest, 0)
    stalled = 0
    while True:

        def once(size: int, start: int = arrived) -> ContentPart | None:
            return carrier.get_content(digest, start, size)

        part = _persist(carrier, pace, once)
        if part is None:
            raise Refused(
                "unknown_content",
                _("Headquarters has not got this attachment yet; it comes with a later sync."),
            )
        with store.control() as connection:
            reached = add_part(connection, digest, part.start, part.data, datetime.now(UTC))
        stalled = stalled + 1 if reached <= arrived else 0
        if reached >= part.total:
            return _complete(store, digest, part.media_type)
        if stalled > _MOST_STALLED:
            raise _nothing_new()
        arrived = reached
        if tell is not None:
            tell(arrived, part.total)


def _complete(store: Store, digest: str, media_type: str) -> Content:
    """Turn the parts into content; what does not fit its name is not kept."""
    with store.control() as connection:
        content = Content(joined_parts(connection, digest), media_type)
        drop_parts(connection, [digest])
        if content.digest == digest:
            put_content(connection, content)
            insert_missing(connection, CONTENT_CONFIRMED, [{"hash": digest}])
            connection.execute(CONTENT_WANTED.delete().where(CONTENT_WANTED.c.hash == digest))
            return content
    raise Refused("digest", _("This attachment arrived damaged; it is fetched again."))


def _persist(carrier: Carrier, pace: Pace, once: Callable[[int], _Answer]) -> _Answer:
    """Ask with a chunk of the size the line bears; a smaller one each time it is cut."""
    for wait_s in (*carrier.waits_s, None):
        begin = monotonic()
        try:
            answer = once(pace.frame_bytes)
        except LineCutError:
            if wait_s is None:
                raise
            pace.was_cut()
            sleep(wait_s)
        else:
            pace.went(monotonic() - begin)
            return answer
    raise AssertionError("the last attempt returns or raises")


def _nothing_new() -> Unavailable:
    return Unavailable(
        _("Headquarters answered nothing new; the sync was stopped."),
        _("Try again later; your work is kept."),
    )


def _confirm(store: Store, digests: list[str]) -> None:
    if digests:
        with store.control() as connection:
            insert_missing(connection, CONTENT_CONFIRMED, [{"hash": d} for d in digests])
