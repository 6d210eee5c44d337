"""Sentences several screens share: when something was, how far it is."""

from __future__ import annotations

from datetime import datetime

from app.formats import age_text, moment_text, number_text, time_text
from app.i18n import _, isolate, language, ngettext
from app.models.choices import COUNTRIES
from app.models.values import PartialDate

_KILO = 1000


def lately(moment: datetime, now: datetime) -> str:
    """Write a moment of the last days as people say it: "10:32", "Tuesday 10:32", or the date."""
    here, today = moment.astimezone(), now.astimezone()
    days = (today.date() - here.date()).days
    if days == 0:
        return isolate(time_text(here.replace(tzinfo=None)))
    if 0 < days < 7:
        from babel.dates import format_date

        locale = "ar_MA" if language() == "ar" else language()
        return _("{day} {time}").format(
            day=format_date(here.date(), "EEEE", locale=locale),
            time=isolate(time_text(here.replace(tzinfo=None))),
        )
    return moment_text(here.replace(tzinfo=None))


def time_left(seconds: float | None) -> str:
    """Write how long something may still take; empty when nobody knows."""
    if seconds is None:
        return ""
    if seconds < 60:
        return _("less than a minute left")
    minutes = round(seconds / 60)
    return ngettext("{count} minute left", "{count} minutes left", minutes).format(count=minutes)


def progress_sentence(done: int, total: int, seconds: float | None) -> str:
    """Write how far long work is; empty before the first number."""
    if not total:
        return ""
    counted = _("{done} of {total}").format(
        done=isolate(number_text(done)), total=isolate(number_text(total))
    )
    left = time_left(seconds)
    return f"{counted} · {left}" if left else counted


def facts(*parts: str | None) -> str:
    """Write what is known side by side, each in its own direction; what is empty is left out."""
    return " · ".join(isolate(part) for part in parts if part)


def nationality_text(codes: frozenset[str]) -> str:
    """Write nationalities, in the order of their names."""
    return " / ".join(sorted(COUNTRIES.label(code) for code in codes))


def short_age(birth: PartialDate | None, today: datetime) -> str:
    """Write an age; empty when nothing is known of the birth."""
    return age_text(birth, today.date()) if birth else ""


def size_text(count: int) -> str:
    """Write a number of bytes as people read it."""
    if count < _KILO * _KILO:
        return _("{count} kB").format(count=isolate(number_text(max(round(count / _KILO), 1))))
    return _("{count} MB").format(count=isolate(number_text(round(count / _KILO / _KILO, 1))))
