"""From the order of reading to the order on paper: Arabic joined, each line reordered."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, Literal

from arabic_reshaper import ArabicReshaper
from bidi import get_display
from bidi.mirror import MIRRORED

from app.documents.fonts import INVISIBLE

Direction = Literal["ltr", "rtl"]

_OPENING: Final = frozenset("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
_ISOLATING: Final = frozenset("\u2066\u2067\u2068")
_POP_EMBEDDING: Final = "\u202c"
_POP_ISOLATE: Final = "\u2069"
_RIGHT_TO_LEFT: Final = re.compile(
    "[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_ARABIC: Final = re.compile("[\u0600-\u06ff\u0750-\u077f\u0870-\u08ff]")
# What stands for a strong character outside the line: the mark of the same class.
_MARK_OF: Final = {"L": "\u200e", "R": "\u200f", "AL": "\u061c"}
# Ranges of one bidi class and without mirror, from which stand-ins are taken: CJK
# extension B, Mende Kikakui, Arabic ligatures the shaping below never produces.
_STAND_INS: Final = {
    "L": range(0x20000, 0x20400),
    "R": range(0x1E800, 0x1E8C0),
    "AL": range(0xFC00, 0xFD3E),
}

# The library orders but does not mirror. A boundary-neutral character set after each
# mirrored one takes its level: found before it on paper, the run goes right to left (L4).
_PROBE: Final = "\u200b"
_MIRRORED: Final = re.compile("[" + re.escape("".join(MIRRORED)) + "]")
_PROBED: Final = re.compile(f"({_MIRRORED.pattern}){_PROBE}|{_PROBE}({_MIRRORED.pattern})")


def first_strong(text: str) -> Direction | None:
    """Tell the direction of the first strong character outside isolates; None without any.

    Source: Unicode Annex 9, rules P2 and P3.
    """
    depth = 0
    for char in text:
        if char in _ISOLATING:
            depth += 1
        elif char == _POP_ISOLATE:
            depth = max(0, depth - 1)
        elif not depth:
            kind = unicodedata.bidirectional(char)
            if kind == "L":
                return "ltr"
            if kind in ("R", "AL"):
                return "rtl"
    return None


def is_left_to_right(text: str) -> bool:
    """Tell whether ``text`` reads left to right throughout, with nothing to reorder."""
    return text.isascii() or not _RIGHT_TO_LEFT.search(text)


def shape(text: str) -> str:
    """Join Arabic letters: the same text in reading order, in presentation forms."""
    if not _ARABIC.search(text):
        return text
    joined: str = _reshaper().reshape(text)
    return joined


def unshape(text: str) -> str:
    """Give the letters behind the presentation forms of ``text``."""
    return text.translate(_letters())


def clusters(text: str) -> list[str]:
    """Split ``text`` into bases with the combining marks that sit on them."""
    parts: list[str] = []
    for char in text:
        if parts and unicodedata.category(char) in ("Mn", "Mc", "Me") and char not in INVISIBLE:
            parts[-1] += char
        else:
            parts.append(char)
    return parts


def visual(line: Sequence[str], start: int, end: int, direction: Direction) -> list[str]:
    """Order the clusters ``line[start:end]`` from left to right as they stand on paper.

    ``line`` is the whole paragraph: the line is reordered on its own (Unicode Annex 9, 3.4)
    but the embeddings still open and the nearest strong characters around it take part, as
    levels are resolved over the paragraph. Clusters with marks travel as one stand-in of
    the same class, so that a mark never changes its base (rule L3).
    """
    inside = line[start:end]
    stands = _stand_ins(inside)
    text = "".join(stands.get(cluster, cluster) for cluster in inside)
    text = _MIRRORED.sub(rf"\g<0>{_PROBE}", text.replace(_PROBE, ""))
    opened = _still_open(line[:start])
    before, after = ("", "") if opened else (_mark(reversed(line[:start])), _mark(line[end:]))
    shown = str(get_display(f"{opened}{before}{text}{after}", base_dir=direction[0].upper()))
    shown = _PROBED.sub(_mirror, shown)
    origin = {stand: cluster for cluster, stand in stands.items()}
    return _clusters_on_paper(shown, origin)


def _clusters_on_paper(shown: str, origin: dict[str, str]) -> list[str]:
    """Put clusters back for their stand-ins and leave out what has no ink."""
    parts = (origin.get(char, char) for char in shown if char not in INVISIBLE)
    if origin:
        return list(parts)
    return clusters(shown) if any(map(unicodedata.combining, shown)) else list(parts)


def _mirror(found: re.Match[str]) -> str:
    return found[1] or MIRRORED[found[2]]


def _stand_ins(line: Sequence[str]) -> dict[str, str]:
    used = {char for cluster in line for char in cluster}
    free = {
        kind: (char for char in map(chr, codes) if char not in used)
        for kind, codes in _STAND_INS.items()
    }
    stands: dict[str, str] = {}
    for cluster in line:
        if len(cluster) > 1 and cluster not in stands:
            stand = next(free.get(unicodedata.bidirectional(cluster[0]), iter(())), "")
            if stand:
                stands[cluster] = stand
    return stands


def _still_open(before: Sequence[str]) -> str:
    opened: list[str] = []
    for cluster in before:
        if cluster in _OPENING:
            opened.append(cluster)
        elif cluster == _POP_EMBEDDING and opened and opened[-1] not in _ISOLATING:
            opened.pop()
        elif cluster == _POP_ISOLATE and not _ISOLATING.isdisjoint(opened):
            while opened.pop() not in _ISOLATING:
                pass
    return "".join(opened)


def _mark(around: Iterator[str] | Sequence[str]) -> str:
    for cluster in around:
        mark = _MARK_OF.get(unicodedata.bidirectional(cluster[0]))
        if mark:
            return mark
    return ""


@cache
def _reshaper() -> ArabicReshaper:
    # Only lam-alef, which is obligatory: a name is printed with the letters typed.
    return ArabicReshaper({"delete_harakat": False, "ARABIC LIGATURE ALLAH": False})


@cache
def _letters() -> dict[int, str]:
    forms = (*range(0xFB50, 0xFE00), *range(0xFE70, 0xFEFD))
    letters = {code: unicodedata.normalize("NFKC", chr(code)) for code in forms}
    # Isolated marks decompose to a space and the mark: those stay as they are.
    return {code: text for code, text in letters.items() if not text.startswith(" ")}
