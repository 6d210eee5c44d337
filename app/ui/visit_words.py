"""The last syncs and the computers they came from, in sentences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from app.formats import number_text
from app.i18n import _, isolate, language, ngettext
from app.sync.outlook import Computer, Outlook
from app.sync.visits import Visit
from app.ui.wording import lately, size_text

_MOST_MAKERS: Final = 3


def last_brought(outlook: Outlook, name_of: Callable[[UUID], str], now: datetime) -> str:
    """Say what came last and from whom; empty when nothing ever did."""
    latest = next((visit for visit in outlook.visits if visit.received), None)
    if latest is None:
        return ""
    makers = sorted(latest.brought.items(), key=lambda made: (-made[1], made[0]))
    counted: dict[str, int] = {}
    for device, count in makers:
        name = name_of(UUID(bytes=device))
        counted[name] = counted.get(name, 0) + count
    told = [
        _("{name} ({count})").format(name=name, count=_number(count))
        for name, count in list(counted.items())[:_MOST_MAKERS]
    ]
    others = len(counted) - len(told)
    if others > 0:
        told.append(
            ngettext("{count} other", "{count} others", others).format(count=_number(others))
        )
    changes = ngettext("{count} change", "{count} changes", latest.received).format(
        count=_number(latest.received)
    )
    moment = lately(_at(latest), now)
    if not told:  # a file does not count apart what each computer made
        return _("What came last: {changes}, {moment}.").format(changes=changes, moment=moment)
    return _("What came last: {changes}, {moment}, from {makers}.").format(
        changes=changes, moment=moment, makers=_listed(told)
    )


def visit_title(visit: Visit, now: datetime) -> str:
    """Say when a meeting was and what carried it."""
    ways = {
        "network": _("over the network"),
        "file": _("with a file"),
        "neighbour": _("with a colleague's computer"),
    }
    moment = lately(_at(visit), now)
    if visit.times > 1:
        times = ngettext("{count} time", "{count} times", visit.times)
        return _("{moment} · {way} · {times}").format(
            moment=moment, way=ways[visit.way], times=times.format(count=_number(visit.times))
        )
    return _("{moment} · {way}").format(moment=moment, way=ways[visit.way])


def visit_sentence(visit: Visit) -> str:
    """Say what went either way, and what a person should know of it."""
    outcomes = {
        "done": "",
        "failed": _("It did not come to its end."),
        "refused": _("Headquarters said no."),
        "stopped": _("It was stopped."),
    }
    moved = "" if visit.is_empty and visit.outcome != "done" else _moved(visit)
    said = visit.said or outcomes[visit.outcome]
    return " · ".join(part for part in (moved, said) if part)


def _moved(visit: Visit) -> str:
    if visit.is_empty:
        return _("Nothing new on either side")
    sent = ngettext("{count} change sent", "{count} changes sent", visit.sent)
    received = ngettext("{count} received", "{count} received", visit.received)
    parts = [
        sent.format(count=_number(visit.sent)),
        received.format(count=_number(visit.received)),
    ]
    contents = visit.contents_sent + visit.contents_received
    if contents:
        parts.append(
            ngettext("{count} attachment", "{count} attachments", contents).format(
                count=_number(contents)
            )
        )
    if visit.bytes_out or visit.bytes_in:
        parts.append(size_text(visit.bytes_out + visit.bytes_in))
    return " · ".join(parts)


def computer_sentence(computer: Computer, now: datetime) -> str:
    """Say when a computer was heard of."""
    if computer.wrote_at is None:
        return _("Nothing of its work has come here yet.")
    return _("Its latest work that is here: {moment}.").format(
        moment=lately(computer.wrote_at, now)
    )


def _at(visit: Visit) -> datetime:
    return datetime.fromtimestamp(visit.at_ms / 1000, UTC)


def _listed(parts: list[str]) -> str:
    from babel.lists import format_list

    return format_list(parts, locale=language())


def _number(count: int) -> str:
    return isolate(number_text(count))
