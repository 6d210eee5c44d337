"""The machine-readable lines of a travel document: read, with every check digit verified.

Source: ICAO Doc 9303 parts 3 to 7: formats TD1, TD2 and TD3; weights 7, 3, 1; ``<`` counts 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import cycle
from typing import Final

_WEIGHTS: Final = (7, 3, 1)
_VALUES: Final = {
    **{str(digit): digit for digit in range(10)},
    **{chr(ord("A") + n): 10 + n for n in range(26)},
    "<": 0,
}
# A document is valid for at most ten years or so: a two-digit year is of this century.
_CENTURY: Final = 2000


class MrzError(ValueError):
    """The lines are not a travel document's, or a check digit does not fit.

    Args:
        part: ``format``, or the part whose check digit does not fit: ``number``, ``birth``,
            ``expiry``, ``other`` (the optional data) or ``all`` (the composite digit).
    """

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


@dataclass(frozen=True, slots=True)
class Mrz:
    """What the lines say.

    Attributes:
        document: First letters, such as ``P`` for a passport.
        issuer: Code of the issuing state as printed, such as ``D`` for Germany.
        number: Document number without filler.
        birth: Six characters as printed; an unknown part is ``<``.
        sex: ``F``, ``M``, or ``X`` where unspecified.
        expires: Last day of validity; None when it is not a day of the calendar.
    """

    document: str
    issuer: str
    number: str
    nationality: str
    birth: str
    sex: str
    expires: date | None


def check_digit(text: str) -> str:
    """Give the check digit of a text of digits, capital letters and filler."""
    return str(sum(_VALUES[c] * w for c, w in zip(text, cycle(_WEIGHTS), strict=False)) % 10)


def read_mrz(typed: str) -> Mrz:
    """Read the two or three lines, separated by spaces, line ends or nothing.

    Raises:
        MrzError: They are not such lines, or a check digit does not fit.
    """
    text = "".join(typed.split()).upper()
    reader = {88: _read_td3, 72: _read_td2, 90: _read_td1}.get(len(text))
    if reader is None or not set(text) <= set(_VALUES):
        raise MrzError("format")
    return reader(text)


def _read_td3(text: str) -> Mrz:
    first, second = text[:44], text[44:]
    # Where the optional data is empty its digit may be left out.
    optional, its_digit = second[28:42], second[42]
    if its_digit != check_digit(optional) and (its_digit != "<" or optional.strip("<")):
        raise MrzError("other")
    _require("number", second[:9], second[9])
    _require("birth", second[13:19], second[19])
    _require("expiry", second[21:27], second[27])
    _require("all", second[:10] + second[13:20] + second[21:43], second[43])
    return _mrz(first, second[:9], second[10:13], second[13:19], second[20], second[21:27])


def _read_td2(text: str) -> Mrz:
    first, second = text[:36], text[36:]
    number = _number(second[:9], second[9], second[28:35])
    _require("birth", second[13:19], second[19])
    _require("expiry", second[21:27], second[27])
    _require("all", second[:10] + second[13:20] + second[21:35], second[35])
    return _mrz(first, number, second[10:13], second[13:19], second[20], second[21:27])


def _read_td1(text: str) -> Mrz:
    first, second = text[:30], text[30:60]
    number = _number(first[5:14], first[14], first[15:30])
    _require("birth", second[:6], second[6])
    _require("expiry", second[8:14], second[14])
    _require("all", first[5:30] + second[:7] + second[8:15] + second[18:29], second[29])
    return _mrz(first, number, second[15:18], second[:6], second[7], second[8:14])


def _number(number: str, digit: str, optional: str) -> str:
    """Give a document number, which may go on in the optional data where its digit is ``<``."""
    if digit != "<":
        _require("number", number, digit)
        return number
    rest = optional.split("<")[0]
    whole = number + rest[:-1]
    _require("number", whole, rest[-1:])
    return whole


def _require(part: str, text: str, digit: str) -> None:
    if check_digit(text) != digit:
        raise MrzError(part)


def _mrz(first: str, number: str, nationality: str, birth: str, sex: str, expiry: str) -> Mrz:
    return Mrz(
        document=first[:2].strip("<"),
        issuer=first[2:5].strip("<"),
        number=number.replace("<", ""),
        nationality=nationality.strip("<"),
        birth=birth,
        sex="X" if sex == "<" else sex,
        expires=_day(expiry),
    )


def _day(text: str) -> date | None:
    if not text.isdigit():
        return None
    try:
        return date(_CENTURY + int(text[:2]), int(text[2:4]), int(text[4:]))
    except ValueError:
        return None
