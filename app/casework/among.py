"""Asking about many records in one question: listed, or chosen by a query of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Select
from sqlalchemy.orm import Session

from app.models.log import chunks

Among = Iterable[UUID] | Select[UUID]
"""Ids of records, or a query that chooses them: of thousands the database reads those sooner."""

Key = Any
"""An id as the database gives it: rows are found by it as well, and it costs nothing to read.
``id_of`` makes the id of it."""

_AT_ONCE: Final = 500


def portions(among: Among) -> Iterator[list[UUID] | Select[UUID]]:
    """Give what fits into one ``in_`` each: a statement takes only so many values."""
    if isinstance(among, Select):
        yield among
    else:
        yield from chunks(among, _AT_ONCE)


def rows(db: Session, query: Select[*tuple[Any, ...]], column: Any, among: Among) -> Iterator[Any]:
    """Read the rows of a query whose ``column`` is among some ids.

    Answers only, of queries for columns: nothing is kept in the session.
    """
    connection = db.connection()
    for some in portions(among):
        yield from connection.execute(query.where(column.in_(some))).all()


def key(column: Any) -> Any:
    """Read an id as the database gives it, in the ``Key`` that stands for it."""
    return sa.type_coerce(column, sa.types.NullType())
