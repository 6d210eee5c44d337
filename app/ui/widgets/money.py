"""Controls for amounts of money and for numbers with decimals: one line that says what it read."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from app.errors import Refused
from app.formats import number_locale, number_text
from app.models.money import Money, exponent, parse_money, read_number
from app.models.money_types import Amount, DecimalNumber, money_text
from app.models.types import Context
from app.ui.widgets.control import LineControl

_MARK: Final = "٫"  # the one decimal mark that is never a grouping one
_EXAMPLE: Final = "1500 MAD"


def read_decimal(text: str, places: int) -> Decimal:
    """Read a number with the decimal mark of the language in use.

    Raises:
        Refused: It is none, or can be read in two ways.
    """
    point, group = _marks()
    plain = text.replace(point, _MARK) if point == "," else text
    return read_number(plain, places, text, point_is_decimal=group != ".")


def write_decimal(number: Decimal) -> str:
    """Write a number as it is typed: without grouping, with the decimal mark of the language."""
    return f"{number:f}".replace(".", _marks()[0])


def write_amount(amount: Money) -> str:
    """Write an amount as it is typed, without its currency."""
    number = amount.amount
    if exponent(amount.currency) > 2 and number:
        # Three decimals could be read as a group of thousands.
        number = Decimal(f"{number.normalize():f}")
    return write_decimal(number)


class MoneyControl(LineControl):
    """An amount and its currency on one line, such as ``1500 MAD``.

    The currency shown at first is meant when none is typed.
    """

    def __init__(self, type_: Amount, context: Context) -> None:
        super().__init__(runs_left_to_right=True)
        self._type = type_
        self._context = context
        self._currency: str | None = None
        self._shown: tuple[str, Any] | None = None
        self.edit.setPlaceholderText(_EXAMPLE)

    def answer(self) -> Any:
        """Give amount and currency; the text when it is no amount."""
        typed = self.edit.text().strip()
        if not typed:
            return None
        if self._shown is not None and self._shown[0] == typed:
            return self._shown[1]
        amount = self._read(typed)
        if amount is not None:
            return {"amount": f"{amount.amount:f}", "currency": amount.currency}
        has_letters = any(letter.isalpha() for letter in typed)
        return typed if has_letters or self._currency is None else f"{typed} {self._currency}"

    def set_answer(self, value: Any) -> None:
        """Show an amount as it is typed; a draft as it was."""
        self._shown = None
        if value is None:
            self.show_text("")
            return
        try:
            amount = self._type.clean(value, self._context)
        except Refused:
            self.show_text(value if isinstance(value, str) else "")
            return
        self._currency = amount.currency
        written = f"{write_amount(amount)} {amount.currency}"
        self._shown = (written, value)
        self.show_text(written)

    def understood(self) -> str:
        """Write the amount out with its grouping."""
        amount = self._read(self.edit.text().strip())
        return "" if amount is None else money_text(amount)

    def _read(self, typed: str) -> Money | None:
        try:
            return parse_money(typed, self._currency)
        except Refused:
            return None


class DecimalControl(LineControl):
    """A number with decimals, written with the decimal mark of the language."""

    def __init__(self, type_: DecimalNumber) -> None:
        super().__init__(runs_left_to_right=True)
        self._type = type_

    def answer(self) -> Any:
        """Give the number as JSON has it; the text when it is none."""
        typed = self.edit.text().strip()
        if not typed:
            return None
        try:
            return f"{read_decimal(typed, self._type.places):f}"
        except Refused:
            return typed

    def set_answer(self, value: Any) -> None:
        """Show a number as it is typed."""
        try:
            written = "" if value is None else write_decimal(Decimal(str(value)))
        except ArithmeticError:
            written = str(value)
        self.show_text(written)

    def understood(self) -> str:
        """Write the number out with its grouping."""
        try:
            return number_text(read_decimal(self.edit.text().strip(), self._type.places))
        except Refused:
            return ""

    def doubt(self) -> str:
        """Say that the number can be read in two ways."""
        try:
            read_decimal(self.edit.text().strip(), self._type.places)
        except Refused as refused:
            return refused.message if refused.rule == "ambiguous_amount" else ""
        return ""


def _marks() -> tuple[str, str]:
    from babel.numbers import get_decimal_symbol, get_group_symbol

    return get_decimal_symbol(number_locale()), get_group_symbol(number_locale())
