"""Two computers of one office in step over the local network, without headquarters: who asks.

What passes is the same encrypted and signed files as on a stick, so that the line needs no
protection of its own; only computers that headquarters has made known to each other are answered.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import msgspec

from app.errors import Refused, Unavailable
from app.i18n import _, isolate, language, ngettext
from app.models.clock import system_ms
from app.models.store import Store
from app.sync.carried import FileMade, FileRead
from app.sync.carrying import Tell, place_of
from app.sync.colleagues import ask_colleague, colleagues_of, export_for_colleagues
from app.sync.files import read_file
from app.sync.frames import Peer
from app.sync.visits import Visit, note

SERVICE: Final = "sanad-neighbour"
PORT: Final = 8441
ROUTE: Final = "/v1/neighbour"
FILE_TYPE: Final = "application/x-sanad-file"
_TIMEOUTS: Final = httpx.Timeout(connect=10, read=600, write=600, pool=5)
_PIECE: Final = 256 * 1024
_LOOK_S: Final = 0.1
_Result = TypeVar("_Result")


class Neighbour(msgspec.Struct):
    """What a computer says of itself on the local network: nothing about anybody."""

    service: str
    device: str


class Error(msgspec.Struct):
    """Why a neighbour says no: a stable name and a sentence."""

    reason: str
    message: str


class ErrorBody(msgspec.Struct):
    """How that is answered."""

    error: Error


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

    @property
    def sentences(self) -> list[str]:
        """Say what went either way."""
        name = isolate(self.name)
        if not (self.given.changes or self.given.contents or self.taken.changes):
            same = _("This computer and {name} hold the same: there was nothing to exchange.")
            return [same.format(name=name), *self.taken.findings]
        given = ngettext(
            "{count} change went to {name}.", "{count} changes went to {name}.", self.given.changes
        ).format(count=self.given.changes, name=name)
        return [given, *self.taken.sentences]

    def note(self, store: Store) -> None:
        """Keep it among the last meetings."""
        said = " ".join([*(gap.sentence for gap in self.taken.gaps), *self.taken.findings])
        meeting = Visit(
            system_ms(),
            "neighbour",
            "done",
            self.given.changes,
            self.taken.received,
            self.given.contents,
            self.taken.contents,
            said=said,
        )
        note(store, meeting)


def exchange_with(store: Store, url: str, progress: Tell | None = None) -> Exchanged:
    """Give a neighbour what it lacks and take in what this copy lacks.

    Both say first what they hold, so that neither is given what it has.

    Args:
        store: Enrolled.
        url: Where the other computer listens, such as ``192.168.1.12:8441``.
        progress: Told how many changes are read or written, of how many; 0 of 0 while the other
            computer is at work. May raise ``Cancelled``, and what was taken by then stays.

    Raises:
        Refused: It is no computer of this office, or says no.
        Unavailable: It does not answer, or the line fails; nothing is lost.
    """
    place_of(store)
    address = _address(url)
    with (
        # A line given up while it was silent may still hold its file.
        tempfile.TemporaryDirectory(prefix="sanad-", ignore_cleanup_errors=True) as folder,
        httpx.Client(
            base_url=address, timeout=_TIMEOUTS, headers={"Accept-Language": language()}
        ) as client,
    ):
        there, back = Path(folder) / "there.sanad", Path(folder) / "back.sanad"
        try:
            other = _beside(lambda: _who(store, client, address), progress)
            ask_colleague(store, there, other)
            _beside(lambda: _post(client, there, back, address), progress)
            taken = read_file(store, back, progress)
            given = export_for_colleagues(store, there, [other], progress)
            _beside(lambda: _post(client, there, back, address), progress)
        except httpx.TransportError as error:
            raise _no_answer(address) from error
        read_file(store, back)  # what it holds from here on
    done = Exchanged(other.name, given, taken)
    done.note(store)
    return done


def _beside(work: Callable[[], _Result], progress: Tell | None) -> _Result:
    """Wait for a line in a way that can be given up while it is silent."""
    if progress is None:
        return work()
    answers: SimpleQueue[tuple[_Result | None, BaseException | None]] = SimpleQueue()

    def run() -> None:
        try:
            answers.put((work(), None))
        except BaseException as error:  # noqa: BLE001  whatever it is, the asker decides
            answers.put((None, error))

    Thread(target=copy_context().run, args=(run,), name="neighbour", daemon=True).start()
    while True:
        try:
            answer, error = answers.get(timeout=_LOOK_S)
        except Empty:
            progress(0, 0)
            continue
        if error is not None:
            raise error
        return answer  # type: ignore[return-value]


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
            error = msgspec.json.decode(answer.content, type=ErrorBody).error
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
