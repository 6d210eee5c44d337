"""Programmes and what they teach and talk about, read from ``resources/programmes``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cache
from typing import Any, Final, TypeVar

from app.i18n import LANGUAGES, _, isolate
from app.models.choices import Choices
from app.models.programme_checks import check_course, check_programme
from app.models.programme_facts import (
    Allowance,
    Certificate,
    Course,
    Donor,
    Eligibility,
    FundingLine,
    GrantRule,
    Module,
    Names,
    Place,
    Programme,
    Target,
    TrancheRule,
    in_words,
)
from app.models.reference import SERVICES
from app.models.resource_files import Problem, ResourceError, Source, overlay
from app.paths import RESOURCES

Tables = dict[str, Any]
"""What a TOML text says."""

_Shipped = TypeVar("_Shipped", Programme, Course)


@cache
def programmes() -> dict[str, Programme]:
    """Read the shipped programmes, by code.

    Raises:
        ResourceError: A file does not fit; names the file, the key and the line.
    """
    return _in_order(_sources("programmes"), Programme, _check_programme)


@cache
def courses() -> dict[str, Course]:
    """Read the shipped curricula, by code.

    Raises:
        ResourceError: A file does not fit; names the file, the key and the line.
    """
    sources = _sources("curricula")
    codes = frozenset(str(source.raw.get("code")) for source in sources)
    return _in_order(sources, Course, lambda course: check_course(course, codes))


def read_programme(source: Source) -> Programme:
    """Turn the text of a programme file into a programme.

    Raises:
        ResourceError: It does not fit.
    """
    return source.into(Programme, _check_programme)


def read_course(source: Source) -> Course:
    """Turn the text of a curriculum file into a curriculum; it may ask for shipped ones.

    Raises:
        ResourceError: It does not fit.
    """
    codes = {*courses(), str(source.raw.get("code"))}
    return source.into(Course, lambda course: check_course(course, codes))


def changed_programme(
    code: str, details: str, lay: Callable[[Tables], Tables], curricula: Collection[str] = ()
) -> Programme:
    """Lay an office's changes over a shipped programme.

    Args:
        details: TOML of the same keys: tables are laid key by key, lists replace.
        lay: Lays the other changes over the tables so made.
        curricula: Codes of the office's own curricula, beside those shipped.

    Raises:
        ResourceError: The result does not fit; the line is that of ``details``.
    """
    source = Source.parse("", details)
    for key in _NOT_CHANGED:
        if key in source.raw:
            raise source.error((key,), _("this cannot be changed"))
    topics = source.raw.get("topics")
    for topic in topics if isinstance(topics, dict) else ():
        if topic not in TOPICS.codes():
            raise source.error(("topics", topic), _("choose a topic of one of the programmes"))
    known = frozenset({*courses(), *curricula})
    laid = lay(overlay(shipped_tables(code), source.raw))
    return source.into(Programme, lambda made: check_programme(made, known, SERVICES.codes()), laid)


def shipped_tables(code: str) -> Tables:
    """Give what the file of a shipped programme says."""
    return next(source.raw for source in _sources("programmes") if source.raw["code"] == code)


_NOT_CHANGED: Final = ("code", "centred", "misfit", "office_note")


@cache
def _sources(folder: str) -> tuple[Source, ...]:
    return tuple(Source.read(path) for path in sorted((RESOURCES / folder).glob("*.toml")))


def _in_order(
    sources: Iterable[Source], type_: type[_Shipped], check: Callable[[_Shipped], Iterable[Problem]]
) -> dict[str, _Shipped]:
    """Read files, none of which may be another under a second name."""
    found: dict[str, _Shipped] = {}
    named: dict[tuple[str, str], str] = {}
    for source in sources:
        made = source.into(type_, check)
        if made.code in found:
            raise source.error(("code",), _("another file has this code"))
        for language in LANGUAGES:
            name = (language, made.names[language].casefold())
            if name in named:
                raise source.error(
                    ("names", language),
                    _("{code} has the same name").format(code=isolate(named[name])),
                )
            named[name] = made.code
        found[made.code] = made
    return found


def _check_programme(programme: Programme) -> Iterable[Problem]:
    return check_programme(programme, courses(), SERVICES.codes())


class _Programmes(Choices):
    def codes(self) -> tuple[str, ...]:
        return tuple(programmes())

    def label(self, code: str) -> str:
        known = programmes().get(code)
        return known.name if known else code


class _Topics(Choices):
    def codes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(code for p in programmes().values() for code in p.topics))

    def label(self, code: str) -> str:
        for programme in programmes().values():
            if code in programme.topics:
                return in_words(programme.topics[code], code)
        return code


class _Participants(Choices):
    def codes(self) -> tuple[str, ...]:
        found = (p.participant_categories for p in programmes().values())
        return tuple(dict.fromkeys(code for categories in found for code in categories))

    def label(self, code: str) -> str:
        for programme in programmes().values():
            if code in programme.participant_categories:
                return in_words(programme.participant_categories[code], code)
        return code


class _AgeBands(Choices):
    def codes(self) -> tuple[str, ...]:
        found = {band for p in programmes().values() for band in p.age_bands}
        return (*sorted(found, key=_ages_in), "unknown")

    def label(self, code: str) -> str:
        if code == "unknown":
            return _("Age unknown")
        least, greatest = _ages_in(code)
        if greatest == _NO_LIMIT:
            return _("{least} and over").format(least=least)
        return isolate(f"{least}–{greatest}")


_NO_LIMIT: Final = 999


def _ages_in(band: str) -> tuple[int, int]:
    least, _mark, greatest = band.rstrip("+").partition("-")
    return int(least), int(greatest) if greatest else _NO_LIMIT


PROGRAMMES: Final[Choices] = _Programmes("programmes")
TOPICS: Final[Choices] = _Topics("topics")
PARTICIPANT_CATEGORIES: Final[Choices] = _Participants("participant_categories")
AGE_BANDS: Final[Choices] = _AgeBands("age_bands")

__all__ = [
    "AGE_BANDS",
    "PARTICIPANT_CATEGORIES",
    "PROGRAMMES",
    "TOPICS",
    "Allowance",
    "Certificate",
    "Course",
    "Donor",
    "Eligibility",
    "FundingLine",
    "GrantRule",
    "Module",
    "Names",
    "Place",
    "Programme",
    "ResourceError",
    "Tables",
    "Target",
    "TrancheRule",
    "changed_programme",
    "courses",
    "in_words",
    "programmes",
    "read_course",
    "read_programme",
    "shipped_tables",
]
