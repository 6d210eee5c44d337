"""One office computer at work in a process of its own: saves, syncs, and says what it saved.

    python -m tests.soak.driver STORE SEED

Each line it prints is JSON. ``saved`` is said only once the save is on disk. SIGUSR1 fills its
disk, SIGUSR2 makes room again, SIGTERM ends it.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa

from app.errors import Refused, Unavailable
from app.models.ids import new_id
from app.models.persons import Person
from app.models.store import Store
from app.sync.client import Carrier
from app.sync.engine import sync
from app.sync.state import enrolment_of

STORE_KEY = bytes(range(32))
_NAMES = UUID("7a3e8f0e-7a0f-5d0b-9a27-5c9d40b3a001")
_FRAMES = (2000, 20_000, 768 * 1024)
_SPARE_BYTES = 40_000


class Driver:
    """Somebody at work on a store."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._chance = Random(seed)
        self._author = uuid5(_NAMES, str(folder))
        self._prefix = f"{folder.parent.name}-{seed}"
        self._count = 0
        self._store = Store(folder, STORE_KEY)
        self._is_stopping = False
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGUSR1, self._fill)
        signal.signal(signal.SIGUSR2, self._make_room)

    def run(self) -> None:
        """Work until told to stop."""
        say({"ready": True})
        with self._store:
            while not self._is_stopping:
                try:
                    self._chance.choice((self._register, self._change, self._change, self._sync))()
                except Unavailable as error:
                    say({"unavailable": error.message})
                except Refused as refused:
                    say({"refused": refused.rule, "message": refused.message})

    def _register(self) -> None:
        town = self._text()
        person = Person(id=new_id(), sex="F", nationalities=frozenset({"SN"}), town=town)
        with self._store.write(self._author) as db:
            db.add(person)
        say({"saved": [str(person.id), "town", town]})

    def _change(self) -> None:
        with self._store.read() as db:
            people = list(db.scalars(sa.select(Person.id)))
        if not people:
            return
        name, person = self._chance.choice(("town", "note")), self._chance.choice(people)
        text = self._text()
        with self._store.write(self._author) as db:
            setattr(db.get_one(Person, person), name, text)
        say({"saved": [str(person), name, text]})

    def _sync(self) -> None:
        place = enrolment_of(self._store)
        assert place is not None
        with Carrier(place.url, place, waits_s=()) as carrier:
            report = sync(self._store, carrier, frame_bytes=self._chance.choice(_FRAMES))
        say({"synced": [report.sent, report.received], "findings": report.findings})

    def _text(self) -> str:
        self._count += 1
        return f"{self._prefix}-{self._count}"

    def _stop(self, *_signal: object) -> None:
        self._is_stopping = True

    def _fill(self, *_signal: object) -> None:
        """Let files grow a little more, then no further, as on a full disk."""
        largest = max(path.stat().st_size for path in self._store.folder.iterdir())
        _limit_files(largest + _SPARE_BYTES)

    def _make_room(self, *_signal: object) -> None:
        _limit_files(resource.RLIM_INFINITY)


def _limit_files(size: int) -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))


def say(said: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    Driver(Path(sys.argv[1]), int(sys.argv[2])).run()
