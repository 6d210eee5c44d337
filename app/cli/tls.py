"""The options and the command about headquarters' certificate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from app.cli.session import CommandLine, pass_command_line
from app.hq.base import Headquarters
from app.hq.certificates import (
    Certificate,
    fingerprint_shown,
    note_certificate,
    own_certificate,
    pin_shown,
    read_certificate,
)
from app.i18n import _


@dataclass(frozen=True, slots=True)
class Tls:
    """What was said about TLS: whether, with which files, and under which names."""

    is_wanted: bool
    path: Path | None
    key_path: Path | None
    names: tuple[str, ...]

    def certificate(self, hq: Headquarters, folder: Path, host: str) -> Certificate | None:
        """Give what to answer over TLS with, and note it for the codes to come."""
        if self.path is not None and self.key_path is not None:
            certificate: Certificate | None = read_certificate(self.path, self.key_path)
        elif self.is_wanted:
            certificate = own_certificate(folder, [*self.names, host])
        else:
            certificate = None
        note_certificate(hq, certificate)
        if certificate is not None:
            shown = _("Certificate SHA-256: {fingerprint}")
            click.echo(shown.format(fingerprint=certificate.fingerprint), err=True)
        return certificate


def tls_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options about TLS, as one argument ``tls``."""

    @click.option("--tls", "is_wanted", is_flag=True, help="Answer over TLS; makes a certificate.")
    @click.option("--tls-cert", "path", type=click.Path(path_type=Path), metavar="FILE")
    @click.option("--tls-key", "key_path", type=click.Path(path_type=Path), metavar="FILE")
    @click.option("--name", "names", multiple=True, help="A name it is reached at, for --tls.")
    @wraps(command)
    def with_tls(
        *args: Any,
        is_wanted: bool,
        path: Path | None,
        key_path: Path | None,
        names: tuple[str, ...],
        **more: Any,
    ) -> Any:
        if (path is None) != (key_path is None):
            raise click.UsageError(_("Name both --tls-cert and --tls-key."))
        return command(*args, tls=Tls(is_wanted, path, key_path, names), **more)

    return with_tls


@click.command()
@pass_command_line
def certificate(line: CommandLine) -> None:
    """Show the certificate the service answers with, and the code by which computers renew it."""
    with Headquarters.open(line.folder, db=line.database) as headquarters:
        fingerprint, pin = fingerprint_shown(headquarters), pin_shown(headquarters)
    line.answer(
        {"fingerprint": fingerprint or None, "code": pin or None},
        "\n".join(filter(None, [fingerprint, pin])) or _("The service shows no certificate."),
    )
