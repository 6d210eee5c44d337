"""Protection officers: to whom protection records are sealed, and the key each opens them with."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import SanadError
from app.models.keys import WayIn
from app.models.sealed import is_recipient, new_identity, read_identity, recipient_of
from app.models.users import User

if TYPE_CHECKING:
    from pyrage.x25519 import Identity

    from app.models.store import Store

_LOG: Final = logging.getLogger("sanad.store")
PROTECTION: Final = "protection"


def is_officer(user: User | None) -> bool:
    """Tell whether somebody has the protection role and still works here."""
    return (
        user is not None
        and PROTECTION in (user.roles or ())
        and user.voided is None
        and not user.is_retired
    )


def officers(db: Session) -> list[User]:
    """List the protection officers who have a key, in the order they were added."""
    query = select(User).where(User.protection_key.is_not(None)).order_by(User.id)
    return [u for u in db.scalars(query) if is_officer(u) and is_recipient(u.protection_key)]


def recipients(db: Session) -> list[str]:
    """List the public keys to seal to, in order and without repeats."""
    return sorted({user.protection_key or "" for user in officers(db)})


def identity_at(store: Store, login: str, passphrase: str, way_in: WayIn) -> Identity | None:
    """Give the key a protection officer opens sealed records with; None for anybody else.

    An officer who has none yet is given one: it is wrapped under their passphrase, and its
    public half becomes part of their user record. Where that fails they may work without it.
    """
    with store.read() as db:
        user = db.get(User, way_in.user)
        if user is None or not is_officer(user):
            return None
    try:
        if way_in.identity is None:
            return give_key(store, user.id, user.id, login, passphrase)
        identity = read_identity(way_in.identity)
        if user.protection_key is None:
            _publish(store, user.id, user.id, identity)
    except SanadError as error:
        _LOG.warning("a protection key was not given: %s", error)
        return None if way_in.identity is None else read_identity(way_in.identity)
    return identity


def give_key(store: Store, author: UUID, user: UUID, login: str, passphrase: str) -> Identity:
    """Give a protection officer a key of their own, beside their way in."""
    secret = new_identity()
    identity = read_identity(secret)
    # The secret half first: nothing must be sealed to a key that nobody holds.
    store.add_key(login, user, passphrase, secret)
    _publish(store, author, user, identity)
    return identity


def _publish(store: Store, author: UUID, user: UUID, identity: Identity) -> None:
    with store.write(author) as db:
        db.get_one(User, user).protection_key = recipient_of(identity)
