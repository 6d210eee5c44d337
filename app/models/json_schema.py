"""What a record kind accepts, described for other programs. Source: JSON Schema 2020-12."""

from __future__ import annotations

from typing import Any

from app.i18n import SOURCE_LANGUAGE, _, in_language
from app.models.fields import Field
from app.models.record import Record


def question_schema(field: Field) -> dict[str, Any]:
    """Describe one question, in English."""
    with in_language(SOURCE_LANGUAGE):
        return {
            "title": field.label,
            **({"description": field.help} if field.help else {}),
            **field.type.schema(),
            "x-sensitivity": field.personal.name,
            "x-merge": field.merge.value,
            **({"x-hxl": field.hxl} if field.hxl else {}),
        }


def schema_of(record: type[Record]) -> dict[str, Any]:
    """Describe one record kind: types, required answers, choices, sensitivity, merge policy."""
    with in_language(SOURCE_LANGUAGE):
        properties = {name: question_schema(f) for name, f in record.questions().items()}
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": f"urn:sanad:{record.kind}",
            "title": _(record.title),
            "description": (record.__doc__ or "").strip().split("\n")[0],
            "type": "object",
            "properties": properties,
            "required": [name for name, f in record.questions().items() if f.required],
            "additionalProperties": False,
        }
