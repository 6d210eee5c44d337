"""Programmes and what they teach and talk about, read from ``resources/programmes``."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Final, TypeVar

import msgspec

from app.i18n import language
from app.models.choices import Choices
from app.paths import RESOURCES


class Programme(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A programme as an office runs it.

    Attributes:
        code: Stable code, such as ``AVRR-FROM``.
        names: Name by language.
        topics: Topics its counselling sessions cover, code to name by language.
        curricula: Codes of the curricula it teaches.
    """

    code: str
    names: dict[str, str]
    topics: dict[str, dict[str, str]] = {}
    curricula: list[str] = []


class Course(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A curriculum as shipped; becomes a ``Curriculum`` record of each store.

    Attributes:
        threshold: Attendance needed to complete, in per cent of half-days.
    """

    code: str
    names: dict[str, str]
    hours: int
    half_days: int
    threshold: int


_Shipped = TypeVar("_Shipped")


@cache
def programmes() -> dict[str, Programme]:
    """Read the shipped programmes, by code.

    Raises:
        ValueError: A file does not fit; names the file and what is wrong in it.
    """
    return {p.code: p for p in _read("programmes", Programme)}


@cache
def courses() -> dict[str, Course]:
    """Read the shipped curricula, by code."""
    return {c.code: c for c in _read("curricula", Course)}


def _read(folder: str, type_: type[_Shipped]) -> list[_Shipped]:
    found = []
    for path in sorted((RESOURCES / folder).glob("*.toml")):
        try:
            found.append(msgspec.convert(tomllib.loads(path.read_text("utf-8")), type_))
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            raise ValueError(f"{path.name}: {error}") from error
    return found


class _Programmes(Choices):
    def codes(self) -> tuple[str, ...]:
        return tuple(programmes())

    def label(self, code: str) -> str:
        known = programmes().get(code)
        return _in_language(known.names, code) if known else code


class _Topics(Choices):
    def codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(code for p in programmes().values() for code in p.topics))

    def label(self, code: str) -> str:
        for programme in programmes().values():
            if code in programme.topics:
                return _in_language(programme.topics[code], code)
        return code


def _in_language(names: dict[str, str], code: str) -> str:
    return names.get(language()) or names.get("en") or code


PROGRAMMES: Final[Choices] = _Programmes("programmes")
TOPICS: Final[Choices] = _Topics("topics")
