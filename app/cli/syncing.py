"""Commands about headquarters, seen from a device; and about conflicts."""

from __future__ import annotations

from typing import Any

import click

from app.casework.conflicts import open_conflicts
from app.casework.conflicts import resolve as resolve_conflict
from app.casework.entry import get_record
from app.casework.history import Conflict
from app.cli.session import UNAVAILABLE, CommandLine, pass_command_line, read_json, record_id
from app.errors import Refused
from app.i18n import _
from app.models.record import kind_named
from app.models.store import Store
from app.sync.engine import sync as sync_store
from app.sync.enrolment import enrol as enrol_store


@click.command()
@click.option("--hq", "url", required=True, metavar="URL")
@click.option("--code", required=True, help="The one-time code headquarters gave.")
@click.option("--name", help="How headquarters lists this computer.")
@pass_command_line
def enrol(line: CommandLine, url: str, code: str, name: str | None) -> None:
    """Enrol this store with headquarters."""
    with line.store() as (store, _user):
        place = enrol_store(store, url, code, name)
    line.answer(
        {"hq": place.url, "office": place.office_code, "device": str(store.device)},
        _("Enrolled with {url} for the office {office}.").format(
            url=place.url, office=place.office_code
        ),
    )


@click.command()
@pass_command_line
def sync(line: CommandLine) -> None:
    """Send what headquarters lacks and take in what is new."""
    with line.store() as (store, _user):
        report = sync_store(store)
    summary = _("{sent} sent, {received} received.").format(
        sent=report.sent, received=report.received
    )
    line.answer(
        {
            "sent": report.sent,
            "received": report.received,
            "contents_sent": report.contents_sent,
            "contents_received": report.contents_received,
            "refused": [
                {"device": str(device), "seq": seq, "reason": reason}
                for device, seq, reason in report.refused
            ],
            "verified": report.is_verified,
            "clock_offset_s": round(report.clock_offset_s, 3),
            "findings": report.findings,
        },
        "\n".join([summary, *report.findings]),
    )
    if not report.is_verified:
        raise click.exceptions.Exit(UNAVAILABLE)  # the findings have said why


@click.command()
@pass_command_line
def conflicts(line: CommandLine) -> None:
    """List the questions two people answered differently."""
    with line.store() as (store, _user), store.read() as db:
        for conflict in open_conflicts(db):
            field = kind_named(conflict.kind).fields[conflict.field]
            answers = [_answer(conflict, step, store) for step in conflict.answers]
            shown = " | ".join(f"{a['value']} ({a['author']}, {a['at']})" for a in answers)
            line.answer(
                {
                    "id": conflict.id,
                    "kind": conflict.kind,
                    "record": str(conflict.record),
                    "field": conflict.field,
                    "answers": answers,
                },
                f"{conflict.id}\t{_(field.label)}\t{shown}",
            )


def _answer(conflict: Conflict, step: Any, store: Store) -> dict[str, Any]:
    type_ = kind_named(conflict.kind).fields[conflict.field].type
    value = step.answers[conflict.field]
    return {
        "value": None if value is None else type_.to_json(value),
        "author": step.author,
        "device": str(step.device),
        "at": step.at.isoformat(timespec="milliseconds"),
        "here": step.device in store.identities,
    }


@click.command()
@click.argument("conflict")
@click.option("--value", required=True, metavar="JSON", help="One of the answers, or a third.")
@click.option("--reason", required=True)
@pass_command_line
def resolve(line: CommandLine, conflict: str, value: str, reason: str) -> None:
    """Settle CONFLICT (as listed by “conflicts”); every copy will show it."""
    record, _slash, field = conflict.partition("/")
    answer = read_json(value)
    with line.store() as (store, user):
        with store.read() as db:
            wanted = next((c for c in open_conflicts(db) if c.id == conflict), None)
        if wanted is None:
            raise Refused("no_conflict", _("Nothing waits to be settled here."), field)
        with store.write(user) as db:
            found = get_record(db, wanted.kind, record_id(record))
            resolve_conflict(db, found, wanted.field, answer, reason)
    line.answer({"id": conflict, "value": answer}, conflict)
