"""Questionnaires as definition files: items, options, weights, versions; read from resources.

Several versions of one questionnaire may stand side by side: answers are read with the version
they were given to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Final, Literal

from app.i18n import LANGUAGES, N_, _, isolate
from app.models.choices import Choices
from app.models.programme_facts import Facts, Names, in_words
from app.models.resource_files import KeyPath, Problem, ResourceError, Source
from app.paths import RESOURCES

DECLINED: Final = "declined"
"""Option of every item that may be declined; counted as no answer."""
DECLINED_TEXT: Final = N_("Prefers not to answer")
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_OPTION: Final = re.compile(r"[a-z0-9_]{1,40}")
_INSTRUMENT: Final = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")
_VERSION: Final = re.compile(r"\d{1,4}(\.\d{1,4}){0,2}")


class Option(Facts, frozen=True):
    """One answer an item may be given.

    Attributes:
        code: Unique in its item.
        text: By language.
        score: From 0, the worst, to 1, the best; None for an answer that says neither.
    """

    code: str
    text: Names
    score: Decimal | None = None


class Condition(Facts, frozen=True):
    """An item is asked only after one of these options of an earlier item."""

    item: str
    options: list[str]


class Item(Facts, frozen=True):
    """One question.

    Attributes:
        options: Name of a list of ``option_lists``, or the item's own list.
        dimension: Score it belongs to; None for an item that is asked and not scored.
        weight: In the score of its dimension; ``composite_weight`` in that of the whole.
        may_decline: Whether "prefers not to answer" is offered.
        only_if: When it is asked; None for always.
    """

    code: str
    text: Names
    options: str | list[Option]
    dimension: str | None = None
    weight: Decimal = Decimal(1)
    composite_weight: Decimal = Decimal(1)
    may_decline: bool = False
    only_if: Condition | None = None


class Band(Facts, frozen=True):
    """What a score below a limit is called.

    Attributes:
        below: Scores under it belong to the band; None for the last band.
    """

    code: str
    names: Names
    below: Decimal | None = None


class Sign(Facts, frozen=True):
    """What the answers point to when enough items have one of some options.

    Attributes:
        options: Options that count; ``least`` how many items must have one.
    """

    names: Names
    options: list[str]
    least: int = 1


class Instrument(Facts, frozen=True):
    """One version of a questionnaire.

    Attributes:
        names: What it is called here.
        official_name: What its owner calls it; used only for a verified text.
        verified: Whether wording, scores and weights were checked against the owner's text.
        source: Where it comes from and what is not verified, by language.
        instructions: What to say or to mind before asking, by language.
        dimensions: Scores by code, in order; empty for a questionnaire without scores.
        has_composite: Whether there is a score of the whole beside those of the dimensions.
        bands: From the lowest up.
        sign: What counted options point to.
        min_age: Least age in whole years.
        most_missing: Missing answers, in per cent of those due, above which a score is withheld.
        once_a_quarter: Whether a person answers it at most once in a quarter of the year.
    """

    code: str
    version: str
    names: Names
    source: Names
    items: list[Item]
    verified: bool = False
    official_name: Names = {}
    instructions: Names = {}
    dimensions: dict[str, Names] = {}
    option_lists: dict[str, list[Option]] = {}
    has_composite: bool = False
    bands: list[Band] = []
    sign: Sign | None = None
    min_age: int | None = None
    most_missing: int = 20
    once_a_quarter: bool = False

    @property
    def name(self) -> str:
        """Name in the language in use; the official one only when the text is verified."""
        if self.verified and self.official_name:
            return in_words(self.official_name, self.code)
        return in_words(self.names, self.code)

    def item(self, code: str) -> Item | None:
        """Give an item by its code."""
        return next((item for item in self.items if item.code == code), None)

    def options_of(self, item: Item) -> list[Option]:
        """List the options of an item, without that of declining."""
        if isinstance(item.options, str):
            return self.option_lists[item.options]
        return item.options

    def option_text(self, item: Item, code: str) -> str:
        """Give an option's text in the language in use; its code when it is not known."""
        if code == DECLINED and item.may_decline:
            return _(DECLINED_TEXT)
        found = next((one for one in self.options_of(item) if one.code == code), None)
        return in_words(found.text, code) if found else code


@cache
def instrument_versions() -> dict[str, dict[str, Instrument]]:
    """Read every shipped version of every questionnaire, by code, the oldest version first.

    Raises:
        ResourceError: A file does not fit; names the file, the key and the line.
    """
    found: dict[str, dict[str, Instrument]] = {}
    for path in sorted((RESOURCES / "instruments").glob("*.toml")):
        source = Source.read(path)
        made = read_instrument(source)
        versions = found.setdefault(made.code, {})
        if made.version in versions:
            raise source.error(("version",), _("another file has this version"))
        versions[made.version] = made
    return {
        code: dict(sorted(versions.items(), key=lambda one: _order(one[0])))
        for code, versions in found.items()
    }


def instruments() -> dict[str, Instrument]:
    """Give the latest version of each questionnaire, by code."""
    return {code: list(of.values())[-1] for code, of in instrument_versions().items()}


def instrument(code: str | None, version: str | None = None) -> Instrument | None:
    """Give a version of a questionnaire, the latest by default; None when it is not known here."""
    if version is None:
        return instruments().get(code or "")
    return instrument_versions().get(code or "", {}).get(version)


def read_instrument(source: Source) -> Instrument:
    """Turn the text of a file into a questionnaire.

    Raises:
        ResourceError: It does not fit.
    """
    return source.into(Instrument, _problems)


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


class _Instruments(Choices):
    def codes(self) -> tuple[str, ...]:
        return tuple(instrument_versions())

    def label(self, code: str) -> str:
        known = instrument(code)
        return known.name if known else code


INSTRUMENTS: Final[Choices] = _Instruments("instruments")


# -- what must hold ----------------------------------------------------------------------------


def _problems(made: Instrument) -> Iterator[Problem]:
    if not _INSTRUMENT.fullmatch(made.code):
        yield ("code",), _("a code is capital letters and digits, joined by hyphens")
    if not _VERSION.fullmatch(made.version):
        yield ("version",), _("write a version as 1 or 1.2")
    for path, names in _all_names(made):
        yield from _in_every_language(path, names)
    if not 0 <= made.most_missing <= 100:
        yield (
            ("most_missing",),
            _("write a number from {minimum} to {maximum}").format(minimum=0, maximum=100),
        )
    for name, options in made.option_lists.items():
        yield from _options(("option_lists", name), options)
    seen: dict[str, Item] = {}
    for index, item in enumerate(made.items):
        path = ("items", index)
        yield from _item(made, path, item, seen)
        seen[item.code] = item
    yield from _bands(made)
    if made.sign is not None:
        offered = {one.code for item in made.items for one in made.options_of(item)}
        for index, code in enumerate(made.sign.options):
            if code not in offered:
                yield ("sign", "options", index), _no_option(code)


def _all_names(made: Instrument) -> Iterator[tuple[KeyPath, Names]]:
    yield ("names",), made.names
    yield ("source",), made.source
    for key in ("official_name", "instructions"):
        if getattr(made, key):
            yield (key,), getattr(made, key)
    for code, names in made.dimensions.items():
        yield ("dimensions", code), names
    for index, band in enumerate(made.bands):
        yield ("bands", index, "names"), band.names
    if made.sign is not None:
        yield ("sign", "names"), made.sign.names


def _in_every_language(path: KeyPath, names: Names) -> Iterator[Problem]:
    for language in LANGUAGES:
        if not names.get(language, "").strip():
            yield path, _("the text in {language} is missing").format(language=isolate(language))
    for language in names:
        if language not in LANGUAGES:
            yield (
                (*path, language),
                _("texts are written in {languages} only").format(
                    languages=isolate(", ".join(LANGUAGES))
                ),
            )


def _options(path: KeyPath, options: list[Option]) -> Iterator[Problem]:
    if len(options) < 2:
        yield path, _("give at least two options")
    seen: set[str] = set()
    for index, option in enumerate(options):
        place = (*path, index)
        if not _OPTION.fullmatch(option.code) or option.code == DECLINED:
            yield (*place, "code"), _("write small letters, digits and _ only")
        if option.code in seen:
            yield (*place, "code"), _("{code} is listed twice").format(code=isolate(option.code))
        seen.add(option.code)
        yield from _in_every_language((*place, "text"), option.text)
        if option.score is not None and not 0 <= option.score <= 1:
            yield (*place, "score"), _("a score lies between 0 and 1")


def _item(
    made: Instrument, path: KeyPath, item: Item, earlier: dict[str, Item]
) -> Iterator[Problem]:
    if not _CODE.fullmatch(item.code):
        yield (*path, "code"), _("write small letters, digits and _ only")
    if item.code in earlier:
        yield (*path, "code"), _("{code} is listed twice").format(code=isolate(item.code))
    yield from _in_every_language((*path, "text"), item.text)
    if isinstance(item.options, str):
        if item.options not in made.option_lists:
            yield (
                (*path, "options"),
                _("there is no list of options {name}").format(name=isolate(item.options)),
            )
            return
    else:
        yield from _options((*path, "options"), item.options)
    yield from _scoring(made, path, item)
    if item.only_if is not None:
        yield from _condition(made, (*path, "only_if"), item.only_if, earlier)


def _scoring(made: Instrument, path: KeyPath, item: Item) -> Iterator[Problem]:
    if item.dimension is None:
        return
    if item.dimension not in made.dimensions:
        yield (
            (*path, "dimension"),
            _("there is no dimension {name}").format(name=isolate(item.dimension)),
        )
    key: Literal["weight", "composite_weight"]
    for key in ("weight", "composite_weight"):
        if getattr(item, key) <= 0:
            yield (*path, key), _("a weight is more than 0")
    scores = {option.score for option in made.options_of(item)}
    # Without both ends the best answers could not reach 1, nor the worst 0.
    if not {Decimal(0), Decimal(1)} <= scores:
        yield (*path, "options"), _("one option needs the score 0 and one the score 1")


def _condition(
    made: Instrument, path: KeyPath, condition: Condition, earlier: dict[str, Item]
) -> Iterator[Problem]:
    asked = earlier.get(condition.item)
    if asked is None:
        yield (
            (*path, "item"),
            _("there is no item {name} before this one").format(name=isolate(condition.item)),
        )
        return
    offered = {option.code for option in made.options_of(asked)}
    if not condition.options:
        yield (*path, "options"), _("give at least one option")
    for index, code in enumerate(condition.options):
        if code not in offered:
            yield (*path, "options", index), _no_option(code)


def _bands(made: Instrument) -> Iterator[Problem]:
    limits = [band.below for band in made.bands]
    if made.bands and (
        limits[-1] is not None
        or None in limits[:-1]
        or limits[:-1] != sorted(one for one in limits[:-1] if one is not None)
    ):
        yield ("bands",), _("the limits must rise, and the last band has none")


def _no_option(code: str) -> str:
    return _("there is no option {name}").format(name=isolate(code))


__all__ = [
    "DECLINED",
    "INSTRUMENTS",
    "Band",
    "Condition",
    "Instrument",
    "Item",
    "Option",
    "ResourceError",
    "Sign",
    "instrument",
    "instrument_versions",
    "instruments",
    "read_instrument",
]
