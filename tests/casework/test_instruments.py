"""Questionnaires: their files, what may be answered, and the scores."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.casework.instruments import (
    due_answers,
    due_items,
    fill_in,
    has_disability,
    read_answers,
    responses_of,
    scores,
    scores_of,
)
from app.casework.review import findings
from app.i18n import in_language
from app.models.instrument_files import (
    DECLINED,
    Instrument,
    Item,
    ResourceError,
    instrument,
    instrument_versions,
    instruments,
    read_instrument,
)
from app.models.instruments import InstrumentResponse
from app.models.resource_files import Source
from app.models.store import Store
from tests.casework.work import a_case, a_person, refusal, refused_rule
from tests.conftest import TODAY, Founder, Office
from tests.models.test_convergence import runs_of

SMALL = """
code = "SMALL"
version = "1"
has_composite = true
names = { fr = "Petit", en = "Small", ar = "صغير", es = "Pequeño" }
source = { fr = "Essai", en = "Trial", ar = "تجربة", es = "Prueba" }

[dimensions]
mood = { fr = "Humeur", en = "Mood", ar = "المزاج", es = "Ánimo" }

[option_lists]
yes_no = [
  { code = "yes", score = "1", text = { fr = "Oui", en = "Yes", ar = "نعم", es = "Sí" } },
  { code = "no", score = "0", text = { fr = "Non", en = "No", ar = "لا", es = "No" } },
]

[[items]]
code = "well"
dimension = "mood"
weight = 3
composite_weight = 1
options = "yes_no"
text = { fr = "Bien", en = "Well", ar = "بخير", es = "Bien" }

[[items]]
code = "rested"
dimension = "mood"
options = "yes_no"
only_if = { item = "well", options = ["no"] }
text = { fr = "Reposé", en = "Rested", ar = "مرتاح", es = "Descansado" }
"""


def small(old: str = "", new: str = "") -> Instrument:
    assert old in SMALL
    return read_instrument(Source.parse("small.toml", SMALL.replace(old, new)))


def rss() -> Instrument:
    found = instrument("RSS")
    assert found is not None
    return found


def chosen(made: Instrument, best: bool) -> dict[str, str]:
    """Answer every item with its best option, or its worst."""
    answers: dict[str, str] = {}
    for _ in made.items:  # an answer may make another item due
        for item in due_items(made, answers):
            scored = [one for one in made.options_of(item) if one.score is not None]
            pick = max if best else min
            answers[item.code] = pick(scored, key=lambda one: one.score or Decimal(0)).code
    return due_answers(made, answers)


@st.composite
def answered(draw: st.DrawFn, may_decline: bool = True) -> dict[str, str]:
    """Answers to the reintegration survey as somebody might give them."""
    made = rss()
    answers: dict[str, str] = {}
    for item in made.items:
        codes = [one.code for one in made.options_of(item)]
        codes += [DECLINED, ""] if may_decline else []
        answers[item.code] = draw(st.sampled_from(codes))
    answers = {item: option for item, option in answers.items() if option}
    return due_answers(made, answers)


# -- files -------------------------------------------------------------------------------------


def test_the_shipped_questionnaires_are_read() -> None:
    assert set(instruments()) == {"RAPID", "RSS", "SATISFACTION", "WG-SS"}


def test_the_survey_has_ten_scored_items_a_dimension() -> None:
    counts: dict[str, int] = {}
    for item in rss().items:
        if item.dimension:
            counts[item.dimension] = counts.get(item.dimension, 0) + 1
    assert counts == {"economic": 10, "social": 10, "psychosocial": 10}


@pytest.mark.parametrize("language", ["fr", "en", "ar", "es"])
def test_an_unverified_survey_never_bears_the_owners_name(language: str) -> None:
    with in_language(language):
        for versions in instrument_versions().values():
            for made in versions.values():
                assert not made.verified
                assert "IOM" not in made.name
                assert "OIM" not in made.name
                if made.official_name:
                    assert made.name != made.official_name[language]


def test_the_owners_name_is_used_for_a_verified_text() -> None:
    official = 'official_name = { fr = "O", en = "Owner", ar = "م", es = "P" }\n'
    assert small("has_composite", official + "has_composite").name == "Small"
    assert small("has_composite", official + "verified = true\nhas_composite").name == "Owner"


def test_the_six_questions_on_difficulties_stand_in_their_order() -> None:
    made = instrument("WG-SS")
    assert made is not None
    assert [item.code for item in made.items] == [
        "seeing", "hearing", "walking", "remembering", "self_care", "communicating",
    ]  # fmt: skip
    for item in made.items:
        assert [option.code for option in made.options_of(item)] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ('options = ["no"]', 'options = ["maybe"]', "line 29, items[1].only_if.options[0]"),
        ('item = "well"', 'item = "late"', "line 29, items[1].only_if.item"),
        ('code = "rested"', 'code = "well"', "line 26, items[1].code"),
        ('score = "1"', 'score = "2"', "line 12, option_lists.yes_no[0].score"),
        ('score = "0"', 'score = "0.1"', "line 22, items[0].options"),
        ("weight = 3", "weight = 0", "line 20, items[0].weight"),
        ('dimension = "mood"\nweight', 'dimension = "luck"\nweight', "items[0].dimension"),
        ('es = "Descansado"', 'es = ""', "items[1].text"),
        ("has_composite", "has_sum", "line 4, has_sum"),
        ('version = "1"', 'version = "one"', "line 3, version"),
    ],
)
def test_a_file_that_does_not_fit_names_file_key_and_line(old: str, new: str, place: str) -> None:
    with pytest.raises(ResourceError) as error:
        small(old, new)
    assert str(error.value).startswith("small.toml, line ")
    assert place in str(error.value)


# -- scores ------------------------------------------------------------------------------------


def test_all_best_answers_score_one() -> None:
    found = scores(rss(), chosen(rss(), best=True))
    assert [score.value for score in found.dimensions.values()] == [1, 1, 1]
    assert found.composite is not None
    assert found.composite.value == 1
    assert found.composite.band is not None
    assert found.composite.band.code == "high"


def test_all_worst_answers_score_zero() -> None:
    found = scores(rss(), chosen(rss(), best=False))
    assert [score.value for score in found.dimensions.values()] == [0, 0, 0]
    assert found.composite is not None
    assert found.composite.value == 0


def test_a_dimension_and_the_whole_have_weights_of_their_own() -> None:
    found = scores(small(), {"well": "no", "rested": "yes"})
    assert found.dimensions["mood"].value == Decimal("0.25")
    assert found.composite is not None
    assert found.composite.value == Decimal("0.5")


def test_an_item_not_due_counts_for_nothing() -> None:
    found = scores(small(), {"well": "yes"})
    assert (found.dimensions["mood"].due, found.dimensions["mood"].value) == (1, 1)


def test_a_score_is_withheld_above_a_fifth_missing() -> None:
    answers = chosen(rss(), best=False)
    economic = [item.code for item in rss().items if item.dimension == "economic"]
    for code in economic[:2]:
        answers[code] = DECLINED
    assert scores(rss(), answers).dimensions["economic"].value == 0
    answers[economic[2]] = DECLINED
    withheld = scores(rss(), answers).dimensions["economic"]
    assert withheld.value is None
    assert withheld.missing == 3
    assert withheld.withheld == "3 of 10 answers are missing: too many for a score."


@given(answers=answered())
def test_scores_stay_between_zero_and_one_whatever_is_missing(answers: dict[str, str]) -> None:
    found = scores(rss(), answers)
    for score in (*found.dimensions.values(), found.composite):
        assert score is not None
        assert score.value is None or 0 <= score.value <= 1


@given(answers=answered(), seed=st.integers())
def test_the_order_of_answers_changes_nothing(answers: dict[str, str], seed: int) -> None:
    shuffled = list(answers.items())
    random.Random(seed).shuffle(shuffled)
    assert scores(rss(), dict(shuffled)) == scores(rss(), answers)


@given(answers=answered(may_decline=False), data=st.data())
def test_a_better_answer_never_lowers_a_score(answers: dict[str, str], data: st.DataObject) -> None:
    made = rss()
    item = made.item(data.draw(st.sampled_from(sorted(answers))))
    assert item is not None
    assume(item.dimension is not None)
    better = data.draw(st.sampled_from(_at_least(made, item, answers[item.code])))
    before = scores(made, answers)
    improved = due_answers(made, {**answers, item.code: better})
    after = scores(made, improved)
    for code, score in before.dimensions.items():
        assert (score.value or 0) <= (after.dimensions[code].value or 0)


def _at_least(made: Instrument, item: Item, option: str) -> list[str]:
    options = made.options_of(item)
    own = next(one.score for one in options if one.code == option) or Decimal(0)
    return [one.code for one in options if (one.score or Decimal(0)) >= own]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (["1", "1", "2", "2", "1", "1"], False),
        (["1", "1", "3", "1", "1", "1"], True),
        (["4", DECLINED, DECLINED, DECLINED, DECLINED, DECLINED], True),
        (["1", "1", "1", "1", "1", DECLINED], None),
        (["1", "2", "1", "1", "1"], None),
        ([], None),
    ],
)
def test_disability_is_a_lot_of_difficulty_in_one_domain(
    answers: list[str], expected: bool | None
) -> None:
    made = instrument("WG-SS")
    assert made is not None
    codes = [item.code for item in made.items]
    assert has_disability(dict(zip(codes, answers, strict=False))) is expected


# -- filling in --------------------------------------------------------------------------------


@pytest.fixture
def case(office: Office) -> UUID:
    store, user = office
    return a_case(store, user, a_person(store, user))


def test_answers_are_kept_with_the_version_they_were_given_to(office: Office, case: UUID) -> None:
    store, user = office
    with store.write(user) as db:
        made = fill_in(db, case, "RSS", chosen(rss(), best=True)).id
    with store.read() as db:
        response = db.get_one(InstrumentResponse, made)
        assert response.version == "1"
        found = scores_of(response)
        assert found is not None
        assert found.composite is not None
        assert found.composite.value == 1
        assert read_answers(response)[0] == (
            "How satisfied are you with your economic situation today?",
            "Very satisfied",
        )
        assert [one.id for one in responses_of(db, case, "RSS")] == [made]


def test_answers_of_a_version_unknown_here_stay_readable(office: Office, case: UUID) -> None:
    response = InstrumentResponse(
        case=case, instrument="RSS", version="99", answers={"future": "yes"}
    )
    assert read_answers(response) == [("future", "yes")]
    assert scores_of(response) is None


@pytest.mark.parametrize(
    ("answers", "rule"),
    [
        ({"no_such": "yes"}, "unknown_item"),
        ({"working": "perhaps"}, "unknown_option"),
        ({"seeking": "no", "seeking_why": "none"}, "not_asked"),
    ],
)
def test_answers_must_fit_the_questionnaire(
    office: Office, case: UUID, answers: dict[str, str], rule: str
) -> None:
    store, user = office
    assert refused_rule(store, user, lambda db: fill_in(db, case, "RSS", answers)) == rule


def test_declining_is_an_answer_only_where_it_is_offered() -> None:
    assert all(item.may_decline for item in rss().items)
    assert not any(item.may_decline for item in small().items)


def test_an_unknown_version_is_refused(office: Office, case: UUID) -> None:
    store, user = office

    def late(db):  # type: ignore[no-untyped-def]
        fill_in(db, case, "RSS", {}, version="2")

    assert refused_rule(store, user, late) == "unknown_version"


def test_the_survey_is_asked_once_a_quarter(office: Office, case: UUID) -> None:
    store, user = office
    with store.write(user) as db:
        fill_in(db, case, "RSS", {}, date(2026, 10, 1))
    refused = refusal(store, user, lambda db: fill_in(db, case, "RSS", {}, TODAY))
    assert refused.rule == "once_a_quarter"
    assert "Reintegration survey (working version)" in refused.message
    with store.write(user) as db:
        fill_in(db, case, "RSS", {}, date(2026, 9, 30))
        fill_in(db, case, "SATISFACTION", {}, TODAY)


def test_two_surveys_of_one_quarter_from_two_desks_are_listed(
    found: Founder, office: Office, case: UUID
) -> None:
    here, user = office
    there, other = found("there", login="karim")
    there.merge(runs_of(here))
    for store, author in ((here, user), (there, other)):
        with store.write(author) as db:
            fill_in(db, case, "RSS", {}, TODAY)
    here.merge(runs_of(there))
    assert {one.rule for one in findings(here)} == {"once_a_quarter"}


def test_difficulties_are_not_asked_of_infants(store: Store, user: UUID) -> None:
    infant = a_case(store, user, a_person(store, user, birth="2024-03"))
    five_or_less = a_case(store, user, a_person(store, user, birth="2021"))
    assert refused_rule(store, user, lambda db: fill_in(db, infant, "WG-SS", {})) == "too_young"
    with store.write(user) as db:
        fill_in(db, five_or_less, "WG-SS", {})


def test_the_author_is_who_asked_unless_told(office: Office, case: UUID) -> None:
    store, user = office
    with store.write(user) as db:
        assert fill_in(db, case, "RAPID", {"food": "yes"}).asked_by == user
