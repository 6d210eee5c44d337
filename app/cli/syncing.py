"""Commands about headquarters, seen from a device."""

from __future__ import annotations

import click

from app.cli.session import UNAVAILABLE, CommandLine, pass_command_line
from app.i18n import _, ngettext
from app.models.quarantine import reason_text
from app.sync.enrolment import enrol as enrol_store
from app.sync.enrolment import renew_certificate
from app.sync.mending import Mended
from app.sync.mending import check as check_store
from app.sync.visits import visit as sync_store


@click.command()
@click.option("--hq", "url", metavar="URL")
@click.option("--code", help="The one-time code headquarters gave.")
@click.option("--name", help="How headquarters lists this computer.")
@click.option(
    "--renew-certificate",
    "renewal",
    metavar="CODE",
    help="Trust headquarters' changed certificate, by the code it read out; “any” trusts what the"
    " computer trusts.",
)
@pass_command_line
def enrol(
    line: CommandLine, url: str | None, code: str | None, name: str | None, renewal: str | None
) -> None:
    """Enrol this store with headquarters."""
    if renewal is None and (url is None or code is None):
        raise click.UsageError("Name --hq and --code, or --renew-certificate.")
    with line.store() as (store, _user):
        place = (
            enrol_store(store, url or "", code or "", name)
            if renewal is None
            else renew_certificate(store, renewal)
        )
    line.answer(
        {"hq": place.url, "office": place.office_code, "device": str(store.device)},
        _("Enrolled with {url} for the office {office}.").format(
            url=place.url, office=place.office_code
        ),
    )


@click.command()
@click.option(
    "--check",
    "is_checked",
    is_flag=True,
    help="Compare every record with headquarters, and mend what differs.",
)
@pass_command_line
def sync(line: CommandLine, is_checked: bool) -> None:
    """Send what headquarters lacks and take in what is new."""
    mended: list[Mended] = []
    with line.store() as (store, _user):
        report = sync_store(store)
        if is_checked:
            mended = check_store(store)
        if any(one.sent for one in mended):
            report = sync_store(store)
    compared = [_compared(one) for one in mended]
    summary = _("{sent} sent, {received} received.").format(
        sent=report.sent, received=report.received
    )
    line.answer(
        {
            "sent": report.sent,
            "received": report.received,
            "contents_sent": report.contents_sent,
            "contents_received": report.contents_received,
            "refused": [
                {"device": str(device), "seq": seq, "reason": reason_text(reason)}
                for device, seq, reason in report.refused
            ],
            "verified": report.is_verified,
            "clock_offset_s": round(report.clock_offset_s, 3),
            "findings": report.findings,
            **({"checked": [_as_json(one) for one in mended]} if is_checked else {}),
        },
        "\n".join([summary, *report.findings, *compared]),
    )
    if not report.is_verified or any(one.differing for one in mended):
        raise click.exceptions.Exit(UNAVAILABLE)  # the findings have said why


def _as_json(mended: Mended) -> dict[str, object]:
    return {
        "found": mended.found,
        "fetched": mended.fetched,
        "sent": mended.sent,
        "differing": [{"device": str(device), "seq": seq} for device, seq in mended.differing],
    }


def _compared(mended: Mended) -> str:
    if mended.differing:
        return ngettext(
            "{count} change is not the same here and at headquarters; tell headquarters.",
            "{count} changes are not the same here and at headquarters; tell headquarters.",
            len(mended.differing),
        ).format(count=len(mended.differing))
    if mended.found:
        return ngettext(
            "Compared with headquarters: {count} change was missing on one side and was mended.",
            "Compared with headquarters: {count} changes were missing on one side and were mended.",
            mended.found,
        ).format(count=mended.found)
    return _("Compared with headquarters: both hold the same.")
