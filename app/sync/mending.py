"""Where this copy and headquarters differ is found and mended, from what both truly hold.

Nothing is wiped, and neither side's sum is taken for the other's: what is missing here is fetched,
what headquarters lost is given back, and what still differs is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol
from uuid import UUID

import sqlalchemy as sa

from app.errors import Refused
from app.i18n import _
from app.models.log import CHANGE, QUARANTINE, chunks, head_of
from app.models.merge import Run
from app.models.store import Store
from app.sync.client import Carrier
from app.sync.frames import FRAME_BYTES, Holding
from app.sync.outbox import chain_of
from app.sync.state import enrolment_of, keep_progress, progress_in, progress_of
from app.sync.verifying import (
    BUCKET,
    PREFIX_BYTES,
    Check,
    Checked,
    Listing,
    check_of,
    summed,
)

_BUCKETS_AT_ONCE: Final = 64
_ROUNDS: Final = 4
_FETCHED: Final = 2000


class Checking(Protocol):
    """What asks headquarters, over whatever line."""

    def verify(self, asked: Check) -> Checked:
        """Ask what headquarters holds of a scope."""
        ...


@dataclass(slots=True)
class Mended:
    """What mending a scope came to.

    Attributes:
        found: How many changes only one side had, or both had otherwise.
        fetched: Those headquarters had and this copy did not.
        differing: ``(device, seq)`` of those that are not the same on both sides.
        sent: Those given back to headquarters, or about to be sent again.
        is_same: Both sides hold the same.
    """

    found: int = 0
    fetched: int = 0
    differing: list[tuple[UUID, int]] = field(default_factory=list)
    sent: int = 0
    is_same: bool = False


def mend(store: Store, carrier: Checking, scope: bytes) -> Mended:
    """Compare what this copy and headquarters truly hold of a scope, and mend it.

    Args:
        store: Enrolled, and in step as far as a sync can tell.
        carrier: Asks headquarters.
        scope: One of the store's.

    Raises:
        Refused: The scope is not the store's.
        Unavailable: The line or the other side fails; what was mended is kept.
    """
    mended = Mended()
    for number in range(_ROUNDS):
        compared = _compare(store, carrier, scope)
        if not number:
            mended.found = compared.found
        mended.differing = [(UUID(bytes=d), seq) for d, seq in sorted(compared.differing)]
        fetched = _fetch(store, carrier, scope, compared.missing)
        given = _give_back(store, carrier, scope, compared)
        mended.fetched += fetched
        mended.sent += given
        if not fetched and not given:
            break
    mended.sent += _send_again(store, compared)
    mended.is_same = _settle(store, scope, compared)
    return mended


def check(store: Store, carrier: Carrier | None = None) -> list[Mended]:
    """Compare every record with headquarters, in each of the store's scopes, and mend.

    Args:
        store: Enrolled and just synced.
        carrier: Kept open by the caller; by default one is opened and closed.

    Raises:
        Refused: Not enrolled, or headquarters says no.
        Unavailable: The line or the other side fails; what was mended is kept.
    """
    place = enrolment_of(store)
    if place is None:
        raise Refused(
            "not_enrolled",
            _("This store is not enrolled. Ask headquarters for a code, then enrol."),
        )
    if carrier is None:
        with Carrier(place.url, place, clock_offset_ms=progress_of(store).clock_offset_ms) as own:
            return check(store, own)
    return [mend(store, carrier, scope) for scope in place.scopes]


@dataclass(slots=True)
class _Compared:
    """How the two sides stand.

    Attributes:
        position: Of the feed, up to which they were compared.
        same: What both hold alike.
        missing: Changes that are not here, by identity; ``extra`` those only here.
        differing: Changes with two histories.
        heads: Per identity, the last change headquarters knows.
    """

    position: int
    same: Holding = field(default_factory=Holding)
    missing: dict[bytes, list[int]] = field(default_factory=dict)
    extra: dict[bytes, list[int]] = field(default_factory=dict)
    differing: set[tuple[bytes, int]] = field(default_factory=set)
    heads: dict[bytes, int] = field(default_factory=dict)

    @property
    def found(self) -> int:
        """How many changes are not the same on both sides."""
        lists = [*self.missing.values(), *self.extra.values()]
        return sum(map(len, lists)) + len(self.differing)


def _compare(store: Store, carrier: Checking, scope: bytes) -> _Compared:
    answer = carrier.verify(check_of(scope))
    theirs = {(one.device, one.bucket): one.holding for one in answer.sums}
    with store.engine.connect() as connection:
        mine = summed(_held(connection))
    compared = _Compared(answer.position)
    other: list[tuple[bytes, int]] = []
    for key in sorted({*theirs, *mine}):
        if theirs.get(key) == mine.get(key):
            compared.same = _sum(compared.same, mine[key])
        else:
            other.append(key)
    for some in chunks(other, _BUCKETS_AT_ONCE):
        listed = carrier.verify(check_of(scope, upto=answer.position, buckets=some))
        for listing in listed.listings:
            _compare_bucket(store, listing, compared)
    return compared


def _compare_bucket(store: Store, listing: Listing, compared: _Compared) -> None:
    device = listing.device
    first = listing.bucket * BUCKET
    with store.engine.connect() as connection:
        mine = {
            seq: chain[:PREFIX_BYTES]
            for _device, seq, chain in _held(connection, device, first, first + BUCKET - 1)
        }
    theirs = listing.entries
    compared.heads[device] = listing.head
    both = [seq for seq in theirs if theirs[seq] == mine.get(seq)]
    compared.same = compared.same.plus([mine[seq] for seq in both])
    compared.differing |= {(device, seq) for seq in theirs.keys() & mine.keys() - set(both)}
    missing = sorted(theirs.keys() - mine.keys())
    extra = sorted(mine.keys() - theirs.keys() - set(listing.refused) - _unsent(store, device))
    if missing:
        compared.missing.setdefault(device, []).extend(missing)
    if extra:
        compared.extra.setdefault(device, []).extend(extra)


def _unsent(store: Store, device: bytes) -> set[int]:
    """Give own changes that headquarters was not sent yet, or refused."""
    if UUID(bytes=device) not in store.identities:
        return set()
    progress = progress_of(store)
    with store.engine.connect() as connection:
        head = head_of(connection, device)[0]
    waiting = set(range(progress.acknowledged.get(device, 0) + 1, head + 1))
    return waiting | {seq for made_by, seq, _reason in progress.refused if made_by == device}


def _held(
    connection: sa.Connection, device: bytes | None = None, first: int = 0, last: int = 0
) -> Iterator[tuple[bytes, int, bytes]]:
    """Give ``(device, seq, chain)`` of what is here, set aside or not."""
    for table in (CHANGE, QUARANTINE):
        query = sa.select(table.c.device, table.c.seq, table.c.chain)
        if device is not None:
            query = query.where(table.c.device == device, table.c.seq.between(first, last))
        with connection.execute(query, execution_options={"yield_per": _FETCHED}) as rows:
            for row in rows:
                yield row.device, row.seq, row.chain


def _sum(one: Holding, other: Holding) -> Holding:
    return Holding(one.count + other.count - 1, one.sum).plus([other.sum])


def _fetch(store: Store, carrier: Checking, scope: bytes, missing: dict[bytes, list[int]]) -> int:
    """Fetch what is not here, and take it in."""
    wanted = [(device, *span) for device, seqs in missing.items() for span in _spans(seqs)]
    done = 0
    while wanted:
        answer = carrier.verify(check_of(scope, wanted=wanted))
        if not answer.runs:
            break
        _renew_if_set_back(store, answer.runs)
        done += len(store.merge(answer.runs).stored)
        reached = {
            (run.device, seq)
            for run in answer.runs
            for seq in range(run.first, run.first + len(run.bodies))
        }
        left: dict[bytes, list[int]] = {}
        for device, first, last in wanted:
            for seq in range(first, last + 1):
                if (device, seq) not in reached:
                    left.setdefault(device, []).append(seq)
        wanted = [(device, *span) for device, seqs in left.items() for span in _spans(seqs)]
    return done


def _renew_if_set_back(store: Store, runs: list[Run]) -> None:
    """Take a new identity where headquarters knows more of this one than this copy does."""
    with store.engine.connect() as connection:
        head = head_of(connection, store.device.bytes)[0]
    if any(
        run.device == store.device.bytes and run.first + len(run.bodies) - 1 > head for run in runs
    ):
        store.renew_identity()


def _give_back(store: Store, carrier: Checking, scope: bytes, compared: _Compared) -> int:
    """Give headquarters what it had once; its own chain of digests proves it."""
    given = 0
    for device, seqs in compared.extra.items():
        lost = [seq for seq in seqs if seq <= compared.heads[device]]
        for first, last in _spans(lost):
            for run in _runs(store, device, first, last):
                carrier.verify(check_of(scope, gives=[run]))
                given += len(run.bodies)
    if not given:
        return 0
    after = _compare(store, carrier, scope)
    return sum(map(len, compared.extra.values())) - sum(map(len, after.extra.values()))


def _runs(store: Store, device: bytes, first: int, last: int) -> Iterator[Run]:
    with store.engine.connect() as connection:
        run: Run | None = None
        query = (
            sa.select(CHANGE.c.seq, CHANGE.c.body)
            .where(CHANGE.c.device == device, CHANGE.c.seq.between(first, last))
            .order_by(CHANGE.c.seq)
        )
        for seq, body in connection.execute(query).all():
            if run is not None and sum(map(len, run.bodies)) > FRAME_BYTES:
                yield run
                run = None
            if run is None:
                previous = chain_of(connection, device, seq - 1)
                if previous is None:
                    return
                run = Run(device, seq, previous, [])
            run.bodies.append(body)
        if run is not None:
            yield run


def _spans(seqs: Iterable[int]) -> list[tuple[int, int]]:
    """Give numbers as first and last of those that follow each other."""
    spans: list[tuple[int, int]] = []
    for seq in sorted(seqs):
        if spans and spans[-1][1] + 1 == seq:
            spans[-1] = spans[-1][0], seq
        else:
            spans.append((seq, seq))
    return spans


def _send_again(store: Store, compared: _Compared) -> int:
    """Take back acknowledgements of own changes that headquarters no longer knows."""
    own = {device.bytes for device in store.identities}
    sent = 0
    with store.control() as connection:
        progress = progress_in(connection)
        for device, seqs in compared.extra.items():
            head = compared.heads[device]
            if device in own and progress.acknowledged.get(device, 0) > head:
                progress.acknowledged[device] = head
                sent += sum(seq > head for seq in seqs)
        if sent:
            keep_progress(store, connection, progress)
    return sent


def _settle(store: Store, scope: bytes, compared: _Compared) -> bool:
    """Note what both truly hold; tells whether that is all there is."""
    is_same = compared.same.count == compared.position
    with store.control() as connection:
        progress = progress_in(connection)
        progress.cursors[scope] = compared.position
        progress.holdings[scope] = compared.same
        others = [one for one in progress.mismatched if one != scope]
        progress.mismatched = others if is_same else [*others, scope]
        keep_progress(store, connection, progress)
    return is_same
