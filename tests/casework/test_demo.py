"""The training store's fictitious people: the same for a seed, in every part of the work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.casework.demo import fill
from app.casework.demo_desk import COLLEAGUES, material
from app.casework.founding import found_store
from app.casework.review import findings
from app.errors import Refused
from app.models.cases import STATES, Case
from app.models.check import faults
from app.models.grants import ExchangeRate
from app.models.persons import Person, PersonName
from app.models.protection import ProtectionRecord
from app.models.record import kinds
from app.models.store import Store
from app.models.users import User
from tests.casework.returning import own_store
from tests.conftest import PASSPHRASE, Founder
from tests.models.test_convergence import runs_of

Office = tuple[Store, UUID]

_WITHOUT_ROWS = {
    "sealed_view",  # noted when an officer opens a record
    "programme_change",  # the programmes are shown as they are shipped
    "file_share",  # opened to another office, and the demo is one office
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    store, user = own_store(tmp_path_factory.mktemp("demo"))
    fill(store, user, people=120, passphrase=PASSPHRASE)
    yield store, user
    store.close()


def _people(store: Store) -> list[tuple[object, ...]]:
    with store.read() as db:
        rows = db.execute(
            select(
                PersonName.family_name, PersonName.given_names, Person.sex, Person.birth,
                Person.occupation, Case.programme, Case.state,
            )
            .join(Person, Person.id == PersonName.person)
            .outerjoin(Case, Case.person == Person.id)
        ).all()  # fmt: skip
        return sorted((tuple(row) for row in rows), key=repr)


def test_every_kind_has_rows(filled: Office) -> None:
    with filled[0].read() as db:
        empty = {
            kind.kind
            for kind in kinds().values()
            if not db.scalar(select(func.count()).select_from(kind))
        }
    assert empty == _WITHOUT_ROWS


def test_cases_stand_in_every_state(filled: Office) -> None:
    with filled[0].read() as db:
        found = set(db.scalars(select(Case.state).distinct()))
    # Few people die, or turn out to be on file twice.
    assert set(STATES.codes()) - found <= {"deceased", "duplicate_merged"}


def test_the_store_holds(filled: Office) -> None:
    with filled[0].engine.connect() as connection:
        assert list(faults(connection)) == []


def test_no_rule_is_broken_where_it_is_merged(filled: Office, found: Founder) -> None:
    other, _user = found("elsewhere", login="brahim")
    other.merge(runs_of(filled[0]))
    assert findings(other) == []


def test_colleagues_given_a_passphrase_can_unlock(filled: Office) -> None:
    assert {login for login, _name in COLLEAGUES.values()} < set(filled[0].keys.logins())


def test_a_seed_gives_the_same_people(found: Founder) -> None:
    stores = [found("one"), found("two")]
    for store, user in stores:
        fill(store, user, people=30, seed=7)
    one, two = (_people(store) for store, _user in stores)
    assert one == two


def test_another_seed_gives_other_people(found: Founder) -> None:
    stores = [found("one"), found("two")]
    for seed, (store, user) in enumerate(stores):
        fill(store, user, people=10, seed=seed)
    one, two = (_people(store) for store, _user in stores)
    assert one != two


def test_nothing_is_sealed_when_nobody_could_open_it(office: Office) -> None:
    store, user = office
    fill(store, user, people=30)
    with store.read() as db:
        assert db.scalars(select(ProtectionRecord)).all() == []


def test_colleagues_are_not_added_twice(office: Office) -> None:
    store, user = office
    fill(store, user, people=2)
    fill(store, user, people=2, seed=2)
    with store.read() as db:
        logins = db.scalars(select(User.login)).all()
    assert sorted(logins) == ["amina", "karim", "leila"]


def test_a_real_store_is_left_alone(tmp_path: Path) -> None:
    store, user = found_store(tmp_path / "real", office="RAB", login="amina", passphrase=PASSPHRASE)
    with store, pytest.raises(Refused, match="training store"):
        fill(store, user, people=1)


def test_exchange_rates_say_they_are_made_up(filled: Office) -> None:
    with filled[0].read() as db:
        sources = set(db.scalars(select(ExchangeRate.source)))
    assert sources == {"Taux fictif pour la formation"}


def test_cases_beside_the_line_have_reasons_of_their_own(filled: Office) -> None:
    reasons = material()["reasons"]
    with filled[0].read() as db:
        told = db.execute(
            select(Case.state, Case.state_reason).where(Case.state.in_(list(reasons)))
        ).all()
    assert told
    # One line of text keeps no hard spaces.
    known = {state: [one.split() for one in listed] for state, listed in reasons.items()}
    assert [(state, why) for state, why in told if why.split() not in known[state]] == []
