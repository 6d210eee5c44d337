"""Headquarters over HTTP. Every error is ``{"error": {"reason": …, "message": …}}``.

What is answered at which address stands in ``hq.routes``; here is how: bodies read within limits,
askers recognised, work done on threads, and every refusal in one shape.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from time import monotonic, perf_counter
from typing import Any, Final, TypeVar

import anyio
import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from app.errors import Refused, SanadError, Unavailable
from app.hq.base import Headquarters
from app.hq.devices import Device
from app.hq.endpoint import Bytes, Call, Endpoint, Frame
from app.hq.guard import Guard, NotAllowedError
from app.hq.routes import ROUTES
from app.hq.tokens import make_token
from app.i18n import _, in_language, language_asked
from app.sync import frames
from app.sync.client import TOKEN
from app.sync.signing import SCHEME

# Each works on one database connection; those waiting for the one writer hold none back.
_WORKERS: Final = 12
_STATUS: Final = {
    "unknown_content": 404,
    "too_slow": 408,
    "known_device": 409,
    "too_large": 413,
    "other_identity": 403,
    "malformed": 400,
}
# Answered before all of a body was read: what is left of it is not waited for.
_UNREAD: Final = {408, 413}
_DIGITS: Final = re.compile("[0-9]{1,18}")
_log = logging.getLogger("sanad.hq")
_Result = TypeVar("_Result")


class Patience(msgspec.Struct, frozen=True):
    """How long a body may take.

    Attributes:
        pause_s: Longest silence.
        least_bytes_per_s: Slowest line that is waited for, after one such silence.
    """

    pause_s: float = 30.0
    least_bytes_per_s: float = 500.0


class Service:
    """The endpoints of one headquarters.

    Args:
        hq: Open; the caller closes it.
        guard: Recognises who asks.
        patience: How long a body may take.
    """

    def __init__(self, hq: Headquarters, guard: Guard, patience: Patience | None = None) -> None:
        self._hq = hq
        self._guard = guard
        self._patience = patience or Patience()
        self._workers: anyio.CapacityLimiter | None = None

    def app(self) -> Starlette:
        """Give the ASGI application."""
        by_path: dict[str, dict[str, Endpoint]] = {}
        for endpoint in ROUTES:
            by_path.setdefault(endpoint.path, {})[endpoint.method] = endpoint
        routes = [
            Route(path, self._answering(endpoints), methods=list(endpoints))
            for path, endpoints in by_path.items()
        ]
        app = Starlette(routes=routes, exception_handlers={HTTPException: _http_error})
        app.router.redirect_slashes = False
        return app

    def _answering(
        self, endpoints: dict[str, Endpoint]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            method = "GET" if request.method == "HEAD" else request.method
            endpoint = endpoints[method]
            with in_language(language_asked(request.headers.get("accept-language", ""))):
                try:
                    return await self._answer(endpoint, request)
                except SanadError as error:
                    return _refusal(endpoint, error)
                except ClientDisconnect:
                    return _error(400, "cut", _("The line was cut."))
                except Exception:  # noqa: BLE001  logged; the device gets a sentence
                    _log.exception("%s %s failed", endpoint.method, endpoint.path)
                    return _error(500, "bug", _("Headquarters met a fault; it is in its log."))

        return answer

    async def _answer(self, endpoint: Endpoint, request: Request) -> Response:
        body = await self._body(request, endpoint.largest)
        if self._workers is None:
            self._workers = anyio.CapacityLimiter(_WORKERS)
        return await anyio.to_thread.run_sync(
            self._work, endpoint, request, body, limiter=self._workers
        )

    def _work(self, endpoint: Endpoint, request: Request, body: bytes) -> Response:
        client = request.client.host if request.client else ""
        header = request.headers.get("authorization", "")
        device: Device | None = None
        if endpoint.is_signed:
            device = self._guard.device(header, request.method, _target(request), body, client)
        else:
            self._guard.require_share(client)
        begin = perf_counter()
        try:
            asked = _read(endpoint, body, request.headers.get("content-type", ""))
            call = Call(
                self._hq,
                self._guard,
                asked,
                request.path_params,
                _numbers(endpoint, request),
                client,
                device,
            )
            given = endpoint.work(call)
            answer = _written(endpoint, given)
        finally:
            if device is not None:
                self._guard.used(device, perf_counter() - begin)
        if device is not None and header.startswith(f"{SCHEME} ") and _goes_on(asked, given):
            key = self._hq.secrets.token_key
            answer.headers[TOKEN] = make_token(key, device.id, self._hq.now())
        return answer

    async def _body(self, request: Request, limit: int) -> bytes:
        """Read a body no longer than ``limit``, whatever its header claims."""
        claimed = request.headers.get("content-length", "0")
        if claimed.isdecimal() and int(claimed) > limit:
            raise _too_large()
        received = bytearray()
        begin = monotonic()
        patience = self._patience
        async with aclosing(request.stream()) as stream:
            while True:
                allowed_s = 2 * patience.pause_s + len(received) / patience.least_bytes_per_s
                left_s = min(patience.pause_s, begin + allowed_s - monotonic())
                chunk: bytes | None = None
                with anyio.move_on_after(left_s) as waiting:
                    chunk = await anext(stream, None)
                if waiting.cancelled_caught:
                    raise Refused("too_slow", _("The line is too slow; this was not received."))
                if chunk is None:
                    return bytes(received)
                received += chunk
                if len(received) > limit:
                    raise _too_large()


def build(hq: Headquarters) -> Starlette:
    """Give the ASGI application of a headquarters."""
    return Service(hq, Guard(hq)).app()


def _target(request: Request) -> str:
    query = request.scope["query_string"].decode("latin-1")
    path: str = request.url.path
    return f"{path}?{query}" if query else path


def _goes_on(asked: Any, given: Any) -> bool:
    """Tell whether more requests of the same sync will follow, as far as can be seen."""
    if not isinstance(asked, frames.Request) or not isinstance(given, frames.Answer):
        return True
    return given.left > 0 or any(
        given.acknowledged.get(identity.device, 0) < identity.head for identity in asked.identities
    )


def _numbers(endpoint: Endpoint, request: Request) -> dict[str, int]:
    found: dict[str, int] = {}
    for number in endpoint.numbers:
        text = request.query_params.get(number.name)
        if text is None:
            continue
        if not _DIGITS.fullmatch(text) or int(text) > number.most:
            raise _malformed()
        found[number.name] = int(text)
    return found


def _read(endpoint: Endpoint, body: bytes, media_type: str) -> Any:
    takes = endpoint.takes
    if takes is None:
        return None
    if takes is Bytes:
        return Bytes(body, media_type)
    try:
        if isinstance(takes, Frame):
            return frames.decode(body, takes.type)
        return msgspec.json.decode(body, type=takes)
    except frames.OtherProtocolError:
        raise NotAllowedError(
            409,
            "protocol",
            _("Headquarters runs a version of Sanad that this one cannot sync with."),
        ) from None
    except (frames.BadFrameError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _malformed() from None


def _written(endpoint: Endpoint, given: Any) -> Response:
    if endpoint.gives is None:
        return Response(status_code=204)
    if isinstance(given, Bytes):
        return Response(given.data, 200, given.headers, given.media_type)
    if isinstance(endpoint.gives, Frame):
        return Response(frames.encode(given), media_type=frames.MEDIA_TYPE)
    return _json(given)


def _malformed() -> Refused:
    return Refused("malformed", _("This request is not well formed."))


def _too_large() -> Refused:
    return Refused("too_large", _("This request is too large."))


def _refusal(endpoint: Endpoint, error: SanadError) -> Response:
    if isinstance(error, NotAllowedError):
        answer = _error(error.status, error.reason, error.message)
        answer.headers.update(error.headers)
        reason = error.reason
    elif isinstance(error, Refused):
        reason = error.rule
        answer = _error(_STATUS.get(reason, 422), reason, error.message)
    else:
        reason = "unavailable" if isinstance(error, Unavailable) else "error"
        answer = _error(503, reason, str(error))
    if answer.status_code in _UNREAD:
        answer.headers["Connection"] = "close"
    _log.info("refused %s %s: %d %s", endpoint.method, endpoint.path, answer.status_code, reason)
    return answer


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    reason, message = (
        ("no_such_method", _("This address does not answer this method."))
        if error.status_code == 405
        else ("no_such_address", _("There is nothing at this address."))
    )
    _log.info("refused: %d %s", error.status_code, reason)
    answer = _error(error.status_code, reason, message)
    answer.headers.update(error.headers or {})
    return answer


def _error(status: int, reason: str, message: str) -> Response:
    return _json({"error": {"reason": reason, "message": message}}, status)


def _json(value: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
