"""What every command shares: which store, who asks, and how answers are written."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from app.errors import Refused
from app.i18n import LANGUAGES, _
from app.models.keys import Keys
from app.models.store import KEY_FILE, Store

DONE, REFUSED, USAGE, UNAVAILABLE, BUG = 0, 1, 2, 3, 70


@dataclass
class CommandLine:
    """Options given before the command.

    Attributes:
        folder: Of the store.
        as_json: Every answer is one JSON document, or JSON Lines where it streams.
        login: Who asks; None for the store's first user.
        open_after: Set by a command after which the desktop is to be opened on the store.
        database: Address of headquarters' database, for commands that run headquarters.
    """

    folder: Path
    as_json: bool
    login: str | None
    open_after: bool = False
    database: str | None = None

    @contextmanager
    def store(self) -> Iterator[tuple[Store, UUID]]:
        """Unlock the store for one command; gives it and the user's id."""
        slots = Keys(self.folder / KEY_FILE).read().slots
        login = self.login or next(iter(slots), "")
        store, user = Store.unlock(self.folder, login, passphrase())
        with store:
            yield store, user

    def answer(self, document: Any, text: str | None = None) -> None:
        """Write one answer: JSON when asked for, else ``text``."""
        if self.as_json or text is None:
            self.line(document, indent=None if self.as_json else 2)
        else:
            click.echo(text)

    def line(self, document: Any, indent: int | None = None) -> None:
        """Write one JSON document."""
        click.echo(json.dumps(document, ensure_ascii=False, default=str, indent=indent))


pass_command_line = click.make_pass_decorator(CommandLine)


def passphrase() -> str:
    """Take the passphrase from ``SANAD_PASSPHRASE``, or ask for it."""
    return os.environ.get("SANAD_PASSPHRASE") or _ask(_("Passphrase"))


def new_passphrase() -> str:
    """Take a second passphrase from ``SANAD_NEW_PASSPHRASE``, or ask for it twice.

    A script that names only one gives both the same; the user is expected to change it.
    """
    named = os.environ.get("SANAD_NEW_PASSPHRASE")
    if named or sys.stdin.isatty():
        return named or _ask(_("New passphrase"), confirm=True)
    return passphrase()


def _ask(prompt: str, confirm: bool = False) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(_("No passphrase: set SANAD_PASSPHRASE."))
    answer: str = click.prompt(prompt, hide_input=True, confirmation_prompt=confirm)
    return answer


def record_id(text: str) -> UUID:
    """Read an id given as an argument."""
    try:
        return UUID(text)
    except ValueError:
        raise Refused("not_an_id", _("{value} is not an id.").format(value=text), "id") from None


def read_documents(source: str) -> list[tuple[int, Any]]:
    """Read a JSON object, an array or JSON Lines from a file or standard input (``-``).

    Returns:
        ``(number, document)`` from 1.
    """
    text = sys.stdin.read() if source == "-" else _read_file(Path(source))
    text = text.removeprefix("\ufeff")
    try:
        whole = json.loads(text)
        listed = whole if isinstance(whole, list) else [whole]
    except json.JSONDecodeError:
        listed = [read_json(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError) as error:
        raise _not_json(error) from None
    if not listed:
        raise Refused("empty", _("There is nothing to read."))
    for document in listed:
        if not isinstance(document, dict):
            raise Refused("not_an_object", _("Each record must be a JSON object."))
    return list(enumerate(listed, start=1))


def read_json(text: str) -> Any:
    """Read one JSON document.

    Raises:
        Refused: It is not one, or of a depth or length nobody writes.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _not_json(error) from None


def _not_json(error: Exception) -> Refused:
    return Refused(
        "not_json", _("This is neither JSON nor JSON Lines: {reason}.").format(reason=error)
    )


def _read_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(
            "unreadable_file",
            _("{path} cannot be read: {reason}.").format(path=path, reason=error),
        ) from None


def preferred_language() -> str:
    """Give the language named by the environment (``SANAD_LANG``, then ``LANG``), or French."""
    for name in ("SANAD_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        code = os.environ.get(name, "")[:2].lower()
        if code in LANGUAGES:
            return code
        if name == "LANG" and os.environ.get(name, "").startswith(("C", "POSIX")):
            return "en"
    return "fr"
