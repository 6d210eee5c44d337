"""Key slots: for each user, the store's key wrapped under their passphrase.

A protection officer's slot also holds the secret key that opens protection records. The file beside
the store holds no secret in clear. Changing a passphrase rewraps the keys and never re-encrypts the
store. Source: Argon2id by RFC 9106 (second recommended option); the wrap is AES-256-GCM with the
login as associated data.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from time import time
from typing import Final, NamedTuple
from uuid import UUID

import msgspec
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.errors import Refused, Unavailable
from app.i18n import _, ngettext

KEY_BYTES: Final = 32
SHORTEST_PASSPHRASE: Final = 8
_FREE_TRIES: Final = 3
_LONGEST_WAIT_S: Final = 300
# A program that knows version 1 only would drop protection keys when it writes the file.
_VERSION: Final = 2
_PRIVATE: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


class Cost(NamedTuple):
    """What one guess of a passphrase costs."""

    memory_kib: int
    passes: int
    lanes: int


COST: Final = Cost(memory_kib=64 * 1024, passes=3, lanes=4)


class Slot(msgspec.Struct):
    """One user's way in.

    Attributes:
        user: Id of the user record.
        failures: Wrong passphrases since the last right one; ``last_failure`` when, in seconds
            since 1970.
        identity: A protection officer's secret key, wrapped like the store's with a nonce of its
            own; empty for anybody else.
    """

    user: UUID
    salt: bytes
    nonce: bytes
    wrapped: bytes
    memory_kib: int
    passes: int
    lanes: int
    failures: int = 0
    last_failure: float = 0.0
    identity_nonce: bytes = b""
    identity: bytes = b""


class WayIn(NamedTuple):
    """What a right passphrase gives.

    Attributes:
        user: Id of the user record.
        key: Opens the store.
        identity: Opens protection records; None for somebody who has no such key.
    """

    user: UUID
    key: bytes
    identity: str | None


class SlotFile(msgspec.Struct):
    """What the key file holds."""

    is_training: bool
    slots: dict[str, Slot] = {}
    version: int = 1


class Keys:
    """The key slots of one store.

    Args:
        path: The key file.
        now: Seconds since 1970, for slowing down guesses.
    """

    def __init__(self, path: Path, now: Callable[[], float] = time) -> None:
        self._path = path
        self._now = now

    def exists(self) -> bool:
        """Tell whether the store has been created."""
        return self._path.exists()

    def read(self) -> SlotFile:
        """Read the file.

        Raises:
            Unavailable: There is none, or it is damaged.
        """
        try:
            held = msgspec.json.decode(self._path.read_bytes(), type=SlotFile)
        except FileNotFoundError:
            raise Unavailable(
                _("There is no store in {folder}.").format(folder=self._path.parent),
                _("Create one, or name the right folder."),
            ) from None
        except (msgspec.DecodeError, OSError) as error:
            raise Unavailable(
                _("The key file {path} cannot be read.").format(path=self._path),
                _("Copy it back from a backup; the records themselves are not touched."),
            ) from error
        if held.version > _VERSION:
            raise Unavailable(
                _("This store was written by a later version of Sanad."),
                _("Install that version to open it."),
            )
        return held

    def create(self, is_training: bool) -> None:
        """Start an empty key file."""
        self._write(SlotFile(is_training=is_training))

    def logins(self) -> list[str]:
        """List who may unlock the store on this computer."""
        return sorted(self.read().slots)

    def add(
        self, login: str, user: UUID, passphrase: str, key: bytes, identity: str | None = None
    ) -> None:
        """Give a user a way in, or replace the one they have; see ``WayIn`` for what it holds."""
        require_strength(passphrase)
        held = self.read()
        held.slots[login] = _wrap(login, passphrase, WayIn(user, key, identity))
        self._write(held)

    def remove(self, login: str) -> None:
        """Take a user's way in away."""
        held = self.read()
        held.slots.pop(login, None)
        self._write(held)

    def unlock(self, login: str, passphrase: str) -> tuple[UUID, bytes]:
        """Give the user's id and the store's key; see ``way_in``."""
        found = self.way_in(login, passphrase)
        return found.user, found.key

    def way_in(self, login: str, passphrase: str) -> WayIn:
        """Give all a passphrase opens.

        Raises:
            Refused: Unknown login, wrong passphrase, or too soon after wrong ones.
        """
        held = self.read()
        slot = held.slots.get(login)
        if slot is None:
            raise Refused(
                "unknown_login",
                _("No user {login} can open this store.").format(login=login),
                "login",
            )
        self._require_patience(slot)
        try:
            found = _unwrap(login, slot, passphrase)
        except InvalidTag:
            slot.failures += 1
            slot.last_failure = self._now()
            self._write(held)
            raise self._wrong(slot) from None
        if slot.failures:
            slot.failures, slot.last_failure = 0, 0.0
            self._write(held)
        return found

    def change(self, login: str, old: str, new: str) -> None:
        """Replace a passphrase; the store itself is not re-encrypted."""
        require_strength(new)
        found = self.way_in(login, old)
        self.add(login, found.user, new, found.key, found.identity)

    def _require_patience(self, slot: Slot) -> None:
        # A clock set back must not lock anyone out for longer than the wait itself.
        elapsed = abs(self._now() - slot.last_failure)
        left = _wait_s(slot.failures) - elapsed
        if left > 0:
            raise Refused("too_many_tries", _wait_message(slot.failures, left), "passphrase")

    def _wrong(self, slot: Slot) -> Refused:
        wait = _wait_s(slot.failures)
        if wait:
            return Refused("wrong_passphrase", _wait_message(slot.failures, wait), "passphrase")
        return Refused(
            "wrong_passphrase", _("This is not the passphrase. Try again."), "passphrase"
        )

    def _write(self, held: SlotFile) -> None:
        has_identities = any(slot.identity for slot in held.slots.values())
        held.version = _VERSION if has_identities else 1
        replace_file(self._path, msgspec.json.format(msgspec.json.encode(held)))


def require_strength(passphrase: str) -> None:
    """Refuse a passphrase that is too short."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise Refused(
            "short_passphrase",
            _("Use at least {count} characters; a few words are easiest to remember.").format(
                count=SHORTEST_PASSPHRASE
            ),
            "passphrase",
        )


def new_key() -> bytes:
    """Make a store's 256-bit key."""
    return secrets.token_bytes(KEY_BYTES)


def replace_file(path: Path, data: bytes) -> None:
    """Replace a file so that a power cut leaves the old one or the new one, never half."""
    temporary = path.with_name(path.name + ".new")
    try:
        with os.fdopen(os.open(temporary, _PRIVATE, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise Unavailable(
            _("{path} cannot be written: {reason}.").format(path=path, reason=error.strerror),
            _("Free some space or check the folder's permissions, then try again."),
        ) from error


def _wait_s(failures: int) -> int:
    if failures < _FREE_TRIES:
        return 0
    doublings = min(failures - _FREE_TRIES, 20)
    return int(min(2 * 2**doublings, _LONGEST_WAIT_S))


def _wait_message(failures: int, wait_s: float) -> str:
    seconds = int(wait_s) + (wait_s > int(wait_s))
    return ngettext(
        "Wrong passphrase {tries} times. Try again in {count} second.",
        "Wrong passphrase {tries} times. Try again in {count} seconds.",
        seconds,
    ).format(tries=failures, count=seconds)


def _derive(passphrase: str, slot: Slot) -> bytes:
    return hash_secret_raw(
        passphrase.encode(),
        slot.salt,
        time_cost=slot.passes,
        memory_cost=slot.memory_kib,
        parallelism=slot.lanes,
        hash_len=KEY_BYTES,
        type=Type.ID,
    )


def _wrap(login: str, passphrase: str, way_in: WayIn) -> Slot:
    slot = Slot(way_in.user, os.urandom(16), os.urandom(12), b"", *COST)
    cipher = AESGCM(_derive(passphrase, slot))
    slot.wrapped = cipher.encrypt(slot.nonce, way_in.key, login.encode())
    if way_in.identity is not None:
        slot.identity_nonce = os.urandom(12)
        slot.identity = cipher.encrypt(
            slot.identity_nonce, way_in.identity.encode(), _identity_of(login)
        )
    return slot


def _unwrap(login: str, slot: Slot, passphrase: str) -> WayIn:
    cipher = AESGCM(_derive(passphrase, slot))
    key = cipher.decrypt(slot.nonce, slot.wrapped, login.encode())
    if not slot.identity:
        return WayIn(slot.user, key, None)
    identity = cipher.decrypt(slot.identity_nonce, slot.identity, _identity_of(login))
    return WayIn(slot.user, key, identity.decode())


def _identity_of(login: str) -> bytes:
    # The two secrets of a slot are bound to what they are: neither passes for the other.
    return f"{login}\0protection".encode()
