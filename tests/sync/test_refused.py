"""Changes headquarters refused: shown with what they hold, and judged once more."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from app.hq.base import Headquarters
from app.hq.check import feed_faults
from app.hq.quarantine import try_again, try_again_after_upgrade
from app.hq.tables import FILE_SCOPE
from app.i18n import in_language
from app.models.change import Change
from app.models.persons import Person
from app.models.projection import Projector
from app.models.quarantine import held_changes
from app.models.store import Store
from app.sync.refused import let_go, refused_changes, retry_refused
from app.sync.report import SyncReport
from app.sync.state import progress_of
from tests.conftest import Founder
from tests.sync.running import answer, carry, change, enrolled, register, synced

_ROW = Projector.row_of_one


@pytest.fixture
def offices(found: Founder, hq: Headquarters, url: str) -> tuple[Store, UUID, Store, UUID, UUID]:
    """Agadir has written on a person of Rabat that headquarters holds as Rabat's."""
    rabat, amina = found("rabat", office="RAB", login="amina")
    agadir, brahim = found("agadir", office="AGA", login="brahim")
    enrolled(rabat, hq, url, "RAB")
    enrolled(agadir, hq, url, "AGA")
    person = register(agadir, brahim, "Fatou")
    with hq.store.control() as connection:  # as if somebody had had the file before
        held_by_rabat = {"root": person.bytes, "scope": _scope(rabat), "is_home": True}
        connection.execute(FILE_SCOPE.insert().values(held_by_rabat))
    synced(agadir)
    return rabat, amina, agadir, brahim, person


def _scope(store: Store) -> bytes:
    assert store.office is not None
    return store.office.bytes


def open_to(hq: Headquarters, person: UUID, store: Store) -> None:
    with hq.store.control() as connection:
        row = {"root": person.bytes, "scope": _scope(store), "is_home": True}
        connection.execute(FILE_SCOPE.insert().values(row))


def test_they_are_shown_with_record_answers_and_reason(
    offices: tuple[Store, UUID, Store, UUID, UUID],
) -> None:
    _rabat, _amina, agadir, _brahim, person = offices
    of_person, of_name = refused_changes(agadir)
    assert (of_person.kind, of_person.record, of_person.root) == ("person", person, person)
    assert ("Sex", "Female") in of_person.answers
    assert (of_name.title, of_name.root) == ("Name", person)
    assert ("Given names", "Fatou") in of_name.answers
    assert "another office" in of_person.reason


def test_headquarters_lists_them_too(
    offices: tuple[Store, UUID, Store, UUID, UUID], hq: Headquarters
) -> None:
    with hq.store.engine.connect() as connection:
        held = held_changes(connection)
    assert [one.title for one in held] == ["Person", "Name"]
    assert all(one.is_refused for one in held)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "This file belongs to another office."),
        ("fr", "Ce dossier relève d’un autre bureau."),
    ],
)
def test_whoever_looks_is_told_in_their_own_language(
    offices: tuple[Store, UUID, Store, UUID, UUID], hq: Headquarters, language: str, said: str
) -> None:
    _rabat, _amina, agadir, _brahim, _person = offices
    with in_language("ar"), carry(agadir) as line:
        retry_refused(agadir, line)
    with in_language(language), hq.store.engine.connect() as connection:
        reasons = {one.reason for one in [*refused_changes(agadir), *held_changes(connection)]}
    assert reasons == {said}


def test_what_was_not_passed_on_is_told_in_the_language_in_use() -> None:
    report = SyncReport(not_passed_on=["This file belongs to another office."])
    with in_language("fr"):
        assert any("relève d’un autre bureau" in finding for finding in report.findings)


def test_asked_again_too_early_they_stay_refused(
    offices: tuple[Store, UUID, Store, UUID, UUID],
) -> None:
    _rabat, _amina, agadir, _brahim, _person = offices
    with carry(agadir) as line:
        assert retry_refused(agadir, line) == 0
    assert len(refused_changes(agadir)) == 2


def test_asked_again_after_the_file_was_opened_they_stand_everywhere(
    offices: tuple[Store, UUID, Store, UUID, UUID], hq: Headquarters
) -> None:
    rabat, _amina, agadir, _brahim, person = offices
    open_to(hq, person, agadir)
    with carry(agadir) as line:
        assert retry_refused(agadir, line) == 2
    assert refused_changes(agadir) == []
    assert synced(agadir).is_verified
    assert synced(rabat).is_verified
    assert answer(rabat, person).sex == "F"
    with hq.store.engine.connect() as connection:
        assert held_changes(connection) == []
        assert list(feed_faults(connection)) == []


def test_taken_by_headquarters_itself_they_are_spoken_of_no_more(
    offices: tuple[Store, UUID, Store, UUID, UUID], hq: Headquarters
) -> None:
    rabat, _amina, agadir, _brahim, person = offices
    open_to(hq, person, agadir)
    assert try_again(hq) == 2
    assert synced(agadir).is_verified
    assert refused_changes(agadir) == []
    synced(rabat)
    assert answer(rabat, person).sex == "F"


def test_one_may_not_ask_about_another_offices_changes(
    offices: tuple[Store, UUID, Store, UUID, UUID], hq: Headquarters
) -> None:
    rabat, _amina, agadir, _brahim, person = offices
    open_to(hq, person, agadir)
    with rabat.control() as connection:
        progress = progress_of(agadir)
        mine = progress_of(rabat)
        mine.refused = progress.refused
        rabat.settings.put(connection, sync_progress=mine)
    with carry(rabat) as line:
        assert retry_refused(rabat, line) == 0
    with hq.store.engine.connect() as connection:
        assert len(held_changes(connection)) == 2


def test_what_a_person_has_seen_to_is_let_go(
    offices: tuple[Store, UUID, Store, UUID, UUID],
) -> None:
    _rabat, _amina, agadir, _brahim, person = offices
    let_go(agadir, [(one.device, one.seq) for one in refused_changes(agadir)])
    assert refused_changes(agadir) == []
    assert synced(agadir).refused == []
    assert answer(agadir, person).sex == "F"


def test_what_headquarters_could_not_read_is_taken_once_it_can(
    found: Founder, hq: Headquarters, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, amina = found("one", login="amina")
    two, _brahim = found("two", login="brahim")
    for store in (one, two):
        enrolled(store, hq, url)
    person = register(one, amina, "Fatou")
    synced(one)
    change(one, amina, person, sex="M")
    with monkeypatch.context() as earlier:
        earlier.setattr(Projector, "row_of_one", _knows_no_men)
        synced(one)
    synced(two)
    assert answer(two, person).sex == "F"
    with hq.store.engine.connect() as connection:
        [held] = held_changes(connection)
    assert not held.is_refused
    hq.store.settings.put(quarantine_tried_with="what an earlier program declared")
    assert try_again_after_upgrade(hq) == 1
    assert try_again_after_upgrade(hq) == 0
    assert synced(two).is_verified
    assert answer(two, person).sex == "M"
    assert synced(one).is_verified
    assert refused_changes(one) == []
    with hq.store.read() as db:
        assert db.get_one(Person, person).sex == "M"


def _knows_no_men(projector: Projector, change: Change) -> tuple[Any, ...]:
    if change.fields.get("sex") == "M":
        raise ValueError("no such sex")
    return _ROW(projector, change)
