"""The lists shipped with Sanad: complete in every language, with the codes of their standards."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from app.i18n import LANGUAGES, in_language
from app.models.choices import Choices, fold_name
from app.models.persons import EDUCATION, Person
from app.models.reference import (
    CLOSURE_REASONS,
    CURRENCIES,
    OCCUPATIONS,
    SECTORS,
    SERVICES,
    names_in,
)
from app.paths import RESOURCES
from tests.conftest import Office

LISTS = [pytest.param(c, id=c.name) for c in (CLOSURE_REASONS, OCCUPATIONS, SECTORS, SERVICES)]


@pytest.mark.parametrize("listed", LISTS)
def test_a_list_is_named_in_every_language(listed: Choices) -> None:
    for names in names_in(listed.name).values():
        assert set(names) == set(LANGUAGES)
        assert all(name == name.strip() and name for name in names.values())


@pytest.mark.parametrize("listed", LISTS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_codes_of_a_list_share_a_name(listed: Choices, language: str) -> None:
    names = [fold_name(names[language]) for names in names_in(listed.name).values()]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("listed", LISTS)
def test_arabic_names_are_written_in_arabic(listed: Choices) -> None:
    for names in names_in(listed.name).values():
        assert not re.search(r"[A-Za-z]", names["ar"])


def test_occupations_are_the_major_and_sub_major_groups_of_isco_08() -> None:
    majors = [code for code in OCCUPATIONS.codes() if len(code) == 1]
    subs = [code for code in OCCUPATIONS.codes() if len(code) == 2]
    assert majors == list("0123456789")
    assert len(subs) == 43
    assert list(OCCUPATIONS.codes()) == sorted(OCCUPATIONS.codes())


def test_sectors_are_the_sections_of_isic() -> None:
    assert "".join(SECTORS.codes()) == "ABCDEFGHIJKLMNOPQRSTU"


def test_every_level_of_isced_can_be_answered() -> None:
    levels = [
        "early_childhood", "primary", "lower_secondary", "upper_secondary", "post_secondary",
        "short_cycle", "bachelor", "master", "doctorate",
    ]  # fmt: skip
    offered = [code for code in EDUCATION.codes() if code in levels]
    assert offered == levels


@pytest.mark.parametrize("code", ["none", "religious", "primary", "vocational", "tertiary"])
def test_answers_about_education_already_in_stores_stay_readable(code: str) -> None:
    assert EDUCATION.label(code) != code


def test_the_list_is_offered_in_the_language_in_use() -> None:
    with in_language("es"):
        assert ("shelter", "Alojamiento temporal") in SERVICES.offered()


def test_a_code_of_a_later_version_is_shown_as_it_is() -> None:
    assert SERVICES.label("teleportation") == "teleportation"


@pytest.mark.parametrize("text", ["death", "décès", "Décès", "الوفاة", "died"])
def test_an_answer_is_found_by_its_name_in_any_language(text: str) -> None:
    assert CLOSURE_REASONS.find(text) == ["died"]


def test_currencies_of_our_programmes_come_first() -> None:
    assert CURRENCIES.codes()[:7] == ("MAD", "EUR", "USD", "XOF", "XAF", "GNF", "CDF")


@pytest.mark.parametrize("language", LANGUAGES)
def test_currencies_are_each_named_once(language: str) -> None:
    with in_language(language):
        codes = CURRENCIES.codes()
        assert len(codes) == len(set(codes)) > 140
        assert all(CURRENCIES.label(code).endswith(f" ({code})") for code in codes)


def test_a_currency_is_named_in_the_language_in_use_with_its_code() -> None:
    with in_language("fr"):
        assert CURRENCIES.label("MAD") == "Dirham marocain (MAD)"


def test_currencies_no_longer_tender_are_not_offered() -> None:
    assert not {"FRF", "NLG", "MAF", "XAU"} & set(CURRENCIES.codes())


@pytest.mark.parametrize("text", ["mad", "MAD", "dirham marocain", "درهم مغربي"])
def test_a_currency_is_found_by_code_and_name(text: str) -> None:
    assert CURRENCIES.find(text) == ["MAD"]


def test_every_file_of_the_folder_reads() -> None:
    files = sorted(Path(RESOURCES / "reference").glob("*.toml"))
    assert len(files) == 6
    assert all(tomllib.loads(path.read_text("utf-8")) for path in files)


def test_a_person_keeps_a_kind_of_occupation_and_an_area(office: Office) -> None:
    store, user = office
    with store.write(user) as db:
        db.add(
            Person(
                sex="F", nationalities=["SN"], occupation_code="75", place_code="MA008002",
                education="short_cycle",
            )
        )  # fmt: skip
    with store.read() as db:
        person = db.query(Person).one()
        assert person.shown("occupation_code") == "Food, wood, sewing and leather trades"
        assert person.shown("place_code") == "Rabat, Rabat-Sale-Kenitra"
