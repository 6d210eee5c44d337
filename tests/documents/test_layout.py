"""A whole form: its pages, its directions, its two languages, its bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pypdfium2
import pytest

from app.documents.blocks import Label
from app.documents.fields import Field
from app.documents.fonts import FontChain
from app.documents.layout import Paper
from app.documents.masthead import Masthead
from app.documents.text import UnprintableCharacters

from .reading import lacks, read
from .samples import ARABIC, ENGLISH, FRENCH, NAMES, STORY, intake


def pages(page: int, count: int) -> str:
    return f"page {page} of {count}"


def printed(paper: Paper) -> tuple[bytes, int]:
    out = io.BytesIO()
    count = paper.save(out, pages)
    return out.getvalue(), count


@pytest.mark.parametrize("office", [FRENCH, ARABIC])
@pytest.mark.parametrize("second", [None, ENGLISH, ARABIC])
def test_form_prints_every_label_and_value(
    fonts: FontChain, office: dict[str, str], second: dict[str, str] | None
) -> None:
    pdf, _count = printed(intake(fonts, office, second))
    also = [text for key, text in (second or {}).items() if key != "meta"]
    for text in (*NAMES, *office.values(), *also, "MA-RBA-2026-00417"):
        assert lacks(pdf, text) == set(), text


def test_every_page_tells_its_number_and_the_number_of_pages(fonts: FontChain) -> None:
    pdf, count = printed(intake(fonts))
    text = read(pdf)
    assert count == 2
    assert [f"page {page} of {count}" in text for page in (1, 2, 3)] == [True, True, False]


def test_same_content_gives_the_same_bytes(fonts: FontChain) -> None:
    assert printed(intake(fonts))[0] == printed(intake(fonts))[0]


def test_right_to_left_form_mirrors_its_columns(fonts: FontChain) -> None:
    left = column_of_first_label(fonts, "A", "B", "ltr")
    right = column_of_first_label(fonts, "A", "B", "rtl")
    assert left < 200 < 400 < right


def test_blank_form_has_no_values_and_room_to_write(fonts: FontChain) -> None:
    pdf, _count = printed(intake(fonts, is_blank=True))
    text = read(pdf)
    assert "Nom de famille" in text
    assert "Diaye" not in text


def test_value_of_several_pages_is_printed_whole(fonts: FontChain) -> None:
    story = STORY * 60
    pdf, count = printed(intake(fonts, sections=1, story=story))
    assert count >= 3
    assert lacks(pdf, story) == set()


def test_closing_note_names_the_values_with_unprintable_characters(
    fonts: FontChain, tmp_path: Path
) -> None:
    paper = Paper(fonts, Masthead(Label("Form")))
    paper.fields([[Field(Label("Family name"), "Ali \U0010fffd"), Field(Label("Given"), "Ali")]])
    told: list[UnprintableCharacters] = []

    def note(found: Sequence[UnprintableCharacters]) -> str:
        told.extend(found)
        return "Check by hand: " + ", ".join(item.name for item in found)

    paper.save(tmp_path / "form.pdf", pages, note)
    assert [item.name for item in told] == ["Family name"]
    assert "Check by hand: Family name" in read((tmp_path / "form.pdf").read_bytes())


def test_ticked_choice_differs_from_an_open_one(fonts: FontChain) -> None:
    ticked, _pages = printed(intake(fonts, sections=1))
    blank, _pages = printed(intake(fonts, sections=1, is_blank=True))
    assert ticked != blank


def column_of_first_label(fonts: FontChain, first: str, second: str, direction: str) -> float:
    paper = Paper(fonts, Masthead(Label("-")), direction="rtl" if direction == "rtl" else "ltr")
    paper.fields([[Field(Label(first), "1"), Field(Label(second), "2")]])
    document = pypdfium2.PdfDocument(printed(paper)[0])
    page = document[0]
    text_page = page.get_textpage()
    try:
        index = text_page.get_text_range().index(first)
        return float(text_page.get_charbox(index)[0])
    finally:
        text_page.close()
        page.close()
        document.close()
