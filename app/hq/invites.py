"""One-time codes by which a computer of an office gets its place."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from app.errors import Refused
from app.hq.base import Headquarters
from app.hq.locks import lock_names
from app.hq.openings import scope_named
from app.hq.scopes import Nature, fix_scope, scope_code
from app.hq.tables import INVITE
from app.i18n import _

_LOCK: Final = "invitations"
VALID_FOR: Final = timedelta(days=7)
# Source: Crockford's base 32; without I, L, O and U nothing is misread.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_GROUP: Final = 4


@dataclass(frozen=True, slots=True)
class Invite:
    """A code to hand to an office; it is not kept here and cannot be shown again."""

    code: str
    office: str
    expires_at: datetime


def invite(hq: Headquarters, office: str, nature: Nature | None = None) -> Invite:
    """Make a code for a computer of the office or partner with this code.

    Args:
        hq: Here.
        office: Code.
        nature: What it is; the first invitation fixes it, later ones may leave it out.

    Raises:
        Refused: This is not an office's code, or the office was invited otherwise before.
    """
    office = scope_code(office)
    nature = nature or Nature()
    raw = "".join(secrets.choice(_ALPHABET) for _place in range(2 * _GROUP))
    made_at = hq.now()
    expires_at = made_at + VALID_FOR
    with hq.store.control() as connection:
        lock_names(connection, _LOCK)
        fix_scope(connection, office, nature, made_at)
        connection.execute(
            INVITE.insert().values(
                code_hash=_hash(raw),
                office_code=office,
                scope_kind="partner" if nature.is_partner else "office",
                parent=None if nature.parent is None else scope_named(nature.parent),
                is_write_only=bool(nature.is_write_only),
                made_at=made_at.isoformat(),
                expires_at=expires_at.isoformat(),
            )
        )
    return Invite(f"{raw[:_GROUP]}-{raw[_GROUP:]}", office, expires_at)


def redeem(hq: Headquarters, connection: sa.Connection, code: str, device: UUID) -> str:
    """Use a code up for a device, in a writing transaction; gives the office's code.

    Asking again for the same device is answered alike, should the first answer have been lost.

    Raises:
        Refused: No such code, or it was used or has expired.
    """
    wanted = _hash(_normal(code))
    found = None
    lock_names(connection, _LOCK)
    # Every hash is compared, each in constant time: the time taken tells nothing of any code.
    for row in connection.execute(sa.select(INVITE)):
        if hmac.compare_digest(row.code_hash, wanted):
            found = row
    if found is None:
        raise Refused("wrong_code", _("This code is not known. Type it again."), "code")
    if found.used_at is not None:
        if found.used_by == device.bytes:
            return str(found.office_code)
        raise Refused("used_code", _("This code was used before. Ask for another."), "code")
    if datetime.fromisoformat(found.expires_at) <= hq.now():
        raise Refused("expired_code", _("This code has expired. Ask for another."), "code")
    fix_scope(connection, str(found.office_code), Nature(), hq.now())
    connection.execute(
        INVITE.update()
        .where(INVITE.c.code_hash == wanted)
        .values(used_at=hq.now().isoformat(), used_by=device.bytes)
    )
    return str(found.office_code)


def _normal(code: str) -> str:
    return "".join(c for c in code.upper() if c.isalnum()).translate(_READ_AS)


def _hash(normal: str) -> bytes:
    return hashlib.sha256(normal.encode()).digest()
