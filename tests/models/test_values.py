"""Dates with precision, clocks and names."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models.clock import MAX_LEAD_MS, HybridClock
from app.models.names import sound, sounds, words
from app.models.values import PartialDate

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "precision", "earliest", "latest"),
    [
        ("1990-05-03", "day", date(1990, 5, 3), date(1990, 5, 3)),
        ("1990-02", "month", date(1990, 2, 1), date(1990, 2, 28)),
        ("1992-02", "month", date(1992, 2, 1), date(1992, 2, 29)),
        ("1990", "year", date(1990, 1, 1), date(1990, 12, 31)),
        ("age:34/2026-11-22", "age", date(1991, 11, 23), date(1992, 11, 22)),
        ("age:2/2024-02-29", "age", date(2021, 3, 1), date(2022, 2, 28)),
    ],
)
def test_bounds(text: str, precision: str, earliest: date, latest: date) -> None:
    known = PartialDate(text)
    assert (known.precision, known.earliest, known.latest) == (precision, earliest, latest)


@pytest.mark.parametrize("text", ["", "1990-13", "1990-02-30", "90", "age:34", "1990-5-3", "x"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        PartialDate(text)


@given(st.integers(0, 120), st.dates(date(1950, 1, 1), date(2030, 1, 1)))
def test_a_stated_age_is_that_age_on_the_day_it_was_stated(years: int, stated: date) -> None:
    assert PartialDate.from_age(years, stated).age_bounds(stated) == (years, years)


@given(st.dates(date(1930, 1, 1), TODAY))
def test_less_precision_never_excludes_the_truth(born: date) -> None:
    exact = PartialDate(born.isoformat()).age_bounds(TODAY)[0]
    for text in (f"{born:%Y-%m}", f"{born:%Y}"):
        low, high = PartialDate(text).age_bounds(TODAY)
        assert low <= exact <= high


def test_first_of_january_is_noticed_only_as_a_day() -> None:
    assert PartialDate("1990-01-01").is_first_of_january
    assert not PartialDate("1990-01").is_first_of_january
    assert not PartialDate("1990").is_first_of_january


@given(st.lists(st.integers(-10_000, 10_000), min_size=1))
def test_stamps_grow_whatever_the_clock_does(jumps: list[int]) -> None:
    now = [1_800_000_000_000]
    clock = HybridClock(now_ms=lambda: now[0])
    stamps = []
    for jump in jumps:
        now[0] += jump
        stamps.append(clock.tick())
    assert stamps == sorted(set(stamps))


def test_a_stamp_from_the_far_future_does_not_drag_the_clock_along() -> None:
    clock = HybridClock(now_ms=lambda: 1_000_000)
    clock.see([(1_000_000 + MAX_LEAD_MS + 1) << 16])
    assert clock.tick() >> 16 == 1_000_000
    clock.see([(1_000_000 + 5000) << 16])
    assert clock.tick() >> 16 == 1_005_000
    assert clock.lead_ms == 5000


ALIKE = [
    ("Mohamed", "Mohammed", "Muhammad", "محمد", "مُحَمَّد", "Mamadou", "Mamadu", "محمدو"),
    ("Youssef", "Youcef", "Yusuf", "يوسف"),
    ("Abderrahmane", "Abdel Rahman", "Abdurrahman", "عبد الرحمن", "عبدالرحمان"),
    ("Abdelkader", "Abd el-Kader", "عبد القادر"),
    ("Diallo", "Jallow", "Jalloh", "ديالو"),
    ("N'Diaye", "Ndiaye", "N’Diaye", "Njie"),
    ("Fatima", "Fatma", "فاطمة", "Fatoumata"),
    ("Ousmane", "Othmane", "عثمان", "Usman"),
    ("Traoré", "Traore", "TRAORÉ"),
    ("Ɓah", "Bah", "Ba"),
]


@pytest.mark.parametrize("group", ALIKE, ids=lambda group: group[0])
def test_spellings_of_one_name_share_a_sound(group: tuple[str, ...]) -> None:
    def heard(name: str) -> set[str]:
        [word] = words(name)
        return sounds(word)

    assert all(heard(group[0]) & heard(other) for other in group[1:])


def test_different_names_do_not() -> None:
    assert sound("fatou") != sound("mariam")
    assert not sounds("ibrahima") & sounds("souleymane")
