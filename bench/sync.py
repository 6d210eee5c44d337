"""Sync's figures: first push and first pull, bytes a record, and a sync with nothing to say.

Each is one JSON line, with the floor taken in the same run: the same records as JSON lines, zstd
level 3, one POST over loopback, bulk inserts into SQLCipher tables with a column an answer.

    python -m bench.sync [CASES]
"""

from __future__ import annotations

import json
import os
import random
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
import zstandard

from app.casework.founding import found_store
from app.hq.base import Headquarters
from app.hq.invites import invite
from app.models.cases import Case
from app.models.digest import store_digest
from app.models.persons import Person
from app.models.sessions import CounsellingSession
from app.models.store import Store
from app.sync.client import Carrier
from app.sync.engine import sync
from app.sync.enrolment import enrol
from app.sync.report import SyncReport
from app.sync.state import enrolment_of
from bench.figures import figure
from tests.sync.running import Relay

_SAVED_AT_ONCE = 250
_LEVEL = 3
_SYLLABLES = [consonant + vowel for consonant in "bdklmnrst" for vowel in "aio"]

HEADQUARTERS = """
import sys
from pathlib import Path
from app.hq.base import Headquarters
from app.hq.serve import serve
with Headquarters.open(Path(sys.argv[1]), is_training=True) as hq:
    serve(hq, port=0)
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


def main(cases: int = 10_000) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["SANAD_STATE"] = str(folder / "state")
        _measure(folder, cases)


def _measure(folder: Path, cases: int) -> None:
    one, author = _store(folder / "one", "amina")
    two, _author = _store(folder / "two", "brahim")
    lines = _fill(one, author, cases)
    count = len(lines)
    floor_rate, floor_bytes = _floor(folder, lines)
    figure(
        "sync floor",
        round(floor_rate),
        "records/s",
        "21,500 where the budget was set",
        records=count,
        bytes_a_record=round(floor_bytes / count, 1),
        json_bytes_a_record=round(sum(map(len, lines)) / count, 1),
    )
    with one, two, _running(HEADQUARTERS, folder / "hq") as url:
        with Headquarters.open(folder / "hq") as hq:
            for store in (one, two):
                enrol(store, url, invite(hq, "RAB").code, "bench")
        for way, store, moved in (("push", one, "sent"), ("pull", two, "received")):
            seconds, carrier, report = _timed(store)
            assert getattr(report, moved) >= count, report
            assert report.is_verified, report
            carried = carrier.traffic.sent if way == "push" else carrier.traffic.received
            figure(
                f"sync first {way}",
                round(count / seconds),
                "records/s",
                ">= 12,900 and 0.6 of the floor; bytes <= 1.1 of the floor",
                of_floor=round(count / seconds / floor_rate, 3),
                bytes_a_record=round(carried / count, 1),
                bytes_of_floor=round(carried / floor_bytes, 3),
                round_trips=carrier.traffic.trips,
            )
        _timed(one)
        seconds, carrier, _report = _timed(one)
        figure(
            "sync with nothing to say",
            _wire_bytes(one, url),
            "bytes with headers",
            "<= 1,024 in one round trip",
            bodies=carrier.traffic.sent + carrier.traffic.received,
            round_trips=carrier.traffic.trips,
            ms=round(seconds * 1000, 1),
        )
        with Headquarters.open(folder / "hq") as hq:
            digests = [_digest(store) for store in (one, two, hq.store)]
        assert digests[0] == digests[1] == digests[2]


def _store(folder: Path, login: str) -> tuple[Store, Any]:
    return found_store(
        folder, office="RAB", login=login, passphrase="correct horse battery", is_training=True
    )


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


def _timed(store: Store) -> tuple[float, Carrier, SyncReport]:
    place = enrolment_of(store)
    assert place is not None
    with Carrier(place.url, place) as carrier:
        begin = perf_counter()
        report = sync(store, carrier)
        return perf_counter() - begin, carrier, report


def _wire_bytes(store: Store, url: str) -> int:
    """Count every byte of one sync, headers included, through a relay."""
    place = enrolment_of(store)
    assert place is not None
    with Relay(url) as line:
        with Carrier(line.url, place) as carrier:
            sync(store, carrier)
        return line.sent + line.passed


def _floor(folder: Path, lines: list[bytes]) -> tuple[float, int]:
    with _running(FLOOR, folder) as url, httpx.Client(timeout=300) as client:
        records = [json.loads(line) for line in lines]
        begin = perf_counter()
        packed = zstandard.compress(
            b"\n".join(json.dumps(r, ensure_ascii=False).encode() for r in records), _LEVEL
        )
        client.post(url, content=packed).raise_for_status()
        return len(lines) / (perf_counter() - begin), len(packed)


def _digest(store: Store) -> Any:
    with store.engine.connect() as connection:
        return store_digest(connection)


@contextmanager
def _running(program: str, folder: Path) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().removeprefix("Listening on ").strip()
    finally:
        process.terminate()
        process.wait(60)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
