"""Families: who is a child, who travels along, what a person counts as."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from app.casework.household import Counts, counts_of, person_class
from app.models.household import Household, HouseholdMember
from app.models.store import Store
from tests.casework.work import a_person, added, refused_rule
from tests.conftest import TODAY


def member(store: Store, user: UUID, person: UUID, relation: str, **more: Any) -> UUID:
    return added(
        store, user, "household_member", person=person, relation=relation,
        **{"name": "Binta", "is_accompanying": True, **more},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("birth", "family", "expected"),
    [
        ("1990", [], "adult"),
        ("1990", [{"relation": "child", "birth": "2020"}], "family"),
        ("1990", [{"relation": "child", "is_accompanying": False}], "adult"),
        ("2012-05", [], "umc"),
        ("2012-05", [{"relation": "parent"}], "child_accompanied"),
        ("2012-05", [{"relation": "parent", "is_accompanying": False}], "umc"),
        ("2012-05", [{"relation": "sibling", "birth": "2001"}], "child_accompanied"),
        ("2012-05", [{"relation": "sibling", "birth": "2010"}], "umc"),
        ("2012-05", [{"relation": "sibling"}], "umc"),
        # Born in 2008, perhaps not yet 18: treated as a child.
        ("2008", [], "umc"),
        ("2007", [], "adult"),
        (None, [], "umc"),
    ],
)
def test_what_a_person_counts_as(
    store: Store, user: UUID, birth: str | None, family: list[dict[str, Any]], expected: str
) -> None:
    person = a_person(store, user, birth=birth)
    for one in family:
        member(store, user, person, **one)
    with store.read() as db:
        assert person_class(db, person, TODAY) == expected


def test_a_child_listed_in_the_family_of_a_traveller_is_accompanied(
    store: Store, user: UUID
) -> None:
    mother = a_person(store, user)
    child = a_person(store, user, "Binta", birth="2016")
    member(store, user, mother, "child", member=child)
    with store.read() as db:
        assert person_class(db, child, TODAY) == "child_accompanied"
        assert person_class(db, mother, TODAY) == "family"


def test_the_birth_of_their_own_file_goes_before_what_was_said(store: Store, user: UUID) -> None:
    person = a_person(store, user)
    brother = a_person(store, user, "Modou", birth="2015", sex="M")
    member(store, user, person, "sibling", member=brother, birth="1999", sex="M")
    with store.read() as db:
        assert counts_of(db, person, TODAY) == Counts(boys=1)


def test_the_family_is_counted_by_sex_and_age(store: Store, user: UUID) -> None:
    person = a_person(store, user)
    for relation, sex, birth in (
        ("spouse", "M", "1988"),
        ("child", "F", "age:7/2026-11-22"),
        ("child", "M", None),
        ("child", None, "2008"),
        ("parent", "F", None),
    ):
        member(store, user, person, relation, sex=sex, birth=birth)
    member(store, user, person, "sibling", sex="M", birth="1991", is_accompanying=False)
    with store.read() as db:
        counts = counts_of(db, person, TODAY)
        assert counts == Counts(women=1, men=2, girls=1, boys=1, children=1)
        assert (counts.total, counts.in_words()) == (6, "3 adults, 3 children")
        assert counts_of(db, person, TODAY, only_accompanying=True).men == 1


def test_a_household_starts_with_the_counts_of_those_listed(store: Store, user: UUID) -> None:
    person = a_person(store, user)
    member(store, user, person, "child", sex="F", birth="2020")
    made = added(store, user, "household", person=person)
    with store.read() as db:
        assert db.get_one(Household, made).girls == 1


def test_a_grown_child_is_not_listed_as_a_child(store: Store, user: UUID) -> None:
    person = a_person(store, user, birth="1970")

    def add(birth: str):  # type: ignore[no-untyped-def]
        return lambda db: db.add(
            HouseholdMember(person=person, name="Binta", relation="child", birth=birth)
        )

    assert refused_rule(store, user, add("2000")) == "child_is_grown"
    with store.write(user) as db:
        add("2008")(db)  # perhaps 17


def test_a_relative_is_linked_to_one_file_not_the_persons_own(store: Store, user: UUID) -> None:
    person, sister = a_person(store, user), a_person(store, user, "Sira")

    def link(to: UUID):  # type: ignore[no-untyped-def]
        return lambda db: db.add(
            HouseholdMember(person=person, name="Sira", relation="sibling", member=to)
        )

    assert refused_rule(store, user, link(person)) == "own_relative"
    with store.write(user) as db:
        link(sister)(db)
    assert refused_rule(store, user, link(sister)) == "member_twice"


def test_a_household_is_described_once(store: Store, user: UUID) -> None:
    person = a_person(store, user)
    added(store, user, "household", person=person, women=1)

    def again(db):  # type: ignore[no-untyped-def]
        db.add(Household(person=person, women=2))

    assert refused_rule(store, user, again) == "one_household"
