"""What the Sync screen tells beyond the status: of whom what waits is, since when, who else writes.

Reads the log: to be done beside the window.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from app.models.change import Change, decode
from app.models.clock import stamp_time
from app.models.log import CHANGE, HEAD
from app.models.persons import Person
from app.models.store import Store
from app.sync import outbox
from app.sync.frames import Identity, Peer
from app.sync.peers import peers_of
from app.sync.state import enrolment_of, progress_of
from app.sync.visits import Visit, visits_of
from app.sync.wanted import to_fetch, unconfirmed

_NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Computer:
    """Another computer of this copy's offices.

    Attributes:
        name: What it is called.
        shares_office: It reads this copy's own office; else what the two share was opened to both.
        wrote_at: When it made the latest change that is here, by its own clock; None before any.
    """

    name: str
    shares_office: bool
    wrote_at: datetime | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the Sync screen tells beyond the status.

    Attributes:
        people_waiting: Files of people that changes waiting here belong to.
        oldest_waiting: When the oldest of those changes was made; None when none waits.
        computers: Those that share scopes with this copy, the one heard of last first.
        visits: The last meetings, latest first.
        contents_to_send: Attachments headquarters has not confirmed; ``contents_to_fetch`` those
            the next sync brings.
        is_restored: This copy took a new identity and has not met headquarters since.
    """

    people_waiting: int
    oldest_waiting: datetime | None
    computers: list[Computer]
    visits: list[Visit]
    contents_to_send: int
    contents_to_fetch: int
    is_restored: bool


def outlook(store: Store) -> Outlook:
    """Read the outlook; asks nobody."""
    progress, peers, visits = progress_of(store), peers_of(store), visits_of(store)
    place = enrolment_of(store)
    office = place.office if place is not None else b""
    with store.engine.connect() as connection:
        known = outbox.identities(store, connection, progress)
        ahead = [i for i in known if i.head > i.acknowledged]
        people = _people_of(connection, ahead)
        oldest = [_made_at(connection, i.device, i.acknowledged + 1) for i in ahead]
        to_send = len(unconfirmed(connection))
        computers = [_computer(connection, peer, office) for peer in peers]
    computers.sort(key=lambda c: (c.wrote_at is None, -(c.wrote_at or _NEVER).timestamp(), c.name))
    device = store.device.bytes
    return Outlook(
        people_waiting=people,
        oldest_waiting=min((at for at in oldest if at is not None), default=None),
        computers=computers,
        visits=visits,
        contents_to_send=to_send,
        contents_to_fetch=len(to_fetch(store)),
        is_restored=len(store.identities) > 1 and device not in progress.acknowledged,
    )


def _people_of(connection: sa.Connection, ahead: list[Identity]) -> int:
    if not ahead:
        return 0
    unsent = sa.or_(
        *[sa.and_(CHANGE.c.device == i.device, CHANGE.c.seq > i.acknowledged) for i in ahead]
    )
    table: sa.Table = Person.__table__  # type: ignore[assignment]
    query = sa.select(sa.func.count(sa.distinct(CHANGE.c.root))).where(
        unsent, CHANGE.c.root.in_(sa.select(sa.type_coerce(table.c.id, CHANGE.c.root.type)))
    )
    return connection.scalar(query) or 0


def _computer(connection: sa.Connection, peer: Peer, office: bytes) -> Computer:
    seq = connection.scalar(sa.select(HEAD.c.seq).where(HEAD.c.device == peer.device))
    wrote_at = None if seq is None else _made_at(connection, peer.device, seq)
    return Computer(peer.name or str(UUID(bytes=peer.device)), office in peer.scopes, wrote_at)


def _made_at(connection: sa.Connection, device: bytes, seq: int) -> datetime | None:
    query = sa.select(CHANGE.c.body).where(CHANGE.c.device == device, CHANGE.c.seq == seq)
    body: bytes | None = connection.scalar(query)
    if body is None:
        return None
    change: Change = decode(body)
    return stamp_time(change.clock)
