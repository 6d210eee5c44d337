"""Finding a file by any word in it: as typed, as it sounds, or nearly.

The index is a cache in the same encrypted file (SQLite FTS5): one document a person's file, made of
the answers declared ``search=True``. Three looks, each only while fewer than the limit are found:
words that begin so, words that sound so, words one slip away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from rapidfuzz import process
from rapidfuzz.distance import OSA

from app.models.log import chunks
from app.models.names import sounds, words
from app.models.record import Record, kinds
from app.models.types import Text

_CHUNK: Final = 500
_SHORTEST_SLIP: Final = 4
_BETWEEN: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Source:
    """Answers of one record kind that find its file."""

    record: type[Record]
    fields: tuple[str, ...]


def sources() -> list[Source]:
    """List what is indexed, as the records declare it."""
    return [
        Source(record, names)
        for record in kinds().values()
        if (names := tuple(n for n, f in record.fields.items() if f.search))
    ]


def searched_kinds() -> set[str]:
    """Name the kinds whose changes change what is found: those indexed, and people."""
    return {source.record.kind for source in sources()} | {"person"}


def index_files(connection: sa.Connection, roots: Iterable[bytes]) -> None:
    """Bring the index entries of these files up to date."""
    for some in chunks(roots, _CHUNK):
        _index(connection, some)


def _index(connection: sa.Connection, roots: list[bytes]) -> None:
    marks = ", ".join("?" * len(roots))
    names: dict[bytes, set[str]] = {}
    others: dict[bytes, set[str]] = {}
    gone = set(
        connection.exec_driver_sql(
            f"SELECT id FROM person WHERE voided IS NOT NULL AND id IN ({marks})", tuple(roots)
        ).scalars()
    )
    for source in sources():
        columns = ", ".join(f'"{name}"' for name in source.fields)
        query = f'SELECT root, {columns} FROM "{source.record.kind}" WHERE voided IS NULL AND root IN ({marks})'  # noqa: E501
        for root, *answers in connection.exec_driver_sql(query, tuple(roots)):
            for field_name, answer in zip(source.fields, answers, strict=True):
                if answer is None or root in gone:
                    continue
                type_ = source.record.fields[field_name].type
                is_name = isinstance(type_, Text) and type_.is_name
                held = names if is_name else others
                found = words(answer) if is_name else _numbers(answer)
                held.setdefault(root, set()).update(found)
    holding = {*names, *others}
    if holding:
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO search_file (root) VALUES (?)", [(root,) for root in holding]
        )
    docs: dict[bytes, int] = dict(
        connection.exec_driver_sql(
            f"SELECT root, doc FROM search_file WHERE root IN ({marks})",
            tuple(roots),
        ).all()
    )
    if not docs:
        return
    connection.exec_driver_sql(
        "INSERT OR REPLACE INTO search (rowid, name, sound, other) VALUES (?, ?, ?, ?)",
        [
            (
                doc,
                " ".join(sorted(names.get(root, ()))),
                " ".join(sorted({s for word in names.get(root, ()) for s in sounds(word)})),
                " ".join(sorted(others.get(root, ()))),
            )
            for root, doc in docs.items()
        ],
    )


def _numbers(answer: str) -> list[str]:
    """Give the forms a phone, a case number or a document number is looked up by.

    Numbers are dialled and remembered from their end too, so tails are kept.
    """
    compact = _BETWEEN.sub("", answer.casefold())
    tails = [compact[-length:] for length in (9, 8, 6, 4) if len(compact) > length]
    return [compact, *tails, *words(answer)]


class Finder:
    """Answers searches over one store.

    Args:
        engine: The store's.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._vocabulary: list[str] = []
        self._vocabulary_at = -1

    def find(self, text: str, limit: int = 50) -> list[UUID]:
        """List the files that fit every word of ``text``, best first.

        Args:
            text: As typed; any script. The last word may be unfinished.
            limit: At most so many.
        """
        asked = words(text)
        compact = _BETWEEN.sub("", text.casefold())
        if not asked:
            return []
        with self._engine.connect() as connection:
            found: dict[bytes, None] = {}
            if any(c.isdigit() for c in compact):
                _look(connection, f'other : "{compact.lstrip("0")}"*', limit, found)
            _look(connection, _all(f'{{name other}} : "{word}"*' for word in asked), limit, found)
            if len(found) < limit:
                _look(connection, _all(self._sounding(word) for word in asked), limit, found)
            if len(found) < limit and any(len(word) >= _SHORTEST_SLIP for word in asked):
                near = _all(self._near(connection, word) for word in asked)
                _look(connection, near, limit, found)
        return [UUID(bytes=root) for root in found]

    def _sounding(self, word: str) -> str:
        alike = " OR ".join(f'sound : "{s}"*' for s in sorted(sounds(word)) if len(s) > 1)
        return f'({alike} OR name : "{word}"*)' if alike else f'name : "{word}"*'

    def _near(self, connection: sa.Connection, word: str) -> str:
        slips = 1 if len(word) < 8 else 2
        near = process.extract(
            word, self._words(connection), scorer=OSA.distance, score_cutoff=slips, limit=12
        )
        listed = [f'name : "{found}"' for found, _distance, _index in near]
        return f"({' OR '.join([*listed, self._sounding(word)])})"

    def _words(self, connection: sa.Connection) -> list[str]:
        newest = connection.exec_driver_sql("SELECT max(doc) FROM search_file").scalar() or 0
        # New words are rare: look them up again only when the store has grown by a tenth.
        if self._vocabulary_at < 0 or newest > self._vocabulary_at * 1.1 + 20:
            connection.exec_driver_sql(
                "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary"
                " USING fts5vocab('main', 'search', 'col')"
            )
            self._vocabulary = list(
                connection.exec_driver_sql(
                    "SELECT term FROM temp.vocabulary WHERE col = 'name'"
                ).scalars()
            )
            self._vocabulary_at = newest
        return self._vocabulary


def _all(parts: Iterable[str]) -> str:
    return " AND ".join(parts)


def _look(connection: sa.Connection, query: str, limit: int, found: dict[bytes, None]) -> None:
    rows: Any = connection.exec_driver_sql(
        "SELECT f.root FROM (SELECT rowid FROM search WHERE search MATCH ? LIMIT ?) AS s"
        " JOIN search_file AS f ON f.doc = s.rowid",
        (query, limit),
    ).scalars()
    for root in rows:
        if len(found) >= limit:
            return
        found.setdefault(root)
