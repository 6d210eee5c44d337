"""The command line's entry: options, and every error as one line and a documented exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Final

import click

from app.cli.session import (
    BUG,
    DONE,
    REFUSED,
    UNAVAILABLE,
    USAGE,
    CommandLine,
    preferred_language,
)
from app.errors import Cancelled, Refused, RefusedMany, Unavailable
from app.i18n import _, use_language
from app.paths import default_store
from app.reports import write_report

_FOUND_IN: Final = {
    "act": "acting", "verbs": "acting",
    "batch": "batches",
    "case": "cases",
    "file": "files", "neighbours": "files",
    "hq": "hq",
    "documents": "papers", "print": "papers",
    "protection": "protection",
    "add": "records", "get": "records", "history": "records", "list": "records",
    "schema": "records", "search": "records", "set": "records", "void": "records",
    "demo": "stores", "store": "stores",
    "conflicts": "reviewing", "resolve": "reviewing", "review": "reviewing",
    "enrol": "syncing", "sync": "syncing",
    "quarantine": "quarantine",
    "user": "users",
}  # fmt: skip
"""Module of this package each command is in."""


class _Commands(click.Group):
    """The commands, each loaded when it is asked for: most need neither papers nor service."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(_FOUND_IN)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _FOUND_IN:
            return None
        module = import_module(f"app.cli.{_FOUND_IN[cmd_name]}")
        # Commands named as Python names something else end in an underscore.
        known = vars(module).values()
        return next(c for c in known if isinstance(c, click.Command) and c.name == cmd_name)


@click.group(name="sanad", cls=_Commands, invoke_without_command=True)
@click.option("--store", "folder", type=click.Path(path_type=Path), help="Folder of the store.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@click.option("--as", "login", envvar="SANAD_LOGIN", help="Login of the user who asks.")
@click.pass_context
def cli(context: click.Context, folder: Path | None, as_json: bool, login: str | None) -> None:
    """Sanad: counselling for assisted voluntary return, offline. No command opens the desktop."""
    line: CommandLine = context.obj
    line.folder = folder or default_store()
    line.as_json = as_json
    line.login = login
    line.open_after = context.invoked_subcommand is None


def run(arguments: list[str], open_desktop: Callable[[Path], int]) -> int:
    """Run one command and give its exit code.

    Args:
        arguments: Without the program's name.
        open_desktop: Opens the desktop on a store's folder, for commands that end in it.

    Returns:
        0 done, 1 refused by a rule of the work, 2 wrong usage, 3 unavailable, 70 a bug.
    """
    line = CommandLine(default_store(), "--json" in arguments, None)
    use_language(preferred_language())
    as_json = line.as_json
    try:
        code = cli.main(arguments, prog_name="sanad", standalone_mode=False, obj=line)
    except RefusedMany as many:
        _tell(as_json, [_refusal(refused) for refused in many.refusals])
        return REFUSED
    except Refused as refused:
        _tell(as_json, [_refusal(refused)])
        return REFUSED
    except Unavailable as unavailable:
        _tell(
            as_json,
            [
                {
                    "error": "unavailable",
                    "message": unavailable.message,
                    "remedy": unavailable.remedy,
                }
            ],
        )
        return UNAVAILABLE
    except (click.exceptions.Abort, Cancelled, KeyboardInterrupt):
        _tell(as_json, [{"error": "cancelled", "message": _("Cancelled; nothing was kept.")}])
        return UNAVAILABLE
    except click.ClickException as wrong:
        _tell(as_json, [{"error": "usage", "message": wrong.format_message()}])
        return USAGE
    except BrokenPipeError:
        return DONE  # the reader has seen enough
    except Exception as bug:  # noqa: BLE001  the last net: reported, and told to the user
        path = write_report(bug)
        message = _("Sanad made a mistake; a report without personal data is in {path}.")
        _tell(as_json, [{"error": "bug", "message": message.format(path=path)}])
        return BUG
    if isinstance(code, int) and code != DONE:
        return code
    return open_desktop(line.folder) if line.open_after else DONE


def _refusal(refused: Refused) -> dict[str, str | None]:
    return {
        "error": "refused",
        "rule": refused.rule,
        "kind": refused.kind,
        "field": refused.field,
        "message": refused.message,
    }


def _tell(as_json: bool, errors: list[dict[str, str | None]]) -> None:
    if as_json:
        document = errors[0] if len(errors) == 1 else {**errors[0], "errors": errors}
        click.echo(json.dumps(document, ensure_ascii=False))
        return
    for error in errors:
        where = ".".join(part for part in (error.get("kind"), error.get("field")) if part)
        rule = error.get("rule")
        named = f"{where} ({rule}): " if where and rule else f"({rule}) " if rule else ""
        click.echo(
            f"{named}{error['message']} {error.get('remedy') or ''}".strip(), file=sys.stderr
        )
