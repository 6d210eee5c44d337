"""What headquarters set aside, judged once more: by a later program, or as somebody asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa

from app.hq.base import Headquarters
from app.hq.devices import device_named
from app.hq.exchange import take_in
from app.hq.relayed import Sorted
from app.hq.tables import IDENTITY
from app.models.log import QUARANTINE, chunks
from app.models.quarantine import note_tried, unreadable_before

_IN_LIMIT = 500


def try_again(hq: Headquarters, rows: Iterable[int] | None = None) -> int:
    """Judge what was set aside once more; what fits goes to the log and to its feeds.

    Args:
        hq: Here.
        rows: Of the quarantine; None for all.

    Returns:
        How many changes left the quarantine.
    """
    by_device: dict[bytes, list[int]] = defaultdict(list)
    query = sa.select(QUARANTINE.c.id, IDENTITY.c.device).join(
        IDENTITY, IDENTITY.c.id == QUARANTINE.c.device
    )
    with hq.store.engine.connect() as connection:
        if rows is None:
            found = connection.execute(query.order_by(QUARANTINE.c.id)).all()
        else:
            found = [
                row
                for some in chunks(rows, _IN_LIMIT)
                for row in connection.execute(query.where(QUARANTINE.c.id.in_(some)))
            ]
        before = _count(connection)
    for row, device in found:
        by_device[device].append(row)
    for device, of_one in by_device.items():
        pushed_by = device_named(hq, UUID(bytes=device))
        if pushed_by is not None:
            take_in(hq, pushed_by, Sorted(), of_one)
    with hq.store.engine.connect() as connection:
        return before - _count(connection)


def try_again_after_upgrade(hq: Headquarters) -> int:
    """Judge what an earlier program could not read, once for each set of declared records."""
    rows = unreadable_before(hq.store)
    done = try_again(hq, rows) if rows else 0
    note_tried(hq.store)
    return done


def _count(connection: sa.Connection) -> int:
    return connection.scalar(sa.select(sa.func.count()).select_from(QUARANTINE)) or 0
