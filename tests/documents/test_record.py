"""Any record prints from its declaration: its answers, what stands under it, and a blank form."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import select

from app.casework.voids import void
from app.documents.questions import is_printed, sections_of
from app.documents.record import printed_kinds
from app.documents.registry import Printed, documents, print_document
from app.errors import Refused
from app.i18n import in_language
from app.models.fields import P4
from app.models.ids import new_id
from app.models.instrument_files import instrument
from app.models.instruments import InstrumentResponse
from app.models.programme_facts import in_words
from app.models.protection import ProtectionRecord
from app.models.record import Record, kinds
from app.models.screenings import Screening
from app.models.store import Store
from app.models.types import Reference
from tests.conftest import TODAY

from .people import add_person
from .reading import lacks, read, squeezed
from .whole_file import WholeFile

PRINTED = sorted(printed_kinds(), key=lambda kind: kind.kind)
# Of investors and of experts: nobody returning has one.
ON_FILE = [kind for kind in PRINTED if kind.kind not in {"investment_project", "assignment"}]


def paper(
    store: Store, record: UUID | None, *languages: str, name: str = "record", blank: bool = False
) -> Printed:
    return print_document(store, name, record, languages or ("en",), blank, printed_on=TODAY)


def first_of(whole: WholeFile, kind: type[Record]) -> Record:
    with whole.store.read() as db:
        found = db.scalars(select(kind).where(kind.root == whole.person).limit(1)).first()
    assert found is not None, "the whole file lacks one"
    return found


def test_every_filed_kind_has_a_paper_of_its_own() -> None:
    filed = [kind.kind for kind in kinds().values() if kind.filed is not None]
    assert [name for name in filed if f"record.{name}" not in documents()] == []


def test_no_sealed_kind_has_a_paper() -> None:
    assert [kind.kind for kind in PRINTED if kind.is_confidential] == []
    questions = [(k, f) for k in PRINTED for f in k.fields.values() if f.personal >= P4]
    assert [f"{k.kind}.{f.name}" for k, f in questions if is_printed(f, None)] == []


@pytest.mark.parametrize("kind", PRINTED, ids=lambda kind: kind.kind)
def test_blank_paper_asks_every_question_and_tells_nothing(
    whole: WholeFile, kind: type[Record]
) -> None:
    printed = paper(whole.store, None, name=f"record.{kind.kind}", blank=True)
    text = squeezed(read(printed.pdf))
    asked = [
        kind.fields[name].label
        for section in sections_of(kind)
        for name in section.names
        if is_printed(kind.fields[name], None)
    ]
    assert [label for label in asked if squeezed(label) not in text] == []
    assert whole.number not in text


@pytest.mark.parametrize("languages", [("fr",), ("ar",), ("fr", "ar")], ids="-".join)
@pytest.mark.parametrize("kind", ON_FILE, ids=lambda kind: kind.kind)
def test_every_answer_is_on_the_paper(
    whole: WholeFile, kind: type[Record], languages: tuple[str, ...]
) -> None:
    record = first_of(whole, kind)
    printed = paper(whole.store, record.id, *languages)
    assert printed.unprintable == []
    with in_language(languages[0]):
        told = [
            record.shown(name)
            for section in sections_of(kind)
            for name in section.names
            if is_printed(record.fields[name], record)
            and not isinstance(record.fields[name].type, Reference)
        ]
    # Boxes to tick have no commas between them, and marks that steer direction are not drawn.
    letters = ["".join(filter(str.isalnum, value)) for value in told]
    assert [value for value in letters if lacks(printed.pdf, value)] == []


def test_what_stands_under_a_record_is_printed_with_it(whole: WholeFile) -> None:
    text = read(paper(whole.store, whole.ids["screening"]).pdf)
    assert "Réseau de compatriotes" in text


def test_lines_of_a_business_plan_are_printed_with_it(whole: WholeFile) -> None:
    text = read(paper(whole.store, whole.ids["business"]).pdf)
    assert [label for label in ("Machine à coudre", "Loyer") if label not in text] == []


def test_questionnaire_tells_what_was_asked(whole: WholeFile) -> None:
    text = squeezed(read(paper(whole.store, whole.ids["questionnaire"]).pdf))
    made = instrument("WG-SS")
    assert made is not None
    asked = [in_words(item.text) for item in made.items]
    assert [question for question in asked if squeezed(question) not in text] == []


def test_questionnaire_without_answers_is_printed(office: tuple[Store, UUID]) -> None:
    store, user = office
    _person, case, _number = add_person(store, user)
    with store.write(user) as db:
        response = InstrumentResponse(case=case, instrument="WG-SS", taken_on=TODAY)
        db.add(response)
    assert paper(store, response.id).pages == 1


def test_what_a_record_points_to_is_named_in_the_language_of_the_paper(whole: WholeFile) -> None:
    text = read(paper(whole.store, whole.ids["certificate"], "fr").pdf)
    assert "Retour volontaire assisté" in text
    assert "Assisted voluntary return" not in text


def test_sheet_for_any_record_has_room_to_write(whole: WholeFile) -> None:
    text = read(paper(whole.store, None, blank=True).pdf)
    assert "What is recorded" in text


def test_record_that_no_longer_counts_says_why(office: tuple[Store, UUID]) -> None:
    store, user = office
    _person, case, _number = add_person(store, user)
    with store.write(user) as db:
        screening = Screening(case=case, screening_kind="rapid", held_on=TODAY, result="done")
        db.add(screening)
    assert "no longer counts" not in read(paper(store, screening.id).pdf)
    with store.write(user) as db:
        void(db.get_one(Screening, screening.id), "entered twice")
    assert "This record no longer counts: entered twice" in read(paper(store, screening.id).pdf)


def test_sealed_record_is_not_printed(whole: WholeFile) -> None:
    with whole.store.read() as db:
        sealed = db.scalars(select(ProtectionRecord.id)).one()
    with pytest.raises(Refused) as refused:
        paper(whole.store, sealed)
    assert refused.value.rule == "not_printed"


def test_unknown_record_is_refused(whole: WholeFile) -> None:
    with pytest.raises(Refused) as refused:
        paper(whole.store, new_id())
    assert refused.value.rule == "unknown_record"


def test_paper_of_one_kind_is_not_printed_about_another(whole: WholeFile) -> None:
    with pytest.raises(Refused) as refused:
        paper(whole.store, whole.ids["screening"], name="record.travel")
    assert refused.value.rule == "unknown_record"
