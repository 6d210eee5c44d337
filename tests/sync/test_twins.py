"""Two machines that were copies of each other, down to what they remember: both go on as one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from app.casework.conflicts import open_conflicts, resolve
from app.hq.base import Headquarters
from app.models.check import faults
from app.models.log import CHANGE
from app.models.persons import Person
from app.models.reissue import TWIN
from app.models.store import Store
from app.sync.outbox import identities, runs
from app.sync.state import progress_of
from tests.conftest import PASSPHRASE, TODAY, Founder
from tests.sync.running import answer, change, digest, enrolled, register, synced


class Twins:
    """One store and its copy, each with its own machine's memory; one is open at a time.

    Attributes:
        person: Someone both know.
    """

    def __init__(self, first: Path, second: Path, person: UUID, patch: pytest.MonkeyPatch) -> None:
        self.person = person
        self._machines = (first, second)
        self._patch = patch

    @contextmanager
    def open(self, number: int) -> Iterator[tuple[Store, UUID]]:
        machine = self._machines[number]
        self._patch.setenv("SANAD_STATE", str(machine / "state"))
        # The folder's name is part of what a machine remembers: both are where the other was.
        place = self._machines[0].parent / "place"
        (machine / "store").rename(place)
        store, user = Store.unlock(place, "amina", PASSPHRASE, today=lambda: TODAY)
        try:
            yield store, user
        finally:
            store.close()
            place.rename(machine / "store")


@pytest.fixture
def twins(
    found: Founder,
    hq: Headquarters,
    url: str,
    tmp_path: Path,
    own_state: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Twins:
    store, user = found("place")
    enrolled(store, hq, url)
    person = register(store, user, "Fatou", town="Salé")
    synced(store)
    store.close()
    for name in ("first", "second"):
        shutil.copytree(tmp_path / "place", tmp_path / name / "store")
        shutil.copytree(own_state, tmp_path / name / "state")
    shutil.rmtree(tmp_path / "place")
    return Twins(tmp_path / "first", tmp_path / "second", person, monkeypatch)


def test_what_both_saved_reaches_everybody(twins: Twins, hq: Headquarters) -> None:
    person = twins.person
    with twins.open(0) as (one, user):
        register(one, user, "Aïcha")
        change(one, user, person, town="Rabat", occupation="Tailor")
        synced(one)
    with twins.open(1) as (two, user):
        register(two, user, "Binta")
        change(two, user, person, note="Came with her son")
        change(two, user, person, note="Came with her son and her mother")
        report = synced(two)
        assert report.forked
        assert report.is_verified
        assert answer(two, person).note == "Came with her son and her mother"
        assert answer(two, person).town == "Rabat"
        assert digest(two) == digest(hq.store)
        with two.read() as db:
            assert list(faults(db.connection())) == []
            assert open_conflicts(db) == []
    with twins.open(0) as (one, _user):
        assert not synced(one).forked
        assert digest(one) == digest(hq.store)


def test_two_answers_to_one_question_are_a_conflict_as_between_strangers(
    twins: Twins, hq: Headquarters
) -> None:
    person = twins.person
    for number, sex in enumerate("FX"):
        with twins.open(number) as (store, user):
            change(store, user, person, sex="M")
            change(store, user, person, sex=sex)
            synced(store)
    with twins.open(0) as (one, user):
        synced(one)
        with one.read() as db:
            [conflict] = open_conflicts(db)
        assert {step.answers["sex"] for step in conflict.answers} == {"F", "X"}
        with one.write(user) as db:
            resolve(db, db.get_one(Person, person), "sex", "F", "Her passport says so")
        synced(one)
        assert digest(one) == digest(hq.store)
    with twins.open(1) as (two, _user):
        synced(two)
        assert answer(two, person).sex == "F"
        assert answer(two, person).conflicts is None
        assert digest(two) == digest(hq.store)


def test_what_was_written_under_two_identities_is_made_anew_together(
    twins: Twins, hq: Headquarters
) -> None:
    person = twins.person
    with twins.open(0) as (one, user):
        change(one, user, person, town="Rabat")
        synced(one)
    with twins.open(1) as (two, user):
        change(two, user, person, note="First")
        two.renew_identity()
        change(two, user, person, note="Second")
        report = synced(two, frame_bytes=1)
        assert report.reissued == 2
        assert answer(two, person).note == "Second"
        assert digest(two) == digest(hq.store)


def test_a_colleague_who_had_them_by_hand_follows_headquarters(
    twins: Twins, hq: Headquarters, url: str, found: Founder, own_state: Path
) -> None:
    person = twins.person
    with twins.open(0) as (one, user):
        change(one, user, person, town="Rabat")
        synced(one)
    with twins.open(1) as (two, user):
        change(two, user, person, town="Tanger")
        stray = register(two, user, "Binta")
        with two.engine.connect() as connection:
            by_hand = runs(connection, identities(two, connection, progress_of(two)), 1_000_000)
    colleague, _brahim = found("colleague", login="brahim")
    with colleague:
        enrolled(colleague, hq, url)
        colleague.merge(by_hand)
        assert answer(colleague, stray).sex == "F"
        assert synced(colleague).is_verified
        assert digest(colleague) == digest(hq.store)
        with colleague.read() as db:
            assert list(faults(db.connection())) == []
            assert db.get(Person, stray) is None
        with colleague.engine.connect() as connection:
            kept = connection.execute(TWIN.select()).all()
            logged = set(connection.scalars(CHANGE.select().with_only_columns(CHANGE.c.body)))
        assert [row.body for row in kept] == by_hand[0].bodies
        assert not {row.body for row in kept} & logged
        with twins.open(1) as (two, _user):
            synced(two)
        synced(colleague)
        assert answer(colleague, stray).sex == "F"
        assert digest(colleague) == digest(hq.store)
