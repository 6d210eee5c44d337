"""A thin, slow line that is cut again and again, and an office's day of work to send over it."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from queue import Queue
from threading import Event, Lock, Thread
from time import monotonic
from uuid import UUID

from PIL import Image

from app.casework.attachments import attach_picture
from app.errors import Unavailable
from app.models.cases import Case
from app.models.persons import Contact, Person, PersonName
from app.models.sessions import CounsellingSession
from app.models.store import Store
from app.sync.client import WAITS_S, Carrier
from app.sync.engine import sync
from app.sync.state import enrolment_of

PEOPLE_A_DAY = 40
PICTURES_A_DAY = 3
_PICTURE_PX = (270, 270)
_PIECE = 512
_DAY = date(2026, 11, 20)
_SYLLABLES = [consonant + vowel for consonant in "bdklmnrst" for vowel in "aio"]


class BadLine:
    """A relay to a server with the rate, the delay and the cuts of a poor telephone line.

    Args:
        target: Address of the server.
        bits_per_s: Either way.
        round_trip_s: From a byte's leaving to its answer's coming, at least.
        cut_every_s: All connections are cut so often; never when None.
        cut_every_bytes: They are cut whenever so much was borne, however long a busy computer
            took for it; never when None.
        times: Runs so many times as fast as said.
        trips_to_connect: Round trips before a connection bears its first byte.

    Attributes:
        sent: Bytes that went to the server; ``passed`` those that came back.
        connections: How many were made; ``cuts`` how often they were cut.
    """

    def __init__(
        self,
        target: str,
        *,
        bits_per_s: float = 40_000,
        round_trip_s: float = 0.8,
        cut_every_s: float | None = 10,
        cut_every_bytes: int | None = None,
        times: float = 1,
        trips_to_connect: int = 1,
    ) -> None:
        host, port = target.removeprefix("http://").split(":")
        self._target = (host, int(port))
        self._bytes_per_s = bits_per_s / 8 * times
        self._one_way_s = round_trip_s / 2 / times
        self._connect_s = trips_to_connect * round_trip_s / times
        self._cut_every_s = None if cut_every_s is None else cut_every_s / times
        self._cut_every_bytes = cut_every_bytes
        self._cut_at = cut_every_bytes or 0
        self._ended = Event()
        self._open: set[socket.socket] = set()
        self._guard = Lock()
        self.sent = self.passed = self.connections = self.cuts = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads: list[Thread] = []
        # All connections share the line.
        self._there, self._back = _Way(self, "sent"), _Way(self, "passed")
        self._start(self._accept)
        if self._cut_every_s is not None:
            self._start(self._cut)

    def __enter__(self) -> BadLine:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._ended.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._cut_all()
        for thread in self._threads:
            thread.join(30)

    def _start(self, work: Callable[..., None], *given: object) -> None:
        thread = Thread(target=work, args=given)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._start(self._connect, client)

    def _connect(self, client: socket.socket) -> None:
        server = socket.create_connection(self._target)
        with self._guard:
            self._open |= {client, server}
        if self._ended.wait(self._connect_s):
            self._hang_up(client, server)
            return
        for way, source, sink in ((self._there, client, server), (self._back, server, client)):
            pieces: Queue[tuple[float, bytes]] = Queue()
            self._start(self._take, way, source, pieces)
            self._start(self._bring, pieces, source, sink)

    def _take(self, way: _Way, source: socket.socket, pieces: Queue[tuple[float, bytes]]) -> None:
        data = b"begun"
        while data:
            try:
                data = source.recv(_PIECE)
            except OSError:
                data = b""
            if not way.bear(len(data)):
                data = b""
            pieces.put((monotonic() + self._one_way_s, data))

    def _bring(
        self, pieces: Queue[tuple[float, bytes]], source: socket.socket, sink: socket.socket
    ) -> None:
        with suppress(OSError):
            while True:
                due, data = pieces.get()
                if self._ended.wait(max(due - monotonic(), 0)) or not data:
                    break
                sink.sendall(data)
        self._hang_up(source, sink)

    def _hang_up(self, *ends: socket.socket) -> None:
        with self._guard:
            self._open -= set(ends)
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _cut(self) -> None:
        while not self._ended.wait(self._cut_every_s):
            self._cut_all()

    def _cut_all(self) -> None:
        with self._guard:
            ends = list(self._open)
        if ends:
            self.cuts += 1
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def bears(self, size: int) -> bool:
        """Take the time that so many bytes take; False when the line is gone."""
        gone = self._ended.wait(size / self._bytes_per_s)
        portion = self._cut_every_bytes
        if portion is not None:
            with self._guard:
                is_due = self.sent + self.passed >= self._cut_at
                self._cut_at += portion * is_due
            if is_due:
                self._cut_all()
        return not gone


class _Way:
    """One direction of a line: its bytes follow each other."""

    def __init__(self, line: BadLine, counter: str) -> None:
        self._line = line
        self._counter = counter
        self._turn = Lock()

    def bear(self, size: int) -> bool:
        with self._turn:
            setattr(self._line, self._counter, getattr(self._line, self._counter) + size)
            return self._line.bears(size)


@dataclass
class Crossing:
    """How a store's work came over a line.

    Attributes:
        attempts: Syncs it took.
        seconds: By the line's time.
        bytes: Both ways.
    """

    attempts: int = 0
    seconds: float = 0.0
    bytes: int = 0
    failures: list[str] = field(default_factory=list)


def cross(
    store: Store, line: BadLine, *, with_contents: bool, times: float = 1, most_attempts: int = 60
) -> Crossing:
    """Sync over a line until all has come across, as somebody who does not give up.

    Raises:
        Unavailable: It never does.
    """
    place = enrolment_of(store)
    assert place is not None
    crossing = Crossing()
    waits_s = tuple(wait / times for wait in WAITS_S)
    begin, before = monotonic(), line.sent + line.passed
    while True:
        crossing.attempts += 1
        try:
            with Carrier(line.url, place, waits_s=waits_s) as carrier:
                sync(store, carrier, with_contents=with_contents)
            break
        except Unavailable as error:
            crossing.failures.append(error.message)
            if crossing.attempts >= most_attempts:
                raise
    crossing.seconds = (monotonic() - begin) * times
    crossing.bytes = line.sent + line.passed - before
    return crossing


def work_a_day(store: Store, author: UUID, seed: int = 1) -> int:
    """Register people with cases and sessions, one save each, as counsellors do; gives how many."""
    chance = random.Random(seed)
    words = ["".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _word in range(600)]

    def prose(count: int) -> str:
        return " ".join(chance.choices(words, k=count))

    for number in range(PEOPLE_A_DAY):
        person = Person(
            sex=chance.choice("FM"),
            nationalities=frozenset({chance.choice(["SN", "GN", "CI", "ML", "CM"])}),
            town=prose(1).title(),
            occupation=prose(1),
            children=chance.randrange(6),
            note=prose(52),
        )
        case = Case(
            person=person.id,
            programme="FORAS",
            number=f"MA-RAB-2026-{number:06}",
            state="draft",
            opened=_DAY,
            return_country="SN",
            state_reason=prose(20),
        )
        children = [
            PersonName(
                person=person.id, name_kind="legal", given_names=prose(1), family_name=prose(1)
            ),
            Contact(person=person.id, number=f"+21261{chance.randrange(10**7):07}", name=prose(2)),
            CounsellingSession(
                case=case.id,
                session_kind="information",
                held_on=_DAY,
                minutes=chance.randrange(10, 90),
                language="fr",
                interpreter="none",
                leaflet=True,
                questions=prose(30),
                note=prose(56),
            ),
        ]
        with store.write(author) as db:
            for record in (person, case, *children):
                db.add(record)
                db.flush()
        if number < PICTURES_A_DAY:
            attach_picture(store, author, person.id, _picture(chance), attachment_kind="photo")
    return PEOPLE_A_DAY


def _picture(chance: random.Random) -> bytes:
    """Make a picture that no compression helps: about 100 KB once it is kept."""
    width, height = _PICTURE_PX
    encoded = BytesIO()
    Image.frombytes("RGB", _PICTURE_PX, chance.randbytes(3 * width * height)).save(encoded, "PNG")
    return encoded.getvalue()
