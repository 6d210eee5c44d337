"""Who may ask headquarters, how often, and what it remembers of those who may not."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.errors import Unavailable
from app.hq import tokens
from app.hq.allowance import Allowance
from app.hq.base import Headquarters
from app.hq.devices import revoke
from app.hq.guard import FAILURES_OF_ALL, FAILURES_OF_ONE, Guard, Limits, NotAllowedError
from app.hq.service import Service
from app.hq.tables import FAILURE, NONCE
from app.sync import frames
from app.sync.client import EXCHANGE, TOKEN, Carrier
from app.sync.frames import Request
from tests.hq.answering import BODY, NOW, NOW_MS, Laptop, answered, answering_with
from tests.sync.running import headquarters, serving


@pytest.fixture
def times() -> list[datetime]:
    """What headquarters' clock says: the last of them."""
    return [NOW]


@pytest.fixture
def hq(tmp_path: Path, hq_database: str | None, times: list[datetime]) -> Iterator[Headquarters]:
    with headquarters(tmp_path / "hq", db=hq_database, now=lambda: times[-1]) as opened:
        yield opened


@pytest.fixture
def laptop(hq: Headquarters) -> Laptop:
    return Laptop(hq)


def reason(guard: Guard, header: str, path: str = EXCHANGE, body: bytes = BODY) -> str:
    with pytest.raises(NotAllowedError) as refused:
        guard.device(header, "POST", path, body)
    return refused.value.reason


def count(hq: Headquarters, table: sa.Table) -> int:
    with hq.store.engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_a_request_seen_by_one_worker_is_refused_by_another(
    hq: Headquarters, laptop: Laptop
) -> None:
    header = laptop.signed()
    assert Guard(hq).device(header, "POST", EXCHANGE, BODY).id == laptop.device
    assert reason(Guard(hq), header) == "repeated"


def test_nonces_are_forgotten_once_their_signature_has_expired(
    hq: Headquarters, laptop: Laptop, times: list[datetime]
) -> None:
    guard = Guard(hq)
    first = laptop.signed()
    guard.device(first, "POST", EXCHANGE, BODY)
    times.append(NOW + timedelta(minutes=16))
    later = laptop.signed(NOW_MS + 16 * 60_000)
    guard.device(later, "POST", EXCHANGE, BODY)
    assert count(hq, NONCE) == 1
    assert reason(guard, first) == "clock"


def test_a_signature_holds_for_its_path_query_and_body_alone(
    hq: Headquarters, laptop: Laptop
) -> None:
    guard = Guard(hq)
    assert reason(guard, laptop.signed(), path="/v1/other") == "unknown_device"
    assert reason(guard, laptop.signed(), path=f"{EXCHANGE}?start=1") == "unknown_device"
    assert reason(guard, laptop.signed(), body=BODY + b" ") == "unknown_device"


def test_a_token_stands_for_its_device_until_it_expires(
    hq: Headquarters, laptop: Laptop, times: list[datetime]
) -> None:
    token = tokens.make_token(hq.secrets.token_key, laptop.device, NOW)
    guard = Guard(hq)
    assert guard.device(f"Bearer {token}", "POST", EXCHANGE, b"").id == laptop.device
    times.append(NOW + tokens.LIFE)
    assert reason(guard, f"Bearer {token}") == "expired"


def test_a_token_changed_anywhere_is_forged(hq: Headquarters, laptop: Laptop) -> None:
    key = hq.secrets.token_key
    raw = tokens.read_token(tokens.make_token(key, laptop.device, NOW))
    assert raw is not None
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        assert tokens.device_of(key, bytes(changed), NOW) is None
    assert tokens.device_of(bytes(32), raw, NOW) is None


def test_a_token_is_short(hq: Headquarters, laptop: Laptop) -> None:
    assert len(tokens.make_token(hq.secrets.token_key, laptop.device, NOW)) <= 50


def test_revoking_takes_effect_at_once_for_signatures_and_tokens(
    hq: Headquarters, laptop: Laptop
) -> None:
    guard = Guard(hq)
    token = tokens.make_token(hq.secrets.token_key, laptop.device, NOW)
    revoke(hq, laptop.device)
    assert reason(guard, laptop.signed()) == "revoked"
    assert reason(guard, f"Bearer {token}") == "revoked"


def test_a_wrong_clock_is_told_the_time_and_syncs(
    hq: Headquarters, laptop: Laptop, times: list[datetime]
) -> None:
    times.append(datetime(2031, 1, 1, tzinfo=UTC))
    with serving(hq) as url, Carrier(url, laptop.place(url), waits_s=()) as carrier:
        carrier.exchange(Request(frames.PROTOCOL, {}, [], [], 1, {}))
        assert carrier.traffic.trips == 2
        carrier.exchange(Request(frames.PROTOCOL, {}, [], [], 1, {}))
        assert carrier.traffic.trips == 3


def test_an_expired_token_is_signed_for_again_once(
    hq: Headquarters, laptop: Laptop, times: list[datetime]
) -> None:
    with serving(hq) as url, Carrier(url, laptop.place(url), waits_s=()) as carrier:
        carrier.missing_contents([])  # signs, twice: the clocks differ
        assert count(hq, NONCE) == 1
        carrier.missing_contents([])
        assert count(hq, NONCE) == 1
        times.append(NOW + tokens.LIFE + timedelta(seconds=1))
        before = carrier.traffic.trips
        carrier.missing_contents([])
        # The token, then headquarters' clock, which was moved, then a signature that holds.
        assert carrier.traffic.trips == before + 3


def test_one_request_alone_gets_no_token(hq: Headquarters, laptop: Laptop) -> None:
    app = Service(hq, Guard(hq)).app()
    alone = answered(app, "POST", EXCHANGE, BODY, Authorization=laptop.signed())
    assert alone.status_code == 200
    assert TOKEN not in alone.headers
    body = frames.encode(
        Request(frames.PROTOCOL, {}, [frames.Identity(bytes(16), 0, 7)], [], 1, {})
    )
    signed = laptop.signed(body=body)
    assert TOKEN in answered(app, "POST", EXCHANGE, body, Authorization=signed).headers


def test_wrong_codes_are_counted_by_every_worker(hq: Headquarters, times: list[datetime]) -> None:
    one, other = Guard(hq), Guard(hq)
    for _guess in range(FAILURES_OF_ONE):
        one.require_patience("192.0.2.1")
        one.note_failure("192.0.2.1")
    with pytest.raises(NotAllowedError) as refused:
        other.require_patience("192.0.2.1")
    assert (refused.value.status, refused.value.reason) == (429, "too_many_tries")
    assert refused.value.headers["Retry-After"] == "600"
    other.require_patience("192.0.2.2")
    times.append(NOW + timedelta(minutes=10))
    other.require_patience("192.0.2.1")


def test_wrong_codes_from_everywhere_are_counted_together(hq: Headquarters) -> None:
    with hq.store.control() as connection:
        connection.execute(
            FAILURE.insert(),
            [{"client": f"192.0.2.{n}", "at_ms": NOW_MS} for n in range(FAILURES_OF_ALL)],
        )
    with pytest.raises(NotAllowedError):
        Guard(hq).require_patience("198.51.100.1")


def test_old_failures_are_forgotten(hq: Headquarters, times: list[datetime]) -> None:
    guard = Guard(hq)
    guard.note_failure("192.0.2.1")
    times.append(NOW + timedelta(minutes=11))
    guard.note_failure("192.0.2.2")
    assert count(hq, FAILURE) == 1


def test_what_was_used_comes_back_with_time() -> None:
    clock = [0.0]
    allowance = Allowance(most=10, per_s=2, clock_s=lambda: clock[-1])
    allowance.use("a", 14)
    assert allowance.wait_s("a") == pytest.approx(2, abs=0.01)
    assert allowance.wait_s("b") == 0
    clock.append(2.1)
    assert allowance.wait_s("a") == 0
    clock.append(1000.0)
    allowance.use("a", 10)
    assert allowance.wait_s("a") > 0  # a bucket never holds more than its most


def test_a_device_beyond_its_share_waits_and_others_do_not(
    hq: Headquarters, laptop: Laptop
) -> None:
    clock = [0.0]
    guard = Guard(hq, Limits(work_s=10), lambda: clock[-1])
    device = guard.device(laptop.signed(), "POST", EXCHANGE, BODY)
    guard.used(device, 70)
    with pytest.raises(NotAllowedError) as refused:
        guard.device(laptop.signed(), "POST", EXCHANGE, BODY)
    assert (refused.value.status, refused.value.reason) == (429, "too_much")
    assert refused.value.headers["Retry-After"] == "61"
    other = Laptop(hq, "AGA")
    assert guard.device(other.signed(), "POST", EXCHANGE, BODY).id == other.device
    clock.append(61.0)
    assert guard.device(laptop.signed(), "POST", EXCHANGE, BODY).id == laptop.device


def test_thousands_of_frames_one_after_another_pass(hq: Headquarters, laptop: Laptop) -> None:
    clock = [0.0]
    guard = Guard(hq, clock_s=lambda: clock[-1])
    token = tokens.make_token(hq.secrets.token_key, laptop.device, NOW)
    device = guard.device(f"Bearer {token}", "POST", EXCHANGE, b"")
    for _frame in range(5_000):
        clock.append(clock[-1] + 0.4)
        guard.used(device, 0.4)
    assert guard.device(f"Bearer {token}", "POST", EXCHANGE, b"").id == laptop.device


def test_what_nobody_signed_is_counted_against_its_address(
    hq: Headquarters, laptop: Laptop
) -> None:
    clock = [0.0]
    guard = Guard(hq, Limits(unsigned=2, unsigned_per_s=1), lambda: clock[-1])
    assert [reason(guard, "") for _time in range(3)] == [
        "unknown_device",
        "unknown_device",
        "too_much",
    ]
    assert guard.device(laptop.signed(), "POST", EXCHANGE, BODY).id == laptop.device


def test_the_client_waits_as_headquarters_asks(hq: Headquarters, laptop: Laptop) -> None:
    clock = [0.0]
    pauses: list[float] = []

    def pause(wait_s: float) -> None:
        pauses.append(wait_s)
        clock.append(clock[-1] + wait_s)

    guard = Guard(hq, Limits(work_s=10), lambda: clock[-1])
    guard.used(guard.device(laptop.signed(), "POST", EXCHANGE, BODY), 15)
    with (
        answering_with(Service(hq, guard).app()) as url,
        Carrier(url, laptop.place(url), waits_s=(), pause=pause) as carrier,
    ):
        carrier.missing_contents([])
    assert pauses == [6.0]


def test_a_long_wait_is_told_instead(hq: Headquarters, laptop: Laptop) -> None:
    guard = Guard(hq, Limits(work_s=10), lambda: 0.0)
    guard.used(guard.device(laptop.signed(), "POST", EXCHANGE, BODY), 500)
    with (
        answering_with(Service(hq, guard).app()) as url,
        Carrier(url, laptop.place(url), waits_s=()) as carrier,
        pytest.raises(Unavailable) as failed,
    ):
        carrier.missing_contents([])
    assert "Try again" in str(failed.value)


def test_each_refusal_is_one_line_without_personal_data(
    hq: Headquarters, laptop: Laptop, caplog: pytest.LogCaptureFixture
) -> None:
    app = Service(hq, Guard(hq)).app()
    with caplog.at_level(logging.INFO, "sanad.hq"):
        answered(app, "POST", EXCHANGE, b"Fatou Diallo", Authorization="Sanad Fatou")
        answered(app, "GET", "/Fatou/Diallo", b"")
    assert caplog.messages == [
        "refused POST /v1/exchange: 401 unknown_device",
        "refused: 404 no_such_address",
    ]
