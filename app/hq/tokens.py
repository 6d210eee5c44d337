"""Short tokens: what the rest of a sync bears instead of a signature on every request.

Nothing is kept of them: whoever has headquarters' key can check them. Source: RFC 2104 (HMAC).
"""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

SCHEME: Final = "Bearer"
LIFE: Final = timedelta(minutes=15)
_ID_BYTES: Final = 16
_EXPIRY_BYTES: Final = 5
_MAC_BYTES: Final = 16
_BYTES: Final = _ID_BYTES + _EXPIRY_BYTES + _MAC_BYTES


def make_token(key: bytes, device: UUID, now: datetime) -> str:
    """Give a token for a device, good for ``LIFE`` from ``now``."""
    expires_s = int((now + LIFE).timestamp())
    named = device.bytes + expires_s.to_bytes(_EXPIRY_BYTES)
    return base64.urlsafe_b64encode(named + _mac(key, named)).rstrip(b"=").decode()


def read_token(text: str) -> bytes | None:
    """Read a token; None when it is not one of ours."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == _BYTES else None


def device_of(key: bytes, token: bytes, now: datetime) -> UUID | None:
    """Give the device a token was made for; None when it is forged or has expired."""
    named, mac = token[:-_MAC_BYTES], token[-_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(key, named)):
        return None
    expires_s = int.from_bytes(named[_ID_BYTES:])
    return UUID(bytes=named[:_ID_BYTES]) if now.timestamp() < expires_s else None


def _mac(key: bytes, named: bytes) -> bytes:
    return hmac.digest(key, b"sanad token\n" + named, "sha256")[:_MAC_BYTES]
