"""A QR code is drawn module for module."""

from __future__ import annotations

import io

import pypdfium2
import segno
from reportlab.pdfgen.canvas import Canvas

from app.documents.qr import MASK, QrCode


def test_drawn_modules_are_those_of_the_code() -> None:
    content = "sanad:case:0198f3b2"
    matrix = segno.make_qr(content, error="m", mask=MASK).matrix
    side = len(matrix)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(side * 4, side * 4), invariant=1)
    QrCode(content).draw(canvas, 0, 0, side * 4)
    canvas.save()
    document = pypdfium2.PdfDocument(out.getvalue())
    image = document[0].render(scale=1).to_pil().convert("L")
    document.close()
    seen = [
        [image.getpixel((x * 4 + 2, y * 4 + 2)) < 128 for x in range(side)] for y in range(side)
    ]
    assert seen == [[bool(module) for module in row] for row in matrix]
