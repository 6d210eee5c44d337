"""Commands that run headquarters."""

from __future__ import annotations

import click

from app.cli.session import CommandLine, pass_command_line, record_id
from app.cli.stores import answer_faults
from app.errors import Unavailable
from app.hq.base import Headquarters
from app.hq.check import feed_faults
from app.hq.devices import Device, devices, revoke
from app.hq.invites import invite as make_invite
from app.hq.serve import log_to_stderr
from app.hq.serve import serve as serve_hq
from app.i18n import _
from app.models.check import faults
from app.models.digest import store_digest


@click.group()
def hq() -> None:
    """Run headquarters' service and look after its devices."""


@hq.command()
@click.option("--training", is_flag=True, help="Everything sent to it is fictitious.")
@click.option("--db", "database", metavar="URL", help="SQLite in the store's folder unless named.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8440, show_default=True)
@pass_command_line
def serve(line: CommandLine, training: bool, database: str | None, host: str, port: int) -> None:
    """Answer devices until told to stop. Put a TLS proxy in front of anything but loopback."""
    if database is not None:
        raise Unavailable(
            _("This version keeps headquarters in SQLite, in the store's folder."),
            _("Leave --db out."),
        )
    log_to_stderr()
    with Headquarters.open(line.folder, is_training=training) as headquarters:
        serve_hq(headquarters, host, port)


@hq.command()
@click.option("--office", required=True, metavar="CODE")
@pass_command_line
def invite(line: CommandLine, office: str) -> None:
    """Make a one-time code by which a computer of an office enrols."""
    with Headquarters.open(line.folder) as headquarters:
        made = make_invite(headquarters, office)
    line.answer(
        {"code": made.code, "office": made.office, "expires_at": made.expires_at.isoformat()},
        made.code,
    )


@hq.command(name="devices")
@pass_command_line
def list_devices(line: CommandLine) -> None:
    """List the computers that have enrolled."""
    with Headquarters.open(line.folder) as headquarters:
        for device in devices(headquarters):
            document = _as_json(device)
            line.answer(document, "\t".join(str(v) for v in document.values()))


def _as_json(device: Device) -> dict[str, object]:
    seen, revoked = device.last_seen_at, device.revoked_at
    return {
        "id": str(device.id),
        "office": device.office_code,
        "name": device.name,
        "enrolled_at": device.enrolled_at.isoformat(),
        "last_seen_at": seen.isoformat() if seen else None,
        "revoked_at": revoked.isoformat() if revoked else None,
    }


@hq.command(name="revoke")
@click.argument("device")
@pass_command_line
def revoke_device(line: CommandLine, device: str) -> None:
    """Answer a computer no more; its unsent work stays on it."""
    with Headquarters.open(line.folder) as headquarters:
        line.answer(_as_json(revoke(headquarters, record_id(device))), device)


@hq.command()
@pass_command_line
def digest(line: CommandLine) -> None:
    """Answer, per kind, a count and a SHA-256 of the rows."""
    with Headquarters.open(line.folder) as headquarters, headquarters.store.read() as db:
        line.answer(store_digest(db.connection()))


@hq.command()
@pass_command_line
def check(line: CommandLine) -> None:
    """Verify the file, the chains of changes, and that rows are what the log says."""
    with Headquarters.open(line.folder) as headquarters, headquarters.store.read() as db:
        found = [*faults(db.connection()), *feed_faults(db.connection())]
    answer_faults(line, found)
