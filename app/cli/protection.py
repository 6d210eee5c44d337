"""Commands about protection records: sealed by anybody, opened by protection officers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from app.casework.entry import get_record
from app.casework.protection import (
    clear_child_return,
    open_sealed,
    open_versions,
    release_hold,
    seal,
    views_of,
)
from app.casework.protection import reseal as reseal_records
from app.casework.users import require_role
from app.cli.session import CommandLine, pass_command_line, read_documents, record_id
from app.errors import Refused
from app.i18n import _, ngettext
from app.models.cases import Case
from app.models.officers import PROTECTION, officers
from app.models.protection import PROTECTION_FIELDS, ProtectionRecord
from app.models.users import User


@click.group()
def protection() -> None:
    """Seal what endangers a person, so that only protection officers read it."""


@protection.command(name="seal")
@click.argument("person")
@click.argument("file", default="-")
@click.option("--record", metavar="ID", help="Seal in place of what this record says.")
@pass_command_line
def seal_(line: CommandLine, person: str, file: str, record: str | None) -> None:
    """Seal answers about PERSON, given as a JSON object."""
    documents = read_documents(file)
    if len(documents) > 1:
        raise Refused("one_object", _("Give one JSON object with the answers to set."))
    [(_number, answers)] = documents
    with line.store() as (store, user):
        former = None if record is None else record_id(record)
        made = seal(store, user, record_id(person), answers, former)
    line.answer({"id": str(made)}, str(made))


@protection.command(name="open")
@click.argument("record")
@click.option("--versions", is_flag=True, help="Everything it has said, one document a line.")
@pass_command_line
def open_(line: CommandLine, record: str, versions: bool) -> None:
    """Open a sealed RECORD; that you did is noted."""
    with line.store() as (store, user):
        if versions:
            for version in open_versions(store, user, record_id(record)):
                line.line(
                    {
                        "at": version.at.isoformat(timespec="milliseconds"),
                        "author": version.author,
                        "is_current": version.is_current,
                        "answers": None if version.answers is None else _as_json(version.answers),
                    }
                )
            return
        answers = open_sealed(store, user, record_id(record))
        with store.read() as db:
            found = db.get_one(ProtectionRecord, record_id(record))
            line.answer(
                {
                    "id": record,
                    "person": str(found.person),
                    "is_disputed": bool(found.conflicts),
                    "answers": _as_json(answers),
                }
            )


def _as_json(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: PROTECTION_FIELDS[name].type.to_json(value) for name, value in answers.items()}


@protection.command()
@click.argument("record")
@pass_command_line
def views(line: CommandLine, record: str) -> None:
    """List who has opened a sealed RECORD, and when."""
    with line.store() as (store, user), store.read() as db:
        require_role(store, user, PROTECTION)
        for view in views_of(db, get_record(db, "protection_record", record_id(record)).id):
            who = db.get(User, view.user)
            name, at = who.summary if who else "", view.at.isoformat(timespec="milliseconds")
            line.answer({"at": at, "user": str(view.user), "name": name}, f"{at}\t{name}")


@protection.command()
@pass_command_line
def reseal(line: CommandLine) -> None:
    """Seal again to the present protection officers, after one has come or gone."""
    with line.store() as (store, user):
        came = reseal_records(store, user)
        with store.read() as db:
            names = [officer.summary for officer in officers(db)]
    told = ngettext(
        "{count} record was sealed again. It opens for: {names}.",
        "{count} records were sealed again. They open for: {names}.",
        came.done,
    ).format(count=came.done, names=_(", ").join(names))
    line.answer({"resealed": came.done, "left": came.left, "officers": names}, told)


@protection.command()
@click.argument("case")
@pass_command_line
def release(line: CommandLine, case: str) -> None:
    """Let a CASE on protection hold go on."""
    with line.store() as (store, user), store.write(user) as db:
        found = get_record(db, "case", record_id(case))
        assert isinstance(found, Case)
        made = release_hold(db, found)
    line.answer({"id": str(made.id)}, str(made.id))


@protection.command()
@click.argument("record")
@click.argument("case")
@pass_command_line
def clear(line: CommandLine, record: str, case: str) -> None:
    """Let the return of the child in CASE go on, when the sealed RECORD holds all it needs."""
    with line.store() as (store, user):
        made = clear_child_return(store, user, record_id(record), record_id(case))
    line.answer({"id": str(made)}, str(made))
