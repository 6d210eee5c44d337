"""What is sealed opens for those it was sealed to, and says nothing to anybody else."""

from __future__ import annotations

import msgspec
import pytest

from app.errors import Refused
from app.models.protection import PROTECTION_FIELDS, PROTECTION_SECTIONS, ProtectionRecord
from app.models.sealed import (
    NotForUsError,
    Sealed,
    is_recipient,
    new_identity,
    read_identity,
    recipient_of,
    seal_to,
    unseal,
)
from app.models.types import Context
from tests.conftest import TODAY


def test_it_opens_for_each_recipient_and_no_other() -> None:
    one, two, third = (read_identity(new_identity()) for _number in range(3))
    content = seal_to([recipient_of(one), recipient_of(two)], b"{}")
    assert unseal(content, one) == unseal(content, two) == b"{}"
    with pytest.raises(NotForUsError):
        unseal(content, third)


def test_a_damaged_seal_opens_for_nobody() -> None:
    identity = read_identity(new_identity())
    content = bytearray(seal_to([recipient_of(identity)], b"{}"))
    content[-1] ^= 1
    with pytest.raises(NotForUsError):
        unseal(bytes(content), identity)


def test_length_tells_little_of_how_much_was_written() -> None:
    to = [recipient_of(read_identity(new_identity()))]
    # After the header, which holds noise of any length. Source: the age format, version 1.
    little, much = (seal_to(to, b"x" * count).partition(b"\n--- ")[2] for count in (1, 900))
    assert len(little) == len(much)


@pytest.mark.parametrize("text", [None, "", "age1", "AGE-SECRET-KEY-1", "karim"])
def test_what_is_no_key_is_no_recipient(text: str | None) -> None:
    assert not is_recipient(text)


@pytest.mark.parametrize("value", ["text", b"text", {"sealed": True}, 7])
def test_what_is_not_sealed_is_refused_as_an_answer(value: object) -> None:
    with pytest.raises(Refused) as refused:
        Sealed().clean(value, Context(TODAY))
    assert refused.value.rule == "not_sealed"


def test_a_row_holds_bytes_only() -> None:
    with pytest.raises(ValueError, match="not sealed bytes"):
        Sealed().to_sqlite("in clear")


def test_nothing_of_it_is_shown() -> None:
    content = seal_to([recipient_of(read_identity(new_identity()))], b'{"note":"debt"}')
    assert Sealed().shown(content) == "Sealed"
    assert msgspec.json.encode(Sealed().to_json(content)) == b'{"sealed":true}'


def test_every_sealed_question_is_declared_and_laid_out_once() -> None:
    laid_out = [name for section in PROTECTION_SECTIONS for name in section.names]
    assert sorted(laid_out) == sorted(PROTECTION_FIELDS)
    assert {field.personal.name for field in PROTECTION_FIELDS.values()} == {"P4"}
    assert all(name == field.name for name, field in PROTECTION_FIELDS.items())


def test_no_sealed_question_is_a_column() -> None:
    columns = {column.name for column in ProtectionRecord.__table__.columns}
    assert not columns & set(PROTECTION_FIELDS)
