"""The network carrier: frames to headquarters and back over HTTP, and its failures in sentences."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from app.errors import Refused, Unavailable
from app.i18n import _, language
from app.sync.frames import (
    MEDIA_TYPE,
    PROTOCOL,
    SERVICE,
    Answer,
    BadFrameError,
    Request,
    decode,
    encode,
)
from app.sync.signing import sign
from app.sync.state import Enrolment

EXCHANGE: Final = "/v1/exchange"
ENROL: Final = "/v1/enrol"
CONTENT: Final = "/v1/content"
HEALTH: Final = "/healthz"
# A line of 40 kbit/s needs about a minute for a frame.
_TIMEOUTS: Final = httpx.Timeout(connect=15, read=120, write=120, pool=5)
WAITS_S: Final = (1.0, 3.0)
_PASSING: Final = frozenset({502, 503, 504})


class Health(msgspec.Struct):
    """What headquarters says of itself to anyone."""

    service: str
    protocol: list[int]
    training: bool


class EnrolRequest(msgspec.Struct):
    """A device asking for its place."""

    code: str
    device: str
    public_key: bytes
    training: bool
    device_name: str
    office: str | None
    recipient: str = ""


class OfficeAnswer(msgspec.Struct):
    """The office an invitation is for."""

    id: str
    code: str


class EnrolAnswer(msgspec.Struct):
    """A device's place."""

    office: OfficeAnswer
    hq: str
    scopes: list[str]
    server_time: str
    public_key: bytes = b""
    recipient: str = ""


class _Error(msgspec.Struct):
    reason: str
    message: str


class _ErrorBody(msgspec.Struct):
    error: _Error


_Body = TypeVar("_Body")


class LineCutError(Unavailable):
    """The line failed on the way: asking again may help."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a carrier has moved: bodies in bytes, and round trips."""

    sent: int = 0
    received: int = 0
    trips: int = 0


class Carrier:
    """Speaks with one headquarters over one kept connection; close it when done.

    Args:
        url: Where it answers.
        enrolment: Signs the requests; None before there is one.
        waits_s: Pauses before asking again what failed on the way, in seconds.

    Attributes:
        traffic: What it has moved so far.
    """

    def __init__(
        self,
        url: str,
        enrolment: Enrolment | None = None,
        *,
        waits_s: tuple[float, ...] = WAITS_S,
    ) -> None:
        self.url = url
        self.traffic = Traffic()
        self._enrolment = enrolment
        self.waits_s = waits_s
        self._client = httpx.Client(
            base_url=url,
            timeout=_TIMEOUTS,
            headers={"User-Agent": SERVICE, "Accept": "*/*", "Accept-Encoding": "identity"},
        )

    def __enter__(self) -> Carrier:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def health(self) -> Health:
        """Ask who answers there.

        Raises:
            Unavailable: Nobody, or not a headquarters this version can speak with.
        """
        answer = self._send("GET", HEALTH, b"", "", is_signed=False)
        health = _read_json(answer, Health, self.url)
        if health.service != SERVICE:
            raise _not_sanad(self.url)
        if PROTOCOL not in health.protocol:
            raise _other_version()
        return health

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        """Ask for a place."""
        body = msgspec.json.encode(request)
        answer = self._send("POST", ENROL, body, "application/json", is_signed=False)
        return _read_json(answer, EnrolAnswer, self.url)

    def exchange(self, request: Request) -> Answer:
        """Send one frame, once, and give the one that answers it.

        Raises:
            LineCutError: It did not come back; a smaller one may.
        """
        answer = self._send("POST", EXCHANGE, encode(request), MEDIA_TYPE, waits_s=())
        try:
            return decode(answer.content, Answer)
        except BadFrameError as error:
            raise _not_sanad(self.url) from error

    def missing_contents(self, digests: list[str]) -> list[str]:
        """Ask which of these contents headquarters wants."""
        body = msgspec.json.encode({"hashes": digests})
        answer = self._send("POST", f"{CONTENT}/missing", body, "application/json")
        return _read_json(answer, dict[str, list[str]], self.url).get("missing", [])

    def put_content(self, digest: str, data: bytes, media_type: str) -> None:
        """Send one content."""
        self._send("PUT", f"{CONTENT}/{digest}", data, media_type)

    def get_content(self, digest: str) -> tuple[bytes, str] | None:
        """Fetch one content with its media type; None when headquarters has not got it."""
        answer = self._send("GET", f"{CONTENT}/{digest}", b"", "", missing_is_none=True)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        return answer.content, answer.headers.get("content-type", "application/octet-stream")

    def _send(
        self,
        method: str,
        path: str,
        body: bytes,
        media_type: str,
        *,
        is_signed: bool = True,
        missing_is_none: bool = False,
        waits_s: tuple[float, ...] | None = None,
    ) -> httpx.Response:
        def once() -> httpx.Response:
            headers = {"Accept-Language": language()}
            if media_type:
                headers["Content-Type"] = media_type
            if is_signed and self._enrolment is not None:
                # Signed anew each time: headquarters takes a signature once.
                place = self._enrolment
                headers["Authorization"] = sign(
                    place.private_key, place.device, place.hq, method, path, body
                )
            return self._client.request(method, path, content=body or None, headers=headers)

        answer = self._persist(once, self.waits_s if waits_s is None else waits_s)
        self.traffic = Traffic(
            self.traffic.sent + len(body),
            self.traffic.received + len(answer.content),
            self.traffic.trips + 1,
        )
        if answer.is_success:
            return answer
        if missing_is_none and answer.status_code == httpx.codes.NOT_FOUND:
            return answer
        raise _refusal(answer, self.url)

    def _persist(
        self, once: Callable[[], httpx.Response], waits_s: tuple[float, ...]
    ) -> httpx.Response:
        """Ask again what the line lost; every request may be repeated without harm."""
        for wait_s in (*waits_s, None):
            try:
                answer = once()
                if answer.status_code not in _PASSING or wait_s is None:
                    return answer
            except httpx.UnsupportedProtocol as error:
                raise _bad_address(self.url) from error
            except httpx.TransportError as error:
                if wait_s is None or _is_certificate(error):
                    raise _unreachable(self.url, error) from error
            time.sleep(wait_s)
        raise AssertionError("the last attempt returns or raises")


def check_address(url: str, *, is_training: bool) -> str:
    """Give the address as it is kept.

    Raises:
        Refused: It is not one, or records would travel in clear.
    """
    text = url.strip()
    text = (text if "://" in text else f"https://{text}").rstrip("/")
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise _bad_address(url) from None
    if parts.scheme not in {"http", "https"} or not host or parts.query or parts.fragment:
        raise _bad_address(url)
    if parts.scheme == "http" and not is_training and not _is_loopback(host):
        raise Refused(
            "plain_http",
            _("Records never travel in clear: the address must start with https://."),
            "url",
        )
    return text


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _read_json(answer: httpx.Response, type_: type[_Body], url: str) -> _Body:
    try:
        return msgspec.json.decode(answer.content, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_sanad(url) from error


def _refusal(answer: httpx.Response, url: str) -> Refused | Unavailable:
    try:
        error = msgspec.json.decode(answer.content, type=_ErrorBody).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        # A proxy in front answers so while the service behind it is down.
        is_passing = answer.status_code in _PASSING
        return _no_answer(url) if is_passing else _not_sanad(url)
    if answer.status_code in _PASSING:
        return LineCutError(error.message, _("Try again later; your work is kept."))
    if answer.is_server_error:
        return Unavailable(error.message, _("Try again later; your work is kept."))
    return Refused(error.reason, error.message)


def _is_certificate(error: httpx.TransportError) -> bool:
    text = str(error).lower()
    return "certificate" in text or "ssl" in text or "tls" in text


def _unreachable(url: str, error: httpx.TransportError) -> Unavailable:
    if _is_certificate(error):
        return Unavailable(
            _("The connection to {url} is not secure: its certificate cannot be trusted.").format(
                url=url
            ),
            _("Check the address and this computer's date, or ask headquarters."),
        )
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return _no_answer(url)
    return LineCutError(
        _("The line to {url} was cut or is too slow.").format(url=url),
        _("Sync again; it goes on where it stopped."),
    )


def _no_answer(url: str) -> LineCutError:
    return LineCutError(
        _("Headquarters does not answer at {url}.").format(url=url),
        _("Check the network and the address; your work is kept and goes out at the next sync."),
    )


def _bad_address(url: str) -> Refused:
    return Refused(
        "address",
        _("{url} is not an address. It looks like https://hq.example.org.").format(url=url),
        "url",
    )


def _not_sanad(url: str) -> Unavailable:
    return Unavailable(
        _("What answers at {url} is not a Sanad headquarters.").format(url=url),
        _("Check the address."),
    )


def _other_version() -> Unavailable:
    return Unavailable(
        _("Headquarters runs a version of Sanad that this one cannot sync with."),
        _("Install the version headquarters uses; your work is kept."),
    )
