"""Headquarters' database on a PostgreSQL server, shared by any number of workers.

Whoever pushes locks what its changes touch before anything is read (see ``hq.locks``), so that no
two transactions decide about the same thing at the same time; those that have nothing in common run
beside each other. Should two wait for each other all the same, the server ends one of them, and it
is run again from its start.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import psycopg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError

from app.errors import Unavailable
from app.hq.database import Database
from app.hq.tables import CONTROL, FEED
from app.i18n import _
from app.models.contents import CONTENTS
from app.models.log import LOG
from app.models.settings import SETTING
from app.models.shape import add_columns, bring_to_shape

OLDEST_SERVER: Final = 14
FEED_PARTS: Final = 16
_DRIVER: Final = "postgresql+psycopg"
_SCHEMES: Final = {"postgresql", "postgres", _DRIVER}
_CONNECT_S: Final = 10
_LOCK_TIMEOUT: Final = "30s"
_TRIES: Final = 6
# Another transaction was in the way: serialization failure, deadlock, the same row written first.
_AGAIN: Final = {"40001", "40P01", "23505"}
_OPENING: Final = 0x53414E4144  # names the advisory lock held while tables are made
_OWN: Final = (LOG, CONTENTS, CONTROL)
_Result = TypeVar("_Result")


def parse_url(text: str) -> URL:
    """Read the address of a PostgreSQL database.

    Raises:
        Unavailable: It is not one; what was given is not repeated, for it holds a password.
    """
    try:
        url = sa.make_url(text)
    except (ArgumentError, ValueError):
        raise _not_an_address() from None
    if url.drivername not in _SCHEMES or not url.database:
        raise _not_an_address()
    return url.set(drivername=_DRIVER)


def _not_an_address() -> Unavailable:
    return Unavailable(
        _("The address of headquarters' database cannot be read."),
        _("Write it as postgresql://user:password@host:5432/database."),
    )


class _InTheWayError(Exception):
    """Another transaction was; this one may be run again."""


class PostgresDatabase(Database):
    """One database on a server; its tables are made by ``prepare``.

    Args:
        url: Where it is.
        folder: Headquarters' own, on this machine.

    Attributes:
        place: Server and database, for people to read.

    Raises:
        Unavailable: It cannot be reached, does not let us in, or is too old.
    """

    def __init__(self, url: URL, folder: Path) -> None:
        self.place = f"{url.host or url.query.get('host', 'localhost')}/{url.database}"
        engine = sa.create_engine(
            url,
            # A server that was restarted costs nobody a request.
            pool_pre_ping=True,
            pool_size=12,
            max_overflow=12,
            connect_args={
                "connect_timeout": _CONNECT_S,
                # Tells the server's own views which worker a connection is of.
                "application_name": f"sanad-{os.getpid()}",
            },
        )
        event.listen(engine, "handle_error", self._explain)
        event.listen(engine, "connect", _set_up)
        super().__init__(
            folder,
            # Several statements answer one question: they must see one state.
            engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True),
            # What is decided under a lock must be read after it was taken.
            engine.execution_options(isolation_level="READ COMMITTED"),
        )
        try:
            self._require_version()
        except BaseException:
            self.close()
            raise

    def _require_version(self) -> None:
        with self.engine.connect() as connection:
            version = int((connection.dialect.server_version_info or (0,))[0])
        if version < OLDEST_SERVER:
            raise Unavailable(
                _("The PostgreSQL server {place} is of version {version}.").format(
                    place=self.place, version=version
                ),
                _("Use version {oldest} or later.").format(oldest=OLDEST_SERVER),
            )

    @contextmanager
    def opening(self) -> Iterator[bool]:
        """Keep other workers from opening it meanwhile; tells whether it has been used before."""
        with self._writer.begin() as connection:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_OPENING)))
            yield sa.inspect(connection).has_table(SETTING.name)

    def prepare(self) -> None:
        """Make the tables that are missing, and bring the others to the declared shape."""
        with self._writer.begin() as connection:
            inspector = sa.inspect(connection)
            present = set(inspector.get_table_names())
            for declared in _OWN:
                declared.create_all(connection)
                for table in declared.tables.values():
                    if table.name in present:
                        add_columns(connection, inspector, table)
            connection.exec_driver_sql("CREATE INDEX IF NOT EXISTS ix_change_root ON change (root)")
            if FEED.name not in present:
                _partition(connection)
        with self._writer.begin() as connection:
            bring_to_shape(connection, self.settings, is_indexed=False)

    @contextmanager
    def control(self, *, is_lasting: bool = True) -> Iterator[sa.Connection]:
        try:
            with self._begun() as connection:
                if not is_lasting:
                    connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
                yield connection
        except _InTheWayError as error:
            raise _busy() from error

    def write(self, work: Callable[[sa.Connection], _Result]) -> _Result:
        for _try in range(_TRIES):
            try:
                with self._begun() as connection:
                    return work(connection)
            except _InTheWayError:
                continue
        raise _busy()

    @contextmanager
    def _begun(self) -> Iterator[sa.Connection]:
        """Run one writing transaction, and tell the server's errors apart."""
        try:
            with self._writer.begin() as connection:
                yield connection
        except DBAPIError as error:
            if _state(error.orig) in _AGAIN:
                raise _InTheWayError from error
            raise
        except psycopg.Error as error:  # out of COPY, which SQLAlchemy knows nothing of
            state = _state(error)
            if state in _AGAIN:
                raise _InTheWayError from error
            told = self._told(error, state, is_cut=not state)
            if told is None:
                raise
            raise told from error

    def _explain(self, context: Any) -> None:
        """Raise what a person can act on, where the server or the line to it failed."""
        error = context.original_exception
        told = self._told(error, _state(error), is_cut=context.is_disconnect)
        if told is not None:
            raise told from error

    def _told(self, error: BaseException, state: str, *, is_cut: bool) -> Unavailable | None:
        if not isinstance(error, psycopg.Error):
            return None
        if isinstance(error, psycopg.OperationalError) and not state and not is_cut:
            return Unavailable(
                _("The database {place} does not let us in: {reason}.").format(
                    place=self.place, reason=_reason(error)
                ),
                _("Check the address, the user and the password, and that the server runs."),
            )
        if is_cut or state[:2] in {"08", "57"}:
            return Unavailable(
                _("The line to the database {place} was cut; nothing was taken in.").format(
                    place=self.place
                ),
                _("Try again; if it goes on, look at the PostgreSQL server."),
            )
        if state[:2] == "53":
            return Unavailable(
                _("The database {place} has no room left: {reason}.").format(
                    place=self.place, reason=_reason(error)
                ),
                _("Free disk space there, or allow more connections."),
            )
        if state in {"42501", "25006"}:
            return Unavailable(
                _("The database {place} may not be written: {reason}.").format(
                    place=self.place, reason=_reason(error)
                ),
                _("Give the user the right to make and write tables, on the main server."),
            )
        if state == "55P03":
            return _busy()
        return None


def _busy() -> Unavailable:
    return Unavailable(_("Headquarters is busy."), _("Try again in a minute."))


def _set_up(connection: Any, _record: object) -> None:
    """Never wait for ever: a device is answered and asks again."""
    connection.execute(f"SET lock_timeout = '{_LOCK_TIMEOUT}'")
    connection.commit()


def _partition(connection: sa.Connection) -> None:
    """Spread the feeds: each scope's is whole in one part."""
    for part in range(FEED_PARTS):
        connection.exec_driver_sql(
            f"CREATE TABLE feed_{part:02} PARTITION OF feed"
            f" FOR VALUES WITH (MODULUS {FEED_PARTS}, REMAINDER {part})"
        )


def _state(error: BaseException | None) -> str:
    return getattr(error, "sqlstate", None) or ""


def _reason(error: BaseException) -> str:
    """Give what the server or the line said, in one line; it never holds the password."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rpartition("FATAL:")[2].strip().rstrip(".")
