"""Case numbers made offline: no pool to exhaust, no two computers can make the same.

``MA-RAB-2026-K7Q2-0001-X``: country, office, year, a block only this device uses, a counter within
it, and a check character (ISO/IEC 7064 MOD 37,36) that catches a mistyped or swapped character.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from stdnum.iso7064 import mod_37_36

from app.models.cases import Case

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
_BLOCK_LENGTH: Final = 5


def device_block(device: UUID) -> str:
    """Give the block of a device: five characters of its random identity, one in 33 million."""
    number = device.int
    characters = []
    for _position in range(_BLOCK_LENGTH):
        number, index = divmod(number, len(_ALPHABET))
        characters.append(_ALPHABET[index])
    return "".join(characters)


def next_number(db: Session, *, country: str, office: str, year: int, device: UUID) -> str:
    """Give the next case number of this device."""
    stem = f"{country}-{office}-{year}-{device_block(device)}-"
    highest = db.scalar(
        # A range rather than LIKE: it is answered from the index.
        select(func.max(Case.number)).where(Case.number >= stem, Case.number < f"{stem}~")
    )
    used = int(highest.removeprefix(stem).split("-")[0]) if highest else 0
    return with_check(f"{stem}{used + 1:04}")


def with_check(stem: str) -> str:
    """Add the check character."""
    return f"{stem}-{mod_37_36.calc_check_digit(stem.replace('-', ''))}"


def is_well_formed(number: str) -> bool:
    """Tell whether the check character fits."""
    compact = number.replace("-", "").upper()
    return compact.isalnum() and compact.isascii() and mod_37_36.is_valid(compact)
