"""The description of headquarters, and headquarters facing everything it describes and more."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.applications import Starlette

from app.casework.founding import found_store
from app.hq.base import Headquarters
from app.hq.endpoint import Endpoint
from app.hq.guard import Guard, Limits
from app.hq.routes import DESCRIPTION, ROUTES
from app.hq.service import Service
from app.hq.tokens import make_token
from app.models.digest import store_digest
from app.models.store import Store
from app.sync import frames
from app.sync.client import EXCHANGE, ErrorBody
from app.sync.engine import next_request
from app.sync.frames import FRAME_BYTES, MEDIA_TYPE, Request
from app.sync.signing import sign
from app.sync.state import Enrolment
from tests.conftest import PASSPHRASE
from tests.hq.answering import Laptop, answered
from tests.sync.running import headquarters, register

_UNLIMITED = Limits(work_s=1e9, unsigned=1e9)
_FEW = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def hq() -> Iterator[Headquarters]:
    with (
        tempfile.TemporaryDirectory() as name,
        headquarters(Path(name) / "hq") as opened,
    ):
        yield opened


@pytest.fixture(scope="module")
def app(hq: Headquarters) -> Starlette:
    return Service(hq, Guard(hq, _UNLIMITED)).app()


@pytest.fixture(scope="module")
def laptop(hq: Headquarters) -> Laptop:
    return Laptop(hq)


@pytest.fixture(scope="module")
def description(app: Starlette) -> dict[str, Any]:
    answer = answered(app, "GET", DESCRIPTION)
    assert answer.status_code == 200
    return dict(answer.json())


@pytest.fixture(scope="module")
def api(app: Starlette) -> BaseSchema:
    schemathesis.serializer(MEDIA_TYPE)(_as_it_is)
    return schemathesis.openapi.from_asgi(DESCRIPTION, app)


def _as_it_is(_context: Any, value: Any) -> Any:
    value = getattr(value, "data", value)
    return value if isinstance(value, bytes) else msgspec.json.encode(value)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("endpoint", ROUTES, ids=lambda e: f"{e.method} {e.path}")
def test_everybody_is_answered_as_described(
    api: BaseSchema,
    hq: Headquarters,
    laptop: Laptop,
    endpoint: Endpoint,
    mode: GenerationMode,
) -> None:
    operation = api[endpoint.path][endpoint.method]
    token = make_token(hq.secrets.token_key, laptop.device, hq.now())
    known = {"Authorization": f"Bearer {token}"}

    @_FEW
    @given(case=operation.as_strategy(generation_mode=mode), headers=st.sampled_from([{}, known]))
    def ask(case: schemathesis.Case, headers: dict[str, str]) -> None:
        case.call_and_validate(checks=_CHECKS, headers=headers)

    with suppress(Unsatisfiable):  # nothing can be wrong where nothing is asked for
        ask()


def test_every_address_is_described(description: dict[str, Any]) -> None:
    described = {
        (method.upper(), path)
        for path, methods in description["paths"].items()
        for method in methods
    }
    assert described == {(endpoint.method, endpoint.path) for endpoint in ROUTES}


def test_the_description_is_valid(api: BaseSchema, description: dict[str, Any]) -> None:
    api.validate()
    assert description["openapi"].startswith("3.1")
    for schema in description["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere(description: dict[str, Any]) -> None:
    names = set(description["components"]["schemas"])
    used = set(_references(description))
    assert used
    assert used == {f"#/components/schemas/{name}" for name in names}


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def test_every_part_of_a_frame_is_told_in_words(description: dict[str, Any]) -> None:
    post = description["paths"][EXCHANGE]["post"]
    for struct, content in (
        (frames.Request, post["requestBody"]["content"]),
        (frames.Answer, post["responses"]["200"]["content"]),
    ):
        told = content[MEDIA_TYPE]["schema"]["description"]
        assert all(f"\n- {part} (" in told for part in struct.__struct_fields__)


def test_only_what_anyone_may_ask_needs_no_security(description: dict[str, Any]) -> None:
    free = {
        path
        for path, methods in description["paths"].items()
        for operation in methods.values()
        if not operation["security"]
    }
    assert free == {"/healthz", DESCRIPTION, "/v1/enrol"}


@pytest.fixture(scope="module")
def frame(hq: Headquarters, laptop: Laptop) -> Iterator[Request]:
    """What an enrolled store would send: its user, office and three people."""
    with tempfile.TemporaryDirectory() as name:
        store, user = found_store(
            Path(name) / "store",
            office="RAB",
            login="amina",
            passphrase=PASSPHRASE,
            is_training=True,
        )
        with store:
            for person in ("Fatou", "Awa", "Issa"):
                register(store, user, person)
            yield next_request(store, _place(hq, laptop, store), FRAME_BYTES)


def _place(hq: Headquarters, laptop: Laptop, store: Store) -> Enrolment:
    office = store.office.bytes if store.office else bytes(16)
    return Enrolment("", hq.id.bytes, laptop.device.bytes, laptop.key, office, "RAB", [office])


def _posted(app: Starlette, hq: Headquarters, laptop: Laptop, body: bytes) -> tuple[int, str]:
    """Send a body that is signed as it should be; gives status and reason."""
    before = _digest(hq)
    signed = sign(laptop.key, laptop.device.bytes, hq.id.bytes, "POST", EXCHANGE, body)
    answer = answered(app, "POST", EXCHANGE, body, Authorization=signed)
    assert answer.status_code < 500, answer.text
    if answer.status_code == 200:
        frames.decode(answer.content, frames.Answer)
        return 200, ""
    assert _digest(hq) == before
    assert answer.headers["content-type"] == "application/json"
    return answer.status_code, msgspec.json.decode(answer.content, type=ErrorBody).error.reason


def _digest(hq: Headquarters) -> Any:
    with hq.store.engine.connect() as connection:
        return store_digest(connection)


_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=40)
    | st.sampled_from([bytes(16), bytes(32), b"\xff" * 16, 2**63, 2**63 - 1, -1, 0])
)
_ANYTHING = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.binary(max_size=16) | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(body=st.binary(max_size=300))
@settings(_FEW, max_examples=60)
def test_any_bytes_are_refused(
    app: Starlette, hq: Headquarters, laptop: Laptop, body: bytes
) -> None:
    assert _posted(app, hq, laptop, body)[0] == 400


@given(parts=st.lists(_ANYTHING, max_size=10))
@settings(_FEW, max_examples=150)
def test_any_parts_are_answered_or_refused(
    app: Starlette, hq: Headquarters, laptop: Laptop, parts: list[Any]
) -> None:
    body = frames.encode([frames.PROTOCOL, *parts])
    assert _posted(app, hq, laptop, body)[0] in {200, 400, 403, 409, 422}


@given(data=st.data())
@settings(_FEW, max_examples=150)
def test_a_frame_changed_anywhere_is_answered_or_refused(
    app: Starlette, hq: Headquarters, laptop: Laptop, frame: Request, data: st.DataObject
) -> None:
    plain: list[Any] = msgspec.msgpack.decode(msgspec.msgpack.encode(frame), strict=False)
    for _change in range(data.draw(st.integers(1, 3))):
        _change_one(plain, data)
    body = frames.encode(plain)
    assert _posted(app, hq, laptop, body)[0] in {200, 400, 403, 409, 422}


def _change_one(plain: list[Any], data: st.DataObject) -> None:
    """Put something else somewhere in a tree of lists and maps."""
    place: Any = plain
    while True:
        keys = list(range(len(place))) if isinstance(place, list) else list(place)
        if not keys:
            return
        key = data.draw(st.sampled_from(keys))
        inner = place[key]
        if not isinstance(inner, list | dict) or data.draw(st.integers(0, 3)) == 0:
            break
        place = inner
    if isinstance(inner, bytes) and inner and data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(inner) - 1))
        place[key] = (
            inner[:at] + bytes([inner[at] ^ data.draw(st.integers(1, 255))]) + inner[at + 1 :]
        )
    else:
        place[key] = data.draw(_ANYTHING)


@given(data=st.data())
@settings(_FEW, max_examples=60)
def test_a_frame_damaged_on_the_way_is_answered_or_refused(
    app: Starlette, hq: Headquarters, laptop: Laptop, frame: Request, data: st.DataObject
) -> None:
    body = bytearray(frames.encode(frame))
    at = data.draw(st.integers(0, len(body) - 1))
    body[at] ^= data.draw(st.integers(1, 255))
    cut = data.draw(st.integers(0, len(body)))
    sent = bytes(body[:cut]) if data.draw(st.booleans()) else bytes(body)
    assert _posted(app, hq, laptop, sent)[0] in {200, 400, 403, 409, 422}
