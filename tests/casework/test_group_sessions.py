"""Group sessions: recorded once, on each person's file, and corrected for everybody at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import jsonschema
import pytest
from sqlalchemy.orm import Session

from app.casework.cases import open_case
from app.casework.entry import add_record, entry_schema
from app.casework.group_sessions import (
    SHARED,
    add_participant,
    correct_group_session,
    open_case_of,
    participants_of,
    record_group_session,
)
from app.casework.people import pre_register
from app.casework.review import findings
from app.casework.sessions import sessions_of
from app.casework.verbs import act
from app.errors import Refused
from app.models.cases import Case
from app.models.programmes import programmes
from app.models.sessions import CounsellingSession, GroupSession
from app.models.store import Store
from tests.conftest import TODAY, Founder, Office
from tests.models.test_convergence import runs_of

ANSWERS: dict[str, Any] = {
    "session_kind": "information",
    "language": "fr",
    "minutes": 90,
    "interpreter": "in_person",
    "interpreter_name": "Hawa Camara",
    "place": "Salé",
    "note": "Eleven people, a calm room.",
}


def make_cases(office: Office, count: int = 3) -> list[UUID]:
    store, user = office
    with store.write(user) as db:
        cases = []
        for number in range(count):
            person = pre_register(db, given_names="ABCDEFG"[number])
            db.flush()
            cases.append(open_case(db, person.id, "AVRR-FROM").id)
    return cases


@pytest.fixture
def topics() -> list[str]:
    return list(programmes()["AVRR-FROM"].topics)[:2]


@pytest.fixture
def answers(topics: list[str]) -> dict[str, Any]:
    return {**ANSWERS, "topics": topics}


def record(office: Office, cases: list[UUID], answers: dict[str, Any]) -> UUID:
    store, user = office
    with store.write(user) as db:
        return record_group_session(db, cases, **answers).id


def of_case(store: Store, case: UUID) -> list[CounsellingSession]:
    with store.read() as db:
        return sessions_of(db, db.get_one(Case, case).person)


def refused_rule(office: Office, work: Callable[[Session], Any]) -> str:
    store, user = office
    with pytest.raises(Refused) as refused, store.write(user) as db:
        work(db)
    return refused.value.rule


def test_a_group_session_is_on_each_file(office: Office, answers: dict[str, Any]) -> None:
    cases = make_cases(office)
    held = record(office, cases, answers)
    for case in cases:
        [session] = of_case(office[0], case)
        assert session.group_session == held


def test_a_file_stands_alone(office: Office, answers: dict[str, Any]) -> None:
    [case] = make_cases(office, 1)
    held = record(office, [case], answers)
    [session] = of_case(office[0], case)
    with office[0].read() as db:
        group = db.get_one(GroupSession, held)
    assert {n: getattr(session, n) for n in SHARED} == {n: getattr(group, n) for n in SHARED}
    assert session.held_on == TODAY
    assert session.counsellor == office[1]


def test_a_group_session_is_added_as_json(office: Office, answers: dict[str, Any]) -> None:
    cases = make_cases(office)
    given = {**answers, "participants": [str(case) for case in cases]}
    store, user = office
    jsonschema.validate(given, entry_schema(GroupSession))
    with store.write(user) as db:
        held = add_record(db, "group_session", given).id
    with store.read() as db:
        assert [s.case for s in participants_of(db, held)] == cases


def test_the_note_of_the_group_is_on_nobodys_file(office: Office, answers: dict[str, Any]) -> None:
    [case] = make_cases(office, 1)
    record(office, [case], answers)
    assert of_case(office[0], case)[0].note is None


def test_somebody_without_a_case_does_not_take_part(
    office: Office, answers: dict[str, Any]
) -> None:
    assert (
        refused_rule(office, lambda db: record_group_session(db, [], **answers))
        == "participants_required"
    )


def test_an_interpreter_is_named(office: Office, answers: dict[str, Any]) -> None:
    cases = make_cases(office)
    answers.pop("interpreter_name")
    with pytest.raises(Refused) as refused:
        record(office, cases, answers)
    rules = {r.rule for r in getattr(refused.value, "refusals", [refused.value])}
    assert rules == {"interpreter_name"}


def test_the_same_session_twice_is_refused(office: Office, answers: dict[str, Any]) -> None:
    cases = make_cases(office, 1)
    record(office, cases, answers)
    assert (
        refused_rule(office, lambda db: record_group_session(db, cases, **answers))
        == "group_session_twice"
    )


def test_adding_somebody_again_makes_one_record(office: Office, answers: dict[str, Any]) -> None:
    first, second = make_cases(office, 2)
    held = record(office, [first], answers)
    store, user = office
    for _time in range(2):
        with store.write(user) as db:
            add_participant(db, db.get_one(GroupSession, held), second)
    with store.read() as db:
        assert [s.case for s in participants_of(db, held)] == [first, second]


def test_two_desks_that_add_somebody_make_one_record(
    found: Founder, answers: dict[str, Any]
) -> None:
    here, user = found("here")
    first, second = make_cases((here, user), 2)
    held = record((here, user), [first], answers)
    there, other = found("there", login="karim")
    there.merge(runs_of(here))
    for store, author in ((here, user), (there, other)):
        with store.write(author) as db:
            act(db, db.get_one(GroupSession, held), "join", {"case": str(second)})
    here.merge(runs_of(there))
    assert len(of_case(here, second)) == 1


def test_a_session_recorded_at_two_desks_is_listed_for_review(
    found: Founder, answers: dict[str, Any]
) -> None:
    here, user = found("here")
    cases = make_cases((here, user), 1)
    there, other = found("there", login="karim")
    there.merge(runs_of(here))
    record((here, user), cases, answers)
    record((there, other), cases, answers)
    here.merge(runs_of(there))
    assert {finding.rule for finding in findings(here)} == {"group_session_twice"}


def test_a_correction_reaches_everybody(office: Office, answers: dict[str, Any]) -> None:
    cases = make_cases(office)
    held = record(office, cases, answers)
    store, user = office
    with store.write(user) as db:
        correct_group_session(db, held, {"held_on": "2026-11-20", "minutes": 60})
    for case in cases:
        [session] = of_case(store, case)
        assert (session.held_on, session.minutes) == (date(2026, 11, 20), 60)


def test_what_one_person_did_differently_stays(office: Office, answers: dict[str, Any]) -> None:
    first, second = make_cases(office, 2)
    held = record(office, [first, second], answers)
    store, user = office
    with store.write(user) as db:
        own = db.get_one(CounsellingSession, of_case(store, first)[0].id)
        own.minutes, own.decision, own.note = 30, "wants_return", "Left early."
    with store.write(user) as db:
        act(db, db.get_one(GroupSession, held), "correct", {"minutes": 120})
    [own], [theirs] = of_case(store, first), of_case(store, second)
    assert (own.minutes, own.decision, own.note) == (30, "wants_return", "Left early.")
    assert theirs.minutes == 120


def test_a_correction_without_a_change_writes_nothing(
    office: Office, answers: dict[str, Any]
) -> None:
    held = record(office, make_cases(office), answers)
    store, user = office
    before = store.position()
    with store.write(user) as db:
        correct_group_session(db, held, {"minutes": 90, "language": "fr"})
    assert store.position() == before


def test_the_case_of_the_programme_is_taken(office: Office) -> None:
    store, user = office
    with store.write(user) as db:
        person = pre_register(db, given_names="A")
        db.flush()
        first = open_case(db, person.id, "AVRR-FROM")
        second = open_case(db, person.id, "FORAS")
    with store.read() as db:
        assert open_case_of(db, person.id) == second.id
        assert open_case_of(db, person.id, "AVRR-FROM") == first.id


def test_nobody_has_a_case_who_has_none(office: Office) -> None:
    store, user = office
    with store.write(user) as db:
        person = pre_register(db, given_names="A")
    with store.read() as db:
        assert open_case_of(db, person.id) is None
