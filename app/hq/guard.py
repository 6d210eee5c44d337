"""Who asks: signatures used once, tokens, guesses of enrolment codes slowed down, fair shares."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from app.errors import SanadError
from app.hq import tokens
from app.hq.allowance import Allowance
from app.hq.base import Headquarters
from app.hq.devices import Device, device_named
from app.hq.tables import FAILURE, NONCE
from app.i18n import _
from app.sync.client import TIME
from app.sync.signing import Signature, is_signed, read_signature

# A signature older or younger than this is not taken, so its nonce need not be kept for longer.
SIGNATURE_LIFE_MS: Final = 15 * 60 * 1000
FAILURES_OF_ONE: Final = 10
FAILURES_OF_ALL: Final = 1_000
_FAILURES_KEPT_MS: Final = 10 * 60 * 1000
_LEAST_WORK_S: Final = 0.005


class NotAllowedError(SanadError):
    """The asker may not ask this, or not yet.

    Attributes:
        status: HTTP status; ``reason`` a stable name.
        headers: What the answer says besides, such as when to ask again.
    """

    def __init__(
        self, status: int, reason: str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.headers = headers or {}


class Limits(msgspec.Struct, frozen=True):
    """What one asker may use of a worker process.

    A device that asks one thing at a time never comes to its limit, however much it has to say.

    Attributes:
        work_s: Seconds of work a device may use at once, all its requests together; a second
            comes back in a second.
        unsigned: Requests an address may make at once that nobody signed.
        unsigned_per_s: How many of them come back in a second.
    """

    work_s: float = 120.0
    unsigned: float = 300.0
    unsigned_per_s: float = 5.0


class Guard:
    """Recognises devices and holds each asker to its share.

    Args:
        hq: Keeps what must be known to every worker.
        limits: The shares, counted by each process for itself.
        clock_s: A clock that only goes forward, in seconds.
    """

    def __init__(
        self,
        hq: Headquarters,
        limits: Limits | None = None,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        limits = limits or Limits()
        self._hq = hq
        self._work = Allowance(limits.work_s, 1.0, clock_s)
        self._unsigned = Allowance(limits.unsigned, limits.unsigned_per_s, clock_s)

    def device(self, header: str, method: str, path: str, body: bytes, client: str = "") -> Device:
        """Give the device that signed a request, or bears the token of one that did.

        Args:
            header: ``Authorization``.
            method: Of HTTP.
            path: With the query, as it came.
            body: As it came.
            client: Address, to count what is not signed against.

        Raises:
            NotAllowedError: None did, it was revoked, the request was seen before, the token has
                expired, or the device has used up its share.
        """
        scheme, _space, rest = header.partition(" ")
        signed = read_signature(header)
        token = tokens.read_token(rest.strip()) if scheme == tokens.SCHEME else None
        if token is not None:
            device = self._bearer(token)
        elif signed is not None:
            device = self._signer(signed, method, path, body, client)
        else:
            raise self._unknown(client)
        _require_allowed(device)
        if signed is not None:
            self._require_first_use(signed)
        _require_share(self._work.wait_s(device.id))
        return device

    def used(self, device: Device, work_s: float) -> None:
        """Count the work done for a device, in seconds."""
        self._work.use(device.id, max(work_s, _LEAST_WORK_S))

    def require_share(self, client: str) -> None:
        """Count a request nobody signed against its address.

        Raises:
            NotAllowedError: It has made too many of late.
        """
        _require_share(self._unsigned.wait_s(client))
        self._unsigned.use(client, 1)

    def require_patience(self, client: str) -> None:
        """Refuse to look at a code while too many of late were wrong.

        Raises:
            NotAllowedError: It must wait.
        """
        with self._hq.store.engine.connect() as connection:
            recent = FAILURE.c.at_ms > self._now_ms() - _FAILURES_KEPT_MS
            all_, own = connection.execute(
                sa.select(
                    sa.func.count(),
                    sa.func.count(sa.case((FAILURE.c.client == client, 1))),
                ).where(recent)
            ).one()
        if own >= FAILURES_OF_ONE or all_ >= FAILURES_OF_ALL:
            raise NotAllowedError(
                429,
                "too_many_tries",
                _("Too many wrong codes. Try again in ten minutes."),
                {"Retry-After": str(_FAILURES_KEPT_MS // 1000)},
            )

    def note_failure(self, client: str) -> None:
        """Count a failure to enrol against an address, for every worker to know."""
        now_ms = self._now_ms()
        with self._hq.store.control() as connection:
            connection.execute(
                FAILURE.delete().where(FAILURE.c.at_ms <= now_ms - _FAILURES_KEPT_MS)
            )
            connection.execute(FAILURE.insert().values(client=client, at_ms=now_ms))

    def _bearer(self, token: bytes) -> Device:
        hq = self._hq
        named = tokens.device_of(hq.secrets.token_key, token, hq.now())
        device = None if named is None else device_named(hq, named)
        if device is None:
            raise NotAllowedError(401, "expired", _("This sync has taken too long. Sync again."))
        return device

    def _signer(
        self, signed: Signature, method: str, path: str, body: bytes, client: str
    ) -> Device:
        device = device_named(self._hq, UUID(bytes=signed.device))
        if device is None or not is_signed(
            signed, device.public_key, self._hq.id.bytes, method, path, body
        ):
            raise self._unknown(client)
        return device

    def _unknown(self, client: str) -> NotAllowedError:
        self.require_share(client)
        return NotAllowedError(
            401, "unknown_device", _("Headquarters does not know this computer. Enrol it.")
        )

    def _require_first_use(self, signed: Signature) -> None:
        now_ms = self._now_ms()
        if abs(now_ms - signed.at_ms) > SIGNATURE_LIFE_MS:
            # A computer's clock may be wrong: it is told the time and signs again.
            raise NotAllowedError(
                401,
                "clock",
                _("This computer's clock differs from headquarters'."),
                {TIME: str(now_ms)},
            )
        with self._hq.store.control() as connection:
            connection.execute(NONCE.delete().where(NONCE.c.at_ms < now_ms - SIGNATURE_LIFE_MS))
            is_postgresql = connection.dialect.name == "postgresql"
            insert = postgresql.insert if is_postgresql else sqlite.insert
            once = insert(NONCE).values(nonce=signed.nonce, at_ms=signed.at_ms)
            kept = connection.execute(
                once.on_conflict_do_nothing(), execution_options={"preserve_rowcount": True}
            )
            is_first = kept.rowcount == 1
        if not is_first:
            raise NotAllowedError(401, "repeated", _("This request was made before."))

    def _now_ms(self) -> int:
        return round(self._hq.now().timestamp() * 1000)


def _require_allowed(device: Device) -> None:
    if device.revoked_at is not None:
        raise NotAllowedError(
            403,
            "revoked",
            _(
                "Headquarters has revoked this computer. Your unsent work is kept here;"
                " speak with headquarters."
            ),
        )


def _require_share(wait_s: float) -> None:
    if wait_s > 0:
        raise NotAllowedError(
            429,
            "too_much",
            _("Too much is asked of headquarters at once. Try again in a moment."),
            {"Retry-After": str(math.ceil(wait_s))},
        )
