"""A computer that answers its neighbours on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Thread

from app.models.store import Store
from app.sync.neighbour_service import Listening, serve


@contextmanager
def listening(store: Store) -> Iterator[str]:
    """Answer neighbours for ``store`` on a free port; gives the address."""
    ready: Queue[Listening] = Queue()
    thread = Thread(target=serve, args=(store, "127.0.0.1", 0), kwargs={"ready": ready.put})
    thread.start()
    at = ready.get(timeout=30)
    try:
        yield at.url
    finally:
        at.stop()
        thread.join(30)
