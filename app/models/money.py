"""Amounts of money: a decimal with its currency, at the currency's own exponent.

Never a float, never an amount without a currency, never a sum over two currencies.
Source: ISO 4217 exponents as CLDR gives them, through Babel.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import cache
from itertools import pairwise
from typing import Final

from app.errors import Refused
from app.i18n import _, isolate, ngettext

# Digits of either Arabic keyboard, every sign that only groups, and the real minus.
_PLAIN: Final = str.maketrans(
    "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٬\u00a0\u202f\u2009'’−", "01234567890123456789      -"
)
_DIRECTION: Final = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_CANONICAL: Final = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?) ([A-Z]{3})")
_NUMBER: Final = re.compile(
    r"(?P<sign>-?)(?P<whole>[0-9]+|[1-9][0-9]{0,2}(?P<group>[ .,])[0-9]{3}((?P=group)[0-9]{3})*)"
    r"((?P<mark>[.,٫])(?P<rest>[0-9]+))?"
)
_GROUP: Final = 3
LARGEST: Final = Decimal(10) ** 15
"""Amounts and numbers are smaller than this: more is a slip of the keyboard."""


@cache
def exponent(currency: str) -> int:
    """Give how many decimals a currency has: 0 for XOF, 2 for MAD, 3 for TND."""
    from babel.numbers import get_currency_precision

    return int(get_currency_precision(currency))


@cache
def is_currency(code: str) -> bool:
    """Tell whether CLDR knows a currency by this code."""
    from babel import Locale

    return code in Locale.parse("en").currencies


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency, exact at the currency's exponent.

    Adding, subtracting and comparing need the same currency on both sides.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        kept = self.amount.quantize(_unit(self.currency))
        if self.amount != kept:
            raise ValueError(f"{self.currency} has {exponent(self.currency)} decimals")
        object.__setattr__(self, "amount", kept + 0)  # there is no minus zero

    @classmethod
    def parse(cls, text: str) -> Money:
        """Read the canonical form, such as ``600.00 USD``.

        Raises:
            ValueError: It is not one.
        """
        written = _CANONICAL.fullmatch(text)
        if written is None:
            raise ValueError(f"not an amount: {text!r}")
        try:
            return cls(Decimal(written[1]), written[2])
        except InvalidOperation:
            raise ValueError(f"not an amount: {text!r}") from None

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Give nothing, in a currency."""
        return cls(Decimal(0), currency)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def times(self, factor: Decimal | int) -> Money:
        """Multiply; a fraction of the smallest unit is rounded half to even."""
        return rounded(self.amount * factor, self.currency)

    def converted(self, rate: Decimal, currency: str) -> Money:
        """Give the same value in ``currency``, of which one unit of this buys ``rate``."""
        return rounded(self.amount * rate, currency)

    def _same(self, other: Money) -> Decimal:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other.amount


def rounded(amount: Decimal, currency: str) -> Money:
    """Round a result to the currency's exponent, half to even."""
    return Money(amount.quantize(_unit(currency), ROUND_HALF_EVEN), currency)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Add amounts of one currency; nothing adds up to zero.

    Raises:
        ValueError: One is in another currency.
    """
    nothing = Money.zero(currency)
    return Money(sum((nothing._same(one) for one in amounts), Decimal(0)), currency)


def shares(whole: Money, percents: Iterable[int]) -> list[Money]:
    """Split an amount by per cents that make 100, so that the parts add up to the whole.

    What rounding takes from one part the next ones give back: no part is ever more than one
    smallest unit away from its share, nor on the other side of zero.

    Raises:
        ValueError: They do not make 100, or one is negative.
    """
    wanted = list(percents)
    if sum(wanted) != 100 or any(percent < 0 for percent in wanted):
        raise ValueError(f"parts make {sum(wanted)} %, not 100 %")
    reached = [whole.times(Decimal(sum(wanted[:end])) / 100) for end in range(len(wanted) + 1)]
    return [after - before for before, after in pairwise(reached)]


def parse_money(text: str, currency: str | None = None) -> Money:
    """Read an amount as people write it: ``4 000 000 NOK``, ``1.500,50 EUR``, ``٤٠٠٠ MAD``.

    Args:
        text: Amount and, before or after it, the ISO 4217 code.
        currency: Taken when the text names none.

    Raises:
        Refused: No currency, one we do not know, or a number that can be read in two ways.
    """
    written = text.replace("€", " EUR ")
    codes = re.findall(r"[^\W\d_]+", written)
    code = codes[0].upper() if len(codes) == 1 else (currency if not codes else "")
    if not code:
        raise Refused("currency_required", _("Write the currency too, such as MAD or EUR."))
    require_currency(code)
    amount = read_number(re.sub(r"[^\W\d_]+", "", written), exponent(code), text)
    try:
        return Money(amount, code)
    except ValueError:
        raise Refused(
            "too_many_decimals",
            ngettext(
                "Amounts in {currency} have at most {count} decimal.",
                "Amounts in {currency} have at most {count} decimals.",
                exponent(code),
            ).format(currency=isolate(code), count=exponent(code))
            if exponent(code)
            else _("Amounts in {currency} have no decimals.").format(currency=isolate(code)),
        ) from None


def require_currency(code: str) -> None:
    """Refuse a code that is not a currency's."""
    if not is_currency(code):
        raise Refused(
            "unknown_currency",
            _("{code} is not a currency. Write its three letters, such as MAD or EUR.").format(
                code=isolate(code)
            ),
        )


def read_number(
    text: str, decimals: int, shown: str = "", *, point_is_decimal: bool = False
) -> Decimal:
    """Read a number with the marks of any language.

    Spaces and apostrophes group. A point or comma groups where every group has three digits and
    decides nothing else; where one mark could be either, the number of decimals decides.

    Args:
        decimals: How many decimals such a number may have.
        shown: What the refusal quotes, instead of ``text``.
        point_is_decimal: A single point is the decimal mark, as in JSON.

    Raises:
        Refused: It is no number, it is too large, or it can be read in two ways.
    """
    said = isolate((shown or text).strip())
    plain = _DIRECTION.sub("", text).translate(_PLAIN).strip()
    found = _NUMBER.fullmatch(re.sub(r"^-\s+", "-", re.sub(r"\s+", " ", plain)))
    if found is None or (found["group"] and found["group"] == found["mark"]):
        raise Refused(
            "not_an_amount", _("{text} is not a number. Write it like 1500.").format(text=said)
        )
    whole, mark, rest = found["whole"], found["mark"], found["rest"] or ""
    may_group = (
        mark in (".", ",")
        and len(rest) == _GROUP >= len(whole)
        and not whole.startswith("0")
        and not (mark == "." and point_is_decimal)
    )
    if may_group and decimals >= _GROUP:
        raise Refused(
            "ambiguous_amount",
            _("{text} can be read in two ways. Write it without marks, such as 4000.").format(
                text=said
            ),
        )
    digits = re.sub(r"[ .,]", "", whole)
    if mark:
        digits += f"{'' if may_group else '.'}{rest}"
    number = Decimal(f"{found['sign']}{digits}")
    if abs(number) >= LARGEST:
        raise Refused("out_of_range", _("This number is too large. Check its zeros."))
    return number


@cache
def _unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-exponent(currency))
