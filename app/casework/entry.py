"""Records entered from outside, as JSON: through the same verbs and rules as the screens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.casework.cases import open_case
from app.casework.people import register
from app.casework.sessions import record_session, schedule
from app.casework.training import enrol, mark
from app.errors import Refused
from app.i18n import _, isolate
from app.models.json_schema import schema_of
from app.models.persons import Contact, PersonIdentifier, PersonName
from app.models.record import Record, kind_named
from app.models.types import Context

Answers = Mapping[str, Any]


def add_record(db: Session, kind: str, given: Answers) -> Record:
    """Add a record of ``kind`` from JSON.

    A person may bring ``names``, ``contacts`` and ``identifiers``; a case is given its number.

    Raises:
        Refused: Unknown kind or field, or an answer breaks a rule.
    """
    record = kind_named(kind)
    answers = {name: value for name, value in given.items() if name != "kind"}
    parts = _PARTS if record.kind == "person" else {}
    _require_known(record, answers, also=(*parts, *_ARRANGED.get(record.kind, ())))
    for name, part in parts.items():
        for one in _listed(answers, name):
            _require_known(part, one, but=("person",))
    adder = _ADDERS.get(record.kind)
    if adder is not None:
        return adder(db, answers)
    added = record(**answers)
    db.add(added)
    return added


def set_record(db: Session, kind: str, record_id: UUID, given: Answers) -> Record:
    """Set answers of a record from JSON; None clears one."""
    record = get_record(db, kind, record_id)
    answers = {n: v for n, v in given.items() if (n, v) not in _identity_of(record)}
    _require_known(type(record), answers)
    if record.kind == "case" and "state" in answers:
        raise Refused(
            "use_advance",
            _("A case moves by its own steps. Use “case advance” with the state."),
            "state",
            "case",
        )
    for name, value in answers.items():
        setattr(record, name, value)
    return record


def get_record(db: Session, kind: str, record_id: UUID) -> Record:
    """Give a record by its id.

    Raises:
        Refused: It is not in this store.
    """
    found = db.get(kind_named(kind), record_id)
    if found is None:
        raise Refused(
            "unknown_record",
            _("There is no record “{kind}” with the id {id} here.").format(
                kind=_(kind_named(kind).title), id=isolate(str(record_id))
            ),
            "id",
            kind_named(kind).kind,
        )
    return found


def entry_schema(record: type[Record]) -> dict[str, Any]:
    """Describe what ``add_record`` accepts for a kind: its own schema, and what comes with it."""
    schema = schema_of(record)
    given = _ASSIGNED.get(record.kind, ())
    schema["required"] = [name for name in schema["required"] if name not in given]
    if record.kind == "person":
        for name, part in _PARTS.items():
            items = schema_of(part)
            items["required"] = [n for n in items["required"] if n not in {"person", "name_kind"}]
            del items["properties"]["person"]
            schema["properties"][name] = {"type": "array", "items": items}
        schema["properties"]["names"]["minItems"] = 1
        schema["required"].append("names")
    if record.kind == "counselling_session":
        schema["properties"]["next_appointment"] = (
            kind_named("appointment").fields["at"].type.schema()
        )
    return schema


def warnings_of(record: Record, context: Context) -> list[dict[str, str]]:
    """List what a person should look at twice in a record's answers."""
    return [
        {"field": name, "message": warning}
        for name, field in record.fields.items()
        if (value := getattr(record, name)) is not None
        for warning in field.type.warnings(value, context)
    ]


_PARTS: Final[dict[str, type[Record]]] = {
    "names": PersonName,
    "contacts": Contact,
    "identifiers": PersonIdentifier,
}


# Answered by the verb when they are left out.
_ASSIGNED: Final = {
    "case": ("number", "state"),
    "counselling_session": ("held_on",),
    "appointment": ("state",),
    "enrolment": ("state",),
}

# Not answers of the record itself, but arranged with it.
_ARRANGED: Final = {"counselling_session": ("next_appointment",)}


def _identity_of(record: Record) -> tuple[tuple[str, Any], ...]:
    # What ``get`` answers may be given back to ``set`` as it is.
    return (("id", str(record.id)), ("kind", record.kind))


def _listed(answers: Answers, name: str) -> list[dict[str, Any]]:
    """Give what comes with a person, such as their names.

    Raises:
        Refused: It is not a list of objects.
    """
    given = answers.get(name, [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise Refused("type", _("Give a list of JSON objects."), name, "person")
    return given


def _require_known(
    record: type[Record],
    answers: Answers,
    also: tuple[str, ...] = (),
    but: tuple[str, ...] = (),
) -> None:
    known = [name for name in record.questions() if name not in but]
    for name in answers:
        if name not in known and name not in also:
            raise Refused(
                "unknown_field",
                _("“{kind}” has no question {name}. Its questions: {names}.").format(
                    kind=_(record.title),
                    name=isolate(str(name)),
                    names=isolate(", ".join([*known, *also])),
                ),
                str(name),
                record.kind,
            )


def _required(answers: Answers, name: str, kind: str) -> Any:
    value = answers.get(name)
    if value is None:
        raise Refused("required", _("Please answer this question."), name, kind)
    return value


def _reference(answers: Answers, name: str, kind: str) -> UUID:
    value = _required(answers, name, kind)
    cleaned: UUID = kind_named(kind).fields[name].clean(value, Context(date.max))
    return cleaned


def _rest(answers: Answers, *taken: str) -> dict[str, Any]:
    return {name: value for name, value in answers.items() if name not in taken}


def _add_person(db: Session, answers: Answers) -> Record:
    return register(
        db,
        _rest(answers, *_PARTS),
        names=_listed(answers, "names"),
        contacts=_listed(answers, "contacts"),
        identifiers=_listed(answers, "identifiers"),
    )


def _add_case(db: Session, answers: Answers) -> Record:
    if "state" in answers:
        raise Refused(
            "use_advance",
            _("A case moves by its own steps. Use “case advance” with the state."),
            "state",
            "case",
        )
    return open_case(
        db,
        _reference(answers, "person", "case"),
        _required(answers, "programme", "case"),
        **_rest(answers, "person", "programme"),
    )


def _add_session(db: Session, answers: Answers) -> Record:
    case = _reference(answers, "case", "counselling_session")
    return record_session(db, case, **_rest(answers, "case"))


def _add_appointment(db: Session, answers: Answers) -> Record:
    return schedule(
        db,
        _reference(answers, "person", "appointment"),
        at=_required(answers, "at", "appointment"),
        purpose=_required(answers, "purpose", "appointment"),
        **_rest(answers, "person", "at", "purpose"),
    )


def _add_enrolment(db: Session, answers: Answers) -> Record:
    enrolled = enrol(
        db,
        _reference(answers, "group", "enrolment"),
        _reference(answers, "person", "enrolment"),
    )
    for name, value in _rest(answers, "group", "person").items():
        setattr(enrolled, name, value)
    return enrolled


def _add_attendance(db: Session, answers: Answers) -> Record:
    context: Context = db.info["context"]
    fields = kind_named("attendance").fields
    return mark(
        db,
        _reference(answers, "enrolment", "attendance"),
        fields["held_on"].clean(_required(answers, "held_on", "attendance"), context),
        _required(answers, "half_day", "attendance"),
        _required(answers, "mark", "attendance"),
    )


_ADDERS: Final[dict[str, Callable[[Session, Answers], Record]]] = {
    "person": _add_person,
    "case": _add_case,
    "counselling_session": _add_session,
    "appointment": _add_appointment,
    "enrolment": _add_enrolment,
    "attendance": _add_attendance,
}
