"""Who may be the person being registered, and why."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.casework.likely_duplicates import MOST, Sought, likely_duplicates
from app.casework.people import register
from app.models.store import Store
from app.models.values import PartialDate


def _add(store: Store, user: UUID, given: str, family: str | None = None, **more: Any) -> UUID:
    about = {"sex": "M", "nationalities": ["GN"], **more.pop("about", {})}
    with store.write(user) as db:
        names = [{"given_names": given, "family_name": family}, *more.pop("names", [])]
        return register(db, about, names=names, **more).id


def test_a_name_in_another_script_sounds_alike(store: Store, user: UUID) -> None:
    person = _add(store, user, "محمدو", "باه")
    (found,) = likely_duplicates(store, Sought(names=("Mamadou Bah",)))
    assert found.person == person
    assert "Mamadou" in found.reasons[0]
    assert "محمدو" in found.reasons[0]


def test_the_same_telephone_is_enough(store: Store, user: UUID) -> None:
    _add(store, user, "Awa", contacts=[{"number": "+212612345678"}])
    (found,) = likely_duplicates(store, Sought(phones=("06 12 34 56 78",)))
    assert found.reasons == ["same telephone"]


def test_one_word_of_two_is_not_enough(store: Store, user: UUID) -> None:
    _add(store, user, "Fatou", "Bah")
    assert likely_duplicates(store, Sought(names=("Mamadou Bah",))) == []


def test_a_single_name_needs_more_than_itself(store: Store, user: UUID) -> None:
    _add(store, user, "Ibrahim", about={"birth": "1990"})
    assert likely_duplicates(store, Sought(names=("Ibrahim",))) == []
    with_year = Sought(names=("Ibrahim",), birth=PartialDate("age:36/2026-11-22"))
    (found,) = likely_duplicates(store, with_year)
    assert "birth years overlap" in found.reasons


def test_the_first_of_january_is_no_more_than_its_year(store: Store, user: UUID) -> None:
    _add(store, user, "Moussa", "Traoré", about={"birth": "1990-01-01"})
    sought = Sought(names=("Moussa Traore",), birth=PartialDate("1990-01-01"))
    (found,) = likely_duplicates(store, sought)
    assert "same date of birth" not in found.reasons
    assert "birth years overlap" in found.reasons


def test_the_same_real_day_is_a_strong_reason(store: Store, user: UUID) -> None:
    _add(store, user, "Moussa", "Traoré", about={"birth": "1990-05-17"})
    sought = Sought(names=("Moussa Traore",), birth=PartialDate("1990-05-17"))
    (found,) = likely_duplicates(store, sought)
    assert "same date of birth" in found.reasons


def test_the_same_father_is_a_reason(store: Store, user: UUID) -> None:
    father = {"given_names": "Alpha Oumar", "name_kind": "father"}
    _add(store, user, "Mamadou", "Bah", names=[father])
    (found,) = likely_duplicates(store, Sought(names=("Mamadou Bah",), fathers=("Alpha Oumar",)))
    assert "same father's name" in found.reasons


def test_unknown_nationality_is_no_reason(store: Store, user: UUID) -> None:
    _add(store, user, "Mamadou", "Bah", about={"nationalities": ["XXX"]})
    (found,) = likely_duplicates(
        store, Sought(names=("Mamadou Bah",), nationalities=frozenset({"XXX"}))
    )
    assert not any("nationality" in reason for reason in found.reasons)


def test_at_most_eight_are_listed_the_likeliest_first(store: Store, user: UUID) -> None:
    for number in range(12):
        _add(store, user, "Mamadou", "Bah", about={"birth": str(1985 + number % 2 * 10)})
    found = likely_duplicates(store, Sought(names=("Mamadou Bah",), birth=PartialDate("1985")))
    assert len(found) == 6  # the others were born ten years later
    assert len(likely_duplicates(store, Sought(names=("Mamadou Bah",)))) == MOST
    assert "birth years overlap" in found[0].reasons


def test_nothing_known_finds_nobody(store: Store, user: UUID) -> None:
    _add(store, user, "Mamadou", "Bah")
    assert likely_duplicates(store, Sought()) == []
    assert likely_duplicates(store, Sought(names=("Zz",), phones=("06",))) == []
