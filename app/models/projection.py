"""Rows from changes: the only code that writes projected tables, besides a save's own flush."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.models.change import Change, Entry
from app.models.fold import Folded, fold
from app.models.log import CHANGE, chunks, entries_of
from app.models.postgres import copy_rows
from app.models.record import Record, kinds
from app.models.types import ValueType
from app.models.values import IdType, id_of

Convert = Callable[[Any], Any]
_REFILL_CHUNK = 2000


class Projector:
    """Writes rows of one record kind from its folded changes."""

    def __init__(self, record: type[Record]) -> None:
        self._fields = record.fields
        names = ["id", "root", "created_at", "created_by", "updated_at", "updated_by", "conflicts"]
        # Where each answer goes, how, and whether text stays as it is, as most of it does; most
        # questions of a record are unanswered.
        self._places: dict[str, tuple[int, Convert, bool]] = {
            name: (place, field.type.to_sqlite, type(field.type).to_sqlite is ValueType.to_sqlite)
            for place, (name, field) in enumerate(record.fields.items(), len(names))
        }
        self._unanswered: tuple[None, ...] = (None,) * len(record.fields)
        names += list(record.fields)
        listed = ", ".join(f'"{name}"' for name in names)
        marks = ", ".join("?" * len(names))
        self._upsert = f'INSERT OR REPLACE INTO "{record.kind}" ({listed}) VALUES ({marks})'
        self.names = names
        self._kind = record.kind
        table: sa.Table = record.__table__  # type: ignore[assignment]
        self._types = {name: _postgres_type(table.c[name].type) for name in names}
        self._ids = [place for place, type_ in enumerate(self._types.values()) if type_ == "uuid"]

    def row(self, folded: Folded) -> tuple[Any, ...]:
        """Give the row a record's changes come to, in canonical values (see ``rows_in``).

        Raises:
            ValueError: A value cannot be what its question asks for.
        """
        first, last = folded.first.change, folded.last.change
        row: list[Any] = [
            first.record,
            first.root_id,
            first.clock,
            first.author,
            last.clock,
            last.author,
            " ".join(folded.conflicts) or None,
            *self._unanswered,
        ]
        places = self._places
        for name, value in folded.values.items():
            place = places.get(name)
            if place is not None:
                row[place[0]] = place[1](value)
        return tuple(row)

    def row_of_one(self, change: Change) -> tuple[Any, ...]:
        """Give the row of a record with one change: what most arriving changes come to.

        Raises:
            ValueError: A value cannot be what its question asks for.
        """
        clock, author = change.clock, change.author
        row: list[Any] = [
            change.record,
            change.root_id,
            clock,
            author,
            clock,
            author,
            None,
            *self._unanswered,
        ]
        places = self._places
        for name, value in change.fields.items():
            place = places.get(name)
            if place is None:
                continue
            at, convert, keeps_text = place
            if type(value) is not str:
                row[at] = convert(value)
            elif "\0" in value:
                raise ValueError("a character that PostgreSQL cannot keep")
            else:
                row[at] = value if keeps_text else convert(value)
        return tuple(row)

    def fold(self, entries: list[Entry]) -> Folded:
        """Fold one record's changes by the policies of its kind."""
        return fold(entries, self._fields)

    def write(self, connection: sa.Connection, rows: list[tuple[Any, ...]]) -> None:
        """Insert or replace rows."""
        if not rows:
            return
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(self._upsert, rows)
            return
        # The transaction holds these records alone (see ``hq.locks``): between the two statements
        # nobody else writes them. A log that lost a change may have kept the row of it.
        connection.exec_driver_sql(
            f'DELETE FROM "{self._kind}" WHERE id = ANY(%s)', ([id_of(row[0]) for row in rows],)
        )
        copy_rows(connection, self._kind, self._types, map(self._native, rows))

    def _native(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for place in self._ids:
            values[place] = id_of(values[place])
        return tuple(values)


def _postgres_type(type_: sa.types.TypeEngine[Any]) -> str:
    if isinstance(type_, IdType):
        return "uuid"
    if isinstance(type_, sa.Boolean):
        return "bool"
    if isinstance(type_, sa.BigInteger):
        return "int8"
    return "bytea" if isinstance(type_, sa.LargeBinary) else "text"


def rows_in(
    connection: sa.Connection, kind: str, names: list[str], *, is_ordered: bool = False
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a kind in canonical values, the same from every database.

    Ids are their 16 bytes, yes and no are 1 and 0, everything else is text or a whole number.

    Args:
        connection: Read from.
        kind: A record kind.
        names: Columns, in the order wanted.
        is_ordered: By id, byte by byte.
    """
    listed = ", ".join(f'"{name}"' for name in names)
    order = " ORDER BY id" if is_ordered else ""
    rows = connection.exec_driver_sql(
        f'SELECT {listed} FROM "{kind}"{order}', execution_options={"stream_results": True}
    )
    with rows:
        if connection.dialect.name == "sqlite":
            yield from map(tuple, rows)
            return
        for row in rows:
            yield tuple(map(_canonical, row))


def _canonical(value: Any) -> Any:
    if isinstance(value, UUID):
        return value.bytes
    return int(value) if isinstance(value, bool) else value


@cache
def projector(kind: str) -> Projector | None:
    """Give the projector of a kind; None for a kind this program does not know."""
    record = kinds().get(kind)
    return None if record is None else Projector(record)


def of_kind(entries: list[Entry], kind: str) -> list[Entry]:
    """Keep the changes of one kind.

    Ids are not shared between kinds; should a damaged or hostile copy share one, each kind has
    its row, on every copy alike.
    """
    return [entry for entry in entries if entry.change.kind == kind]


def project(
    connection: sa.Connection,
    entries: Mapping[bytes, list[Entry]],
    ready: Mapping[str, list[tuple[Any, ...]]] | None = None,
) -> None:
    """Bring the rows of records to what ``entries``, all the changes of each, come to.

    Args:
        connection: Inside a writing transaction.
        entries: By record.
        ready: By kind, rows of other records that are known already.
    """
    rows: dict[str, list[tuple[Any, ...]]] = {
        k: list(of_one) for k, of_one in (ready or {}).items()
    }
    for of_one in entries.values():
        for kind in {entry.change.kind for entry in of_one}:
            writer = projector(kind)
            if writer is not None:
                folded_one = writer.fold(of_kind(of_one, kind))
                rows.setdefault(kind, []).append(writer.row(folded_one))
    for kind, of_one_kind in rows.items():
        writer = projector(kind)
        if writer is not None:
            writer.write(connection, of_one_kind)


def reproject(connection: sa.Connection, records: Iterable[bytes]) -> None:
    """Bring the rows of ``records`` to what the log says."""
    project(connection, entries_of(connection, records))


def refill(connection: sa.Connection, kind: str) -> None:
    """Write every row of ``kind`` anew from the log."""
    for some in chunks(records_of(connection, kind), _REFILL_CHUNK):
        reproject(connection, some)


def records_of(connection: sa.Connection, kind: str) -> list[bytes]:
    """List the ids of the records of a kind that the log knows."""
    query = sa.select(CHANGE.c.record).where(CHANGE.c.kind == kind).distinct()
    return list(connection.scalars(query))


def folded(connection: sa.Connection, record: UUID, kind: str) -> Folded | None:
    """Fold one record from the log, for showing its conflicts and history."""
    entries = of_kind(entries_of(connection, [record.bytes]).get(record.bytes, []), kind)
    writer = projector(kind)
    return None if not entries or writer is None else writer.fold(entries)
