"""Ids looked up by the thousand: one statement and one parameter, however many there are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import ColumnElement, Dialect, Text, Uuid, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

from app.models.values import id_of


class _IdsType(TypeDecorator[list[bytes]]):
    """Ids as one value: JSON of hexadecimal in SQLite, an array in PostgreSQL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(ARRAY(Uuid()))

    def process_bind_param(self, value: list[bytes] | None, dialect: Dialect) -> Any:
        if dialect.name == "sqlite":
            return '["' + '","'.join(one.hex() for one in value) + '"]' if value else "[]"
        return [id_of(one) for one in value or ()]


class _IsListed(FunctionElement[bool]):
    inherit_cache = True
    type = NullType()  # type: ignore[assignment]  # SQLite has no booleans; one would be compared with 1, index or not


@compiles(_IsListed, "sqlite")
def _in_sqlite(element: _IsListed, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} IN (SELECT unhex(value) FROM json_each({ids}))"


@compiles(_IsListed, "postgresql")
def _in_postgresql(element: _IsListed, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} = ANY({ids})"


_IDS: Final = _IdsType()


def is_listed(column: ColumnElement[Any], ids: Iterable[bytes]) -> ColumnElement[bool]:
    """Tell, in a query, whether a column of ids holds one of ``ids``, each 16 bytes."""
    return _IsListed(column, bindparam(None, list(ids), type_=_IDS, unique=True))
