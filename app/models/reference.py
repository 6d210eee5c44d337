"""Lists no one knows by heart: occupations, sectors, services, closure reasons, currencies.

Each list is a file of ``resources/reference``, code to names by language, in the order offered;
currencies come from CLDR.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Final

import msgspec

from app.i18n import LANGUAGES, SOURCE_LANGUAGE, language
from app.models.choices import Choices, cldr_locale, fold_name
from app.paths import RESOURCES

Names = dict[str, dict[str, str]]


class Listed(Choices):
    """A list whose codes and names are a file of ``resources/reference``."""

    def codes(self) -> tuple[str, ...]:
        return tuple(names_in(self.name))

    def label(self, code: str) -> str:
        names = names_in(self.name).get(code, {})
        return names.get(language()) or names.get(SOURCE_LANGUAGE) or code

    def find(self, text: str) -> list[str]:
        wanted = fold_name(text)
        return [
            code
            for code, names in names_in(self.name).items()
            if wanted in (code.casefold(), *map(fold_name, names.values()))
        ]


class Currencies(Choices):
    """Currencies in use somewhere, by ISO 4217 code: those of our programmes first, then by name.

    How many decimals each has: ``app.models.money.exponent``.
    """

    FIRST: Final = (
        "MAD", "EUR", "USD", "XOF", "XAF", "GNF", "CDF", "NOK", "CHF", "GBP", "GMD", "NGN", "GHS",
        "SLE", "MRU", "TND", "DZD",
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__("currencies")

    def codes(self) -> tuple[str, ...]:
        return _currencies_by_name(language())

    def label(self, code: str) -> str:
        names = _currency_names(language())
        return f"{names[code]} ({code})" if code in names else code

    def find(self, text: str) -> list[str]:
        wanted = fold_name(text)
        if wanted.upper() in _tender():
            return [wanted.upper()]
        return sorted(
            {
                code
                for lang in LANGUAGES
                for code, name in _currency_names(lang).items()
                if fold_name(name) == wanted
            }
        )


@cache
def names_in(list_name: str) -> Names:
    """Read a list, code to name by language.

    Raises:
        ValueError: The file does not fit; names the file and what is wrong in it.
    """
    path = RESOURCES / "reference" / f"{list_name}.toml"
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Names)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"{path.name}: {error}") from error


@cache
def _tender() -> frozenset[str]:
    from babel.core import get_global  # loaded when first named: it is not needed to start

    return frozenset(
        code
        for used in get_global("territory_currencies").values()
        for code, _since, until, is_tender in used
        if is_tender and until is None
    )


@cache
def _currency_names(lang: str) -> dict[str, str]:
    names = cldr_locale(lang).currencies
    english = cldr_locale(SOURCE_LANGUAGE).currencies
    # CLDR leaves the youngest currencies unnamed in some languages.
    found = {code: names.get(code) or english.get(code) for code in _tender()}
    return {code: name[0].upper() + name[1:] for code, name in found.items() if name}


@cache
def _currencies_by_name(lang: str) -> tuple[str, ...]:
    names = _currency_names(lang)
    rest = sorted(set(names) - set(Currencies.FIRST), key=lambda code: fold_name(names[code]))
    return (*Currencies.FIRST, *rest)


OCCUPATIONS: Final = Listed("occupations")
SECTORS: Final = Listed("sectors")
SERVICES: Final = Listed("services")
CLOSURE_REASONS: Final = Listed("closure_reasons")
CURRENCIES: Final = Currencies()
