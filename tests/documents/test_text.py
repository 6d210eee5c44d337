"""A paragraph prints every script in its own direction and can be read back."""

from __future__ import annotations

import pytest

from app.documents.fonts import INVISIBLE, FontChain
from app.documents.script import first_strong, shape, unshape, visual
from app.documents.text import Text, UnprintableCharacters
from app.documents.typeset import Style

from .reading import lacks, print_texts, read
from .samples import NAMES, STORY

ARABIC = "يشهد المستشار أن المهاجر قد حضر اليوم إلى المكتب وطلب العودة الطوعية إلى بلده " * 6
VOWELLED = "مُحَمَّدٌ السَّلَامُ عَلَيْكُمْ"


@pytest.fixture
def style(fonts: FontChain) -> Style:
    return Style(fonts)


@pytest.mark.parametrize("value", [*NAMES, STORY, VOWELLED, "ɔ̃ ɛ́ n̈", "cafe\u0301"])
def test_every_character_can_be_extracted(style: Style, value: str) -> None:
    assert lacks(print_texts(Text(value, style)), value) == set()


@pytest.mark.parametrize("value", ["محمد بن عبد الرحمن", "الأب والابن", "N'Diaye", "O’Sékou"])
def test_extracted_text_reads_as_typed(style: Style, value: str) -> None:
    assert read(print_texts(Text(value, style))).strip() == value


def test_first_line_of_a_long_arabic_paragraph_holds_its_first_words(style: Style) -> None:
    text = Text(ARABIC, style)
    pdf = print_texts(text)
    assert text.lines()[0].startswith("يشهد المستشار أن المهاجر")
    assert read(pdf).strip().startswith("يشهد المستشار")
    assert "".join(text.lines()) == ARABIC


@pytest.mark.parametrize("value", [ARABIC, STORY * 3, "a  b\n\n c ", "x" * 300, VOWELLED * 20])
def test_wrapping_strips_nothing(style: Style, value: str) -> None:
    text = Text(value, style)
    text.wrap(120, 1000)
    assert "".join(text.lines()) == shape_free(value.replace("\n", ""))


def test_no_line_is_wider_than_the_column(style: Style) -> None:
    text = Text("x" * 300 + STORY + ARABIC, style)
    text.wrap(90, 1000)
    assert max(Text(line.rstrip(), style).natural_width for line in text.lines()) <= 95


def test_a_broken_word_keeps_marks_with_their_base(style: Style) -> None:
    text = Text("ɔ̃" * 60, style)
    text.wrap(50, 1000)
    assert len(text.lines()) > 1
    assert all(line.startswith("ɔ") for line in text.lines())


def test_line_ends_are_kept(style: Style) -> None:
    text = Text("a\r\nb\n\nc", style)
    text.wrap(200, 100)
    assert text.lines() == ["a", "b", "", "c"]


def test_split_parts_hold_the_whole_text_in_order(style: Style) -> None:
    text = Text(ARABIC + "\n" + STORY, style)
    _width, height = text.wrap(200, 1000)
    whole = text.lines()
    first, rest = text.split(200, height / 3)
    for part in (first, rest):
        part.wrap(200, 1000)
    assert first.height <= height / 3
    assert first.lines() + rest.lines() == whole


def test_split_gives_nothing_when_no_line_fits(style: Style) -> None:
    assert Text("a b", style).split(200, style.leading / 2) == []


def test_parentheses_are_mirrored_in_right_to_left_runs() -> None:
    assert shown("رقم AB-123 (المغرب)", "rtl") == "(برغملا) AB-123 مقر"
    assert shown("Nom (محمد (ابن)) x", "ltr") == "Nom ((نبا) دمحم) x"


def test_isolates_are_honoured_and_never_drawn(style: Style) -> None:
    value = "هاتف \u2066+212 (0)6 12\u2069 شكرا"
    assert shown(value, "rtl") == "اركش +212 (0)6 12 فتاه"
    text = Text(value, style)
    assert INVISIBLE.isdisjoint(read(print_texts(text)))
    assert text.natural_width == Text("هاتف +212 (0)6 12 شكرا", style).natural_width


def test_an_isolate_cut_by_a_line_stays_open_on_the_next() -> None:
    line = list("אב \u2066cd ef, (1) x\u2069 ג")
    cut = line.index("e")
    assert "".join(visual(line, cut, len(line), "rtl")) == "ג ef, (1) x"


def test_a_neutral_at_a_line_start_follows_the_paragraph() -> None:
    line = list("a אב (גד) z")
    cut = line.index("(")
    assert "".join(visual(line, cut, len(line) - 2, "ltr")) == "(דג)"


def test_marks_follow_their_base_on_paper() -> None:
    assert visual(["ب", "م\u064f\u0651", "ب"], 0, 3, "rtl") == ["ب", "م\u064f\u0651", "ب"]


@pytest.mark.parametrize(
    ("text", "direction"),
    [("12 محمد", "rtl"), ("Ɓah محمد", "ltr"), ("\u2066abc\u2069 محمد", "rtl"), ("12", None)],
)
def test_direction_is_that_of_the_first_strong_character(text: str, direction: str) -> None:
    assert first_strong(text) == direction


def test_unprintable_character_is_reported_by_name_and_drawn_as_a_box(style: Style) -> None:
    report: list[UnprintableCharacters] = []
    text = Text("Ali \U0010fffd\U000131d0", style, name="Family name", report=report)
    assert report == [UnprintableCharacters("Family name", "\U000131d0\U0010fffd")]
    assert "Ali" in read(print_texts(text))
    assert text.natural_width > Text("Ali ", style).natural_width


def test_an_unprintable_mark_is_reported(style: Style) -> None:
    report: list[UnprintableCharacters] = []
    Text("a\U00010a01", style, name="Nickname", report=report)
    assert report == [UnprintableCharacters("Nickname", "\U00010a01")]


def shape_free(text: str) -> str:
    return unshape(shape(text))


def shown(text: str, direction: str) -> str:
    assert direction in ("ltr", "rtl")
    parts = list(text)
    return "".join(visual(parts, 0, len(parts), "rtl" if direction == "rtl" else "ltr"))


def test_each_paragraph_takes_its_own_direction(fonts: FontChain) -> None:
    style = Style(fonts)
    mixed = "Arrivée à Tanger.\nأريد أن أعود (غينيا)."
    alone = print_texts(
        Text("Arrivée à Tanger.", style), Text("أريد أن أعود (غينيا).", style, frame="ltr")
    )
    assert read(print_texts(Text(mixed, style))) == read(alone)


def test_isolated_identifier_keeps_its_order_after_arabic_words(fonts: FontChain) -> None:
    identifier = "9744 0ad0 2f5c 701e"
    alone, isolated = f"الإصدار 1 · {identifier}", f"الإصدار 1 · \u2066{identifier}\u2069"
    printed = [
        " ".join(read(print_texts(Text(t, Style(fonts), "rtl"))).split()) for t in (alone, isolated)
    ]
    assert [identifier in text for text in printed] == [False, True]
