"""Users of a store: adding them, their roles, their passphrases."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Refused
from app.i18n import _
from app.models.keys import require_strength
from app.models.rules import rule
from app.models.store import Store
from app.models.types import Context
from app.models.users import User


def add_user(
    store: Store, author: UUID, *, login: str, passphrase: str, role: str, name: str | None = None
) -> UUID:
    """Add a user of this office who may unlock the store on this computer."""
    require_role(store, author, "supervisor", "admin")
    require_strength(passphrase)
    if login in store.keys.logins():
        raise _login_taken(login)
    with store.write(author) as db:
        user = User(login=login, name=name, roles=frozenset({role}), office=store.office)
        db.add(user)
    store.add_key(login, user.id, passphrase)
    return user.id


def user_named(store: Store, login: str) -> User | None:
    """Give the user record behind a login of this computer."""
    slot = store.keys.read().slots.get(login)
    if slot is None:
        return None
    with store.read() as db:
        return db.get(User, slot.user)


def roles_of(store: Store, user: UUID) -> frozenset[str]:
    """Give the roles of a user."""
    with store.read() as db:
        found = db.get(User, user)
        return (found.roles or frozenset()) if found else frozenset()


def require_role(store: Store, user: UUID, *roles: str) -> None:
    """Refuse unless the user has one of ``roles``."""
    if not roles_of(store, user) & set(roles):
        raise Refused(
            "role",
            _("Your role does not allow this. Ask a supervisor of your office."),
        )


@rule(User)
def login_is_free(db: Session, user: User, context: Context) -> None:
    """Two users of one store cannot share a login."""
    same = db.scalars(
        select(User.id).where(
            User.login == user.login,
            User.id != user.id,
            User.voided.is_(None),
            User.is_retired.is_not(True),
        )
    ).first()
    if same is not None:
        raise _login_taken(user.login)


def _login_taken(login: str) -> Refused:
    return Refused(
        "login_taken",
        _("There is already a user {login}. Choose another login.").format(login=login),
        "login",
        "user",
    )
