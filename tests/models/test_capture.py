"""What a save writes to the log, what its rules may ask of it, and what it leaves behind."""

from __future__ import annotations

import weakref
from uuid import UUID

import pytest
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from app.errors import Refused
from app.models import rules
from app.models.capture import before
from app.models.check import faults
from app.models.clock import system_ms
from app.models.log import heads
from app.models.persons import Person
from app.models.rules import Rule
from app.models.store import Store
from app.models.types import Context
from tests.conftest import PASSPHRASE, Office


def _person(office: Office, **answers: object) -> UUID:
    store, user = office
    with store.write(user) as db:
        made = Person(**{"sex": "F", "nationalities": ["SN"], **answers})
        db.add(made)
    return made.id


def _heads(store: Store) -> dict[bytes, int]:
    with store.engine.connect() as connection:
        return heads(connection)


def _only_rule(monkeypatch: pytest.MonkeyPatch, one: Rule) -> None:
    monkeypatch.setitem(rules._RULES, Person, [one])


def test_a_rule_that_writes_fails_the_save(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def writes(_db: Session, person: Person, _context: Context) -> None:
        person.town = "Rabat"

    store, _user = office
    known = _heads(store)
    _only_rule(monkeypatch, writes)
    with pytest.raises(RuntimeError, match="rules only look"):
        _person(office)
    assert _heads(store) == known


def test_a_refusal_leaves_the_head_where_it_was(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(_db: Session, _person: Person, _context: Context) -> None:
        raise Refused("never", "Never.")

    store, _user = office
    known = _heads(store)
    _only_rule(monkeypatch, refuses)
    with pytest.raises(Refused, match="Never"):
        _person(office)
    assert _heads(store) == known
    monkeypatch.undo()
    _person(office)
    with store.engine.connect() as connection:
        assert list(faults(connection)) == []


def test_before_is_what_stood_ahead_of_the_save_whatever_its_flushes(office: Office) -> None:
    store, user = office
    person = _person(office, town="Salé")
    with store.write(user) as db:
        held = db.get_one(Person, person)
        for town in ("Fès", "Oujda"):
            held.town = town
            db.flush()
        was = before(db, held)
    assert was is not None
    assert (was.town, was.sex, held.town) == ("Salé", "F", "Oujda")


def test_before_reads_what_was_replaced_unread(office: Office) -> None:
    store, user = office
    person = _person(office, town="Salé")
    with store.write(user) as db:
        held = db.get_one(Person, person)
        db.expire(held, ["town"])
        held.town = "Fès"
        db.flush()
        was = before(db, held)
    assert was is not None
    assert was.town == "Salé"


def test_before_is_nothing_for_what_the_save_adds(office: Office) -> None:
    store, user = office
    with store.write(user) as db:
        added = Person(sex="M", nationalities=["SN"])
        db.add(added)
        db.flush()
        added.town = "Fès"
        db.flush()
        assert before(db, added) is None


def test_before_stays_out_of_the_session(office: Office) -> None:
    store, user = office
    person = _person(office)
    with store.write(user) as db:
        held = db.get_one(Person, person)
        held.town = "Fès"
        db.flush()
        assert inspect(before(db, held)).transient


def test_a_save_that_is_over_holds_nothing_it_read(office: Office) -> None:
    store, user = office
    person = _person(office)
    with store.write(user) as db:
        read = weakref.ref(db.get_one(Person, person))
        assert read() is not None
    assert read() is None


def test_flushes_of_one_save_are_one_save_in_the_log(office: Office) -> None:
    store, user = office
    person = _person(office)
    known = sum(_heads(store).values())
    with store.write(user) as db:
        held = db.get_one(Person, person)
        for town in ("Fès", "Oujda"):
            held.town = town
            db.flush()
    assert sum(_heads(store).values()) == known + 2
    with store.engine.connect() as connection:
        assert list(faults(connection)) == []


def test_a_clock_set_back_by_years_leaves_rows_as_the_log_says(office: Office) -> None:
    store, user = office
    with store.write(user) as db:
        person = Person(sex="F", nationalities=frozenset({"SN"}))
        db.add(person)
    store.close()
    earlier = system_ms() - 10 * 365 * 24 * 3600 * 1000
    with Store.unlock(store.folder, "amina", PASSPHRASE, now_ms=lambda: earlier)[0] as again:
        with again.write(user) as db:
            db.get_one(Person, person.id).town = "Rabat"
        with again.read() as db:
            assert list(faults(db.connection())) == []
            assert db.get_one(Person, person.id).town == "Rabat"
