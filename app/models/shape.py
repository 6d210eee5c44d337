"""Projected tables brought to the declared shape, and refilled from the log where they changed."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn

from app.models.projection import refill
from app.models.record import Base, kinds
from app.models.search import index_files, sources
from app.models.settings import Settings


def shape_digest() -> str:
    """Give a digest of every declared table and of what is searched."""
    digest = hashlib.sha256()
    for kind, record in kinds().items():
        columns = [f"{c.name} {c.type!r} {c.index}" for c in record.__table__.columns]
        digest.update(repr((kind, columns)).encode())
    digest.update(repr([(s.record.kind, s.fields) for s in sources()]).encode())
    return digest.hexdigest()


def bring_to_shape(connection: sa.Connection, settings: Settings, *, is_indexed: bool) -> None:
    """Create missing tables and columns and fill them from the log.

    Nothing is dropped: an older program may open the store again.
    """
    digest = shape_digest()
    if settings.get("shape", str) == digest:
        return
    inspector = sa.inspect(connection)
    present = set(inspector.get_table_names())
    Base.metadata.create_all(connection)
    for kind, record in kinds().items():
        table: sa.Table = record.__table__  # type: ignore[assignment]
        if kind not in present or add_columns(connection, inspector, table):
            refill(connection, kind)
    if is_indexed:
        roots = connection.exec_driver_sql("SELECT id FROM person").scalars()
        index_files(connection, list(roots))
    settings.put(connection, shape=digest)


def add_columns(connection: sa.Connection, inspector: sa.Inspector, table: sa.Table) -> bool:
    """Add the columns and indexes that a table lacks; tells whether there were such columns."""
    have = {column["name"] for column in inspector.get_columns(table.name)}
    missing = [column for column in table.columns if column.name not in have]
    for column in missing:
        wanted = CreateColumn(column).compile(dialect=connection.dialect)
        connection.exec_driver_sql(f'ALTER TABLE "{table.name}" ADD COLUMN {wanted}')
    for index in table.indexes:
        index.create(connection, checkfirst=True)
    return bool(missing)
