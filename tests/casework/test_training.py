"""Training in depth: half-days, prerequisites, make-ups, tests, thresholds, certificates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.cases import open_case
from app.casework.certificates import certify, due
from app.casework.conflicts import open_conflicts
from app.casework.curricula import bring_curricula, lacks_curricula, modules_of
from app.casework.entry import add_record
from app.casework.numbers import is_well_formed
from app.casework.people import pre_register
from app.casework.review import findings
from app.casework.training import (
    complete,
    correct_group,
    create_group,
    enrol,
    group_warning,
    mark,
    progress_of,
    standing_of,
)
from app.casework.training_calendar import add_half_day, at_of, plan, sessions_in
from app.casework.verbs import act, usual_answers
from app.errors import Refused
from app.models.business import BusinessPlan
from app.models.ids import named_id
from app.models.programmes import courses
from app.models.store import Store
from app.models.training import (
    Attendance,
    Certificate,
    CourseModule,
    Curriculum,
    Enrolment,
    TrainingGroup,
    TrainingSession,
)
from app.models.users import User
from tests.conftest import TODAY, Founder, Office
from tests.models.test_convergence import runs_of

MONDAY = date(2026, 11, 9)
FIVE = [
    (MONDAY, "am"), (MONDAY, "pm"),
    (MONDAY + timedelta(days=1), "am"), (MONDAY + timedelta(days=1), "pm"),
    (MONDAY + timedelta(days=2), "am"),
]  # fmt: skip


def curriculum_id(code: str) -> UUID:
    return named_id("curriculum", code)


def make_group(office: Office, code: str = "BUSINESS-IDEA", **answers: Any) -> UUID:
    store, user = office
    with store.write(user) as db:
        usual = {"name": "Group A", "starts": MONDAY, "curriculum": curriculum_id(code)}
        return create_group(db, **{**usual, **answers}).id


def make_person(office: Office, name: str = "Awa") -> UUID:
    store, user = office
    with store.write(user) as db:
        return pre_register(db, given_names=name).id


def take_place(office: Office, group: UUID, person: UUID, **answers: Any) -> UUID:
    store, user = office
    with store.write(user) as db:
        return enrol(db, group, person, **answers).id


def call_roll(office: Office, enrolment: UUID, marks: str, half_days: Any = FIVE) -> None:
    """Mark half-days in order: P present, A absent."""
    store, user = office
    with store.write(user) as db:
        for (day, half), sign in zip(half_days, marks, strict=False):
            mark(db, enrolment, day, half, "present" if sign == "P" else "absent")


def change(office: Office, kind: type[Any], record: UUID, **answers: Any) -> None:
    store, user = office
    with store.write(user) as db:
        found = db.get_one(kind, record)
        for name, answer in answers.items():
            setattr(found, name, answer)


def refused_rule(store: Store, user: UUID, work: Callable[[Session], None]) -> str:
    with pytest.raises(Refused) as refused, store.write(user) as db:
        work(db)
    return refused.value.rule


def perform(office: Office, kind: type[Any], record: UUID, verb: str, **answers: Any) -> Any:
    store, user = office
    with store.write(user) as db:
        return act(db, db.get_one(kind, record), verb, answers)


# -- curricula ---------------------------------------------------------------------------------


def test_founding_brings_every_curriculum_with_its_modules(store: Store) -> None:
    with store.read() as db:
        assert not lacks_curricula(db)
        for course in courses().values():
            modules = modules_of(db, curriculum_id(course.code))
            assert [m.code for m in modules] == [m.code for m in course.modules]
        start = db.get_one(Curriculum, curriculum_id("START-BUSINESS"))
        assert start.prerequisites == frozenset({"BUSINESS-IDEA"})
        assert (start.idea_suffices, start.needs_post_test, start.needs_plan) == (True, True, True)
        assert (start.pass_mark, start.max_group) == (50, 25)


def test_bringing_the_curricula_again_changes_nothing(office: Office) -> None:
    store, user = office
    before = store.position()
    with store.write(user) as db:
        assert bring_curricula(db) == 0
    assert store.position() == before


def test_what_an_office_took_away_is_not_brought_back(office: Office) -> None:
    store, user = office
    place = curriculum_id("BUSINESS-IDEA")
    change(office, Curriculum, place, pass_mark=None)
    with store.write(user) as db:
        bring_curricula(db)
    with store.read() as db:
        assert db.get_one(Curriculum, place).pass_mark is None


def test_stores_founded_apart_agree_on_curricula(found: Founder) -> None:
    here, _user = found("here")
    there, _other = found("there", office="CAS", login="karim")
    here.merge(runs_of(there))
    with here.read() as db:
        assert len(db.scalars(select(Curriculum)).all()) == len(courses())
        assert open_conflicts(db) == []


# -- half-days ---------------------------------------------------------------------------------


def planned_at(office: Office, group: UUID) -> list[tuple[date, str]]:
    with office[0].read() as db:
        return [at_of(session) for session in sessions_in(db, group)]


def test_half_days_follow_from_the_dates(office: Office) -> None:
    assert planned_at(office, make_group(office)) == FIVE


def test_half_days_skip_the_weekend(office: Office) -> None:
    group = make_group(office, starts=date(2026, 11, 13))
    days = [day for day, _half in planned_at(office, group)]
    assert days == [date(2026, 11, 13)] * 2 + [date(2026, 11, 16)] * 2 + [date(2026, 11, 17)]


def test_a_group_meets_on_the_days_it_says(office: Office) -> None:
    group = make_group(office, weekdays=["sat"], meets=["am"])
    assert planned_at(office, group) == [
        (date(2026, 11, 14) + timedelta(weeks=week), "am") for week in range(5)
    ]


def test_no_half_day_is_planned_after_the_last_day(office: Office) -> None:
    assert planned_at(office, make_group(office, ends=MONDAY)) == FIVE[:2]


@pytest.mark.parametrize("code", sorted(courses()))
def test_the_hours_planned_are_those_of_the_curriculum(office: Office, code: str) -> None:
    group = make_group(office, code)
    with office[0].read() as db:
        sessions = sessions_in(db, group)
        assert sum(session.minutes or 0 for session in sessions) == courses()[code].hours * 60
        taught = [db.get_one(CourseModule, s.module).code for s in sessions if s.module]
        wanted = [
            module.code for module in courses()[code].modules for _ in range(module.half_days)
        ]
        assert taught == wanted


def test_two_desks_plan_the_same_half_days(found: Founder) -> None:
    here, user = found("here")
    group = make_group((here, user))
    there, other = found("there", login="karim")
    there.merge(runs_of(here))
    for store, author in ((here, user), (there, other)):
        with store.write(author) as db:
            correct_group(db, group, {"starts": "2026-11-10"})
    here.merge(runs_of(there))
    assert len(planned_at((here, user), group)) == 5
    with here.read() as db:
        assert open_conflicts(db) == []


def test_correcting_the_first_day_moves_what_was_not_held(office: Office) -> None:
    group = make_group(office)
    enrolment = take_place(office, group, make_person(office))
    call_roll(office, enrolment, "P")
    store, user = office
    with store.write(user) as db:
        correct_group(db, group, {"starts": "2026-11-16"})
    at = planned_at(office, group)
    assert at[0] == FIVE[0]
    assert at[1] == (date(2026, 11, 16), "am")
    assert len(at) == 5


def test_planning_again_changes_nothing(office: Office) -> None:
    group = make_group(office)
    store, user = office
    before = store.position()
    with store.write(user) as db:
        plan(db, db.get_one(TrainingGroup, group))
    assert store.position() == before


def test_marking_a_half_day_nobody_planned_adds_it(office: Office) -> None:
    group = make_group(office)
    saturday = (date(2026, 11, 14), "am")
    call_roll(office, take_place(office, group, make_person(office)), "P", [saturday])
    assert saturday in planned_at(office, group)


def test_a_half_day_the_roll_was_called_on_stays(office: Office) -> None:
    group = make_group(office)
    call_roll(office, take_place(office, group, make_person(office)), "P")
    store, user = office
    with store.read() as db:
        first = sessions_in(db, group)[0].id

    def move(db: Session) -> None:
        db.get_one(TrainingSession, first).held_on = date(2026, 11, 20)

    def void(db: Session) -> None:
        db.get_one(TrainingSession, first).voided = "Cancelled"

    assert refused_rule(store, user, move) == "half_day_marked"
    assert refused_rule(store, user, void) == "half_day_marked"


def test_a_half_day_moved_leaves_room_for_another(office: Office) -> None:
    group = make_group(office)
    store, user = office
    with store.read() as db:
        first = sessions_in(db, group)[0].id
    change(office, TrainingSession, first, held_on=date(2026, 11, 20))
    with store.write(user) as db:
        added = add_half_day(db, group, {"held_on": "2026-11-09", "half_day": "am"})
    assert added.id != first
    assert len(planned_at(office, group)) == 6


def test_a_new_half_day_follows_the_last(office: Office) -> None:
    group = make_group(office)
    with office[0].read() as db:
        usual = usual_answers(db, TrainingSession, db.get_one(TrainingGroup, group))
    assert usual == {"held_on": "2026-11-11", "half_day": "pm", "minutes": 180}


# -- clashes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shared", "rule"),
    [
        ({"trainer": "Youssef Benali"}, "trainer_twice"),
        ({"room": "Room 2", "place": "Rabat"}, "room_twice"),
    ],
)
def test_nothing_is_in_two_groups_at_once(
    office: Office, shared: dict[str, str], rule: str
) -> None:
    make_group(office, **shared)
    with pytest.raises(Refused) as refused:
        make_group(office, name="Group B", starts=date(2026, 11, 10), **shared)
    first = getattr(refused.value, "refusals", [refused.value])[0]
    assert first.rule == rule
    assert "Group A" in first.message


def test_a_room_of_the_same_name_in_another_town_is_another(office: Office) -> None:
    make_group(office, room="Room 2", place="Rabat")
    make_group(office, name="Group B", room="Room 2", place="Oujda")


def test_a_trainer_cannot_be_given_to_a_group_that_meets_meanwhile(office: Office) -> None:
    make_group(office, trainer="Youssef Benali")
    other = make_group(office, name="Group B")
    with pytest.raises(Refused) as refused:
        change(office, TrainingGroup, other, trainer="youssef BENALI")
    assert refused.value.rule == "trainer_twice"


def test_nobody_is_in_two_groups_on_one_half_day(office: Office) -> None:
    first = make_group(office)
    second = make_group(office, name="Group B", starts=date(2026, 11, 11))
    person = make_person(office)
    take_place(office, first, person)
    with pytest.raises(Refused) as refused:
        take_place(office, second, person)
    assert refused.value.rule == "person_twice"
    assert "Group A" in refused.value.message


def test_a_half_day_is_not_moved_onto_one_of_its_people(office: Office) -> None:
    first = make_group(office)
    second = make_group(office, name="Group B", starts=date(2026, 11, 16))
    person = make_person(office)
    take_place(office, first, person)
    take_place(office, second, person)
    with office[0].read() as db:
        moved = sessions_in(db, second)[0].id
    with pytest.raises(Refused) as refused:
        change(office, TrainingSession, moved, held_on=MONDAY)
    assert refused.value.rule == "person_twice"
    assert "Awa" in refused.value.message


def test_a_clash_made_by_a_merge_is_listed_for_review(found: Founder) -> None:
    here, user = found("here")
    there, other = found("there", login="karim")
    make_group((here, user), trainer="Youssef Benali")
    make_group((there, other), name="Group B", trainer="Youssef Benali")
    here.merge(runs_of(there))
    assert {finding.rule for finding in findings(here)} == {"trainer_twice"}


# -- prerequisites and places ------------------------------------------------------------------


def test_what_is_to_be_completed_first_is_asked_at_enrolment(office: Office) -> None:
    group = make_group(office, "START-BUSINESS")
    with pytest.raises(Refused) as refused:
        take_place(office, group, make_person(office))
    assert refused.value.rule == "prerequisite"
    assert "Finding a business idea" in refused.value.message


def test_a_completed_curriculum_opens_the_next(office: Office) -> None:
    person = make_person(office)
    enrolment = take_place(office, make_group(office), person, post_score=80)
    call_roll(office, enrolment, "PPPPP")
    perform(office, Enrolment, enrolment, "complete")
    take_place(office, make_group(office, "START-BUSINESS", starts=date(2026, 12, 7)), person)


@pytest.mark.parametrize("business", ["idea", "running"])
def test_a_business_stands_for_the_prerequisite(office: Office, business: str) -> None:
    group = make_group(office, "START-BUSINESS")
    take_place(office, group, make_person(office), business=business)


def test_an_idea_is_no_business(office: Office) -> None:
    group = make_group(office, "IMPROVE-BUSINESS")
    person = make_person(office)
    with pytest.raises(Refused) as refused:
        take_place(office, group, person, business="idea")
    assert refused.value.rule == "business_needed"
    take_place(office, group, person, business="running")


def test_a_supervisor_waives_with_a_reason(office: Office) -> None:
    group = make_group(office, "START-BUSINESS")
    place = take_place(office, group, make_person(office), waiver="Ran a shop for ten years")
    with office[0].read() as db:
        assert db.get_one(Enrolment, place).waived_by == office[1]


def test_a_counsellor_does_not_waive(office: Office) -> None:
    store, user = office
    with store.write(user) as db:
        counsellor = User(login="karim", roles=frozenset({"counsellor"}), office=store.office)
        db.add(counsellor)
    group, person = make_group(office, "START-BUSINESS"), make_person(office)
    with pytest.raises(Refused) as refused:
        take_place((store, counsellor.id), group, person, waiver="Ran a shop")
    assert refused.value.rule == "waiver_by_supervisor"


def test_a_counsellor_does_not_waive_in_the_name_of_a_supervisor(office: Office) -> None:
    store, user = office
    with store.write(user) as db:
        counsellor = User(login="karim", roles=frozenset({"counsellor"}), office=store.office)
        db.add(counsellor)
    group, person = make_group(office, "START-BUSINESS"), make_person(office)
    with pytest.raises(Refused) as refused, store.write(counsellor.id) as db:
        place = enrol(db, group, person, waiver="Ran a shop")
        place.waived_by = user
    assert refused.value.rule == "waiver_by_supervisor"


def test_a_waiver_stays_when_a_counsellor_writes_a_score(office: Office) -> None:
    store, user = office
    with store.write(user) as db:
        counsellor = User(login="karim", roles=frozenset({"counsellor"}), office=store.office)
        db.add(counsellor)
    group = make_group(office, "START-BUSINESS")
    place = take_place(office, group, make_person(office), waiver="Ran a shop for ten years")
    change((store, counsellor.id), Enrolment, place, pre_score=40)


def test_more_people_than_advised_is_a_warning(office: Office) -> None:
    group = make_group(office)
    with office[0].read() as db:
        found = db.get_one(TrainingGroup, group)
        assert group_warning(db, found, 25) == ""
        assert "26" in group_warning(db, found, 26)


# -- attendance --------------------------------------------------------------------------------


@pytest.fixture
def place(office: Office) -> tuple[UUID, UUID]:
    """A group and somebody's place in it."""
    group = make_group(office)
    return group, take_place(office, group, make_person(office))


def make_up(office: Office, group: UUID, number: int, day: str = "2026-11-13") -> UUID:
    store, user = office
    with store.write(user) as db:
        missed = sessions_in(db, group)[number].id
        answers = {"held_on": day, "half_day": "am", "makes_up": str(missed)}
        return add_half_day(db, group, answers).id


def test_a_make_up_counts_as_the_half_day_it_makes_up_for(
    office: Office, place: tuple[UUID, UUID]
) -> None:
    group, enrolment = place
    call_roll(office, enrolment, "PPPAA")
    make_up(office, group, 3)
    call_roll(office, enrolment, "P", [(date(2026, 11, 13), "am")])
    with office[0].read() as db:
        progress = progress_of(db, db.get_one(Enrolment, enrolment))
    assert (progress.attended, progress.attended_minutes) == (4, 12 * 60)
    assert progress.is_enough


def test_a_half_day_and_its_make_up_count_once(office: Office, place: tuple[UUID, UUID]) -> None:
    group, enrolment = place
    call_roll(office, enrolment, "PPP")
    make_up(office, group, 2)
    call_roll(office, enrolment, "P", [(date(2026, 11, 13), "am")])
    with office[0].read() as db:
        assert progress_of(db, db.get_one(Enrolment, enrolment)).attended_minutes == 9 * 60


def test_a_make_up_is_of_its_own_group(office: Office, place: tuple[UUID, UUID]) -> None:
    other = make_group(office, name="Group B", starts=date(2026, 11, 16))
    store, user = office
    with store.read() as db:
        missed = sessions_in(db, other)[0].id

    def of_another(db: Session) -> None:
        answers = {"held_on": "2026-11-13", "half_day": "am", "makes_up": str(missed)}
        add_half_day(db, place[0], answers)

    assert refused_rule(store, user, of_another) == "makeup_of_other"


def test_a_half_day_of_two_lengths_counts_by_its_hours(office: Office) -> None:
    group = make_group(office)
    enrolment = take_place(office, group, make_person(office))
    with office[0].read() as db:
        sessions = sessions_in(db, group)
    for session, minutes in zip(sessions, (300, 300, 100, 100, 100), strict=True):
        change(office, TrainingSession, session.id, minutes=minutes)
    call_roll(office, enrolment, "PPAAP")
    with office[0].read() as db:
        progress = progress_of(db, db.get_one(Enrolment, enrolment))
    assert progress.per_cent == 77
    assert not progress.is_enough


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(marks=st.lists(st.sampled_from("PA"), min_size=7, max_size=7))
def test_attendance_never_exceeds_the_hours_held(office: Office, marks: list[str]) -> None:
    group = make_group(office, name="Any")
    enrolment = take_place(office, group, make_person(office))
    make_up(office, group, 0, "2026-11-13")
    make_up(office, group, 1, "2026-11-16")
    extra = [(date(2026, 11, 13), "am"), (date(2026, 11, 16), "am")]
    call_roll(office, enrolment, "".join(marks), [*FIVE, *extra])
    with office[0].read() as db:
        progress = progress_of(db, db.get_one(Enrolment, enrolment))
        held = sum(s.minutes or 0 for s in sessions_in(db, group) if not s.is_makeup)
    came = set(range(5)) & {n for n, m in enumerate(marks[:5]) if m == "P"}
    came |= {n for n, m in enumerate(marks[5:]) if m == "P"}
    assert progress.attended_minutes == len(came) * 180 <= held


def test_a_mark_for_a_half_day_of_another_group_is_refused(
    office: Office, place: tuple[UUID, UUID]
) -> None:
    other = make_group(office, name="Group B", starts=date(2026, 11, 16))
    store, user = office
    with store.read() as db:
        session = sessions_in(db, other)[0]

    def elsewhere(db: Session) -> None:
        db.add(
            Attendance(
                enrolment=place[1], session=session.id, held_on=session.held_on,
                half_day=session.half_day, mark="present",
            )
        )  # fmt: skip

    assert refused_rule(store, user, elsewhere) == "not_scheduled"


# -- from outside -------------------------------------------------------------------------------


def test_a_group_added_as_json_has_its_half_days(office: Office) -> None:
    store, user = office
    answers = {"name": "G", "starts": "2026-11-09", "curriculum": str(curriculum_id("LIFE-SKILLS"))}
    with store.write(user) as db:
        group = add_record(db, "training_group", answers).id
    assert len(planned_at(office, group)) == 6


def test_a_half_day_added_as_json_has_its_length(office: Office) -> None:
    group = make_group(office)
    store, user = office
    answers = {"group": str(group), "held_on": "2026-11-20", "half_day": "pm"}
    with store.write(user) as db:
        added = add_record(db, "training_session", answers)
    assert added.as_json()["minutes"] == 180


def test_an_enrolment_added_as_json_says_what_stands_for_the_prerequisite(office: Office) -> None:
    group, person = make_group(office, "START-BUSINESS"), make_person(office)
    store, user = office
    answers = {"group": str(group), "person": str(person), "business": "idea"}
    with store.write(user) as db:
        assert add_record(db, "enrolment", answers).as_json()["state"] == "enrolled"


# -- completing --------------------------------------------------------------------------------


def missing(office: Office, enrolment: UUID) -> list[str]:
    with office[0].read() as db:
        return [one.rule for one in standing_of(db, db.get_one(Enrolment, enrolment)).missing]


def test_a_missing_test_is_not_a_zero(office: Office, place: tuple[UUID, UUID]) -> None:
    call_roll(office, place[1], "PPPPP")
    assert missing(office, place[1]) == ["post_test_missing"]
    perform(office, Enrolment, place[1], "score", post_score=0)
    assert missing(office, place[1]) == ["post_test_failed"]


@pytest.mark.parametrize(("score", "is_passed"), [(75, False), (76, True)])
def test_the_pass_mark_suffices(
    office: Office, place: tuple[UUID, UUID], score: int, is_passed: bool
) -> None:
    call_roll(office, place[1], "PPPPP")
    perform(office, Enrolment, place[1], "score", post_score=score)
    assert (missing(office, place[1]) == []) is is_passed


@pytest.mark.parametrize(
    ("before", "after", "gain"), [(40, 70, 30), (70, 40, -30), (None, 70, None), (40, None, None)]
)
def test_the_gain_needs_both_tests(before: int | None, after: int | None, gain: int | None) -> None:
    assert Enrolment(pre_score=before, post_score=after).gain == gain


def test_completing_needs_a_submitted_plan_where_asked(office: Office) -> None:
    person = make_person(office)
    group = make_group(office, "START-BUSINESS")
    enrolment = take_place(office, group, person, business="idea", post_score=60)
    call_roll(office, enrolment, "P" * 10, planned_at(office, group))
    assert missing(office, enrolment) == ["plan_missing"]
    store, user = office
    with store.write(user) as db:
        case = open_case(db, person, "AVRR-FROM")
        db.flush()
        business = BusinessPlan(
            case=case.id, version=1, state="draft", name="Salon", currency="XOF"
        )
        db.add(business)
    assert missing(office, enrolment) == ["plan_missing"]
    change(office, BusinessPlan, business.id, state="submitted")
    assert missing(office, enrolment) == []


def test_completed_without_earning_it_is_refused(office: Office, place: tuple[UUID, UUID]) -> None:
    with pytest.raises(Refused) as refused:
        change(office, Enrolment, place[1], state="completed")
    assert "attendance_below_threshold" in refused.value.rule


def test_leaving_and_coming_back_keeps_the_place(office: Office, place: tuple[UUID, UUID]) -> None:
    perform(office, Enrolment, place[1], "drop_out", left_because="Found work")
    with office[0].read() as db:
        person = db.get_one(Enrolment, place[1]).person
    assert take_place(office, place[0], person) == place[1]


# -- certificates ------------------------------------------------------------------------------


def certificates(office: Office) -> list[tuple[str | None, str | None]]:
    with office[0].read() as db:
        found = db.scalars(select(Certificate).where(Certificate.voided.is_(None)))
        return sorted((c.certificate_kind, c.number) for c in found)


@pytest.fixture
def ended(office: Office) -> Callable[..., list[UUID]]:
    """Give a group that ended, with people by their marks and score."""

    def make(*people: tuple[str, int | None]) -> list[UUID]:
        group = make_group(office)
        places = []
        for number, (marks, score) in enumerate(people):
            person = make_person(office, "ABCDEFG"[number])
            places.append(take_place(office, group, person, post_score=score))
            call_roll(office, places[-1], marks)
        return [group, *places]

    return make


def test_certificates_of_a_group_are_given_in_one_step(
    office: Office, ended: Callable[..., list[UUID]]
) -> None:
    group, completed, attended, _absent = ended(("PPPPA", 80), ("PPPPP", 40), ("PPPAA", 90))
    given = perform(office, TrainingGroup, group, "certify")
    assert {(c.enrolment, c.certificate_kind) for c in given} == {
        (completed, "completion"),
        (attended, "attendance"),
    }
    with office[0].read() as db:
        assert db.get_one(Enrolment, completed).state == "completed"
        assert db.get_one(Enrolment, attended).state == "enrolled"


def test_certificate_numbers_are_ours_and_checked(
    office: Office, ended: Callable[..., list[UUID]]
) -> None:
    group, *_places = ended(("PPPPP", 80), ("PPPPP", 80))
    numbers = [c.number for c in perform(office, TrainingGroup, group, "certify")]
    assert all(number.startswith("C-RAB-2026-") for number in numbers)
    assert [number.split("-")[4] for number in numbers] == ["0001", "0002"]
    assert all(is_well_formed(number) for number in numbers)


def test_certifying_again_gives_nothing_twice(
    office: Office, ended: Callable[..., list[UUID]]
) -> None:
    group, *_places = ended(("PPPPP", 80))
    perform(office, TrainingGroup, group, "certify")
    before = certificates(office)
    assert perform(office, TrainingGroup, group, "certify") == []
    assert certificates(office) == before


def test_a_test_written_later_earns_the_completion(
    office: Office, ended: Callable[..., list[UUID]]
) -> None:
    group, place = ended(("PPPPP", None))
    perform(office, TrainingGroup, group, "certify")
    perform(office, Enrolment, place, "score", post_score=90)
    perform(office, TrainingGroup, group, "certify")
    assert [kind for kind, _number in certificates(office)] == ["attendance", "completion"]


def test_a_certificate_withdrawn_is_not_given_again(
    office: Office, ended: Callable[..., list[UUID]]
) -> None:
    group, _place = ended(("PPPPP", 80))
    [given] = perform(office, TrainingGroup, group, "certify")
    change(office, Certificate, given.id, voided="Given to the wrong person")
    with office[0].read() as db:
        assert due(db, db.get_one(TrainingGroup, group)) == []


def test_no_certificate_before_the_last_half_day(office: Office) -> None:
    group = make_group(office, starts=TODAY)
    with pytest.raises(Refused) as refused:
        perform(office, TrainingGroup, group, "certify")
    assert refused.value.rule == "training_not_over"


def test_a_certificate_nobody_earned_is_refused(office: Office, place: tuple[UUID, UUID]) -> None:
    store, user = office

    def give(db: Session) -> None:
        db.add(
            Certificate(
                enrolment=place[1], certificate_kind="attendance", number="C-1", issued_on=TODAY
            )
        )

    assert refused_rule(store, user, give) == "certificate_not_earned"


def test_a_roll_is_not_corrected_below_its_certificate(
    office: Office, ended: Callable[..., list[UUID]]
) -> None:
    group, place = ended(("PPPPA", 80))
    perform(office, TrainingGroup, group, "certify")
    with pytest.raises(Refused) as refused:
        call_roll(office, place, "A")
    assert refused.value.rule == "certificate_given"


def test_no_enrolment_is_void_while_its_certificate_stands(
    office: Office, ended: Callable[..., list[UUID]]
) -> None:
    group, place = ended(("PPPPA", 80))
    [given] = perform(office, TrainingGroup, group, "certify")
    with pytest.raises(Refused) as refused:
        change(office, Enrolment, place, voided="Enrolled twice")
    assert (refused.value.rule, refused.value.field) == ("certificate_given", "voided")
    change(office, Certificate, given.id, voided="Wrong person")
    change(office, Enrolment, place, voided="Enrolled twice")


def test_a_completion_is_reopened_once_its_certificate_is_withdrawn(
    office: Office, ended: Callable[..., list[UUID]]
) -> None:
    group, place = ended(("PPPPP", 80))
    [given] = perform(office, TrainingGroup, group, "certify")
    with pytest.raises(Refused) as refused:
        perform(office, Enrolment, place, "reopen")
    assert refused.value.rule == "certificate_given"
    change(office, Certificate, given.id, voided="Wrong name")
    perform(office, Enrolment, place, "reopen")


def test_two_desks_give_one_certificate_and_are_asked_which_number(found: Founder) -> None:
    here, user = found("here")
    group = make_group((here, user))
    person = make_person((here, user))
    enrolment = take_place((here, user), group, person, post_score=80)
    call_roll((here, user), enrolment, "PPPPP")
    there, other = found("there", login="karim")
    there.merge(runs_of(here))
    for store, author in ((here, user), (there, other)):
        with store.write(author) as db:
            certify(db, db.get_one(TrainingGroup, group))
    here.merge(runs_of(there))
    assert len(certificates((here, user))) == 1
    with here.read() as db:
        assert [(c.kind, c.field) for c in open_conflicts(db)] == [("certificate", "number")]


def test_complete_says_all_that_is_missing(office: Office, place: tuple[UUID, UUID]) -> None:
    call_roll(office, place[1], "PPP")
    store, user = office
    with pytest.raises(Refused) as refused, store.write(user) as db:
        complete(db, db.get_one(Enrolment, place[1]))
    assert "completing takes" in refused.value.message
    assert "not written yet" in refused.value.message
