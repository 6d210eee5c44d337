"""Administrative areas of two levels, by P-code, found by present and by former names.

Source: OCHA's table of P-codes in ``resources/reference``; see the README there. The parents are
OCHA's: other tables put two Moroccan provinces in the wrong region.
"""

from __future__ import annotations

import csv
import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from itertools import accumulate, islice
from typing import Any, Final, NamedTuple

import msgspec

from app.i18n import _, language
from app.models.choices import COUNTRIES, Choices
from app.models.names import fold
from app.paths import RESOURCES

_FOLDER: Final = RESOURCES / "reference"
# The source keeps these areas under a code of their own. They are shown by their names alone, so
# that no paper of ours says what they are part of.
_WITHOUT_COUNTRY: Final = frozenset({"EH"})
_NOT_WORDS: Final = re.compile(r"[^\w\n|]+")
_COMMAS: Final = re.compile("[,،]")
_FEW_LETTERS: Final = 2
# How well a name fits what was typed, best first: it is the whole name, its beginning, the
# beginning of a word in it, inside a word, or the name of the region around.
_WHOLE, _BEGINNING, _WORD, _INSIDE, _PART_OF = range(5)


class Area(NamedTuple):
    """One administrative area.

    Attributes:
        code: P-code.
        name: Name as OCHA publishes it; see ``name_of`` for the language in use.
        level: 1 for regions, 2 for provinces.
        parent: P-code of the region; for a region its country.
        country: ISO 3166-1 alpha-2 code.
    """

    code: str
    name: str
    level: int
    parent: str
    country: str


class Found(NamedTuple):
    """An area someone may mean.

    Attributes:
        area: The present area.
        former: Former name that led to it; empty when a present name did.
        until: Last month of the former name, such as ``2015-09``.
    """

    area: Area
    former: str = ""
    until: str = ""


class _Alias(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: dict[str, str]
    since: str
    until: str
    covers: list[str]

    def is_valid(self, on: date) -> bool:
        return self.since <= f"{on:%Y-%m}" <= self.until

    def found(self) -> list[Found]:
        former = self.names.get(language(), self.names["fr"])
        return [Found(_areas()[code], former, self.until) for code in self.covers]


def area(code: str) -> Area | None:
    """Give the area of a P-code; None when there is none."""
    return _areas().get(code)


def areas(country: str, level: int, parent: str | None = None) -> list[Area]:
    """List the areas of a country and level, by name; of one region when ``parent`` names it."""
    found = [
        a
        for a in _areas().values()
        if a.country == country and a.level == level and parent in (None, a.parent)
    ]
    return sorted(found, key=lambda a: fold(name_of(a)))


def name_of(area: Area) -> str:
    """Name an area in the language in use as far as its name in it is known."""
    return _other_names().get(area.code, {}).get(language(), area.name)


def country_of(area: Area) -> str:
    """Name the country an area is in; empty where the source's code system leaves it open."""
    return "" if area.country in _WITHOUT_COUNTRY else COUNTRIES.label(area.country)


def find_areas(
    text: str, country: str | None = None, on: date | None = None, limit: int = 50
) -> list[Found]:
    """List the areas ``text`` may mean, likeliest first: whole names, beginnings, parts.

    Case, accents, hyphens, apostrophes and Arabic letter forms do not matter. A region brings its
    provinces after what is named so itself.

    Args:
        text: A name or some letters of it, in any of our languages; ``name, region`` too.
        country: Only areas of this country.
        on: Former names count only if they were in use that day; None takes all.
        limit: How many at most.
    """
    found = (one for _fit, one in _found(text, on) if country in (None, one.area.country))
    return list(islice(found, limit))


def find_from(text: str, home: str, limit: int = 50) -> list[Found]:
    """List the areas ``text`` may mean to an office in the country ``home``: its own first."""
    found = [one for _fit, one in _found(text)]
    return sorted(found, key=lambda one: one.area.country != home)[:limit]


def named(text: str, home: str) -> list[Area]:
    """List the areas whose whole name is ``text``: those of ``home`` if any, otherwise all.

    A former name stands for every area it covered, unless a present area is called so.
    """
    exact = area(text.strip().upper())
    if exact is not None:
        return [exact]
    whole = [one for fit, one in _found(text) if fit == _WHOLE]
    present = [one.area for one in whole if not one.former]
    meant = present or [one.area for one in whole]
    return [a for a in meant if a.country == home] or meant


class Places(Choices):
    """Areas by P-code; far too many to be listed at once."""

    def __init__(self) -> None:
        super().__init__("places")

    def codes(self) -> tuple[str, ...]:
        return tuple(_areas())

    def label(self, code: str) -> str:
        known = area(code)
        if known is None:
            return code
        around = area(known.parent)
        whole = country_of(known) if around is None else name_of(around)
        return _(", ").join(part for part in (name_of(known), whole) if part)

    def find(self, text: str) -> list[str]:
        return [one.area.code for one in find_areas(text)]


def _found(text: str, on: date | None = None) -> list[tuple[int, Found]]:
    """List the areas ``text`` may mean with how well each fits, likeliest first."""
    wanted = _key(text)
    if not wanted:
        return []
    fitting = [(fit, Found(a)) for fit, a in _matching(wanted)]
    fitting += [
        (fit, one)
        for alias in _aliases()
        if on is None or alias.is_valid(on)
        if (fit := _fit(_keys(alias.names.values()), wanted)) is not None
        # Few letters stand in the middle of many a long former name.
        if fit <= _BEGINNING or len(wanted) > _FEW_LETTERS
        for one in alias.found()
    ]
    if not fitting and _COMMAS.search(text):
        fitting = [(fit, Found(a)) for fit, a in _matching_with_region(text)]
    fitting += [
        (_PART_OF, Found(province))
        for fit, one in fitting
        if fit == _WHOLE and one.area.level == 1
        for province in areas(one.area.country, 2, one.area.code)
    ]
    fitting.sort(key=_by_likelihood)
    best: dict[str, tuple[int, Found]] = {}
    for fit, one in fitting:
        best.setdefault(one.area.code, (fit, one))
    return list(best.values())


def _by_likelihood(fitting: tuple[int, Found]) -> tuple[bool, int, bool, int]:
    fit, one = fitting
    is_former = bool(one.former)
    return is_former and fit != _WHOLE, fit, is_former, one.area.level


def _names_of(area: Area) -> list[str]:
    return _keys((area.name, *_other_names().get(area.code, {}).values()))


def _keys(names: Iterable[str]) -> list[str]:
    return [_key(name) for name in names]


def _key(name: str) -> str:
    return re.sub(r"\W+", " ", fold(name)).strip()


def _fit(names: list[str], wanted: str) -> int | None:
    """Tell how well the nearest of ``names`` fits; None when none does."""
    fits = []
    for name in names:
        if name == wanted:
            return _WHOLE
        if name.startswith(wanted):
            fits.append(_BEGINNING)
        elif f" {wanted}" in name:
            fits.append(_WORD)
        elif wanted in name and len(wanted) > _FEW_LETTERS:
            fits.append(_INSIDE)
    return min(fits, default=None)


def _matching(wanted: str) -> Iterator[tuple[int, Area]]:
    """Go through the areas one of whose names holds ``wanted``."""
    index = _index()
    at = index.text.find(wanted)
    while at >= 0:
        line = bisect_right(index.starts, at) - 1
        end = index.text.find("\n", at)
        names = [name.strip() for name in index.text[index.starts[line] : end].split("|")]
        fit = _fit(names, wanted)
        if fit is not None:
            yield fit, index.areas[line]
        at = index.text.find(wanted, end)


def _matching_with_region(text: str) -> Iterator[tuple[int, Area]]:
    """Go through the areas ``text`` names together with what they are part of."""
    wanted, short = _key(text), _key(_COMMAS.split(text)[0])
    for fit, one in _matching(short) if short else ():
        region = area(one.parent)
        around = [_key(country_of(one))] if region is None else _names_of(region)
        whole = _fit([f"{name} {part}" for name in _names_of(one) for part in around], wanted)
        if whole is not None and fit <= _BEGINNING:
            yield whole, one


class _Index(NamedTuple):
    """All names folded, one area a line: searching one long text is quicker than 30,000."""

    text: str
    starts: list[int]
    areas: list[Area]


@cache
def _index() -> _Index:
    listed = list(_areas().values())
    lines = _NOT_WORDS.sub(" ", fold("\n".join(a.name for a in listed))).split("\n")
    if len(lines) != len(listed):
        raise ValueError("areas.csv: a name holds a line break")
    more = _other_names()
    for place, a in enumerate(listed):
        if a.code in more:
            lines[place] = "|".join(_names_of(a))
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    return _Index("\n".join([*lines, ""]), starts, listed)


@cache
def _areas() -> dict[str, Area]:
    with (_FOLDER / "areas.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if not row[0].startswith("#")]
    country_of_region = {code: parent for code, _name, parent in rows if len(parent) == 2}
    return {
        code: Area(code, name, 1, parent, parent)
        if code in country_of_region
        else Area(code, name, 2, parent, country_of_region[parent])
        for code, name, parent in rows
    }


@cache
def _other_names() -> dict[str, dict[str, str]]:
    return msgspec.convert(_read("area_names.toml"), dict[str, dict[str, str]])


@cache
def _aliases() -> list[_Alias]:
    return msgspec.convert(_read("area_aliases.toml")["alias"], list[_Alias])


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / name).read_text("utf-8"))


PLACES: Final = Places()
