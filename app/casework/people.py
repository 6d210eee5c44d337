"""Registering people, and reading what a file's header and lists show of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.among import Among, Key, key, rows
from app.errors import Refused
from app.i18n import _
from app.models.choices import UNKNOWN_NATIONALITY
from app.models.persons import Contact, Person, PersonIdentifier, PersonName, full_name
from app.models.rules import rule
from app.models.types import Context
from app.models.values import id_of

Answers = Mapping[str, Any]

# Kinds of names a person goes by, in the order one is chosen to show.
_SHOWN_FIRST: Final = {"legal": 0, "used": 1, "alias": 2, "maiden": 3}


def register(
    db: Session,
    person: Answers,
    *,
    names: Iterable[Answers],
    contacts: Iterable[Answers] = (),
    identifiers: Iterable[Answers] = (),
) -> Person:
    """Register a person with their names, contacts and documents.

    Args:
        db: Inside ``store.write``.
        person: Answers by question of ``Person``; ``names`` of ``PersonName``, and so on.

    Raises:
        Refused: No name at all, or an answer breaks its question's rule (at the save).
    """
    given = [answers for answers in names if any(v for k, v in answers.items() if k != "name_kind")]
    if not given:
        raise Refused(
            "name_required",
            _("Write at least one name; an alias or a single name is enough."),
            "given_names",
            "person_name",
        )
    registered = Person(**person)
    db.add(registered)
    for answers in given:
        db.add(PersonName(person=registered.id, **{"name_kind": "legal", **answers}))
    db.add_all(Contact(person=registered.id, **answers) for answers in contacts)
    db.add_all(PersonIdentifier(person=registered.id, **answers) for answers in identifiers)
    return registered


def pre_register(
    db: Session,
    *,
    given_names: str | None,
    family_name: str | None = None,
    sex: str | None = None,
    birth: Any = None,
    nationality: str | None = None,
    phone: str | None = None,
) -> Person:
    """Register a person with six answers, when that is all there is time for today."""
    return register(
        db,
        {
            "sex": sex or "U",
            "birth": birth,
            "nationalities": [nationality or UNKNOWN_NATIONALITY],
        },
        names=[{"given_names": given_names, "family_name": family_name}],
        contacts=[{"number": phone, "contact_kind": "own"}] if phone else (),
    )


@rule(PersonName)
def name_has_a_part(db: Session, name: PersonName, context: Context) -> None:
    """A name has given names or a family name; one of them is enough."""
    if not name.given_names and not name.family_name:
        raise Refused(
            "name_required",
            _("Write at least one name; an alias or a single name is enough."),
            "given_names",
        )


def names_of(db: Session, person: UUID) -> list[PersonName]:
    """List a person's own names, the one on the document first, then in order of entry."""
    order = ("legal", "used", "alias", "maiden", "father", "mother")
    found = db.scalars(
        select(PersonName).where(PersonName.person == person, PersonName.voided.is_(None))
    )
    return sorted(
        found,
        key=lambda n: (order.index(n.name_kind) if n.name_kind in order else 9, n.created_at),
    )


def own_names(names: Iterable[PersonName]) -> list[PersonName]:
    """Leave out the names of the parents."""
    return [name for name in names if name.name_kind not in {"father", "mother"}]


def display_names(db: Session, people: Among) -> dict[UUID, list[str]]:
    """Give each person's own names for a list or a header: at most one a script, legal first."""
    return {id_of(person): names for person, names in names_by_key(db, people).items()}


def names_by_key(db: Session, people: Among) -> dict[Key, list[str]]:
    """Give what ``display_names`` gives, by the keys of the people."""
    query = select(
        key(PersonName.person),
        PersonName.name_kind,
        PersonName.given_names,
        PersonName.family_name,
        PersonName.created_at,
    ).where(PersonName.voided.is_(None), PersonName.name_kind.in_(list(_SHOWN_FIRST)))
    found: dict[Key, list[tuple[int, int, str]]] = {}
    for person, kind, given, family, created_at in rows(db, query, PersonName.person, people):
        name = (_SHOWN_FIRST[kind], created_at, full_name(given, family))
        found.setdefault(person, []).append(name)
    shown: dict[Key, list[str]] = {}
    for person, names in found.items():
        if len(names) == 1:
            shown[person] = [names[0][2]]
            continue
        names.sort(key=lambda one: one[:2])
        of_script: dict[bool, str] = {}
        for _order, _at, full in names:
            of_script.setdefault(_is_arabic(full), full)
        shown[person] = list(of_script.values())
    return shown


def _is_arabic(text: str) -> bool:
    return any("\u0600" <= character <= "\u06ff" for character in text)
