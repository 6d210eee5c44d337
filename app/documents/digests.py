"""What tells one paper from another of the same form: a digest of the answers it prints."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from app.documents.questions import answers
from app.models.record import Record

_SHOWN: Final = 16


def digest(records: Sequence[Record]) -> str:
    """Give the SHA-256, in hexadecimal, of the answers a form prints: alike in all languages."""
    told = [[record.kind, str(record.id), dict(answers(record))] for record in records]
    canonical = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()


def code(document: str, version: str, number: str, told: str) -> str:
    """Give what the QR code of a paper tells: form, version, its number and the digest."""
    return ":".join(("SANAD", document, version, number, told)).upper()


def shown(told: str) -> str:
    """Give the beginning of a digest in groups, to be compared by eye."""
    return " ".join(told[at : at + 4] for at in range(0, _SHOWN, 4))
