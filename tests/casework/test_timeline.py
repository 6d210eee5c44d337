"""A file in one line of time."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import event

from app.casework.cases import advance
from app.casework.consents import give_consent
from app.casework.people import register
from app.casework.protection import seal
from app.casework.sessions import schedule
from app.casework.timeline import timeline
from app.casework.users import add_user
from app.casework.voids import void
from app.models.cases import Case
from app.models.screenings import Screening
from app.models.store import Store
from tests.casework.work import a_case, a_person, added
from tests.conftest import PASSPHRASE


def test_what_is_to_come_stands_first_and_registration_last(store: Store, user: UUID) -> None:
    with store.write(user) as db:
        person = register(
            db, {"sex": "F", "nationalities": ["SN"]}, names=[{"given_names": "Awa"}]
        ).id
        consent = give_consent(
            db, person, scopes=["register"], given_on=date(2026, 11, 20), form="written"
        )
        consent.withdrawn_on = date(2026, 11, 21)
        schedule(db, person, at="2046-01-05T10:00", purpose="counselling")
    with store.read() as db:
        happenings = timeline(db, person)
    assert happenings[0].what == "appointment"
    told = [happening.title for happening in happenings if happening.what == "consent"]
    assert told == ["Consent withdrawn", "Consent given"]
    assert "registered" in {happening.what for happening in happenings}


def test_an_unknown_person_has_no_line(store: Store, user: UUID) -> None:
    with store.read() as db:
        assert timeline(db, user) == []


def _told(store: Store, person: UUID) -> list[tuple[str, str, str]]:
    with store.read() as db:
        return [(h.what, h.title, h.detail) for h in timeline(db, person)]


def test_every_filed_kind_is_told_on_its_day(store: Store, user: UUID) -> None:
    person = a_person(store, user)
    case = a_case(store, user, person)
    added(store, user, "screening", case=case, held_on="2026-11-20")
    added(store, user, "referral", case=case, service="medical", agency="Clinic", has_consent=True)
    told = _told(store, person)
    assert ("screening", "Screening", "Rapid screening") in told
    assert ("referral", "Referral", "Medical care · Clinic") in told


def test_what_is_planned_or_void_is_not_told(store: Store, user: UUID) -> None:
    person = a_person(store, user)
    case = a_case(store, user, person)
    added(store, user, "follow_up", case=case)
    voided = added(store, user, "screening", case=case)
    with store.write(user) as db:
        void(db.get_one(Screening, voided), "twice")
    told = {what for what, _title, _detail in _told(store, person)}
    assert {"follow_up", "screening"}.isdisjoint(told)


def test_moves_of_a_case_are_told_once_each(store: Store, user: UUID) -> None:
    person = a_person(store, user)
    case = a_case(store, user, person)
    with store.write(user) as db:
        advance(db, db.get_one(Case, case), "withdrawn")
    titles = [title for what, title, _detail in _told(store, person) if what == "case"]
    assert titles == ["Case: Withdrawn", "Case opened"]


def test_what_is_sealed_is_never_told(store: Store, user: UUID) -> None:
    person = a_person(store, user)
    add_user(store, user, login="noor", passphrase=PASSPHRASE, role="protection")
    seal(store, user, person, {"concern": ["gbv"], "status": "possible"})
    assert not any("protection" in what for what, _title, _detail in _told(store, person))


def test_a_long_file_takes_no_more_questions_than_a_short_one(store: Store, user: UUID) -> None:
    person = a_person(store, user)
    case = a_case(store, user, person)

    def questions() -> int:
        asked: list[str] = []

        def count(_c, _cursor, statement, *_rest):  # type: ignore[no-untyped-def]
            asked.append(statement)

        event.listen(store.engine, "before_cursor_execute", count)
        try:
            _told(store, person)
        finally:
            event.remove(store.engine, "before_cursor_execute", count)
        return len(asked)

    added(store, user, "screening", case=case)
    short = questions()
    for _ in range(5):
        added(store, user, "screening", case=case)
    assert questions() == short
