"""What two copies compare: a count and a SHA-256 of the canonical rows of each kind."""

from __future__ import annotations

import hashlib
from typing import TypedDict

import msgspec
import sqlalchemy as sa

from app.models.projection import rows_in
from app.models.record import kinds


class KindDigest(TypedDict):
    """Count and digest of one kind's rows."""

    count: int
    sha256: str


def store_digest(connection: sa.Connection) -> dict[str, KindDigest]:
    """Give, per kind, a count and a SHA-256 over all rows in order of id.

    Equal on any two copies that hold the same changes, in whatever order they came.
    """
    digests: dict[str, KindDigest] = {}
    encoder = msgspec.msgpack.Encoder()
    for kind, record in sorted(kinds().items()):
        names = sorted(column.name for column in record.__table__.columns)
        digest = hashlib.sha256()
        count = 0
        for row in rows_in(connection, kind, names, is_ordered=True):
            digest.update(encoder.encode(row))
            count += 1
        digests[kind] = {"count": count, "sha256": digest.hexdigest()}
    return digests
