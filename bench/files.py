"""Twenty thousand full files: what opening, searching, saving, boards and printing take then.

Some files are lived through as in the training store; the others are copies of them, merged as the
changes of another device, with ids, case numbers and names of their own. ``SANAD_BENCH_FILES``
says how many.
"""

from __future__ import annotations

import gc
import os
import random
import resource
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import perf_counter
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from app.casework import departures, follow_up_board, grant_board
from app.casework.agenda import agenda
from app.casework.cases import open_case
from app.casework.demo import fill
from app.casework.entry import add_record
from app.casework.follow_up import due
from app.casework.people import register
from app.casework.people_list import latest_people
from app.casework.sessions import record_session
from app.casework.tasks import tasks_due
from app.casework.today import expected, waiting
from app.casework.verbs import act
from app.documents.registry import print_document, print_many
from app.models.cases import Case
from app.models.change import Change, encode, genesis, links
from app.models.grants import Grant
from app.models.ids import new_id
from app.models.merge import Run
from app.models.persons import Person
from app.models.record import kinds
from app.models.store import Store
from app.models.types import Reference
from app.models.users import User
from app.ui.screens.person_file import read_file
from bench.figures import a_store, figure, percentile, timed
from bench.searching import TYPED

_LIVED = 120
_FULL = 15
"""Records from which a file is worth copying."""
_RUN = 2000
_PASSPHRASE = "bench bench"
_TAILS = [a + b for a in "bdklmnst" for b in "aeiou"]


@dataclass
class Template:
    """A file to copy: kind, id, answers in log form and the answers that point to records."""

    person: bytes
    records: list[tuple[str, bytes, dict[str, Any], list[str]]] = field(default_factory=list)


def main() -> None:
    """Build the store and measure."""
    files = int(os.environ.get("SANAD_BENCH_FILES", "20000"))
    with a_store() as (store, user, folder):
        start = perf_counter()
        fill(store, user, people=_LIVED)
        figure("living through files", _LIVED / (perf_counter() - start), "files/s", "–")
        templates = list(_templates(store))
        count, taken_s = _copy(store, user.bytes, templates, files)
        more = {"files": files, "changes": count}
        figure("merge of full files", count / taken_s, "changes/s", "≥ 10,000/s", **more)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        figure("peak memory of the merge", peak, "MB", "–", **more)
        with store.control() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM person")
        size = sum(one.stat().st_size for one in (folder / "store").glob("sanad.db*"))
        figure("size of the store", size / 1e6, "MB", "–", **more)
        gc.collect()
        _read(store, user, files)
        _save(store, user, files)
        _print(store, files)
        _reopen(store, files)


# -- building ----------------------------------------------------------------------------------


def _templates(store: Store) -> Iterator[Template]:
    with store.read() as db:
        found: dict[bytes, Template] = {}
        for kind in kinds().values():
            points = {n for n, f in kind.fields.items() if isinstance(f.type, Reference)}
            for record in db.scalars(select(kind)):
                answers = {
                    name: asked.type.to_log(value)
                    for name, asked in kind.fields.items()
                    if (value := getattr(record, name)) is not None
                }
                one = found.setdefault(record.root.bytes, Template(record.root.bytes))
                one.records.append(
                    (kind.kind, record.id.bytes, answers, sorted(points & set(answers)))
                )
        people = {person.id.bytes for person in db.scalars(select(Person))}
    yield from (one for one in found.values() if one.person in people and len(one.records) >= _FULL)


def _copy(store: Store, author: bytes, templates: list[Template], files: int) -> tuple[int, float]:
    """Merge copies of templates; gives how many changes, and the seconds merging them took."""
    device, count, taken_s = uuid4().bytes, 0, 0.0
    for run in _runs(device, author, templates, files):
        start = perf_counter()
        store.merge([run])
        taken_s += perf_counter() - start
        count += len(run.bodies)
    return count, taken_s


def _runs(device: bytes, author: bytes, templates: list[Template], files: int) -> Iterator[Run]:
    previous, first, seq = genesis(device), 1, 1
    bodies: list[bytes] = []
    chance = random.Random(1)
    for number in range(files):
        one = templates[number % len(templates)]
        ids = {old: new_id().bytes for _kind, old, _answers, _points in one.records}
        person, tx = ids[one.person], seq
        for kind, old, answers, points in one.records:
            fields = dict(answers)
            for name in points:
                fields[name] = ids.get(fields[name], fields[name])
            if kind == "case":
                fields["number"] = f"MA-FES-2026-{number:06}-{old.hex()[-4:]}"
            elif kind == "certificate":
                fields["number"] = f"{number:06}-{fields['number']}"
            elif kind == "person_name" and "family_name" in fields:
                fields["family_name"] += chance.choice(_TAILS)
            root = b"" if ids[old] == person else person
            stamp = (1_790_000_000_000 + seq) << 16
            bodies.append(encode(Change(seq, stamp, author, tx, kind, ids[old], root, fields, [])))
            seq += 1
            if len(bodies) == _RUN:
                yield Run(device, first, previous, bodies)
                previous = links(previous, bodies)[-1]
                first, bodies = seq, []
    if bodies:
        yield Run(device, first, previous, bodies)


# -- measuring ---------------------------------------------------------------------------------


def _told(name: str, work: Callable[[], object], budget: str, times: int, files: int) -> None:
    """Print the median of some runs, after one that warms up."""
    made = work()
    size = {"lines": len(made)} if isinstance(made, list) else {}
    taken = timed(work, times)
    figure(
        name, statistics.median(taken) * 1000, "ms", budget, files=files,
        worst=round(max(taken) * 1000, 1), **size,
    )  # fmt: skip


def _read(store: Store, user: UUID, files: int) -> None:
    today = store.context().today
    _told("first page of the list", lambda: latest_people(store, None, 50), "–", 9, files)
    taken = []
    for typed in TYPED * 10:
        start = perf_counter()
        store.finder.find(typed)
        taken.append(perf_counter() - start)
    figure("search, p95", percentile(taken, 95) * 1000, "ms", "≤ 16 ms", files=files)
    with store.read() as db:
        cases = list(db.scalars(select(Case).limit(2000)))
        people = [case.person for case in random.Random(1).sample(cases, min(60, len(cases)))]
    desk: Any = SimpleNamespace(store=store, user=user, roles=frozenset({"supervisor"}))
    at = iter(people * 2)
    _told("opening a person's file", lambda: read_file(desk, next(at)), "≤ 50 ms", 59, files)

    def asked(query: Callable[[Any], object]) -> Callable[[], object]:
        def ask() -> object:
            with store.read() as db:
                return query(db)

        return ask

    for name, query in (
        ("Departures board", lambda db: departures.board(db, today)),
        ("Grants board", lambda db: grant_board.board(db, today)),
        ("Follow-up board", lambda db: follow_up_board.board(db, today)),
        ("follow-up due", lambda db: due(db, today)),
        ("tasks due", lambda db: tasks_due(db, user, today)),
        ("expected today", lambda db: expected(db, user, today)),
        ("waiting for the counsellor", lambda db: waiting(db, user, today)),
        ("agenda of a day", lambda db: agenda(db, today, today)),
    ):
        _told(name, asked(query), "≤ 50 ms", 5, files)


def _save(store: Store, user: UUID, files: int) -> None:
    with store.read() as db:
        supervisor = db.scalars(select(User).where(User.login == "karim")).one().id

    def registration() -> UUID:
        with store.write(user) as db:
            person = register(
                db,
                {"sex": "F", "nationalities": ["SN"], "birth": "1990", "town": "Rabat"},
                names=[{"given_names": "Aïssatou", "family_name": "N’Diaye"}],
                contacts=[{"number": "+212661234567"}],
            )
            return open_case(db, person.id, "AVRR-FROM").id

    _told("save of a registration with its case", registration, "≤ 30 ms", 60, files)
    case = registration()

    def session() -> None:
        with store.write(user) as db:
            record_session(db, case, session_kind="information", language="fr", minutes=30)

    _told("save of a session", session, "≤ 30 ms", 60, files)
    taken = []
    for _number in range(40):
        with store.write(user) as db:
            grant = add_record(
                db, "grant",
                {"case": str(case), "purpose": "microbusiness", "requested": "800 EUR"},
            ).id  # fmt: skip
        start = perf_counter()
        with store.write(supervisor) as db:
            act(db, db.get_one(Grant, grant), "approve", {})
        taken.append(perf_counter() - start)
    figure(
        "save of a grant's approval", statistics.median(taken) * 1000, "ms", "≤ 30 ms",
        files=files, worst=round(max(taken) * 1000, 1),
    )  # fmt: skip


def _print(store: Store, files: int) -> None:
    with store.read() as db:
        people = list(db.scalars(select(Person.id).limit(200)))
    today = store.context().today
    _told(
        "one intake form, warm",
        lambda: print_document(store, "intake", people[0], ("fr",), printed_on=today),
        "≤ 50 ms", 15, files,
    )  # fmt: skip
    start = perf_counter()
    printed = sum(1 for _paper in print_many(store, "intake", people, ("fr",), printed_on=today))
    figure(f"{printed} intake forms", perf_counter() - start, "s", "≤ 4 s", files=files)


def _reopen(store: Store, files: int) -> None:
    key = store.keys.way_in("bench", _PASSPHRASE).key
    store.close()
    opened = []
    for _run in range(5):
        start = perf_counter()
        again = Store.open(store.folder, key)
        latest_people(again, None, 50)
        opened.append(perf_counter() - start)
        again.close()
    figure(
        "unlock to first page of the list, beside the key derivation",
        statistics.median(opened), "s", "≤ 0.4 s", files=files,
    )  # fmt: skip


if __name__ == "__main__":
    main()
