"""A computer without a store, one request to an application, and an application on loopback."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from queue import Queue
from threading import Thread
from typing import Any
from uuid import uuid4

import anyio
import httpx
import uvicorn
from starlette.applications import Starlette

from app.hq.base import Headquarters
from app.hq.devices import enrol
from app.hq.invites import invite
from app.hq.wire import Wire
from app.sync import frames
from app.sync.client import EXCHANGE
from app.sync.frames import Request
from app.sync.signing import new_private_key, public_key, sign
from app.sync.state import Enrolment

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
NOW_MS = round(NOW.timestamp() * 1000)
BODY = frames.encode(Request(frames.PROTOCOL, {}, [], [], 1, {}))


class Laptop:
    """An enrolled computer, without a store."""

    def __init__(self, hq: Headquarters, office: str = "RAB") -> None:
        self.hq = hq
        self.key = new_private_key()
        self.device = uuid4()
        enrol(
            hq,
            code=invite(hq, office).code,
            device=self.device,
            public_key=public_key(self.key),
            name="a laptop",
            is_training=True,
            office=office,
        )

    def signed(self, at_ms: int = NOW_MS, path: str = EXCHANGE, body: bytes = BODY) -> str:
        hq = self.hq.id.bytes
        return sign(self.key, self.device.bytes, hq, "POST", path, body, at_ms)

    def place(self, url: str) -> Enrolment:
        return Enrolment(
            url, self.hq.id.bytes, self.device.bytes, self.key, bytes(16), "RAB", [bytes(16)]
        )


def answered(
    app: Starlette, method: str, path: str, body: Any = b"", **headers: str
) -> httpx.Response:
    """Ask an application, without a network."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=("192.0.2.1", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://hq") as client:
            return await client.request(method, path, content=body, headers=headers)

    return anyio.run(ask)


class _Server(uvicorn.Server):
    started_at: Queue[bool]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.started_at.put(True)


@contextmanager
def answering_with(app: Starlette, http: type[Wire] = Wire) -> Iterator[str]:
    """Answer with an application on a free port of loopback."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = _Server(uvicorn.Config(app, http=http, ws="none", log_config=None, lifespan="off"))
    server.started_at = Queue()
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    server.started_at.get(timeout=30)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()
