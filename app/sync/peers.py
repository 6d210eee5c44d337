"""The other computers of this copy's scopes: what headquarters told of them, what they said."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import msgspec
import sqlalchemy as sa

from app.models.store import Store
from app.sync.frames import Peer

PEERS: Final = "peers"
_HOLDINGS: Final = "peer_holdings"
_WANTS: Final = "peer_wants"
_DIGEST_BYTES: Final = 8
_SHORT: Final = 8


def peers_of(store: Store) -> list[Peer]:
    """List the other computers of this copy's scopes; where names are equal, ids tell them apart.

    A name that is not the only one of its kind is followed by the first letters of the id.
    """
    held = store.settings.get(PEERS, list[Peer]) or []
    times = Counter(one.name.casefold() for one in held if one.name)
    return [
        msgspec.structs.replace(one, name=f"{one.name} ({short_id(one)})")
        if times[one.name.casefold()] > 1
        else one
        for one in held
    ]


def short_id(peer: Peer) -> str:
    """Give as much of a computer's id as a person compares."""
    return str(UUID(bytes=peer.device))[:_SHORT]


def peers_digest(store: Store) -> bytes:
    """Give the digest of the list this copy has; empty before headquarters has sent one."""
    held = store.settings.get(PEERS, list[Peer])
    return b"" if held is None else digest_of(held)


def digest_of(peers: list[Peer]) -> bytes:
    """Give the digest two copies of the list are compared by."""
    return hashlib.sha256(msgspec.msgpack.encode(peers)).digest()[:_DIGEST_BYTES]


def keep_peers(store: Store, connection: sa.Connection, peers: list[Peer]) -> None:
    """Note the list, in a writing transaction."""
    store.settings.put(connection, peers=peers)


@dataclass(frozen=True, slots=True)
class Said:
    """What one or several computers have said of themselves.

    Attributes:
        wants: SHA-256 of attachments that one of them lacks, in hexadecimal.
    """

    wants: set[str] = field(default_factory=set)
    _held: Sequence[dict[bytes, int]] = ()

    def holds(self, identity: bytes) -> int:
        """Give the last change up to which all of them hold an identity; 0 where one said none."""
        return min((one.get(identity, 0) for one in self._held), default=0)


def said_by(store: Store, peers: Iterable[Peer]) -> Said:
    """Give what computers said in the last file of each that was read here."""
    held = store.settings.get(_HOLDINGS, dict[bytes, dict[bytes, int]]) or {}
    wanted = store.settings.get(_WANTS, dict[bytes, list[bytes]]) or {}
    asked = list(peers)
    wants = {digest.hex() for one in asked for digest in wanted.get(one.device, [])}
    return Said(wants, [held.get(one.device, {}) for one in asked])


def has_said(store: Store, peer: Peer) -> bool:
    """Tell whether a computer has said what it holds."""
    return peer.device in (store.settings.get(_HOLDINGS, dict[bytes, dict[bytes, int]]) or {})


def keep_said(
    store: Store,
    connection: sa.Connection,
    device: bytes,
    have: dict[bytes, int],
    wants: list[bytes],
) -> None:
    """Note what a computer said, in a writing transaction.

    Args:
        store: This copy.
        connection: Inside the transaction.
        device: Who said it, by the id it is enrolled under.
        have: How far it holds each identity without a gap.
        wants: SHA-256 of attachments it lacks.
    """
    held = store.settings.get(_HOLDINGS, dict[bytes, dict[bytes, int]]) or {}
    wanted = store.settings.get(_WANTS, dict[bytes, list[bytes]]) or {}
    held[device], wanted[device] = have, wants
    store.settings.put(connection, peer_holdings=held, peer_wants=wanted)
