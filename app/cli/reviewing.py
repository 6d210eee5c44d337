"""Commands about what a sync leaves for a person: answers that differ, rules that do not hold."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import click
from sqlalchemy.orm import Session

from app.casework.conflicts import open_conflicts
from app.casework.conflicts import resolve as resolve_conflict
from app.casework.dispute_cards import line_of, shown_value
from app.casework.entry import get_record
from app.casework.files import file_of
from app.casework.history import Conflict, Step
from app.casework.people import display_names
from app.casework.review import findings
from app.cli.session import CommandLine, pass_command_line, read_json, record_id
from app.errors import Refused
from app.i18n import _
from app.models.record import kind_named
from app.models.store import Store
from app.sync.computers import Computers, computers


@click.command()
@click.option("--kind", help="Of this record kind only.")
@click.option("--person", metavar="ID", help="Of this person's file only.")
@pass_command_line
def conflicts(line: CommandLine, kind: str | None, person: str | None) -> None:
    """List the questions two people answered differently, one a line."""
    of_kind = kind_named(kind).kind if kind else None
    with line.store() as (store, _user), store.read() as db:
        root = _file(db, person) if person else None
        known = computers(store)
        for conflict in open_conflicts(db, kind=of_kind, root=root):
            document = _described(db, conflict, known)
            shown = " | ".join(
                f"{a['text']} ({a['author']}, {a['computer']}, {a['at']})"
                for a in document["answers"]
            )
            whose = _(", ").join(document["names"])
            told = (conflict.id, whose, document["line"], document["label"], shown)
            line.answer(document, "\t".join(told))


def _file(db: Session, text: str) -> UUID:
    root = file_of(db, record_id(text))
    if root is None:
        raise Refused("not_here", _("This record is not on this computer."), "person")
    return root


def _described(db: Session, conflict: Conflict, known: Computers) -> dict[str, Any]:
    record = db.get_one(kind_named(conflict.kind), conflict.record)
    field = record.fields[conflict.field]
    meanwhile = getattr(record, conflict.field)

    def answer(step: Step) -> dict[str, Any]:
        value = step.answers[conflict.field]
        return {
            "value": None if value is None else field.type.to_json(value),
            "author": step.author,
            "device": str(step.device),
            "at": step.at.isoformat(timespec="milliseconds"),
            "here": step.device in known.own,
            "text": shown_value(db, field, value),
            "computer": known.name(step.device),
            "shown": value == meanwhile,
        }

    return {
        "id": conflict.id,
        "kind": conflict.kind,
        "record": str(conflict.record),
        "field": conflict.field,
        "answers": [answer(step) for step in conflict.answers],
        "label": _(field.label),
        "line": line_of(record) or _(record.title),
        "file": str(record.root),
        "names": display_names(db, {record.root}).get(record.root, []),
    }


@click.command()
@click.argument("conflict")
@click.option("--value", required=True, metavar="JSON", help="One of the answers, or a third.")
@click.option("--reason", required=True, help="Kept in the history.")
@pass_command_line
def resolve(line: CommandLine, conflict: str, value: str, reason: str) -> None:
    """Settle CONFLICT (as listed by “conflicts”); every copy will show it."""
    text, _slash, field = conflict.partition("/")
    answer = read_json(value)
    with line.store() as (store, user):
        record, kind, seen = _disputed(store, text, field)
        with store.write(user, seen=seen) as db:
            resolve_conflict(db, get_record(db, kind, record), field, answer, reason)
    line.answer({"id": conflict, "value": answer}, conflict)


def _disputed(store: Store, text: str, field: str) -> tuple[UUID, str, int]:
    """Give the record of a conflict, its kind, and the position it is looked at."""
    record = record_id(text)
    seen = store.position()
    with store.read() as db:
        root = file_of(db, record)
        listed = open_conflicts(db, root=root) if root is not None else []
        wanted = next((c for c in listed if (c.record, c.field) == (record, field)), None)
    if wanted is None:
        raise Refused("no_conflict", _("Nothing waits to be settled here."), field)
    return record, wanted.kind, seen


@click.command()
@pass_command_line
def review(line: CommandLine) -> None:
    """List what no longer adds up since a sync, one finding a line."""
    with line.store() as (store, _user):
        found = findings(store)
        with store.read() as db:
            names = display_names(db, {finding.root for finding in found})
    for finding in found:
        whose = names.get(finding.root, [])
        line.answer(
            {
                "kind": finding.kind,
                "record": str(finding.record),
                "file": str(finding.root),
                "names": whose,
                "line": finding.summary,
                "rule": finding.rule,
                "field": finding.field,
                "message": finding.message,
            },
            "\t".join((_(", ").join(whose), finding.summary, finding.message)),
        )
