"""Headquarters on PostgreSQL with millions of changes: what one exchange costs then.

The log and the feeds of a hundred offices are made up by the server itself; each figure is one JSON
line, taken through ``hq.exchange`` without HTTP.

    python -m bench.scale [MILLIONS ...]
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import sqlalchemy as sa

from app.hq.base import Headquarters
from app.hq.devices import Device, device_named, enrol
from app.hq.exchange import exchange
from app.hq.invites import invite
from app.models.ids import named_id
from app.sync.frames import FRAME_BYTES, PROTOCOL, Holding, Identity, Request
from app.sync.signing import new_private_key, public_key
from bench.figures import figure, people_as_changes

OFFICES = 100
_BODY_BYTES = 400
_PUSHES = 6
_WORKERS = (1, 2, 4)
_NAMES = [("Fatou", "Diallo"), ("Moussa", "Traoré"), ("Awa", "Koné")]
# Two changes a record, three records a file; each office has one computer that made all of it.
_FILL = (
    f"""
    INSERT INTO change (pos, device, seq, root, record, kind, chain, body)
    SELECT nextval('change_pos'), md5('device' || i % {OFFICES})::uuid, i / {OFFICES} + 1,
        md5('file' || i % {OFFICES} || '/' || i / {OFFICES * 6})::uuid,
        md5('record' || i % {OFFICES} || '/' || i / {OFFICES * 2})::uuid, 'person',
        sha256(i::text::bytea), decode(repeat(md5(i::text), {_BODY_BYTES // 16}), 'hex')
    FROM generate_series(:first, :last) AS i
    """,
    f"""
    INSERT INTO feed (scope, position, change, via)
    SELECT (:scopes)[1 + i % {OFFICES}], i / {OFFICES} + 1, i + 1,
        md5('device' || i % {OFFICES})::uuid
    FROM generate_series(:first, :last) AS i
    """,
    f"""
    INSERT INTO file_scope (root, scope, is_home)
    SELECT md5('file' || i % {OFFICES} || '/' || i / {OFFICES})::uuid,
        (:scopes)[1 + i % {OFFICES}], true
    FROM generate_series(:first / 6, :last / 6) AS i
    ON CONFLICT DO NOTHING
    """,
)
_FILLED_AT_ONCE = 500_000
_RELATIONS = ("change", "feed", "file_scope")


def main(*millions: int) -> None:
    """Print the figures at each size, one after the other in the same database."""
    with _server() as url, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Headquarters.open(folder, is_training=True, db=url) as hq:
            devices = [_enrolled(hq, _code(number)) for number in range(OFFICES)]
            filled = 0
            for size in millions or (1,):
                begin = perf_counter()
                filled = _fill(hq, filled, size * 1_000_000)
                _measure(hq, folder, devices, size, perf_counter() - begin)


def _measure(
    hq: Headquarters, folder: Path, devices: list[Device], millions: int, fill_s: float
) -> None:
    at = {"millions": millions}
    sizes = _sizes(hq)
    figure("scale: disk", sum(sizes.values()) / millions / 1e6, "bytes a change", "stated",
           filled_s=round(fill_s), **{k: v // millions // 1_000_000 for k, v in sizes.items()},
           **at)  # fmt: skip
    device = devices[0]
    figure("scale: push of 1,000 changes", _ms(_push(hq, device, _PUSHES)), "ms", "stated", **at)
    pages, bodies = _pull(hq, device)
    figure("scale: one page pulled", _ms(pages), "ms", "stated", changes=bodies, **at)
    figure("scale: nothing to say", _ms(_ask(hq, device)), "ms", "stated", **at)
    for workers in _WORKERS:
        rate = _together(folder, [d.id for d in devices[1 : 1 + workers]])
        figure("scale: pushed by workers", rate, "changes/s", "stated", workers=workers,
               cores=os.cpu_count(), **at)  # fmt: skip


def _code(number: int) -> str:
    return f"A{number:03}"


def _enrolled(hq: Headquarters, code: str) -> Device:
    return enrol(
        hq,
        code=invite(hq, code).code,
        device=uuid4(),
        public_key=public_key(new_private_key()),
        name="bench",
        is_training=True,
        office=None,
    )


def _fill(hq: Headquarters, filled: int, wanted: int) -> int:
    scopes = [named_id("office", _code(number)) for number in range(OFFICES)]
    uuids = sa.bindparam("scopes", type_=sa.ARRAY(sa.Uuid))
    for first in range(filled, wanted, _FILLED_AT_ONCE):
        last = min(first + _FILLED_AT_ONCE, wanted) - 1
        with hq.store.control() as connection:
            for statement in _FILL:
                values: dict[str, Any] = {"first": first, "last": last}
                query = sa.text(statement)
                if ":scopes" in statement:
                    query = query.bindparams(uuids)
                    values["scopes"] = scopes
                connection.execute(query, values)
    with hq.store.control() as connection:
        connection.execute(
            sa.text(
                "UPDATE scope SET position ="
                " coalesce((SELECT max(position) FROM feed WHERE feed.scope = scope.id), 0)"
            )
        )
    with hq.store.engine.connect() as connection:
        outside = connection.execution_options(isolation_level="AUTOCOMMIT")
        outside.exec_driver_sql("SET default_transaction_read_only = off")
        for relation in _RELATIONS:
            outside.exec_driver_sql(f"VACUUM (ANALYZE, PARALLEL 0) {relation}")
    return wanted


def _sizes(hq: Headquarters) -> dict[str, int]:
    """Give the bytes of the tables and of each index on disk."""
    query = sa.text(
        "SELECT CASE WHEN c.relname ~ '^feed_[0-9]+_pkey' THEN 'feed_key'"
        " WHEN c.relname ~ '^feed_[0-9]' THEN 'feed' ELSE c.relname END AS name,"
        " sum(pg_relation_size(c.oid)) AS size FROM pg_class AS c"
        " LEFT JOIN pg_index AS i ON i.indexrelid = c.oid"
        " LEFT JOIN pg_class AS t ON t.oid = i.indrelid"
        " WHERE coalesce(t.relname, c.relname) ~ '^(change|feed_[0-9]+|file_scope)$'"
        " AND c.relkind IN ('r', 'i') GROUP BY 1"
    )
    with hq.store.engine.connect() as connection:
        return {row.name: int(row.size) for row in connection.execute(query)}


def _request(device: Device, **more: Any) -> Request:
    made = {
        "protocol": PROTOCOL,
        "cursors": {},
        "identities": [],
        "runs": [],
        "want_bytes": FRAME_BYTES,
        "holdings": {},
    }
    return Request(**{**made, **more})


def _push(hq: Headquarters, device: Device, times: int) -> list[float]:
    identity = uuid4().bytes
    runs = list(people_as_changes(500 * times * 2, _NAMES, identity))[: times * 2]
    reached = {device.scope.bytes: _position(hq, device)}
    taken = []
    for run in runs[:times]:
        head = run.first + len(run.bodies) - 1
        asked = _request(
            device,
            cursors=reached,
            identities=[Identity(identity, run.first - 1, head)],
            runs=[run],
        )
        begin = perf_counter()
        answer = exchange(hq, device, asked)
        taken.append((perf_counter() - begin) * 1000 / len(run.bodies))
        assert answer.acknowledged == {identity: head}, answer.refused[:3]
        reached = {device.scope.bytes: answer.feeds[0].cursor}
    return taken


def _position(hq: Headquarters, device: Device) -> int:
    with hq.store.engine.connect() as connection:
        query = sa.text("SELECT position FROM scope WHERE id = :id").bindparams(
            sa.bindparam("id", type_=sa.Uuid)
        )
        return int(connection.scalar(query, {"id": device.scope}) or 0)


def _pull(hq: Headquarters, device: Device) -> tuple[list[float], int]:
    cursor, taken, bodies = 0, [], 0
    for _page in range(_PUSHES):
        begin = perf_counter()
        answer = exchange(hq, device, _request(device, cursors={device.scope.bytes: cursor}))
        taken.append(perf_counter() - begin)
        bodies = sum(len(run.bodies) for run in answer.feeds[0].runs)
        cursor = answer.feeds[0].cursor
    return taken, bodies


def _ask(hq: Headquarters, device: Device) -> list[float]:
    cursors = {device.scope.bytes: _position(hq, device)}
    taken = []
    for _time in range(20):
        begin = perf_counter()
        answer = exchange(
            hq, device, _request(device, cursors=cursors, holdings={device.scope.bytes: Holding()})
        )
        taken.append(perf_counter() - begin)
        assert not answer.left
    return taken


def _ms(seconds: list[float]) -> float:
    return round(statistics.median(seconds) * 1000, 1)


def _together(folder: Path, devices: list[UUID]) -> float:
    """Give how many changes a second so many processes push, each for an office of its own."""
    spawn = multiprocessing.get_context("spawn")
    gate = spawn.Barrier(len(devices) + 1)
    processes = [spawn.Process(target=_worker, args=(folder, d, gate)) for d in devices]
    for process in processes:
        process.start()
    gate.wait()
    begin = perf_counter()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    return len(devices) * _PUSHES * 2000 / (perf_counter() - begin)


def _worker(folder: Path, device: UUID, gate: Any) -> None:
    with Headquarters.open(folder) as hq:
        known = device_named(hq, device)
        assert known is not None
        gate.wait()
        _push(hq, known, _PUSHES)


@contextmanager
def _server() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pgserver
    with tempfile.TemporaryDirectory(prefix="scale", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        data = Path(name) / "data"
        data.mkdir()
        server = pgserver.get_server(data, cleanup_mode="stop")
        server.psql("ALTER SYSTEM SET shared_buffers = '1GB'; ")
        server.psql("ALTER SYSTEM SET max_wal_size = '8GB'; ")
        server.psql("SELECT pg_reload_conf(); CREATE DATABASE hq;")
        try:
            yield f"postgresql://postgres@/hq?host={quote(str(data))}"
        finally:
            server.cleanup()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
