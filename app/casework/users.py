"""Users of a store: adding them, their roles, their passphrases."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Refused
from app.i18n import _
from app.models.keys import require_strength
from app.models.officers import PROTECTION, give_key
from app.models.rules import rule
from app.models.sealed import is_recipient
from app.models.store import Store
from app.models.types import Context
from app.models.users import User, a_login


def add_user(
    store: Store, author: UUID, *, login: str, passphrase: str, role: str, name: str | None = None
) -> UUID:
    """Add a user of this office who may unlock the store on this computer.

    A protection officer is given the key that protection records are sealed to.
    """
    require_role(store, author, "supervisor", "admin")
    login = a_login(login)
    require_strength(passphrase)
    if login in store.keys.logins():
        raise _login_taken(login)
    with store.write(author) as db:
        user = User(login=login, name=name, roles=frozenset({role}), office=store.office)
        db.add(user)
    if role == PROTECTION:
        give_key(store, author, user.id, login, passphrase)
    else:
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
        raise _not_your_role()


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


@rule(User)
def login_is_plain(db: Session, user: User, context: Context) -> None:
    """A login that is given or changed is one anybody can type; older ones stay as they are."""
    if "author" not in db.info:
        return  # looked at again after a merge: it was given elsewhere
    store: Store = db.info["store"]
    with store.read() as before:
        was = before.get(User, user.id)
    if was is None or was.login != user.login:
        a_login(user.login)


@rule(User)
def roles_are_given_by_supervisors(db: Session, user: User, context: Context) -> None:
    """Only supervisors and administrators say who has which role; a founder is their own."""
    if "author" not in db.info:
        return  # looked at again after a merge: it was decided where it was saved
    store: Store = db.info["store"]
    with store.read() as before:
        was = before.get(User, user.id)
        author = before.get(User, db.info["author"])
        is_founding = author is None and user.id == db.info["author"]
    if is_founding or (was is not None and was.roles == user.roles):
        return
    if not _SUPERVISING & ((author.roles if author else None) or frozenset()):
        raise _not_your_role("roles")


@rule(User)
def protection_key_is_ones_own(db: Session, user: User, context: Context) -> None:
    """A protection key is given with a way in, and replaced by nobody but its owner.

    Whoever could put theirs in its place would read what is sealed from then on.
    """
    if "author" not in db.info:
        return
    store: Store = db.info["store"]
    with store.read() as before:
        was = before.get(User, user.id)
        known = was.protection_key if was else None
    if user.protection_key == known:
        return
    author = db.info["author"]
    is_given = known is None and _SUPERVISING & roles_of(store, author)
    if not (is_given or author == user.id) or not is_recipient(user.protection_key):
        raise Refused(
            "protection_key",
            _("A protection key is given by Sanad when its owner opens the store."),
            "protection_key",
            "user",
        )


_SUPERVISING: Final = frozenset({"supervisor", "admin"})


def _not_your_role(field: str | None = None) -> Refused:
    return Refused(
        "role", _("Your role does not allow this. Ask a supervisor of your office."), field
    )


def _login_taken(login: str) -> Refused:
    return Refused(
        "login_taken",
        _("There is already a user {login}. Choose another login.").format(login=login),
        "login",
        "user",
    )
