"""Files between this copy and headquarters: its changes there, the receipt back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import msgspec
import sqlalchemy as sa

from app.errors import Refused
from app.i18n import _
from app.models.clock import system_ms
from app.models.contents import (
    Content,
    content_of,
)
from app.models.log import CHANGE
from app.models.merge import Run
from app.models.store import Store
from app.sync import outbox, relay
from app.sync.carried import FileMade, note_file
from app.sync.frames import (
    FRAME_BYTES,
    PROTOCOL,
    Holding,
    Identity,
    Request,
    Seal,
    encode,
)
from app.sync.parcel import Closed, Header, Span, new_file_id
from app.sync.parcel_writing import write_parcel
from app.sync.peers import peers_digest
from app.sync.relay import Relayed
from app.sync.state import Enrolment, enrolment_of, progress_of
from app.sync.wanted import unconfirmed

Tell = Callable[[int, int], None]
"""Told ``(done, total)``; raises ``Cancelled`` to stop, and then there is no file."""


def place_of(store: Store) -> Enrolment:
    """Give the enrolment of a store that can make and read files.

    Raises:
        Refused: It is not enrolled, or enrolled before files could be carried.
    """
    place = enrolment_of(store)
    if place is None:
        raise Refused(
            "not_enrolled",
            _("This store is not enrolled. Ask headquarters for a code, then enrol."),
        )
    if not place.identity or not place.hq_recipient or not place.hq_key:
        raise Refused(
            "no_file_keys",
            _("This computer enrolled before files could be carried. Sync it over a network."),
        )
    return place


class Outgoing:
    """The changes of a file, framed as they are taken from the log.

    Args:
        store: Whose log.
        connection: One consistent view of it.
        own: This copy's own changes; none where ``last`` is the lower.
        passed_on: Colleagues', with their seals.
        progress: Told how many changes are in, of how many.
        note: Told the device and body of every change as it goes in.

    Attributes:
        changes: How many went in; ``relayed`` those of them that colleagues made.
    """

    def __init__(
        self,
        store: Store,
        connection: sa.Connection,
        own: list[Span],
        passed_on: list[Relayed],
        progress: Tell | None,
        note: Callable[[bytes, bytes], None] | None = None,
    ) -> None:
        self._store = store
        self._connection = connection
        self._own = own
        self._passed_on = passed_on
        self._progress = progress
        self._note = note
        self.changes = 0
        self.relayed = 0

    @property
    def spans(self) -> list[Span]:
        """What will go in, per identity."""
        passed_on = [Span(one.identity, one.first, one.last) for one in self._passed_on]
        return [*self._own, *passed_on]

    @property
    def total(self) -> int:
        """How many changes will go in."""
        return sum(max(span.last - span.first + 1, 0) for span in self.spans)

    def requests(self, place: Enrolment) -> Iterator[bytes]:
        """Give the frames for headquarters; there is always one, which asks what is new."""
        progress = progress_of(self._store)
        asking = Request(
            PROTOCOL,
            {scope: progress.cursors.get(scope, 0) for scope in place.scopes},
            [],
            [],
            1,
            {scope: progress.holdings.get(scope, Holding()) for scope in place.scopes},
            peers_digest(self._store),
        )
        yield encode(asking)
        for span in self._own:
            for run in self._runs(span, FRAME_BYTES):
                identity = Identity(span.identity, run.first - 1, span.last)
                yield encode(msgspec.structs.replace(asking, identities=[identity], runs=[run]))
        for one in self._passed_on:
            for runs, seals in self._sealed(one):
                identity = Identity(one.identity, runs[0].first - 1, 0)
                yield encode(Request(PROTOCOL, {}, [identity], runs, 1, {}, b"", seals))

    def for_colleagues(self, seal: Callable[[Run], Seal]) -> Iterator[bytes]:
        """Give the frames for another device, every run with its maker's seal.

        Args:
            seal: Seals a run of this copy's own.
        """
        for span in self._own:
            for run in self._runs(span, relay.SEALED_BYTES):
                yield encode(Request(PROTOCOL, {}, [], [run], 1, {}, b"", [seal(run)]))
        for one in self._passed_on:
            yield from self._proven(one)

    def _proven(self, one: Relayed) -> Iterator[bytes]:
        """Give frames of somebody else's changes; a seal proves all that came since the last."""
        after = one.first - 1
        for seal in one.seals:
            for run in self._runs(Span(one.identity, after + 1, seal.seq), FRAME_BYTES):
                self.relayed += len(run.bodies)
                after = run.first + len(run.bodies) - 1
                seals = [seal] if after == seal.seq else []
                yield encode(Request(PROTOCOL, {}, [], [run], 1, {}, b"", seals))

    def _runs(self, span: Span, budget: int) -> Iterator[Run]:
        after = span.first - 1
        while after < span.last:
            run = outbox.run_after(self._connection, span.identity, after, budget, span.last)
            if run is None:
                raise RuntimeError("the log lacks changes that were to go in")
            self._count(run)
            yield run
            after = run.first + len(run.bodies) - 1

    def _sealed(self, one: Relayed) -> Iterator[tuple[list[Run], list[Seal]]]:
        runs: list[Run] = []
        seals: list[Seal] = []
        for run, seal in relay.sealed_runs(self._connection, one):
            self._count(run)
            self.relayed += len(run.bodies)
            runs.append(run)
            seals.append(seal)
            if sum(len(body) for held in runs for body in held.bodies) >= FRAME_BYTES:
                yield runs, seals
                runs, seals = [], []
        if runs:
            yield runs, seals

    def _count(self, run: Run) -> None:
        self.changes += len(run.bodies)
        for body in run.bodies if self._note is not None else ():
            self._note(run.device, body)  # type: ignore[misc]
        if self._progress is not None:
            self._progress(self.changes, self.total)

    def require_all(self) -> None:
        """Make sure that no change was left out; a file that lacks one gets no name."""
        if self.changes != self.total:
            raise RuntimeError(f"{self.total - self.changes} changes are missing in the file")


def own_spans(store: Store, connection: sa.Connection) -> list[Span]:
    """List this copy's own changes that headquarters has not confirmed."""
    known = outbox.identities(store, connection, progress_of(store))
    return [Span(one.device, one.acknowledged + 1, one.head) for one in known if one.head]


def export_for_hq(
    store: Store, path: Path, progress: Tell | None = None, *, with_contents: bool = True
) -> FileMade:
    """Write everything headquarters has not confirmed to a file for it.

    Args:
        store: Enrolled.
        path: Where to; replaced when there is one.
        progress: Told how many changes are in, of how many.
        with_contents: Attachments go in too, after the records.

    Raises:
        Refused: Not enrolled, or ``path`` is among the store's own files.
        Unavailable: The file cannot be written.
    """
    with store.engine.connect() as connection:
        going = Outgoing(
            store, connection, own_spans(store, connection), relay.relayed(connection), progress
        )
        header = header_for(store, "changes", going.spans)
        return write_for_hq(store, path, header, going, with_contents=with_contents)


def header_for(
    store: Store, purpose: str, spans: list[Span], *, week: str = "", number: int = 0
) -> Header:
    """Give the header of a file for headquarters."""
    place = place_of(store)
    with store.engine.connect() as connection:
        known = outbox.identities(store, connection, progress_of(store))
    return Header(
        id=new_file_id(),
        purpose=purpose,
        hq=place.hq,
        is_training=store.is_training,
        sender=place.device,
        readers=[place.hq],
        made_ms=system_ms(),
        protocol=PROTOCOL,
        spans=spans,
        week=week,
        number=number,
        heads={one.device: one.head for one in known if one.head},
    )


def write_for_hq(
    store: Store,
    path: Path,
    header: Header,
    going: Outgoing,
    *,
    with_contents: bool,
    totals: Callable[[], bytes] = bytes,
) -> FileMade:
    """Write a file for headquarters, and remember it.

    Args:
        store: Enrolled.
        path: Where to.
        header: See ``header_for``.
        going: What goes in.
        with_contents: Attachments that headquarters has not confirmed go in too.
        totals: Asked when all changes are in; may raise, and then there is no file.
    """
    place = place_of(store)
    store.require_outside(path)

    def close() -> Closed:
        going.require_all()
        return Closed(going.changes, totals=totals())

    contents = unsent_contents(store) if with_contents else []
    closing = write_parcel(
        path,
        [place.hq_recipient],
        place.private_key,
        header,
        going.requests(place),
        contents,
        close,
    )
    made = FileMade(
        path=path,
        id=UUID(bytes=header.id),
        purpose=header.purpose,
        changes=going.changes,
        relayed=going.relayed,
        contents=closing.contents,
        size=path.stat().st_size,
        week=header.week,
        number=header.number,
    )
    remember_made(store, made, header, closing.totals)
    return made


def remember_made(store: Store, made: FileMade, header: Header, totals: bytes = b"") -> None:
    """Remember a file that was written."""
    with store.control() as connection:
        note_file(
            connection,
            header,
            datetime.now(UTC),
            file=made.path.name,
            changes=made.changes,
            relayed=made.relayed,
            contents=made.contents,
            totals=totals,
        )


def unsent_contents(store: Store) -> Iterator[Content]:
    """Give, one by one, the attachments headquarters has not confirmed."""
    with store.engine.connect() as connection:
        digests = unconfirmed(connection)
    for digest in digests:
        content = content_of(store, digest)
        if content is not None:
            yield content


def not_for_here(path: Path) -> Refused:
    """Say that a file is for somebody else."""
    return Refused(
        "other_reader",
        _("{path} is not for this computer. Nothing was changed.").format(path=path),
    )


def changes_held(connection: sa.Connection, identity: bytes) -> int:
    """Give the last change of an identity before the first one that is not here."""
    held, last = connection.execute(
        sa.select(sa.func.count(), sa.func.max(CHANGE.c.seq)).where(CHANGE.c.device == identity)
    ).one()
    if not held or held == last:
        return last or 0
    following = CHANGE.alias()
    found: int | None = connection.scalar(
        sa.select(sa.func.min(CHANGE.c.seq)).where(
            CHANGE.c.device == identity,
            ~sa.exists().where(following.c.device == identity, following.c.seq == CHANGE.c.seq + 1),
        )
    )
    first = connection.scalar(
        sa.select(CHANGE.c.seq).where(CHANGE.c.device == identity, CHANGE.c.seq == 1)
    )
    return found or 0 if first else 0
