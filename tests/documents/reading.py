"""Reads printed paper back, as a clipboard or a screen reader would."""

from __future__ import annotations

import io
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
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [_page_text(page) for page in document]
    finally:
        document.close()
    return unicodedata.normalize("NFKC", "\n".join(pages))


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
