"""Commands about the store itself."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from app.casework.founding import found_store
from app.cli.outputs import OutputFile
from app.cli.session import UNAVAILABLE, CommandLine, pass_command_line, passphrase
from app.i18n import _, isolate, ngettext
from app.models.backup import back_up
from app.models.backup import restore as restore_backup
from app.models.check import faults
from app.models.digest import store_digest
from app.models.keys import Keys
from app.models.store import KEY_FILE, Store
from app.models.users import ROLES


@click.group()
def store() -> None:
    """Create, check, back up and restore a store."""


@store.command()
@click.option("--training", is_flag=True, help="Everything in it will be fictitious.")
@click.option("--office", required=True, metavar="CODE")
@click.option("--user", "login", required=True, metavar="LOGIN")
@click.option("--name", help="Name of the user.")
@click.option("--office-name", help="Name of the office.")
@click.option(
    "--country", default="MA", show_default=True, help="ISO code of the office's country."
)
@click.option("--role", type=click.Choice(ROLES.codes()), default="supervisor", show_default=True)
@pass_command_line
def create(
    line: CommandLine,
    training: bool,
    office: str,
    login: str,
    name: str | None,
    office_name: str | None,
    country: str,
    role: str,
) -> None:
    """Make a new encrypted store with its first user."""
    made, user = found_store(
        line.folder,
        office=office,
        login=login,
        passphrase=passphrase(),
        name=name,
        office_name=office_name,
        country=country,
        is_training=training,
        role=role,
    )
    with made:
        line.answer(
            {
                "store": str(line.folder),
                "office": str(made.office),
                "user": str(user),
                "device": str(made.device),
                "training": training,
            },
            _("Store created in {folder}.").format(folder=line.folder),
        )


@store.command()
@pass_command_line
def check(line: CommandLine) -> None:
    """Verify the file, the chains of changes, and that rows are what the log says."""
    with line.store() as (opened, _user), opened.read() as db:
        found = list(faults(db.connection()))
    answer_faults(line, found)


def answer_faults(line: CommandLine, found: list[str]) -> None:
    """Say that a store is sound, or what is wrong with it.

    Raises:
        Exit: Something is wrong; the faults have been told.
    """
    if found:
        if line.as_json:
            line.line({"ok": False, "faults": found})
        else:
            click.echo("\n".join(found), file=sys.stderr)
            count = len(found)
            told = ngettext("{count} fault was found.", "{count} faults were found.", count)
            advice = _("Restore the latest backup beside it, and keep this one.")
            click.echo(f"{told.format(count=count)} {advice}", file=sys.stderr)
        raise click.exceptions.Exit(UNAVAILABLE)
    line.answer({"ok": True, "faults": []}, _("The store is sound."))


@store.command()
@pass_command_line
def digest(line: CommandLine) -> None:
    """Answer, per kind, a count and a SHA-256 of the rows."""
    with line.store() as (opened, _user), opened.read() as db:
        line.answer(store_digest(db.connection()))


@store.command()
@click.argument("file", type=OutputFile())
@pass_command_line
def backup(line: CommandLine, file: Path) -> None:
    """Write an encrypted backup to FILE."""
    with line.store() as (opened, _user):
        back_up(opened, file.resolve())
    line.answer({"backup": str(file)}, _("Backup written to {path}.").format(path=file))


@store.command()
@click.argument("file", type=click.Path(path_type=Path))
@pass_command_line
def restore(line: CommandLine, file: Path) -> None:
    """Unpack a backup into the store's folder; once opened it takes a new device identity."""
    restore_backup(file, line.folder)
    line.answer({"store": str(line.folder)}, _("Restored to {folder}.").format(folder=line.folder))


@click.command()
@click.option("--people", type=click.IntRange(1, 1_000_000), default=200, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--no-open", is_flag=True, help="Do not open the desktop afterwards.")
@pass_command_line
def demo(line: CommandLine, people: int, seed: int, no_open: bool) -> None:
    """Make a training store full of believable fictitious people."""
    from app.casework.demo import fill  # draws pictures: no other command needs that

    keys = Keys(line.folder / KEY_FILE)
    is_there = keys.exists()
    words = passphrase()
    if is_there:
        login = line.login or next(iter(keys.read().slots), "")
        made, user = Store.unlock(line.folder, login, words)
    else:
        login = line.login or "demo"
        made, user = found_store(
            line.folder,
            office="RAB",
            login=login,
            passphrase=words,
            name="Formation",
            office_name="Rabat (formation)",
            is_training=True,
        )
    with made:
        before = set(made.keys.logins())
        fill(
            made, user, people=people, seed=seed, passphrase=words,
            progress=None if line.as_json else _progress,
        )  # fmt: skip
        colleagues = sorted(set(made.keys.logins()) - before)
        text = ngettext(
            "{count} fictitious person is in {folder}.",
            "{count} fictitious people are in {folder}.",
            people,
        ).format(count=people, folder=line.folder)
        if colleagues:
            text += "\n" + _("Colleagues who log in with the same passphrase: {logins}.").format(
                logins=isolate(", ".join(colleagues))
            )
        line.answer(
            {
                "store": str(line.folder), "people": people, "login": login,
                "colleagues": colleagues,
            },
            text,
        )  # fmt: skip
    line.open_after = not no_open


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r{done} / {total}", nl=done == total, file=sys.stderr)
