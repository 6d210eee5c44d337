"""Rows from changes: the only code that writes projected tables, besides a save's own flush."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.models.change import Entry
from app.models.fold import Folded, fold
from app.models.log import chunks, entries_of
from app.models.record import Record, kinds

Convert = Callable[[Any], Any]
_REFILL_CHUNK = 2000


class Projector:
    """Writes rows of one record kind from its folded changes."""

    def __init__(self, record: type[Record]) -> None:
        self._fields = record.fields
        names = ["id", "root", "created_at", "created_by", "updated_at", "updated_by", "conflicts"]
        # Where each answer goes and how; most questions of a record are unanswered.
        self._places: dict[str, tuple[int, Convert]] = {
            name: (place, field.type.to_sqlite)
            for place, (name, field) in enumerate(record.fields.items(), len(names))
        }
        self._unanswered: tuple[None, ...] = (None,) * len(record.fields)
        names += list(record.fields)
        listed = ", ".join(f'"{name}"' for name in names)
        marks = ", ".join("?" * len(names))
        self._upsert = f'INSERT OR REPLACE INTO "{record.kind}" ({listed}) VALUES ({marks})'
        self.select = f'SELECT {listed} FROM "{record.kind}"'

    def row(self, folded: Folded) -> tuple[Any, ...]:
        """Give the row a record's changes come to, as SQLite stores it.

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

    def check(self, fields: Mapping[str, Any]) -> None:
        """Refuse values no row can hold.

        Raises:
            ValueError: A value cannot be what its question asks for.
        """
        places = self._places
        for name, value in fields.items():
            place = places.get(name)
            if place is not None:
                place[1](value)

    def fold(self, entries: list[Entry]) -> Folded:
        """Fold one record's changes by the policies of its kind."""
        return fold(entries, self._fields)

    def write(self, connection: sa.Connection, rows: list[tuple[Any, ...]]) -> None:
        """Insert or replace rows."""
        if rows:
            connection.exec_driver_sql(self._upsert, rows)


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


def project(connection: sa.Connection, entries: Mapping[bytes, list[Entry]]) -> None:
    """Bring the rows of records to what ``entries``, all the changes of each, come to."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
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
    ids = connection.exec_driver_sql(
        "SELECT DISTINCT record FROM change WHERE kind = ?", (kind,)
    ).scalars()
    for some in chunks(list(ids), _REFILL_CHUNK):
        reproject(connection, some)


def folded(connection: sa.Connection, record: UUID, kind: str) -> Folded | None:
    """Fold one record from the log, for showing its conflicts and history."""
    entries = of_kind(entries_of(connection, [record.bytes]).get(record.bytes, []), kind)
    writer = projector(kind)
    return None if not entries or writer is None else writer.fold(entries)
