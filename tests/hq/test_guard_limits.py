"""Bodies too large, too slow, too deep or not there: each refused early, in one shape."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import msgspec
import pytest
import zstandard
from starlette.applications import Starlette

from app.hq.base import Headquarters
from app.hq.endpoint import Endpoint
from app.hq.guard import Guard, Limits
from app.hq.routes import ROUTES
from app.hq.service import Patience, Service
from app.hq.wire import Wire
from app.sync.client import EXCHANGE, HEALTH, ErrorBody
from tests.hq.answering import NOW, Laptop, answered, answering_with
from tests.sync.running import headquarters


@pytest.fixture
def hq(tmp_path: Path) -> Iterator[Headquarters]:
    with headquarters(tmp_path / "hq", now=lambda: NOW) as opened:
        yield opened


@pytest.fixture
def app(hq: Headquarters) -> Starlette:
    return Service(hq, Guard(hq)).app()


def reason(body: bytes) -> str:
    return msgspec.json.decode(body, type=ErrorBody).error.reason


def spoken(url: str, sent: bytes) -> tuple[bytes, bytes]:
    """Send bytes, and give the head and the body of what came until the line was closed."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall(sent)
        received = b""
        while some := line.recv(65536):
            received += some
    head, _blank, body = received.partition(b"\r\n\r\n")
    return head, body


@pytest.mark.parametrize("endpoint", ROUTES, ids=lambda e: f"{e.method} {e.path}")
def test_a_body_that_claims_too_much_is_refused_unread(app: Starlette, endpoint: Endpoint) -> None:
    path = endpoint.path.replace("{digest}", "0" * 64)
    claimed = endpoint.largest + 1
    asked = f"{endpoint.method} {path} HTTP/1.1\r\n"
    with answering_with(app) as url:
        head, body = spoken(url, f"{asked}Host: hq\r\nContent-Length: {claimed}\r\n\r\n".encode())
    assert head.startswith(b"HTTP/1.1 413")
    assert reason(body) == "too_large"


def test_a_body_that_claims_nothing_is_cut_at_the_limit(app: Starlette) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(65536)

    answer = answered(app, "POST", EXCHANGE, endless())
    assert (answer.status_code, reason(answer.content)) == (413, "too_large")


def test_a_body_that_stays_out_is_not_waited_for(hq: Headquarters) -> None:
    app = Service(hq, Guard(hq), Patience(pause_s=0.02)).app()
    with answering_with(app) as url:
        head, body = spoken(
            url, f"POST {EXCHANGE} HTTP/1.1\r\nHost: hq\r\nContent-Length: 9\r\n\r\n".encode()
        )
    assert head.startswith(b"HTTP/1.1 408")
    assert reason(body) == "too_slow"


def test_a_body_that_trickles_in_is_not_waited_for(hq: Headquarters) -> None:
    app = Service(hq, Guard(hq), Patience(pause_s=0.05, least_bytes_per_s=1e6)).app()

    async def trickle() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await anyio.sleep(0.005)

    answer = answered(app, "POST", EXCHANGE, trickle())
    assert (answer.status_code, reason(answer.content)) == (408, "too_slow")


class Hasty(Wire):
    head_s = 0.05


def test_a_request_that_does_not_say_what_it_wants_is_closed(app: Starlette) -> None:
    with answering_with(app, Hasty) as url:
        assert spoken(url, b"GET /healthz HTTP/1.1\r\nHost: h") == (b"", b"")
        assert spoken(url, b"") == (b"", b"")


def test_one_who_asked_before_may_not_dawdle_either(app: Starlette) -> None:
    asked = f"GET {HEALTH} HTTP/1.1\r\nHost: hq\r\n\r\n".encode()
    with answering_with(app, Hasty) as url:
        head, body = spoken(url, asked + b"GET /he")
    assert head.startswith(b"HTTP/1.1 200")
    assert b"sanad" in body


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\x00\xa5", b"hello\r\n\r\n", b"GET\r\n\r\n"])
def test_what_is_not_http_has_the_same_shape(app: Starlette, sent: bytes) -> None:
    with answering_with(app) as url:
        head, body = spoken(url, sent + b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert b"application/json" in head
    assert reason(body) == "not_http"


@pytest.mark.parametrize(
    "plain",
    [
        bytes(32 * 1024 * 1024),
        b"\x91" * 100_000,
        b"\x9f" + b"\x01" + b"\x91" * 100_000,
        b"\xdd\xff\xff\xff\xff",
        b"",
    ],
    ids=["bomb", "deep", "deep inside", "long", "empty"],
)
def test_a_frame_that_grows_or_nests_without_end_is_refused(
    hq: Headquarters, app: Starlette, plain: bytes
) -> None:
    body = zstandard.compress(plain)
    answer = answered(app, "POST", EXCHANGE, body, Authorization=Laptop(hq).signed(body=body))
    assert (answer.status_code, reason(answer.content)) == (400, "malformed")


def test_json_that_nests_without_end_is_refused(hq: Headquarters, app: Starlette) -> None:
    answer = answered(app, "POST", "/v1/enrol", b'{"x":' + b"[" * 15_000)
    assert (answer.status_code, reason(answer.content)) == (400, "malformed")


@pytest.mark.parametrize("path", ["/", "/healthz/", "/v1", "/v1/exchange/", "//", "/%00", "/é"])
def test_an_address_that_is_not_there(app: Starlette, path: str) -> None:
    answer = answered(app, "GET", path)
    assert (answer.status_code, reason(answer.content)) == (404, "no_such_address")


def test_a_method_that_is_not_answered_is_told_those_that_are(app: Starlette) -> None:
    answer = answered(app, "DELETE", f"/v1/content/{'0' * 64}")
    assert (answer.status_code, reason(answer.content)) == (405, "no_such_method")
    assert {*answer.headers["allow"].split(", ")} == {"GET", "HEAD", "PUT"}


def test_an_address_that_asks_too_often_waits(hq: Headquarters) -> None:
    guard = Guard(hq, Limits(unsigned=1, unsigned_per_s=0.5), lambda: 0.0)
    app = Service(hq, guard).app()
    assert answered(app, "GET", HEALTH).status_code == 200
    answer = answered(app, "GET", HEALTH)
    assert (answer.status_code, reason(answer.content)) == (429, "too_much")
    assert answer.headers["retry-after"] == "1"


def test_a_fault_has_the_same_shape(
    hq: Headquarters, app: Starlette, caplog: pytest.LogCaptureFixture
) -> None:
    laptop = Laptop(hq)
    with hq.store.control() as connection:
        connection.exec_driver_sql("DROP TABLE nonce")
    answer = answered(app, "POST", EXCHANGE, b"", Authorization=laptop.signed(body=b""))
    assert (answer.status_code, reason(answer.content)) == (500, "bug")
    assert caplog.messages == [f"POST {EXCHANGE} failed"]
