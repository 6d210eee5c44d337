"""Offices and headquarters as processes that are killed and starved, and what must hold."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Queue
from random import Random
from threading import Thread
from time import monotonic
from typing import IO, Any
from uuid import UUID

import sqlalchemy as sa

from app.hq.base import Headquarters
from app.hq.check import feed_faults
from app.hq.invites import invite
from app.models.change import decode
from app.models.check import faults
from app.models.digest import store_digest
from app.models.ids import named_id
from app.models.keys import Keys
from app.models.store import KEY_FILE, Store
from app.sync.client import Carrier
from app.sync.engine import sync
from app.sync.enrolment import enrol
from app.sync.state import enrolment_of
from tests.soak.driver import STORE_KEY

_STARTS_WITHIN_S = 60.0
_MOST_PASSES = 20


@dataclass
class Computer:
    """One office computer: its store, the process at work on it, and what that said it saved."""

    folder: Path
    office: str
    saved: list[tuple[str, str, str]] = field(default_factory=list)
    said: Counter[str] = field(default_factory=Counter)
    complaints: set[str] = field(default_factory=set)
    process: subprocess.Popen[str] | None = None
    listener: Thread | None = None
    is_full: bool = False

    @property
    def store_folder(self) -> Path:
        return self.folder / "store"

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "SANAD_STATE": str(self.folder / "state"), "SANAD_LANG": "en"}

    @contextmanager
    def open(self) -> Iterator[Store]:
        """Work on its store in this process."""
        before = os.environ.get("SANAD_STATE")
        os.environ["SANAD_STATE"] = str(self.folder / "state")
        try:
            with Store(self.store_folder, STORE_KEY) as store:
                yield store
        finally:
            if before is None:
                del os.environ["SANAD_STATE"]
            else:
                os.environ["SANAD_STATE"] = before

    def start(self, seed: int) -> None:
        """Let somebody work on it."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.driver", str(self.store_folder), str(seed)],
            stdout=subprocess.PIPE,
            text=True,
            env=self.environment,
        )
        self.is_full = False
        ready: Queue[bool] = Queue()
        assert self.process.stdout is not None
        self.listener = Thread(target=self._listen, args=(self.process.stdout, ready))
        self.listener.start()
        try:
            ready.get(timeout=_STARTS_WITHIN_S)
        except Empty:
            raise AssertionError("a computer does not start") from None

    def _listen(self, stdout: IO[str], ready: Queue[bool]) -> None:
        with stdout:
            for line in stdout:
                # A process killed while it prints leaves half a line: that was not said.
                if not line.endswith("\n"):
                    continue
                for name, value in json.loads(line).items():
                    self._hear(name, value)
                    if name == "ready":
                        ready.put(True)

    def _hear(self, name: str, value: Any) -> None:
        self.said[name] += 1
        if name == "saved":
            self.saved.append((value[0], value[1], value[2]))
        if name in {"unavailable", "refused"}:
            self.complaints.add(str(value))

    def end(self, number: signal.Signals) -> int:
        """Stop whoever is at work; gives the exit code."""
        assert self.process is not None
        assert self.listener is not None
        self.process.send_signal(number)
        code = self.process.wait(_STARTS_WITHIN_S)
        self.listener.join(_STARTS_WITHIN_S)
        self.process = None
        return code


class Service:
    """Headquarters as a process on a port of its own."""

    def __init__(self, folder: Path, db: str | None) -> None:
        self.folder = folder
        self.db = db
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder.parent / "hq.log"
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        more = [] if self.db is None else ["--db", self.db]
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable, "-m", "app", "--store", str(self.folder), "hq", "serve",
                    "--training", "--port", str(self.port), *more,
                ],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, "SANAD_LANG": "en"},
            )  # fmt: skip
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line.startswith("Listening on "), self._log.read_text()

    def end(self, number: signal.Signals) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.send_signal(number)
        self._process.wait(_STARTS_WITHIN_S)
        self._process.stdout.close()
        self._process = None

    @property
    def faults(self) -> list[str]:
        """What it logged as faults of its own."""
        return [line for line in self._log.read_text().splitlines() if "a request failed" in line]

    @contextmanager
    def open(self) -> Iterator[Headquarters]:
        with Headquarters.open(self.folder, is_training=True, **self._database) as hq:
            yield hq

    @property
    def _database(self) -> dict[str, Any]:
        return {} if self.db is None else {"db": self.db}

    def drop_connections(self) -> None:
        """Let the database hang up on everybody, as when it is restarted."""
        assert self.db is not None
        engine = sa.create_engine(self.db.replace("postgresql://", "postgresql+psycopg://"))
        try:
            with engine.begin() as connection:
                connection.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        finally:
            engine.dispose()


class Soak:
    """Three computers of two offices, and headquarters.

    Args:
        folder: Where everything is.
        seed: Decides what happens, though not when the processes are at which statement.
        db: PostgreSQL for headquarters; its own file without.
    """

    def __init__(self, folder: Path, seed: int, db: str | None = None) -> None:
        self._chance = Random(seed)
        self.service = Service(folder / "hq", db)
        self.computers = [
            Computer(folder / name, office)
            for name, office in (("one", "RAB"), ("two", "RAB"), ("far", "AGA"))
        ]
        self.mishaps: Counter[str] = Counter()
        # Each kind once, then whatever comes.
        self._due = [self._a_computer_dies, self._headquarters_dies, self._a_disk_fills]
        if db is not None:
            self._due.append(self._the_database_hangs_up)

    def run(self, seconds: float, pause: Callable[[float], object]) -> None:
        """Let everybody work, and things happen, for so long; then see what holds.

        Args:
            seconds: At least so long, and until each kind of mishap has happened.
            pause: Waits between two mishaps.
        """
        self.service.folder.parent.mkdir(parents=True, exist_ok=True)
        self.service.start()
        try:
            self._enrol()
            for computer in self.computers:
                computer.start(self._chance.randrange(10**9))
            end = monotonic() + seconds
            while monotonic() < end or self._due:
                pause(self._chance.uniform(0.05, 0.6))
                self._something_happens()
            for computer in self.computers:
                assert computer.end(signal.SIGTERM) == 0
            self._settle_down()
        finally:
            self._end_all()
        self._check()

    def _enrol(self) -> None:
        for computer in self.computers:
            computer.store_folder.mkdir(parents=True)
            Keys(computer.store_folder / KEY_FILE).create(True)
            with computer.open() as store:
                office = str(named_id("office", computer.office))
                store.settings.put(office=office, office_code=computer.office, country="MA")
                with self.service.open() as hq:
                    code = invite(hq, computer.office).code
                enrol(store, self.service.url, code, computer.folder.name, waits_s=())

    def _something_happens(self) -> None:
        mishaps = [self._a_computer_dies] * 3 + [self._headquarters_dies, self._a_disk_fills]
        if self.service.db is not None:
            mishaps += [self._the_database_hangs_up] * 2
        mishap = self._due.pop() if self._due else self._chance.choice(mishaps)
        self.mishaps[mishap.__name__.strip("_")] += 1
        mishap()

    def _a_computer_dies(self) -> None:
        computer = self._chance.choice(self.computers)
        computer.end(signal.SIGKILL)
        computer.start(self._chance.randrange(10**9))

    def _headquarters_dies(self) -> None:
        self.service.end(signal.SIGKILL)
        self.service.start()

    def _a_disk_fills(self) -> None:
        computer = self._chance.choice(self.computers)
        assert computer.process is not None
        computer.process.send_signal(signal.SIGUSR2 if computer.is_full else signal.SIGUSR1)
        computer.is_full = not computer.is_full

    def _the_database_hangs_up(self) -> None:
        self.service.drop_connections()

    def _end_all(self) -> None:
        for computer in self.computers:
            if computer.process is not None:
                computer.end(signal.SIGKILL)
        self.service.end(signal.SIGTERM)

    def _settle_down(self) -> None:
        for _pass in range(_MOST_PASSES):
            if not sum(self._moves(computer) for computer in self.computers):
                return
        raise AssertionError("the computers never come to rest")

    def _moves(self, computer: Computer) -> bool:
        with computer.open() as store:
            place = enrolment_of(store)
            assert place is not None
            with Carrier(place.url, place) as carrier:
                report = sync(store, carrier)
        assert report.findings == [], report.findings
        return bool(report.sent or report.received)

    def _check(self) -> None:
        assert self.service.faults == []
        with self.service.open() as hq:
            with hq.store.engine.connect() as connection:
                assert [*faults(connection), *feed_faults(connection)] == []
                at_hq = _said_in(connection)
            digests = {}
            for computer in self.computers:
                with computer.open() as store, store.engine.connect() as connection:
                    assert list(faults(connection)) == []
                    held = _said_in(connection)
                    digests[computer.folder.name] = store_digest(connection)
                lost = [one for one in computer.saved if one not in held or one not in at_hq]
                assert lost == [], f"{computer.folder.name} said it had saved {lost}"
            assert digests["one"] == digests["two"]
            with hq.store.engine.connect() as connection:
                whole = store_digest(connection)["person"]["count"]
            apart = [digests[name]["person"]["count"] for name in ("one", "far")]
            assert whole == sum(apart)


def _said_in(connection: sa.Connection) -> set[tuple[str, str, str]]:
    """Give every answer of a log: record, question and text."""
    rows = connection.execute(sa.text("SELECT body FROM change"))
    found = set()
    for (body,) in rows:
        change = decode(bytes(body))
        found |= {
            (str(UUID(bytes=change.record)), name, value)
            for name, value in change.fields.items()
            if isinstance(value, str)
        }
    return found
