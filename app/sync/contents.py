"""The attachments' own lane, after the records: what each side lacks, by digest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa

from app.models.contents import Content, content_of, keep_content
from app.models.log import chunks
from app.models.record import kinds
from app.models.store import Store
from app.models.types import ContentHash
from app.sync.client import Carrier

LARGEST_BYTES: Final = 10_000_000
_ASKED_AT_ONCE: Final = 500


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


def exchange_contents(
    store: Store, carrier: Carrier, progress: Callable[[int, int], None] | None = None
) -> tuple[int, int]:
    """Send what headquarters lacks and fetch what this copy lacks; gives how many of each."""
    unconfirmed = _unconfirmed(store)
    wanted: list[str] = []
    for some in chunks(unconfirmed, _ASKED_AT_ONCE):
        missing = set(carrier.missing_contents(some))
        _confirm(store, [digest for digest in some if digest not in missing])
        wanted += [digest for digest in some if digest in missing]
    lacking = _lacking(store)
    total = len(wanted) + len(lacking)
    sent = received = 0
    for done, digest in enumerate(wanted, 1):
        content = content_of(store, digest)
        if content is not None:
            carrier.put_content(digest, content.data, content.media_type)
            _confirm(store, [digest])
            sent += 1
        if progress is not None:
            progress(done, total)
    for done, digest in enumerate(lacking, len(wanted) + 1):
        fetched = carrier.get_content(digest)
        # What does not fit its name is not kept; it is asked for again at the next sync.
        if fetched is not None and (arrived := Content(*fetched)).digest == digest:
            keep_content(store, arrived)
            _confirm(store, [digest])
            received += 1
        if progress is not None:
            progress(done, total)
    return sent, received


def _unconfirmed(store: Store) -> list[str]:
    """List contents named by records, held here, that headquarters has not confirmed."""
    found: dict[str, None] = {}
    with store.engine.connect() as connection:
        for column in named_contents():
            rows = connection.exec_driver_sql(
                f'SELECT DISTINCT n."{column.name}" FROM "{column.table.name}" AS n'
                f' JOIN content AS c ON c.hash = n."{column.name}"'
                " WHERE NOT EXISTS (SELECT 1 FROM content_confirmed AS h WHERE h.hash = c.hash)"
            )
            found.update(dict.fromkeys(rows.scalars()))
    return list(found)


def _lacking(store: Store) -> list[str]:
    """List contents named by records that this copy has not got."""
    found: dict[str, None] = {}
    with store.engine.connect() as connection:
        for column in named_contents():
            rows = connection.exec_driver_sql(
                f'SELECT DISTINCT "{column.name}" FROM "{column.table.name}" AS n'
                f' WHERE "{column.name}" IS NOT NULL AND NOT EXISTS'
                f' (SELECT 1 FROM content AS c WHERE c.hash = n."{column.name}")'
            )
            found.update(dict.fromkeys(rows.scalars()))
    return list(found)


def _confirm(store: Store, digests: list[str]) -> None:
    if not digests:
        return
    with store.control() as connection:
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO content_confirmed (hash) VALUES (?)",
            [(digest,) for digest in digests],
        )
