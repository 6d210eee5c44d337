"""The forms of filed records: one that adds, one that corrects, one a verb asks with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from app.casework.corrections import correct
from app.casework.entry import add_record
from app.casework.files import parent_kind, parent_of
from app.casework.verbs import Verb, act, usual_answers
from app.casework.voids import void
from app.i18n import N_, _
from app.models.cases import Case
from app.models.date_types import Day
from app.models.fields import Field
from app.models.layout import Section
from app.models.record import Record, kinds
from app.models.types import Reference
from app.ui.forms import Form, without
from app.ui.inline_form import InlineForm
from app.ui.screens.person_file import PersonFile, reading
from app.ui.widgets.answers import AnswersControl
from app.ui.widgets.pick import Offered

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.ui.desk import Desk

Put = Callable[[InlineForm], None]
"""Puts a form in the page: what is not shown yet cannot take the keyboard."""
_NOT_ASKED: Final[Mapping[type[Record], tuple[str, ...]]] = {
    Case: (
        "number", "state", "state_reason", "marks", "opened", "closed", "closure_reason",
        "programme",
    ),
}  # fmt: skip
"""Questions that steps of another kind set."""


def asked_sections(kind: type[Record]) -> list[Section]:
    """Give what the forms of a kind ask: not what it stands under, nor what verbs set."""
    left_out = {kind.root_field or "", *_NOT_ASKED.get(kind, ())}
    if kind.filed is not None:
        left_out |= set(kind.filed.set_by_verbs)
    return without(kind.sections, left_out)  # type: ignore[attr-defined]


def shown_sections(kind: type[Record]) -> list[Section]:
    """Give what is shown of a record of a kind."""
    return without(kind.sections, [kind.root_field or ""])  # type: ignore[attr-defined]


def adding_form(
    desk: Desk, file: PersonFile, kind: type[Record], above: Record, put: Put
) -> InlineForm:
    """Make the form that adds a record of ``kind`` under ``above``, put in the page and filled."""
    title = _(kind.filed.add) if kind.filed is not None and kind.filed.add else _(kind.title)
    sections = asked_sections(kind)
    form = Form(
        desk,
        kind.fields,
        sections,
        offered=_offered(file, kind.fields, _names(sections), above),
        has_titles=len(sections) > 1,
    )
    root = kind.root_field or ""

    def save(db: Session, _answers: dict[str, Any]) -> object:
        # An answer taken away is told too: what is left out is answered as is usual.
        return add_record(db, kind.kind, {root: str(above.id), **form.asked()})

    adding = InlineForm(
        desk, f"person.{kind.kind}", form, title=title, save_label=_("Save"), save=save
    )
    with reading(desk) as db:
        usual = usual_answers(db, kind, db.get_one(type(above), above.id))
    put(adding)
    _prepare_items(form, file.person.main_language)
    adding.open(above.id, usual, _first_open(form, usual))
    return adding


def correcting_form(desk: Desk, file: PersonFile, record: Record, put: Put) -> InlineForm:
    """Make the form that corrects a record, put in the page and filled."""
    kind = type(record)
    sections = asked_sections(kind)
    above = file.by_id().get(parent_of(record) or record.id, record)
    form = Form(
        desk,
        kind.fields,
        sections,
        offered=_offered(file, kind.fields, _names(sections), above),
        has_titles=len(sections) > 1,
    )

    def save(db: Session, answers: dict[str, Any]) -> object:
        return correct(db, kind, record.id, answers)

    correcting = InlineForm(
        desk,
        f"person.correct.{kind.kind}",
        form,
        title=_(kind.title),
        save_label=_("Save"),
        save=save,
        is_correction=True,
    )
    put(correcting)
    _prepare_items(form, file.person.main_language, getattr(record, "version", None))
    correcting.open(record.id, record.as_json())
    return correcting


def verb_form(
    desk: Desk,
    file: PersonFile,
    record: Record,
    verb: Verb,
    put: Put,
    offered: Mapping[str, Offered] | None = None,
) -> InlineForm:
    """Make the form a verb asks with, put in the page with what the record says already.

    Args:
        offered: By question name, answers offered instead of all there are.
    """
    fields = {name: field.named(name) for name, field in verb.asks.items()}
    layout = Section(verb.title, tuple((name,) for name in fields))
    near = _offered(file, fields, list(fields), record)
    form = Form(desk, fields, [layout], offered={**near, **(offered or {})})

    def save(db: Session, answers: dict[str, Any]) -> object:
        given = {name: answer for name, answer in answers.items() if answer is not None}
        return act(db, db.get_one(type(record), record.id), verb.name, given)

    asking = InlineForm(
        desk,
        f"person.do.{verb.name}.{record.kind}",
        form,
        title=_(verb.title),
        save_label=_(verb.title),
        save=save,
    )
    said = record.as_json()
    today = desk.store.context().today.isoformat()
    answers = {
        name: said.get(name, today if _is_past_day(field) else None)
        for name, field in fields.items()
    }
    put(asking)
    asking.open(record.id, {name: answer for name, answer in answers.items() if answer is not None})
    return asking


def voiding_form(desk: Desk, record: Record, put: Put) -> InlineForm:
    """Make the form that asks why a record no longer counts, put in the page."""
    reason = replace(record.fields["voided"], required=True)
    form = Form(desk, {"voided": reason}, [Section(N_("No longer counts"), (("voided",),))])

    def save(db: Session, answers: dict[str, Any]) -> object:
        void(db.get_one(type(record), record.id), answers.get("voided") or "")
        return None

    asking = InlineForm(
        desk,
        f"person.void.{record.kind}",
        form,
        title=_("No longer counts"),
        save_label=_("Set aside"),
        save=save,
    )
    put(asking)
    asking.open(record.id, {})
    return asking


def _prepare_items(form: Form, spoken: str | None, version: str | None = None) -> None:
    """Show the items of a questionnaire in the person's language, in the version answered."""
    for question in form.questions.values():
        if isinstance(question.control, AnswersControl):
            question.control.speak(spoken or "")
            question.control.ask_with(None, version)


def _names(sections: list[Section]) -> list[str]:
    return [name for section in sections for name in section.names]


def _first_open(form: Form, usual: Mapping[str, Any]) -> str | None:
    """Give the first question that nothing usual answers: the keyboard begins there."""
    return next((name for name in form.questions if name not in usual), None)


def _is_past_day(field: Field) -> bool:
    return isinstance(field.type, Day) and field.type.past


def _offered(
    file: PersonFile, fields: Mapping[str, Field], names: list[str], above: Record
) -> dict[str, Offered]:
    """Offer, for questions that point into the file, the records that stand where they belong."""
    found: dict[str, Offered] = {}
    for name in names:
        asked = fields[name].type
        if not isinstance(asked, Reference):
            continue
        kind = kinds()[asked.kind]
        if kind.filed is None and kind is not Case:
            continue  # users, organisations: those the office knows
        found[name] = [(str(record.id), record.summary) for record in _near(file, kind, above)]
    return found


def _near(file: PersonFile, kind: type[Record], above: Record) -> list[Record]:
    """List the records of a kind under ``above``, or under the nearest it stands under itself."""
    by_id = file.by_id()
    place: Record | None = above
    while place is not None:
        listed = file.standing_under(kind, place.id)
        if listed or isinstance(place, parent_kind(kind)):
            return listed
        higher = parent_of(place)
        place = by_id.get(higher) if higher is not None else None
    return []
