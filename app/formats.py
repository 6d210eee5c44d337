"""Dates, numbers and moments as people read them in the language in use. Source: CLDR."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from app.i18n import _, language, ngettext

if TYPE_CHECKING:
    from babel import Locale

    from app.models.values import PartialDate


def _locale() -> Locale:
    return _locale_of(language())


@cache
def _locale_of(code: str) -> Locale:
    from babel import Locale  # loaded with the first date shown, not before the window

    # Offices in Morocco write Latin digits in Arabic text, and the hours from 0 to 23.
    return Locale.parse({"ar": "ar_MA", "en": "en_GB"}.get(code, code))


def day_text(day: date, style: str = "long") -> str:
    """Write a day, such as "22 November 2026"; ``style`` is a CLDR date style."""
    from babel.dates import format_date

    return format_date(day, style, locale=_locale())


def month_text(day: date) -> str:
    """Write the month of a day in short, such as "Nov 2026"."""
    from babel.dates import format_skeleton

    return format_skeleton("yMMM", day, locale=_locale())


def moment_text(moment: datetime | str, style: str = "medium") -> str:
    """Write a day and time at the office."""
    from babel.dates import format_date, format_time

    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    clock = format_time(at.time(), "short", locale=_locale())
    return _("{day} at {time}").format(
        day=format_date(at.date(), style, locale=_locale()), time=clock
    )


def time_text(moment: datetime | str) -> str:
    """Write the time of day only."""
    from babel.dates import format_time

    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return format_time(at.time(), "short", locale=_locale())


def partial_date_text(value: PartialDate) -> str:
    """Write a date as far as it is known."""
    from babel.dates import format_skeleton

    if value.precision == "day":
        return day_text(value.earliest)
    if value.precision == "month":
        return format_skeleton("yMMMM", value.earliest, locale=_locale())
    if value.precision == "year":
        return _("in {year}").format(year=value.earliest.year)
    years, stated = value.text.removeprefix("age:").split("/")
    return ngettext("{count} year old on {day}", "{count} years old on {day}", int(years)).format(
        count=years, day=day_text(date.fromisoformat(stated))
    )


def age_text(value: PartialDate, on: date) -> str:
    """Write an age with its uncertainty, such as "34" or "33–34"."""
    low, high = value.age_bounds(on)
    if low == high:
        return ngettext("{count} year", "{count} years", low).format(count=low)
    return ngettext("{low}–{high} year", "{low}–{high} years", high).format(low=low, high=high)


def number_locale() -> Locale:
    """Give the CLDR locale whose separators numbers are written with."""
    return _locale()


def number_text(number: float | Decimal) -> str:
    """Write a number with the grouping of the language; every decimal an exact one has."""
    from babel.numbers import format_decimal

    rounds = not isinstance(number, Decimal)
    return format_decimal(number, locale=_locale(), decimal_quantization=rounds)
