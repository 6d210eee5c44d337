"""Commands about the users of a store."""

from __future__ import annotations

import click

from app.casework.users import add_user
from app.cli.session import CommandLine, new_passphrase, pass_command_line, passphrase
from app.i18n import _
from app.models.keys import Keys
from app.models.store import KEY_FILE
from app.models.users import ROLES, User


@click.group()
def user() -> None:
    """Add and list users, change a passphrase."""


@user.command()
@click.argument("login")
@click.option("--role", type=click.Choice(ROLES.codes()), required=True)
@click.option("--name")
@pass_command_line
def add(line: CommandLine, login: str, role: str, name: str | None) -> None:
    """Add a user who may unlock this store (passphrase: SANAD_NEW_PASSPHRASE, or asked for)."""
    with line.store() as (store, author):
        added = add_user(
            store, author, login=login, passphrase=new_passphrase(), role=role, name=name
        )
    line.answer({"id": str(added), "login": login}, _("User {login} added.").format(login=login))


@user.command()
@click.argument("login", required=False)
@pass_command_line
def passwd(line: CommandLine, login: str | None) -> None:
    """Change a passphrase (the new one: SANAD_NEW_PASSPHRASE, or asked for)."""
    keys = Keys(line.folder / KEY_FILE)
    who = login or line.login or next(iter(keys.read().slots), "")
    keys.change(who, passphrase(), new_passphrase())
    line.answer({"login": who}, _("Passphrase changed."))


@user.command(name="list")
@pass_command_line
def list_users(line: CommandLine) -> None:
    """List the users of the office; those marked may unlock this store on this computer."""
    with line.store() as (store, _user), store.read() as db:
        here = store.keys.logins()
        for found in db.query(User).filter(User.voided.is_(None)).order_by(User.login):
            document = {**found.as_json(), "unlocks_here": found.login in here}
            mark = "*" if found.login in here else " "
            line.answer(
                document, f"{mark} {found.login}\t{found.name or ''}\t{found.shown('roles')}"
            )
