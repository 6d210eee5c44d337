"""The side of an exchange on the local network that listens: neighbours' files are answered."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec

from app.errors import Cancelled, Refused, SanadError, Unavailable
from app.i18n import _, in_language, language_asked
from app.models.store import Store
from app.sync.carried import FileMade
from app.sync.carrying import place_of
from app.sync.colleagues import colleagues_of, export_for_colleagues
from app.sync.from_colleagues import read_from_colleague
from app.sync.neighbours import (
    FILE_TYPE,
    PORT,
    ROUTE,
    SERVICE,
    Error,
    ErrorBody,
    Exchanged,
    Neighbour,
)
from app.sync.parcel_reading import open_parcel

LARGEST_FILE: Final = 2 * 1024**3


def app_for(store: Store, told: Callable[[Exchanged], None] | None = None) -> Any:
    """Give the ASGI application that answers neighbours.

    Args:
        store: Enrolled; kept open by the caller.
        told: Given what each exchange came to, in a worker's thread.

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
    answering = _Answering(store, told)
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
                    lambda: answering.answer(came, back), limiter=one_at_a_time
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
        body = msgspec.json.encode(ErrorBody(Error(reason, message)))
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


class _Answering:
    """What neighbours are answered; one at a time."""

    def __init__(self, store: Store, told: Callable[[Exchanged], None] | None) -> None:
        self._store = store
        self._told = told
        self._given: dict[bytes, FileMade] = {}

    def answer(self, came: Path, back: Path) -> None:
        """Take a neighbour's file in and write it one with what it lacks."""
        parcel = open_parcel(came, place_of(self._store).identity)
        read = read_from_colleague(self._store, parcel)
        sender = parcel.header.sender
        [colleague] = [one for one in colleagues_of(self._store) if one.device == sender]
        given = export_for_colleagues(self._store, back, [colleague])
        if parcel.header.is_asking:
            self._given[sender] = given
            return
        before = self._given.pop(sender, None)
        if before is not None:
            given = replace(
                given,
                changes=given.changes + before.changes,
                contents=given.contents + before.contents,
            )
        done = Exchanged(read.sender, given, read)
        done.note(self._store)
        if self._told is not None:
            self._told(done)


def own_address() -> str:
    """Give this computer's address on the local network; that of the computer alone without one."""
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            # Nothing is sent: this only asks which way it would go. Source: RFC 5737.
            asking.connect(("192.0.2.1", 9))
            return str(asking.getsockname()[0])
        except OSError:  # a network that leads nowhere else
            return next(iter(_named_addresses()), "127.0.0.1")


def _named_addresses() -> list[str]:
    """List the addresses this computer's own name stands for, but for its own alone."""
    import socket

    try:
        found = socket.gethostbyname_ex(socket.gethostname())[2]
    except OSError:
        return []
    return [one for one in found if not one.startswith("127.")]


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
    told: Callable[[Exchanged], None] | None = None,
    ready: Callable[[Listening], None] | None = None,
    look: Callable[[], None] | None = None,
) -> None:
    """Answer neighbours until told to stop.

    Args:
        store: Enrolled; kept open by the caller.
        host: Address to listen at.
        port: 0 takes a free one.
        told: See ``app_for``.
        ready: Given the running service once it answers.
        look: Called every second; raises ``Cancelled`` to stop.

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

    async def notify() -> None:
        try:
            if look is not None:
                look()
        except Cancelled:
            server.should_exit = True

    config.callback_notify, config.timeout_notify = notify, 0
    with listener:
        if ready is not None:
            at = listener.getsockname()[1]
            shown = own_address() if host in {"0.0.0.0", "::"} else host

            def stop() -> None:
                server.should_exit = True

            ready(Listening(f"http://{shown}:{at}", stop))
        server.run([listener])
