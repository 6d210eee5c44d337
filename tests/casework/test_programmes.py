"""An office's changes to a programme: laid over what is shipped, checked, merged, described."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.casework.entry import add_record
from app.casework.programmes import change_programme, describe, programme_of
from app.casework.users import add_user
from app.errors import Refused
from app.i18n import LANGUAGES, in_language
from app.models.ids import named_id, new_id
from app.models.money import Money
from app.models.programme_changes import ProgrammeChange, change_id
from app.models.programmes import Programme, programmes
from app.models.store import Store
from app.models.training import Curriculum
from tests.conftest import PASSPHRASE, Founder, Office
from tests.models.test_convergence import runs_of


def change(office: Office, code: str, **answers: Any) -> None:
    store, user = office
    with store.write(user) as db:
        change_programme(db, code, **answers)


def as_run(store: Store, code: str) -> Programme:
    with store.read() as db:
        return programme_of(db, code)


def refused(office: Office, code: str, **answers: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        change(office, code, **answers)
    return caught.value


def test_without_changes_a_programme_is_as_shipped(store: Store) -> None:
    assert as_run(store, "FORSATY") == programmes()["FORSATY"]


def test_an_unknown_programme_is_refused(store: Store) -> None:
    with store.read() as db, pytest.raises(Refused, match="NOPE"):
        programme_of(db, "NOPE")


def test_dates_are_changed_with_a_note_of_their_source(office: Office) -> None:
    change(office, "MEDMA2", ends=date(2014, 7, 31), source_note="Release of 2012: two years")
    programme = as_run(office[0], "MEDMA2")
    assert programme.ends == date(2014, 7, 31)
    assert programme.starts == date(2012, 8, 1)
    assert programme.office_note == "Release of 2012: two years"


def test_eligibility_is_changed_question_by_question(office: Office) -> None:
    change(office, "FORSATY", age_to=29, legal_statuses=["irregular", "asylum_seeker"])
    rules = as_run(office[0], "FORSATY").eligibility
    assert (rules.age_from, rules.age_to) == (15, 29)
    assert rules.legal_statuses == ["asylum_seeker", "irregular"]
    assert rules.places == programmes()["FORSATY"].eligibility.places


def test_a_ceiling_is_changed_without_the_file(office: Office) -> None:
    change(office, "RRASM-CH", ceiling="750 USD", approval_above="600 USD")
    [rule] = as_run(office[0], "RRASM-CH").grant_rules
    assert rule.ceiling_money == Money.parse("750 USD")
    assert rule.approval_above_money == Money.parse("600 USD")
    assert rule.quotes_above == "300 USD"


def test_one_ceiling_for_several_classes_is_refused(office: Office) -> None:
    error = refused(office, "AVRR-TO", ceiling="1500 EUR")
    assert (error.rule, error.field) == ("several_ceilings", "ceiling")


def test_a_ceiling_where_no_grant_is_given_is_refused(office: Office) -> None:
    assert refused(office, "E-BOSLA", ceiling="1500 EUR").rule == "no_grant_rule"


def test_follow_ups_are_written_as_days(office: Office) -> None:
    change(office, "AVRR-FROM", follow_up_days="30, 90، ١٨٠")
    assert as_run(office[0], "AVRR-FROM").follow_up_days == [30, 90, 180]


def test_follow_ups_that_are_no_days_are_refused(office: Office) -> None:
    assert refused(office, "AVRR-FROM", follow_up_days="soon").field == "follow_up_days"


def test_follow_ups_out_of_order_are_refused_at_their_question(office: Office) -> None:
    error = refused(office, "AVRR-FROM", follow_up_days="90, 30")
    assert (error.rule, error.field) == ("programme_does_not_fit", "follow_up_days")


def test_details_merge_tables_key_by_key_and_replace_lists(office: Office) -> None:
    change(
        office,
        "FORSATY",
        details='services = ["education"]\n[localities.BENI-MAKADA]\n'
        'fr = "Beni Makada"\nen = "Beni Makada"\nar = "بني مكادة"\nes = "Beni Makada"\n'
        '[names]\nen = "FORSATY, second phase"\n',
    )
    programme = as_run(office[0], "FORSATY")
    assert programme.services == ["education"]
    assert list(programme.localities) == ["BENI-MAKADA"]
    assert programme.names["en"] == "FORSATY, second phase"
    assert programme.names["fr"] == programmes()["FORSATY"].names["fr"]


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ("is_active = true\n[eligibility]\nage_too = 3", "line 3, eligibility.age_too"),
        ('states = ["draft", "flying"]', "line 1, states[1]"),
        ('curricula = ["COOKING"]', "line 1, curricula[0]"),
        ("reporting_currency = [", "line 1"),
        ('code = "FORAS"', "line 1, code"),
        ("[topics.cooking]", "line 1, topics.cooking"),
        ('[[donors]]\ncode = "X"', "line 1, donors[0]"),
    ],
)
def test_details_that_do_not_fit_are_refused_by_key_and_line(
    office: Office, details: str, said: str
) -> None:
    error = refused(office, "FORSATY", details=details)
    assert (error.rule, error.field) == ("programme_does_not_fit", "details")
    assert said in error.message


def test_an_age_that_does_not_fit_is_refused_at_its_question(office: Office) -> None:
    assert refused(office, "FORSATY", age_to=12).field == "age_to"


def test_an_offices_own_curriculum_can_be_taught(office: Office) -> None:
    store, user = office
    with store.write(user) as db:
        db.add(
            Curriculum(
                id=named_id("curriculum", "COOKING"), code="COOKING", hours=6, half_days=2,
                threshold=80,
            )
        )  # fmt: skip
    change(office, "FORSATY", details='curricula = ["COOKING"]')
    assert as_run(store, "FORSATY").curricula == ["COOKING"]


def test_a_cleared_answer_goes_back_to_what_is_shipped(office: Office) -> None:
    change(office, "FORSATY", age_to=29, is_active=False)
    change(office, "FORSATY", age_to=None, is_active=None)
    assert as_run(office[0], "FORSATY") == programmes()["FORSATY"]


def test_a_void_change_no_longer_counts_and_can_be_taken_up_again(office: Office) -> None:
    store, user = office
    change(office, "FORSATY", age_to=29)
    with store.write(user) as db:
        db.get_one(ProgrammeChange, change_id("FORSATY")).voided = "By mistake"
    assert as_run(store, "FORSATY").eligibility.age_to == 25
    change(office, "FORSATY", age_to=30)
    assert as_run(store, "FORSATY").eligibility.age_to == 30


def test_a_second_record_for_a_programme_is_refused(office: Office) -> None:
    store, user = office
    with pytest.raises(Refused) as caught, store.write(user) as db:
        db.add(ProgrammeChange(id=new_id(), code="FORSATY"))
    assert caught.value.rule == "one_change_a_programme"


def test_json_changes_the_one_record_of_a_programme(office: Office) -> None:
    store, user = office
    for age in (28, 29):
        with store.write(user) as db:
            add_record(db, "programme_change", {"code": "FORSATY", "age_to": age})
    with store.read() as db:
        assert [row.id for row in db.query(ProgrammeChange)] == [change_id("FORSATY")]
    assert as_run(store, "FORSATY").eligibility.age_to == 29


def test_a_counsellor_changes_no_programme(office: Office) -> None:
    store, user = office
    counsellor = add_user(
        store, user, login="karim", passphrase=PASSPHRASE + " too", role="counsellor"
    )
    assert refused((store, counsellor), "FORSATY", age_to=29).rule == "role"


def test_two_offices_change_one_record_and_money_is_asked_about(found: Founder) -> None:
    here, there = found("here"), found("there", login="omar")
    change(here, "RRASM-CH", ceiling="700 USD", age_from=18)
    change(there, "RRASM-CH", ceiling="800 USD")
    here[0].merge(runs_of(there[0]))
    with here[0].read() as db:
        [row] = db.query(ProgrammeChange).all()
        assert row.conflicts == "ceiling"
    assert as_run(here[0], "RRASM-CH").eligibility.age_from == 18


def test_a_merge_that_does_not_fit_leaves_the_shipped_programme_and_says_why(
    found: Founder,
) -> None:
    here, there = found("here"), found("there", login="omar")
    change(here, "FORSATY", age_from=24)
    change(there, "FORSATY", age_to=20)
    here[0].merge(runs_of(there[0]))
    programme = as_run(here[0], "FORSATY")
    assert programme.eligibility == programmes()["FORSATY"].eligibility
    assert "below the least" in programme.misfit


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", list(programmes()))
def test_a_programme_is_described_in_every_language(code: str, language: str) -> None:
    programme = programmes()[code]
    with in_language(language):
        facts = describe(programme)
    texts = [text for _label, text in facts]
    assert all(label and text for label, text in facts)
    assert programme.names[language] in texts
    assert programme.source[language] in texts


def test_a_description_tells_money_ages_and_tranches() -> None:
    said = "\n".join(f"{label}: {text}" for label, text in describe(programmes()["AVRR-FROM"]))
    assert "Visit with evidence" in said or "After a visit" in said
    assert "180 days" in said
    assert "30.00" in said
    ages = dict(describe(programmes()["FORSATY"]))["Age"]
    assert ages == "from 15 to 25 years"
