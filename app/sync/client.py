"""The network carrier: frames to headquarters and back over HTTP, and its failures in sentences."""

from __future__ import annotations

import ipaddress
import math
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from app.errors import Refused, Unavailable
from app.i18n import _, language
from app.models.clock import system_ms
from app.sync.frames import (
    MEDIA_TYPE,
    PROTOCOL,
    SERVICE,
    Answer,
    BadFrameError,
    OtherProtocolError,
    Request,
    decode,
    encode,
)
from app.sync.pinning import trusting
from app.sync.signing import sign
from app.sync.state import Enrolment
from app.sync.verifying import Check, Checked

EXCHANGE: Final = "/v1/exchange"
VERIFY: Final = "/v1/verify"
ENROL: Final = "/v1/enrol"
CONTENT: Final = "/v1/content"
HEALTH: Final = "/healthz"
# Header with the token that the rest of a sync bears instead of signatures.
TOKEN: Final = "Sanad-Token"
# Header with headquarters' clock, in milliseconds since 1970, for who must sign again.
TIME: Final = "Sanad-Time"
# Header that tells how many bytes the whole of a content has.
TOTAL: Final = "Sanad-Total"
# A line of 40 kbit/s needs about a minute for a frame.
_CONNECT_S: Final = 15
_HTTPS_PORT: Final = 443
_TIMEOUTS: Final = httpx.Timeout(connect=_CONNECT_S, read=120, write=120, pool=5)
WAITS_S: Final = (1.0, 3.0)
_PASSING: Final = frozenset({502, 503, 504})
# Headquarters may ask for a pause; a longer one is told to the person instead.
_LONGEST_PAUSE_S: Final = 60.0
_MOST_PAUSES: Final = 20
# A token that has expired, a clock that was corrected meanwhile, and the signature that holds.
_MOST_PASSES: Final = 3


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


class MissingContents(msgspec.Struct):
    """What headquarters says of contents it was asked about; of the rest it has all.

    Attributes:
        missing: Named by a record, and not there or not whole.
        arrived: Of those, how many bytes have come.
        unknown: No record that has reached headquarters from the asker's scope names them.
    """

    missing: list[str]
    arrived: dict[str, int] = {}
    unknown: list[str] = []


class ContentPart(msgspec.Struct, frozen=True):
    """A chunk of a content.

    Attributes:
        start: Place of its first byte; ``total`` how many the whole has.
    """

    data: bytes
    media_type: str
    start: int
    total: int


class Error(msgspec.Struct):
    """Why not.

    Attributes:
        reason: Stable name.
        message: A sentence for a person, in the language asked for.
    """

    reason: str
    message: str


class ErrorBody(msgspec.Struct):
    """What headquarters answers whenever it says no."""

    error: Error


_Body = TypeVar("_Body")


class OtherCertificateError(Unavailable):
    """What answers shows another certificate than the one this copy trusts."""


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
        certificate: PEM of the one certificate to trust; by default the enrolment's, and where it
            names none, any that the computer trusts.
        clock_offset_ms: Headquarters' clock minus this machine's, when last compared.
        pause: Waits so many seconds.

    Attributes:
        traffic: What it has moved so far.
    """

    def __init__(
        self,
        url: str,
        enrolment: Enrolment | None = None,
        *,
        waits_s: tuple[float, ...] = WAITS_S,
        certificate: str | None = None,
        clock_offset_ms: int = 0,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        if certificate is None:
            certificate = "" if enrolment is None else enrolment.certificate
        self.url = url
        self.traffic = Traffic()
        self._pass = _Pass(enrolment, clock_offset_ms)
        self.waits_s = waits_s
        self._pause = pause
        self._is_pinned = bool(certificate)
        is_tls = urlsplit(url).scheme == "https"
        self._client = httpx.Client(
            base_url=url,
            verify=trusting(certificate) if is_tls else True,
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
        except OtherProtocolError as error:
            raise _other_version() from error
        except BadFrameError as error:
            raise _not_sanad(self.url) from error

    def verify(self, asked: Check) -> Checked:
        """Ask what headquarters holds of a scope."""
        answer = self._send("POST", VERIFY, encode(asked), MEDIA_TYPE)
        try:
            return decode(answer.content, Checked)
        except OtherProtocolError as error:
            raise _other_version() from error
        except BadFrameError as error:
            raise _not_sanad(self.url) from error

    def missing_contents(self, digests: list[str]) -> MissingContents:
        """Ask which of these contents headquarters has not got."""
        body = msgspec.json.encode({"hashes": digests})
        answer = self._send("POST", f"{CONTENT}/missing", body, "application/json")
        return _read_json(answer, MissingContents, self.url)

    def put_content(
        self, digest: str, start: int, total: int, chunk: bytes, media_type: str
    ) -> int:
        """Send a chunk of a content, once; gives how many bytes have arrived there.

        Raises:
            LineCutError: No answer came; a smaller chunk may go through.
        """
        path = f"{CONTENT}/{digest}?start={start}&total={total}"
        answer = self._send("PUT", path, chunk, media_type, waits_s=())
        return _read_json(answer, dict[str, int], self.url).get("arrived", 0)

    def get_content(self, digest: str, start: int, size: int) -> ContentPart | None:
        """Fetch a chunk of a content, once; None when headquarters has not got it.

        Raises:
            LineCutError: It did not come; a smaller chunk may.
        """
        path = f"{CONTENT}/{digest}?start={start}&size={size}"
        answer = self._send("GET", path, b"", "", missing_is_none=True, waits_s=())
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        total = answer.headers.get(TOTAL, "")
        if not total.isdecimal():
            raise _not_sanad(self.url)
        media_type = answer.headers.get("content-type", "application/octet-stream")
        return ContentPart(answer.content, media_type, start, int(total))

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
            for _time in range(_MOST_PASSES):
                if is_signed:
                    headers.update(self._pass.headers(method, path, body))
                answer = self._client.request(method, path, content=body or None, headers=headers)
                self._count(body, answer)
                if not (is_signed and self._pass.may_ask_again(answer)):
                    break
            self._pass.keep(answer)
            return answer

        answer = self._persist(once, self.waits_s if waits_s is None else waits_s)
        if answer.is_success:
            return answer
        if missing_is_none and answer.status_code == httpx.codes.NOT_FOUND:
            return answer
        raise _refusal(answer, self.url)

    def _count(self, body: bytes, answer: httpx.Response) -> None:
        self.traffic = Traffic(
            self.traffic.sent + len(body),
            self.traffic.received + len(answer.content),
            self.traffic.trips + 1,
        )

    def _persist(
        self, once: Callable[[], httpx.Response], waits_s: tuple[float, ...]
    ) -> httpx.Response:
        """Ask again what the line lost; every request may be repeated without harm."""
        for wait_s in (*waits_s, None):
            try:
                answer = self._patiently(once)
                if answer.status_code not in _PASSING or wait_s is None:
                    return answer
            except httpx.UnsupportedProtocol as error:
                raise _bad_address(self.url) from error
            except httpx.TransportError as error:
                if wait_s is None or _is_certificate(error):
                    raise _unreachable(self.url, error, is_pinned=self._is_pinned) from error
            self._pause(wait_s)
        raise AssertionError("the last attempt returns or raises")

    def _patiently(self, once: Callable[[], httpx.Response]) -> httpx.Response:
        """Ask, and ask again after the pauses headquarters wishes for."""
        for _time in range(_MOST_PAUSES):
            answer = once()
            pause_s = _pause_wished(answer)
            if not 0 < pause_s <= _LONGEST_PAUSE_S:
                return answer
            self._pause(pause_s)
        return once()


@dataclass(slots=True)
class _Pass:
    """By what headquarters knows who asks: a signature, then the token it answered with."""

    enrolment: Enrolment | None
    clock_offset_ms: int
    _token: str = field(default="", init=False)

    def headers(self, method: str, path: str, body: bytes) -> dict[str, str]:
        """Give what to send; signed anew each time, as a signature is taken once."""
        place = self.enrolment
        if place is None:
            return {}
        if self._token:
            return {"Authorization": f"Bearer {self._token}"}
        at_ms = max(system_ms() + self.clock_offset_ms, 0)
        signed = sign(place.private_key, place.device, place.hq, method, path, body, at_ms)
        return {"Authorization": signed}

    def keep(self, answer: httpx.Response) -> None:
        """Keep the token that came, if any."""
        self._token = answer.headers.get(TOKEN, self._token)

    def may_ask_again(self, answer: httpx.Response) -> bool:
        """Mend what headquarters refused the pass for; False when there is nothing to mend."""
        if answer.status_code != httpx.codes.UNAUTHORIZED:
            return False
        if self._token:
            self._token = ""
            return True
        if _reason(answer) != "clock":
            return False
        there = answer.headers.get(TIME, "")
        if not there.isdecimal():
            return False
        self.clock_offset_ms = int(there) - system_ms()
        return True


def shown_certificate(url: str) -> str:
    """Give the certificate shown at an ``https`` address, in PEM, whoever has signed it.

    Raises:
        Unavailable: Nothing answers there, or not over TLS.
    """
    parts = urlsplit(url)
    try:
        return ssl.get_server_certificate(
            (parts.hostname or "", parts.port or _HTTPS_PORT), timeout=_CONNECT_S
        )
    except ssl.SSLError as error:
        raise Unavailable(
            _("The connection to {url} is not secure: its certificate cannot be trusted.").format(
                url=url
            ),
            _("Check the address and this computer's date, or ask headquarters."),
        ) from error
    except OSError as error:
        raise _no_answer(url) from error


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


def _reason(answer: httpx.Response) -> str:
    try:
        return msgspec.json.decode(answer.content, type=ErrorBody).error.reason
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""


def _pause_wished(answer: httpx.Response) -> float:
    """Give the seconds headquarters asks to wait for; 0 when it does not."""
    if answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
        return 0.0
    try:
        wished_s = float(answer.headers.get("retry-after", "0"))
    except ValueError:
        return 0.0
    return wished_s if math.isfinite(wished_s) else 0.0


def _refusal(answer: httpx.Response, url: str) -> Refused | Unavailable:
    try:
        error = msgspec.json.decode(answer.content, type=ErrorBody).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        # A proxy in front answers so while the service behind it is down.
        is_passing = answer.status_code in _PASSING
        return _no_answer(url) if is_passing else _not_sanad(url)
    if answer.status_code in _PASSING:
        return LineCutError(error.message, _("Try again later; your work is kept."))
    if answer.is_server_error:
        return Unavailable(error.message, _("Try again later; your work is kept."))
    if error.reason == "too_much":
        return Unavailable(error.message, _("Your work is kept."))
    return Refused(error.reason, error.message)


def _is_certificate(error: httpx.TransportError) -> bool:
    text = str(error).lower()
    return "certificate" in text or "ssl" in text or "tls" in text


def _unreachable(url: str, error: httpx.TransportError, *, is_pinned: bool) -> Unavailable:
    if _is_certificate(error) and is_pinned:
        return OtherCertificateError(
            _(
                "What answers at {url} shows another certificate than the one this computer"
                " enrolled with; nothing was sent."
            ).format(url=url),
            _(
                "Somebody may be listening. If headquarters did change its certificate, ask it for"
                " the new code and type it on the Sync screen, or run: sanad enrol"
                " --renew-certificate CODE"
            ),
        )
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
