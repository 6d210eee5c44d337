"""Founding an office's store: its office, first user and the shipped curricula."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

from app.casework.curricula import bring_curricula
from app.errors import Refused
from app.i18n import _
from app.models.ids import named_id, new_id
from app.models.officers import PROTECTION
from app.models.offices import Office
from app.models.store import Store, remove_files
from app.models.users import User, a_login


def found_store(
    folder: Path,
    *,
    office: str,
    login: str,
    passphrase: str,
    name: str | None = None,
    office_name: str | None = None,
    country: str = "MA",
    is_training: bool = False,
    role: str = "supervisor",
    **clocks: Any,
) -> tuple[Store, UUID]:
    """Create a store with its office and first user, who may unlock it at once.

    Args:
        folder: Where; must not hold a store.
        office: Code of the office, such as ``RAB``. Stores of one office made apart agree on it.
        login: Login of the first user, who supervises unless ``role`` says otherwise.
        country: ISO 3166-1 alpha-2 code of the office's country.

    Returns:
        The open store and the user's id.
    """
    code = office.strip().upper()
    if not (2 <= len(code) <= 8 and code.isalnum() and code.isascii()):
        raise Refused(
            "office_code",
            _("An office code is 2 to 8 letters or digits, such as RAB."),
            "code",
            "office",
        )
    login = a_login(login)
    store = Store.create(folder, is_training=is_training, **clocks)
    try:
        user_id = new_id()
        # The way in first: a store whose key nobody holds would be lost.
        store.add_key(login, user_id, passphrase)
        office_id = named_id("office", code)
        store.settings.put(office=str(office_id), office_code=code, country=country)
        with store.write(user_id) as db:
            db.add(
                Office(
                    id=office_id, code=code, name=office_name, office_kind="office", country=country
                )
            )
            bring_curricula(db)
            db.flush()
            db.add(
                User(
                    id=user_id,
                    login=login,
                    name=name,
                    roles=frozenset({role, "admin"}),
                    office=office_id,
                )
            )
        if role == PROTECTION:
            store.admit(login, passphrase)  # gives the key protection records are sealed to
    except BaseException:
        store.close()
        remove_files(folder)
        raise
    return store, user_id
