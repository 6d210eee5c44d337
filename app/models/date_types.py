"""Answers that are dates: a day, a date as well as it is known, a time agreed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from app.errors import Refused
from app.formats import day_text, moment_text, partial_date_text
from app.i18n import _, isolate
from app.models.types import Context, ValueType
from app.models.values import DayType, PartialDate, PartialDateType


@dataclass(frozen=True)
class Day(ValueType):
    """A day of the calendar."""

    past: bool = False
    widget = "day"

    def column_type(self) -> sa.types.TypeEngine[Any]:
        return DayType()

    def clean(self, value: Any, context: Context) -> date:
        try:
            cleaned = value if type(value) is date else date.fromisoformat(value)
        except (TypeError, ValueError):
            raise _no_such_date(value) from None
        _check_span(cleaned, cleaned, self.past, context)
        return cleaned

    def to_log(self, value: date | None) -> str | None:
        return None if value is None else value.isoformat()

    def from_log(self, value: str | None) -> date | None:
        return None if value is None else date.fromisoformat(value)

    def shown(self, value: date) -> str:
        return day_text(value)

    def to_sqlite(self, value: Any) -> str | None:
        self.from_log(value)  # a row that cannot be read back must not be written
        text: str | None = value
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


@dataclass(frozen=True)
class PartialDay(ValueType):
    """A date as well as it is known.

    Attributes:
        past: Days to come are refused.
        takes_age: An age, with the day it was stated, is an answer too.
    """

    past: bool = False
    takes_age: bool = False
    widget = "partial_date"

    def column_type(self) -> sa.types.TypeEngine[Any]:
        return PartialDateType()

    def clean(self, value: Any, context: Context) -> PartialDate:
        try:
            cleaned = value if isinstance(value, PartialDate) else PartialDate(value)
        except (TypeError, ValueError):
            raise _no_such_date(value) from None
        if cleaned.precision == "age" and not self.takes_age:
            raise Refused("no_age_here", _("This asks for a date. Give the year at least."))
        _check_span(cleaned.earliest, cleaned.latest, self.past, context)
        return cleaned

    def to_log(self, value: PartialDate | None) -> str | None:
        return None if value is None else value.text

    def from_log(self, value: str | None) -> PartialDate | None:
        if value is not None and not isinstance(value, str):
            raise ValueError(f"not a date: {value!r}")
        return None if value is None else PartialDate(value)

    def warnings(self, value: PartialDate, context: Context) -> list[str]:
        if value.is_first_of_january:
            return [
                _(
                    "1 January is often written when the day is not known. Is it the real day? "
                    "If not, give the year only."
                )
            ]
        return []

    def shown(self, value: PartialDate) -> str:
        return partial_date_text(value)

    def to_sqlite(self, value: Any) -> str | None:
        self.from_log(value)  # a row that cannot be read back must not be written
        text: str | None = value
        return text

    def schema(self) -> dict[str, Any]:
        age = r"|age:\d{1,3}/\d{4}-\d{2}-\d{2}" if self.takes_age else ""
        return {"type": "string", "pattern": rf"^(\d{{4}}(-\d{{2}}(-\d{{2}})?)?{age})$"}


_OLDEST_YEAR: Final = 1900
_FURTHEST: Final = timedelta(days=366 * 30)


def _check_span(earliest: date, latest: date, past: bool, context: Context) -> None:
    if past and earliest > context.today:
        raise Refused("future_date", _("This day is still to come. Check the year."))
    if latest.year < _OLDEST_YEAR or earliest - context.today > _FURTHEST:
        raise Refused("impossible_date", _("This date is too far away. Check the year."))


def _no_such_date(value: Any) -> Refused:
    return Refused(
        "impossible_date",
        _("{value} is not a date. Write it as 2026-11-22, or only 2026-11 or 2026.").format(
            value=isolate(str(value))
        ),
    )


@dataclass(frozen=True)
class Moment(ValueType):
    """A day and time at the office, to the minute; no zone, as on the wall."""

    widget = "moment"

    def column_type(self) -> sa.types.TypeEngine[Any]:
        return sa.String(16)

    def clean(self, value: Any, context: Context) -> str:
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise Refused(
                "impossible_date",
                _("{value} is not a day and time. Write it as 2026-11-22T10:30.").format(
                    value=isolate(str(value))
                ),
            ) from None
        _check_span(moment.date(), moment.date(), False, context)
        return moment.strftime("%Y-%m-%dT%H:%M")

    def shown(self, value: str) -> str:
        return moment_text(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$"}
