"""Commands about changes that were set aside, on a device and at headquarters."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import click

from app.cli.session import CommandLine, pass_command_line
from app.hq.base import HQ_KEY, Headquarters
from app.hq.quarantine import try_again as try_again_at_hq
from app.i18n import _, ngettext
from app.models.quarantine import HeldChange, held_changes, try_again
from app.sync.refused import RefusedChange, refused_changes, retry_refused
from app.sync.state import enrolment_of


@click.group(invoke_without_command=True)
@click.pass_context
def quarantine(context: click.Context) -> None:
    """List the changes that were set aside, each with the reason."""
    if context.invoked_subcommand is None:
        _list(context.obj)


@quarantine.command()
@pass_command_line
def retry(line: CommandLine) -> None:
    """Judge them once more, here and at headquarters; what fits takes its place."""
    if _is_hq(line):
        with Headquarters.open(line.folder) as hq:
            done = try_again_at_hq(hq)
            with hq.store.engine.connect() as connection:
                left = len(held_changes(connection))
    else:
        with line.store() as (store, _user):
            done = len(try_again(store).stored)
            if enrolment_of(store) is not None and refused_changes(store):
                done += retry_refused(store)
            with store.engine.connect() as connection:
                left = len(held_changes(connection)) + len(refused_changes(store))
    taken = ngettext("{count} change was accepted", "{count} changes were accepted", done)
    still = ngettext("{count} is still set aside", "{count} are still set aside", left)
    line.answer(
        {"accepted": done, "left": left},
        _("{taken}, {still}.").format(
            taken=taken.format(count=done), still=still.format(count=left)
        ),
    )


def _list(line: CommandLine) -> None:
    own: list[RefusedChange] = []
    if _is_hq(line):
        with (
            Headquarters.open(line.folder) as hq,
            hq.store.engine.connect() as connection,
        ):
            held = held_changes(connection)
    else:
        with line.store() as (store, _user):
            own = refused_changes(store)
            with store.engine.connect() as connection:
                held = held_changes(connection)
    for one in own:
        _answer(line, one, "headquarters", None)
    for here in held:
        _answer(line, here, "here", here.since.isoformat(timespec="seconds"))
    if not own and not held and not line.as_json:
        line.answer(None, _("Nothing is set aside."))


def _answer(line: CommandLine, one: HeldChange | RefusedChange, by: str, at: str | None) -> None:
    change = one.change
    document: dict[str, Any] = {
        "by": by,
        "device": str(one.device),
        "seq": one.seq,
        "kind": change.kind if change else None,
        "record": str(UUID(bytes=change.record)) if change else None,
        "title": one.title,
        "answers": [{"question": label, "answer": shown} for label, shown in one.answers],
        "reason": one.reason,
        "since": at,
    }
    said = ", ".join(f"{label}: {shown}" for label, shown in one.answers)
    where = f"{one.device}/{one.seq}"
    line.answer(document, "\t".join(filter(None, [where, one.title, said, one.reason, at])))


def _is_hq(line: CommandLine) -> bool:
    return (line.folder / HQ_KEY).exists()
