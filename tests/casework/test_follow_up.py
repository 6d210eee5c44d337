"""Visits after the return: planned once, held or missed, due in time."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event

from app.casework.cases import advance
from app.casework.follow_up import due, first_day, schedule_follow_ups, visits_of
from app.casework.programmes import programme_of
from app.casework.verbs import act, verbs_of
from app.models.cases import Case
from app.models.follow_up import FollowUp
from app.models.store import Store
from app.models.travel import Travel
from tests.casework.work import a_case, a_person, acted, added, refused_rule
from tests.conftest import TODAY, Founder, Office
from tests.models.test_convergence import runs_of

ARRIVED = date(2026, 9, 1)


def arrive(store: Store, user: UUID, case: UUID, on: date = ARRIVED) -> UUID:
    with store.write(user) as db:
        journey = Travel(
            case=case, state="arrived", escort="none", departs_on=on, boarded_on=on,
            arrived_on=on, received_at="Conakry", received_by="Mission",
        )  # fmt: skip
        db.add(journey)
        return journey.id


def plan(store: Store, user: UUID, case: UUID) -> list[date | None]:
    with store.write(user) as db:
        schedule_follow_ups(db, db.get_one(Case, case))
    with store.read() as db:
        return [visit.due_on for visit in visits_of(db, case)]


@pytest.fixture
def case(office: Office) -> UUID:
    store, user = office
    return a_case(store, user, a_person(store, user))


def test_nothing_is_planned_before_the_arrival(office: Office, case: UUID) -> None:
    assert plan(*office, case) == []


def test_visits_are_planned_from_the_programmes_days(office: Office, case: UUID) -> None:
    arrive(*office, case)
    with office[0].read() as db:
        days = programme_of(db, "FORAS").follow_up_days
        assert first_day(db, db.get_one(Case, case)) == ARRIVED
    assert plan(*office, case) == [ARRIVED + timedelta(days=one) for one in days]
    assert len(plan(*office, case)) == len(days)


def test_planned_visits_follow_a_corrected_arrival(office: Office, case: UUID) -> None:
    store, user = office
    journey = arrive(store, user, case)
    before = plan(store, user, case)
    with store.write(user) as db:
        made = visits_of(db, case)
        act(db, made[0], "miss", {"missed_reason": "no_staff"})
        db.get_one(Travel, journey).arrived_on = ARRIVED + timedelta(days=2)
    after = plan(store, user, case)
    assert after[0] == before[0]  # missed: it stays as it was
    assert after[1] == before[1] + timedelta(days=2)  # type: ignore[operator]


def test_two_desks_plan_the_same_visits(found: Founder, office: Office, case: UUID) -> None:
    here, user = office
    there, other = found("there", login="karim")
    arrive(here, user, case)
    there.merge(runs_of(here))
    planned = plan(here, user, case)
    assert plan(there, other, case) == planned
    here.merge(runs_of(there))
    with here.read() as db:
        assert [visit.due_on for visit in visits_of(db, case)] == planned


def test_the_case_offers_to_plan_visits_until_they_are(office: Office, case: UUID) -> None:
    store, user = office

    def offered() -> bool:
        with store.read() as db:
            made = verbs_of(db, db.get_one(Case, case), frozenset({"counsellor"}))
            return "plan_visits" in {one.name for one in made}

    assert not offered()
    arrive(store, user, case)
    assert offered()
    acted(store, user, "case", case, "plan_visits")
    assert not offered()


def test_a_visit_is_held_with_what_was_found(office: Office, case: UUID) -> None:
    store, user = office
    arrive(store, user, case)
    visit = added(store, user, "follow_up", case=case, due_on=TODAY.isoformat())
    acted(
        store, user, "follow_up", visit, "hold", is_seen=True, business_status="running",
        income={"amount": "900", "currency": "MAD"},
    )  # fmt: skip
    with store.read() as db:
        made = db.get_one(FollowUp, visit)
        assert (made.state, made.held_on, made.is_seen) == ("done", TODAY, True)
        assert made.income is not None
        assert made.income.amount == 900


def test_a_missed_visit_says_why(office: Office, case: UUID) -> None:
    store, user = office
    visit = added(store, user, "follow_up", case=case)

    def miss(db):  # type: ignore[no-untyped-def]
        act(db, db.get_one(FollowUp, visit), "miss", {})

    assert refused_rule(store, user, miss) == "required"


def test_nobody_is_visited_before_they_arrived(office: Office, case: UUID) -> None:
    store, user = office
    arrive(store, user, case)
    visit = added(store, user, "follow_up", case=case)

    def hold(db):  # type: ignore[no-untyped-def]
        early = (ARRIVED - timedelta(days=1)).isoformat()
        act(db, db.get_one(FollowUp, visit), "hold", {"held_on": early})

    assert refused_rule(store, user, hold) == "visit_before_arrival"


def test_a_visit_with_a_day_is_not_planned_any_more(office: Office, case: UUID) -> None:
    store, user = office

    def by_hand(db):  # type: ignore[no-untyped-def]
        db.add(FollowUp(case=case, due_on=TODAY, state="planned", held_on=TODAY))

    assert refused_rule(store, user, by_hand) == "state_by_verbs"


def test_due_visits_are_late_or_soon_and_of_people_still_followed(
    office: Office, case: UUID
) -> None:
    store, user = office
    gone = a_case(store, user, a_person(store, user, "Sira"))
    for of_case, days in ((case, 10), (case, -3), (case, 60), (gone, -5)):
        due_on = (TODAY + timedelta(days=days)).isoformat()
        added(store, user, "follow_up", case=of_case, due_on=due_on)
    with store.write(user) as db:
        advance(db, db.get_one(Case, gone), "withdrawn")
    with store.read() as db:
        listed = due(db, TODAY)
        assert [(one.person.name, one.days_late) for one in listed] == [("Awa", 3), ("Awa", -10)]
        assert {one.case for one in listed} == {case}
        assert len(due(db, TODAY, counsellor=user)) == 2


def test_the_due_list_asks_as_often_for_many_as_for_one(office: Office) -> None:
    store, user = office

    def queries() -> int:
        counted: list[str] = []

        def count(_c, _cursor, statement, *_rest):  # type: ignore[no-untyped-def]
            counted.append(statement)

        event.listen(store.engine, "before_cursor_execute", count)
        try:
            with store.read() as db:
                due(db, TODAY, within_days=60)
        finally:
            event.remove(store.engine, "before_cursor_execute", count)
        return len(counted)

    def add(name: str) -> None:
        added(store, user, "follow_up", case=a_case(store, user, a_person(store, user, name)))

    add("Awa")
    one = queries()
    for name in ("Sira", "Binta", "Fanta", "Mariam"):
        add(name)
    assert queries() == one
