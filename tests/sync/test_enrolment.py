"""Enrolling: codes, offices, addresses, and that training and real never mix."""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.casework.founding import found_store
from app.errors import Refused, Unavailable
from app.hq.base import Headquarters
from app.hq.devices import devices
from app.hq.invites import VALID_FOR, invite
from app.models.store import Store
from app.sync.client import check_address
from app.sync.engine import sync
from app.sync.enrolment import enrol
from app.sync.state import enrolment_of
from tests.conftest import PASSPHRASE, Founder
from tests.sync.running import ALWAYS, Relay, enrolled, headquarters, serving, synced


def refused_rule(store: Store, url: str, code: str) -> str:
    with pytest.raises(Refused) as refused:
        enrol(store, url, code, waits_s=())
    assert enrolment_of(store) is None
    return refused.value.rule


def test_a_code_is_read_as_people_write_it(found: Founder, hq: Headquarters, url: str) -> None:
    store, _user = found()
    code = invite(hq, "rab").code
    written = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    place = enrol(store, url + "/", written, "laptop 1", waits_s=())
    assert place.office_code == "RAB"
    assert [device.name for device in devices(hq)] == ["laptop 1"]


def test_a_code_looks_as_promised(hq: Headquarters) -> None:
    made = invite(hq, "RAB")
    first, second = made.code.split("-")
    assert len(first) == len(second) == 4
    assert not set(first + second) & set("ILOU")


def test_wrong_code(found: Founder, hq: Headquarters, url: str) -> None:
    store, _user = found()
    invite(hq, "RAB")
    assert refused_rule(store, url, "K7Q2-M9XD") == "wrong_code"


def test_used_code(found: Founder, hq: Headquarters, url: str) -> None:
    one, _amina = found("one")
    two, _brahim = found("two")
    code = invite(hq, "RAB").code
    enrol(one, url, code, waits_s=())
    assert refused_rule(two, url, code) == "used_code"


def test_expired_code(found: Founder, tmp_path: Path) -> None:
    store, _user = found()
    now = datetime(2026, 11, 22, tzinfo=UTC)
    times = [now]
    with headquarters(tmp_path / "hq", now=lambda: times[-1]) as hq, serving(hq) as url:
        code = invite(hq, "RAB").code
        times.append(now + VALID_FOR + timedelta(seconds=1))
        assert refused_rule(store, url, code) == "expired_code"


def test_guessing_is_slowed_down(found: Founder, hq: Headquarters, url: str) -> None:
    store, _user = found()
    for _guess in range(10):
        assert refused_rule(store, url, "K7Q2-M9XD") == "wrong_code"
    assert refused_rule(store, url, invite(hq, "RAB").code) == "too_many_tries"


def test_the_code_of_another_office(found: Founder, hq: Headquarters, url: str) -> None:
    store, _user = found(office="RAB")
    code = invite(hq, "AGA").code
    assert refused_rule(store, url, code) == "other_office"
    agadir, _brahim = found("agadir", office="AGA")
    assert enrol(agadir, url, code, waits_s=()).office_code == "AGA"


def test_an_answer_lost_can_be_asked_for_again(found: Founder, hq: Headquarters, url: str) -> None:
    store, _user = found()
    code = invite(hq, "RAB").code
    # Long enough for the greeting, too short for the answer.
    with Relay(url, bytes_back=200, cuts=ALWAYS) as line, pytest.raises(Unavailable):
        enrol(store, line.url, code, waits_s=())
    assert len(devices(hq)) == 1
    enrol(store, url, code, waits_s=())
    assert len(devices(hq)) == 1
    synced(store)


def test_training_and_real_never_mix(found: Founder, tmp_path: Path) -> None:
    training, _user = found()
    real, _id = found_store(
        tmp_path / "real", office="RAB", login="amina", passphrase=PASSPHRASE, is_training=False
    )
    with (
        real,
        headquarters(tmp_path / "play") as play,
        headquarters(tmp_path / "work", is_training=False) as work,
        serving(play) as play_url,
        serving(work) as work_url,
    ):
        assert refused_rule(training, work_url, invite(work, "RAB").code) == "training"
        assert refused_rule(real, play_url, invite(play, "RAB").code) == "training"
        enrolled(real, work, work_url)
        assert synced(real).is_verified


def test_syncing_needs_a_place(found: Founder) -> None:
    store, _user = found()
    with pytest.raises(Refused) as refused:
        sync(store)
    assert refused.value.rule == "not_enrolled"


@contextmanager
def answering(body: bytes, status: int = 200) -> Iterator[str]:
    """Answer everything with ``body``, as some other service does."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, *_args: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(30)
        server.server_close()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"<html>It works!</html>", 200),
        (b"not found", 404),
        (b"", 500),
        (b'{"service":"grafana","protocol":[1],"training":true}', 200),
        (b"\xff\xfe", 200),
    ],
)
def test_not_a_headquarters(found: Founder, body: bytes, status: int) -> None:
    store, _user = found()
    with answering(body, status) as url, pytest.raises(Unavailable) as failed:
        enrol(store, url, "K7Q2-M9XD", waits_s=())
    assert "not a Sanad headquarters" in str(failed.value)


def test_another_protocol_version(found: Founder) -> None:
    store, _user = found()
    health = b'{"service":"sanad","protocol":[2],"training":true}'
    with answering(health) as url, pytest.raises(Unavailable) as failed:
        enrol(store, url, "K7Q2-M9XD", waits_s=())
    assert "version" in str(failed.value)


def test_headquarters_down_while_enrolling_and_syncing(
    found: Founder, hq: Headquarters, tmp_path: Path
) -> None:
    store, _user = found()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Unavailable) as failed:
        enrol(store, f"http://127.0.0.1:{port}", "K7Q2-M9XD", waits_s=())
    assert "does not answer" in str(failed.value)
    with serving(hq) as url:
        enrolled(store, hq, url)
    with pytest.raises(Unavailable) as failed:
        synced(store)
    assert "your work is kept" in str(failed.value)


def test_asking_again_outlasts_a_short_failure(found: Founder, hq: Headquarters) -> None:
    store, _user = found()
    with serving(hq) as url, Relay(url, bytes_back=10, cuts=1) as line:
        code = invite(hq, "RAB").code
        assert enrol(store, line.url, code, waits_s=(0.0, 0.0)).office_code == "RAB"


def test_tls_that_cannot_be_trusted(found: Founder) -> None:
    store, _user = found()
    with answering(b"{}") as url, pytest.raises(Unavailable) as failed:
        enrol(store, url.replace("http:", "https:"), "K7Q2-M9XD", waits_s=())
    assert "secure" in str(failed.value)


@pytest.mark.parametrize(
    "url", ["", "   ", "ftp://hq.example.org", "http://", "hq example org:x", "https://h:99999"]
)
def test_what_is_not_an_address(url: str) -> None:
    with pytest.raises(Refused) as refused:
        check_address(url, is_training=True)
    assert refused.value.rule == "address"


def test_records_do_not_travel_in_clear() -> None:
    with pytest.raises(Refused) as refused:
        check_address("http://hq.example.org", is_training=False)
    assert refused.value.rule == "plain_http"
    assert check_address("http://127.0.0.1:8440/", is_training=False) == "http://127.0.0.1:8440"
    assert check_address("http://[::1]:8440", is_training=False) == "http://[::1]:8440"
    assert check_address("hq.example.org", is_training=False) == "https://hq.example.org"
    assert check_address("http://hq.local", is_training=True) == "http://hq.local"
