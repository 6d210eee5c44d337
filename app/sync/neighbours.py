"""Two computers of one office in step over the local network, without headquarters.

What passes is the same encrypted and signed files as on a stick, so that the line needs no
protection of its own; only computers that headquarters has made known to each other are answered.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import msgspec

from app.errors import Refused, SanadError, Unavailable
from app.i18n import _, in_language, language, language_asked
from app.models.store import Store
from app.sync.carried import FileMade, FileRead
from app.sync.carrying import Tell, place_of
from app.sync.colleagues import colleagues_of, export_for_colleagues
from app.sync.files import read_file
from app.sync.frames import Peer

SERVICE: Final = "sanad-neighbour"
PORT: Final = 8441
ROUTE: Final = "/v1/neighbour"
FILE_TYPE: Final = "application/x-sanad-file"
LARGEST_FILE: Final = 2 * 1024**3
_TIMEOUTS: Final = httpx.Timeout(connect=10, read=600, write=600, pool=5)
_PIECE: Final = 256 * 1024


class Neighbour(msgspec.Struct):
    """What a computer says of itself on the local network: nothing about anybody."""

    service: str
    device: str


class _Error(msgspec.Struct):
    reason: str
    message: str


class _ErrorBody(msgspec.Struct):
    error: _Error


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What an exchange with a neighbour came to.

    Attributes:
        name: The other computer's.
        given: What it was given.
        taken: What came of its file.
    """

    name: str
    given: FileMade
    taken: FileRead


def exchange_with(store: Store, url: str, progress: Tell | None = None) -> Exchanged:
    """Give a neighbour what it lacks and take in what this copy lacks.

    Args:
        store: Enrolled.
        url: Where the other computer listens, such as ``192.168.1.12:8441``.
        progress: Told how many changes are written, then how many frames are read.

    Raises:
        Refused: It is no computer of this office, or says no.
        Unavailable: It does not answer, or the line fails; nothing is lost.
    """
    place_of(store)
    address = _address(url)
    with (
        tempfile.TemporaryDirectory(prefix="sanad-") as folder,
        httpx.Client(
            base_url=address, timeout=_TIMEOUTS, headers={"Accept-Language": language()}
        ) as client,
    ):
        try:
            other = _who(store, client, address)
            given = export_for_colleagues(store, Path(folder) / "there.sanad", [other], progress)
            back = Path(folder) / "back.sanad"
            _post(client, given.path, back, address)
        except httpx.TransportError as error:
            raise _no_answer(address) from error
        taken = read_file(store, back, progress)
    return Exchanged(other.name, given, taken)


def _address(url: str) -> str:
    text = url.strip().rstrip("/")
    text = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = None, None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Refused(
            "address",
            _("{url} is not an address. It looks like 192.168.1.12:8441.").format(url=url),
            "url",
        )
    return text if port is not None else f"{text}:{PORT}"


def _who(store: Store, client: httpx.Client, address: str) -> Peer:
    answer = client.get(ROUTE)
    try:
        said = msgspec.json.decode(answer.content, type=Neighbour)
        device = UUID(said.device).bytes
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError):
        raise _no_answer(address) from None
    known = next((one for one in colleagues_of(store) if one.device == device), None)
    if known is None:
        raise Refused(
            "unknown_device",
            _(
                "The computer at {url} is not one this one knows. Sync both once with headquarters,"
                " then try again."
            ).format(url=address),
        )
    return known


def _post(client: httpx.Client, there: Path, back: Path, address: str) -> None:
    def pieces() -> Any:
        with there.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece

    headers = {"Content-Type": FILE_TYPE, "Content-Length": str(there.stat().st_size)}
    with client.stream("POST", ROUTE, content=pieces(), headers=headers) as answer:
        if answer.is_success:
            with back.open("wb") as file:
                for piece in answer.iter_bytes():
                    file.write(piece)
            return
        answer.read()
        try:
            error = msgspec.json.decode(answer.content, type=_ErrorBody).error
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise _no_answer(address) from None
    if answer.is_server_error:
        raise Unavailable(error.message, _("Try again later; nothing is lost."))
    raise Refused(error.reason, error.message)


def _no_answer(address: str) -> Unavailable:
    return Unavailable(
        _("No computer of your office answers at {url}, or the line was cut.").format(url=address),
        _("Check that Sanad listens there and that both are on one network. Nothing is lost."),
    )


# -- the side that listens -----------------------------------------------------------------------


def app_for(store: Store, told: Callable[[FileRead], None] | None = None) -> Any:
    """Give the ASGI application that answers neighbours.

    Args:
        store: Enrolled; kept open by the caller.
        told: Given what came of each neighbour's file, in a worker's thread.

    Raises:
        Refused: The store is not enrolled.
    """
    import anyio
    from starlette.applications import Starlette
    from starlette.background import BackgroundTask
    from starlette.requests import Request
    from starlette.responses import FileResponse, Response
    from starlette.routing import Route

    place = place_of(store)
    one_at_a_time = anyio.CapacityLimiter(1)

    async def who(_request: Request) -> Response:
        said = Neighbour(SERVICE, str(UUID(bytes=place.device)))
        return Response(msgspec.json.encode(said), media_type="application/json")

    async def swap(request: Request) -> Response:
        folder = tempfile.mkdtemp(prefix="sanad-")
        clean = BackgroundTask(shutil.rmtree, folder, ignore_errors=True)
        came, back = Path(folder) / "came.sanad", Path(folder) / "back.sanad"
        try:
            with in_language(language_asked(request.headers.get("accept-language", ""))):
                await _receive(request.stream(), came)
                await anyio.to_thread.run_sync(
                    lambda: _answer(store, came, back, told), limiter=one_at_a_time
                )
        except SanadError as error:
            return _error(error, folder, clean)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return FileResponse(back, media_type=FILE_TYPE, background=clean)

    def _error(error: SanadError, folder: str, clean: BackgroundTask) -> Response:
        reason = error.rule if isinstance(error, Refused) else "unavailable"
        # Where it was put down here is nobody's business there.
        message = error.message.replace(f"{folder}/", "")
        body = msgspec.json.encode(_ErrorBody(_Error(reason, message)))
        status = 403 if isinstance(error, Refused) else 503
        return Response(body, status, media_type="application/json", background=clean)

    return Starlette(
        routes=[Route(ROUTE, who, methods=["GET"]), Route(ROUTE, swap, methods=["POST"])]
    )


async def _receive(pieces: AsyncIterator[bytes], path: Path) -> None:
    size = 0
    with path.open("wb") as file:
        async for piece in pieces:
            size += len(piece)
            if size > LARGEST_FILE:
                raise Refused("too_large", _("This file is too large. Use a stick."))
            file.write(piece)


def _answer(store: Store, came: Path, back: Path, told: Callable[[FileRead], None] | None) -> None:
    from app.sync.parcel_reading import open_parcel

    read = read_file(store, came)
    sender = open_parcel(came, place_of(store).identity).header.sender
    colleague = [one for one in colleagues_of(store) if one.device == sender]
    export_for_colleagues(store, back, colleague)
    if told is not None:
        told(read)


class Listening:
    """A running service: where it answers, and how it is told to stop."""

    def __init__(self, url: str, stop: Callable[[], None]) -> None:
        self.url = url
        self.stop = stop


def serve(
    store: Store,
    host: str = "0.0.0.0",
    port: int = PORT,
    *,
    told: Callable[[FileRead], None] | None = None,
    ready: Callable[[Listening], None] | None = None,
) -> None:
    """Answer neighbours until told to stop.

    Args:
        store: Enrolled; kept open by the caller.
        host: Address to listen at.
        port: 0 takes a free one.
        told: See ``app_for``.
        ready: Given the running service once it answers.

    Raises:
        Refused: The store is not enrolled.
        Unavailable: The address is taken.
    """
    import socket

    import uvicorn

    application = app_for(store, told)
    try:
        listener = socket.create_server((host, port))
    except OSError as error:
        raise Unavailable(
            _("{host}:{port} cannot be listened at: {reason}.").format(
                host=host, port=port, reason=error.strerror
            ),
            _("Choose another port with --port."),
        ) from error
    config = uvicorn.Config(application, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    with listener:
        if ready is not None:
            at = listener.getsockname()[1]
            shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host

            def stop() -> None:
                server.should_exit = True

            ready(Listening(f"http://{shown}:{at}", stop))
        server.run([listener])
