"""Commands that carry changes by hand: files for sticks, and neighbours on the local network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from app.cli.outputs import OutputFile
from app.cli.session import CommandLine, pass_command_line, record_id
from app.errors import Refused
from app.hq.base import HQ_KEY, Headquarters
from app.hq.files import read_file as read_at_hq
from app.hq.files import receipt_path, write_news
from app.i18n import _
from app.sync import neighbours as lan
from app.sync.carried import FileMade, FileRead
from app.sync.files import export_file, read_file
from app.sync.neighbour_service import serve as serve_neighbours


@contextmanager
def headquarters_in(line: CommandLine) -> Iterator[Headquarters | None]:
    """Give the headquarters in the command's folder; None where an office's store is."""
    if not (line.folder / HQ_KEY).exists():
        yield None
        return
    with Headquarters.open(line.folder) as opened:
        yield opened


def tell_made(line: CommandLine, made: FileMade) -> None:
    """Answer with a file that was written."""
    line.answer(made.as_json(), "\n".join([made.sentence, *made.findings]))


def tell_read(line: CommandLine, read: FileRead) -> None:
    """Answer with what came of a file."""
    said = list(read.sentences)
    if read.receipt is not None:
        said.append(_("The receipt is in {path}. Bring it back.").format(path=read.receipt))
    line.answer(read.as_json(), "\n".join(said))


@click.group(name="file")
def file_() -> None:
    """Carry changes on a stick."""


@file_.command()
@click.option("-o", "--output", required=True, type=OutputFile(), metavar="FILE")
@click.option("--to", multiple=True, metavar="COMPUTER", help="A colleague's, or a device's at HQ.")
@click.option("--no-attachments", is_flag=True, help="Records only.")
@click.option(
    "--whole",
    is_flag=True,
    help="For a colleague's: all there is, not only what it has not said it holds.",
)
@pass_command_line
def export(
    line: CommandLine, output: Path, to: tuple[str, ...], no_attachments: bool, whole: bool
) -> None:
    """Write what headquarters, or a colleague's computer, lacks to a file only it can read."""
    with headquarters_in(line) as hq:
        if hq is not None:
            if len(to) != 1:
                raise Refused("to_required", _("Name one device with --to."), "to")
            tell_made(line, write_news(hq, record_id(to[0]), output))
            return
    if whole and not to:
        raise click.UsageError(_("Name a colleague's computer with --to."))
    with line.store() as (store, _user):
        made = export_file(store, output, to, with_contents=not no_attachments, is_whole=whole)
    tell_made(line, made)


@file_.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=OutputFile(), metavar="RECEIPT")
@pass_command_line
def read(line: CommandLine, file: Path, output: Path | None) -> None:
    """Take FILE in, whoever it is from; headquarters writes a receipt beside it."""
    with headquarters_in(line) as hq:
        if hq is not None:
            tell_read(line, read_at_hq(hq, file, output or receipt_path(file)))
            return
    with line.store() as (store, _user):
        taken = read_file(store, file)
    tell_read(line, taken)


@click.group()
def neighbours() -> None:
    """Get in step with a colleague's computer over the local network, without headquarters."""


@neighbours.command()
@click.option("--host", default="0.0.0.0", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=lan.PORT, show_default=True)
@pass_command_line
def serve(line: CommandLine, host: str, port: int) -> None:
    """Answer colleagues' computers until told to stop."""
    with line.store() as (store, _user):
        serve_neighbours(
            store,
            host,
            port,
            told=lambda done: tell_read(line, done.taken),
            ready=lambda listening: line.answer({"url": listening.url}, listening.url),
        )


@neighbours.command()
@click.argument("url")
@pass_command_line
def sync(line: CommandLine, url: str) -> None:
    """Give the computer at URL what it lacks, and take what this one lacks."""
    with line.store() as (store, _user):
        done = lan.exchange_with(store, url)
    line.answer(
        {"name": done.name, "given": done.given.changes, "taken": done.taken.as_json()},
        "\n".join(done.sentences),
    )
