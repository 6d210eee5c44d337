"""What this copy of the store keeps for itself: its identity, office, headquarters, cursors."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from app.models.log import LOG

SETTING: Final = sa.Table(
    "setting",
    LOG,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.LargeBinary, nullable=False),
)
_Value = TypeVar("_Value")


class Settings:
    """Named values inside the encrypted store. They never travel.

    Args:
        engine: Writes transactions of its own; pass a connection to join one.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def get(self, name: str, type_: type[_Value]) -> _Value | None:
        """Read a value; None when it was never put."""
        with self._engine.connect().execution_options(writing=False) as connection:
            held = connection.scalar(sa.select(SETTING.c.value).where(SETTING.c.name == name))
        return None if held is None else msgspec.msgpack.decode(held, type=type_)

    def put(self, connection: sa.Connection | None = None, **values: Any) -> None:
        """Keep values, replacing those of the same names."""
        if connection is None:
            with self._engine.begin() as own:
                self.put(own, **values)
            return
        rows = [(name, msgspec.msgpack.encode(value)) for name, value in values.items()]
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(
                "INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", rows
            )
            return
        insert = postgresql.insert(SETTING)
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=[SETTING.c.name], set_={"value": insert.excluded.value}
            ),
            [{"name": name, "value": value} for name, value in rows],
        )
