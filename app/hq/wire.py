"""HTTP as headquarters speaks it: what is not HTTP is refused in its one shape, and in time."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

import h11
import msgspec
from uvicorn.protocols.http.h11_impl import H11Protocol

from app.i18n import _
from app.sync.client import Error, ErrorBody

HEAD_S: Final = 30.0
_log = logging.getLogger("sanad.hq")


class Wire(H11Protocol):
    """One connection.

    Attributes:
        head_s: Seconds that a request may take to say what it wants.
    """

    head_s = HEAD_S
    _closing: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_awaiting()
        super().connection_lost(exc)

    def handle_events(self) -> None:
        super().handle_events()
        if self.conn.their_state is not h11.IDLE:
            self._stop_awaiting()
        elif self._closing is None:
            self._await_head()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP."""
        _log.info("refused: 400 not_http")
        said = ErrorBody(Error("not_http", _("This request is not well formed.")))
        body = msgspec.json.encode(said)
        head = h11.Response(
            status_code=400,
            headers=[
                (b"content-type", b"application/json"),
                (b"content-length", str(len(body)).encode()),
                (b"connection", b"close"),
            ],
            reason=b"Bad Request",
        )
        for event in (head, h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _await_head(self) -> None:
        self._closing = self.loop.call_later(self.head_s, self.transport.close)

    def _stop_awaiting(self) -> None:
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
