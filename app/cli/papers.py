"""Commands that print papers."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.cli.outputs import Output, OutputFile, write_out
from app.cli.session import CommandLine, pass_command_line, record_id
from app.documents.registry import documents as registered
from app.documents.registry import print_document
from app.errors import Refused
from app.i18n import LANGUAGES, _


@click.command(name="documents")
@pass_command_line
def documents(line: CommandLine) -> None:
    """List the papers that can be printed."""
    for document in registered().values():
        line.answer(
            {"name": document.name, "title": _(document.title), "about": document.about},
            f"{document.name}\t{_(document.title)}",
        )


@click.command(name="print")
@click.argument("document")
@click.option("--record", "record", metavar="ID", help="Whose paper; not for a blank one.")
@click.option("--lang", "languages", default="fr", show_default=True, metavar="fr[,ar]")
@click.option("--blank", is_flag=True, help="An empty form, to be filled by hand.")
@click.option(
    "-o", "--output", type=OutputFile(or_standard_output=True), required=True, metavar="FILE|-"
)
@pass_command_line
def print_(
    line: CommandLine,
    document: str,
    record: str | None,
    languages: str,
    blank: bool,
    output: Output,
) -> None:
    """Write DOCUMENT as PDF, in one language or two side by side."""
    chosen = tuple(code.strip() for code in languages.split(","))
    if not 1 <= len(chosen) <= 2 or any(code not in LANGUAGES for code in chosen):
        raise click.UsageError(
            _("Give one or two of these languages: {codes}.").format(codes=", ".join(LANGUAGES))
        )
    if record is None and not blank:
        raise Refused("record_required", _("Say whose paper with --record, or ask for --blank."))
    is_file = isinstance(output, Path)
    if line.as_json and not is_file:
        raise click.UsageError(
            _("With --json the answer goes to standard output: name a file for the paper.")
        )
    with line.store() as (store, _user):
        if isinstance(output, Path):
            store.require_outside(output)
        printed = print_document(
            store,
            document,
            None if record is None else record_id(record),
            chosen,
            blank,
            printed_on=store.context().today,
        )
    write_out(output, printed.pdf)
    for lost in printed.unprintable:
        warning = _("{value} holds characters no font here can print: {characters}.")
        click.echo(warning.format(value=lost.name, characters=lost.characters), file=sys.stderr)
    if not is_file:
        return
    line.answer(
        {
            "file": str(output),
            "pages": printed.pages,
            "unprintable": [
                {"value": name, "characters": characters}
                for name, characters in printed.unprintable
            ],
        },
        str(output),
    )
