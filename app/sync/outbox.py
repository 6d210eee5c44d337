"""This copy's own changes that headquarters has not acknowledged."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from app.models.change import genesis
from app.models.log import CHANGE, HEAD, QUARANTINE
from app.models.merge import Run
from app.models.store import Store
from app.sync.frames import Identity
from app.sync.state import Progress

_FETCHED: Final = 500


def identities(store: Store, connection: sa.Connection, progress: Progress) -> list[Identity]:
    """Tell how far this copy has gone under each of its identities."""
    own = [device.bytes for device in store.identities]
    query = sa.select(HEAD.c.device, HEAD.c.seq).where(HEAD.c.device.in_(own))
    heads = {row.device: row.seq for row in connection.execute(query)}
    return [
        Identity(device, progress.acknowledged.get(device, 0), heads.get(device, 0))
        for device in own
    ]


def waiting(known: list[Identity]) -> int:
    """Count the changes to send."""
    return sum(max(identity.head - identity.acknowledged, 0) for identity in known)


def runs(connection: sa.Connection, known: list[Identity], budget: int) -> list[Run]:
    """Give the next changes to send, about ``budget`` bytes of bodies at most."""
    found: list[Run] = []
    for identity in known:
        if identity.head <= identity.acknowledged:
            continue
        run = run_after(connection, identity.device, identity.acknowledged, budget)
        if run is None:
            continue
        found.append(run)
        budget -= sum(map(len, run.bodies))
        if budget <= 0:
            break
    return found


def run_after(
    connection: sa.Connection, device: bytes, after: int, budget: int, last: int | None = None
) -> Run | None:
    """Give a device's changes after ``after``, about ``budget`` bytes of bodies at most.

    Args:
        connection: One consistent view.
        device: Identity they were made under.
        after: ``seq`` of the change before the first.
        budget: At least one is given whatever its size.
        last: None is given after this one.

    Returns:
        None where there is none, or the one before is not here.
    """
    previous = chain_of(connection, device, after)
    if previous is None:
        return None
    query = (
        sa.select(CHANGE.c.seq, CHANGE.c.body)
        .where(CHANGE.c.device == device, CHANGE.c.seq > after)
        .order_by(CHANGE.c.seq)
    )
    if last is not None:
        query = query.where(CHANGE.c.seq <= last)
    bodies: list[bytes] = []
    with connection.execute(query, execution_options={"yield_per": _FETCHED}) as held:
        for seq, body in held:
            if seq != after + len(bodies) + 1:
                break
            bodies.append(body)
            budget -= len(body)
            if budget <= 0:
                break
    return Run(device, after + 1, previous, bodies) if bodies else None


def chain_of(connection: sa.Connection, device: bytes, seq: int) -> bytes | None:
    """Give the chain digest after a change, taken or in quarantine; None when it is not here."""
    if seq == 0:
        return genesis(device)
    for table in (CHANGE, QUARANTINE):
        query = sa.select(table.c.chain).where(table.c.device == device, table.c.seq == seq)
        chain: bytes | None = connection.scalar(query.limit(1))
        if chain is not None:
            return chain
    return None
