"""The verbs of the work and their rules."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from PIL import Image

from app.casework.attachments import LONGEST_SIDE_PX, attach_picture
from app.casework.cases import advance, next_states, open_case
from app.casework.conflicts import open_conflicts, resolve
from app.casework.consents import give_consent, live_scopes
from app.casework.entry import add_record
from app.casework.history import history
from app.casework.numbers import device_block, is_well_formed, with_check
from app.casework.people import display_names, pre_register, register
from app.casework.sessions import record_session
from app.casework.sharing import withdraw_consent
from app.casework.training import complete, create_group, enrol, mark, members, progress_of
from app.errors import Refused, RefusedMany
from app.models.appointments import Appointment
from app.models.cases import Case
from app.models.contents import content_of
from app.models.persons import Contact, Person
from app.models.store import Store
from app.models.training import Attendance, Curriculum, Enrolment
from tests.conftest import TODAY, Founder, Office
from tests.models.test_convergence import runs_of


@pytest.fixture
def person(office: Office) -> UUID:
    store, user = office
    with store.write(user) as db:
        return register(
            db, {"sex": "F", "nationalities": ["SN"]}, names=[{"given_names": "Awa"}]
        ).id


def consent(store: Store, user: UUID, person: UUID, **more: object) -> UUID:
    answers = {"scopes": ["register"], "given_on": TODAY, "form": "written", **more}
    with store.write(user) as db:
        return give_consent(db, person, **answers).id


def refused_rule(store: Store, user: UUID, work) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(Refused) as refused, store.write(user) as db:
        work(db)
    return refused.value.rule


def test_quick_pre_registration_needs_six_answers(office: Office) -> None:
    store, user = office
    with store.write(user) as db:
        made = pre_register(
            db, given_names="Kossi", family_name=None, sex="M", birth="age:30/2026-11-22",
            nationality="TG", phone="+22890112233",
        ).id  # fmt: skip
    with store.read() as db:
        assert db.get_one(Person, made).nationalities == {"TG"}
        assert db.query(Contact).filter_by(person=made).one().number == "+22890112233"


def test_unknown_is_an_answer(office: Office) -> None:
    store, user = office
    with store.write(user) as db:
        made = pre_register(db, given_names="X").id
    with store.read() as db:
        assert (db.get_one(Person, made).sex, db.get_one(Person, made).birth) == ("U", None)


def test_all_refusals_of_one_save_come_together(office: Office) -> None:
    store, user = office
    with pytest.raises(RefusedMany) as many, store.write(user) as db:
        register(db, {"sex": "?", "nationalities": ["Congo"]}, names=[{"given_names": "A" * 400}])
    assert {r.field for r in many.value.refusals} == {"sex", "nationalities", "given_names"}


def test_names_are_shown_one_a_script_document_first(office: Office) -> None:
    store, user = office
    with store.write(user) as db:
        made = register(
            db,
            {"sex": "M", "nationalities": ["SY"]},
            names=[
                {"given_names": "Abou Omar", "name_kind": "alias"},
                {"given_names": "محمد", "name_kind": "used"},
                {"given_names": "Mohamad", "family_name": "Haddad"},
                {"given_names": "Ibrahim", "name_kind": "father"},
            ],
        ).id
    with store.read() as db:
        assert display_names(db, [made])[made] == ["Mohamad Haddad", "محمد"]


def test_withdrawn_consent_no_longer_counts(office: Office, person: UUID) -> None:
    store, user = office
    given = consent(store, user, person, scopes=["register", "photo"])
    consent(store, user, person, scopes=["register"])
    with store.write(user) as db:
        from app.models.consents import Consent

        withdraw_consent(db, db.get_one(Consent, given))
    with store.read() as db:
        assert live_scopes(db, person) == {"register"}


def test_consent_rules(office: Office, person: UUID) -> None:
    store, user = office

    def with_thumb(db):  # type: ignore[no-untyped-def]
        give_consent(db, person, scopes=["register"], given_on=TODAY, form="thumbprint")

    def undone_before(db):  # type: ignore[no-untyped-def]
        give_consent(
            db, person, scopes=["register"], given_on=TODAY, form="written",
            withdrawn_on=TODAY - timedelta(days=3),
        )  # fmt: skip

    assert refused_rule(store, user, with_thumb) == "witness_required"
    assert refused_rule(store, user, undone_before) == "withdrawn_before_given"


def test_case_numbers_count_within_the_device_and_check(office: Office, person: UUID) -> None:
    store, user = office
    with store.write(user) as db:
        first = open_case(db, person, "FORAS").number
        second = open_case(db, person, "RAISE").number
    assert first is not None
    assert second is not None
    assert first.startswith(f"MA-RAB-2026-{device_block(store.device)}-0001-")
    assert second.startswith(f"MA-RAB-2026-{device_block(store.device)}-0002-")
    assert is_well_formed(first)
    assert is_well_formed(second)


def test_check_character_catches_every_single_mistake_and_swap() -> None:
    number = with_check("MA-RAB-2026-K7Q2M-0123")
    compact = number.replace("-", "")
    for at, character in enumerate(compact[:-1]):
        for other in "0A5Z":
            if other != character:
                assert not is_well_formed(compact[:at] + other + compact[at + 1 :])
        swapped = compact[:at] + compact[at + 1] + character + compact[at + 2 :]
        if swapped != compact:
            assert not is_well_formed(swapped)


def test_case_goes_its_way(office: Office, person: UUID) -> None:
    store, user = office
    with store.write(user) as db:
        case = open_case(db, person, "AVRR-FROM").id
    with store.read() as db:
        [registered, *_rest] = next_states(db, db.get_one(Case, case))
        assert registered.missing
    consent(store, user, person)
    with store.write(user) as db:
        advance(db, db.get_one(Case, case), "registered")
        advance(db, db.get_one(Case, case), "screening")
        add_record(
            db, "screening", {"case": str(case), "screening_kind": "rapid", "result": "declined"}
        )
    with store.write(user) as db:
        record_session(
            db, case, session_kind="return", language="wo", topics=["voluntary"],
            next_appointment="2026-12-01T10:00",
        )  # fmt: skip
    with store.write(user) as db:
        advance(db, db.get_one(Case, case), "counselling")
    with store.write(user) as db:
        advance(db, db.get_one(Case, case), "withdrawn")
    with store.read() as db:
        assert db.get_one(Case, case).closed == TODAY
        assert db.query(Appointment).one().at == "2026-12-01T10:00"
        states = [s.answers["state"] for s in history(db, "case", case) if "state" in s.answers]
        assert states == ["draft", "registered", "screening", "counselling", "withdrawn"]


def test_closing_takes_a_reason(office: Office, person: UUID) -> None:
    store, user = office
    with store.write(user) as db:
        case = open_case(db, person, "FORAS").id

    def close(db):  # type: ignore[no-untyped-def]
        advance(db, db.get_one(Case, case), "closed")

    assert refused_rule(store, user, close) == "reason_required"


def test_session_rules(office: Office, person: UUID) -> None:
    store, user = office
    with store.write(user) as db:
        case = open_case(db, person, "FORAS").id

    def unnamed_interpreter(db):  # type: ignore[no-untyped-def]
        record_session(db, case, session_kind="return", language="wo", interpreter="in_person")

    def tomorrow(db):  # type: ignore[no-untyped-def]
        record_session(
            db, case, session_kind="return", language="wo", held_on=TODAY + timedelta(days=1)
        )

    assert refused_rule(store, user, unnamed_interpreter) == "interpreter_name"
    assert refused_rule(store, user, tomorrow) == "future_date"


@pytest.fixture
def enrolment(office: Office, person: UUID) -> UUID:
    """A place in a group whose curriculum has five half-days and asks 80 %."""
    store, user = office
    with store.write(user) as db:
        curriculum = db.query(Curriculum).filter_by(code="BUSINESS-IDEA").one()
        assert (curriculum.half_days, curriculum.threshold) == (5, 80)
        group = create_group(
            db, name="G", curriculum=curriculum.id, starts=TODAY - timedelta(days=9), capacity=2
        )
        db.flush()
        return enrol(db, group.id, person, post_score=80).id


def attend(store: Store, user: UUID, enrolment: UUID, marks: list[str]) -> None:
    with store.write(user) as db:
        for number, given in enumerate(marks):
            day = TODAY - timedelta(days=9 - number // 2)
            mark(db, enrolment, day, "pm" if number % 2 else "am", given)


@pytest.mark.parametrize(
    ("marks", "is_enough"),
    [
        (["present"] * 5, True),
        (["present", "late", "present", "present", "absent"], True),
        (["present", "present", "present", "excused", "absent"], False),
        ([], False),
    ],
)
def test_completion_follows_the_threshold(
    office: Office, enrolment: UUID, marks: list[str], is_enough: bool
) -> None:
    store, user = office
    attend(store, user, enrolment, marks)

    def finish(db):  # type: ignore[no-untyped-def]
        complete(db, db.get_one(Enrolment, enrolment))

    if is_enough:
        with store.write(user) as db:
            finish(db)
        with store.read() as db:
            assert db.get_one(Enrolment, enrolment).state == "completed"
    else:
        assert refused_rule(store, user, finish) == "attendance_below_threshold"


def test_marking_again_corrects_the_mark(office: Office, enrolment: UUID) -> None:
    store, user = office
    attend(store, user, enrolment, ["absent"])
    attend(store, user, enrolment, ["present"])
    with store.read() as db:
        assert [a.mark for a in db.query(Attendance)] == ["present"]
        assert progress_of(db, db.get_one(Enrolment, enrolment)).attended == 1


def test_one_half_day_marked_on_two_devices_counts_once(
    found: Founder, office: Office, enrolment: UUID
) -> None:
    here, user = office
    there, other = found("there", login="karim")
    there.merge(runs_of(here))
    attend(here, user, enrolment, ["present"])
    attend(there, other, enrolment, ["present"])
    here.merge(runs_of(there))
    with here.read() as db:
        assert db.query(Attendance).count() == 1
        assert progress_of(db, db.get_one(Enrolment, enrolment)).attended == 1
        assert open_conflicts(db) == []


def test_one_half_day_marked_differently_on_two_devices_is_a_conflict(
    found: Founder, office: Office, enrolment: UUID
) -> None:
    here, user = office
    there, other = found("there", login="karim")
    there.merge(runs_of(here))
    attend(here, user, enrolment, ["present"])
    attend(there, other, enrolment, ["absent"])
    here.merge(runs_of(there))
    with here.read() as db:
        [conflict] = open_conflicts(db)
        assert (conflict.kind, conflict.field) == ("attendance", "mark")


def test_group_rules(office: Office, person: UUID, enrolment: UUID) -> None:
    store, user = office
    with store.read() as db:
        group = db.get_one(Enrolment, enrolment).group
    assert refused_rule(store, user, lambda db: enrol(db, group, person)) == "enrolled_once"
    with store.write(user) as db:
        second = pre_register(db, given_names="B").id
        third = pre_register(db, given_names="C").id
    with store.write(user) as db:
        enrol(db, group, second)
    assert refused_rule(store, user, lambda db: enrol(db, group, third)) == "group_full"
    with store.read() as db:
        assert [m.person for m in members(db, group)] == [person, second]

    def next_week(db):  # type: ignore[no-untyped-def]
        mark(db, enrolment, date(2026, 12, 1), "am", "present")

    assert refused_rule(store, user, next_week) == "future_date"


def test_picture_is_shrunk_and_its_bytes_are_inside(office: Office, person: UUID) -> None:
    store, user = office
    encoded = BytesIO()
    Image.new("RGB", (4000, 3000), "teal").save(encoded, "JPEG")
    kept = attach_picture(store, user, person, encoded.getvalue(), attachment_kind="photo")
    assert (kept.width, kept.height) == (LONGEST_SIDE_PX, 1200)
    assert kept.digest is not None
    content = content_of(store, kept.digest)
    assert content is not None
    assert len(content.data) == kept.size
    assert content.digest == kept.digest


def test_settling_a_conflict_keeps_the_reason(found: Founder, office: Office, person: UUID) -> None:
    here, user = office
    there, other = found("there", login="karim")
    there.merge(runs_of(here))
    with here.write(user) as db:
        db.get_one(Person, person).sex = "X"
    with there.write(other) as db:
        db.get_one(Person, person).sex = "M"
    here.merge(runs_of(there))
    with here.read() as db:
        [conflict] = open_conflicts(db)
        assert {step.answers["sex"] for step in conflict.answers} == {"X", "M"}
    with here.write(user) as db:
        shown = db.get_one(Person, person)
        # Choosing what is shown already must still reach the other copy.
        resolve(db, shown, "sex", shown.sex, "passport seen")
    there.merge(runs_of(here))
    for store in (here, there):
        with store.read() as db:
            assert open_conflicts(db) == []
    with there.read() as db:
        assert history(db, "person", person)[-1].answers["_reason"] == "passport seen"


def test_unknown_reference_is_refused(office: Office) -> None:
    store, user = office
    assert refused_rule(store, user, lambda db: open_case(db, uuid4(), "FORAS")) == (
        "unknown_reference"
    )
