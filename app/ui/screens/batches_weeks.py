"""The table of the last weeks: what was done, whether its batch went, whether a receipt came."""

from __future__ import annotations

from datetime import UTC, datetime

from app.formats import day_text, number_text
from app.i18n import _, isolate, ngettext, pgettext
from app.sync.weeks import WeekLine
from app.ui.tables import TRAILING, Column
from app.ui.wording import lately


def week_columns() -> list[Column[WeekLine]]:
    """Give the columns of the table of weeks."""
    return [
        Column(_("Week"), lambda line: isolate(line.week.name), 12),
        Column(pgettext("week", "Days"), _days, 28, yields=2),
        Column(
            pgettext("records", "Changes"), lambda line: number_text(line.changes), 11, TRAILING
        ),
        Column(_("Batch"), _batch),
        Column(pgettext("batch", "Receipt"), _receipt, 24),
    ]


def _days(line: WeekLine) -> str:
    first = datetime.fromtimestamp(line.week.start_ms / 1000).astimezone().date()
    last = datetime.fromtimestamp(line.week.end_ms / 1000 - 1).astimezone().date()
    return _("{first} to {last}").format(
        first=isolate(day_text(first, "short")), last=isolate(day_text(last, "short"))
    )


def _batch(line: WeekLine) -> str:
    if not line.batches:
        return "" if line.is_over else _("the week is not over")
    latest = line.batches[0]
    return _("number {number}, {moment}").format(
        number=isolate(str(latest.number)), moment=lately(latest.made_at, datetime.now(UTC))
    )


def _receipt(line: WeekLine) -> str:
    read = next((one.receipt_at for one in line.batches if one.receipt_at is not None), None)
    if read is not None:
        return _("read {moment}").format(moment=lately(read, datetime.now(UTC)))
    return _("not back yet") if line.batches else ""


def week_sentence(line: WeekLine) -> str:
    """Say a week as a screen reader does."""
    changes = ngettext("{count} change", "{count} changes", line.changes).format(
        count=number_text(line.changes)
    )
    batch = _batch(line) if line.batches else _("no batch yet")
    return ", ".join(part for part in (line.week.name, changes, batch, _receipt(line)) if part)
