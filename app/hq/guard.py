"""Who asks: signatures checked, used once, and guesses of enrolment codes slowed down."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock
from typing import Final
from uuid import UUID

from app.errors import SanadError
from app.hq.base import Headquarters
from app.hq.devices import Device, device_named
from app.i18n import _
from app.sync.signing import is_signed, read_token

_NONCES_KEPT: Final = 20_000
_TRIES: Final = 10
_PER_S: Final = 600.0
_CLIENTS_KEPT: Final = 10_000


class NotAllowedError(SanadError):
    """The asker is not who may ask.

    Attributes:
        status: HTTP status; ``reason`` a stable name.
    """

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason


class Guard:
    """Recognises devices, and remembers what this process has seen of them."""

    def __init__(self, hq: Headquarters, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._hq = hq
        self._clock_s = clock_s
        self._lock = Lock()
        self._nonces: OrderedDict[bytes, None] = OrderedDict()
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()

    def device(self, header: str, method: str, path: str, body: bytes) -> Device:
        """Give the device that signed a request.

        Raises:
            NotAllowedError: None did, it was revoked, or the request was seen before.
        """
        token = read_token(header)
        device = None if token is None else device_named(self._hq, UUID(bytes=token.device))
        hq_id = self._hq.id.bytes
        if (
            token is None
            or device is None
            or not is_signed(token, device.public_key, hq_id, method, path, body)
        ):
            raise NotAllowedError(
                401, "unknown_device", _("Headquarters does not know this computer. Enrol it.")
            )
        if device.revoked_at is not None:
            raise NotAllowedError(
                403,
                "revoked",
                _(
                    "Headquarters has revoked this computer. Your unsent work is kept here;"
                    " speak with headquarters."
                ),
            )
        self._require_first_use(token.nonce)
        return device

    def _require_first_use(self, nonce: bytes) -> None:
        with self._lock:
            if nonce in self._nonces:
                raise NotAllowedError(401, "repeated", _("This request was made before."))
            self._nonces[nonce] = None
            if len(self._nonces) > _NONCES_KEPT:
                self._nonces.popitem(last=False)

    def require_patience(self, client: str) -> None:
        """Refuse an address that failed to enrol too often of late.

        Raises:
            NotAllowedError: It must wait.
        """
        with self._lock:
            failed = self._tries.get(client)
            while failed and self._clock_s() - failed[0] > _PER_S:
                failed.popleft()
            if failed and len(failed) >= _TRIES:
                raise NotAllowedError(
                    429, "too_many_tries", _("Too many wrong codes. Try again in ten minutes.")
                )

    def note_failure(self, client: str) -> None:
        """Count a failure to enrol against an address."""
        with self._lock:
            self._tries.setdefault(client, deque()).append(self._clock_s())
            self._tries.move_to_end(client)
            if len(self._tries) > _CLIENTS_KEPT:
                self._tries.popitem(last=False)
