"""Which attachments this copy still lacks, and which of them it fetches without being asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from app.models.cases import Case
from app.models.contents import CONTENT, CONTENT_CONFIRMED, CONTENT_WANTED, insert_missing
from app.models.log import chunks
from app.models.persons import Person
from app.models.record import kinds
from app.models.store import Store
from app.models.types import ContentHash

SMALL_BYTES: Final = 64 * 1024
_IN_LIMIT: Final = 500


@dataclass(frozen=True, slots=True)
class Lacking:
    """A content named by a record and not here.

    Attributes:
        digest: SHA-256 in hexadecimal.
        size: In bytes; None where the record does not say.
        root: The person's file.
        author: Who named it.
    """

    digest: str
    size: int | None
    root: UUID
    author: UUID | None


def named_contents() -> list[sa.Column[Any]]:
    """List the columns that name contents."""
    found: list[sa.Column[Any]] = []
    for record in kinds().values():
        table: sa.Table = record.__table__  # type: ignore[assignment]
        found += [
            table.c[name]
            for name, field in record.fields.items()
            if isinstance(field.type, ContentHash)
        ]
    return found


def unconfirmed(connection: sa.Connection) -> list[str]:
    """List contents named by records, held here, that headquarters has not confirmed.

    The smallest come first.
    """
    found: dict[str, int] = {}
    for column in named_contents():
        query = (
            sa.select(CONTENT.c.hash, sa.func.length(CONTENT.c.data))
            .join_from(CONTENT, column.table, CONTENT.c.hash == column)
            .where(CONTENT.c.hash.not_in(sa.select(CONTENT_CONFIRMED.c.hash)))
        )
        found.update((digest, size) for digest, size in connection.execute(query))
    return sorted(found, key=lambda digest: (found[digest], digest))


def held_smallest_first(connection: sa.Connection, digests: Iterable[str]) -> list[str]:
    """Give those of the digests whose content is here, the smallest first."""
    found: dict[str, int] = {}
    for some in chunks(digests, _IN_LIMIT):
        query = sa.select(CONTENT.c.hash, sa.func.length(CONTENT.c.data))
        rows = connection.execute(query.where(CONTENT.c.hash.in_(some)))
        found.update((digest, size) for digest, size in rows)
    return sorted(found, key=lambda digest: (found[digest], digest))


def to_fetch(store: Store) -> list[str]:
    """List what this copy fetches by itself, the smallest first.

    That is what somebody here asked for; what is small (most photographs); and what belongs to the
    files its users work on: whatever they named themselves, people they registered, and people
    with an open case of theirs. Users are those who can unlock this copy.
    """
    with store.engine.connect() as connection:
        asked = set(connection.scalars(sa.select(CONTENT_WANTED.c.hash)))
        lacking = _lacking(connection)
        users = {slot.user for slot in store.keys.read().slots.values()}
        large = [one for one in lacking if not _is_small(one) and one.digest not in asked]
        near = _files_of(connection, users, {one.root for one in large})
    found = {
        one.digest: one
        for one in lacking
        if _is_small(one) or one.digest in asked or one.author in users or one.root in near
    }
    unsized = 2**63
    return sorted(found, key=lambda digest: (found[digest].size or unsized, digest))


def want(store: Store, digest: str) -> None:
    """Let the next sync bring a content."""
    with store.control() as connection:
        insert_missing(connection, CONTENT_WANTED, [{"hash": digest}])


def _is_small(one: Lacking) -> bool:
    return one.size is not None and one.size <= SMALL_BYTES


def _lacking(connection: sa.Connection) -> list[Lacking]:
    found: dict[str, Lacking] = {}
    for column in named_contents():
        named = column.table.c
        size = named["size"] if "size" in named else sa.null()
        query = sa.select(column, size, named["root"], named["created_by"]).where(
            column.is_not(None),
            named["voided"].is_(None),
            ~sa.exists().where(CONTENT.c.hash == column),
        )
        for digest, bytes_, root, author in connection.execute(query):
            one = Lacking(digest, bytes_, root, author)
            # Two records may name one content; what either says of its size is true.
            if digest not in found or found[digest].size is None:
                found[digest] = one
    return list(found.values())


def _files_of(connection: sa.Connection, users: set[UUID], among: set[UUID]) -> set[UUID]:
    """Give those of the files that the users registered or have an open case in."""
    found: set[UUID] = set()
    for some in chunks(sorted(among), _IN_LIMIT):
        registered = sa.select(Person.id).where(Person.id.in_(some), Person.created_by.in_(users))
        counselled = sa.select(Case.root).where(
            Case.root.in_(some),
            Case.counsellor.in_(users),
            Case.closed.is_(None),
            Case.voided.is_(None),
        )
        found.update(connection.scalars(registered), connection.scalars(counselled))
    return found
