"""Mistakes found in real project documents, one test each: none may pass unnoticed."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.errors import Refused
from app.i18n import LANGUAGES, in_language
from app.models.choices import fold_name
from app.models.money import Money, parse_money, total
from app.models.persons import Contact, Person
from app.models.places import PLACES, find_areas
from app.models.programme_changes import ProgrammeChange
from app.models.programmes import programmes
from app.models.reference import CURRENCIES
from app.models.types import Context
from tests.conftest import TODAY, Office

RABAT = Context(TODAY, "MA")


def _number(typed: str) -> str:
    kept = Contact.fields["number"].clean(typed, RABAT)
    assert isinstance(kept, str)
    return kept


def test_a_valid_number_of_another_country_is_asked_about() -> None:
    # Printed as the number of the office in Rabat: one digit off, and it rings in Algeria.
    kept = _number("+213 37 65 28 81")
    [warning] = Contact.fields["number"].type.warnings(kept, RABAT)
    assert "Algeria" in warning


def test_a_number_of_the_offices_country_is_not_asked_about() -> None:
    kept = _number("+212 537 65 28 81")
    assert Contact.fields["number"].type.warnings(kept, RABAT) == []


def test_the_zero_dialled_at_home_is_taken_out_of_a_number() -> None:
    assert _number("+212 (0) 537 65 28 81") == "+212537652881"


@pytest.mark.parametrize("typed", ["Congo", "congo", "Le Congo", "الكونغو", "El Congo"])
def test_congo_is_refused_until_one_of_the_two_is_chosen(typed: str) -> None:
    with pytest.raises(Refused) as caught:
        Person.fields["birth_country"].clean(typed, RABAT)
    assert caught.value.rule == "ambiguous_country"
    assert "(CG)" in caught.value.message
    assert "(CD)" in caught.value.message


@pytest.mark.parametrize(("typed", "code"), [("CG", "CG"), ("Congo - Kinshasa", "CD")])
def test_either_congo_can_be_chosen(typed: str, code: str) -> None:
    assert Person.fields["birth_country"].clean(typed, RABAT) == code


def test_an_amount_without_its_currency_is_refused() -> None:
    with pytest.raises(Refused):
        parse_money("4 000 000")


@pytest.mark.parametrize("typed", ["4,000,000 NOK", "4 000 000 NOK", "4.000.000 NOK"])
def test_one_amount_is_read_alike_with_every_mark_of_grouping(typed: str) -> None:
    assert parse_money(typed) == Money(Decimal(4_000_000), "NOK")


@pytest.mark.parametrize(
    ("former", "present"),
    [
        ("Chaouia-Ouardigha", {"MA001", "MA002"}),
        ("Tadla-Azilal", {"MA001"}),
        ("Taza-Al Hoceïma-Taounate", {"MA004", "MA007", "MA010"}),
    ],
)
def test_a_region_of_before_2015_leads_to_the_present_ones(former: str, present: set[str]) -> None:
    found = find_areas(former, on=date(2012, 8, 1))
    assert {one.area.parent for one in found} == present
    assert {one.former for one in found} == {former}


@pytest.mark.parametrize("town", ["Khouribga", "Beni Mellal", "Béni Mellal"])
def test_towns_of_two_former_regions_are_in_one_region(town: str) -> None:
    with in_language("fr"):
        assert PLACES.label(find_areas(town)[0].area.code).endswith(", Béni Mellal-Khénifra")


def test_one_programme_is_not_listed_under_two_names() -> None:
    named = Counter(
        fold_name(name)
        for programme in programmes().values()
        for name in {programme.names[language] for language in LANGUAGES}
    )
    assert [name for name, times in named.items() if times > 1] == []


def test_the_dates_of_a_programme_can_be_put_right_with_their_source(office: Office) -> None:
    # One programme is three years long in one document and two in another.
    store, user = office
    source = "Agreement of 1 August 2012; the press says two years."
    with store.write(user) as db:
        db.add(
            ProgrammeChange(
                code="MEDMA2", starts=date(2012, 8, 1), ends=date(2015, 7, 31), source_note=source
            )
        )
    with store.write(user) as db:
        db.scalars(select(ProgrammeChange)).one().ends = date(2014, 7, 31)
    with store.read() as db:
        kept = db.scalars(select(ProgrammeChange)).one()
        assert (kept.ends, kept.source_note) == (date(2014, 7, 31), source)


def test_amounts_in_different_currencies_never_add_up() -> None:
    with pytest.raises(ValueError, match="do not add up"):
        total([Money(Decimal(600), "USD"), Money(Decimal(600), "EUR")], "USD")


@pytest.mark.parametrize("code", ["USD", "EUR", "NOK", "MAD"])
def test_every_unit_the_documents_mix_can_be_chosen(code: str) -> None:
    assert code in CURRENCIES.codes()
