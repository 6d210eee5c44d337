"""Choice lists: what a coded answer may be, and what each code is called in each language."""

from __future__ import annotations

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Final

from app.i18n import LANGUAGES, N_, _, language

if TYPE_CHECKING:
    from babel import Locale


class Choices(ABC):
    """A named list of codes, in the order they are offered."""

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def codes(self) -> tuple[str, ...]:
        """List the codes that may be chosen."""

    @abstractmethod
    def label(self, code: str) -> str:
        """Name ``code`` in the language in use; the code itself when it is not known here."""

    def offered(self) -> list[tuple[str, str]]:
        """List ``(code, label)`` as shown to a person."""
        return [(code, self.label(code)) for code in self.codes()]

    def find(self, text: str) -> list[str]:
        """List the codes ``text`` names otherwise than by its label in the language in use."""
        return []


class Coded(Choices):
    """A list written in code.

    Args:
        name: Name of the list in the JSON Schema.
        options: Code to English label (marked with ``N_``), in the order offered. For a
            field merged cautiously the order runs from least to most protective.
    """

    def __init__(self, name: str, options: Mapping[str, str]) -> None:
        super().__init__(name)
        self._options = dict(options)

    def codes(self) -> tuple[str, ...]:
        return tuple(self._options)

    def label(self, code: str) -> str:
        return _(self._options[code]) if code in self._options else code


class _FromLocale(Choices):
    """A list whose names come from CLDR through Babel, sorted by name."""

    def codes(self) -> tuple[str, ...]:
        return _sorted_codes(self.name, language())

    def label(self, code: str) -> str:
        return _names(self.name, language()).get(code, code)


UNKNOWN_NATIONALITY: Final = "XXX"
"""Told of somebody whose nationality is not known. Source: ICAO Doc 9303, part 3."""


class Countries(_FromLocale):
    """Countries by ISO 3166-1 alpha-2 code, and the two answers that are not a country."""

    EXTRA: Final = {"XXA": N_("Stateless"), UNKNOWN_NATIONALITY: N_("Unknown nationality")}

    def __init__(self) -> None:
        super().__init__("countries")

    def label(self, code: str) -> str:
        return _(self.EXTRA[code]) if code in self.EXTRA else super().label(code)

    def codes(self) -> tuple[str, ...]:
        return (*super().codes(), *self.EXTRA)

    def find(self, text: str) -> list[str]:
        """List the countries someone may mean by ``text``, a name in any of our languages.

        "Congo" means two countries; the caller must ask which.
        """
        wanted = fold_name(text)
        if wanted.upper() in self.codes():
            return [wanted.upper()]
        if wanted in _CONGO:
            return ["CG", "CD"]
        found = {
            code
            for lang in LANGUAGES
            for code, name in _names("countries", lang).items()
            if fold_name(name) == wanted
        }
        return sorted(found)


class Languages(_FromLocale):
    """Languages by the codes CLDR and ISO 639-3 use."""

    # Spoken at the desk in Morocco, absent from CLDR: ISO 639-3 codes, names kept here.
    MORE: Final = {
        "snk": N_("Soninke"),
        "mnk": N_("Mandinka"),
        "sus": N_("Susu"),
        "mos": N_("Mooré"),
        "dyu": N_("Dyula"),
        "ary": N_("Moroccan Arabic"),
    }

    def __init__(self) -> None:
        super().__init__("languages")

    def label(self, code: str) -> str:
        return _(self.MORE[code]) if code in self.MORE else super().label(code)

    def codes(self) -> tuple[str, ...]:
        listed = {*super().codes(), *self.MORE}
        return tuple(sorted(listed, key=lambda code: fold_name(self.label(code))))


_CONGO: Final = frozenset({"congo", "le congo", "الكونغو", "el congo", "the congo"})


def fold_name(text: str) -> str:
    """Fold case and accents away, for comparing what people type with a list."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).strip()


def cldr_locale(code: str) -> Locale:
    """Give the locale whose names and formats one of our languages uses."""
    from babel import Locale  # loaded when first named: it is not needed to start

    # Maghreb Arabic writes dates and digits as the offices do.
    return Locale.parse("ar_MA" if code == "ar" else code)


@cache
def _names(what: str, lang: str) -> dict[str, str]:
    locale = cldr_locale(lang)
    if what == "countries":
        return {
            code: name
            for code, name in locale.territories.items()
            if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
        }
    names = locale.languages
    return {code: str(names[code]).capitalize() for code in _SPOKEN if code in names}


@cache
def _sorted_codes(what: str, lang: str) -> tuple[str, ...]:
    names = _names(what, lang)
    return tuple(sorted(names, key=lambda code: fold_name(names[code])))


_NOT_COUNTRIES: Final = frozenset(
    {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO", "CQ", "AC", "CP", "DG", "EA", "IC", "TA"}
)
# Languages met in the programmes' countries of stay and return; others may be added.
_SPOKEN: Final = (
    "ak", "am", "ar", "az", "bem", "bm", "bn", "ber", "de", "dyo", "ee", "en", "es", "fa",
    "ff", "fr", "ful", "ha", "hi", "ig", "it", "kab", "kg", "ki", "kln", "ku", "ln", "lu",
    "mg", "nl", "om", "pa", "ps", "pt", "ro", "ru", "rw", "sg", "shi", "sn", "so", "sq", "st",
    "sw", "ta", "ti", "tn", "tr", "tzm", "uk", "ur", "uz", "vai", "vi", "wo", "xh", "yo",
    "zgh", "zh", "zu",
)  # fmt: skip

COUNTRIES: Final = Countries()
SPOKEN_LANGUAGES: Final = Languages()
