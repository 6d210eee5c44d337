"""Several processes that answer on one address, each with the database open for itself."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable
from multiprocessing.context import SpawnProcess
from typing import Final

_START_AGAIN_S: Final = 1.0
_STOP_S: Final = 60.0


def keep_running(
    listener: socket.socket,
    count: int,
    work: Callable[[socket.socket], None],
    ready: Callable[[], None],
) -> None:
    """Run ``work`` in ``count`` processes until told to stop (SIGTERM, SIGINT).

    One that ends on its own is started again: what it was answering, the device asks once more.

    Args:
        listener: Listens already; handed to each.
        count: At least one.
        work: Importable by name in a process of its own; ends when told (SIGTERM).
        ready: Called once all have been started.
    """
    spawn = multiprocessing.get_context("spawn")
    is_over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_signal: is_over.set())

    def start() -> SpawnProcess:
        process = spawn.Process(target=_run, args=(work, listener))
        process.start()
        return process

    running = [start() for _worker in range(count)]
    ready()
    try:
        while not is_over.wait(_START_AGAIN_S):
            running = [process if process.is_alive() else start() for process in running]
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.join(_STOP_S)


def _run(work: Callable[[socket.socket], None], listener: socket.socket) -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    # Nobody is left to stop a worker whose parent was killed.
    threading.Thread(target=follow, daemon=True).start()
    work(listener)
