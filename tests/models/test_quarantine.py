"""What a copy set aside is told in words, and goes to its place once it can or may."""

from __future__ import annotations

from uuid import UUID, uuid4

import msgspec
import pytest
import sqlalchemy as sa

from app.i18n import in_language
from app.models.change import Change, encode, genesis, links
from app.models.check import faults
from app.models.digest import store_digest
from app.models.log import CHANGE, QUARANTINE
from app.models.merge import Run
from app.models.persons import Person
from app.models.quarantine import held_changes, shown_answers, try_again
from app.models.store import Store
from tests.conftest import Founder

MAKER = bytes(range(16))


def made(seq: int, kind: str, record: bytes, **fields: object) -> bytes:
    return encode(
        Change(
            seq=seq,
            clock=1000 + seq,
            author=uuid4().bytes,
            tx=seq,
            kind=kind,
            record=record,
            root=b"",
            fields=fields,
            bases=[],
        )
    )


def run(bodies: list[bytes]) -> Run:
    return Run(MAKER, 1, genesis(MAKER), bodies)


def held(store: Store) -> list[int]:
    with store.engine.connect() as connection:
        return [one.seq for one in held_changes(connection)]


def mend(store: Store, seq: int, body: bytes) -> None:
    """Put what a program that can read more would find: the body as its maker meant it."""
    with store.control() as connection:
        connection.execute(QUARANTINE.update().where(QUARANTINE.c.seq == seq).values(body=body))


def row(store: Store, person: bytes) -> Person | None:
    with store.read() as db:
        return db.get(Person, UUID(bytes=person))


@pytest.fixture
def person() -> bytes:
    return uuid4().bytes


def test_unreadable_change_is_listed_with_what_it_holds(store: Store, person: bytes) -> None:
    store.merge([run([made(1, "person", person, sex=5, notes_of_tomorrow="tall")])])
    with store.engine.connect() as connection:
        [one] = held_changes(connection)
    assert (one.seq, one.device, one.title) == (1, UUID(bytes=MAKER), "Person")
    assert ("notes_of_tomorrow", "tall") in one.answers
    assert not one.is_refused
    assert "cannot be read" in one.reason


def test_a_reason_is_told_in_the_language_in_use_and_an_older_one_as_it_was_kept(
    store: Store, person: bytes
) -> None:
    with in_language("fr"):
        store.merge(
            [run([made(1, "person", person, sex="F"), made(2, "person", person, sex="M")])],
            refuse=lambda _c: (
                lambda _d, _changes: {
                    1: "This file belongs to another office.",
                    2: "Ce dossier est d’ailleurs.",
                }
            ),
        )
    told = {}
    for language in ("en", "ar"):
        with in_language(language), store.engine.connect() as connection:
            told[language] = [one.reason for one in held_changes(connection)]
    assert told["en"] == ["This file belongs to another office.", "Ce dossier est d’ailleurs."]
    assert told["ar"][0] == "هذا الملف تابع لمكتب آخر."
    assert told["ar"][1] == "Ce dossier est d’ailleurs."


def test_the_reason_quotes_no_answer(store: Store, person: bytes) -> None:
    store.merge([run([made(1, "person", person, town=4711)])])
    with store.engine.connect() as connection:
        [one] = held_changes(connection)
    assert "4711" not in one.reason


def test_bytes_that_are_no_change_are_listed_too(store: Store) -> None:
    store.merge([run([b"\xc1 nothing"])])
    with store.engine.connect() as connection:
        [one] = held_changes(connection)
    assert (one.change, one.title, one.answers) == (None, "Unreadable", [])


@pytest.mark.parametrize("kind", ["protection_record", "kind_of_tomorrow"])
def test_answers_that_may_be_confidential_are_not_shown(kind: str) -> None:
    change = msgspec.convert(
        [1, 1, MAKER, 1, kind, MAKER, b"", {"sealed": "what nobody may see"}, []],
        Change,
    )
    assert shown_answers(change) == []


def test_what_still_cannot_be_read_stays_with_the_day_it_came(store: Store, person: bytes) -> None:
    store.merge([run([made(1, "person", person, sex=5)])])
    with store.engine.connect() as connection:
        [before] = held_changes(connection)
    assert try_again(store).stored == []
    with store.engine.connect() as connection:
        assert held_changes(connection) == [before]


def test_what_can_be_read_takes_its_place_between_its_neighbours(
    found: Founder, person: bytes
) -> None:
    one, _amina = found("one", login="amina")
    two, _brahim = found("two", login="brahim")
    bodies = [
        made(1, "person", person, sex="F"),
        made(2, "person", person, birth_name_of_mother=7, sex=5),
        made(3, "person", person, main_language="fr"),
    ]
    one.merge([run(bodies)])
    assert held(one) == [2]
    readable = made(2, "person", person, sex="M")
    chain = links(genesis(MAKER), [bodies[0], readable, bodies[2]])
    mend(one, 2, readable)
    with one.control() as connection:  # as its maker chained it
        for table, seq in ((CHANGE, 3), (QUARANTINE, 2)):
            at = sa.and_(table.c.device == MAKER, table.c.seq == seq)
            connection.execute(table.update().where(at).values(chain=chain[seq - 1]))
        connection.exec_driver_sql("UPDATE head SET chain = ? WHERE device = ?", (chain[2], MAKER))
    two.merge([run([bodies[0], readable, bodies[2]])])

    again = try_again(one)

    assert [stored.change.seq for stored in again.stored] == [2]
    assert held(one) == []
    with one.engine.connect() as here, two.engine.connect() as there:
        assert store_digest(here)["person"] == store_digest(there)["person"]
        assert list(faults(here)) == []


def test_a_change_taken_again_that_comes_once_more_is_passed_over(
    store: Store, person: bytes
) -> None:
    def refuse_all(_device: bytes, changes: object) -> dict[int, str]:
        return {1: "not yours"}

    body = made(1, "person", person, sex="F")
    store.merge([run([body])], refuse=lambda _connection: refuse_all)
    assert held(store) == [1]
    assert row(store, person) is None
    try_again(store)
    assert row(store, person) is not None
    assert store.merge([run([body])]).stored == []
    assert held(store) == []


def test_what_may_not_stand_still_keeps_the_latest_reason(store: Store, person: bytes) -> None:
    reasons = iter(["not yours", "still not yours"])

    def refuse(_connection: object) -> object:
        reason = next(reasons)
        return lambda _device, changes: {change.seq: reason for change in changes}

    store.merge([run([made(1, "person", person, sex="F")])], refuse=refuse)  # type: ignore[arg-type]
    with store.engine.connect() as connection:
        [one] = held_changes(connection)
    store.merge([], refuse=refuse, again=[one.id])  # type: ignore[arg-type]
    with store.engine.connect() as connection:
        [one] = held_changes(connection)
    assert one.is_refused
    assert one.reason == "still not yours"


def test_opening_with_other_records_declared_tries_what_was_unreadable(
    store: Store, person: bytes
) -> None:
    store.merge([run([made(1, "person", person, sex=5)])])
    mend(store, 1, made(1, "person", person, sex="F"))
    store._try_unreadable()
    assert held(store) == [1]
    store.settings.put(quarantine_tried_with="what an earlier program declared")
    store._try_unreadable()
    assert held(store) == []
    assert row(store, person) is not None
