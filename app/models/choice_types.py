"""Answers that are codes of a list: one or many, countries and places among them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa

from app.errors import Refused
from app.i18n import _, isolate
from app.models.choices import Choices, Countries
from app.models.places import PLACES, named
from app.models.types import Context, ValueType
from app.models.values import CodesType


@dataclass(frozen=True)
class Choice(ValueType):
    """One code of a list."""

    choices: Choices
    widget = "choice"

    def column_type(self) -> sa.types.TypeEngine[Any]:
        return sa.String(60)

    def clean(self, value: Any, context: Context) -> str:
        if not isinstance(value, str) or value not in self.choices.codes():
            raise _not_listed(value, self.choices)
        return value

    def shown(self, value: str) -> str:
        return self.choices.label(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.choices.codes())}


@dataclass(frozen=True)
class ChoiceSet(ValueType):
    """Any number of codes of a list."""

    choices: Choices
    widget = "choices"
    takes_many = True

    def column_type(self) -> sa.types.TypeEngine[Any]:
        return CodesType()

    def clean(self, value: Any, context: Context) -> frozenset[str]:
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, (list, tuple, set, frozenset)):
            raise Refused("type", _("Give a list of codes."))
        return frozenset(self._clean_one(one, context) for one in value)

    def _clean_one(self, one: Any, context: Context) -> str:
        if not isinstance(one, str) or one not in self.choices.codes():
            raise _not_listed(one, self.choices)
        return one

    def to_log(self, value: frozenset[str] | None) -> list[str] | None:
        return None if value is None else sorted(value)

    def from_log(self, value: list[str] | None) -> frozenset[str] | None:
        return None if value is None else frozenset(value)

    def shown(self, value: frozenset[str]) -> str:
        return _(", ").join(self.choices.label(code) for code in sorted(value))

    def to_sqlite(self, value: Any) -> str | None:
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(code, str) for code in value):
            raise ValueError(f"not a list of codes: {value!r}")
        return _codes_text(tuple(value))

    def schema(self) -> dict[str, Any]:
        return {
            "type": "array",
            "items": {"type": "string", "enum": list(self.choices.codes())},
            "uniqueItems": True,
        }


@lru_cache(maxsize=4096)
def _codes_text(codes: tuple[str, ...]) -> str:
    # The same few sets come again and again in a merge.
    return json.dumps(codes, ensure_ascii=False)


def _not_listed(value: Any, choices: Choices) -> Refused:
    listed = ", ".join(choices.codes()[:12])
    return Refused(
        "not_in_list",
        _("{value} is not in the list. Choose one of: {codes}.").format(
            value=isolate(str(value)), codes=isolate(listed)
        ),
    )


def clean_country(value: Any, countries: Countries) -> str:
    """Find the one country meant by a code or a name in any of our languages."""
    found = countries.find(value) if isinstance(value, str) else []
    if len(found) == 1:
        return found[0]
    if found:
        named = _(", ").join(f"{countries.label(code)} ({code})" for code in found)
        raise Refused(
            "ambiguous_country",
            _("{value} can mean several countries. Choose one: {countries}.").format(
                value=isolate(value), countries=named
            ),
        )
    raise Refused(
        "unknown_country",
        _("{value} is not a country we know. Choose it from the list.").format(
            value=isolate(str(value))
        ),
    )


@dataclass(frozen=True)
class Country(Choice):
    """One country."""

    choices: Countries

    def clean(self, value: Any, context: Context) -> str:
        return clean_country(value, self.choices)


@dataclass(frozen=True)
class CountrySet(ChoiceSet):
    """Any number of countries."""

    choices: Countries

    def _clean_one(self, one: Any, context: Context) -> str:
        return clean_country(one, self.choices)


_MOST_NAMED: Final = 6


def _no_such_place(value: Any) -> Refused:
    return Refused(
        "unknown_place",
        _("{value} is not an area we know. Choose it from the list.").format(
            value=isolate(str(value))
        ),
    )


@dataclass(frozen=True)
class Place(ValueType):
    """One administrative area, by its P-code; too many to be offered as a list."""

    widget = "place"

    def column_type(self) -> sa.types.TypeEngine[Any]:
        return sa.String(20)

    def clean(self, value: Any, context: Context) -> str:
        found = named(value, context.home_country) if isinstance(value, str) else []
        if not found:
            raise _no_such_place(value)
        if len(found) == 1:
            return found[0].code
        places = " · ".join(f"{PLACES.label(a.code)} ({a.code})" for a in found[:_MOST_NAMED])
        raise Refused(
            "ambiguous_place",
            _("{value} can mean several areas. Choose one: {places}.").format(
                value=isolate(value), places=places
            ),
        )

    def shown(self, value: str) -> str:
        return PLACES.label(value)

    def schema(self) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": "^[0-9A-Z]{3,20}$",
            "description": "P-code of an administrative area (OCHA COD-AB, levels 1 and 2)",
        }
