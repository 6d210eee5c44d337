"""What one transaction holds alone while it decides, where several workers write at once.

On SQLite a writing transaction is alone already, and these do nothing. On PostgreSQL everything a
decision rests on is locked *before* it is read: first the identities pushed, then shared files by
name, then the scopes. Whoever takes them in this order waits and never ends in a deadlock; where
what is found makes a later lock necessary, the database may end the transaction, and it is run
again (see ``hq.postgres``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa

from app.hq.tables import SCOPE

_KEY_BYTES: Final = 8


def lock_names(connection: sa.Connection, purpose: str, names: Iterable[bytes] = (b"",)) -> None:
    """Hold names alone until the transaction ends.

    Args:
        connection: Inside a writing transaction.
        purpose: Keeps apart names that mean different things.
        names: Few: each takes a place in the server's table of locks.
    """
    if connection.dialect.name != "postgresql":
        return
    for key in sorted({_key(purpose, name) for name in names}):
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def lock_devices(connection: sa.Connection, identities: Iterable[bytes]) -> None:
    """Hold the histories of identities alone: two pushes of one identity follow each other."""
    lock_names(connection, "identity", identities)


def lock_shared(connection: sa.Connection, roots: Iterable[bytes]) -> None:
    """Hold shared files alone, as offices that have each named one push it at the same time."""
    lock_names(connection, "root", roots)


def lock_scopes(connection: sa.Connection, scopes: Iterable[bytes]) -> None:
    """Hold the feeds of scopes alone: their positions are given in the order of commits."""
    wanted = sorted(set(scopes))
    if connection.dialect.name != "postgresql" or not wanted:
        return
    query = sa.select(SCOPE.c.id).where(SCOPE.c.id.in_(wanted)).order_by(SCOPE.c.id)
    connection.execute(query.with_for_update()).all()


def _key(purpose: str, name: bytes) -> int:
    digest = hashlib.blake2b(purpose.encode() + b"\0" + name, digest_size=_KEY_BYTES).digest()
    return int.from_bytes(digest, signed=True)
