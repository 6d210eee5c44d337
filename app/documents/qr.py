"""A QR code drawn as vectors, sharp at any size and on any printer."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import segno


class QrCode:
    """A code drawn on a canvas with ``draw``.

    Args:
        content: What a reader will tell; keep it short and without personal data.
    """

    def __init__(self, content: str) -> None:
        # Level M stands a smudged corner; no micro codes, which many readers do not know.
        self._rows = [bytes(row) for row in segno.make_qr(content, error="m").matrix]

    def draw(self, canvas: Any, x: float, y: float, size: float) -> None:
        """Draw as a square of ``size`` points whose lower left corner is ``x``, ``y``.

        The quiet zone, four modules, is for the caller to leave.
        """
        module = size / len(self._rows)
        path = canvas.beginPath()
        for number, row in enumerate(self._rows, start=1):
            column = 0
            for is_dark, group in groupby(row):
                length = len(list(group))
                if is_dark:
                    path.rect(
                        x + column * module, y + size - number * module, length * module, module
                    )
                column += length
        canvas.setFillColorRGB(0, 0, 0)
        canvas.drawPath(path, stroke=0, fill=1)
