"""Every record kind and every question, walked: what is declared once must follow everywhere."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema
import pytest

from app.casework.demo import fill
from app.i18n import LANGUAGES, in_language
from app.models.choice_types import Choice, ChoiceSet
from app.models.choices import COUNTRIES
from app.models.fields import Field, Merge, Sensitivity
from app.models.json_schema import schema_of
from app.models.programmes import courses, programmes
from app.models.record import Record, kinds
from app.models.types import Flag, Reference, Text
from tests.conftest import Office

QUESTIONS = [
    pytest.param(record, field, id=f"{kind}.{field.name}")
    for kind, record in kinds().items()
    for field in record.questions().values()
]
KINDS = [pytest.param(record, id=kind) for kind, record in kinds().items()]


@pytest.mark.parametrize("record", KINDS)
def test_every_question_has_one_place_in_the_layout(record: type[Record]) -> None:
    laid_out = [name for section in record.sections for name in section.names]  # type: ignore[attr-defined]
    shown = {name for name in record.questions() if name != record.root_field}
    assert sorted(set(laid_out) - {record.root_field}) == sorted(shown)
    assert len(laid_out) == len(set(laid_out))


@pytest.mark.parametrize("record", KINDS)
def test_every_kind_says_what_it_is(record: type[Record]) -> None:
    assert record.__doc__
    assert record.title != Record.__name__
    assert record.root_field is None or record.fields[record.root_field].required


@pytest.mark.parametrize(("record", "field"), QUESTIONS)
def test_every_question_is_fully_declared(record: type[Record], field: Field) -> None:
    assert field.label[0].isupper()
    assert isinstance(field.personal, Sensitivity)
    if field.merge is Merge.UNION:
        assert isinstance(field.type, ChoiceSet)
    if field.merge is Merge.CAUTIOUS:
        assert isinstance(field.type, (Choice, Flag))
    if field.merge is Merge.APPEND:
        assert isinstance(field.type, Text)
        assert field.type.multiline
    if isinstance(field.type, Reference):
        assert field.type.kind in kinds()


@pytest.mark.parametrize(("record", "field"), QUESTIONS)
def test_every_question_is_named_in_every_language(record: type[Record], field: Field) -> None:
    for code in LANGUAGES:
        with in_language(code):
            if isinstance(field.type, (Choice, ChoiceSet)):
                for option, label in field.type.choices.offered():
                    assert label
                    assert label != option or option in {"IOM"} or len(option) < 4


def test_schemas_are_valid_and_accept_what_the_store_holds(office: Office) -> None:
    store, user = office
    fill(store, user, people=15, seed=3)
    schemas = {kind: schema_of(record) for kind, record in kinds().items()}
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    with store.read() as db:
        for kind, record in kinds().items():
            for row in db.query(record):
                document = row.as_json()
                del document["id"], document["kind"]
                jsonschema.validate(document, schemas[kind])


@pytest.mark.parametrize("record", KINDS)
def test_schema_tells_sensitivity_and_merge(record: type[Record]) -> None:
    for described in schema_of(record)["properties"].values():
        assert described["x-sensitivity"] in {"P0", "P1", "P2", "P3", "P4"}
        assert described["x-merge"] in {merge.value for merge in Merge}


def test_rows_are_written_by_saves_and_projection_only() -> None:
    tables = "|".join(kinds())
    written = re.compile(
        rf'\b(INSERT (OR \w+ )?INTO|UPDATE|DELETE FROM|REPLACE INTO) "?({tables})\b', re.IGNORECASE
    )
    for path in Path("app").rglob("*.py"):
        if path.name != "projection.py":
            assert not written.search(path.read_text("utf-8")), path


def test_programmes_and_courses_are_named_in_every_language() -> None:
    for programme in programmes().values():
        assert set(programme.names) == set(LANGUAGES)
        assert all(set(names) == set(LANGUAGES) for names in programme.topics.values())
        assert set(programme.curricula) <= set(courses())
    for course in courses().values():
        assert set(course.names) == set(LANGUAGES)


@pytest.mark.parametrize(
    ("text", "found"),
    [("Sénégal", ["SN"]), ("senegal", ["SN"]), ("السنغال", ["SN"]), ("SN", ["SN"]),
     ("Congo", ["CG", "CD"]), ("Côte d’Ivoire", ["CI"]), ("Guinea", ["GN"]), ("Nowhere", [])],
)  # fmt: skip
def test_countries_are_found_by_name_in_any_language(text: str, found: list[str]) -> None:
    assert COUNTRIES.find(text) == found
