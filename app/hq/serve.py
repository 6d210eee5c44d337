"""Running the service until it is told to stop."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any, Final

import uvicorn

from app.errors import Refused, Unavailable
from app.hq.base import Headquarters
from app.hq.certificates import Certificate
from app.hq.quarantine import try_again_after_upgrade
from app.hq.service import build
from app.hq.wire import Wire
from app.hq.workers import keep_running
from app.i18n import _

_BACKLOG: Final = 128
_LOG: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {
        "sanad.hq": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "uvicorn": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
    },
}


@dataclass(frozen=True, slots=True)
class Listening:
    """A running service: where it answers, and how to stop it."""

    url: str
    stop: Callable[[], None]


def serve(
    hq: Headquarters,
    host: str = "127.0.0.1",
    port: int = 8440,
    ready: Callable[[Listening], None] | None = None,
    certificate: Certificate | None = None,
) -> None:
    """Answer devices until told to stop (SIGTERM, SIGINT, or ``Listening.stop``).

    Without a certificate, transport security is the business of the proxy in front, and nothing but
    loopback should be listened on without one.

    Args:
        hq: Open; the caller closes it.
        host: Address to listen on.
        port: 0 takes any free one.
        ready: Called once requests are answered; by default the address is printed.
        certificate: What to answer over TLS with.

    Raises:
        Unavailable: The address cannot be listened on.
    """
    try_again_after_upgrade(hq)
    answer_on(hq, _listen(host, port), certificate, ready or _print_address)


def serve_by(
    hq: Headquarters,
    folder: Path,
    workers: int,
    host: str,
    port: int,
    certificate: Certificate | None = None,
) -> None:
    """Answer devices by several processes until told to stop.

    Args:
        hq: Open, on PostgreSQL; each worker opens it for itself.
        folder: Headquarters' own.
        workers: How many.
        host: Address to listen on.
        port: 0 takes any free one.
        certificate: What to answer over TLS with.

    Raises:
        Refused: Its database is a file, which takes one writer at a time.
        Unavailable: The address cannot be listened on.
    """
    if hq.store.engine.dialect.name == "sqlite":
        raise Refused(
            "one_worker",
            _("Headquarters in a file has one worker. Leave --workers out, or use --db."),
            "workers",
        )
    try_again_after_upgrade(hq)
    with _listen(host, port) as listener:
        url = _url_of(listener, certificate)
        keep_running(
            listener,
            workers,
            partial(_work, folder, certificate),
            lambda: _print_address(Listening(url, lambda: None)),
        )


def _work(folder: Path, certificate: Certificate | None, listener: socket.socket) -> None:
    log_to_stderr()
    with Headquarters.open(folder) as hq:
        answer_on(hq, listener, certificate, lambda _listening: None)


def answer_on(
    hq: Headquarters,
    listener: socket.socket,
    certificate: Certificate | None,
    ready: Callable[[Listening], None],
) -> None:
    """Answer on a socket that listens already, until told to stop; closes it."""
    server = _Server(
        uvicorn.Config(
            build(hq),
            http=Wire,
            ws="none",
            log_config=None,
            access_log=False,
            ssl_certfile=certificate.path if certificate else None,
            ssl_keyfile=certificate.key_path if certificate else None,
            server_header=False,
            date_header=False,
            lifespan="off",
            timeout_graceful_shutdown=30,
        )
    )

    def stop() -> None:
        server.should_exit = True

    listening = Listening(_url_of(listener, certificate), stop)
    server.on_start = lambda: ready(listening)
    if current_thread() is main_thread():
        # uvicorn raises the signal again once it has stopped; stopping was what was asked.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_signal: stop())
    with listener:
        server.run(sockets=[listener])


def _url_of(listener: socket.socket, certificate: Certificate | None) -> str:
    bound = listener.getsockname()
    shown = f"[{bound[0]}]" if ":" in bound[0] else bound[0]
    return f"{'https' if certificate else 'http'}://{shown}:{bound[1]}"


class _Server(uvicorn.Server):
    on_start: Callable[[], None]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.on_start()


def log_to_stderr() -> None:
    """Log what the service does, without personal data, to standard error."""
    import logging.config  # only the running service logs

    logging.config.dictConfig(_LOG)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, number, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, number)
    except OSError as error:
        raise _cannot_listen(host, port, error) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise _cannot_listen(host, port, error) from error
    return listener


def _cannot_listen(host: str, port: int, error: OSError) -> Unavailable:
    return Unavailable(
        _("The service cannot listen on {host}, port {port}: {reason}.").format(
            host=host, port=port, reason=error.strerror
        ),
        _("Choose another port, or stop what uses it."),
    )


def _print_address(listening: Listening) -> None:
    sys.stdout.write(f"Listening on {listening.url}\n")
    sys.stdout.flush()


__all__ = ["Listening", "log_to_stderr", "serve"]
