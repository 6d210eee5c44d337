"""The intake form: every question asked, every answer printed, nothing told that must not be."""

from __future__ import annotations

from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.casework.people import pre_register
from app.casework.sharing import withdraw_consent
from app.documents.digests import digest
from app.documents.questions import is_printed, sections_of
from app.documents.registry import Printed, print_document
from app.errors import Refused
from app.i18n import LANGUAGES, in_language
from app.models.cases import Case
from app.models.choices import COUNTRIES
from app.models.consents import SCOPES, Consent
from app.models.ids import new_id
from app.models.persons import Contact, Person, PersonIdentifier, PersonName
from app.models.store import Store
from tests.conftest import TODAY

from .people import SAFE, UNSAFE, VALUES, add_person
from .reading import digest_on_paper, lacks, page_texts, read, squeezed

PRINTED = (Person, PersonName, Contact, PersonIdentifier, Consent, Case)
COMBINATIONS = [*((code,) for code in LANGUAGES), *permutations(LANGUAGES, 2)]


def intake(
    store: Store, record: UUID | None, *languages: str, blank: bool = False, **more: Any
) -> Printed:
    return print_document(
        store, "intake", record, languages or ("fr",), blank, printed_on=TODAY, **more
    )


@pytest.mark.parametrize("languages", COMBINATIONS, ids="-".join)
def test_every_answer_is_on_the_paper_in_every_language(
    office: tuple[Store, UUID], languages: tuple[str, ...]
) -> None:
    store, user = office
    person, _case, number = add_person(store, user)
    printed = intake(store, person, *languages)
    assert printed.unprintable == []
    said = [*VALUES, number]
    for code in languages:
        with in_language(code):
            said += [COUNTRIES.label("GN"), COUNTRIES.label("ML")]
    assert {value: found for value in said if (found := lacks(printed.pdf, value))} == {}


@pytest.mark.parametrize("kind", PRINTED)
def test_every_question_of_the_records_is_on_the_blank_form(
    office: tuple[Store, UUID], kind: type[Any]
) -> None:
    text = squeezed(read(intake(office[0], None, "en", blank=True).pdf))
    asked = [
        kind.fields[name].label
        for section in sections_of(kind)
        for name in section.names
        if is_printed(kind.fields[name], None)
    ]
    assert asked
    assert [label for label in asked if squeezed(label) not in text] == []


def test_only_long_notes_are_left_off_the_blank_form() -> None:
    left_off = [
        f"{kind.kind}.{name}"
        for kind in PRINTED
        for section in sections_of(kind)
        for name in section.names
        if not is_printed(kind.fields[name], None)
    ]
    assert left_off == ["person.note"]


@pytest.mark.parametrize("languages", [("fr",), ("ar",), ("fr", "ar")], ids="-".join)
def test_blank_form_tells_nothing_of_anybody(
    office: tuple[Store, UUID], languages: tuple[str, ...]
) -> None:
    store, user = office
    person, _case, number = add_person(store, user)
    printed = intake(store, person, *languages, blank=True)
    text = read(printed.pdf)
    assert [value for value in (*VALUES, number) if value in text] == []
    assert printed.pdf == intake(store, None, *languages, blank=True).pdf


def test_blank_form_offers_every_option_of_short_lists_only(office: tuple[Store, UUID]) -> None:
    text = squeezed(read(intake(office[0], None, "en", blank=True).pdf))
    with in_language("en"):
        assert [
            SCOPES.label(c) for c in SCOPES.codes() if squeezed(SCOPES.label(c)) not in text
        ] == []
    assert "Albania" not in text


def test_number_that_must_not_be_called_says_so(office: tuple[Store, UUID]) -> None:
    store, user = office
    person, _case, _number = add_person(store, user)
    text = read(intake(store, person, "en").pdf)
    at = text.index("Never call this number.")
    assert text.rindex(UNSAFE, 0, at) > text.rindex(SAFE, 0, at)
    assert text.count("Never call this number.") == 1


def test_withdrawn_consent_says_so(office: tuple[Store, UUID]) -> None:
    store, user = office
    person, _case, _number = add_person(store, user)
    assert "was withdrawn" not in read(intake(store, person, "en").pdf)
    with store.write(user) as db:
        consent = db.scalars(select(Consent).where(Consent.person == person)).one()
        withdraw_consent(db, consent)
    assert "This consent was withdrawn." in read(intake(store, person, "en").pdf)


def test_answers_with_unprintable_characters_are_named_in_the_last_lines(
    office: tuple[Store, UUID],
) -> None:
    store, user = office
    person, _case, _number = add_person(store, user, family="Bah \U00012000 Diallo")
    printed = intake(store, person, "en")
    assert printed.unprintable == [("Family name", "\U00012000")]
    end = page_texts(printed.pdf)[-1]
    assert "write them by hand: Family name." in squeezed(end, " ")
    assert lacks(printed.pdf, "Bah Diallo") == set()


def test_note_of_forty_lines_runs_over_pages_whole(office: tuple[Store, UUID]) -> None:
    store, user = office
    lines = [f"{number:02} – أريد أن أعود إلى بلدي, dit-elle." for number in range(40)]
    person, _case, _number = add_person(store, user, answers={"note": "\n".join(lines)})
    printed = intake(store, person, "fr")
    pages = page_texts(printed.pdf)
    holding = [page for page in pages if any(line[:2] + " –" in page for line in lines)]
    assert len(holding) >= 2
    for line in lines:
        assert sum(line[:2] + " –" in page for page in pages) == 1, line
    assert lacks(printed.pdf, "\n".join(lines)) == set()


@pytest.mark.parametrize("blank", [False, True])
@pytest.mark.parametrize("languages", [("en",), ("en", "ar")], ids="-".join)
def test_every_page_tells_its_number(
    office: tuple[Store, UUID], languages: tuple[str, ...], blank: bool
) -> None:
    store, user = office
    person, _case, _number = add_person(store, user)
    printed = intake(store, person, *languages, blank=blank)
    pages = page_texts(printed.pdf)
    assert len(pages) == printed.pages >= 3
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text


def test_place_to_sign_is_on_one_page(office: tuple[Store, UUID]) -> None:
    store, user = office
    person, _case, _number = add_person(store, user)
    said = ("Declaration", "Read to me by", "Signature of the person", "Thumbprint")
    for blank in (False, True):
        pages = page_texts(intake(store, person, "en", blank=blank).pdf)
        signing = [page for page in pages if "Signature of the person" in page]
        assert len(signing) == 1
        assert [word for word in said if word not in signing[0]] == []


def test_digest_is_of_the_answers_alone(office: tuple[Store, UUID]) -> None:
    store, user = office
    person, case, number = add_person(store, user)
    first = digest_on_paper(intake(store, person, "en").pdf)
    assert first == digest_on_paper(intake(store, case, "en", printed_by="Amina").pdf)
    assert first == digest_on_paper(intake(store, person, "ar", "en").pdf)
    with store.write(user) as db:
        db.get_one(Person, person).occupation = "Tailleur"
    assert first != digest_on_paper(intake(store, person, "en").pdf)
    assert number in read(intake(store, case, "en").pdf)


def test_digest_reads_alike_whatever_it_begins_with(office: tuple[Store, UUID]) -> None:
    # Digits after Arabic words change sides when nothing holds them.
    store, user = office
    for number in range(12):
        person, _case, _number = add_person(store, user, answers={"children": number})
        assert digest_on_paper(intake(store, person, "ar").pdf) == digest_on_paper(
            intake(store, person, "en").pdf
        )


def test_digest_depends_on_every_answer() -> None:
    one, other = (Person(id=UUID(int=1), occupation=word) for word in ("a", "b"))
    assert digest([one]) != digest([other])
    assert digest([one]) == digest([Person(id=UUID(int=1), occupation="a")])


def test_same_records_give_the_same_bytes(office: tuple[Store, UUID]) -> None:
    store, user = office
    person, case, _number = add_person(store, user)
    assert intake(store, person, "fr", "ar").pdf == intake(store, case, "fr", "ar").pdf


def test_person_of_six_answers_has_room_for_the_rest(office: tuple[Store, UUID]) -> None:
    store, user = office
    with store.write(user) as db:
        person = pre_register(db, given_names="Fatou", sex="F").id
    text = squeezed(read(intake(store, person, "en").pdf))
    assert [
        label for label in ("Fatou", "Signedonpaper", "Countryofreturn") if label not in text
    ] == []


def test_id_of_nobody_is_refused(office: tuple[Store, UUID]) -> None:
    with pytest.raises(Refused) as refused:
        intake(office[0], new_id(), "fr")
    assert refused.value.rule == "unknown_record"


def test_training_paper_says_that_nobody_is_real(office: tuple[Store, UUID]) -> None:
    store, user = office
    person, _case, _number = add_person(store, user)
    pages = page_texts(intake(store, person, "en").pdf)
    assert all("nobody on this paper is real" in page for page in pages)
