"""Commands about a case's states."""

from __future__ import annotations

import click

from app.casework.cases import advance as advance_case
from app.casework.cases import next_states
from app.casework.entry import get_record
from app.cli.session import CommandLine, pass_command_line, record_id
from app.i18n import _
from app.models.cases import STATES, Case


@click.group()
def case() -> None:
    """Move a case through its states."""


@case.command()
@click.argument("id_")
@click.argument("state")
@click.option("--reason")
@pass_command_line
def advance(line: CommandLine, id_: str, state: str, reason: str | None) -> None:
    """Move a case to STATE, when nothing is missing for it."""
    with line.store() as (store, user), store.write(user) as db:
        found = get_record(db, "case", record_id(id_))
        assert isinstance(found, Case)
        advance_case(db, found, state.lower(), reason)
    line.answer(
        {"id": id_, "state": found.state},
        _("The case is now: {state}.").format(state=found.shown("state")),
    )


@case.command()
@click.argument("id_")
@pass_command_line
def states(line: CommandLine, id_: str) -> None:
    """List the legal next states and what is missing for each."""
    with line.store() as (store, _user), store.read() as db:
        found = get_record(db, "case", record_id(id_))
        assert isinstance(found, Case)
        steps = next_states(db, found)
        document = {
            "state": found.state,
            "next": [
                {"state": s.state, "missing": s.missing, "needs_reason": s.needs_reason}
                for s in steps
            ],
        }
    shown = "\n".join(f"{STATES.label(s.state)}: {' '.join(s.missing) or '✓'}" for s in steps)
    line.answer(document, shown)
