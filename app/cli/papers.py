"""Commands that print papers."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.cli.session import CommandLine, pass_command_line, record_id
from app.documents.registry import documents as registered
from app.documents.registry import print_document
from app.errors import Refused, Unavailable
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
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True)
@pass_command_line
def print_(
    line: CommandLine,
    document: str,
    record: str | None,
    languages: str,
    blank: bool,
    output: Path,
) -> None:
    """Write DOCUMENT as PDF, in one language or two side by side."""
    chosen = tuple(code.strip() for code in languages.split(","))
    if not 1 <= len(chosen) <= 2 or any(code not in LANGUAGES for code in chosen):
        raise click.UsageError(
            _("Give one or two of these languages: {codes}.").format(codes=", ".join(LANGUAGES))
        )
    if record is None and not blank:
        raise Refused("record_required", _("Say whose paper with --record, or ask for --blank."))
    with line.store() as (store, _user):
        store.require_outside(output)
        printed = print_document(
            store,
            document,
            None if record is None else record_id(record),
            chosen,
            blank,
            printed_on=store.context().today,
        )
    try:
        output.write_bytes(printed.pdf)
    except OSError as error:
        raise Unavailable(
            _("{path} cannot be written: {reason}.").format(path=output, reason=error.strerror),
            _("Choose another place."),
        ) from error
    for lost in printed.unprintable:
        warning = _("{value} holds characters no font here can print: {characters}.")
        click.echo(warning.format(value=lost.name, characters=lost.characters), file=sys.stderr)
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
