"""Who is a child, when the birth may be known only within bounds."""

from __future__ import annotations

from datetime import date

import pytest

from app.casework.ages import childhood, may_be_child
from app.models.values import PartialDate

ON = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("birth", "expected"),
    [
        ("2008-11-22", "no"),  # 18 that day
        ("2008-11-23", "yes"),
        ("2008-11", "possibly"),
        ("2008-10", "no"),
        ("2008", "possibly"),
        ("2007", "no"),
        ("2009", "yes"),
        ("age:17/2026-11-22", "yes"),
        ("age:17/2026-01-01", "possibly"),
        ("age:18/2026-11-22", "no"),
        (None, "possibly"),
    ],
)
def test_childhood_follows_the_bounds_of_the_birth(birth: str | None, expected: str) -> None:
    known = None if birth is None else PartialDate(birth)
    assert childhood(known, ON) == expected
    assert may_be_child(known, ON) == (expected != "no")
