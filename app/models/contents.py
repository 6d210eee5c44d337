"""The bytes of attachments, inside the same encryption, named by their SHA-256."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

CONTENTS: Final = sa.MetaData()

CONTENT: Final = sa.Table(
    "content",
    CONTENTS,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
)
# What headquarters has said it holds, so that it is offered once only.
CONTENT_CONFIRMED: Final = sa.Table(
    "content_confirmed", CONTENTS, sa.Column("hash", sa.Text, primary_key=True)
)
# What somebody here asked for: the next sync brings it.
CONTENT_WANTED: Final = sa.Table(
    "content_wanted", CONTENTS, sa.Column("hash", sa.Text, primary_key=True)
)
# What has arrived of contents that are not whole yet. The parts of one follow each other from its
# first byte; ``at`` is when a part came, ISO 8601 in UTC.
CONTENT_PART: Final = sa.Table(
    "content_part",
    CONTENTS,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("start", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("data", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
)
_KEPT_FOR: Final = timedelta(days=30)
_MOST_BYTES: Final = 256 * 1024 * 1024


class Holder(Protocol):
    """A store or headquarters' database: what contents are kept in."""

    engine: sa.Engine

    def control(self) -> Any:
        """Give a writing transaction as a context."""
        ...


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes with their media type."""

    data: bytes
    media_type: str

    @property
    def digest(self) -> str:
        """SHA-256 in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


def keep_content(store: Holder, content: Content) -> str:
    """Keep content and give its digest; keeping the same twice keeps one."""
    with store.control() as connection:
        return put_content(connection, content)


def put_content(connection: sa.Connection, content: Content) -> str:
    """Keep content in a writing transaction and give its digest."""
    digest = content.digest
    row = {"hash": digest, "media_type": content.media_type, "data": content.data}
    insert_missing(connection, CONTENT, [row])
    return digest


def content_of(store: Holder, digest: str) -> Content | None:
    """Give content by its digest; None while it has not reached this copy."""
    query = sa.select(CONTENT.c.data, CONTENT.c.media_type).where(CONTENT.c.hash == digest)
    with store.engine.connect() as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else Content(row.data, row.media_type)


def contents_held(connection: sa.Connection, digests: Iterable[str]) -> set[str]:
    """Give those of the digests whose content is here."""
    query = sa.select(CONTENT.c.hash).where(CONTENT.c.hash.in_(list(digests)))
    return set(connection.scalars(query))


def insert_missing(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    """Insert the rows whose key is not there yet, on either database."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(postgresql.insert(table).on_conflict_do_nothing(), rows)
    else:
        connection.execute(sqlite.insert(table).on_conflict_do_nothing(), rows)


# -- contents on their way ---------------------------------------------------------------------


def bytes_arrived(connection: sa.Connection, digests: Iterable[str]) -> dict[str, int]:
    """Give how many bytes have arrived of those that are on their way."""
    part = CONTENT_PART.c
    query = (
        sa.select(part.hash, sa.func.sum(sa.func.length(part.data)))
        .where(part.hash.in_(list(digests)))
        .group_by(part.hash)
    )
    return {digest: int(arrived) for digest, arrived in connection.execute(query)}


def add_part(connection: sa.Connection, digest: str, start: int, data: bytes, now: datetime) -> int:
    """Keep a part that follows what has arrived; gives how many bytes have arrived then.

    A part that starts elsewhere is passed over: the sender goes on from what is answered.
    """
    if start == 0:
        drop_old_parts(connection, now)
    arrived = bytes_arrived(connection, [digest]).get(digest, 0)
    if start != arrived or not data:
        return arrived
    row = {"hash": digest, "start": start, "data": data, "at": now.isoformat()}
    insert_missing(connection, CONTENT_PART, [row])
    return bytes_arrived(connection, [digest])[digest]


def joined_parts(connection: sa.Connection, digest: str) -> bytes:
    """Give all that has arrived of a content."""
    query = (
        sa.select(CONTENT_PART.c.data)
        .where(CONTENT_PART.c.hash == digest)
        .order_by(CONTENT_PART.c.start)
    )
    return b"".join(connection.scalars(query))


def drop_parts(connection: sa.Connection, digests: Iterable[str]) -> None:
    """Forget what has arrived of contents."""
    connection.execute(CONTENT_PART.delete().where(CONTENT_PART.c.hash.in_(list(digests))))


def drop_old_parts(connection: sa.Connection, now: datetime) -> None:
    """Forget what nobody has gone on with for a month, and the oldest when there is too much."""
    part = CONTENT_PART.c
    latest = sa.func.max(part.at).label("latest")
    query = sa.select(part.hash, latest, sa.func.sum(sa.func.length(part.data)).label("size"))
    limit = (now - _KEPT_FOR).isoformat()
    kept, dropped = 0, []
    for digest, at, size in connection.execute(query.group_by(part.hash).order_by(latest.desc())):
        kept += int(size)
        if at < limit or kept > _MOST_BYTES:
            dropped.append(digest)
    if dropped:
        drop_parts(connection, dropped)
