"""Headquarters on a real PostgreSQL server: opened, shared by workers, cut off from it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any
from uuid import NAMESPACE_DNS, UUID, uuid5

import pytest
import sqlalchemy as sa

from app.cli.run import run
from app.errors import Refused, Unavailable
from app.hq.base import DATABASE_FILE, HQ_KEY, Headquarters
from app.hq.check import feed_faults
from app.hq.locks import lock_names
from app.hq.postgres import PostgresDatabase, parse_url
from app.hq.serve import serve_by
from app.hq.tables import INVITE
from app.models.change import Change, encode, genesis
from app.models.check import faults
from app.models.log import CHANGE
from app.models.merge import Run
from app.models.postgres import copy_rows
from app.models.shape import add_columns
from app.sync.engine import sync
from tests.conftest import Founder
from tests.hq.hands import Hand
from tests.hq.servers import Server
from tests.sync.running import carry, digest, enrolled, register, serving, synced

ID = bytes(range(16))


@pytest.fixture
def address(postgres: Server) -> str:
    return postgres.emptied()


@pytest.fixture
def hq(tmp_path: Path, address: str) -> Iterator[Headquarters]:
    with Headquarters.open(tmp_path / "hq", is_training=True, db=address) as opened:
        yield opened


def all_faults(hq: Headquarters) -> list[str]:
    with hq.store.engine.connect() as connection:
        return [*faults(connection), *feed_faults(connection)]


def test_an_empty_database_is_given_its_tables(postgres: Server, tmp_path: Path) -> None:
    with postgres.database() as url, Headquarters.open(tmp_path, is_training=True, db=url) as hq:
        parts = postgres.run(
            "SELECT count(*) FROM pg_inherits WHERE inhparent = 'feed'::regclass",
            url.partition("@/")[2].partition("?")[0],
        )
        assert all_faults(hq) == []
        assert parts == [(16,)]


def test_workers_that_open_an_empty_database_at_once_are_one_headquarters(
    postgres: Server, tmp_path: Path
) -> None:
    with postgres.database() as url:
        with Headquarters.open(tmp_path / "key", is_training=True, db=url):
            pass
        postgres.run("DROP TABLE setting CASCADE", url.partition("@/")[2].partition("?")[0])
        ids: list[UUID] = []

        def work(name: str) -> None:
            (tmp_path / name).mkdir()
            shutil.copy(tmp_path / "key" / HQ_KEY, tmp_path / name)
            with Headquarters.open(tmp_path / name, is_training=True, db=url) as hq:
                ids.append(hq.id)

        threads = [Thread(target=work, args=(f"worker{n}",)) for n in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(ids) == 3
        assert len(set(ids)) == 1


def test_the_folder_remembers_its_database(hq: Headquarters, tmp_path: Path) -> None:
    with Headquarters.open(tmp_path / "hq") as again:
        assert again.id == hq.id
        assert again.is_training
    assert (tmp_path / "hq" / DATABASE_FILE).stat().st_mode & 0o077 == 0


def test_training_and_real_do_not_mix_by_another_folder(
    hq: Headquarters, address: str, tmp_path: Path
) -> None:
    with pytest.raises(Refused) as refused:
        Headquarters.open(tmp_path / "other", is_training=False, db=address)
    assert refused.value.rule == "training"


def test_a_folder_without_the_key_is_told_where_to_get_it(
    hq: Headquarters, address: str, tmp_path: Path
) -> None:
    with pytest.raises(Unavailable, match="key of this headquarters"):
        Headquarters.open(tmp_path / "other", is_training=True, db=address)


def test_another_headquarters_key_is_told_apart(
    hq: Headquarters, address: str, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / HQ_KEY).write_text(bytes(32).hex())
    with pytest.raises(Unavailable, match="another headquarters"):
        Headquarters.open(other, is_training=True, db=address)


def test_a_headquarters_in_a_file_does_not_become_another(address: str, tmp_path: Path) -> None:
    with Headquarters.open(tmp_path, is_training=True):
        pass
    with pytest.raises(Refused) as refused:
        Headquarters.open(tmp_path, db=address)
    assert refused.value.rule == "not_on_postgres"


def test_there_is_none_in_an_unused_database(address: str, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no headquarters"):
        Headquarters.open(tmp_path, db=address)


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://hq:s3cret@localhost/hq",
        "postgresql://hq:s3cret@localhost",
        "postgresql://hq:s3cret@localhost:port/hq",
    ],
)
def test_what_is_no_address_is_said_without_repeating_it(tmp_path: Path, url: str) -> None:
    with pytest.raises(Unavailable) as unavailable:
        Headquarters.open(tmp_path, is_training=True, db=url)
    assert "s3cret" not in str(unavailable.value)


def test_a_server_that_does_not_answer_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as unavailable:
        Headquarters.open(
            tmp_path, is_training=True, db="postgresql://hq:s3cret@127.0.0.1:1/headquarters"
        )
    assert "127.0.0.1/headquarters" in str(unavailable.value)
    assert "s3cret" not in str(unavailable.value)


def test_a_wrong_password_is_said(postgres: Server, tmp_path: Path) -> None:
    rules = postgres.folder / "pg_hba.conf"
    before = rules.read_text()
    try:
        rules.write_text("local all stranger scram-sha-256\n" + before)
        postgres.run("CREATE ROLE stranger LOGIN PASSWORD 'right'")
        postgres.run("SELECT pg_reload_conf()")
        with pytest.raises(Unavailable) as unavailable:
            Headquarters.open(
                tmp_path, is_training=True, db=postgres.url("postgres", "stranger", "s3cret")
            )
    finally:
        rules.write_text(before)
        postgres.run("SELECT pg_reload_conf()")
        postgres.run("DROP ROLE IF EXISTS stranger")
    assert "password authentication failed" in str(unavailable.value)
    assert "s3cret" not in str(unavailable.value)


def test_an_old_server_is_refused(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.hq.postgres.OLDEST_SERVER", 99)
    with pytest.raises(Unavailable, match="Use version 99 or later"):
        PostgresDatabase(parse_url(address), tmp_path)


def test_a_missing_column_is_added(hq: Headquarters) -> None:
    with hq.store.control() as connection:
        connection.exec_driver_sql("ALTER TABLE head DROP COLUMN chain CASCADE")
        table = sa.Table("head", sa.MetaData(), sa.Column("chain", sa.LargeBinary))
        assert add_columns(connection, sa.inspect(connection), table)
        connection.rollback()


def test_both_databases_hold_the_same_rows(
    hq: Headquarters, found: Founder, tmp_path: Path
) -> None:
    store, user = found()
    register(store, user, "Fatou", children=3, needs_interpreter=True, reads=False)
    with store.engine.connect() as connection:
        bodies = list(connection.scalars(sa.select(CHANGE.c.body).order_by(CHANGE.c.seq)))
    runs = [Run(store.device.bytes, 1, genesis(store.device.bytes), bodies)]
    with Headquarters.open(tmp_path / "file", is_training=True) as other:
        hq.store.merge(runs)
        other.store.merge(runs)
        assert digest(store) == digest(hq.store) == digest(other.store)


def test_a_character_that_no_text_may_hold_is_quarantined(hq: Headquarters) -> None:
    body = encode(Change(1, 1, ID, 1, "person", ID, b"", {"town": "Ra\0bat"}, []))
    merged = hq.store.merge([Run(ID, 1, genesis(ID), [body])], contiguous=True)
    assert [seq for _device, seq, _reason in merged.refused] == [1]


def test_rows_are_plain_tables_for_analysts(hq: Headquarters, postgres: Server) -> None:
    found = dict(
        postgres.run(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_name = 'person'",
            "shaped",
        )
    )
    assert found["id"] == "uuid"
    assert found["needs_interpreter"] == "boolean"
    assert found["children"] == "bigint"
    assert found["town"] == "text"


def test_a_reader_that_follows_the_feed_misses_nothing_while_many_write(
    hq: Headquarters, found: Founder, postgres: Server
) -> None:
    # What a writer has allocated is not committed for a while, each time another.
    postgres.run(
        "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM pg_sleep(random() * 0.02); RETURN NULL; END $$",
        "shaped",
    )
    postgres.run(
        "CREATE TRIGGER dawdle AFTER INSERT ON feed FOR EACH STATEMENT EXECUTE FUNCTION dawdle()",
        "shaped",
    )
    try:
        with serving(hq) as url:
            _write_and_follow(hq, found, url)
    finally:
        postgres.run("DROP FUNCTION dawdle CASCADE", "shaped")


def _write_and_follow(hq: Headquarters, found: Founder, url: str) -> None:
    offices = [("RAB", "one"), ("RAB", "two"), ("AGA", "three"), ("AGA", "four")]
    stores = []
    for office, name in offices:
        store, user = found(name, office=office, login=name)
        enrolled(store, hq, url, office)
        for number in range(6):
            register(store, user, f"Fatou {chr(65 + number)}")
        stores.append(store)
    is_over = Event()
    seen: dict[UUID, list[int]] = {}
    start = Barrier(len(stores) + 1)

    def follow() -> None:
        cursors: dict[Any, int] = {}
        query = sa.text("SELECT scope, position FROM feed ORDER BY position")
        start.wait(30)
        is_last = False
        while not is_last:
            is_last = is_over.is_set()
            with hq.store.engine.connect() as connection:
                for scope, position in connection.execute(query):
                    if position > cursors.get(scope, 0):
                        cursors[scope] = position
                        seen.setdefault(scope, []).append(position)

    def write(store: Any) -> None:
        start.wait(30)
        synced(store, frame_bytes=2000)

    reader = Thread(target=follow)
    writers = [Thread(target=write, args=(store,)) for store in stores]
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join(60)
    is_over.set()
    reader.join(60)

    for positions in seen.values():
        assert positions == list(range(1, len(positions) + 1))
    with hq.store.engine.connect() as connection:
        committed = connection.execute(sa.text("SELECT count(*) FROM feed")).scalar()
    assert sum(map(len, seen.values())) == committed
    assert all_faults(hq) == []
    for store in stores:
        assert synced(store).is_verified
    assert digest(stores[0]) == digest(stores[1])
    assert digest(stores[2]) == digest(stores[3])


def test_two_who_change_one_record_at_once_leave_the_row_that_both_come_to(
    hq: Headquarters, postgres: Server
) -> None:
    bodies = {
        device: [
            encode(Change(n, n, device, n, "person", ID, b"", {"town": f"{device[0]}-{n}"}, []))
            for n in range(1, 21)
        ]
        for device in (bytes([n]) * 16 for n in range(1, 4))
    }

    def push(device: bytes) -> None:
        previous = genesis(device)
        for number, body in enumerate(bodies[device], 1):
            run = Run(device, number, previous, [body])

            def lock(connection: sa.Connection) -> Any:
                lock_names(connection, "test")
                return lambda *_arguments: {}

            merged = hq.store.merge([run], contiguous=True, refuse=lock)
            previous = merged.stored[-1].chain

    threads = [Thread(target=push, args=(device,)) for device in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with hq.store.engine.connect() as connection:
        assert list(faults(connection)) == []
        assert connection.scalar(sa.select(sa.func.count()).select_from(CHANGE)) == 60


def copy_scope(connection: sa.Connection, *ids: bytes) -> None:
    columns = {"id": "uuid", "position": "int8", "sum": "bytea"}
    copy_rows(connection, "scope", columns, [(UUID(bytes=id_), 0, bytes(16)) for id_ in ids])


def test_a_row_that_another_wrote_first_is_met_again_from_the_start(hq: Headquarters) -> None:
    tries: list[int] = []

    def work(connection: sa.Connection) -> None:
        tries.append(len(tries))
        twice = len(tries) == 1
        copy_scope(connection, *[b"s" * 16] * (2 if twice else 1))

    hq.store.write(work)
    assert tries == [0, 1]


def test_a_line_cut_while_rows_are_copied_is_said(hq: Headquarters) -> None:
    def work(connection: sa.Connection) -> None:
        own = connection.scalar(sa.select(sa.func.pg_backend_pid()))
        with hq.store.engine.connect() as other:
            other.execute(sa.select(sa.func.pg_terminate_backend(own)))
        copy_scope(connection, b"s" * 16)

    with pytest.raises(Unavailable, match="was cut"):
        hq.store.write(work)
    hq.store.write(lambda connection: copy_scope(connection, b"s" * 16))


def test_a_line_cut_in_the_middle_of_a_push_is_said_and_the_next_sync_completes(
    hq: Headquarters, found: Founder, postgres: Server
) -> None:
    store, user = found()
    with serving(hq) as url:
        enrolled(store, hq, url)
        register(store, user, "Fatou")
        postgres.run(
            "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$",
            "shaped",
        )
        postgres.run(
            "CREATE TRIGGER cut AFTER INSERT ON feed FOR EACH STATEMENT EXECUTE FUNCTION cut()",
            "shaped",
        )
        try:
            with pytest.raises(Unavailable), carry(store) as carrier:
                sync(store, carrier)
        finally:
            postgres.run("DROP FUNCTION cut CASCADE", "shaped")
        with hq.store.engine.connect() as connection:
            assert connection.scalar(sa.select(sa.func.count()).select_from(CHANGE)) == 0
        assert synced(store).is_verified
    assert digest(store) == digest(hq.store)
    assert all_faults(hq) == []


SERVE = """
import sys
from pathlib import Path
from app.hq.base import Headquarters
from app.hq.serve import serve_by
if __name__ == "__main__":
    folder = Path(sys.argv[1])
    with Headquarters.open(folder) as hq:
        serve_by(hq, folder, 2, "127.0.0.1", 0)
"""


@contextmanager
def workers(folder: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    program = folder / "serve.py"
    program.write_text(SERVE)
    process = subprocess.Popen(
        [sys.executable, str(program), str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().removeprefix("Listening on ").strip(), process
    finally:
        process.terminate()
        process.communicate(timeout=60)


def test_a_worker_killed_while_it_takes_a_push_in_costs_a_device_nothing(
    hq: Headquarters, found: Founder, postgres: Server, tmp_path: Path
) -> None:
    store, user = found()
    for number in range(4):
        register(store, user, f"Fatou {chr(65 + number)}")
    # The first push stops in the middle of its transaction until its worker is killed.
    postgres.run("CREATE SEQUENCE pushes", "shaped")
    postgres.run(
        "CREATE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF nextval('pushes') = 1 THEN PERFORM pg_sleep(60); END IF; RETURN NULL; END $$",
        "shaped",
    )
    postgres.run(
        "CREATE TRIGGER stall AFTER INSERT ON feed FOR EACH STATEMENT EXECUTE FUNCTION stall()",
        "shaped",
    )
    try:
        with workers(tmp_path / "hq") as (url, process):
            enrolled(store, hq, url)
            killer = Thread(target=_kill_who_stalls, args=(postgres, process.pid))
            killer.start()
            with pytest.raises(Unavailable), carry(store) as carrier:
                sync(store, carrier)
            killer.join(60)
            postgres.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE wait_event = 'PgSleep'"
            )
            assert synced(store).is_verified
    finally:
        postgres.run("DROP FUNCTION stall CASCADE", "shaped")
        postgres.run("DROP SEQUENCE pushes", "shaped")
    assert digest(store) == digest(hq.store)
    assert all_faults(hq) == []


def _kill_who_stalls(postgres: Server, parent: int) -> None:
    """Kill the worker whose connection sleeps; which one it is, its open sockets tell."""
    stalled: list[tuple[Any, ...]] = []
    pause = Event()
    while not stalled:
        pause.wait(0.05)
        stalled = postgres.run(
            "SELECT application_name FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        )
    number = int(str(stalled[0][0]).rpartition("-")[2])
    assert number != parent
    os.kill(number, signal.SIGKILL)


def test_a_file_has_one_worker(tmp_path: Path) -> None:
    with (
        Headquarters.open(tmp_path, is_training=True) as hq,
        pytest.raises(Refused) as refused,
    ):
        serve_by(hq, tmp_path, 2, "127.0.0.1", 0)
    assert refused.value.rule == "one_worker"


def test_commands_reach_the_database_named_once(
    hq: Headquarters, address: str, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(tmp_path / "hq" / HQ_KEY, other)
    for words in (["--db", address, "invite", "--office", "RAB"], ["digest"], ["check"]):
        assert run(["--store", str(other), "--json", "hq", *words], lambda _folder: 1) == 0
    with hq.store.engine.connect() as connection:
        assert connection.scalar(sa.select(INVITE.c.office_code)) == "RAB"


def test_offices_that_bring_one_shared_file_at_once_all_have_all_of_it(hq: Headquarters) -> None:
    shared = uuid5(NAMESPACE_DNS, "curriculum").bytes
    hands = [Hand(hq, office) for office in ("RAB", "RAB", "AGA", "TNG")]
    start = Barrier(len(hands))
    refused: list[str] = []

    def push(hand: Hand) -> None:
        start.wait(30)
        for number in range(5):
            run = hand.run(hand.change(shared, "curriculum", title=f"{number}"))
            for _ in range(2):  # the second is a repeat
                refused.extend(reason for *_at, reason in hand.ask(run).refused)

    threads = [Thread(target=push, args=(hand,)) for hand in hands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert refused == []
    assert all_faults(hq) == []
    for hand in hands:
        [feed] = hand.ask().feeds
        assert (feed.cursor, sum(len(run.bodies) for run in feed.runs)) == (20, 20)
