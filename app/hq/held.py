"""Rows of headquarters' quarantine: which a device may have judged again, and what they hold."""

from __future__ import annotations

import sqlalchemy as sa

from app.hq.devices import Device
from app.hq.tables import IDENTITY
from app.models.log import CHANGE, QUARANTINE, chunks
from app.models.merge import Run

_IN_LIMIT = 500


def rows_named(
    connection: sa.Connection, device: Device, named: list[tuple[bytes, int]]
) -> list[int]:
    """Give the rows of those of the named changes that the device's office made.

    Args:
        connection: Any.
        device: Who asks.
        named: ``(identity, seq)`` of each.
    """
    found: list[int] = []
    for some in chunks(named, _IN_LIMIT):
        query = (
            sa.select(QUARANTINE.c.id)
            .join(IDENTITY, IDENTITY.c.id == QUARANTINE.c.device)
            .where(
                sa.tuple_(QUARANTINE.c.device, QUARANTINE.c.seq).in_(some),
                IDENTITY.c.office == device.office.bytes,
            )
        )
        found += connection.scalars(query)
    return found


def standing(
    connection: sa.Connection, device: Device, named: list[tuple[bytes, int]]
) -> list[tuple[bytes, int]]:
    """Give those of the named changes, made by the device's office, that stand in the log."""
    found: list[tuple[bytes, int]] = []
    for some in chunks(named, _IN_LIMIT):
        query = (
            sa.select(CHANGE.c.device, CHANGE.c.seq)
            .join(IDENTITY, IDENTITY.c.id == CHANGE.c.device)
            .where(
                sa.tuple_(CHANGE.c.device, CHANGE.c.seq).in_(some),
                IDENTITY.c.office == device.office.bytes,
            )
        )
        found += [(row.device, row.seq) for row in connection.execute(query)]
    return found


def held_runs(connection: sa.Connection, rows: list[int]) -> list[Run]:
    """Give what rows hold, each alone, for locking what it touches; it is no run to merge."""
    found: list[Run] = []
    for some in chunks(rows, _IN_LIMIT):
        query = sa.select(QUARANTINE).where(QUARANTINE.c.id.in_(some))
        found += [
            Run(row.device, row.seq, row.chain, [row.body]) for row in connection.execute(query)
        ]
    return found
