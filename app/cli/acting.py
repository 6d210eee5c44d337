"""Commands that do something with a record: the verbs behind the buttons of the screens."""

from __future__ import annotations

from typing import Any

import click

from app.casework.entry import get_record
from app.casework.users import require_role, roles_of
from app.casework.verbs import Verb, verbs_of
from app.casework.verbs import act as act_on
from app.cli.session import CommandLine, pass_command_line, read_documents, record_id
from app.errors import Refused
from app.i18n import SOURCE_LANGUAGE, _, in_language
from app.models.json_schema import question_schema
from app.models.officers import PROTECTION
from app.models.record import Record, kind_named


@click.command()
@click.argument("kind")
@click.argument("id_")
@click.argument("verb")
@click.argument("file", required=False)
@pass_command_line
def act(line: CommandLine, kind: str, id_: str, verb: str, file: str | None) -> None:
    """Do VERB with a record; FILE (or -) answers what it asks, as a JSON object."""
    record = kind_named(kind)
    answers: Any = {}
    if file is not None:
        documents = read_documents(file)
        if len(documents) > 1:
            raise Refused("one_object", _("Give one JSON object with the answers."))
        [(_number, answers)] = documents
    with line.store() as (store, user):
        if record.is_confidential:
            require_role(store, user, PROTECTION)
        with store.write(user) as db:
            found = get_record(db, kind, record_id(id_))
            made = act_on(db, found, verb, answers)
        document = {"id": id_, "record": found.as_json()}
        if isinstance(made, Record) and made is not found:
            document["made"] = {"id": str(made.id), "kind": made.kind}
    line.answer(document, found.summary)


@click.command()
@click.argument("kind")
@click.argument("id_")
@pass_command_line
def verbs(line: CommandLine, kind: str, id_: str) -> None:
    """List what you may do with a record as it stands, one JSON document a line."""
    record = kind_named(kind)
    with line.store() as (store, user):
        if record.is_confidential:
            require_role(store, user, PROTECTION)
        roles = roles_of(store, user)
        with store.read() as db:
            for verb in verbs_of(db, get_record(db, kind, record_id(id_)), roles):
                line.line(_described(verb))


def _described(verb: Verb) -> dict[str, Any]:
    with in_language(SOURCE_LANGUAGE):
        return {
            "verb": verb.name,
            "title": verb.title,
            "is_step": verb.is_step,
            "asks": {name: question_schema(field) for name, field in verb.asks.items()},
            "required": [name for name, field in verb.asks.items() if field.required],
        }
