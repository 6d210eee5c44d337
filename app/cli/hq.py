"""Commands that run headquarters."""

from __future__ import annotations

import click

from app.cli.session import CommandLine, pass_command_line, record_id
from app.cli.stores import answer_faults
from app.cli.tls import Tls, certificate, tls_options
from app.hq.base import Headquarters
from app.hq.certificates import with_pin
from app.hq.check import feed_faults
from app.hq.devices import Device, devices, revoke
from app.hq.invites import invite as make_invite
from app.hq.scopes import Nature, scopes
from app.hq.serve import log_to_stderr, serve_by
from app.hq.serve import serve as serve_hq
from app.models.check import faults
from app.models.digest import store_digest


@click.group()
@click.option(
    "--db",
    "database",
    metavar="URL",
    envvar="SANAD_HQ_DB",
    help="A PostgreSQL database; by default the one last named for this folder, else a file there.",
)
@pass_command_line
def hq(line: CommandLine, database: str | None) -> None:
    """Run headquarters' service and look after its devices."""
    line.database = database


@hq.command()
@click.option("--training", is_flag=True, help="Everything sent to it is fictitious.")
@click.option("--db", "database", metavar="URL", help="As before the command.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8440, show_default=True)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes that answer; more than one needs --db.",
)
@tls_options
@pass_command_line
def serve(
    line: CommandLine,
    training: bool,
    database: str | None,
    host: str,
    port: int,
    workers: int,
    tls: Tls,
) -> None:
    """Answer devices until told to stop. Beyond loopback, use TLS or put a TLS proxy in front."""
    log_to_stderr()
    address = database or line.database
    with Headquarters.open(line.folder, is_training=training, db=address) as headquarters:
        shown = tls.certificate(headquarters, line.folder, host)
        if workers > 1:
            serve_by(headquarters, line.folder, workers, host, port, shown)
        else:
            serve_hq(headquarters, host, port, certificate=shown)


@hq.command()
@click.option("--office", required=True, metavar="CODE")
@click.option("--partner", is_flag=True, help="It is a partner organisation, not an office.")
@click.option("--for", "parent", metavar="OFFICE", help="The office that has what it registers.")
@click.option("--write-only", is_flag=True, help="Its computers submit and read nothing back.")
@pass_command_line
def invite(
    line: CommandLine, office: str, partner: bool, parent: str | None, write_only: bool
) -> None:
    """Make a one-time code by which a computer of an office or a partner enrols.

    What it is, is fixed by its first invitation; later ones may leave it out.
    """
    nature = Nature(partner or None, parent, write_only or None)
    with Headquarters.open(line.folder, db=line.database) as headquarters:
        made = make_invite(headquarters, office, nature)
        code = with_pin(headquarters, made.code)
    line.answer(
        {"code": code, "office": made.office, "expires_at": made.expires_at.isoformat()},
        code,
    )


@hq.command(name="scopes")
@pass_command_line
def list_scopes(line: CommandLine) -> None:
    """List the offices and partners, with how much each has."""
    with Headquarters.open(line.folder, db=line.database) as headquarters:
        for scope in scopes(headquarters):
            document = {
                "id": str(scope.id),
                "code": scope.code,
                "kind": scope.kind,
                "parent": scope.parent,
                "write_only": scope.is_write_only,
                "files": scope.files,
                "changes": scope.changes,
                "devices": scope.devices,
            }
            line.answer(document, "\t".join(str(value) for value in document.values()))


hq.add_command(certificate)


@hq.command(name="devices")
@pass_command_line
def list_devices(line: CommandLine) -> None:
    """List the computers that have enrolled."""
    with Headquarters.open(line.folder, db=line.database) as headquarters:
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
    with Headquarters.open(line.folder, db=line.database) as headquarters:
        line.answer(_as_json(revoke(headquarters, record_id(device))), device)


@hq.command()
@pass_command_line
def digest(line: CommandLine) -> None:
    """Answer, per kind, a count and a SHA-256 of the rows."""
    with (
        Headquarters.open(line.folder, db=line.database) as headquarters,
        headquarters.store.read() as db,
    ):
        line.answer(store_digest(db.connection()))


@hq.command()
@pass_command_line
def check(line: CommandLine) -> None:
    """Verify the file, the chains of changes, and that rows are what the log says."""
    with (
        Headquarters.open(line.folder, db=line.database) as headquarters,
        headquarters.store.read() as db,
    ):
        found = [*faults(db.connection()), *feed_faults(db.connection())]
    answer_faults(line, found)
