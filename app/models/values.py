"""Values richer than the database's own: dates with precision, and how ids and sets are stored."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID, SafeUUID

from sqlalchemy import Dialect, LargeBinary, String, Text, Uuid
from sqlalchemy.types import TypeDecorator, TypeEngine

_PATTERN: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?|age:(\d{1,3})/(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as well as it is known: a day, a month, a year, or an age stated on a day.

    Written ``2026-11-22``, ``2026-11``, ``2026`` or ``age:34/2026-11-22``. The text is the
    value: date and precision are one thing and merge as one.
    Source: ISO 8601-1 reduced precision; the age form is ours.
    """

    text: str

    def __post_init__(self) -> None:
        _bounds(self.text)

    @classmethod
    def from_age(cls, years: int, stated_on: date) -> PartialDate:
        """Note that someone was ``years`` old on ``stated_on``."""
        return cls(f"age:{years}/{stated_on.isoformat()}")

    @property
    def precision(self) -> str:
        """One of ``day``, ``month``, ``year``, ``age``."""
        if self.text.startswith("age:"):
            return "age"
        return {10: "day", 7: "month", 4: "year"}[len(self.text)]

    @property
    def earliest(self) -> date:
        """First day it can be."""
        return _bounds(self.text)[0]

    @property
    def latest(self) -> date:
        """Last day it can be."""
        return _bounds(self.text)[1]

    @property
    def is_first_of_january(self) -> bool:
        """Whether it is the day that clerks write for "unknown"."""
        return self.precision == "day" and self.text.endswith("-01-01")

    def age_bounds(self, on: date) -> tuple[int, int]:
        """Give the least and greatest age in whole years on the day ``on``."""
        return _years_between(self.latest, on), _years_between(self.earliest, on)

    def __str__(self) -> str:
        return self.text


def _bounds(text: str) -> tuple[date, date]:
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise ValueError(f"not a date: {text!r}")
    year, month, day, age, stated = match.groups()
    if age is not None:
        on = date.fromisoformat(stated)
        latest = _years_before(on, int(age))
        return _years_before(on, int(age) + 1) + timedelta(days=1), latest
    if day is not None:
        exact = date(int(year), int(month), int(day))
        return exact, exact
    if month is not None:
        first = date(int(year), int(month), 1)
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return date(int(year), 1, 1), date(int(year), 12, 31)


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February, or before the year 1
        if day.year - years < 1:
            raise
        return day.replace(year=day.year - years, day=28)


def _years_between(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


class IdType(TypeDecorator[UUID]):
    """An id: 16 bytes in SQLite, a native uuid in PostgreSQL."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(LargeBinary(16))
        return dialect.type_descriptor(Uuid())

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        return value.bytes if value is not None and dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        # Read straight: lists take tens of thousands, and the layers between double the time.
        return id_of if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        made: UUID | None = id_of(value)
        return made


_set_number: Final = vars(UUID)["int"].__set__
_set_safety: Final = vars(UUID)["is_safe"].__set__
_SAFETY: Final = SafeUUID.unknown


def id_of(value: Any) -> Any:
    """Give the id 16 bytes stand for, an eighth of the time ``UUID(bytes=…)`` takes."""
    if value is None:
        return None
    if not isinstance(value, bytes) or len(value) != 16:
        return UUID(bytes=value) if isinstance(value, bytes) else value
    made = UUID.__new__(UUID)
    _set_number(made, int.from_bytes(value))
    _set_safety(made, _SAFETY)
    return made


class RawIdType(TypeDecorator[bytes]):
    """An id as its 16 bytes, as the log has it; stored just as ``IdType`` stores it."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(LargeBinary(16))
        return dialect.type_descriptor(Uuid())

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        return None if dialect.name == "sqlite" else id_of

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> Any:
        return value if dialect.name == "sqlite" else id_of(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        return None if dialect.name == "sqlite" else raw_id

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        made: bytes | None = raw_id(value)
        return made


def raw_id(value: Any) -> Any:
    """Give the 16 bytes of an id, however the database's driver gave it."""
    return value.bytes if isinstance(value, UUID) else value


class PartialDateType(TypeDecorator[PartialDate]):
    """A ``PartialDate`` kept as its text."""

    impl = String(20)
    cache_ok = True

    def process_bind_param(self, value: PartialDate | None, dialect: Dialect) -> str | None:
        return None if value is None else value.text

    def process_result_value(self, value: str | None, dialect: Dialect) -> PartialDate | None:
        return None if value is None else PartialDate(value)


class DayType(TypeDecorator[date]):
    """A whole day kept as ISO text, the same bytes in every database and in the log."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        return _day_of

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        return _day_of(value)


def _day_of(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


class CodesType(TypeDecorator[frozenset[str]]):
    """A set of codes kept as a sorted JSON array."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: frozenset[str] | None, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(sorted(value), ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[str] | None:
        return None if value is None else frozenset(json.loads(value))
