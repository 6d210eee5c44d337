"""Search: any name, script, number or telephone, and nearly right is right."""

from __future__ import annotations

import pytest

from app.casework.cases import open_case
from app.casework.people import register
from app.models.persons import PersonName
from tests.conftest import Office
from tests.models.test_convergence import runs_of

PEOPLE = {
    "diallo": ("Mamadou Aliou", "Diallo", "+212661234567"),
    "ndiaye": ("Aïssatou", "N’Diaye", "+221771234567"),
    "arabic": ("عبد الرحمن", "القادري", None),
    "fula": ("Ƴero", "Ɓah", None),
    "mononym": ("Kossi", None, None),
    "tifinagh": ("ⵉⵎⴰⵣⵉⵖⵏ", None, None),
}


@pytest.fixture
def people(office: Office) -> dict[object, str]:
    store, user = office
    found = {}
    with store.write(user) as db:
        for key, (given, family, phone) in PEOPLE.items():
            person = register(
                db,
                {"sex": "M", "nationalities": ["GN"]},
                names=[{"given_names": given, "family_name": family}],
                contacts=[{"number": phone}] if phone else (),
            )
            found[person.id] = key
    return found


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("dia", "diallo"), ("mam", "diallo"), ("mamadu", "diallo"), ("محمدو", "diallo"),
        ("Jallow", "diallo"), ("dialo mam", "diallo"), ("diallp", "diallo"), ("mamadoou", "diallo"),
        ("n'd", "ndiaye"), ("ndiaye", "ndiaye"), ("Njie", "ndiaye"), ("aisatou", "ndiaye"),
        ("abderrahmane", "arabic"), ("عبدالرحمن", "arabic"), ("kadri", "arabic"),
        ("bah", "fula"), ("yero", "fula"), ("kossi", "mononym"), ("ⵉⵎⴰⵣ", "tifinagh"),
        ("0661234567", "diallo"), ("234567", "diallo"), ("+212 661 23 45 67", "diallo"),
        ("771234567", "ndiaye"),
    ],
)  # fmt: skip
def test_typed_finds(office: Office, people: dict[object, str], typed: str, expected: str) -> None:
    store, _user = office
    assert expected in [people[found] for found in store.finder.find(typed)]


@pytest.mark.parametrize("typed", ["", "  ", '"', "*", "zzzzz", "NEAR(", "AND", "-"])
def test_odd_input_finds_nothing_and_breaks_nothing(
    office: Office, people: dict[object, str], typed: str
) -> None:
    assert office[0].finder.find(typed) == []


def test_case_number_finds_the_person(office: Office, people: dict[object, str]) -> None:
    store, user = office
    person = next(iter(people))
    with store.write(user) as db:
        number = open_case(db, person, "FORAS").number
    assert number is not None
    assert store.finder.find(number) == [person]
    assert store.finder.find(number.split("-")[3]) == [person]


def test_corrected_name_is_found_and_the_wrong_one_no_more(
    office: Office, people: dict[object, str]
) -> None:
    store, user = office
    with store.write(user) as db:
        name = db.query(PersonName).filter_by(given_names="Kossi").one()
        name.given_names = "Wendpouiré"
    assert [people[p] for p in store.finder.find("wendpouire")] == ["mononym"]
    assert store.finder.find("kossi") == []


def test_what_was_merged_is_found(office: Office, people: dict[object, str], found) -> None:  # type: ignore[no-untyped-def]
    other, _user = found("other", login="karim")
    other.merge(runs_of(office[0]))
    assert {people[p] for p in other.finder.find("diallo")} == {"diallo"}
