"""Dates as people write them: understood in any precision, script of digits or language."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

from app.i18n import LANGUAGES
from app.models.choices import fold_name
from app.models.values import PartialDate

_OLDEST_AGE: Final = 120
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?")
_DAY_FIRST: Final = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})")
_DAY_MONTH: Final = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})")
_MONTH_YEAR: Final = re.compile(r"(\d{1,2})[/.\- ](\d{4})")
_AGE: Final = re.compile(r"(\d{1,3})\s*([^\W\d_]*)\.?")
_YEARS: Final = frozenset(
    fold_name(word)
    for word in (
        "",
        *[
            "an",
            "ans",
            "year",
            "years",
            "y",
            "yo",
            "año",
            "años",
            "سنة",
            "سنوات",
            "عام",
            "عاما",
            "أعوام",
        ],
    )
)
_SHIFT: Final = re.compile(r"([+-])(\d{1,3})")
_TIME: Final = re.compile(r"(\d{1,2})(?:[:h.](\d{2})?)")
_NAMED: Final = re.compile(r"(?:(\d{1,2})\s+)?([^\W\d_]{3,})\.?\s+(\d{4})")


def plain_digits(text: str) -> str:
    """Give ``text`` with every digit, of whatever script, as 0-9, and single spaces."""
    digits = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in text)
    return " ".join(digits.split())


def read_partial(
    text: str, today: date, *, past: bool = True, takes_age: bool = True
) -> str | None:
    """Understand a date as far as it is known, or an age.

    Args:
        text: Such as ``2026-11-22``, ``22/11/1990``, ``nov 1990``, ``1990``, ``34 ans``, ``٣٤``.
        today: An age is as stated today.
        takes_age: A number of years alone is an age.
        past: Two digits of a year mean the latest such year that is not to come.

    Returns:
        The text of a ``PartialDate``; None when it is not one.
    """
    written = plain_digits(text)
    if re.fullmatch(r"\d{4}", written):
        return _checked(written)
    if match := _ISO.fullmatch(written):
        year, month, day = match.groups()
        return _checked("-".join([year, month.zfill(2), *([day.zfill(2)] if day else [])]))
    if match := _DAY_FIRST.fullmatch(written):
        day, month, year = match.groups()
        return _checked(f"{_full_year(year, today, past)}-{month.zfill(2)}-{day.zfill(2)}")
    if match := _MONTH_YEAR.fullmatch(written):
        return _checked(f"{match[2]}-{match[1].zfill(2)}")
    if match := _NAMED.fullmatch(written):
        named = _month_named(match[2])
        day_part = f"-{match[1].zfill(2)}" if match[1] else ""
        return _checked(f"{match[3]}-{named:02}{day_part}") if named else None
    match = _AGE.fullmatch(written) if takes_age else None
    if match and int(match[1]) <= _OLDEST_AGE and fold_name(match[2] or "") in _YEARS:
        return PartialDate.from_age(int(match[1]), today).text
    return None


def read_day(text: str, today: date, *, past: bool = False) -> str | None:
    """Understand one day: a full date, ``22/11`` of the nearest year, or ``+7`` days from today."""
    written = plain_digits(text)
    if match := _SHIFT.fullmatch(written):
        days = int(match[2]) * (-1 if match[1] == "-" else 1)
        return (today + timedelta(days=days)).isoformat()
    whole = read_partial(written, today, past=past, takes_age=False)
    if whole and PartialDate(whole).precision == "day":
        return whole
    if match := _DAY_MONTH.fullmatch(written):
        year = today.year
        found = _checked(f"{year}-{match[2].zfill(2)}-{match[1].zfill(2)}")
        if found and past and found > today.isoformat():
            year -= 1
        if found and not past and found < (today - timedelta(days=180)).isoformat():
            year += 1
        return _checked(f"{year}-{match[2].zfill(2)}-{match[1].zfill(2)}")
    return None


def read_moment(text: str, today: date) -> str | None:
    """Understand a day and time, such as ``22/11 10:30``, ``+7 9h`` or ``2026-11-22T10:30``."""
    written = plain_digits(text).replace("T", " ").replace("٫", ":")
    day_text, _space, time_text = written.rpartition(" ")
    match = _TIME.fullmatch(time_text)
    day = read_day(day_text, today) if day_text else None
    if match is None or day is None:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if hour > 23 or minute > 59:
        return None
    return f"{day}T{hour:02}:{minute:02}"


def write_partial(text: str) -> str:
    """Write the text of a ``PartialDate`` as it is typed: day first, or years of age."""
    value = PartialDate(text)
    if value.precision == "age":
        return text.removeprefix("age:").split("/")[0]
    return "/".join(reversed(text.split("-")))


def write_moment(text: str) -> str:
    """Write a moment as it is typed."""
    return datetime.fromisoformat(text).strftime("%d/%m/%Y %H:%M")


def _full_year(year: str, today: date, past: bool) -> int:
    if len(year) == 4:
        return int(year)
    century = today.year // 100 * 100
    full = century + int(year)
    return full - 100 if past and full > today.year else full


def _checked(text: str) -> str | None:
    try:
        return PartialDate(text).text
    except ValueError:
        return None


def _month_named(word: str) -> int | None:
    wanted = fold_name(word)
    found = {number for name, number in _months() if name.startswith(wanted)}
    return found.pop() if len(found) == 1 else None


@cache
def _months() -> tuple[tuple[str, int], ...]:
    from babel.dates import get_month_names

    locales = [*LANGUAGES, "ar_MA"]  # Morocco names its months otherwise than the east
    return tuple(
        (fold_name(name), number)
        for locale in locales
        for number, name in get_month_names("wide", locale=locale).items()
    )
