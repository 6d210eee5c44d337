"""Offices, their machines and headquarters in one process, with every mishap they may meet.

Nothing is simulated but time and the wire: stores are real encrypted files in folders that are
copied and put back as backups are, frames are encoded and decoded as they travel.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID, uuid5

import pytest
import sqlalchemy as sa
from pyrage import x25519
from sqlalchemy.orm import Session

from app.casework.conflicts import resolve
from app.casework.consents import give_consent
from app.casework.history import conflicts_of
from app.errors import Cancelled, Unavailable
from app.hq.base import Headquarters
from app.hq.check import feed_faults
from app.hq.devices import device_named, enrol
from app.hq.exchange import exchange
from app.hq.invites import invite
from app.hq.tables import FILE_SCOPE
from app.hq.verify import verify
from app.models.check import faults
from app.models.ids import named_id
from app.models.keys import Keys
from app.models.log import CHANGE, QUARANTINE
from app.models.offices import Office
from app.models.persons import Contact, Person
from app.models.projection import rows_in
from app.models.record import kinds
from app.models.reissue import TWIN
from app.models.sharing import FileShare
from app.models.store import KEY_FILE, Store
from app.models.users import User
from app.sync import relay
from app.sync.client import LineCutError
from app.sync.engine import exchange_and_mend
from app.sync.frames import Answer, Request, decode, encode
from app.sync.report import SyncReport
from app.sync.round import Round
from app.sync.signing import new_private_key, public_key
from app.sync.state import Enrolment, enrolment_of, progress_of
from app.sync.verifying import Check, Checked
from tests.conftest import TODAY
from tests.sync.disks import Disk, FileDisk
from tests.sync.oracle import (
    Held,
    Key,
    Oracle,
    differences,
    held_in,
    key_of,
    log_of,
    trays_in,
)

STORE_KEY = bytes(range(32))
TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000
_BEGIN_MS = 1_795_000_000_000
_HOUR_MS = 3600 * 1000
_NAMES = UUID("0d5bb2b4-4a1c-5f0e-9a38-5b8f3a6a7a11")
_MOST_PASSES = 12
_MOST_FRAMES = 300
Link = tuple[bytes, int, bytes]


def made_id(name: str) -> UUID:
    """Give the same id in every run, and one that nobody else would give: not a named id."""
    return UUID(bytes=uuid5(_NAMES, name).bytes, version=4)


class Fate(Enum):
    """What may become of a frame."""

    ARRIVES = "arrives"
    LOST = "lost"
    UNANSWERED = "unanswered"
    TWICE = "twice"


@dataclass
class Machine:
    """One computer: a store, what the machine remembers beside it, and a clock of its own."""

    name: str
    office: str
    folder: Path
    clock_ahead_ms: int = 0
    epoch: int = 0
    backups: list[Path] = field(default_factory=list)
    form: tuple[UUID, int] | None = None

    store: Store = field(init=False, repr=False)

    @property
    def author(self) -> UUID:
        """Who works there; somebody else after the disk was put back, so that saves stay told."""
        return made_id(f"{self.name} {self.epoch}")

    @property
    def people(self) -> list[UUID]:
        with self.store.read() as db:
            return list(db.scalars(sa.select(Person.id).order_by(Person.id)))

    @property
    def contacts(self) -> list[UUID]:
        with self.store.read() as db:
            return list(db.scalars(sa.select(Contact.id).order_by(Contact.id)))


@dataclass
class InFlight:
    """A frame that was sent, and the answer to it if there was one."""

    machine: Machine
    epoch: int
    device: UUID
    sent: bytes
    answer: bytes | None = None


class World:
    """Some machines of some offices, and headquarters.

    Args:
        folder: Where everything is; a store knows when it is opened in another place.
        offices: Code of the office of each machine.
        disk: Headquarters' own; a file by default.
    """

    def __init__(
        self, folder: Path, offices: Iterable[str] = ("RAB", "RAB", "AGA"), disk: Disk | None = None
    ) -> None:
        self.folder = folder
        self.disk = disk or FileDisk()
        self.oracle = Oracle()
        self.lost: set[Key] = set()
        self.by_hand: set[Key] = set()
        self.flights: list[InFlight] = []
        self.machines: list[Machine] = []
        self.hq_backups: list[Path] = []
        self._now_ms = _BEGIN_MS
        self._numbers = 0
        self._logs: dict[str, set[Link]] = {}
        self._patch = pytest.MonkeyPatch()
        # A failing run must fail again: device ids decide between equal stamps.
        self._patch.setattr("app.models.store.uuid4", self._device_id)
        for number, office in enumerate(offices):
            self.machines.append(Machine(f"m{number}", office, folder / f"m{number}"))

    # -- beginning and end ---------------------------------------------------------------------

    def found(self) -> None:
        """Found the offices, enrol every machine, and let each sync."""
        self.hq = self.disk.found(self.folder / "hq", self._hq_now)
        for machine in self.machines:
            with self.at(machine):
                (machine.folder / "store").mkdir(parents=True)
                Keys(machine.folder / "store" / KEY_FILE).create(True)
                machine.store = self._store(machine)
                self._found_office(machine)
                self._enrol(machine)
        for machine in self.machines * 2:
            self.sync(machine)
        self.close()

    def open(self) -> World:
        """Open everything that ``found`` left in the folder."""
        # The numbers and the hour below were gone through when it was founded.
        self._numbers = 1000
        self._now_ms += _HOUR_MS
        self.hq = Headquarters.open(self.folder / "hq", now=self._hq_now)
        for machine in self.machines:
            with self.at(machine):
                machine.store = self._store(machine)
        for machine in self.machines:
            with machine.store.engine.connect() as connection:
                self.oracle.learn([change for _device, change in log_of(connection)], ())
        return self

    def close(self) -> None:
        for machine in self.machines:
            machine.store.close()
        self.hq.close()
        self.disk.clear()
        self._patch.undo()

    def _enrol(self, machine: Machine) -> None:
        """Give a machine its place, as the service does."""
        store, private = machine.store, new_private_key()
        identity = x25519.Identity.generate()
        device = enrol(
            self.hq,
            code=invite(self.hq, machine.office).code,
            device=store.device,
            public_key=public_key(private),
            name=machine.name,
            is_training=True,
            office=machine.office,
            recipient=str(identity.to_public()),
        )
        place = Enrolment(
            url="http://127.0.0.1:9",
            hq=self.hq.id.bytes,
            device=device.id.bytes,
            private_key=private,
            office=device.office.bytes,
            office_code=machine.office,
            scopes=[scope.bytes for scope in device.scopes],
            identity=str(identity),
            hq_key=self.hq.secrets.public_key,
            hq_recipient=self.hq.secrets.recipient,
        )
        store.settings.put(enrolment=place)

    def _found_office(self, machine: Machine) -> None:
        office = named_id("office", machine.office)
        machine.store.settings.put(office=str(office), office_code=machine.office, country="MA")
        with machine.store.write(machine.author) as db:
            db.add(Office(id=office, code=machine.office, office_kind="office", country="MA"))
            db.flush()
            roles = frozenset({"supervisor", "admin"})
            db.add(User(id=machine.author, login=machine.name, roles=roles, office=office))

    def _store(self, machine: Machine) -> Store:
        return Store(
            machine.folder / "store",
            STORE_KEY,
            now_ms=lambda: self._now_ms + machine.clock_ahead_ms,
            today=lambda: TODAY,
        )

    @contextmanager
    def at(self, machine: Machine) -> Iterator[None]:
        """Be at a machine: what it remembers beside its store is its own."""
        before = os.environ.get("SANAD_STATE")
        os.environ["SANAD_STATE"] = str(machine.folder / "state")
        self.tick()
        try:
            yield
        finally:
            if before is None:
                del os.environ["SANAD_STATE"]
            else:
                os.environ["SANAD_STATE"] = before

    def tick(self) -> None:
        """Let a second go by."""
        self._now_ms += 1000

    def _hq_now(self) -> datetime:
        return datetime.fromtimestamp(self._now_ms / 1000, UTC)

    def _device_id(self) -> UUID:
        return made_id(f"device {self.number()}")

    def number(self) -> int:
        self._numbers += 1
        return self._numbers

    # -- work ----------------------------------------------------------------------------------

    def save(
        self, machine: Machine, work: Callable[[Session], None], seen: int | None = None
    ) -> None:
        """Save at a machine, and let the oracle know what was set and what was seen."""
        with machine.store.engine.connect() as connection:
            before = log_of(connection)
            known = log_of(connection, seen)
        with self.at(machine), machine.store.write(machine.author, seen=seen) as db:
            work(db)
        with machine.store.engine.connect() as connection:
            made = [change for _device, change in log_of(connection)[len(before) :]]
        self.oracle.learn(made, [key_of(change) for _device, change in known])

    def register(self, machine: Machine, name: str) -> UUID:
        person = made_id(f"person {self.number()}")

        def work(db: Session) -> None:
            db.add(Person(id=person, sex="F", nationalities=frozenset({"SN"}), town=name))

        self.save(machine, work)
        return person

    def answer(
        self, machine: Machine, kind: type, record: UUID, seen: int | None = None, **answers: Any
    ) -> None:
        def work(db: Session) -> None:
            held = db.get_one(kind, record)
            for name, value in answers.items():
                setattr(held, name, value)

        self.save(machine, work, seen)

    def add_contact(self, machine: Machine, person: UUID) -> UUID:
        contact = made_id(f"contact {self.number()}")

        def work(db: Session) -> None:
            db.add(Contact(id=contact, person=person, number="+212612345678", name="a friend"))

        self.save(machine, work)
        return contact

    def void(self, machine: Machine, person: UUID) -> None:
        """Void a person, or let them count again."""

        def work(db: Session) -> None:
            held = db.get_one(Person, person)
            held.voided = None if held.voided else f"reason {self.number()}"

        self.save(machine, work)

    def share(self, machine: Machine, person: UUID, to: str) -> bool:
        """Open a file to another office; False where it is this one's only for a while."""
        if person.bytes not in self.roots_at_home(machine):
            return False

        def work(db: Session) -> None:
            scopes = frozenset({"share_partner"})
            give_consent(db, person, scopes=scopes, given_on=TODAY, form="written")
            share = made_id(f"share {self.number()}")
            db.add(
                FileShare(id=share, person=person, to_scope=to, purpose="referral", shared_on=TODAY)
            )

        self.save(machine, work)
        return True

    def close_share(self, machine: Machine, which: int) -> bool:
        """Close one opening of a file; False where there is none."""
        with machine.store.read() as db:
            query = sa.select(FileShare).where(FileShare.closed_on.is_(None)).order_by(FileShare.id)
            shares = [
                share.id
                for share in db.scalars(query)
                if share.person.bytes in self.roots_at_home(machine)
            ]
        if not shares:
            return False
        self.answer(machine, FileShare, shares[which % len(shares)], closed_on=TODAY)
        return True

    def settle(self, machine: Machine, choice: int) -> bool:
        """Settle the first conflict a machine shows; False when it shows none."""
        with machine.store.read() as db:
            waiting = [
                (type(record), record.id, conflicts_of(db, record)[0])
                for kind in (Person, Contact)
                for record in db.scalars(
                    sa.select(kind).where(kind.conflicts.is_not(None)).order_by(kind.id)
                )
            ]
        if not waiting:
            return False
        kind, record_id, conflict = waiting[0]
        name = conflict.field
        with machine.store.engine.connect() as connection:
            given = [
                change.fields[name]
                for _device, change in log_of(connection)
                if change.record == record_id.bytes and name in change.fields
            ]
        value = kind.fields[name].type.from_log(given[choice % len(given)])

        def work(db: Session) -> None:
            resolve(db, db.get_one(kind, record_id), name, value, "a person decided")

        self.save(machine, work)
        return True

    # -- the wire ------------------------------------------------------------------------------

    def sync(
        self,
        machine: Machine,
        fates: Iterable[Fate] = (),
        *,
        frame_bytes: int = 100_000,
        cancel_after: int | None = None,
    ) -> SyncReport | None:
        """Sync a machine; None when the line failed or it was cancelled."""
        wire = Wire(self, machine, iter(fates))
        told: list[int] = []

        def tell(done: int, total: int) -> None:
            told.append(done)
            if cancel_after is not None and len(told) > cancel_after:
                raise Cancelled

        with self.at(machine), closing(wire):
            try:
                return exchange_and_mend(machine.store, wire, tell, frame_bytes=frame_bytes)
            except (LineCutError, Cancelled):
                return None

    def deliver(self, flight: InFlight) -> None:
        """Let headquarters receive a frame, whenever it was sent; nobody waits for the answer."""
        device = device_named(self.hq, flight.device)
        assert device is not None
        flight.answer = encode(exchange(self.hq, device, decode(flight.sent, Request)))

    def receive(self, flight: InFlight) -> bool:
        """Let a machine take in an answer, whenever it was given."""
        if flight.answer is None or flight.epoch != flight.machine.epoch:
            return False
        with self.at(flight.machine):
            request, answer = decode(flight.sent, Request), decode(flight.answer, Answer)
            Round(flight.machine.store, request, answer, SyncReport()).apply()
        return True

    def settle_down(self) -> None:
        """Let everybody sync until nothing moves."""
        for _pass in range(_MOST_PASSES):
            reports = [self.sync(machine) for machine in self.machines]
            if all(
                r is not None and not (r.sent or r.received or r.renewed or r.passed_on)
                for r in reports
            ):
                return
        raise AssertionError("the machines never come to rest")

    # -- mishaps -------------------------------------------------------------------------------

    def reopen(self, machine: Machine) -> None:
        machine.store.close()
        with self.at(machine):
            machine.store = self._store(machine)

    def back_up(self, machine: Machine) -> None:
        """Copy a machine's disk aside."""
        machine.store.close()
        copy = self.folder / f"backup{self.number()}"
        shutil.copytree(machine.folder, copy)
        machine.backups.append(copy)
        with self.at(machine):
            machine.store = self._store(machine)

    def put_back(self, machine: Machine, backup: Path, *, with_memory: bool) -> bool:
        """Set a machine's store back, with what the machine remembers or without.

        False where it would take with it what only a third party still holds: nobody is there to
        bring that back.
        """
        with self._loss() as is_bearable:
            aside = self.folder / f"aside{self.number()}"
            machine.store.close()
            shutil.copytree(machine.folder, aside)
            shutil.rmtree(machine.folder / "store")
            shutil.copytree(backup / "store", machine.folder / "store")
            if with_memory:
                shutil.rmtree(machine.folder / "state")
                shutil.copytree(backup / "state", machine.folder / "state")
            with self.at(machine):
                machine.store = self._store(machine)
            if is_bearable():
                machine.epoch += 1
                machine.form = None
                self._logs.pop(machine.name, None)
                return True
            machine.store.close()
            shutil.rmtree(machine.folder)
            shutil.copytree(aside, machine.folder)
            with self.at(machine):
                machine.store = self._store(machine)
            return False

    def clone(self, machine: Machine, *, with_memory: bool) -> Machine:
        """Copy a machine's store to another machine; with its memory both use one identity."""
        machine.store.close()
        name = f"copy{self.number()}"
        twin = Machine(name, machine.office, self.folder / name)
        twin.clock_ahead_ms = machine.clock_ahead_ms
        if with_memory:
            shutil.copytree(machine.folder, twin.folder)
            for path in (twin.folder / "state" / "devices").iterdir():
                memory = json.loads(path.read_bytes())
                memory["folder"] = str((twin.folder / "store").resolve())
                path.write_text(json.dumps(memory))
        else:
            shutil.copytree(machine.folder / "store", twin.folder / "store")
        for one in (machine, twin):
            with self.at(one):
                one.store = self._store(one)
        self.machines.append(twin)
        return twin

    def back_up_hq(self) -> None:
        self.hq.close()
        copy = self.folder / f"backup{self.number()}"
        self.disk.copy(self.folder / "hq", copy)
        self.hq_backups.append(copy)
        self.hq = Headquarters.open(self.folder / "hq", now=self._hq_now)

    def put_back_hq(self, backup: Path) -> bool:
        """Set headquarters back; False where nobody is left to bring something again."""
        with self._loss() as is_bearable:
            self.hq.close()
            aside = self.folder / f"aside{self.number()}"
            shutil.move(self.folder / "hq", aside)
            self.disk.copy(backup, self.folder / "hq")
            self.hq = Headquarters.open(self.folder / "hq", now=self._hq_now)
            if is_bearable():
                self._logs.pop("hq", None)
                return True
            self.hq.close()
            self.disk.remove(self.folder / "hq")
            shutil.move(aside, self.folder / "hq")
            self.hq = Headquarters.open(self.folder / "hq", now=self._hq_now)
            return False

    @contextmanager
    def _loss(self) -> Iterator[Callable[[], bool]]:
        """Note what nobody holds any longer; it cannot be asked for."""
        before = self._anywhere()

        def is_bearable() -> bool:
            after = self._anywhere()
            held_at_hq = self._keys(self.hq.store)
            stranded = {
                key
                for key in after - held_at_hq
                if not any(self._brings(m, key) for m in self.machines)
            }
            if stranded - self.lost:
                return False
            self.lost |= before - after
            self.by_hand |= {key for key in after - held_at_hq if not self._made(key)}
            return True

        yield is_bearable

    def _brings(self, machine: Machine, key: Key) -> bool:
        """Tell whether a machine gives headquarters a write: its own, or a colleague's by hand."""
        with machine.store.engine.connect() as connection:
            passed_on = {one.identity: one for one in relay.relayed(connection)}
            return self._made(key, [machine]) or any(
                one.key == key
                and one.device in passed_on
                and passed_on[one.device].first <= one.seq <= passed_on[one.device].last
                for one in held_in(connection)
            )

    def _made(self, key: Key, machines: Sequence[Machine] = ()) -> bool:
        """Tell whether one of some machines, or of all, has a write under its own identity."""
        for machine in machines or self.machines:
            own = {device.bytes for device in machine.store.identities}
            with machine.store.engine.connect() as connection:
                if any(one.key == key and one.device in own for one in held_in(connection)):
                    return True
        return False

    def _anywhere(self) -> set[Key]:
        return set().union(*(self._keys(store) for store in self.stores))

    def _keys(self, store: Store) -> set[Key]:
        with store.engine.connect() as connection:
            return {one.key for one in held_in(connection)} | trays_in(connection)

    @property
    def stores(self) -> list[Store]:
        return [*(machine.store for machine in self.machines), self.hq.store]

    # -- what must hold ------------------------------------------------------------------------

    def check_log(self, name: str, store: Store) -> None:
        """The log is only added to, each identity's numbers have no gap, and rows are its fold."""
        with store.engine.connect() as connection:
            log = _links(connection, CHANGE)
            aside = _links(connection, QUARANTINE) | _links(connection, TWIN)
        assert self._logs.get(name, set()) <= log | aside, "the log was not only added to"
        self._logs[name] = log
        own = {device.bytes for device in getattr(store, "identities", [])}
        numbers: dict[bytes, set[int]] = {}
        for device, seq, _chain in log | aside:
            numbers.setdefault(device, set()).add(seq)
        for device in own & numbers.keys():
            expected = set(range(1, len(numbers[device]) + 1))
            assert numbers[device] == expected, "an identity's numbers have a gap"
        assert differences(store, self.oracle) == []

    def check_all(self) -> None:
        """Everything that must hold once nothing moves any longer."""
        with self.hq.store.engine.connect() as connection:
            assert [*faults(connection), *feed_faults(connection)] == []
        for machine in self.machines:
            with machine.store.engine.connect() as connection:
                assert list(faults(connection)) == []
        for name, store in [("hq", self.hq.store), *((m.name, m.store) for m in self.machines)]:
            self.check_log(name, store)
        self.check_nothing_lost()
        for machine in self.machines:
            assert self.rows_open_to(machine, self.hq.store) == self.rows_open_to(
                machine, machine.store
            ), f"{machine.name} and headquarters do not show the same"
            assert progress_of(machine.store).mismatched == []

    def check_nothing_lost(self) -> None:
        wanted = {key for key in self.oracle.writes if key not in self.lost}
        missing = wanted - self._keys(self.hq.store)
        # What its maker lost and a colleague had by hand: where the maker, set back with its
        # memory, wrote something else in its place meanwhile, the colleague keeps it aside.
        aside = set().union(*(self._keys(machine.store) for machine in self.machines))
        assert missing <= self.by_hand & aside, "headquarters lacks what somebody typed"
        with self.hq.store.engine.connect() as connection:
            taken = wanted & {one.key for one in held_in(connection)}
        for machine in self.machines:
            roots = self.roots_open_to(machine)
            seen = {key for key in taken if self.oracle.writes[key].root in roots}
            lacking = {(key.kind, key.record.hex()) for key in seen - self._keys(machine.store)}
            assert lacking == set(), f"{machine.name} lacks what somebody typed"

    def roots_at_home(self, machine: Machine) -> set[bytes]:
        """Give the files that headquarters knows to be at home in a machine's office."""
        return self._roots(machine, FILE_SCOPE.c.is_home.is_(True))

    def roots_open_to(self, machine: Machine) -> set[bytes]:
        """Give the files that a machine must show as headquarters does."""
        return self._roots(machine, sa.true()) - self._roots_with_refused(machine)

    def _roots(self, machine: Machine, which: sa.ColumnElement[bool]) -> set[bytes]:
        with self.hq.store.engine.connect() as connection:
            query = sa.select(FILE_SCOPE.c.root).where(
                FILE_SCOPE.c.scope.in_(self.place(machine).scopes),
                FILE_SCOPE.c.closed_at.is_(None),
                # Who wrote and where they work comes along in part.
                FILE_SCOPE.c.is_read_only.is_(False),
                which,
            )
            return {bytes(root) for root in connection.scalars(query)}

    def _roots_with_refused(self, machine: Machine) -> set[bytes]:
        """Give the files a machine wrote on after they were closed to it: it keeps that apart."""
        with self.hq.store.engine.connect() as connection:
            refused = trays_in(connection)
        with machine.store.engine.connect() as connection:
            held = {one.key for one in held_in(connection)}
        return {self.oracle.writes[key].root for key in refused & held}

    def place(self, machine: Machine) -> Enrolment:
        place = enrolment_of(machine.store)
        assert place is not None
        return place

    def rows_open_to(self, machine: Machine, store: Store) -> dict[str, list[tuple[Any, ...]]]:
        """Give a copy's rows of the files that are open to a machine."""
        roots = self.roots_open_to(machine)
        found: dict[str, list[tuple[Any, ...]]] = {}
        with store.engine.connect() as connection:
            for kind, record in kinds().items():
                names = ["root", *(column.name for column in record.__table__.columns)]
                rows = rows_in(connection, kind, names, is_ordered=True)
                listed = [row for row in rows if row[0] in roots]
                if listed:
                    found[kind] = listed
        return found


def _links(connection: sa.Connection, table: sa.Table) -> set[Link]:
    rows = connection.execute(sa.select(table.c.device, table.c.seq, table.c.chain))
    return {(device, seq, chain) for device, seq, chain in rows}


class Wire:
    """A line to headquarters in this process, for one sync."""

    waits_s: tuple[float, ...] = ()

    def __init__(self, world: World, machine: Machine, fates: Iterator[Fate]) -> None:
        self._world = world
        self._machine = machine
        self._fates = fates
        self._turn = Lock()
        self._is_closed = False
        self._frames = 0

    def close(self) -> None:
        """Carry nothing more; what is under way has arrived by then."""
        with self._turn:
            self._is_closed = True

    def verify(self, asked: Check) -> Checked:
        device = device_named(self._world.hq, UUID(bytes=self._world.place(self._machine).device))
        assert device is not None
        return decode(encode(verify(self._world.hq, device, asked)), Checked)

    def exchange(self, request: Request) -> Answer:
        # Frames are asked for ahead, in a thread of their own.
        with self._turn:
            if self._is_closed:
                raise LineCutError("The line was cut.", "Sync again.")
            return self._exchange(request)

    def _exchange(self, request: Request) -> Answer:
        self._frames += 1
        assert self._frames < _MOST_FRAMES, "a sync never ends"
        place = self._world.place(self._machine)
        device = UUID(bytes=place.device)
        flight = InFlight(self._machine, self._machine.epoch, device, encode(request))
        self._world.flights.append(flight)
        fate = next(self._fates, Fate.ARRIVES)
        if fate is not Fate.LOST:
            self._world.deliver(flight)
        if fate is Fate.TWICE:
            self._world.deliver(flight)
        if fate in {Fate.LOST, Fate.UNANSWERED}:
            raise LineCutError("The line was cut.", "Sync again.")
        assert flight.answer is not None
        return decode(flight.answer, Answer)


class Template:
    """A world founded once; each run begins with a copy of it, in the same place.

    Args:
        folder: Where everything is; one that another template of the like left is as good.
        offices: Code of the office of each machine.
        disk: Headquarters' own; a file by default.
    """

    def __init__(
        self, folder: Path, offices: Iterable[str] = ("RAB", "RAB", "AGA"), disk: Disk | None = None
    ) -> None:
        self._live = folder / "live"
        self._kept = folder / "kept"
        self._offices = tuple(offices)
        self._disk = disk or FileDisk()
        if not self._kept.exists():
            self._live.mkdir(parents=True)
            World(self._live, self._offices, self._disk).found()
            shutil.copytree(self._live, self._kept)

    def world(self) -> World:
        """Give a fresh world, open; its last one must be closed."""
        shutil.rmtree(self._live)
        shutil.copytree(self._kept, self._live)
        shutil.rmtree(self._live / "hq")
        self._disk.copy(self._kept / "hq", self._live / "hq")
        return World(self._live, self._offices, self._disk).open()


__all__ = ["Fate", "Held", "Machine", "Template", "Unavailable", "World"]
