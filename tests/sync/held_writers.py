"""Headquarters on PostgreSQL with one writer stopped where it hurts, and another beside it.

Nothing is left to chance: a trigger stops the first writer until the second has come as far as it
gets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from uuid import UUID

import psycopg
import sqlalchemy as sa

from app.hq.base import DATABASE_FILE
from app.hq.tables import FEED
from app.models.persons import Person
from app.sync.engine import next_request
from app.sync.frames import encode
from tests.sync.world import InFlight, Machine, World

_LOCK = 4711
_PAUSE_S = 0.01
_MOST_PAUSES = 3000
_WAITING = (
    "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE NOT granted AND datname = current_database()"
)


def a_reader_misses_nothing(world: World) -> None:
    """A feed's positions are seen in their order, whoever commits first."""
    one, two, _far = world.machines
    [scope] = world.place(one).scopes
    world.settle_down()
    seen = _positions(world, scope, 0)
    world.register(one, "Rabat")
    world.register(two, "Salé")
    with _stopped(world, "feed", f"NEW.via = '{world.place(one).device.hex()}'") as stopped:
        stopped.push(one, two)
        seen += _positions(world, scope, seen[-1])
    seen += _positions(world, scope, seen[-1])
    assert seen == _positions(world, scope, 0), "a reader missed what was committed later"
    world.settle_down()
    world.check_all()


def what_was_opened_meanwhile_is_given(world: World) -> None:
    """A file opened to another office while a colleague writes on it goes there whole."""
    one, two, far = world.machines
    person = world.register(one, "Rabat")
    world.settle_down()
    world.answer(two, Person, person, town="Salé")
    assert world.share(one, person, far.office)
    with _stopped(world, "change", f"NEW.device = '{two.store.device.hex}'") as stopped:
        stopped.push(two, one)
    world.settle_down()
    world.check_all()
    with far.store.read() as db:
        assert db.get_one(Person, person).town == "Salé"


def _positions(world: World, scope: bytes, after: int) -> list[int]:
    query = sa.select(FEED.c.position).where(FEED.c.scope == scope, FEED.c.position > after)
    with world.hq.store.engine.connect() as connection:
        return list(connection.scalars(query.order_by(FEED.c.position)))


class _Stopped:
    """Two pushes, the first of which stops in its transaction."""

    def __init__(
        self, world: World, database: psycopg.Connection, pool: ThreadPoolExecutor
    ) -> None:
        self._world = world
        self._database = database
        self._pool = pool
        self._pushes: list[Future[None]] = []

    def push(self, first: Machine, second: Machine) -> None:
        """Let the first push until it is stopped, and the second as far as it then gets."""
        self._submit(first)
        self._wait_until(lambda: self._waiting() == 1)
        self._submit(second)
        self._wait_until(lambda: self._pushes[1].done() or self._waiting() == 2)

    def finish(self) -> None:
        """Let both come to their end."""
        self._database.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))
        for push in self._pushes:
            push.result()

    def _submit(self, machine: Machine) -> None:
        world, place = self._world, self._world.place(machine)
        frame = encode(next_request(machine.store, place, 100_000))
        flight = InFlight(machine, machine.epoch, UUID(bytes=place.device), frame)
        self._pushes.append(self._pool.submit(world.deliver, flight))

    def _waiting(self) -> int:
        [(count,)] = self._database.execute(_WAITING).fetchall()
        return int(count)

    def _wait_until(self, holds: Callable[[], bool]) -> None:
        pause = Event()
        for _try in range(_MOST_PAUSES):
            if holds():
                return
            pause.wait(_PAUSE_S)
        raise AssertionError("a writer came neither to its end nor to a lock")


@contextmanager
def _stopped(world: World, table: str, when: str) -> Iterator[_Stopped]:
    """Stop whoever inserts rows of a table that fit, before it commits."""
    address = (world.folder / "hq" / DATABASE_FILE).read_text()
    with psycopg.connect(address, autocommit=True) as database, ThreadPoolExecutor(2) as pool:
        database.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        database.execute(
            "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN PERFORM pg_advisory_xact_lock({_LOCK}); RETURN NULL; END $$"
        )
        database.execute(
            f"CREATE TRIGGER stop AFTER INSERT ON {table} FOR EACH ROW WHEN ({when})"
            " EXECUTE FUNCTION stop()"
        )
        stopped = _Stopped(world, database, pool)
        try:
            yield stopped
        finally:
            stopped.finish()
            database.execute("DROP FUNCTION stop CASCADE")
