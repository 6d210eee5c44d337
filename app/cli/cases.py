"""Commands about a case's states."""

from __future__ import annotations

import click

from app.casework.cases import advance as advance_case
from app.casework.cases import disputed_states, next_states, state_label
from app.casework.entry import get_record
from app.cli.session import CommandLine, pass_command_line, record_id
from app.errors import Refused
from app.i18n import _, isolate
from app.models.cases import MARKS, STATES, Case


@click.group()
def case() -> None:
    """Move a case through its states."""


@case.command()
@click.argument("id_")
@click.argument("state")
@click.option("--reason", help="In words; kept with the move.")
@click.option("--closure-reason", metavar="CODE", help="Why it is closed, by its code.")
@pass_command_line
def advance(
    line: CommandLine, id_: str, state: str, reason: str | None, closure_reason: str | None
) -> None:
    """Move a case to STATE, when nothing is missing for it; or give it a mark."""
    wanted = state.lower()
    if wanted not in {*STATES.codes(), *MARKS.codes()}:
        raise Refused(
            "not_in_list",
            _("{value} is no state of a case. The states: {states}.").format(
                value=isolate(state), states=", ".join([*STATES.codes(), *MARKS.codes()])
            ),
            "state",
            "case",
        )
    with line.store() as (store, user), store.write(user) as db:
        found = get_record(db, "case", record_id(id_))
        assert isinstance(found, Case)
        advance_case(db, found, wanted, reason, closure_reason)
    document = {"id": id_, "state": found.state, "marks": sorted(found.marks or ())}
    line.answer(document, _("The case is now: {state}.").format(state=found.shown("state")))


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
            "marks": sorted(found.marks or ()),
            "disputed": disputed_states(db, found),
            "next": [
                {
                    "state": step.state,
                    "missing": [one.text for one in step.missing],
                    "missing_rules": [one.rule for one in step.missing],
                    "warnings": [one.text for one in step.warnings],
                    "needs_reason": step.needs_reason,
                    "is_regular": step.is_regular,
                    "roles": sorted(step.roles or ()),
                }
                for step in steps
            ],
        }
    shown = "\n".join(
        f"{state_label(s.state)}: {' '.join(one.text for one in s.missing) or '✓'}" for s in steps
    )
    line.answer(document, shown)
