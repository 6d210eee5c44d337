"""Programmes and curricula as shipped: what each file must say, and how a wrong one is told."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.i18n import LANGUAGES
from app.models.cases import MARKS, STATES
from app.models.grants import GRANT_KINDS, PERSON_CLASSES, TRIGGERS
from app.models.money import Money, exponent
from app.models.places import area
from app.models.programme_facts import Names
from app.models.programme_lists import CASE_STATES
from app.models.programmes import (
    AGE_BANDS,
    Programme,
    ResourceError,
    courses,
    programmes,
    read_course,
    read_programme,
)
from app.models.resource_files import Source, key_lines, overlay
from app.paths import RESOURCES

CODES = {
    "AVRR-FROM", "AVRR-TO", "RAISE", "RRASM-CH", "MEDMA2", "JMDI", "TRQN3", "MMNDP", "GUIDE-ENT",
    "MIXED-NA", "HUM-SSA", "E-BOSLA", "VTLO", "FORSATY", "SALEMM", "EUIOM-JI-NA", "FORAS",
}  # fmt: skip
OF_ORGANISATIONS = {"JMDI", "MMNDP", "GUIDE-ENT", "MIXED-NA", "EUIOM-JI-NA"}


def money(text: str) -> Money:
    return Money.parse(text)


def test_the_seventeen_programmes_are_shipped_each_in_its_file() -> None:
    assert set(programmes()) == CODES
    files = {path.stem for path in (RESOURCES / "programmes").glob("*.toml")}
    assert files == {code.lower() for code in CODES}


def _texts(programme: Programme) -> dict[str, Names]:
    texts = {"names": programme.names, "source": programme.source, **programme.topics}
    texts |= programme.stages | programme.participant_categories
    for donor in programme.donors:
        texts[f"donor {donor.code}"] = donor.names
        texts |= {line.code: line.names for line in donor.lines}
    return texts


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_text_is_in_every_language(code: str) -> None:
    for what, names in _texts(programmes()[code]).items():
        assert list(names) == list(LANGUAGES), what
        assert all(names.values()), what


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_donor_has_a_funding_line(code: str) -> None:
    donors = programmes()[code].donors
    assert donors
    assert all(donor.lines for donor in donors)


@pytest.mark.parametrize("code", sorted(CODES))
def test_amounts_are_exact_at_the_exponent_of_their_currency(code: str) -> None:
    programme = programmes()[code]
    amounts = [line.money for donor in programme.donors for line in donor.lines]
    amounts += [allowance.money for allowance in programme.allowances]
    for rule in programme.grant_rules:
        amounts += [rule.ceiling_money, rule.quotes_above_money, rule.approval_above_money]
    for amount in filter(None, amounts):
        assert -amount.amount.as_tuple().exponent == exponent(amount.currency)  # type: ignore[operator]


@pytest.mark.parametrize("code", sorted(CODES))
def test_places_are_areas_we_know(code: str) -> None:
    programme = programmes()[code]
    codes = [place.code for place in programme.places] + programme.eligibility.places
    assert [one for one in codes if area(one) is None] == []


def test_no_two_programmes_share_a_name_in_any_language() -> None:
    for language in LANGUAGES:
        named = {programme.names[language].casefold() for programme in programmes().values()}
        assert len(named) == len(CODES)


def test_a_topic_or_donor_is_called_the_same_in_every_programme() -> None:
    called: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for programme in programmes().values():
        for code, names in (programme.topics | programme.participant_categories).items():
            called[f"topic {code}"].add(tuple(names.values()))
        for donor in programme.donors:
            called[f"donor {donor.code}"].add(tuple(donor.names.values()))
    assert {code for code, names in called.items() if len(names) > 1} == set()


def test_programmes_of_organisations_keep_no_cases_but_count_participants() -> None:
    for code, programme in programmes().items():
        assert programme.keeps_cases == (code not in OF_ORGANISATIONS)
        assert bool(programme.states) == programme.keeps_cases
        if not programme.keeps_cases:
            assert programme.participant_categories
            assert programme.activity_kinds
            assert programme.age_bands


def test_the_states_programmes_may_use_are_those_of_cases() -> None:
    assert {*STATES.codes(), *MARKS.codes()} == CASE_STATES


def test_grant_rules_use_the_words_of_grants() -> None:
    rules = [rule for programme in programmes().values() for rule in programme.grant_rules]
    assert {rule.kind for rule in rules} <= set(GRANT_KINDS.codes())
    assert {rule.person_class for rule in rules} <= {*PERSON_CLASSES.codes(), "any"}
    assert {t.trigger for rule in rules for t in rule.tranches} <= set(TRIGGERS.codes())


# -- what tells one programme from another -----------------------------------------------------


def test_avrr_from_pays_half_at_arrival_and_half_after_six_months_on_evidence() -> None:
    [rule] = programmes()["AVRR-FROM"].grant_rules
    tranches = [(tranche.trigger, tranche.after_days) for tranche in rule.tranches]
    assert tranches == [("arrival", 0), ("visit_with_evidence", 180)]


def test_avrr_from_gives_30_euros_of_pocket_money() -> None:
    [allowance] = programmes()["AVRR-FROM"].allowances
    assert (allowance.code, allowance.money) == ("pocket_money", money("30 EUR"))


def test_avrr_from_explains_what_a_return_means_for_an_asylum_claim() -> None:
    assert "asylum" in programmes()["AVRR-FROM"].topics


def test_avrr_to_starts_with_the_arrival_of_moroccans() -> None:
    programme = programmes()["AVRR-TO"]
    assert programme.eligibility.nationalities == ["MA"]
    assert "arrived" in programme.states
    assert "departed" not in programme.states


def test_raise_is_four_million_kroner_and_its_euros_are_indicative() -> None:
    [donor] = programmes()["RAISE"].donors
    [line] = donor.lines
    assert line.money == Money(Decimal(4_000_000), "NOK")
    assert line.equivalent == "400000 EUR"
    assert "rate" in line.note["en"]


def test_rrasm_has_a_ceiling_of_600_dollars_and_aims_at_150_people() -> None:
    programme = programmes()["RRASM-CH"]
    assert [rule.ceiling_money for rule in programme.grant_rules] == [money("600 USD")]
    assert [target.value for target in programme.targets] == [150]


def test_medma_aims_at_15_enterprises_and_tells_that_its_sources_disagree() -> None:
    programme = programmes()["MEDMA2"]
    assert [(t.indicator, t.value) for t in programme.targets] == [("enterprises", 15)]
    assert (programme.starts, programme.ends) == (date(2012, 8, 1), date(2015, 7, 31))
    assert "two years" in programme.source["en"]
    assert programme.donors[0].lines[0].money == money("1200000 EUR")


def test_medma_names_its_regions_as_they_were() -> None:
    former = {place.former_name for place in programmes()["MEDMA2"].places}
    assert former == {"Tanger-Tétouan", "Taza-Al Hoceïma-Taounate", "Oriental"}


def test_trqn_sends_experts_for_six_months_at_most_to_a_list_of_countries() -> None:
    programme = programmes()["TRQN3"]
    assert programme.assignment_months == 6
    assert "MA" in programme.target_countries
    assert list(programme.stages)[:3] == ["need", "match", "assignment"]


def test_e_bosla_records_the_language_level_before_and_after() -> None:
    programme = programmes()["E-BOSLA"]
    assert {"language_level", "family_link"} <= set(programme.case_facts)
    levels = [(courses()[c].level_in, courses()[c].level_out) for c in programme.curricula]
    assert ("A0", "A1") in levels


@pytest.mark.parametrize(("code", "ages"), [("FORSATY", (15, 25)), ("SALEMM", (9, 22))])
def test_youth_programmes_have_their_ages(code: str, ages: tuple[int, int]) -> None:
    rules = programmes()[code].eligibility
    assert (rules.age_from, rules.age_to) == ages


def test_vtlo_is_for_people_regularised_in_2014() -> None:
    assert programmes()["VTLO"].eligibility.legal_statuses == ["regularised_2014"]


def test_foras_is_for_eight_countries_of_return() -> None:
    assert sorted(programmes()["FORAS"].countries_of_return) == [
        "BF", "CD", "CI", "CM", "GN", "ML", "SN", "TG",
    ]  # fmt: skip


def test_humanitarian_help_counts_relief_items_in_the_oriental_region() -> None:
    programme = programmes()["HUM-SSA"]
    assert {"nfi", "health_accompaniment", "awareness"} <= set(programme.services)
    assert [place.code for place in programme.places] == ["MA007"]


def test_a_programme_uses_its_states_and_the_endings_of_all() -> None:
    vtlo = programmes()["VTLO"]
    assert vtlo.uses("monitoring")
    assert vtlo.uses("withdrawn")
    assert not vtlo.uses("departed")
    assert not programmes()["JMDI"].uses("closed")


# -- curricula ---------------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(courses()))
def test_modules_make_the_hours_of_their_curriculum(code: str) -> None:
    course = courses()[code]
    assert course.modules
    assert sum(module.hours for module in course.modules) == course.hours
    assert sum(module.half_days for module in course.modules) == course.half_days


def test_starting_a_business_needs_an_idea_or_the_training_that_finds_one() -> None:
    course = courses()["START-BUSINESS"]
    assert (course.prerequisites, course.idea_suffices) == (["BUSINESS-IDEA"], True)
    assert courses()["BUSINESS-IDEA"].pass_mark == 76


def test_every_curriculum_is_taught_somewhere_or_is_open_to_all() -> None:
    taught = {code for programme in programmes().values() for code in programme.curricula}
    assert set(courses()) - taught == {"WOMEN-ENTERPRISE"}


def test_no_curriculum_bears_a_brand() -> None:
    for course in courses().values():
        for name in course.names.values():
            assert not {"SIYB", "SYB", "GYB", "IYB", "GET", "ILO", "IOM"} & set(name.split())


def test_age_bands_are_offered_youngest_first() -> None:
    assert AGE_BANDS.codes()[0] == "0-4"
    assert AGE_BANDS.codes()[-2:] == ("60+", "unknown")
    assert AGE_BANDS.label("60+") == "60 and over"


# -- what does not fit -------------------------------------------------------------------------


def _forsaty(old: str, changed: str) -> tuple[Source, int]:
    """Give the file with one piece changed, and the line the piece starts on."""
    text = (RESOURCES / "programmes" / "forsaty.toml").read_text("utf-8")
    assert text.count(old) == 1, old
    text = text.replace(old, changed)
    return Source.parse("forsaty.toml", text), text[: text.index(changed)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "changed", "key", "said"),
    [
        ("age_to = 25", "age_too = 25", "eligibility.age_too", "no such key"),
        ("age_to = 25", 'age_to = "25"', "eligibility.age_to", "a whole number"),
        ("age_to = 25", "age_to = 14", "eligibility.age_to", "below the least"),
        ("age_to = 25", "age_to = 250", "eligibility.age_to", "from 0 to 120"),
        ('amount = "12770000 USD"', 'amount = "12.770.000 USD"', "donors[0].lines[0].amount",
         "not an amount"),
        ('amount = "12770000 USD"', 'amount = "1.005 USD"', "donors[0].lines[0].amount",
         "not an amount"),
        ('amount = "12770000 USD"', 'amount = "5 QQQ"', "donors[0].lines[0].amount",
         "not a currency"),
        ('component = "youth"', 'component = "young"', "component", "not one of the values"),
        ("ends = 2019-09-30", "ends = 2009-09-30", "ends", "before the first"),
        ("ends = 2019-09-30", "ends = 2019", "ends", "a date such as"),
        ('code = "USAID"', "code = 7", "donors[0].code", "text in quotation marks"),
        ('curricula = ["YOUTH-EMPLOYABILITY", "VOCATIONAL-ORIENTATION"]',
         'curricula = ["YOUTH-EMPLOYABILITY", "COOKING"]', "curricula[1]", "COOKING"),
        ("follow_up_days = [180, 365]", "follow_up_days = [365, 180]", "follow_up_days",
         "rising order"),
        ('"15-17", "18-25"', '"15-17", "25-18"', "age_bands[1]", "60+"),
        ('en = "Family mediation"', "en = 5", "topics.family_mediation.en", "text in quotation"),
        ('en = "Family mediation"', 'de = "Vermittlung"', "topics.family_mediation", "missing"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_told_by_file_key_and_line(
    old: str, changed: str, key: str, said: str
) -> None:
    source, line = _forsaty(old, changed)
    with pytest.raises(ResourceError) as caught:
        read_programme(source)
    error = caught.value
    assert (error.file, error.key) == ("forsaty.toml", key)
    assert said in error.problem
    if not said.startswith("missing"):
        assert error.line == line
    assert str(error).startswith(f"forsaty.toml, line {error.line}, {key}: ")


def test_an_unknown_state_is_told_with_its_line() -> None:
    source, _line = _forsaty('"draft", "registered", "screening"', '"draft", "flying"')
    with pytest.raises(ResourceError, match="flying") as caught:
        read_programme(source)
    assert caught.value.key == "states[1]"
    assert "states = [" in source.text.split("\n")[(caught.value.line or 0) - 1]


def test_tranches_that_do_not_make_the_whole_are_told() -> None:
    source, _line = _forsaty("[names]", _RULE_OF_ONE_HALF + "\n[names]")
    with pytest.raises(ResourceError, match="100 per cent") as caught:
        read_programme(source)
    assert caught.value.key == "grant_rules[0].tranches"


_RULE_OF_ONE_HALF = """
[[grant_rules]]
kind = "cash"
person_class = "any"
tranches = [{ share = 50, trigger = "arrival" }]
"""


def _start_business(old: str, changed: str) -> Source:
    text = (RESOURCES / "curricula" / "start-business.toml").read_text("utf-8")
    return Source.parse("start-business.toml", text.replace(old, changed, 1))


def test_module_hours_that_do_not_add_up_are_told() -> None:
    with pytest.raises(ResourceError, match="30, not 31") as caught:
        read_course(_start_business("hours = 30", "hours = 31"))
    assert (caught.value.file, caught.value.key, caught.value.line) == (
        "start-business.toml", "hours", 2,
    )  # fmt: skip


def test_an_unknown_prerequisite_is_told() -> None:
    with pytest.raises(ResourceError, match="COOKING") as caught:
        read_course(_start_business('["BUSINESS-IDEA"]', '["COOKING"]'))
    assert caught.value.key == "prerequisites[0]"


def test_text_that_is_no_toml_is_told_by_its_line() -> None:
    with pytest.raises(ResourceError) as caught:
        Source.parse("x.toml", 'code = "A"\nnames = [')
    assert (caught.value.file, caught.value.line) == ("x.toml", 2)


# -- lines of keys -----------------------------------------------------------------------------

_SAMPLE = '''# [not.a.table]
"code" = "x = [1"  # = [
list = [
  1, # ]
  2,
]
text = """
[no.table]
key = 1
"""
a.b = 1

[[donors]]
code = "A"
  [[donors.lines]]
  code = "A1"
[[donors.lines]]
"the code" = "A2"
[donors.note]
fr = 'x'
[[donors]]
code = "B"
'''


def test_lines_are_those_of_the_keys() -> None:
    assert key_lines(_SAMPLE) == {
        ("code",): 2,
        ("list",): 3,
        ("text",): 7,
        ("a", "b"): 11,
        ("donors",): 13,
        ("donors", 0): 13,
        ("donors", 0, "code"): 14,
        ("donors", 0, "lines"): 15,
        ("donors", 0, "lines", 0): 15,
        ("donors", 0, "lines", 0, "code"): 16,
        ("donors", 0, "lines", 1): 17,
        ("donors", 0, "lines", 1, "the code"): 18,
        ("donors", 0, "note"): 19,
        ("donors", 0, "note", "fr"): 20,
        ("donors", 1): 21,
        ("donors", 1, "code"): 22,
    }


_TABLES = st.recursive(
    st.dictionaries(st.sampled_from("abcd"), st.integers() | st.lists(st.integers())),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), inner | st.integers()),
    max_leaves=8,
)


@given(_TABLES, _TABLES)
def test_what_lies_above_is_what_shows(below: dict[str, object], above: dict[str, object]) -> None:
    laid = overlay(below, above)
    assert overlay(laid, above) == laid
    assert set(laid) == set(below) | set(above)
    assert overlay(below, {}) == below


def test_laying_over_changes_neither_layer() -> None:
    below = {"eligibility": {"age_to": 25}, "states": ["draft"]}
    overlay(below, {"eligibility": {"age_to": 30}, "states": []})
    assert below == {"eligibility": {"age_to": 25}, "states": ["draft"]}
