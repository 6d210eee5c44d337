"""The users of a store as Settings lists them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.models.store import Store
from app.models.users import ROLES, User


@dataclass(frozen=True, slots=True)
class UserLine:
    """One user.

    Attributes:
        roles: Named in the language in use.
        opens_here: They have a passphrase on this computer.
    """

    login: str
    name: str
    roles: tuple[str, ...]
    opens_here: bool


def users_of(store: Store) -> list[UserLine]:
    """List the users who work, by login."""
    here = set(store.keys.logins())
    with store.read() as db:
        found = db.scalars(
            select(User).where(User.voided.is_(None), User.is_retired.is_not(True))
        ).all()
    return sorted(
        (
            UserLine(
                user.login,
                user.name or "",
                tuple(ROLES.label(role) for role in ROLES.codes() if role in (user.roles or ())),
                user.login in here,
            )
            for user in found
        ),
        key=lambda line: line.login,
    )
