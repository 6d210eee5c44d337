"""Offices and partners: what each is, fixed when it is first invited."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from app.errors import Refused
from app.hq.base import Headquarters
from app.hq.delivery import open_waiting
from app.hq.locks import lock_names
from app.hq.openings import scope_named
from app.hq.tables import DEVICE, FILE_SCOPE, SCOPE
from app.i18n import _

_CODE: Final = re.compile("[A-Z0-9]{2,8}")


@dataclass(frozen=True, slots=True)
class Scope:
    """An office or a partner, and how much it has.

    Attributes:
        kind: ``office`` or ``partner``.
        parent: Code of the office that has what this one registers; None without one.
        is_write_only: Its computers submit and read nothing back.
        files: How many are open to it; ``changes`` in its feed; ``devices`` not revoked.
    """

    id: UUID
    code: str
    kind: str
    parent: str | None
    is_write_only: bool
    files: int
    changes: int
    devices: int


@dataclass(frozen=True, slots=True)
class Nature:
    """What an invitation says of a scope; what is None stays as it was fixed.

    Attributes:
        is_partner: Whether it is a partner rather than an office.
        parent: Code of the office that has what it registers.
        is_write_only: Whether it only submits.
    """

    is_partner: bool | None = None
    parent: str | None = None
    is_write_only: bool | None = None


def scope_code(text: str) -> str:
    """Give the code of an office or partner as it is kept.

    Raises:
        Refused: This is none.
    """
    code = text.strip().upper()
    if not _CODE.fullmatch(code):
        raise Refused(
            "office_code",
            _("An office code is 2 to 8 letters or digits, such as RAB."),
            "code",
            "office",
        )
    return code


def fix_scope(connection: sa.Connection, code: str, nature: Nature, now: datetime) -> None:
    """Fix what a scope is, the first time it is named; what was shared with it opens to it.

    Args:
        connection: Inside a writing transaction.
        code: As ``scope_code`` gives it.
        nature: What is said of it.
        now: For the openings.

    Raises:
        Refused: It was fixed otherwise before, or its parent cannot be one.
    """
    scope = scope_named(code)
    parent = None if nature.parent is None else _parent(connection, code, nature.parent)
    lock_names(connection, "scope", [scope])
    known = connection.execute(sa.select(SCOPE).where(SCOPE.c.id == scope)).one_or_none()
    if known is not None:
        is_other = (
            (nature.is_partner is not None and nature.is_partner != (known.kind == "partner"))
            or (parent is not None and parent != known.parent)
            or (
                nature.is_write_only is not None
                and nature.is_write_only != bool(known.is_write_only)
            )
        )
        if is_other:
            raise Refused(
                "scope_fixed",
                _(
                    "{code} was invited otherwise before, and that cannot be changed. See it with"
                    " “sanad hq scopes”, or choose another code."
                ).format(code=code),
                "code",
            )
        return
    connection.execute(
        SCOPE.insert().values(
            id=scope,
            position=0,
            sum=bytes(16),
            code=code,
            kind="partner" if nature.is_partner else "office",
            parent=parent,
            is_write_only=bool(nature.is_write_only),
            has_officers=False,
        )
    )
    # Another office may have described it before it had a computer: that says nothing of its staff.
    connection.execute(
        FILE_SCOPE.update()
        .where(FILE_SCOPE.c.root == scope, FILE_SCOPE.c.scope != scope)
        .values(is_home=False, is_read_only=True, kinds="office")
    )
    open_waiting(connection, code, now)


def _parent(connection: sa.Connection, code: str, text: str) -> bytes:
    parent = scope_code(text)
    scope = scope_named(parent)
    known = connection.execute(sa.select(SCOPE).where(SCOPE.c.id == scope)).one_or_none()
    if known is None:
        raise Refused(
            "parent_unknown",
            _("Headquarters does not know the office {code}. Invite it first.").format(code=parent),
            "parent",
        )
    if parent == code or known.parent is not None or known.is_write_only:
        raise Refused(
            "parent",
            _("{code} cannot have what others register. Name an office that reads.").format(
                code=parent
            ),
            "parent",
        )
    return scope


def scopes(hq: Headquarters) -> list[Scope]:
    """List every scope, by code."""
    with hq.store.engine.connect() as connection:
        rows = connection.execute(sa.select(SCOPE).order_by(SCOPE.c.code)).all()
        files = _counts(connection, FILE_SCOPE.c.scope, FILE_SCOPE.c.closed_at.is_(None))
        devices = _counts(connection, DEVICE.c.scope, DEVICE.c.revoked_at.is_(None))
    codes = {row.id: row.code for row in rows}
    return [
        Scope(
            id=UUID(bytes=row.id),
            code=row.code,
            kind=row.kind,
            parent=codes.get(row.parent),
            is_write_only=bool(row.is_write_only),
            files=files.get(row.id, 0),
            changes=row.position,
            devices=devices.get(row.id, 0),
        )
        for row in rows
    ]


def _counts(
    connection: sa.Connection, scope: sa.Column[bytes], which: sa.ColumnElement[bool]
) -> dict[bytes, int]:
    query = sa.select(scope, sa.func.count()).where(which).group_by(scope)
    return {row[0]: row[1] for row in connection.execute(query)}
