"""One exchange with a device: its changes taken in, and what follows its cursors given back."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from app.hq import feed
from app.hq.base import Headquarters
from app.hq.delivery import deliver
from app.hq.devices import Device, claim_identities, note_contact, peers_for
from app.hq.form import require_request
from app.hq.gate import Gate
from app.hq.held import held_runs, rows_named, standing
from app.hq.locks import lock_devices
from app.hq.relayed import Sorted, sort_runs
from app.hq.tables import IDENTITY
from app.models.change import links
from app.models.log import QUARANTINE, head_of
from app.models.merge import Merged, Run
from app.sync.frames import FRAME_BYTES, PROTOCOL, Answer, Feed, Holding, Identity, Request
from app.sync.outbox import chain_of
from app.sync.peers import digest_of
from app.sync.signing import seal

# More than the changes of a frame, so that each refusal is told once; they compress well.
_MOST_TOLD: Final = 20_000
Link = tuple[int, bytes]
"""The number of a change and the chain digest after it."""


class _TwinError(Exception):
    """Somebody else has written under these identities."""

    def __init__(self, identities: set[bytes]) -> None:
        super().__init__()
        self.identities = identities


def exchange(hq: Headquarters, device: Device, request: Request) -> Answer:
    """Answer one frame.

    Raises:
        Refused: The frame is not well formed, or speaks for another office.
    """
    require_request(request)
    found = sort_runs(hq, device, request)
    again: list[int] = []
    if request.retry:
        with hq.store.engine.connect() as connection:
            again = rows_named(connection, device, request.retry)
    forked = take_in(hq, device, found, again, request)
    scopes = [scope.bytes for scope in device.scopes]
    own = {i.device: i.head for i in request.identities if i.device not in forked}
    budget = min(max(request.want_bytes, 1), FRAME_BYTES)
    with hq.store.engine.connect() as connection:
        feeds = [
            feed.read(connection, scope, request.cursors.get(scope, 0), own, budget)
            for scope in scopes
        ]
        known = _not_anothers(connection, device, request.identities)
        acknowledged = {
            identity.device: head_of(connection, identity.device)[0] for identity in known
        }
        # Of an identity with a twin, both have what the asker's own run shows.
        acknowledged.update(
            (run.device, _last_alike(connection, run))
            for run in request.runs
            if run.device in forked
        )
        chains = {
            identity.device: chain
            for identity in known
            if (chain := _last_in_both(connection, identity, acknowledged[identity.device]))
        }
        refused = [
            entry
            for identity in known
            for entry in _refused_after(connection, identity.device, identity.acknowledged)
        ]
        refused = [*_held(connection, again), *refused]
        taken = standing(connection, device, request.retry)
        last = _last_given(connection, feeds)
        last |= {
            run.device: head_of(connection, run.device)
            for run in found.runs
            if run.device not in forked
        }
    peers = peers_for(hq, device)
    # Of a position that this headquarters never gave, nothing is remembered.
    cursor = next((f.start for f in feeds if f.scope == device.scope.bytes), 0)
    note_contact(hq, device, is_in_step=_is_in_step(request, feeds), cursor=cursor)
    return Answer(
        protocol=PROTOCOL,
        server_time_ms=round(hq.now().timestamp() * 1000),
        acknowledged=acknowledged,
        feeds=feeds,
        refused=[*found.refused, *refused][:_MOST_TOLD],
        forked=sorted(forked),
        peers=None if digest_of(peers) == request.peers else peers,
        chains=chains,
        taken=taken,
        seals=[
            seal(hq.secrets.private_key, hq.id.bytes, identity, seq, chain)
            for identity, (seq, chain) in last.items()
            if seq
        ],
    )


def take_in(
    hq: Headquarters,
    device: Device,
    found: Sorted,
    again: Sequence[int] = (),
    request: Request | None = None,
) -> set[bytes]:
    """Take what a device pushes in, and give the identities that somebody else wrote under too.

    Args:
        hq: Here.
        device: Who pushes.
        found: What it pushes.
        again: Rows of the quarantine, of that device's office, to be judged once more.
        request: What the device says it has seen and written; None where it does not ask itself.
    """
    if not found.runs and not again:
        return set()
    gates: list[Gate] = []

    def refuse(connection: sa.Connection) -> Gate:
        touching = [*found.runs, *held_runs(connection, list(again))]
        lock_devices(connection, [run.device for run in touching])
        gate = Gate(connection, device, request)
        gate.lock(touching)
        claim_identities(connection, device, found.own)
        for identity, maker in found.makers.items():
            claim_identities(connection, maker, [identity])
        gates.append(gate)
        return gates[-1]  # the transaction may be run again

    def note(connection: sa.Connection, merged: Merged) -> None:
        if merged.forked:
            # What else came may name what the twin wrote in the same place: none of it is kept.
            raise _TwinError(merged.forked)
        deliver(connection, merged, gates[-1], device.id.bytes, hq.now())
        gates[-1].note_long_push()

    try:
        hq.store.merge(
            found.runs,
            contiguous=True,
            refuse=lambda connection: refuse(connection).refuse,
            also=note,
            again=again,
        )
    except _TwinError as error:
        return error.identities
    return set()


def _last_given(connection: sa.Connection, feeds: Sequence[Feed]) -> dict[bytes, Link]:
    """Give the last change of each identity of which feeds carry some."""
    last: dict[bytes, int] = {}
    for run in (run for one in feeds for run in one.runs):
        last[run.device] = max(last.get(run.device, 0), run.first + len(run.bodies) - 1)
    return {
        device: (seq, chain)
        for device, seq in last.items()
        if (chain := chain_of(connection, device, seq)) is not None
    }


def _not_anothers(
    connection: sa.Connection, device: Device, asked: Sequence[Identity]
) -> list[Identity]:
    """Give those of the identities that are no other office's: of those nothing is told."""
    query = sa.select(IDENTITY.c.id).where(
        IDENTITY.c.id.in_([identity.device for identity in asked]),
        IDENTITY.c.office != device.office.bytes,
    )
    others = set(connection.scalars(query))
    return [identity for identity in asked if identity.device not in others]


def _last_in_both(connection: sa.Connection, identity: Identity, here: int) -> bytes | None:
    """Give the chain digest after the last change that both sides are said to have."""
    return chain_of(connection, identity.device, min(max(identity.head, 0), here))


def _last_alike(connection: sa.Connection, run: Run) -> int:
    """Give the last change of a run, or the one before it, that is the same here; 0 if none is."""
    digests = [run.previous, *links(run.previous, run.bodies)]
    # What is the same at one place is the same before it: the digests are a chain.
    alike = bisect_left(
        range(len(digests)),
        True,
        key=lambda n: chain_of(connection, run.device, run.first - 1 + n) != digests[n],
    )
    return run.first - 2 + alike if alike else 0


def _refused_after(
    connection: sa.Connection, device: bytes, seq: int
) -> list[tuple[bytes, int, str]]:
    query = (
        sa.select(QUARANTINE.c.seq, QUARANTINE.c.reason)
        .where(QUARANTINE.c.device == device, QUARANTINE.c.seq > seq)
        .order_by(QUARANTINE.c.seq)
    )
    return [(device, row.seq, row.reason) for row in connection.execute(query)]


def _held(connection: sa.Connection, rows: list[int]) -> list[tuple[bytes, int, str]]:
    """Give those of the rows of the quarantine that are still there."""
    if not rows:
        return []
    query = sa.select(QUARANTINE).where(QUARANTINE.c.id.in_(rows)).order_by(QUARANTINE.c.id)
    return [(row.device, row.seq, row.reason) for row in connection.execute(query)]


def _is_in_step(request: Request, feeds: list[Feed]) -> bool | None:
    """Compare what the device held when it asked, where that was all there was."""
    compared = [
        request.holdings.get(f.scope, Holding()) == f.holding
        for f in feeds
        if f.holding is not None
        and request.cursors.get(f.scope, 0) == f.cursor
        and (f.scope in request.holdings or not f.cursor)
    ]
    return all(compared) if compared else None
