"""What a protection record holds once opened, and how it goes into its seal and comes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec

from app.errors import Refused, RefusedMany
from app.i18n import _, isolate
from app.models.protection import PROTECTION_FIELDS, ProtectionRecord
from app.models.sealed import NotForUsError, seal_to, unseal
from app.models.types import Context

if TYPE_CHECKING:
    from pyrage.x25519 import Identity

_KIND: Final = ProtectionRecord.kind


class Contents(msgspec.Struct):
    """What a sealed record holds.

    Attributes:
        record: Its id, and ``person`` whose it is: nobody can pass it off as another's.
        answers: Log form of each answer.
        recipients: Public keys it is sealed to, which the seal itself does not tell.
    """

    record: UUID
    person: UUID
    answers: dict[str, Any]
    recipients: list[str]


def clean_answers(answers: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Give the log form of each answer given.

    Raises:
        Refused: Answers that break the rules of their questions, all of them together.
    """
    refusals = [
        Refused(
            "unknown_field",
            _("“{kind}” has no question {name}. Its questions: {names}.").format(
                kind=_(ProtectionRecord.title),
                name=isolate(str(name)),
                names=isolate(", ".join(PROTECTION_FIELDS)),
            ),
            str(name),
        )
        for name in answers
        if name not in PROTECTION_FIELDS
    ]
    cleaned = {}
    for name, field in PROTECTION_FIELDS.items():
        try:
            cleaned[name] = field.clean(answers.get(name), context)
        except Refused as refused:
            refusals.append(refused)
    for one in refusals:
        one.kind = _KIND
    if refusals:
        raise refusals[0] if len(refusals) == 1 else RefusedMany(refusals)
    return {
        name: PROTECTION_FIELDS[name].type.to_log(value)
        for name, value in cleaned.items()
        if value is not None
    }


def kept_answers(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Give the kept form of answers in log form."""
    # What a later program asked is passed over here and stays in the seal it came in.
    return {n: f.type.from_log(answers[n]) for n, f in PROTECTION_FIELDS.items() if n in answers}


def seal_answers(record: ProtectionRecord, answers: dict[str, Any], to: list[str]) -> bytes:
    """Seal answers in log form, as those of a record, to at least one public key."""
    return seal_to(to, msgspec.json.encode(Contents(record.id, record.person, answers, to)))


def open_content(record: ProtectionRecord, content: bytes | None, identity: Identity) -> Contents:
    """Give what a content of a record holds.

    Raises:
        Refused: It was sealed to others, or is not the record's own.
    """
    try:
        contents = msgspec.json.decode(unseal(content or b"", identity), type=Contents)
    except NotForUsError:
        raise Refused(
            "not_sealed_to_you",
            _(
                "This was not sealed for you. Ask another protection officer to seal it again"
                " for you."
            ),
            None,
            _KIND,
        ) from None
    except msgspec.DecodeError as error:
        raise _not_its_own() from error
    if (contents.record, contents.person) != (record.id, record.person):
        raise _not_its_own()
    return contents


def _not_its_own() -> Refused:
    return Refused(
        "not_its_own",
        _("What is sealed here belongs to another record. Tell headquarters."),
        None,
        _KIND,
    )
