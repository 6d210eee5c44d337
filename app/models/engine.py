"""Connections to the encrypted file, and its errors in plain sentences. Source: SQLCipher API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DatabaseError
from sqlcipher3 import dbapi2

from app.errors import Unavailable
from app.i18n import _

# For each None, bytes and boolean bound, the driver looks for an adapter and, finding none, gives
# up slowly: a microsecond a value, most of the time of a merge. These are found at once.
dbapi2.register_adapter(type(None), {}.get)
dbapi2.register_adapter(bytes, bytearray)
dbapi2.register_adapter(bool, int)


def connect(path: Path, key: bytes) -> dbapi2.Connection:
    """Open the encrypted file with its raw key; creates it when missing."""
    connection = dbapi2.connect(str(path), check_same_thread=False, isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("PRAGMA cipher_log_level = NONE")  # its errors are told in sentences
    connection.execute("PRAGMA temp_store = MEMORY")  # nothing plain in temporary files
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA cache_size = -32000")
    return connection


def engine_for(path: Path, key: bytes) -> sa.Engine:
    """Give a SQLAlchemy engine on the encrypted file."""

    def creator() -> dbapi2.Connection:
        connection = connect(path, key)
        connection.execute("PRAGMA journal_mode = WAL")
        # In pages: a first sync would otherwise write nearly every page twice.
        connection.execute("PRAGMA wal_autocheckpoint = 8000")
        return connection

    engine = sa.create_engine("sqlite://", module=dbapi2, creator=creator, poolclass=sa.QueuePool)

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # The driver is in autocommit; SQLAlchemy's transactions are made real here.
        options = connection.get_execution_options()
        if not options.get("writing", False):
            connection.exec_driver_sql("BEGIN")
            return
        # A save that has answered must survive a power cut. What can be asked for again need not:
        # a cut then takes whole transactions, the last ones first.
        kept = "FULL" if options.get("lasting", True) else "NORMAL"
        connection.exec_driver_sql(f"PRAGMA synchronous = {kept}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@contextmanager
def plain_errors(path: Path) -> Iterator[None]:
    """Turn the database's errors into sentences that say what to do."""
    try:
        yield
    except (DatabaseError, dbapi2.DatabaseError) as error:
        original: Any = error.orig if isinstance(error, DatabaseError) else error
        raise _explain(str(original), path, error) from error


def _explain(text: str, path: Path, error: Exception) -> Exception:
    lowered = text.lower()
    if "disk is full" in lowered or "disk i/o error" in lowered:
        return Unavailable(
            _("The disk is full or failing: this was not saved, what was saved before is kept."),
            _("Free some space, then save again."),
        )
    if "readonly" in lowered or "unable to open" in lowered:
        return Unavailable(
            _("The store in {folder} cannot be written.").format(folder=path.parent),
            _("Check the folder's permissions, or copy the store to a folder of yours."),
        )
    if "locked" in lowered or "busy" in lowered:
        return Unavailable(
            _("The store is in use by another program."), _("Close it, then try again.")
        )
    if "not a database" in lowered or "malformed" in lowered or "hmac" in lowered:
        return damaged(path)
    return error


def damaged(path: Path) -> Unavailable:
    """Say that the file is damaged and what to do."""
    return Unavailable(
        _("The store file {path} is damaged or was cut short.").format(path=path),
        _("Restore the latest backup; unsent work in this file is kept, do not delete it."),
    )
