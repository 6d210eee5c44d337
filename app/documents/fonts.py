"""The chain of fonts paper is printed with: which font holds which character."""

from __future__ import annotations

import os
import struct
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from app.errors import Unavailable
from app.i18n import _


@dataclass(frozen=True, slots=True)
class Family:
    """One link of the chain, by file name.

    Args:
        regular: File of the regular weight.
        bold: File of the bold weight; the regular one stands in when it is not installed.
        is_required: Whether printing is refused without it.
    """

    regular: str
    bold: str
    is_required: bool = False


class Glyph(NamedTuple):
    """Where a character is drawn from; ``advance`` is in points for a size of one point."""

    font: str
    advance: float


class Box(NamedTuple):
    """The ink of a glyph, in points for a size of one point, from its origin."""

    left: float
    bottom: float
    right: float
    top: float


# Noto Naskh Arabic lacks Latin letters, the hyphen, parentheses and U+2019, so Noto Sans
# comes first. DejaVu Sans covers all scripts of the work, plainly drawn: the last resort.
FAMILIES: Final = (
    Family("NotoSans-Regular.ttf", "NotoSans-Bold.ttf", is_required=True),
    Family("NotoNaskhArabic-Regular.ttf", "NotoNaskhArabic-Bold.ttf", is_required=True),
    Family("NotoSansTifinagh-Regular.ttf", "NotoSansTifinagh-Bold.ttf"),
    Family("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
)

FOLDERS: Final = (
    "~/.local/share/fonts",
    "~/.fonts",
    "/usr/local/share/fonts",
    "/usr/share/fonts",
    "~/Library/Fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
    "%LOCALAPPDATA%/Microsoft/Windows/Fonts",
    "%WINDIR%/Fonts",
)

# Characters that steer the text and leave no mark: joiners, direction marks, embeddings,
# isolates, soft hyphen, variation selectors, byte order mark.
INVISIBLE: Final = frozenset(
    chr(code)
    for first, last in (
        (0x00AD, 0x00AD),
        (0x034F, 0x034F),
        (0x061C, 0x061C),
        (0x200B, 0x200F),
        (0x202A, 0x202E),
        (0x2060, 0x2064),
        (0x2066, 0x206F),
        (0xFE00, 0xFE0F),
        (0xFEFF, 0xFEFF),
    )
    for code in range(first, last + 1)
)


class FontChain:
    """Finds, for every character, the first font of the chain that holds it.

    A font is read when the first character asks for it, once in a process. Pass one chain
    along to all that is printed.

    Args:
        families: The chain, first choice first.
        folders: Where to look, first match wins; ``~`` and ``%NAME%`` are expanded.
    """

    def __init__(
        self, families: Sequence[Family] = FAMILIES, folders: Sequence[str | Path] = FOLDERS
    ) -> None:
        self._families = tuple(families)
        self._folders = tuple(folders)
        self._regular = _Glyphs(self, bold=False)
        self._bold = _Glyphs(self, bold=True)
        self._boxes: dict[tuple[str, str], Box] = {}

    def glyph(self, char: str, bold: bool = False) -> Glyph | None:
        """Tell the font and width of ``char``; None when no font holds it.

        Raises:
            Unavailable: A font paper cannot do without is not installed.
        """
        return self._bold[char] if bold else self._regular[char]

    def runs(self, text: str, bold: bool = False) -> list[tuple[str, str]]:
        """Split ``text`` into runs of one font, each holding every glyph of its run.

        Combining marks stay in the font of their base when it holds them. Invisible
        characters and those in no font are left out: see ``missing``.

        Raises:
            Unavailable: A font paper cannot do without is not installed.
        """
        runs: list[tuple[str, str]] = []
        font = ""
        for char in text:
            if char in INVISIBLE:
                continue
            if not (font and unicodedata.combining(char) and self.holds(font, char)):
                glyph = self.glyph(char, bold)
                if glyph is None:
                    continue
                if glyph.font != font:
                    font = glyph.font
                    runs.append((font, ""))
            runs[-1] = (font, runs[-1][1] + char)
        return runs

    def missing(self, text: str) -> set[str]:
        """List the characters of ``text`` that no font holds; line ends are not counted.

        Raises:
            Unavailable: A font paper cannot do without is not installed.
        """
        visible = set(text) - INVISIBLE - set("\n\r\t\v\f\x85\u2028\u2029")
        return {char for char in visible if self._regular[char] is None}

    def holds(self, font: str, char: str) -> bool:
        """Tell whether the font named ``font`` has a glyph for ``char``."""
        return ord(char) in _face(font).charToGlyph

    def advance(self, font: str, char: str) -> float:
        """Tell how far ``char`` moves the pen in ``font``, in points for a size of one point."""
        return float(_face(font).getCharWidth(ord(char))) / 1000

    def box(self, font: str, char: str) -> Box:
        """Measure the ink of ``char`` in ``font``; an empty box at the origin for a blank."""
        key = (font, char)
        box = self._boxes.get(key)
        if box is None:
            box = self._boxes[key] = _ink(_face(font), ord(char))
        return box

    def faces(self, bold: bool) -> Iterator[str]:
        """Name the fonts of the chain in order, reading each as it is asked for.

        Raises:
            Unavailable: A font paper cannot do without is not installed.
        """
        for family in self._families:
            path = (self._files.get(family.bold) if bold else None) or self._files.get(
                family.regular
            )
            if path is not None:
                yield _register(path)
            elif family.is_required:
                raise Unavailable(
                    _("The font {name} is not installed.").format(name=family.regular),
                    _("Install the Noto fonts on this computer, then print again."),
                )

    @cached_property
    def _files(self) -> dict[str, Path]:
        wanted = {name for family in self._families for name in (family.regular, family.bold)}
        found: dict[str, Path] = {}
        for folder in self._folders:
            expanded = os.path.expandvars(_windows_variables(str(folder)))
            for place, _folders, names in os.walk(Path(expanded).expanduser()):
                for name in wanted.intersection(names):
                    found.setdefault(name, Path(place, name))
        return found


class _Glyphs(dict[str, Glyph | None]):
    """Remembers, character by character, what was looked up: characters, never strings."""

    def __init__(self, chain: FontChain, *, bold: bool) -> None:
        super().__init__()
        self._chain = chain
        self._is_bold = bold

    def __missing__(self, char: str) -> Glyph | None:
        chain = self._chain
        for font in chain.faces(self._is_bold):
            if chain.holds(font, char):
                self[char] = found = Glyph(font, chain.advance(font, char))
                return found
        # A character may have a regular shape only, such as Tifinagh.
        self[char] = fallback = chain.glyph(char) if self._is_bold else None
        return fallback


@cache
def _register(path: Path) -> str:
    name = path.stem
    # Only the characters a paper holds go into it, not all of ASCII beside them.
    pdfmetrics.registerFont(TTFont(name, str(path), asciiReadable=0))
    return name


def _face(font: str) -> Any:
    return pdfmetrics.getFont(font).face


def _windows_variables(folder: str) -> str:
    """Write ``%NAME%`` as ``${NAME}``, which is expanded on every system."""
    before, mark, rest = folder.partition("%")
    name, closing, after = rest.partition("%")
    return f"{before}${{{name}}}{after}" if mark and closing else folder


def _ink(face: Any, code: int) -> Box:
    """Read a glyph's bounding box. Source: OpenType 1.9, table glyf, glyph header."""
    index = face.charToGlyph.get(code, 0)
    start, end = face.glyphPos[index], face.glyphPos[index + 1]
    if start == end:
        return Box(0, 0, 0, 0)
    position = face.get_table_pos("glyf")[0] + start
    left, bottom, right, top = struct.unpack(">4h", face.get_chunk(position + 2, 8))
    unit = face.unitsPerEm
    return Box(left / unit, bottom / unit, right / unit, top / unit)
