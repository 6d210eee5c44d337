"""Headquarters' own keys: what it signs and opens files with, and makes tokens from.

They are in its database, sealed under ``hq.key``: every worker that has the key file has them.
"""

from __future__ import annotations

import os
from typing import Final

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pyrage import x25519

from app.models.settings import Settings
from app.sync.signing import new_private_key, public_key

_NAME: Final = "hq_secrets"
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32


class Secrets(msgspec.Struct, frozen=True):
    """The keys of one headquarters.

    Attributes:
        private_key: Ed25519, raw: signs files for devices.
        identity: age secret key: opens files for headquarters.
        token_key: Makes and checks short tokens.
    """

    private_key: bytes
    identity: str
    token_key: bytes

    @property
    def public_key(self) -> bytes:
        """What devices check headquarters' signatures with."""
        return public_key(self.private_key)

    @property
    def recipient(self) -> str:
        """The age recipient that files for headquarters are encrypted to."""
        return str(x25519.Identity.from_str(self.identity).to_public())


def secrets_in(settings: Settings, key: bytes) -> Secrets:
    """Give headquarters' keys; made when it has none yet.

    Args:
        settings: Where they are kept.
        key: What ``hq.key`` holds.
    """
    cipher = ChaCha20Poly1305(
        HKDF(hashes.SHA256(), _KEY_BYTES, None, b"sanad hq secrets").derive(key)
    )
    held = settings.get(_NAME, bytes)
    if held is None:
        made = Secrets(new_private_key(), str(x25519.Identity.generate()), os.urandom(_KEY_BYTES))
        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + cipher.encrypt(nonce, msgspec.msgpack.encode(made), None)
        settings.put(hq_secrets=sealed)
        return made
    plain = cipher.decrypt(held[:_NONCE_BYTES], held[_NONCE_BYTES:], None)
    return msgspec.msgpack.decode(plain, type=Secrets)
