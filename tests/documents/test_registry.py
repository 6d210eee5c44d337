"""Documents are found by name and printed one or many at a time."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.documents.registry import documents, print_document, print_many
from app.errors import Cancelled, Refused
from app.models.record import kinds
from app.models.store import Store
from tests.conftest import TODAY

from .people import add_person
from .reading import read


def test_every_document_is_named_titled_and_about_a_record_kind() -> None:
    assert "intake" in documents()
    for name, document in documents().items():
        assert (document.name, bool(document.title)) == (name, True)
        assert document.about is None or document.about in kinds()


def test_unknown_document_is_refused_with_those_there_are(office: tuple[Store, UUID]) -> None:
    with pytest.raises(Refused, match="intake") as refused:
        print_document(office[0], "ticket", None, ("fr",), True, printed_on=TODAY)
    assert refused.value.rule == "unknown_document"


@pytest.mark.parametrize("languages", [(), ("fr", "ar", "en"), ("de",)])
def test_languages_that_cannot_be_printed_are_refused(
    office: tuple[Store, UUID], languages: tuple[str, ...]
) -> None:
    with pytest.raises(Refused) as refused:
        print_document(office[0], "intake", None, languages, True, printed_on=TODAY)
    assert refused.value.rule == "print_languages"


def test_document_about_somebody_needs_to_know_whom(office: tuple[Store, UUID]) -> None:
    with pytest.raises(Refused) as refused:
        print_document(office[0], "intake", None, ("fr",), printed_on=TODAY)
    assert refused.value.rule == "record_required"


def test_one_language_twice_is_one_language(office: tuple[Store, UUID]) -> None:
    once, twice = (
        print_document(office[0], "intake", None, languages, True, printed_on=TODAY)
        for languages in (("fr",), ("fr", "fr"))
    )
    assert once.pdf == twice.pdf


def test_store_and_session_print_the_same_answers(office: tuple[Store, UUID]) -> None:
    store, user = office
    person, _case, number = add_person(store, user)
    with store.read() as db:
        printed = print_document(db, "intake", person, ("fr",), printed_on=TODAY)
    assert number in read(printed.pdf)


def test_many_are_printed_in_order_as_one_by_one(office: tuple[Store, UUID]) -> None:
    store, user = office
    people = [add_person(store, user, family=name)[0] for name in ("Bah", "Diallo", "Camara")]
    told: list[tuple[int, int]] = []
    printed = print_many(
        store, "intake", people, ("fr", "ar"), printed_on=TODAY,
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    one_by_one = [
        print_document(store, "intake", person, ("fr", "ar"), printed_on=TODAY) for person in people
    ]
    assert [paper.pdf for paper in printed] == [paper.pdf for paper in one_by_one]
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_cancelling_ends_the_printing_and_frees_the_store(office: tuple[Store, UUID]) -> None:
    store, user = office
    people = [add_person(store, user)[0] for _copy in range(3)]

    def stop_after_one(done: int, _total: int) -> None:
        if done == 1:
            raise Cancelled

    printed = []
    with pytest.raises(Cancelled):
        printed += print_many(
            store, "intake", people, ("fr",), printed_on=TODAY, progress=stop_after_one
        )
    assert print_document(store, "intake", people[0], ("fr",), printed_on=TODAY).pages
