"""How this copy stands with headquarters, from what it knows without asking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa

from app.models.log import QUARANTINE
from app.models.store import Store
from app.sync import outbox
from app.sync.state import enrolment_of, progress_of


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """How this copy stands with headquarters.

    Attributes:
        is_enrolled: It has a place there.
        url: Where headquarters answers; None before.
        office: Code of the office it is enrolled for; None before.
        waiting: Own changes headquarters has not acknowledged.
        confirmed_at: When the last sync came to its end, in UTC; None before the first.
        sent: Changes sent in that sync; ``received`` those taken in.
        refused: Own changes headquarters put in quarantine: ``(device, seq, reason)``.
        quarantined: Received changes this copy put in quarantine.
        is_in_step: Both held the same when last compared; None before the first time.
        clock_offset_s: Headquarters' clock minus this machine's at the last sync, in seconds.
    """

    is_enrolled: bool
    url: str | None
    office: str | None
    waiting: int
    confirmed_at: datetime | None
    sent: int
    received: int
    refused: list[tuple[UUID, int, str]]
    quarantined: int
    is_in_step: bool | None
    clock_offset_s: float


def sync_status(store: Store) -> SyncStatus:
    """Give the status; asks nobody."""
    place = enrolment_of(store)
    progress = progress_of(store)
    with store.engine.connect() as connection:
        known = outbox.identities(store, connection, progress)
        quarantined = connection.scalar(sa.select(sa.func.count()).select_from(QUARANTINE)) or 0
    at = progress.confirmed_ms
    return SyncStatus(
        is_enrolled=place is not None,
        url=None if place is None else place.url,
        office=None if place is None else place.office_code,
        waiting=outbox.waiting(known),
        confirmed_at=None if at is None else datetime.fromtimestamp(at / 1000, UTC),
        sent=progress.sent,
        received=progress.received,
        refused=[(UUID(bytes=d), seq, reason) for d, seq, reason in progress.refused],
        quarantined=quarantined,
        is_in_step=None if at is None else not progress.mismatched,
        clock_offset_s=progress.clock_offset_ms / 1000,
    )
