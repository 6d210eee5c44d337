"""Sync's figures on SQLite and on PostgreSQL, beside the floor taken in the same run.

First push and first pull of cases with two children each, a day's changes, a sync with nothing to
say, a pull cut at half: records a second, bytes, processor time and peak memory of both sides, each
in a process of its own. The floor is the same records as JSON lines, zstd level 3, one POST over
loopback, bulk inserts into SQLCipher tables with a column an answer.

    python -m bench.sync [CASES ...]
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx
import pgserver
import psutil
import zstandard

from app.casework.founding import found_store
from app.hq.base import Headquarters
from app.hq.invites import invite
from app.models.cases import Case
from app.models.digest import store_digest
from app.models.persons import Person
from app.models.sessions import CounsellingSession
from app.models.store import Store
from app.sync.enrolment import enrol
from bench.figures import figure
from tests.sync.running import Relay

_SAVED_AT_ONCE = 250
_LEVEL = 3
_CHANGED = 100
_PASSPHRASE = "correct horse battery"
_SYLLABLES = [consonant + vowel for consonant in "bdklmnrst" for vowel in "aio"]

HEADQUARTERS = """
import sys
from pathlib import Path
from app.hq.base import Headquarters
from app.hq.serve import serve
with Headquarters.open(Path(sys.argv[1]), is_training=True, db=sys.argv[2] or None) as hq:
    serve(hq, port=0)
"""

DEVICE = """
import json, sys
from pathlib import Path
from time import perf_counter, process_time
from app.models.store import Store
from app.sync.client import Carrier
from app.sync.engine import exchange_records
from app.sync.state import enrolment_of
store, _user = Store.unlock(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
Path("/proc/self/clear_refs").write_text("5")  # the peak of deriving the key is not the sync's
with store:
    place = enrolment_of(store)
    with Carrier(sys.argv[4] or place.url, place, waits_s=(0.1, 0.1, 0.1)) as carrier:
        begin, used = perf_counter(), process_time()
        report = exchange_records(store, carrier)
        print(json.dumps({
            "seconds": perf_counter() - begin,
            "cpu_s": process_time() - used,
            "peak_mb": next(
                int(line.split()[1]) / 1024
                for line in Path("/proc/self/status").read_text().splitlines()
                if line.startswith("VmHWM")
            ),
            "sent": report.sent,
            "received": report.received,
            "verified": report.is_verified,
            "bytes_there": carrier.traffic.sent,
            "bytes_back": carrier.traffic.received,
            "trips": carrier.traffic.trips,
        }))
"""

FLOOR = """
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
import zstandard
from app.models.engine import connect

def plain(value):
    return json.dumps(value) if isinstance(value, list) else value

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        packed = self.rfile.read(int(self.headers["content-length"]))
        rows = [json.loads(line) for line in zstandard.decompress(packed).splitlines()]
        db = connect(Path(sys.argv[1]) / "floor.db", bytes(32))
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("BEGIN")
        for kind in sorted({row["kind"] for row in rows}):
            alike = [row for row in rows if row["kind"] == kind]
            names = list(alike[0])
            listed = ", ".join(f'"{name}"' for name in names)
            db.execute(f'CREATE TABLE "{kind}" ({listed}, PRIMARY KEY (id))')
            for parent in {"person", "case"} & set(names):
                db.execute(f'CREATE INDEX "{kind}_{parent}" ON "{kind}" ("{parent}")')
            db.executemany(
                f'INSERT INTO "{kind}" VALUES ({", ".join("?" * len(names))})',
                [[plain(row.get(name)) for name in names] for row in alike],
            )
        db.execute("COMMIT")
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass

server = HTTPServer(("127.0.0.1", 0), Handler)
print(f"Listening on http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
"""


def main(*sizes: int) -> None:
    """Print the figures."""
    for cases in sizes or (10_000, 50_000):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            os.environ["SANAD_STATE"] = str(folder / "state")
            lines = _filled(folder / "filled", cases)
            floor = _Floor(folder, lines)
            _measure(folder / "sqlite", "", folder / "filled", cases, floor)
            server = pgserver.get_server(folder / "pg", cleanup_mode="stop")
            _measure(folder / "postgresql", server.get_uri(), folder / "filled", cases, floor)
            server.cleanup()


class _Floor:
    """The least that carrying these records costs, measured.

    Attributes:
        rate: Records a second; ``bytes`` what went over the line.
    """

    def __init__(self, folder: Path, lines: list[bytes]) -> None:
        self.rate, self.bytes = _floor(folder, lines)
        figure(
            "sync floor",
            round(self.rate),
            "records/s",
            "21,500 where the budget was set",
            records=len(lines),
            bytes_a_record=round(self.bytes / len(lines), 1),
            json_bytes_a_record=round(sum(map(len, lines)) / len(lines), 1),
        )


def _measure(folder: Path, db: str, filled: Path, cases: int, floor: _Floor) -> None:
    folder.mkdir()
    shutil.copytree(filled, folder / "one")
    _found(folder / "two", "brahim")[0].close()
    _found(folder / "three", "chafik")[0].close()
    with _running(HEADQUARTERS, str(folder / "hq"), db) as (url, process):
        with Headquarters.open(folder / "hq") as hq:
            for name, login in (("one", "amina"), ("two", "brahim"), ("three", "chafik")):
                with Store.unlock(folder / name, login, _PASSPHRASE)[0] as store:
                    enrol(store, url, invite(hq, "RAB").code, "bench")
        side = _Side(folder, "PostgreSQL" if db else "SQLite", cases, floor, process)
        side.first("push", "one", "amina")
        side.first("pull", "two", "brahim")
        side.cut_at_half(url, "three", "chafik")
        _synced(folder / "one", "amina")
        _change(folder / "one")
        side.few("one", "amina")
        side.nothing(url, "one", "amina")
        with Headquarters.open(folder / "hq") as hq, hq.store.read() as db_view:
            expected = store_digest(db_view.connection())
        for name, login in (("one", "amina"), ("two", "brahim")):
            _synced(folder / name, login)
            with Store.unlock(folder / name, login, _PASSPHRASE)[0] as store, store.read() as held:
                assert store_digest(held.connection()) == expected


class _Side:
    """Measures syncs with one headquarters."""

    def __init__(
        self, folder: Path, database: str, cases: int, floor: _Floor, process: psutil.Process
    ) -> None:
        self._folder = folder
        self._named = {"database": database, "cases": cases}
        self._records = 3 * cases
        self._floor = floor
        self._process = process
        self._pulled = 0

    def first(self, way: str, name: str, login: str) -> None:
        """Measure the first push or pull of everything."""
        before = _cpu_s(self._process)
        told = _synced(self._folder / name, login)
        assert told["sent" if way == "push" else "received"] >= self._records, told
        rate = self._records / told["seconds"]
        carried = told["bytes_there" if way == "push" else "bytes_back"]
        self._pulled = told["bytes_back"]
        figure(
            f"sync first {way}",
            round(rate),
            "records/s",
            ">= 12,900 and 0.6 of the floor; bytes <= 1.1 of the floor; memory the same at 50,000",
            **self._named,
            of_floor=round(rate / self._floor.rate, 3),
            bytes_a_record=round(carried / self._records, 1),
            bytes_of_floor=round(carried / self._floor.bytes, 3),
            round_trips=told["trips"],
            device_cpu_s=round(told["cpu_s"], 2),
            device_peak_mb=round(told["peak_mb"]),
            hq_cpu_s=round(_cpu_s(self._process) - before, 2),
            hq_peak_mb=round(_peak_mb(self._process)),
        )

    def cut_at_half(self, url: str, name: str, login: str) -> None:
        """Measure a first pull whose line is cut at half, beside the uncut one."""
        with Relay(url, bytes_back=self._pulled // 2, cuts=1) as line:
            _synced(self._folder / name, login, line.url)
            figure(
                "sync pull cut at half",
                round(line.passed / self._pulled, 3),
                "of an uncut one's bytes",
                "<= 1.05",
                **self._named,
                bytes=line.passed,
            )

    def few(self, name: str, login: str) -> None:
        """Measure a sync of some changed answers."""
        told = _synced(self._folder / name, login)
        figure(
            f"sync of {_CHANGED} changed answers",
            told["bytes_there"] + told["bytes_back"],
            "bytes",
            "<= 12,000 in <= 2 round trips and 0.1 s",
            **self._named,
            round_trips=told["trips"],
            ms=round(told["seconds"] * 1000),
        )

    def nothing(self, url: str, name: str, login: str) -> None:
        """Measure a sync with nothing to say: every byte of it, headers included."""
        _synced(self._folder / name, login)
        with Relay(url) as line:
            told = _synced(self._folder / name, login, line.url)
            figure(
                "sync with nothing to say",
                line.sent + line.passed,
                "bytes with headers",
                "<= 1,024 in one round trip",
                **self._named,
                bodies=told["bytes_there"] + told["bytes_back"],
                round_trips=told["trips"],
                ms=round(told["seconds"] * 1000, 1),
            )


def _synced(folder: Path, login: str, url: str = "") -> dict[str, Any]:
    """Sync a store in a process of its own; gives what it measured."""
    done = subprocess.run(
        [sys.executable, "-c", DEVICE, str(folder), login, _PASSPHRASE, url],
        check=True,
        capture_output=True,
        text=True,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["verified"], told
    return told


def _cpu_s(process: psutil.Process) -> float:
    """Processor time of headquarters, the database's server included where it has one."""
    servers = [
        one
        for one in psutil.process_iter(["name", "cpu_times"])
        if one.info["name"] == "postgres" and one.info["cpu_times"] is not None
    ]
    times = [process.cpu_times(), *(one.info["cpu_times"] for one in servers)]
    return sum(t.user + t.system for t in times)


def _peak_mb(process: psutil.Process) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def _filled(folder: Path, cases: int) -> list[bytes]:
    store, author = _found(folder, "amina")
    with store:
        return _fill(store, author, cases)


def _change(folder: Path) -> None:
    store, author = Store.unlock(folder, "amina", _PASSPHRASE)
    with store, store.write(author) as db:
        for person in db.query(Person).limit(_CHANGED):
            person.town = "Tétouan"


def _found(folder: Path, login: str) -> tuple[Store, Any]:
    return found_store(folder, office="RAB", login=login, passphrase=_PASSPHRASE, is_training=True)


def _fill(store: Store, author: Any, cases: int) -> list[bytes]:
    """Save people, each with a case and a session; gives the same as JSON lines."""
    chance = random.Random(1)
    words = ["".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _word in range(600)]

    def prose(count: int) -> str:
        return " ".join(chance.choices(words, k=count))

    lines: list[bytes] = []
    for first in range(0, cases, _SAVED_AT_ONCE):
        with store.write(author) as db:
            for number in range(first, min(first + _SAVED_AT_ONCE, cases)):
                made = _case_with_children(number, chance, prose)
                for record in made:
                    db.add(record)
                db.flush()
                lines += [json.dumps(r.as_json(), ensure_ascii=False).encode() for r in made]
    return lines


def _case_with_children(number: int, chance: random.Random, prose: Any) -> list[Any]:
    day = date(2026, 1, 1) + timedelta(days=chance.randrange(300))
    person = Person(
        sex=chance.choice("FM"),
        nationalities=frozenset({chance.choice(["SN", "GN", "CI", "ML", "CM"])}),
        birthplace=prose(1).title(),
        town=prose(1).title(),
        occupation=prose(1),
        children=chance.randrange(6),
        legal_status=chance.choice(["irregular", "refugee", "asylum_seeker"]),
        heard_from=prose(3),
        note=prose(52),
    )
    case = Case(
        person=person.id,
        programme="FORAS",
        number=f"MA-RAB-2026-{number:06}",
        state="draft",
        opened=day,
        priority=chance.choice(["normal", "high"]),
        state_reason=prose(58),
        return_country="SN",
        return_place=prose(1).title(),
    )
    session = CounsellingSession(
        case=case.id,
        session_kind="information",
        held_on=day,
        minutes=chance.randrange(10, 90),
        language="fr",
        interpreter="none",
        leaflet=True,
        questions=prose(30),
        note=prose(56),
    )
    return [person, case, session]


def _floor(folder: Path, lines: list[bytes]) -> tuple[float, int]:
    with _running(FLOOR, str(folder)) as (url, _process), httpx.Client(timeout=300) as client:
        records = [json.loads(line) for line in lines]
        begin = perf_counter()
        packed = zstandard.compress(
            b"\n".join(json.dumps(r, ensure_ascii=False).encode() for r in records), _LEVEL
        )
        client.post(url, content=packed).raise_for_status()
        return len(lines) / (perf_counter() - begin), len(packed)


@contextmanager
def _running(program: str, *arguments: str) -> Iterator[tuple[str, psutil.Process]]:
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().removeprefix("Listening on ").strip()
        yield url, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
