"""Whether somebody is a child on a day, when their birth may be known only within bounds."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

from app.models.values import PartialDate

MAJORITY: Final = 18
"""Age of majority in whole years. Source: Convention on the Rights of the Child, article 1;
Moudawana, article 209."""

Childhood = Literal["yes", "no", "possibly"]


def childhood(birth: PartialDate | None, on: date) -> Childhood:
    """Tell whether somebody is under 18 on a day.

    Returns:
        ``possibly`` when the birth is not known, or when its bounds allow both.
    """
    if birth is None:
        return "possibly"
    least, greatest = birth.age_bounds(on)
    if greatest < MAJORITY:
        return "yes"
    return "no" if least >= MAJORITY else "possibly"


def may_be_child(birth: PartialDate | None, on: date) -> bool:
    """Tell whether somebody must be treated as a child: who may be one is."""
    return childhood(birth, on) != "no"
