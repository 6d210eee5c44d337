"""Translated text, number and date formats for the language in use."""

from __future__ import annotations

import gettext as _gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Final

from app.paths import TRANSLATIONS

LANGUAGES: Final = ("fr", "en", "ar", "es")
SOURCE_LANGUAGE: Final = "en"
RIGHT_TO_LEFT: Final = frozenset({"ar"})
_DOMAIN: Final = "sanad"

# A context variable rather than a global: HQ answers several people at once, and a
# bilingual paper is drawn in two languages by one thread.
_language: ContextVar[str] = ContextVar("language", default="fr")


def N_(message: str) -> str:
    """Mark ``message`` for translation where it is declared; it is translated when shown."""
    return message


def _(message: str) -> str:
    """Translate ``message`` into the language in use."""
    return _catalogue(_language.get()).gettext(message) if message else ""


def ngettext(singular: str, plural: str, count: int) -> str:
    """Translate with the plural form the language uses for ``count``."""
    return _catalogue(_language.get()).ngettext(singular, plural, count)


def pgettext(context: str, message: str) -> str:
    """Translate a word whose meaning depends on ``context``."""
    return _catalogue(_language.get()).pgettext(context, message)


def language() -> str:
    """Tell the language in use, one of ``LANGUAGES``."""
    return _language.get()


def use_language(code: str) -> None:
    """Use ``code`` from here on in this thread or task.

    Raises:
        ValueError: No catalogue exists for ``code``.
    """
    if code not in LANGUAGES:
        raise ValueError(f"no catalogue for language {code!r}")
    _language.set(code)


@contextmanager
def in_language(code: str) -> Iterator[None]:
    """Use ``code`` inside the block only."""
    if code not in LANGUAGES:
        raise ValueError(f"no catalogue for language {code!r}")
    token = _language.set(code)
    try:
        yield
    finally:
        _language.reset(token)


def language_asked(header: str) -> str:
    """Give the first language of an ``Accept-Language`` header that there is a catalogue for."""
    for part in header.split(","):
        code = part.split(";")[0].strip().split("-")[0].lower()
        if code in LANGUAGES:
            return code
    return SOURCE_LANGUAGE


def is_right_to_left(code: str | None = None) -> bool:
    """Tell whether ``code`` (or the language in use) is written from the right."""
    return (code or _language.get()) in RIGHT_TO_LEFT


def isolate(text: str) -> str:
    """Wrap a name, number or identifier so that it keeps its own direction inside a sentence.

    Source: Unicode Standard Annex #9, first strong isolate.
    """
    return f"\u2068{text}\u2069" if text else text


@cache
def _catalogue(code: str) -> _gettext.NullTranslations:
    # English is the source: its catalogue may leave messages as they are.
    return _gettext.translation(_DOMAIN, TRANSLATIONS, languages=[code], fallback=True)
