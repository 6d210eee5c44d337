"""Headquarters over HTTP. Every error is ``{"error": {"reason": …, "message": …}}``."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar
from uuid import UUID

import anyio
import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from app.errors import Refused, SanadError, Unavailable
from app.hq import contents, devices
from app.hq.base import Headquarters
from app.hq.exchange import exchange
from app.hq.guard import Guard, NotAllowedError
from app.i18n import LANGUAGES, SOURCE_LANGUAGE, _, in_language
from app.sync import frames
from app.sync.client import (
    CONTENT,
    ENROL,
    EXCHANGE,
    HEALTH,
    EnrolAnswer,
    EnrolRequest,
    OfficeAnswer,
)
from app.sync.contents import LARGEST_BYTES

_LARGEST_BODY: Final = 4 * 1024 * 1024
_LARGEST_ENROLMENT: Final = 16 * 1024
# Each works on one database connection; those waiting for the one writer hold none back.
_WORKERS: Final = 12
_STATUS: Final = {
    "unknown_content": 404,
    "too_large": 413,
    "known_device": 409,
    "other_identity": 403,
    "malformed": 400,
}
_log = logging.getLogger("sanad.hq")
_Result = TypeVar("_Result")
_Endpoint = Callable[[Request], Awaitable[Response]]


class _Asked(msgspec.Struct):
    hashes: list[str]


class Service:
    """The endpoints of one headquarters.

    Args:
        hq: Open; the caller closes it.
        guard: Recognises who asks.
    """

    def __init__(self, hq: Headquarters, guard: Guard) -> None:
        self._hq = hq
        self._guard = guard
        self._workers: anyio.CapacityLimiter | None = None

    def app(self) -> Starlette:
        """Give the ASGI application."""
        routes = [
            Route(HEALTH, self._in_language(self.health), methods=["GET"]),
            Route(ENROL, self._in_language(self.enrol), methods=["POST"]),
            Route(EXCHANGE, self._in_language(self.exchange), methods=["POST"]),
            Route(f"{CONTENT}/missing", self._in_language(self.missing), methods=["POST"]),
            Route(f"{CONTENT}/{{digest}}", self._in_language(self.give), methods=["GET"]),
            Route(f"{CONTENT}/{{digest}}", self._in_language(self.take), methods=["PUT"]),
        ]
        return Starlette(routes=routes, exception_handlers={HTTPException: _http_error})

    async def health(self, _request: Request) -> Response:
        """Say what this is."""
        return _json(
            {
                "service": frames.SERVICE,
                "protocol": [frames.PROTOCOL],
                "training": self._hq.is_training,
            }
        )

    async def enrol(self, request: Request) -> Response:
        """Give a computer its place."""
        body = await _body(request, _LARGEST_ENROLMENT)
        client = request.client.host if request.client else ""
        return _json(await self._work(lambda: self._enrol(client, body)))

    def _enrol(self, client: str, body: bytes) -> EnrolAnswer:
        self._guard.require_patience(client)
        asked = _read(body, EnrolRequest)
        try:
            device = devices.enrol(
                self._hq,
                code=asked.code,
                device=_id(asked.device),
                public_key=asked.public_key,
                name=asked.device_name,
                is_training=asked.training,
                office=asked.office,
                recipient=asked.recipient,
            )
        except Refused:
            self._guard.note_failure(client)
            raise
        _log.info("enrolled device %s of office %s", device.id, device.office_code)
        return EnrolAnswer(
            office=OfficeAnswer(str(device.office), device.office_code),
            hq=str(self._hq.id),
            scopes=[str(scope) for scope in device.scopes],
            server_time=self._hq.now().isoformat(),
            public_key=self._hq.secrets.public_key,
            recipient=self._hq.secrets.recipient,
        )

    async def exchange(self, request: Request) -> Response:
        """Take a frame in and give the one that answers it."""
        body = await _body(request, _LARGEST_BODY)
        return Response(
            await self._work(lambda: self._exchange(request, body)), media_type=frames.MEDIA_TYPE
        )

    def _exchange(self, request: Request, body: bytes) -> bytes:
        device = self._device(request, body)
        try:
            asked = frames.decode(body, frames.Request)
        except frames.OtherProtocolError:
            raise NotAllowedError(
                409,
                "protocol",
                _("Headquarters runs a version of Sanad that this one cannot sync with."),
            ) from None
        except frames.BadFrameError:
            raise _malformed() from None
        answer = exchange(self._hq, device, asked)
        for forked in answer.forked:
            _log.warning("device %s: identity %s has two histories", device.id, forked.hex())
        return frames.encode(answer)

    async def missing(self, request: Request) -> Response:
        """Tell which contents have not arrived."""
        body = await _body(request, _LARGEST_BODY)

        def work() -> dict[str, list[str]]:
            self._device(request, body)
            return {"missing": contents.missing(self._hq, _read(body, _Asked).hashes)}

        return _json(await self._work(work))

    async def take(self, request: Request) -> Response:
        """Take one content in."""
        body = await _body(request, LARGEST_BYTES)
        media_type = request.headers.get("content-type", "")

        def work() -> None:
            device = self._device(request, body)
            contents.take(self._hq, device, request.path_params["digest"], body, media_type)

        await self._work(work)
        return Response(status_code=204)

    async def give(self, request: Request) -> Response:
        """Give one content."""
        content = await self._work(
            lambda: contents.give(
                self._hq, self._device(request, b""), request.path_params["digest"]
            )
        )
        return Response(content.data, media_type=content.media_type)

    def _device(self, request: Request, body: bytes) -> devices.Device:
        header = request.headers.get("authorization", "")
        return self._guard.device(header, request.method, request.url.path, body)

    async def _work(self, function: Callable[[], _Result]) -> _Result:
        if self._workers is None:
            self._workers = anyio.CapacityLimiter(_WORKERS)
        return await anyio.to_thread.run_sync(function, limiter=self._workers)

    def _in_language(self, endpoint: _Endpoint) -> _Endpoint:
        async def answer(request: Request) -> Response:
            with in_language(_asked_language(request.headers.get("accept-language", ""))):
                try:
                    return await endpoint(request)
                except SanadError as error:
                    return _refusal(error)
                except HTTPException:
                    raise
                except ClientDisconnect:
                    return Response(status_code=400)
                except Exception:  # noqa: BLE001  logged; the device gets a sentence
                    _log.exception("a request failed")
                    return _error(500, "bug", _("Headquarters met a fault; it is in its log."))

        return answer


def build(hq: Headquarters) -> Starlette:
    """Give the ASGI application of a headquarters."""
    return Service(hq, Guard(hq)).app()


async def _body(request: Request, limit: int) -> bytes:
    """Read a body no longer than ``limit``, whatever its header claims."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > limit:
            raise Refused("too_large", _("This request is too large."))
    return bytes(received)


def _read(body: bytes, type_: type[_Result]) -> _Result:
    try:
        return msgspec.json.decode(body, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _malformed() from None


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise _malformed() from None


def _malformed() -> Refused:
    return Refused("malformed", _("This request is not well formed."))


def _asked_language(header: str) -> str:
    for part in header.split(","):
        code = part.split(";")[0].strip().split("-")[0].lower()
        if code in LANGUAGES:
            return code
    return SOURCE_LANGUAGE


def _refusal(error: SanadError) -> Response:
    if isinstance(error, NotAllowedError):
        return _error(error.status, error.reason, error.message)
    if isinstance(error, Refused):
        return _error(_STATUS.get(error.rule, 422), error.rule, error.message)
    reason = "unavailable" if isinstance(error, Unavailable) else "error"
    return _error(503, reason, str(error))


async def _http_error(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _error(status, "no_such_address", _("There is nothing at this address."))


def _error(status: int, reason: str, message: str) -> Response:
    return _json({"error": {"reason": reason, "message": message}}, status)


def _json(value: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
