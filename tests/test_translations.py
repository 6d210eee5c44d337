"""Every message is in every catalogue, translated, with the same placeholders."""

from __future__ import annotations

import gettext
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from app.i18n import LANGUAGES, SOURCE_LANGUAGE
from app.paths import ROOT, TRANSLATIONS

KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
PLACEHOLDER = re.compile(r"\{[a-z_]*\}")
ARABIC = re.compile("[\u0600-\u06ff]")

Key = tuple[str | None, str | tuple[str, ...]]


@cache
def messages() -> frozenset[Key]:
    found = extract_from_dir(str(ROOT / "app"), method_map=[("**.py", "python")], keywords=KEYWORDS)
    return frozenset((context, message) for _f, _l, message, _c, context in found)


@cache
def catalogue(language: str) -> Catalog:
    with (TRANSLATIONS / language / "LC_MESSAGES" / "sanad.po").open("rb") as file:
        return read_po(file, locale=language)


def translated(language: str) -> dict[Key, tuple[str, ...]]:
    return {
        (m.context, m.id): m.string if isinstance(m.string, tuple) else (m.string,)
        for m in catalogue(language)
        if m.id
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_in_the_catalogue_and_no_other(language: str) -> None:
    held = set(translated(language))
    assert sorted(map(str, messages() - held)) == []
    assert sorted(map(str, held - messages())) == []


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != SOURCE_LANGUAGE])
def test_every_message_is_translated(language: str) -> None:
    assert [key for key, forms in translated(language).items() if not all(forms)] == []
    assert not [m.id for m in catalogue(language) if m.fuzzy and m.id]


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_their_placeholders(language: str) -> None:
    wrong = []
    for (_context, message), forms in translated(language).items():
        plural = message if isinstance(message, tuple) else (message,)
        wanted = set(PLACEHOLDER.findall(plural[-1]))
        for form in forms:
            held = set(PLACEHOLDER.findall(form))
            # A form for one or two may say the number in words.
            if form and held != wanted and not (len(plural) == 2 and wanted - held <= {"{count}"}):
                wrong.append((plural[-1], form))
    assert wrong == []


def test_arabic_is_written_in_arabic() -> None:
    latin = [
        (message, form)
        for (_context, message), forms in translated("ar").items()
        for form in forms
        if form and not ARABIC.search(form) and re.search("[a-zA-Z]{3}", PLACEHOLDER.sub("", form))
    ]
    assert latin == []


def test_plural_forms_are_those_of_the_language() -> None:
    for language in LANGUAGES:
        expected = catalogue(language).num_plurals
        for (_context, message), forms in translated(language).items():
            if isinstance(message, tuple) and language != SOURCE_LANGUAGE:
                assert len(forms) == expected, (language, message)


def test_catalogues_are_compiled() -> None:
    for language in LANGUAGES:
        assert Path(TRANSLATIONS / language / "LC_MESSAGES" / "sanad.mo").exists()


def test_what_is_compiled_is_what_is_written() -> None:
    for language in LANGUAGES:
        compiled = gettext.translation("sanad", TRANSLATIONS, languages=[language])
        for (context, message), forms in translated(language).items():
            if context is None and isinstance(message, str) and forms[0]:
                assert compiled.gettext(message) == forms[0]
