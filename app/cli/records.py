"""Commands about records of any kind."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any
from uuid import UUID

import click
from sqlalchemy import ColumnElement, Text, cast, select

from app.casework.entry import add_record, entry_schema, get_record, set_record, warnings_of
from app.casework.history import history as history_of
from app.casework.people import display_names
from app.casework.users import require_role
from app.casework.voids import restore_record
from app.casework.voids import void as void_record
from app.cli.session import CommandLine, pass_command_line, read_documents, record_id
from app.errors import Refused, RefusedMany
from app.i18n import _, ngettext
from app.models.officers import PROTECTION
from app.models.record import Record, kind_named, kinds
from app.models.store import Store
from app.models.types import Flag

_SAVE_SIZE = 100


@click.command()
@click.argument("kind", required=False)
@pass_command_line
def schema(line: CommandLine, kind: str | None) -> None:
    """Describe one record kind, or all, as JSON Schema."""
    if kind:
        line.answer(entry_schema(kind_named(kind)))
    else:
        line.answer({name: entry_schema(record) for name, record in kinds().items()})


@click.command()
@click.argument("kind")
@click.argument("file", default="-")
@pass_command_line
def add(line: CommandLine, kind: str, file: str) -> None:
    """Add records of KIND from JSON; one refused record does not hold back the others."""
    kind_named(kind)
    documents = read_documents(file)
    with line.store() as (store, user):
        if len(documents) == 1:
            for answer in _save(store, user, kind, documents):
                line.answer(answer, answer["id"])
            return
        refused = 0
        iterator = iter(documents)
        while some := list(islice(iterator, _SAVE_SIZE)):
            for answer in _save_apart(store, user, kind, some):
                refused += "error" in answer
                line.answer(answer, answer.get("id") or f"{answer['line']}: {answer['message']}")
    if refused:
        raise Refused(
            "some_refused",
            ngettext(
                "{count} record was refused; the others are saved.",
                "{count} records were refused; the others are saved.",
                refused,
            ).format(count=refused),
        )


def _save(
    store: Store, user: UUID, kind: str, documents: list[tuple[int, Any]]
) -> list[dict[str, Any]]:
    with store.write(user) as db:
        added = [(number, add_record(db, kind, document)) for number, document in documents]
        db.flush()
        written = [record for record in db if isinstance(record, Record)]
    return [_added(store, number, record, written) for number, record in added]


def _added(store: Store, number: int, record: Record, written: list[Record]) -> dict[str, Any]:
    answer: dict[str, Any] = {"id": str(record.id), "line": number}
    if record.kind == "case":
        answer["number"] = record.as_json()["number"]
    # A person brings names and telephones along, which deserve a second look too.
    of_file = [record, *(r for r in written if r.root == record.id and r is not record)]
    warnings = [
        {"kind": one.kind, **warning}
        for one in (of_file if record.root == record.id else [record])
        for warning in warnings_of(one, store.context())
    ]
    return {**answer, "warnings": warnings} if warnings else answer


def _save_apart(
    store: Store, user: UUID, kind: str, documents: list[tuple[int, Any]]
) -> Iterator[dict[str, Any]]:
    """Save together, which is fast; where one is refused, each by itself."""
    try:
        yield from _save(store, user, kind, documents)
    except Refused as refused:
        if len(documents) > 1:
            for one in documents:
                yield from _save_apart(store, user, kind, [one])
            return
        first = refused.refusals[0] if isinstance(refused, RefusedMany) else refused
        yield {
            "line": documents[0][0],
            "error": "refused",
            "rule": first.rule,
            "kind": first.kind,
            "field": first.field,
            "message": first.message,
        }


@click.command(name="set")
@click.argument("kind")
@click.argument("id_")
@click.argument("file", default="-")
@pass_command_line
def set_(line: CommandLine, kind: str, id_: str, file: str) -> None:
    """Set answers of a record from a JSON object; null clears one."""
    kind_named(kind)
    documents = read_documents(file)
    if len(documents) > 1:
        raise Refused("one_object", _("Give one JSON object with the answers to set."))
    [(_number, answers)] = documents
    with line.store() as (store, user), store.write(user) as db:
        record = set_record(db, kind, record_id(id_), answers)
    line.answer({"id": str(record.id), "warnings": warnings_of(record, store.context())}, id_)


@click.command()
@click.argument("kind")
@click.argument("id_")
@click.option("--reason", help="Why it no longer counts.")
@click.option("--undo", is_flag=True, help="Let it count again.")
@pass_command_line
def void(line: CommandLine, kind: str, id_: str, reason: str | None, undo: bool) -> None:
    """Say that a record no longer counts; it stays in the history."""
    if undo == bool(reason):
        raise click.UsageError(_("Give --reason, or --undo."))
    with line.store() as (store, user), store.write(user) as db:
        record = get_record(db, kind, record_id(id_))
        if reason:
            void_record(record, reason)
        else:
            restore_record(record)
    line.answer({"id": id_, "voided": reason}, id_)


@click.command()
@click.argument("kind")
@click.argument("id_")
@pass_command_line
def get(line: CommandLine, kind: str, id_: str) -> None:
    """Show a record."""
    with line.store() as (store, user), store.read() as db:
        _require_may_see(store, user, kind_named(kind))
        line.answer(_with_conflicts(get_record(db, kind, record_id(id_))))


def _require_may_see(store: Store, user: UUID, record: type[Record]) -> None:
    """Refuse to show, of a confidential kind, even that there are records of it."""
    if record.is_confidential:
        require_role(store, user, PROTECTION)


def _with_conflicts(record: Record) -> dict[str, Any]:
    document = record.as_json()
    if record.conflicts:
        document["conflicts"] = record.conflicts.split()
    return document


@click.command(name="list")
@click.argument("kind")
@click.option("--where", "conditions", multiple=True, metavar="FIELD=VALUE")
@click.option("--voided", is_flag=True, help="Also those that no longer count.")
@pass_command_line
def list_(line: CommandLine, kind: str, conditions: tuple[str, ...], voided: bool) -> None:
    """List records of KIND, one JSON document a line."""
    record = kind_named(kind)
    with line.store() as (store, user), store.read() as db:
        _require_may_see(store, user, record)
        query = select(record).order_by(record.id)
        if not voided:
            query = query.where(record.voided.is_(None))
        for condition in conditions:
            query = query.where(_condition(store, record, condition))
        for found in db.scalars(query.execution_options(yield_per=500)):
            line.line(_with_conflicts(found))
            db.expunge(found)


def _condition(store: Store, record: type[Record], text: str) -> ColumnElement[bool]:
    name, separator, value = text.partition("=")
    field = record.fields.get(name)
    if not separator:
        raise Refused("condition", _("Write the condition as FIELD=VALUE, such as sex=F."))
    if field is None:
        raise Refused(
            "unknown_field",
            _("“{kind}” has no question {name}. Its questions: {names}.").format(
                kind=_(record.title), name=name, names=", ".join(record.questions())
            ),
            name,
            record.kind,
        )
    column: Any = getattr(record, name)
    if not value:
        is_empty: ColumnElement[bool] = column.is_(None)
        return is_empty
    is_flag = isinstance(field.type, Flag)
    typed: Any = {"true": True, "false": False}.get(value, value) if is_flag else value
    cleaned = field.clean(typed, store.context())
    if isinstance(cleaned, frozenset):
        [code] = cleaned
        holds: ColumnElement[bool] = cast(column, Text).contains(f'"{code}"', autoescape=True)
        return holds
    equals: ColumnElement[bool] = column == cleaned
    return equals


@click.command()
@click.argument("kind")
@click.argument("id_")
@pass_command_line
def history(line: CommandLine, kind: str, id_: str) -> None:
    """Show who changed what and when, one JSON document a line."""
    with line.store() as (store, user), store.read() as db:
        _require_may_see(store, user, kind_named(kind))
        record = get_record(db, kind, record_id(id_))
        for step in history_of(db, record.kind, record.id):
            answers = {
                name: record.fields[name].type.to_json(value)
                if name in record.fields and value is not None
                else value
                for name, value in step.answers.items()
            }
            line.line(
                {
                    "at": step.at.isoformat(timespec="milliseconds"),
                    "author": step.author,
                    "device": str(step.device),
                    "answers": answers,
                }
            )


@click.command()
@click.argument("text")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@pass_command_line
def search(line: CommandLine, text: str, limit: int) -> None:
    """Find people by any name, script, number or telephone."""
    with line.store() as (store, _user):
        found = store.finder.find(text, limit)
        with store.read() as db:
            names = display_names(db, found)
            for person in found:
                line.answer(
                    {"id": str(person), "names": names.get(person, [])},
                    f"{person}\t{' · '.join(names.get(person, []))}",
                )
