"""Proof that a request comes from an enrolled device: an Ed25519 signature over what it asks.

Source: RFC 8032. The header carries device id, nonce and signature in one base64 token. The nonce
begins with the moment of asking, so that headquarters need not remember nonces for ever.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from app.models.clock import system_ms
from app.sync.frames import Seal

SCHEME: Final = "Sanad"
_ID_BYTES: Final = 16
_MOMENT_BYTES: Final = 8
_CHANCE_BYTES: Final = 8
_NONCE_BYTES: Final = _MOMENT_BYTES + _CHANCE_BYTES
_SIGNATURE_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class Signature:
    """What the header says: who asks, once, and the signature."""

    device: bytes
    nonce: bytes
    signature: bytes

    @property
    def at_ms(self) -> int:
        """When it was made, by the asker's clock, in milliseconds since 1970."""
        return int.from_bytes(self.nonce[:_MOMENT_BYTES])


def new_private_key() -> bytes:
    """Make a device's private key."""
    return Ed25519PrivateKey.generate().private_bytes(
        Encoding.Raw, PrivateFormat.Raw, NoEncryption()
    )


def public_key(private: bytes) -> bytes:
    """Give the public half of a private key."""
    key = Ed25519PrivateKey.from_private_bytes(private).public_key()
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def sign(
    private: bytes,
    device: bytes,
    hq: bytes,
    method: str,
    path: str,
    body: bytes,
    at_ms: int | None = None,
) -> str:
    """Give the ``Authorization`` header of a request.

    Args:
        private: The device's key.
        device: Its id; ``hq`` that of the headquarters asked.
        method: Of HTTP.
        path: With the query, as sent.
        body: As sent.
        at_ms: Headquarters' time, in milliseconds since 1970; this machine's by default.
    """
    moment = system_ms() if at_ms is None else at_ms
    nonce = moment.to_bytes(_MOMENT_BYTES) + os.urandom(_CHANCE_BYTES)
    key = Ed25519PrivateKey.from_private_bytes(private)
    signature = key.sign(_signed(hq, method, path, body, nonce))
    return f"{SCHEME} {base64.b64encode(device + nonce + signature).decode()}"


def read_signature(header: str) -> Signature | None:
    """Read an ``Authorization`` header; None when it is not ours."""
    scheme, _space, encoded = header.partition(" ")
    if scheme != SCHEME:
        return None
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != _ID_BYTES + _NONCE_BYTES + _SIGNATURE_BYTES:
        return None
    return Signature(raw[:16], raw[16:32], raw[32:])


def is_signed(
    signed: Signature, public: bytes, hq: bytes, method: str, path: str, body: bytes
) -> bool:
    """Tell whether the holder of ``public``'s private half asked exactly this, of this ``hq``."""
    key = Ed25519PublicKey.from_public_bytes(public)
    try:
        key.verify(signed.signature, _signed(hq, method, path, body, signed.nonce))
    except InvalidSignature:
        return False
    return True


def seal(private: bytes, by: bytes, identity: bytes, seq: int, chain: bytes) -> Seal:
    """Sign how far an identity of the device ``by`` has written."""
    key = Ed25519PrivateKey.from_private_bytes(private)
    return Seal(by, identity, seq, chain, key.sign(_sealed(identity, seq, chain)))


def is_sealed(sealed: Seal, public: bytes) -> bool:
    """Tell whether the holder of ``public``'s private half made a seal."""
    key = Ed25519PublicKey.from_public_bytes(public)
    try:
        key.verify(sealed.signature, _sealed(sealed.identity, sealed.seq, sealed.chain))
    except InvalidSignature:
        return False
    return True


def _sealed(identity: bytes, seq: int, chain: bytes) -> bytes:
    return b"sanad seal\n" + identity + seq.to_bytes(8) + chain


def _signed(hq: bytes, method: str, path: str, body: bytes, nonce: bytes) -> bytes:
    return b"\n".join([hq, method.encode(), path.encode(), hashlib.sha256(body).digest(), nonce])
