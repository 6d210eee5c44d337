"""Lines, boxes and letters put straight on a page, in the fewest words PDF allows.

ReportLab formats each number with care (``fp_str``) and saves and restores the state around
each thing drawn: half the time of a form. A hundredth of a point is fine enough for paper, so
what papers are made of is written here as PDF operators. Source: ISO 32000-1, annex A.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from reportlab.pdfbase.pdfmetrics import getFont

Colour = tuple[float, float, float]

Place = tuple[float, float, str, str]
"""Origin, font and letters of a piece of text."""

HAIR: Final[Colour] = (0.78, 0.82, 0.82)


def fill(colour: Colour) -> str:
    """Give the operator that colours letters."""
    return f"{colour[0]:.3g} {colour[1]:.3g} {colour[2]:.3g} rg"


def stroke(colour: Colour, width: float) -> str:
    """Give the operators that colour lines of ``width`` points."""
    return f"{colour[0]:.3g} {colour[1]:.3g} {colour[2]:.3g} RG {width:.2f} w"


def rule(
    canvas: Any, x: float, y: float, width: float, colour: Colour = HAIR, weight: float = 0.5
) -> None:
    """Draw a horizontal rule from ``x`` over ``width`` points."""
    canvas.addLiteral(f"{stroke(colour, weight)} {x:.2f} {y:.2f} m {x + width:.2f} {y:.2f} l S")


def dashes(canvas: Any, x: float, y: float, width: float, colour: Colour, weight: float) -> None:
    """Draw a dashed horizontal line from ``x`` over ``width`` points."""
    canvas.addLiteral(
        f"{stroke(colour, weight)} [4 3] 0 d {x:.2f} {y:.2f} m {x + width:.2f} {y:.2f} l S [] 0 d"
    )


def box(
    canvas: Any, x: float, y: float, width: float, height: float, colour: Colour, weight: float
) -> None:
    """Draw an empty box whose lower left corner is ``x``, ``y``."""
    canvas.addLiteral(f"{stroke(colour, weight)} {x:.2f} {y:.2f} {width:.2f} {height:.2f} re S")


def cross(canvas: Any, x: float, y: float, size: float, colour: Colour, weight: float) -> None:
    """Draw a cross over a square of ``size`` points."""
    right, top = x + size, y + size
    canvas.addLiteral(
        f"{stroke(colour, weight)} {x:.2f} {y:.2f} m {right:.2f} {top:.2f} l "
        f"{x:.2f} {top:.2f} m {right:.2f} {y:.2f} l S"
    )


def letters(canvas: Any, size: float, places: Sequence[Place]) -> Iterator[str]:
    """Give the operators that set letters, each piece from its own origin.

    They belong between ``BT`` and ``ET``. The letters are added to the subset of their font in
    this document.
    """
    document = canvas._doc
    last = ""
    for x, y, name, text in places:
        font = getFont(name)
        yield f"1 0 0 1 {x:.2f} {y:.2f} Tm"
        for subset, codes in font.splitString(text, document):
            used = font.getSubsetInternalName(subset, document)
            if used != last:
                yield f"{used} {size:.2f} Tf"
                last = used
            yield f"<{codes.hex()}> Tj"
