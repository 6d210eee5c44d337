"""People and cases for tests of casework, made through the verbs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from app.casework.cases import open_case
from app.casework.consents import give_consent
from app.casework.entry import add_record
from app.casework.people import register
from app.casework.verbs import act
from app.errors import Refused
from app.models.record import kind_named
from app.models.store import Store
from tests.conftest import TODAY


def a_person(store: Store, user: UUID, name: str = "Awa", **about: Any) -> UUID:
    """Register a grown woman of Senegal, unless told otherwise."""
    answers = {"sex": "F", "nationalities": ["SN"], "birth": "1990", **about}
    with store.write(user) as db:
        return register(db, answers, names=[{"given_names": name}]).id


def a_case(store: Store, user: UUID, person: UUID, programme: str = "FORAS") -> UUID:
    """Open a case."""
    with store.write(user) as db:
        return open_case(db, person, programme).id


def consent_to(store: Store, user: UUID, person: UUID, *scopes: str) -> UUID:
    """Record a written consent of today."""
    with store.write(user) as db:
        return give_consent(db, person, scopes=list(scopes), given_on=TODAY, form="written").id


def added(store: Store, user: UUID, kind: str, **answers: Any) -> UUID:
    """Add a record as the command line does."""
    with store.write(user) as db:
        return add_record(db, kind, _json(answers)).id


def acted(store: Store, user: UUID, kind: str, record: UUID, verb: str, **answers: Any) -> None:
    """Do something with a record as the screens do."""
    with store.write(user) as db:
        act(db, db.get_one(kind_named(kind), record), verb, answers)


def refusal(store: Store, user: UUID, work: Callable[[Session], object]) -> Refused:
    """Give what refuses a piece of work."""
    with pytest.raises(Refused) as refused, store.write(user) as db:
        work(db)
    return refused.value


def refused_rule(store: Store, user: UUID, work: Callable[[Session], object]) -> str:
    """Give the name of the rule that refuses a piece of work."""
    return refusal(store, user, work).rule


def _json(answers: dict[str, Any]) -> dict[str, Any]:
    return {n: str(v) if isinstance(v, UUID) else v for n, v in answers.items()}
