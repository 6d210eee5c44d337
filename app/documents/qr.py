"""A QR code drawn as vectors, sharp at any size and on any printer."""

from __future__ import annotations

from hashlib import sha256
from itertools import groupby
from typing import Any, Final

import segno

# Any mask can be read; weighing all eight takes a fifth of the time of a form. The second is
# stripes, and what our codes hold is mixed enough not to come out as stripes itself.
MASK: Final = 1


class QrCode:
    """A code drawn on a canvas with ``draw``.

    Args:
        content: What a reader will tell; keep it short and without personal data.
    """

    def __init__(self, content: str) -> None:
        # Level M stands a smudged corner; no micro codes, which many readers do not know.
        self._rows = [bytes(row) for row in segno.make_qr(content, error="m", mask=MASK).matrix]
        self._digest = sha256(b"".join(self._rows)).hexdigest()[:8]

    def draw(self, canvas: Any, x: float, y: float, size: float) -> None:
        """Draw as a square of ``size`` points whose lower left corner is ``x``, ``y``.

        The quiet zone, four modules, is for the caller to leave. The modules are written
        into the document once, however often the code is drawn on its pages.
        """
        side = len(self._rows)
        name = f"qr-{side}-{self._digest}"
        if not canvas.hasForm(name):
            canvas.beginForm(name, 0, 0, side, side)
            canvas.addLiteral(f"0 g {' '.join(self._runs())} f")
            canvas.endForm()
        module = size / side
        canvas.addLiteral(f"q {module:.4f} 0 0 {module:.4f} {x:.2f} {y:.2f} cm")
        canvas.doForm(name)
        canvas.addLiteral("Q")

    def _runs(self) -> list[str]:
        """Give the dark runs of each row as rectangles, one unit a module."""
        runs = []
        for number, row in enumerate(reversed(self._rows)):
            column = 0
            for is_dark, group in groupby(row):
                length = len(list(group))
                if is_dark:
                    runs.append(f"{column} {number} {length} 1 re")
                column += length
        return runs
