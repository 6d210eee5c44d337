"""Records entered from outside, as JSON: through the same verbs and rules as the screens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.casework.cases import open_case
from app.casework.group_sessions import record_group_session
from app.casework.people import register
from app.casework.programmes import change_programme
from app.casework.protection import seal_in
from app.casework.sessions import record_session, schedule
from app.casework.training import create_group, enrol, mark
from app.casework.training_calendar import add_half_day
from app.casework.verbs import usual_answers
from app.errors import Refused
from app.i18n import _, isolate
from app.models.cases import Case
from app.models.fields import Merge
from app.models.json_schema import question_schema, schema_of
from app.models.persons import Contact, PersonIdentifier, PersonName
from app.models.protection import PROTECTION_FIELDS
from app.models.record import Record, kind_named
from app.models.training import Enrolment
from app.models.types import Context, Reference
from app.models.users import User

Answers = Mapping[str, Any]


def add_record(db: Session, kind: str, given: Answers) -> Record:
    """Add a record of ``kind`` from JSON; what is left out is answered as a form would start.

    A person may bring ``names``, ``contacts`` and ``identifiers``; a case is given its number.

    Raises:
        Refused: Unknown kind or field, an answer that only a verb gives, or one that breaks a
            rule.
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
    usual = usual_answers(db, record, _parent_of(db, record, answers))
    _require_left_to_verbs(record, {n: v for n, v in answers.items() if v != usual.get(n)})
    added = record(**{**usual, **answers})
    db.add(added)
    return added


def _parent_of(db: Session, record: type[Record], answers: Answers) -> Record:
    """Give the record another is added to; of one that stands alone, who adds it."""
    if record.root_field is None:
        return db.get_one(User, db.info["author"])
    db.flush()  # the parent may be of the same save
    parent = _reference(answers, record.root_field, record.kind)
    type_ = record.fields[record.root_field].type
    assert isinstance(type_, Reference)
    found = db.get(kind_named(type_.kind), parent)
    if found is None:
        raise Refused(
            "unknown_reference",
            _("There is no record “{kind}” with this id here.").format(
                kind=_(kind_named(type_.kind).title)
            ),
            record.root_field,
            record.kind,
        )
    return found


def _require_left_to_verbs(record: type[Record], answers: Answers) -> None:
    """Refuse answers that only verbs give, such as a state."""
    for name in _set_by_verbs(record):
        if answers.get(name) is not None:
            raise _left_to_verbs(record, name)


def _left_to_verbs(record: type[Record], name: str) -> Refused:
    return Refused(
        "set_by_verbs",
        _(
            "“{question}” is not typed in: it follows from what is done. See “verbs” and “act”."
        ).format(question=_(record.fields[name].label)),
        name,
        record.kind,
    )


def _set_by_verbs(record: type[Record]) -> tuple[str, ...]:
    if record.filed is not None:
        return record.filed.set_by_verbs
    return _SET_BY_VERBS.get(record.kind, ())


def set_record(db: Session, kind: str, record_id: UUID, given: Answers) -> Record:
    """Set answers of a record from JSON; None clears one."""
    record = get_record(db, kind, record_id)
    if record.is_confidential:
        raise Refused(
            "sealed",
            _("Sealed records are changed with “protection seal” and its option --record."),
            None,
            record.kind,
        )
    answers = {n: v for n, v in given.items() if (n, v) not in _identity_of(record)}
    _require_known(type(record), answers)
    if record.kind == "case" and "state" in answers:
        raise Refused(
            "use_advance",
            _("A case moves by its own steps. Use “case advance” with the state."),
            "state",
            "case",
        )
    held = record.as_json()
    for name in _set_by_verbs(type(record)):
        if name in answers and answers[name] != held.get(name):
            raise _left_to_verbs(type(record), name)
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
    left = _set_by_verbs(record)
    schema["required"] = [n for n in schema["required"] if n not in given and n not in left]
    for name in left:
        schema["properties"][name]["readOnly"] = True
    if record.kind == "person":
        for name, part in _PARTS.items():
            items = schema_of(part)
            items["required"] = [n for n in items["required"] if n not in {"person", "name_kind"}]
            del items["properties"]["person"]
            schema["properties"][name] = {"type": "array", "items": items}
        schema["properties"]["names"]["minItems"] = 1
        schema["required"].append("names")
    if record.kind == "protection_record":
        del schema["properties"]["content"]
        schema["required"].remove("content")
        for name, field in PROTECTION_FIELDS.items():
            # They are sealed and settled together, whatever each would do alone.
            schema["properties"][name] = {**question_schema(field), "x-merge": Merge.ASK.value}
        schema["required"] += [name for name, f in PROTECTION_FIELDS.items() if f.required]
    if record.kind == "counselling_session":
        schema["properties"]["next_appointment"] = (
            kind_named("appointment").fields["at"].type.schema()
        )
    if record.kind == "group_session":
        case = kind_named("counselling_session").fields["case"].type.schema()
        schema["properties"]["participants"] = {"type": "array", "items": case, "minItems": 1}
        schema["required"].append("participants")
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


# What verbs set of records that are shown on screens of their own, not as lists of a file.
_SET_BY_VERBS: Final = {
    "activity": ("state",),
    "case": ("marks", "state_reason", "closed", "closure_reason"),
    "enrolment": ("state", "completed_on", "waived_by", "left_because"),
    "expert_need": ("state",),
}

# Answered by the verb when they are left out.
_ASSIGNED: Final = {
    "case": ("number", "state"),
    "counselling_session": ("held_on",),
    "appointment": ("state",),
    "enrolment": ("state",),
    "training_session": ("minutes",),
    "group_session": ("held_on",),
}

# Not answers of the record itself, but arranged with it.
_ARRANGED: Final = {
    "counselling_session": ("next_appointment",),
    "group_session": ("participants",),
    "protection_record": tuple(PROTECTION_FIELDS),
}


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
    _require_left_to_verbs(Case, answers)
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
    typed = {n: v for n, v in answers.items() if (n, v) != ("state", "enrolled")}
    _require_left_to_verbs(Enrolment, typed)
    return enrol(
        db,
        _reference(answers, "group", "enrolment"),
        _reference(answers, "person", "enrolment"),
        **_rest(answers, "group", "person"),
    )


def _add_training_group(db: Session, answers: Answers) -> Record:
    return create_group(db, **answers)


def _add_half_day(db: Session, answers: Answers) -> Record:
    group = _parent_of(db, kind_named("training_session"), answers)
    return add_half_day(db, group.id, _rest(answers, "group"))


def _add_group_session(db: Session, answers: Answers) -> Record:
    participants = answers.get("participants") or []
    if not isinstance(participants, list):
        raise Refused(
            "type", _("Give a list of the ids of cases."), "participants", "group_session"
        )
    cases = [_reference({"case": case}, "case", "counselling_session") for case in participants]
    return record_group_session(db, cases, **_rest(answers, "participants"))


def _add_protection_record(db: Session, answers: Answers) -> Record:
    person = _reference(answers, "person", "protection_record")
    return seal_in(db, person, _rest(answers, "person"))


def _add_move(db: Session, answers: Answers) -> Record:
    raise Refused(
        "use_advance",
        _("A case moves by its own steps. Use “case advance” with the state."),
        None,
        "case_transition",
    )


def _add_clearance(db: Session, answers: Answers) -> Record:
    raise Refused(
        "use_protection",
        _("A clearance is given with “protection release” or “protection clear”."),
        None,
        "protection_clearance",
    )


def _add_attendance(db: Session, answers: Answers) -> Record:
    context: Context = db.info["context"]
    fields = kind_named("attendance").fields
    return mark(
        db,
        _reference(answers, "enrolment", "attendance"),
        *(
            fields[name].clean(_required(answers, name, "attendance"), context)
            for name in ("held_on", "half_day", "mark")
        ),
    )


def _add_programme_change(db: Session, answers: Answers) -> Record:
    code = _required(answers, "code", "programme_change")
    return change_programme(db, str(code), **_rest(answers, "code"))


_ADDERS: Final[dict[str, Callable[[Session, Answers], Record]]] = {
    "person": _add_person,
    "case": _add_case,
    "case_transition": _add_move,
    "counselling_session": _add_session,
    "appointment": _add_appointment,
    "training_group": _add_training_group,
    "training_session": _add_half_day,
    "group_session": _add_group_session,
    "enrolment": _add_enrolment,
    "attendance": _add_attendance,
    "protection_record": _add_protection_record,
    "protection_clearance": _add_clearance,
    "programme_change": _add_programme_change,
}
