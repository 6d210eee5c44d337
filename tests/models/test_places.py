"""Administrative areas: what is shipped, and how people find one."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest
from jsonschema import Draft202012Validator

from app.errors import Refused
from app.i18n import in_language
from app.models.choice_types import Place
from app.models.choices import COUNTRIES
from app.models.fields import P2, Field
from app.models.places import (
    PLACES,
    _aliases,
    _other_names,
    area,
    areas,
    find_areas,
    find_from,
    name_of,
    named,
)
from app.models.types import Context
from tests.conftest import TODAY

CONTEXT = Context(TODAY)
BEFORE_2015 = date(2012, 8, 1)


def _codes(text: str, country: str | None = None, on: date | None = None) -> list[str]:
    return [one.area.code for one in find_areas(text, country, on)]


def test_morocco_has_the_regions_and_provinces_of_the_source() -> None:
    assert (len(areas("MA", 1)), len(areas("MA", 2))) == (10, 69)


def test_the_four_areas_with_a_code_system_of_their_own_are_kept_apart() -> None:
    assert [a.code for a in areas("EH", 1)] == ["EH01", "EH02", "EH03", "EH04"]


def test_the_four_areas_are_shown_by_their_names_alone() -> None:
    assert PLACES.label("EH03") == "Laayoune"


@pytest.mark.parametrize(
    ("country", "regions", "provinces"),
    [("SN", 14, 46), ("GN", 8, 34), ("CI", 33, 108), ("CM", 10, 58), ("ML", 10, 53),
     ("CD", 26, 189), ("CG", 12, 89), ("GM", 8, 49), ("TG", 5, 40)],
)  # fmt: skip
def test_countries_of_origin_are_complete(country: str, regions: int, provinces: int) -> None:
    assert (len(areas(country, 1)), len(areas(country, 2))) == (regions, provinces)


def test_every_area_is_in_a_known_country_and_region() -> None:
    countries = set(COUNTRIES.codes())
    for code in PLACES.codes():
        known = area(code)
        assert known is not None
        assert known.country in countries
        assert known.level == 1 or area(known.parent) is not None


@pytest.mark.parametrize(
    ("code", "region"),
    [("MA009002", "Souss-Massa"), ("MA002004", "Grand Casablanca-Settat")],
    ids=["Chtouka", "Nouaceur"],
)
def test_provinces_other_tables_misplace_are_in_their_region(code: str, region: str) -> None:
    known = area(code)
    assert known is not None
    parent = area(known.parent)
    assert parent is not None
    assert parent.name == region


@pytest.mark.parametrize(
    ("code", "name"),
    [("MA008001", "Skhirate-Temara"), ("MA010006", "Tanger-Assilah"),
     ("MA010005", "Mdiq-Fnidq"), ("MA009002", "Chtouka-Ait Baha")],
)  # fmt: skip
def test_stray_spaces_of_the_source_are_gone(code: str, name: str) -> None:
    known = area(code)
    assert known is not None
    assert known.name == name


def test_no_name_has_spaces_too_many() -> None:
    for code in PLACES.codes():
        known = area(code)
        assert known is not None
        assert re.search(r"\s\s|^\s|\s$|\S- |^\W*$", known.name) is None, known


def test_every_area_of_morocco_is_named_in_french_and_arabic() -> None:
    known = {a.code for a in (*areas("MA", 1), *areas("MA", 2), *areas("EH", 1))}
    assert set(_other_names()) == known
    assert all(set(names) == {"fr", "ar"} for names in _other_names().values())


def test_the_sixteen_former_regions_cover_every_province_once() -> None:
    covered = Counter(code for alias in _aliases() for code in alias.covers)
    assert len(_aliases()) == 16
    assert covered == Counter(a.code for a in (*areas("MA", 2), *areas("EH", 1)))


def test_a_label_names_the_region_too() -> None:
    assert PLACES.label("MA002005") == "Casablanca, Grand Casablanca-Settat"
    assert PLACES.label("SN01") == "Dakar, Senegal"


def test_a_label_is_in_the_language_in_use() -> None:
    with in_language("ar"):
        assert PLACES.label("MA001005") == "خريبكة، بني ملال-خنيفرة"
    with in_language("fr"):
        assert PLACES.label("MA001005") == "Khouribga, Béni Mellal-Khénifra"


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert PLACES.label("MA999") == "MA999"


@pytest.mark.parametrize(
    "text",
    ["Khouribga", "khouribga", "KHOURIBGA", "خريبكة", "khouri", "Khouribga, Beni Mellal-Khenifra",
     "Khouribga, Béni Mellal"],
)  # fmt: skip
def test_an_area_is_found_however_it_is_written(text: str) -> None:
    assert _codes(text, "MA")[0] == "MA001005"


@pytest.mark.parametrize("text", ["M'diq", "M’diq", "mdiq fnidq", "Fnideq", "المضيق"])
def test_apostrophes_and_hyphens_do_not_matter(text: str) -> None:
    assert _codes(text, "MA") == ["MA010005"]


@pytest.mark.parametrize("text", ["أكادير", "اكادير", "الأكادير"[2:]])
def test_arabic_letter_forms_do_not_matter(text: str) -> None:
    assert _codes(text, "MA") == ["MA009001"]


def test_a_whole_name_comes_before_a_beginning() -> None:
    assert _codes("Rabat", "MA")[:2] == ["MA008002", "MA008"]


def test_a_region_brings_its_provinces() -> None:
    assert _codes("Souss-Massa", "MA")[:7] == ["MA009", *(f"MA00900{n}" for n in range(1, 7))]


def test_the_offices_own_country_comes_first() -> None:
    found = [one.area.country for one in find_from("casa", "CO")]
    assert "MA" in found
    assert found == sorted(found, key=lambda country: country != "CO")


@pytest.mark.parametrize("text", ["", "   ", "-", "zzzz", ",", "|"])
def test_nothing_is_found_for_what_is_no_name(text: str) -> None:
    assert _codes(text) == []


def test_at_most_so_many_are_listed() -> None:
    assert len(find_areas("sa", limit=50)) == 50


def test_a_former_region_is_said_to_have_led_there() -> None:
    found = find_areas("Doukkala-Abda")
    assert {(one.former, one.until) for one in found} == {("Doukkala-Abda", "2015-09")}


def test_a_former_region_is_not_found_for_a_day_after_its_end() -> None:
    assert _codes("Tadla-Azilal", on=BEFORE_2015)
    assert _codes("Tadla-Azilal", on=date(2015, 9, 30))
    assert not _codes("Tadla-Azilal", on=date(2015, 10, 1))


def test_a_present_name_comes_before_a_former_one() -> None:
    assert named("Oriental", "MA") == [area("MA007")]


@pytest.mark.parametrize("given", ["MA008002", "ma008002", "Rabat", "الرباط", "rabat"])
def test_a_place_is_kept_by_its_code(given: str) -> None:
    assert Place().clean(given, CONTEXT) == "MA008002"


def test_a_name_of_many_areas_is_refused_with_their_codes() -> None:
    with pytest.raises(Refused, match=r"MA001001") as caught:
        Place().clean("Tadla-Azilal", CONTEXT)
    assert caught.value.rule == "ambiguous_place"


@pytest.mark.parametrize("given", ["Atlantis", "MA999", 12, "Rab"])
def test_what_is_no_area_is_refused(given: object) -> None:
    with pytest.raises(Refused) as caught:
        Place().clean(given, CONTEXT)
    assert caught.value.rule == "unknown_place"


def test_the_schema_takes_every_code_without_listing_them() -> None:
    validator = Draft202012Validator(Place().schema())
    assert all(validator.is_valid(code) for code in PLACES.codes())
    assert "enum" not in Place().schema()


def test_areas_are_listed_by_name() -> None:
    with in_language("fr"):
        names = [name_of(a) for a in areas("MA", 1)]
    assert names[0] == "Béni Mellal-Khénifra"
    assert names[-1] == "Tanger-Tétouan-Al Hoceïma"


def test_the_field_names_itself_in_a_refusal() -> None:
    asked = Field("Area", Place(), P2).named("place_code")
    with pytest.raises(Refused) as caught:
        asked.clean("Atlantis", CONTEXT)
    assert caught.value.field == "place_code"
