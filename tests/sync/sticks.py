"""Files carried by hand between the machines and headquarters of a world, lying on sticks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.errors import SanadError
from app.hq import files as hq_files
from app.models.users import User
from app.sync.batches import export_batch
from app.sync.carried import FileRead
from app.sync.carrying import export_for_hq
from app.sync.colleagues import colleagues_of, export_for_colleagues
from app.sync.files import read_file
from app.sync.parcel_reading import open_parcel
from app.sync.state import progress_of
from tests.sync.world import Machine, World

WEEKS = ("2026-W46", "2026-W47")
_FOR_HQ = frozenset({"changes", "batch"})
_BATCH_AT = datetime(2026, 12, 31, tzinfo=UTC)
_MOST_PASSES = 16
State = dict[str, list[Any]]


class Sticks:
    """What lies on the sticks of a world, all of it: nobody ever tidies up.

    Attributes:
        lying: Every file, the latest last.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.lying: list[Path] = []
        self._folder = world.folder / "sticks"
        self._folder.mkdir()

    # -- writing -------------------------------------------------------------------------------

    def for_headquarters(self, machine: Machine) -> Path:
        """Let a machine write what headquarters has not confirmed."""
        with self._world.at(machine):
            path = self._path("to-hq")
            export_for_hq(machine.store, path)
        return self._laid(path)

    def batch(self, machine: Machine, week: str) -> Path:
        """Let a machine write the batch of a week."""
        with machine.store.read() as db:
            user = db.scalars(sa.select(User.id).order_by(User.id)).first()
        assert user is not None
        with self._world.at(machine):
            path = self._path("batch")
            export_batch(machine.store, user, week, path, now=lambda: _BATCH_AT)
        return self._laid(path)

    def for_a_colleague(self, machine: Machine, *, is_whole: bool = False) -> Path | None:
        """Let a machine write what its colleagues may lack, or all; None where it has none."""
        with self._world.at(machine):
            colleagues = colleagues_of(machine.store)
            if not colleagues:
                return None
            path = self._path("to-colleague")
            export_for_colleagues(machine.store, path, colleagues, is_whole=is_whole)
        return self._laid(path)

    def news(self, machine: Machine) -> Path:
        """Let headquarters write a file for a machine, unasked."""
        path = self._path("news")
        self._world.tick()
        hq = self._world.hq
        hq_files.write_news(hq, UUID(bytes=self._world.place(machine).device), path)
        return self._laid(path)

    def _path(self, name: str) -> Path:
        return self._folder / f"{len(self.lying):03}-{name}.sanad"

    def _laid(self, path: Path) -> Path:
        self.lying.append(path)
        return path

    def damaged(self, path: Path, at: float, *, is_cut: bool) -> Path:
        """Give a copy of a file, cut short or with one bit turned over."""
        data = bytearray(path.read_bytes())
        place = min(int(at * len(data)), len(data) - 1)
        if is_cut:
            del data[place:]
        else:
            data[place] ^= 1 << (place % 8)
        bad = self._folder / "damaged.sanad"
        bad.write_bytes(bytes(data))
        return bad

    # -- reading -------------------------------------------------------------------------------

    def headquarters_reads(
        self, path: Path, *, with_receipt: bool = True, again: bool = False
    ) -> Path | None:
        """Let headquarters read whatever it is given; gives the receipt, where there is one."""
        world = self._world
        world.tick()
        receipt = self._path("receipt")

        def read() -> FileRead:
            return hq_files.read_file(
                world.hq, path, receipt if with_receipt else None, again=again
            )

        is_for_hq = self._is_for(path, world.hq.secrets.identity, world.hq.id.bytes, _FOR_HQ)
        done = self._read(world.hq.store, read, is_for_reader=is_for_hq)
        world.check_log("hq", world.hq.store)
        if done is None or done.receipt is None:
            return None
        self.lying.append(receipt)
        return receipt

    def machine_reads(self, machine: Machine, path: Path) -> FileRead | None:
        """Let a machine read whatever it is given; None where it says that it is not for it."""
        world = self._world
        place = world.place(machine)

        def read() -> FileRead:
            return read_file(machine.store, path)

        is_for_it = self._is_for(
            path, place.identity, place.device, frozenset({"receipt", "news", "colleague"})
        )
        with world.at(machine):
            done = self._read(machine.store, read, is_for_reader=is_for_it)
        world.check_log(machine.name, machine.store)
        return done

    def _is_for(self, path: Path, identity: str, reader: bytes, purposes: frozenset[str]) -> bool:
        """Tell whether a whole file is one that a reader must take."""
        if path not in self.lying:
            return False
        try:
            header = open_parcel(path, identity).header
        except SanadError:
            return False
        return reader in header.readers and header.purpose in purposes and header.sender != reader

    def _read(
        self, store: Any, read: Callable[[], FileRead], *, is_for_reader: bool
    ) -> FileRead | None:
        """Read a file; one that is refused, and one read before, must leave everything as it is."""
        before = state_of(store)
        try:
            done = read()
        except SanadError:
            assert not is_for_reader, "a good file was refused"
            assert state_of(store) == before, "a refused file changed something"
            return None
        assert is_for_reader, "a file for somebody else was taken"
        if done.again is not None and done.receipt is None:
            assert state_of(store) == before, "a file read twice changed something"
        return done

    # -- no line at all ------------------------------------------------------------------------

    def there_and_back(self, machine: Machine) -> bool:
        """Carry a file to headquarters and its receipt back; tells whether anything moved."""
        before = self._held(machine)
        receipt = self.headquarters_reads(self.for_headquarters(machine))
        assert receipt is not None
        self.machine_reads(machine, receipt)
        return self._held(machine) != before

    def settle_by_hand(self) -> None:
        """Let everybody carry files to headquarters and back until nothing moves."""
        for _pass in range(_MOST_PASSES):
            moved = [self.there_and_back(machine) for machine in self._world.machines]
            if not any(moved):
                return
        raise AssertionError("the machines never come to rest by hand")

    def _held(self, machine: Machine) -> tuple[Any, ...]:
        logs = ("change", "quarantine", "twin")
        progress = progress_of(machine.store)
        return (
            state_of(machine.store, logs),
            state_of(self._world.hq.store, logs),
            progress.cursors,
            progress.acknowledged,
        )


def state_of(store: Any, tables: tuple[str, ...] = ()) -> State:
    """Give everything a store keeps, or what is in some of its tables."""
    with store.engine.connect() as connection:
        names = tables or [
            name
            for name in sa.inspect(connection).get_table_names()
            if not name.startswith("sqlite_")
        ]
        return {
            name: sorted(map(repr, connection.exec_driver_sql(f'SELECT * FROM "{name}"')))
            for name in names
        }
