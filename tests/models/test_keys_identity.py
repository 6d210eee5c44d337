"""A protection officer's secret key in the key file, beside the store's."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from app.errors import Refused
from app.models.keys import Keys, SlotFile, new_key

USER = UUID(int=7)
OLD, NEW = "correct horse", "battery staple"


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    made = Keys(tmp_path / "keys.json")
    made.create(is_training=True)
    return made


def version_of(keys: Keys) -> int:
    return keys.read().version


def test_the_passphrase_gives_both_keys(keys: Keys) -> None:
    key = new_key()
    keys.add("salma", USER, OLD, key, "a secret key")
    assert keys.way_in("salma", OLD) == (USER, key, "a secret key")
    assert keys.unlock("salma", OLD) == (USER, key)


def test_a_slot_without_one_goes_on_opening(keys: Keys) -> None:
    key = new_key()
    keys.add("karim", USER, OLD, key)
    assert keys.way_in("karim", OLD) == (USER, key, None)


def test_the_secret_key_is_not_in_the_file(keys: Keys, tmp_path: Path) -> None:
    keys.add("salma", USER, OLD, new_key(), "a secret key")
    assert b"a secret key" not in (tmp_path / "keys.json").read_bytes()


def test_changing_the_passphrase_keeps_both_keys(keys: Keys) -> None:
    key = new_key()
    keys.add("salma", USER, OLD, key, "a secret key")
    keys.change("salma", OLD, NEW)
    assert keys.way_in("salma", NEW) == (USER, key, "a secret key")
    with pytest.raises(Refused):
        keys.way_in("salma", OLD)


def test_one_officers_secret_does_not_open_under_another_login(keys: Keys) -> None:
    keys.add("salma", USER, OLD, new_key(), "a secret key")
    keys.add("karim", USER, OLD, new_key())
    held = keys.read()
    for name in ("identity", "identity_nonce", "salt"):
        setattr(held.slots["karim"], name, getattr(held.slots["salma"], name))
    (keys._path).write_bytes(msgspec.json.encode(held))
    with pytest.raises(Refused):
        keys.way_in("karim", OLD)


def test_a_program_that_would_drop_the_key_is_told_of_a_later_version(keys: Keys) -> None:
    keys.add("karim", USER, OLD, new_key())
    assert version_of(keys) == 1
    keys.add("salma", UUID(int=8), OLD, new_key(), "a secret key")
    assert version_of(keys) == 2
    keys.remove("salma")
    assert version_of(keys) == 1


def test_a_file_written_before_there_were_such_keys_is_read(keys: Keys, tmp_path: Path) -> None:
    key = new_key()
    keys.add("karim", USER, OLD, key)
    path = tmp_path / "keys.json"
    plain = msgspec.json.decode(path.read_bytes())
    for slot in plain["slots"].values():
        del slot["identity"], slot["identity_nonce"]
    path.write_bytes(msgspec.json.encode(plain))
    assert isinstance(keys.read(), SlotFile)
    assert keys.unlock("karim", OLD) == (USER, key)
