"""Names compared across spellings and scripts: Mamadou, Mamadu and محمدو sound alike.

A *folded* word keeps its script without case, accents or vowel marks. A *sound* is its skeleton of
consonants in Latin letters, the same for both scripts: vowels account for nearly all variants of a
transliterated name. Source: ``resources/names.toml`` for forms a skeleton cannot bring together.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from typing import Final

from app.paths import RESOURCES

_LETTERS: Final = str.maketrans(
    {
        "ɓ": "b", "ɗ": "d", "ŋ": "n", "ɲ": "n", "ƴ": "y", "ƙ": "k", "ɛ": "e", "ɔ": "o", "ı": "i",
        "œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th",
    }
)  # fmt: skip
_ARABIC_FOLD: Final = str.maketrans("أإآٱىئؤة", "ااااييوه", "ـءًٌٍَُِّْٰ")
_ARABIC_SOUND: Final = str.maketrans(
    {
        "ب": "b", "پ": "b", "ت": "t", "ث": "t", "ج": "j", "ح": "h", "خ": "k", "د": "d", "ذ": "d",
        "ر": "r", "ز": "z", "س": "s", "ش": "x", "ص": "s", "ض": "d", "ط": "t", "ظ": "d", "ع": "a",
        "غ": "g", "ف": "f", "ڤ": "f", "ق": "k", "ك": "k", "گ": "g", "ل": "l", "م": "m", "ن": "n",
        "ه": "h", "و": "o", "ي": "i", "ا": "a",
    }
)  # fmt: skip
# Letter groups one sound is written with, in the order they are replaced.
_GROUPS: Final = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("tch|sch|ch|sh", "x"), ("kh|ck|q|k", "k"), ("gh", "g"), ("dj", "j"), ("th", "t"),
        ("dh", "d"), ("ph|v", "f"), ("p", "b"), ("c(?=[eiy])", "s"), ("c", "k"),
        ("g(?=[eiy])", "j"), ("w|ou", "o"), ("y", "i"),
    )
]  # fmt: skip
_APOSTROPHES: Final = re.compile("['’ʼ‘`´ʿʾ]")
_WORD: Final = re.compile(r"\w+")
_ABD: Final = re.compile(r"\b(عبد|abd)[\s-]*(?:(?:el|al|ul|oul)[\s-]+|ال)(?=\w)")
_DOUBLED: Final = re.compile(r"(\w)\1+")


def words(text: str) -> list[str]:
    """Split a name in folded words: apostrophes join, hyphens part, Abd joins its attribute."""
    return _WORD.findall(_ABD.sub(r"\1", fold(text)))


def fold(text: str) -> str:
    """Fold case, accents, apostrophes and Arabic letter forms away; spaces and lines stay."""
    composed = _APOSTROPHES.sub("", text.casefold())
    if composed.isascii():
        return composed
    composed = composed.translate(_LETTERS)
    stripped = "".join(
        c for c in unicodedata.normalize("NFKD", composed) if not unicodedata.combining(c)
    )
    # NFKD parts أ into alef and hamza; the marks are gone, the letters stay.
    return unicodedata.normalize("NFKC", stripped).translate(_ARABIC_FOLD)


@lru_cache(maxsize=20_000)
def sound(word: str) -> str:
    """Give the consonant skeleton of a folded word; empty for one without letters."""
    latin = word.removeprefix("ال").translate(_ARABIC_SOUND)
    for pattern, letter in _GROUPS:
        latin = pattern.sub(letter, latin)
    latin = _DOUBLED.sub(r"\1", latin)
    if not latin or not latin.isalpha():
        return ""
    # Abdelkader and عبد القادر: the article between the two is heard, not always written.
    latin = re.sub(r"^abd[aeiou]?l(?=[aeiou]?[^aeiou\W])", "abd", latin)
    start = "a" if latin[0] in "aeiou" else latin[0]
    rest = re.sub("[aeiou]", "", latin[1:])
    return (start + re.sub("h$", "", rest)) if len(rest) > 1 else start + rest


def sounds(word: str) -> set[str]:
    """Give every sound a folded word may be looked up by."""
    alike = _alike().get(word, ())
    return {found for form in (word, *alike) if (found := sound(form))}


@cache
def _alike() -> dict[str, tuple[str, ...]]:
    with (RESOURCES / "names.toml").open("rb") as file:
        groups = tomllib.load(file)["alike"]
    table: dict[str, tuple[str, ...]] = {}
    for group in groups:
        forms = tuple(word for form in group for word in words(form))
        for form in forms:
            table[form] = (*table.get(form, ()), *forms)
    return table
