"""Answers sealed to a few people: a store, a headquarters or a thief holds bytes they cannot read.

What is sealed is one age file. Source: the age encryption format, version 1, X25519 recipients
(age-encryption.org/v1), through pyrage.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import MappedColumn, mapped_column

from app.errors import Refused
from app.i18n import _
from app.models.fields import Field, Merge, Sensitivity
from app.models.types import Context, ValueType

if TYPE_CHECKING:
    from pyrage.x25519 import Identity

_HEADER: Final = b"age-encryption.org/v1\n"
_LONGEST: Final = 400_000
# The length of what is sealed says how much was written; it is told in such steps only.
_STEP: Final = 1024


@dataclass(frozen=True)
class Sealed(ValueType):
    """Bytes sealed to some people; carried and kept as they are, shown to nobody."""

    widget = "sealed"

    def column_type(self) -> sa.types.TypeEngine[Any]:
        return sa.LargeBinary()

    def clean(self, value: Any, context: Context) -> bytes:
        if not isinstance(value, bytes) or not value.startswith(_HEADER):
            raise Refused("not_sealed", _("This is kept sealed only. Use “sanad protection seal”."))
        if len(value) > _LONGEST:
            raise Refused("too_long", _("This is too long to be sealed. Shorten the notes."))
        return value

    def to_json(self, value: bytes) -> dict[str, bool]:
        return {"sealed": True}

    def to_sqlite(self, value: Any) -> bytes | None:
        if value is not None and type(value) is not bytes:
            raise ValueError("not sealed bytes")  # the value itself must reach no message
        return value

    def shown(self, value: bytes) -> str:
        return _("Sealed")

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {"sealed": {"const": True}},
            "additionalProperties": False,
            "readOnly": True,
        }


def sealed(label: str, *, personal: Sensitivity, **more: Any) -> MappedColumn[Any]:
    """Keep answers that only those they are sealed to can read."""
    more.setdefault("merge", Merge.ASK)
    declared = Field(label, Sealed(), personal, **more)
    column: MappedColumn[Any] = mapped_column(
        declared.type.column_type(), nullable=True, info={"field": declared}
    )
    return column


def questions_in(declaration: type) -> dict[str, Field]:
    """Give, by name, the questions a plain class declares as a record would: those to be sealed."""
    return {
        name: column.column.info["field"].named(name)
        for name, column in vars(declaration).items()
        if isinstance(column, MappedColumn)
    }


class NotForUsError(Exception):
    """What is sealed was sealed to others, or is damaged."""


def new_identity() -> str:
    """Make the secret half of a key pair, as text."""
    from pyrage import x25519

    return str(x25519.Identity.generate())


def read_identity(secret: str) -> Identity:
    """Read a secret half."""
    from pyrage import x25519

    return x25519.Identity.from_str(secret)


def recipient_of(identity: Identity) -> str:
    """Give the public half, to which anybody may seal."""
    return str(identity.to_public())


def is_recipient(text: str | None) -> bool:
    """Tell whether ``text`` is a public half."""
    from pyrage import RecipientError, x25519

    try:
        x25519.Recipient.from_str(text or "")
    except RecipientError:
        return False
    return True


def seal_to(recipients: Iterable[str], plain: bytes) -> bytes:
    """Seal text in UTF-8, spaces at its end being no part of it, to at least one recipient."""
    import pyrage

    padded = plain + b" " * (-len(plain) % _STEP)
    return bytes(
        pyrage.encrypt(padded, [pyrage.x25519.Recipient.from_str(one) for one in recipients])
    )


def unseal(content: bytes, identity: Identity) -> bytes:
    """Give what was sealed.

    Raises:
        NotForUsError: It was sealed to others, or is damaged.
    """
    import pyrage

    try:
        return bytes(pyrage.decrypt(content, [identity])).rstrip(b" ")
    except pyrage.DecryptError as error:
        raise NotForUsError from error
