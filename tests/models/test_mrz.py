"""Machine-readable lines of travel documents. Source of the vectors: ICAO Doc 9303."""

from __future__ import annotations

from datetime import date

import pytest

from app.models.mrz import MrzError, check_digit, read_mrz

TD3 = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
TD2 = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<< D231458907UTO7408122F1204159<<<<<<<6"
TD1 = "I<UTOD231458907<<<<<<<<<<<<<<< 7408122F1204159UTO<<<<<<<<<<<6 ERIKSSON<<ANNA<MARIA<<<<<<<<<<"


@pytest.mark.parametrize(
    ("lines", "document", "number"),
    [(TD3, "P", "L898902C3"), (TD2, "I", "D23145890"), (TD1, "I", "D23145890")],
)
def test_every_format_is_read(lines: str, document: str, number: str) -> None:
    read = read_mrz(lines.lower())
    assert (read.document, read.issuer, read.number) == (document, "UTO", number)
    assert (read.nationality, read.birth, read.sex) == ("UTO", "740812", "F")
    assert read.expires == date(2012, 4, 15)


@pytest.mark.parametrize(("text", "digit"), [("74<<<<", "1"), ("<<<<<<", "0"), ("520727", "3")])
def test_check_digit(text: str, digit: str) -> None:
    assert check_digit(text) == digit


@pytest.mark.parametrize("lines", [TD3, TD2, TD1])
def test_every_digit_mistyped_where_it_counts_is_found(lines: str) -> None:
    text = "".join(lines.split())
    width = {88: 44, 72: 36, 90: 30}[len(text)]
    counted = range(30, 60) if width == 30 else range(width, len(text))
    # Letters, the issuing state and the sex have no check digit of their own.
    for place in (at for at in counted if text[at].isdigit()):
        wrong = str((int(text[place]) + 1) % 10)
        with pytest.raises(MrzError):
            read_mrz(text[:place] + wrong + text[place + 1 :])


@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        (TD3.replace("L898902C36", "L898902C46"), "number"),
        (TD3.replace("7408122", "7408132"), "birth"),
        (TD3.replace("1204159", "1304159"), "expiry"),
        (TD3.replace("ZE184226B", "ZE184226C"), "other"),
        (TD3[:-1] + "1", "all"),
        (TD3[:-1], "format"),
        (TD3.replace("ANNA", "ÄNNA"), "format"),
        ("", "format"),
    ],
)
def test_what_does_not_fit_is_named(wrong: str, part: str) -> None:
    with pytest.raises(MrzError) as error:
        read_mrz(wrong)
    assert error.value.part == part


def test_a_long_number_goes_on_in_the_optional_part() -> None:
    whole = "D23145890734"
    first = f"I<UTO{whole[:9]}<{whole[9:]}{check_digit(whole)}".ljust(30, "<")
    second = "7408122F1204159UTO".ljust(29, "<")
    counted = first[5:30] + second[:7] + second[8:15] + second[18:29]
    lines = first + second + check_digit(counted) + "ERIKSSON<<ANNA".ljust(30, "<")
    assert read_mrz(lines).number == whole


def test_an_expiry_that_is_no_day_is_left_open() -> None:
    line = "L898902C3" + check_digit("L898902C3") + "UTO" + "740812" + check_digit("740812") + "F"
    line += "129915" + check_digit("129915") + "<" * 14 + "<"
    line += check_digit(line[:10] + line[13:20] + line[21:43])
    assert read_mrz("P<UTOERIKSSON".ljust(44, "<") + line).expires is None
