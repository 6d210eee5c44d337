"""Every character is drawn from a font that holds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.documents.fonts import Family, FontChain
from app.errors import Unavailable

from .samples import NAMES


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_runs_lose_no_character_and_hold_every_glyph(
    fonts: FontChain, name: str, bold: bool
) -> None:
    runs = fonts.runs(name, bold)
    assert "".join(text for _font, text in runs) == name
    assert all(fonts.holds(font, char) for font, text in runs for char in text)


def test_hyphen_and_parentheses_do_not_come_from_the_arabic_font(fonts: FontChain) -> None:
    assert [font for font, text in fonts.runs("(-")] == ["NotoSans-Regular"]


def test_missing_names_only_what_no_font_holds(fonts: FontChain) -> None:
    assert fonts.missing("Ɓah\n\U0010fffd\u2067محمد\u2069") == {"\U0010fffd"}


def test_font_is_found_in_the_first_folder_that_has_it(tmp_path: Path) -> None:
    near, far = tmp_path / "near" / "deep", tmp_path / "far"
    source = next(Path("/usr/share/fonts").rglob("DejaVuSans.ttf"))
    for folder in (near, far):
        folder.mkdir(parents=True)
        (folder / "Sample.ttf").write_bytes(source.read_bytes())
    chain = FontChain([Family("Sample.ttf", "Absent.ttf")], [near.parent, far])
    assert chain.runs("a", bold=True) == [("Sample", "a")]


def test_absent_base_font_is_unavailable_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refused:
        FontChain(folders=[tmp_path]).runs("a")
    assert "NotoSans-Regular.ttf" in refused.value.message
    assert refused.value.remedy
