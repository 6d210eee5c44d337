"""Rows written to PostgreSQL in bulk. Source: PostgreSQL's COPY, binary format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles


@compiles(sa.String, "postgresql")
def text_of_any_length(*_element: object, **_more: object) -> str:
    """Give the type of text columns: forms limit lengths, but a row of the log always fits."""
    return "TEXT"


def copy_rows(
    connection: sa.Connection,
    table: str,
    columns: Mapping[str, str],
    rows: Iterable[tuple[Any, ...]],
) -> None:
    """Insert rows by COPY, in the connection's transaction.

    Args:
        connection: To PostgreSQL.
        table: Its name.
        columns: Name and PostgreSQL type of each value of a row, in order.
        rows: Values as the driver takes them for those types.
    """
    listed = ", ".join(f'"{name}"' for name in columns)
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f'COPY "{table}" ({listed}) FROM STDIN (FORMAT BINARY)') as copy,
    ):
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)
