"""Commands about the weekly batch: made at the office, read at headquarters, confirmed back."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli.files import headquarters_in, tell_made, tell_read
from app.cli.outputs import OutputFile
from app.cli.session import CommandLine, pass_command_line
from app.errors import Refused
from app.hq.base import Headquarters
from app.hq.files import files_read, receipt_path
from app.hq.files import read_file as read_at_hq
from app.i18n import _
from app.sync.batches import BATCH, Batch, batches, export_batch
from app.sync.files import read_file
from app.sync.totals import totals_as_json


@click.group()
def batch() -> None:
    """Make, read and confirm the weekly batch."""


@batch.command()
@click.option("--week", required=True, metavar="WEEK", help="Such as 2026-W47.")
@click.option("-o", "--output", required=True, type=OutputFile(), metavar="FILE")
@click.option("--no-attachments", is_flag=True, help="Records only.")
@pass_command_line
def export(line: CommandLine, week: str, output: Path, no_attachments: bool) -> None:
    """Write the work of WEEK to a file for headquarters, with its control totals."""
    with line.store() as (store, user):
        made = export_batch(store, user, week, output, with_contents=not no_attachments)
    tell_made(line, made)


@batch.command(name="read")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=OutputFile(), metavar="RECEIPT")
@pass_command_line
def read_batch(line: CommandLine, file: Path, output: Path | None) -> None:
    """Take a batch in at headquarters, count it again, and write its receipt."""
    with headquarters_in(line) as hq:
        tell_read(line, read_at_hq(_at_hq(hq), file, output or receipt_path(file)))


@batch.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=OutputFile(), metavar="RECEIPT")
@pass_command_line
def receipt(line: CommandLine, file: Path, output: Path | None) -> None:
    """Take a receipt in at the office; at headquarters, write the receipt of a batch again."""
    with headquarters_in(line) as hq:
        if hq is not None:
            tell_read(line, read_at_hq(hq, file, output or receipt_path(file), again=True))
            return
    with line.store() as (store, _user):
        taken = read_file(store, file)
    tell_read(line, taken)


@batch.command(name="list")
@pass_command_line
def list_batches(line: CommandLine) -> None:
    """List the batches made here, or read at headquarters."""
    with headquarters_in(line) as hq:
        if hq is not None:
            _list_read(line, hq)
            return
    with line.store() as (store, _user):
        made = batches(store)
    for one in made:
        confirmed = (
            one.receipt_at.astimezone().strftime("%Y-%m-%d %H:%M")
            if one.receipt_at
            else _("no receipt yet")
        )
        line.answer(_as_json(one), f"{one.week}\t{one.number}\t{one.file}\t{confirmed}")


def _as_json(one: Batch) -> dict[str, object]:
    return {
        "id": str(one.id),
        "week": one.week,
        "number": one.number,
        "made_at": one.made_at.isoformat(),
        "file": one.file,
        "changes": one.changes,
        "relayed": one.relayed,
        "totals": totals_as_json(one.totals),
        "receipt_at": one.receipt_at.isoformat() if one.receipt_at else None,
        "receipt": one.receipt,
    }


def _list_read(line: CommandLine, hq: Headquarters) -> None:
    for one in files_read(hq, BATCH):
        line.answer(
            {
                "id": str(one.id),
                "week": one.week,
                "number": one.number,
                "device": str(one.device),
                "name": one.name,
                "read_at": one.read_at.isoformat(),
                "messages": one.summary["messages"],
            },
            f"{one.week}\t{one.number}\t{one.name}\t"
            + one.read_at.astimezone().strftime("%Y-%m-%d %H:%M"),
        )


def _at_hq(hq: Headquarters | None) -> Headquarters:
    if hq is None:
        raise Refused(
            "not_hq",
            _(
                "Batches are read at headquarters. Name its folder with --store; a receipt is taken"
                " in with “batch receipt”."
            ),
        )
    return hq
