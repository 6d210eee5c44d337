"""The other computers of this copy's scopes, as headquarters last told them."""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec
import sqlalchemy as sa

from app.models.store import Store
from app.sync.frames import Peer

PEERS: Final = "peers"
_DIGEST_BYTES: Final = 8


def peers_of(store: Store) -> list[Peer]:
    """List the other computers of this copy's scopes."""
    return store.settings.get(PEERS, list[Peer]) or []


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
