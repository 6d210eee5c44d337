"""A real headquarters answering on loopback, and a line to it that can be cut."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any
from uuid import UUID

from app.hq.base import Headquarters
from app.hq.invites import invite
from app.hq.serve import Listening, serve
from app.models.digest import store_digest
from app.models.persons import Person, PersonName
from app.models.store import Store
from app.sync.client import Carrier
from app.sync.engine import sync
from app.sync.enrolment import enrol
from app.sync.report import SyncReport
from app.sync.state import enrolment_of

ALWAYS = 1_000_000


@contextmanager
def serving(hq: Headquarters, port: int = 0) -> Iterator[str]:
    """Answer for ``hq`` on a free port; gives the address."""
    ready: Queue[Listening] = Queue()
    thread = Thread(target=serve, args=(hq,), kwargs={"port": port, "ready": ready.put})
    thread.start()
    listening = ready.get(timeout=30)
    try:
        yield listening.url
    finally:
        listening.stop()
        thread.join(30)


@contextmanager
def headquarters(folder: Path, *, is_training: bool = True, **more: Any) -> Iterator[Headquarters]:
    with Headquarters.open(folder, is_training=is_training, **more) as hq:
        yield hq


def enrolled(store: Store, hq: Headquarters, url: str, office: str = "RAB") -> Store:
    """Enrol a store with a fresh code."""
    enrol(store, url, invite(hq, office).code, "a laptop", waits_s=())
    return store


def carry(store: Store, url: str | None = None) -> Carrier:
    """Give a carrier that gives up at once."""
    place = enrolment_of(store)
    assert place is not None
    return Carrier(url or place.url, place, waits_s=())


def synced(store: Store, url: str | None = None, **more: Any) -> SyncReport:
    with carry(store, url) as carrier:
        return sync(store, carrier, **more)


def digest(store: Store) -> dict[str, Any]:
    with store.engine.connect() as connection:
        return dict(store_digest(connection))


def register(store: Store, user: UUID, name: str, **more: Any) -> UUID:
    """Save a person with one name, as one save."""
    with store.write(user) as db:
        person = Person(sex="F", nationalities=frozenset({"SN"}), **more)
        db.add(person)
        db.flush()
        db.add(PersonName(person=person.id, name_kind="legal", given_names=name))
    return person.id


def change(store: Store, user: UUID, person: UUID, **answers: Any) -> None:
    with store.write(user) as db:
        record = db.get_one(Person, person)
        for name, value in answers.items():
            setattr(record, name, value)


def answer(store: Store, person: UUID) -> Person:
    with store.read() as db:
        return db.get_one(Person, person)


class Relay:
    """A line to a server that is cut once so many bytes have come back.

    Args:
        target: Address of the server.
        bytes_back: Passed on from the server before the cut.
        cuts: How often it is cut; afterwards it holds.
        each_bears: Bytes to the server after which any one connection is cut.

    Attributes:
        sent: Bytes that went to the server; ``passed`` those that came back.
        connections: How many were made.
    """

    def __init__(
        self, target: str, bytes_back: int = 0, cuts: int = 0, each_bears: int | None = None
    ) -> None:
        host, port = target.removeprefix("http://").split(":")
        self._target = (host, int(port))
        self._bytes_back = bytes_back
        self._cuts = cuts
        self._each_bears = each_bears
        self.sent = self.passed = self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads = [Thread(target=self._accept)]
        self._threads[0].start()

    def __enter__(self) -> Relay:
        return self

    def __exit__(self, *_exc: object) -> None:
        # Closing alone does not wake a thread that waits in accept().
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(30)

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            server = socket.create_connection(self._target)
            for pump in (self._there, self._back):
                thread = Thread(target=self._pump, args=(pump, client, server))
                self._threads.append(thread)
                thread.start()

    def _pump(
        self,
        pump: Callable[[socket.socket, socket.socket], None],
        client: socket.socket,
        server: socket.socket,
    ) -> None:
        with suppress(OSError):
            pump(client, server)
        for end in (client, server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _there(self, client: socket.socket, server: socket.socket) -> None:
        borne = 0
        while data := client.recv(65536):
            self.sent += len(data)
            borne += len(data)
            if self._each_bears is not None and borne > self._each_bears:
                return
            server.sendall(data)

    def _back(self, client: socket.socket, server: socket.socket) -> None:
        while data := server.recv(65536):
            if self._cuts:
                data = data[: max(self._bytes_back - self.passed, 0)]
            self.passed += len(data)
            client.sendall(data)
            if self._cuts and self.passed >= self._bytes_back:
                self._cuts -= 1
                return
