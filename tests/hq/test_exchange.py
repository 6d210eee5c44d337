"""Headquarters facing those who do not play fair, and several at once."""

from __future__ import annotations

from threading import Thread
from uuid import uuid4

import httpx
import msgspec
import pytest
import zstandard

from app.hq.base import Headquarters
from app.hq.devices import device_named, devices, enrol, revoke
from app.hq.feed import holding
from app.hq.invites import invite
from app.models.change import Change, encode, genesis
from app.models.merge import Run
from app.models.store import Store
from app.sync import frames
from app.sync.client import EXCHANGE
from app.sync.frames import Holding, Identity, Request
from app.sync.signing import new_private_key, public_key, sign
from app.sync.state import Enrolment, enrolment_of
from tests.conftest import Founder
from tests.sync.running import (
    carry,
    digest,
    enrolled,
    register,
    synced,
)

ID = bytes(range(16))


@pytest.fixture
def laptop(found: Founder, hq: Headquarters, url: str) -> Store:
    return enrolled(found()[0], hq, url)


def place_of(store: Store) -> Enrolment:
    place = enrolment_of(store)
    assert place is not None
    return place


def asking(store: Store, runs: list[Run], /, **more: object) -> Request:
    made = {
        "protocol": frames.PROTOCOL,
        "cursors": {place_of(store).office: 0},
        "identities": [Identity(run.device, 0, 0) for run in runs],
        "runs": runs,
        "want_bytes": frames.FRAME_BYTES,
        "holdings": {},
    }
    return Request(**{**made, **more})  # type: ignore[arg-type]


def post(store: Store, body: bytes, **headers: str) -> httpx.Response:
    place = place_of(store)
    signed = sign(place.private_key, place.device, place.hq, "POST", EXCHANGE, body)
    with httpx.Client(base_url=place.url) as client:
        return client.post(EXCHANGE, content=body, headers={"Authorization": signed, **headers})


def reason(answer: httpx.Response) -> str:
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"reason", "message"}
    assert body["error"]["message"]
    return str(body["error"]["reason"])


def made(seq: int, **fields: object) -> bytes:
    return encode(Change(seq, seq, ID, seq, "person", ID, b"", dict(fields), []))


def test_a_body_that_is_not_a_change_is_quarantined_and_the_next_passes(laptop: Store) -> None:
    run = Run(ID, 1, genesis(ID), [b"\xff", made(7), made(3, town="Rabat")])
    with carry(laptop) as carrier:
        answer = carrier.exchange(asking(laptop, [run]))
    assert [seq for _device, seq, _reason in answer.refused] == [1, 2]
    assert answer.acknowledged == {ID: 3}
    assert answer.feeds[0].cursor == 1


def test_a_gap_is_not_taken(laptop: Store) -> None:
    run = Run(ID, 5, bytes(32), [made(5, town="Rabat")])
    with carry(laptop) as carrier:
        answer = carrier.exchange(asking(laptop, [run]))
    assert answer.acknowledged == {ID: 0}
    assert answer.feeds[0].cursor == 0


def test_another_history_is_answered_as_forked_and_nothing_of_it_taken(laptop: Store) -> None:
    with carry(laptop) as carrier:
        carrier.exchange(asking(laptop, [Run(ID, 1, genesis(ID), [made(1, town="Rabat")])]))
        other = Run(ID, 1, genesis(ID), [made(1, town="Fez"), made(2, town="Fez")])
        answer = carrier.exchange(asking(laptop, [other]))
    assert answer.forked == [ID]
    assert answer.acknowledged == {ID: 0}
    assert answer.feeds[0].cursor == 1


@pytest.mark.parametrize(
    "request_",
    [
        {"runs": [Run(ID, 0, bytes(32), [b""])]},
        {"runs": [Run(b"short", 1, bytes(32), [b""])]},
        {"runs": [Run(ID, 1, b"short", [b""])]},
        {"cursors": {ID: -1}},
        {"identities": [Identity(b"short", 0, 0)]},
    ],
)
def test_a_malformed_request_is_refused(laptop: Store, request_: dict[str, object]) -> None:
    answer = post(laptop, frames.encode(asking(laptop, [], **request_)))
    assert answer.status_code == 400
    assert reason(answer) == "malformed"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not zstd",
        zstandard.compress(b"not msgpack"),
        zstandard.compress(msgspec.msgpack.encode([1, 2])),
        zstandard.compress(msgspec.msgpack.encode({})),
        zstandard.compress(bytes(20_000_000)),
    ],
)
def test_what_is_not_a_frame_is_refused(laptop: Store, body: bytes) -> None:
    answer = post(laptop, body)
    assert answer.status_code == 400
    assert reason(answer) == "malformed"


def test_another_protocol_version_is_told_so(laptop: Store) -> None:
    answer = post(laptop, frames.encode(asking(laptop, [], protocol=2)))
    assert answer.status_code == 409
    assert reason(answer) == "protocol"


def test_too_large_a_body_is_refused(laptop: Store) -> None:
    answer = post(laptop, bytes(5_000_000))
    assert answer.status_code == 413
    assert reason(answer) == "too_large"


def test_a_request_is_taken_once(laptop: Store) -> None:
    body = frames.encode(asking(laptop, []))
    place = place_of(laptop)
    signed = sign(place.private_key, place.device, place.hq, "POST", EXCHANGE, body)
    with httpx.Client(base_url=place.url, headers={"Authorization": signed}) as client:
        assert client.post(EXCHANGE, content=body).status_code == 200
        again = client.post(EXCHANGE, content=body)
        other = client.post(EXCHANGE, content=body + b" ")
    assert (again.status_code, reason(again)) == (401, "repeated")
    assert (other.status_code, reason(other)) == (401, "unknown_device")


def test_a_signature_for_another_headquarters_is_worth_nothing(laptop: Store) -> None:
    body = frames.encode(asking(laptop, []))
    place = place_of(laptop)
    signed = sign(place.private_key, place.device, bytes(16), "POST", EXCHANGE, body)
    with httpx.Client(base_url=place.url) as client:
        answer = client.post(EXCHANGE, content=body, headers={"Authorization": signed})
    assert answer.status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer x", "Sanad x", "Sanad AAAA"])
def test_without_a_signature_nothing_is_answered(laptop: Store, header: str) -> None:
    with httpx.Client(base_url=place_of(laptop).url) as client:
        answer = client.post(EXCHANGE, content=b"", headers={"Authorization": header})
    assert (answer.status_code, reason(answer)) == (401, "unknown_device")


def test_messages_come_in_the_language_asked_for(laptop: Store) -> None:
    with httpx.Client(base_url=place_of(laptop).url) as client:
        said = [
            client.post("/v1/exchange", headers={"Accept-Language": asked}).json()["error"]
            for asked in ("fr-FR,fr;q=0.9", "xx", "")
        ]
    assert {error["reason"] for error in said} == {"unknown_device"}


def test_an_unknown_address_has_the_same_shape(url: str) -> None:
    with httpx.Client(base_url=url) as client:
        assert client.get("/").status_code == 404
        assert reason(client.get("/")) == "no_such_address"
        assert client.get(EXCHANGE).status_code == 405
        assert reason(client.get(EXCHANGE)) == "no_such_method"
        assert client.get("/healthz").json() == {
            "service": "sanad",
            "protocol": [1],
            "training": True,
        }


def test_many_devices_at_once_get_positions_without_gaps(
    found: Founder, hq: Headquarters, url: str
) -> None:
    stores = []
    for number in range(4):
        store, user = found(f"store{number}", login=f"user{number}")
        enrolled(store, hq, url)
        for name in range(10):
            register(store, user, f"Fatou {chr(65 + name)}")
        stores.append(store)
    threads = [Thread(target=synced, args=(s,), kwargs={"frame_bytes": 700}) for s in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for store in stores:
        assert synced(store).is_verified
    digests = [digest(store) for store in [*stores, hq.store]]
    assert all(one == digests[0] for one in digests)
    with hq.store.engine.connect() as connection:
        positions = list(
            connection.exec_driver_sql("SELECT position FROM feed ORDER BY position").scalars()
        )
    assert positions == list(range(1, len(positions) + 1))


def test_the_sum_kept_is_the_sum_of_the_feed(laptop: Store, hq: Headquarters) -> None:
    synced(laptop)
    scope = place_of(laptop).office
    with hq.store.engine.connect() as connection:
        chains = connection.exec_driver_sql(
            "SELECT c.chain FROM feed AS f JOIN change AS c ON c.pos = f.change"
        ).scalars()
        assert holding(connection, scope) == Holding().plus(list(chains))


def test_devices_are_listed_and_revoked_once(hq: Headquarters) -> None:
    private = new_private_key()
    made_ = enrol(
        hq,
        code=invite(hq, "RAB").code,
        device=uuid4(),
        public_key=public_key(private),
        name="  a   laptop ",
        is_training=True,
        office=None,
    )
    assert devices(hq) == [made_]
    assert made_.name == "a laptop"
    first = revoke(hq, made_.id)
    assert first.revoked_at is not None
    assert revoke(hq, made_.id) == first == device_named(hq, made_.id)


def test_headquarters_learns_whether_a_device_is_in_step(laptop: Store, hq: Headquarters) -> None:
    assert devices(hq)[0].is_in_step is None
    synced(laptop)
    synced(laptop)
    assert devices(hq)[0].is_in_step is True
    with carry(laptop) as carrier:
        office = place_of(laptop).office
        with hq.store.engine.connect() as connection:
            reached = holding(connection, office)
        wrong = Holding(reached.count, bytes(16))
        carrier.exchange(
            asking(laptop, [], cursors={office: reached.count}, holdings={office: wrong})
        )
    assert devices(hq)[0].is_in_step is False
