"""A real PostgreSQL server, and databases of one test each."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import psycopg

from app.hq.postgres import PostgresDatabase, parse_url

_SHAPED = "shaped"
# Emptying tables takes a twentieth of the time that making a database takes.
_EMPTY = """
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename NOT IN ('setting') AND tablename !~ '^feed_'
    LOOP
        EXECUTE format('DELETE FROM %I', name);
    END LOOP;
    DELETE FROM setting AS s WHERE s.name <> 'shape';
    PERFORM setval('change_pos', 1, false);
END $$
"""


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        folder: Where its socket and files are.
        numbers: Names databases.
    """

    folder: Path
    numbers: Iterator[int]

    def url(self, database: str, user: str = "postgres", password: str = "") -> str:
        return f"postgresql://{user}:{password}@/{database}?host={quote(str(self.folder))}"

    def run(self, sql: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement as the server's owner; gives its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def database(self) -> Iterator[str]:
        """Give the address of a database without anything in it."""
        name = f"test{next(self.numbers)}"
        self.run(f"CREATE DATABASE {name}")
        try:
            yield self.url(name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def emptied(self) -> str:
        """Give the address of a database that has its tables, all empty; there is one."""
        self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{_SHAPED}' AND pid <> pg_backend_pid()"
        )
        self.run(_EMPTY, _SHAPED)
        return self.url(_SHAPED)


@contextmanager
def running() -> Iterator[Server]:
    """Run a server; its files are gone afterwards."""
    # Where a service's account may go, under a path short enough for a socket.
    with TemporaryDirectory(prefix="postgres", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield from _running(Path(name))


def _running(folder: Path) -> Iterator[Server]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says where its lock is where nobody logged in
        import pgserver

    data = folder / "data"
    data.mkdir()
    postgres = pgserver.get_server(data, cleanup_mode="stop")
    server = Server(data, count(1))
    try:
        server.run("ALTER SYSTEM SET fsync = off")  # a test survives no power cut
        server.run("SELECT pg_reload_conf()")
        server.run(f"CREATE DATABASE {_SHAPED}")
        shaped = PostgresDatabase(parse_url(server.url(_SHAPED)), folder)
        with shaped.opening():
            shaped.prepare()
        shaped.close()
        yield server
    finally:
        postgres.cleanup()
