"""Fields follow from the declaration of a record's questions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest

from app.documents.fields import Field
from app.documents.fonts import FontChain
from app.documents.job import Job
from app.documents.questions import rows, sections_of
from app.models.cases import Case
from app.models.consents import Consent
from app.models.ids import new_id
from app.models.persons import Person, PersonName
from app.models.record import Record, kinds
from app.models.store import Store
from tests.conftest import TODAY


@pytest.fixture
def job(office: tuple[Store, UUID], fonts: FontChain) -> Iterator[Job]:
    store, _user = office
    with store.read() as db:
        yield Job(db, fonts, ("en",), TODAY)


def laid_out(job: Job, kind: type[Record], record: Record | None) -> dict[str, Field]:
    """Give every field of all sections by its label."""
    return {
        field.label.text: field
        for section in sections_of(kind)
        for row in rows(job, kind, section, record)
        for field in row
    }


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_blank_sections_of_every_record_ask_each_question_once(job: Job, kind: str) -> None:
    record = kinds()[kind]
    for section in sections_of(record):
        asked = [field for row in rows(job, record, section, None) for field in row]
        assert len({field.label.text for field in asked}) == len(asked)
        assert [field.label.text for field in asked if field.value is not None] == []


def test_room_follows_the_kind_of_answer(job: Job) -> None:
    fields = laid_out(job, Person, None)
    assert fields["Date of birth or age"].boxes == (2, 2, 4)
    assert fields["Number of children"].boxes == (2,)
    assert [choice.label.text for choice in fields["Can read and write"].choices] == ["Yes", "No"]
    assert len(fields["Sex"].choices) == 4
    assert not fields["Country of birth"].choices


def test_code_of_a_later_version_is_printed_ticked(job: Job) -> None:
    consent = Consent(scopes=frozenset({"photo", "from_2030"}), given_on=date(2026, 3, 2))
    choices = laid_out(job, Consent, consent)["Agreed to"].choices
    ticked = [choice.label.text for choice in choices if choice.is_ticked]
    assert ticked == ["Take my photograph", "from_2030"]


def test_somebody_not_known_here_leaves_room_for_the_name(job: Job) -> None:
    fields = laid_out(job, Case, Case(number="1", counsellor=new_id()))
    assert (fields["Counsellor in charge"].value, fields["Case number"].value) == (None, "1")


def test_long_text_has_a_row_of_its_own(job: Job) -> None:
    consent = Consent(witness="Youssef", withheld_from="The embassy.")
    (section,) = sections_of(Consent)
    beside = [
        len(row)
        for row in rows(job, Consent, section, consent)
        for field in row
        if field.value == "The embassy."
    ]
    assert beside == [1]


def test_short_record_is_one_row_once_answered(job: Job) -> None:
    (section,) = sections_of(PersonName)
    name = PersonName(name_kind="legal", given_names="Fatou")
    (row,) = rows(job, PersonName, section, name)
    assert [field.value for field in row] == ["As on the document", "Fatou", None]
