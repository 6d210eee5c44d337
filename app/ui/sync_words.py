"""How this copy stands with headquarters, in sentences: one at the foot of the window, or all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.formats import number_text
from app.i18n import _, isolate, ngettext
from app.sync.outlook import Outlook
from app.sync.status import SyncStatus
from app.ui.background_sync import BackgroundSync
from app.ui.wording import lately

_CLOCK_TOLERANCE_S: Final = 120
_DAY_S: Final = 86_400
_HOUR_S: Final = 3600

Said = tuple[str, str]
"""A sentence and the role it is shown in."""


@dataclass(frozen=True, slots=True)
class Line:
    """What the line to headquarters is doing.

    Attributes:
        is_busy: A sync is under way.
        done: How far it is, of ``total``.
        trouble: What went wrong last, with what to do; empty when nothing did.
        failing_since: When nobody answered for the first time since somebody did.
        next_try: When it next begins by itself; None when it does not.
        is_revoked: Headquarters no longer admits this computer.
        has_network: Whether there is a network.
        is_automatic: Whether it begins by itself.
    """

    is_busy: bool = False
    done: int = 0
    total: int = 0
    trouble: str = ""
    failing_since: datetime | None = None
    next_try: datetime | None = None
    is_revoked: bool = False
    has_network: bool = True
    is_automatic: bool = False


def line_of(syncing: BackgroundSync) -> Line:
    """Tell what the line does at present."""
    task = syncing.task
    return Line(
        is_busy=task is not None,
        done=0 if task is None else task.done,
        total=0 if task is None else task.total,
        trouble=syncing.trouble,
        failing_since=syncing.failing_since,
        next_try=syncing.next_try,
        is_revoked=syncing.is_revoked,
        has_network=syncing.network.is_there,
        is_automatic=syncing.is_automatic,
    )


@dataclass(frozen=True, slots=True)
class Foot:
    """The one line at the foot of the window.

    Attributes:
        words: What it says.
        icon: Its icon; ``is_trouble`` when a person should look.
    """

    words: str
    icon: str
    is_trouble: bool = False


def foot(status: SyncStatus, line: Line, now: datetime) -> Foot:
    """Say in one line what waits here, what headquarters has, and what is in the way."""
    if not status.is_enrolled:
        return Foot(_("Not connected to headquarters yet"), "ph.cloud")
    if line.is_revoked:
        return Foot(
            _("{waits} · headquarters no longer admits this computer").format(waits=_waits(status)),
            "ph.prohibit",
            is_trouble=True,
        )
    if line.is_busy:
        return Foot(_busy(line), "ph.arrows-clockwise")
    if is_clock_wrong(status):
        said = _("This computer's clock is wrong: it differs from headquarters' by {span}")
        return Foot(said.format(span=span(status.clock_offset_s)), "ph.clock", is_trouble=True)
    if status.is_in_step is False:
        return Foot(
            _("{waits} · this copy and headquarters differ").format(waits=_waits(status)),
            "ph.warning",
            is_trouble=True,
        )
    if line.failing_since is not None:
        return Foot(_failing(status, line, now), "ph.cloud-slash", is_trouble=True)
    if not line.has_network:
        return Foot(_("{waits} · no network").format(waits=_waits(status)), "ph.cloud-slash")
    is_in_step = not status.waiting and status.confirmed_at is not None
    return Foot(standing(status, now), "ph.cloud-check" if is_in_step else "ph.cloud-arrow-up")


def standing(status: SyncStatus, now: datetime) -> str:
    """Say in one line what waits here and what headquarters has confirmed."""
    if not status.is_enrolled:
        return _("Not connected to headquarters yet")
    if status.confirmed_at is None:
        return _("{waits} · HQ has confirmed nothing yet").format(waits=_waits(status))
    return _("{waits} · HQ confirmed up to {moment}").format(
        waits=_waits(status), moment=lately(status.confirmed_at, now)
    )


def _waits(status: SyncStatus) -> str:
    if not status.waiting:
        return _("Nothing waits here")
    return ngettext(
        "{count} change waits here", "{count} changes wait here", status.waiting
    ).format(count=_number(status.waiting))


def _busy(line: Line) -> str:
    if not line.total:
        return _("Syncing…")
    return _("Syncing… {done} of {total}").format(
        done=_number(line.done), total=_number(line.total)
    )


def _failing(status: SyncStatus, line: Line, now: datetime) -> str:
    assert line.failing_since is not None
    since = lately(line.failing_since, now)
    if line.next_try is None:
        return _("{waits} · no answer since {moment}").format(waits=_waits(status), moment=since)
    return _("{waits} · no answer since {moment}, next try {next}").format(
        waits=_waits(status), moment=since, next=lately(line.next_try, now)
    )


def is_clock_wrong(status: SyncStatus) -> bool:
    """Whether this computer's clock is too far from headquarters' to be left so."""
    return abs(status.clock_offset_s) > _CLOCK_TOLERANCE_S


def span(seconds: float) -> str:
    """Write a length of time by its largest unit: minutes, hours or days."""
    length = abs(seconds)
    if length >= _DAY_S:
        count = round(length / _DAY_S)
        said = ngettext("{count} day", "{count} days", count)
    elif length >= _HOUR_S:
        count = round(length / _HOUR_S)
        said = ngettext("{count} hour", "{count} hours", count)
    else:
        count = max(round(length / 60), 1)
        said = ngettext("{count} minute", "{count} minutes", count)
    return said.format(count=_number(count))


# -- the Sync screen -------------------------------------------------------------------------------


def status_sentences(
    status: SyncStatus, line: Line, outlook: Outlook | None, now: datetime
) -> list[Said]:
    """Say how this copy stands, most important first.

    Args:
        outlook: None before it is read.
    """
    said: list[Said] = [(_waiting(status, outlook, now), "")]
    if status.confirmed_at is None:
        said.append((_("Headquarters has confirmed nothing yet."), ""))
    else:
        said.append(
            (
                _("Headquarters confirmed what it has: {moment}.").format(
                    moment=lately(status.confirmed_at, now)
                ),
                "",
            )
        )
    if outlook is not None and (attachments := _attachments(outlook)):
        said.append((attachments, ""))
    said.append((_when_next(line, now), "quiet"))
    return said + _warnings(status, line, outlook, now)


def _waiting(status: SyncStatus, outlook: Outlook | None, now: datetime) -> str:
    if not status.waiting:
        return _("Everything you saved is at headquarters.")
    if outlook is None or outlook.oldest_waiting is None:
        return ngettext(
            "{count} change waits here to be sent.", "{count} changes wait here to be sent.",
            status.waiting,
        ).format(count=_number(status.waiting))  # fmt: skip
    changes = ngettext("{count} change", "{count} changes", status.waiting).format(
        count=_number(status.waiting)
    )
    if status.waiting == 1:
        return _only_waiting(outlook, lately(outlook.oldest_waiting, now))
    oldest = lately(outlook.oldest_waiting, now)
    if not outlook.people_waiting:
        return _("Here wait to be sent: {changes}, the oldest since {moment}.").format(
            changes=changes, moment=oldest
        )
    people = ngettext("{count} person", "{count} people", outlook.people_waiting).format(
        count=_number(outlook.people_waiting)
    )
    return _("Here wait to be sent: {changes} about {people}, the oldest since {moment}.").format(
        changes=changes, people=people, moment=oldest
    )


def _only_waiting(outlook: Outlook, moment: str) -> str:
    if not outlook.people_waiting:
        return _("One change waits here to be sent, since {moment}.").format(moment=moment)
    return _("One change about one person waits here to be sent, since {moment}.").format(
        moment=moment
    )


def _attachments(outlook: Outlook) -> str:
    if not outlook.contents_to_send and not outlook.contents_to_fetch:
        return ""
    return _("Attachments: {sent} still to send, {fetched} still to come.").format(
        sent=_number(outlook.contents_to_send), fetched=_number(outlook.contents_to_fetch)
    )


def _when_next(line: Line, now: datetime) -> str:
    if line.is_busy:
        return _("A sync is under way; you can go on working.")
    if line.is_revoked:
        return _("Sanad does not try again by itself.")
    if not line.is_automatic:
        return _("Sanad syncs when you press the button; Settings can let it sync by itself.")
    if not line.has_network:
        return _("There is no network. Sanad syncs by itself when one comes.")
    if line.next_try is None:
        return _("Sanad syncs by itself.")
    return _("Sanad syncs by itself after you save; the next time is {moment}.").format(
        moment=lately(line.next_try, now)
    )


def _warnings(status: SyncStatus, line: Line, outlook: Outlook | None, now: datetime) -> list[Said]:
    said: list[str] = []
    if line.trouble and not line.is_busy:
        said.append(_trouble(line, now))
    finding = _finding(outlook)
    if finding:
        said.append(finding)
    elif status.is_in_step is False:
        said.append(
            _(
                "This copy and headquarters do not hold the same records. Sync again: Sanad looks"
                " for what differs and fetches it. If this stays, tell headquarters."
            )
        )
    if outlook is not None and outlook.is_restored:
        said.append(
            _(
                "This store was restored or copied. It goes on under a new identity, so that"
                " nothing is mixed up; sync to bring back what is missing."
            )
        )
    if is_clock_wrong(status):
        said.append(
            _(
                "This computer's clock differs from headquarters' by {span}. Set it right: dates"
                " you save would be wrong."
            ).format(span=span(status.clock_offset_s))
        )
    return [(sentence, "warning") for sentence in said]


def _finding(outlook: Outlook | None) -> str:
    """Give what the last sync found, as it said it then."""
    latest = outlook.visits[0] if outlook is not None and outlook.visits else None
    return latest.said if latest is not None and latest.outcome == "done" else ""


def _trouble(line: Line, now: datetime) -> str:
    if line.failing_since is None:
        return line.trouble
    return _("Since {moment}: {trouble}").format(
        moment=lately(line.failing_since, now), trouble=line.trouble
    )


def review_sentences(status: SyncStatus, conflicts: int) -> list[str]:
    """Say what needs a person; empty when nothing does."""
    said = []
    if conflicts:
        said.append(
            ngettext(
                "In {count} record two people answered differently; somebody must choose.",
                "In {count} records two people answered differently; somebody must choose.",
                conflicts,
            ).format(count=_number(conflicts))
        )
    if status.refused:
        said.append(
            ngettext(
                "Headquarters refused {count} change of yours; it is kept here.",
                "Headquarters refused {count} changes of yours; they are kept here.",
                len(status.refused),
            ).format(count=_number(len(status.refused)))
        )
    if status.quarantined:
        said.append(
            ngettext(
                "{count} received change could not be read and was set aside; the others are in.",
                "{count} received changes could not be read and were set aside; the others are in.",
                status.quarantined,
            ).format(count=_number(status.quarantined))
        )
    return said


def _number(count: int) -> str:
    return isolate(number_text(count))
