"""Reads printed paper back, as a clipboard or a screen reader would."""

from __future__ import annotations

import io
import re
import unicodedata
from collections import Counter

import pypdfium2
from reportlab.pdfgen.canvas import Canvas

from app.documents.text import Text

PAGE = (595.0, 842.0)
# PDFium guesses which side a bracket in right-to-left text opens to; the guess is its own.
_BRACKETS = str.maketrans(")", "(")


def print_texts(*texts: Text, width: float = 480) -> bytes:
    """Print ``texts`` under one another on one page."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=PAGE, invariant=1)
    y = PAGE[1] - 40
    for text in texts:
        y -= text.wrap(width, y)[1]
        text.drawOn(canvas, 40, y)
    canvas.save()
    return out.getvalue()


def read(pdf: bytes) -> str:
    """Extract the text of all pages, compatibility forms resolved."""
    return unicodedata.normalize("NFKC", "\n".join(page_texts(pdf)))


def page_texts(pdf: bytes) -> list[str]:
    """Extract the text of each page as it is copied."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_page_text(page) for page in document]
    finally:
        document.close()


def foot_from_left(pdf: bytes, height: float = 42) -> str:
    """Give the characters at the foot of the last page from left to right, without spaces."""
    document = pypdfium2.PdfDocument(pdf)
    page = document[len(document) - 1]
    text_page = page.get_textpage()
    try:
        boxes = [text_page.get_charbox(index) for index in range(text_page.count_chars())]
        placed = [(box[0], index) for index, box in enumerate(boxes) if box[3] < height]
        chars = [text_page.get_text_range(index, 1) for _left, index in sorted(placed)]
    finally:
        text_page.close()
        page.close()
        document.close()
    return squeezed("".join(chars))


def digest_on_paper(pdf: bytes) -> str:
    """Give the beginning of the digest at the foot of the last page, without spaces."""
    # As it stands on paper: readers of files guess the order of letters beside Arabic.
    found = re.search(r"([0-9a-f]{16})(?=·|Page|$)", foot_from_left(pdf))
    assert found
    return found[1]


def squeezed(text: str, space: str = "") -> str:
    """Take the line ends and spaces out, or put ``space`` for them."""
    return space.join(text.split())


def lacks(pdf: bytes, value: str) -> set[str]:
    """Tell the characters of ``value`` printed less often than they occur; spaces apart."""
    wanted = Counter(unicodedata.normalize("NFKC", value).translate(_BRACKETS))
    printed = Counter(read(pdf).translate(_BRACKETS))
    return {char for char in wanted if not char.isspace() and printed[char] < wanted[char]}


def _page_text(page: pypdfium2.PdfPage) -> str:
    text_page = page.get_textpage()
    try:
        return str(text_page.get_text_range())
    finally:
        text_page.close()
        page.close()
