"""Answers that are exact numbers: amounts of money and decimals. No float comes near them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Dialect
from sqlalchemy.types import TypeDecorator

from app.errors import Refused
from app.formats import number_locale, number_text
from app.i18n import _, isolate, ngettext
from app.models.money import (
    LARGEST,
    Money,
    exponent,
    parse_money,
    read_number,
    require_currency,
)
from app.models.types import Context, ValueType

# An exponent would make a short text a number that fills the memory.
_PLAIN: Final = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")


class MoneyType(TypeDecorator[Money]):
    """Money kept as its canonical text: amount and currency are one thing and merge as one."""

    impl = sa.String(40)
    cache_ok = True

    def process_bind_param(self, value: Money | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Money | None:
        return None if value is None else Money.parse(value)


class DecimalType(TypeDecorator[Decimal]):
    """A decimal kept as its text, exact in every database."""

    impl = sa.String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else f"{value:f}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


@dataclass(frozen=True)
class Amount(ValueType):
    """An amount of money. Negative ones are for reversals only, and say so."""

    may_be_negative: bool = False
    widget = "money"

    def column_type(self) -> sa.types.TypeEngine[Any]:
        return MoneyType()

    def clean(self, value: Any, context: Context) -> Money:
        if isinstance(value, dict) and set(value) == {"amount", "currency"}:
            value = _stated(str(value["amount"]), str(value["currency"]))
        if isinstance(value, str):
            value = parse_money(value)
        if not isinstance(value, Money):
            raise Refused("type", _("Write an amount and its currency, such as 1500 MAD."))
        require_currency(value.currency)
        if abs(value.amount) >= LARGEST:
            raise Refused("out_of_range", _("This number is too large. Check its zeros."))
        if value.amount < 0 and not self.may_be_negative:
            raise Refused("out_of_range", _("Write an amount of zero or more."))
        return value

    def to_log(self, value: Money | None) -> str | None:
        return None if value is None else str(value)

    def from_log(self, value: str | None) -> Money | None:
        return None if value is None else Money.parse(value)

    def to_json(self, value: Money) -> dict[str, str]:
        return {"amount": f"{value.amount:f}", "currency": value.currency}

    def to_sqlite(self, value: Any) -> str | None:
        if value is not None:
            Money.parse(value)  # a row that cannot be read back must not be written
        text: str | None = value
        return text

    def shown(self, value: Money) -> str:
        return money_text(value)

    def schema(self) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {
                "amount": {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"},
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
            },
            "required": ["amount", "currency"],
            "additionalProperties": False,
            "description": "or one string, such as 1500 MAD",
        }


@dataclass(frozen=True)
class DecimalNumber(ValueType):
    """A number with decimals."""

    places: int = 2
    minimum: Decimal | None = Decimal(0)
    maximum: Decimal | None = None
    widget = "decimal"

    def column_type(self) -> sa.types.TypeEngine[Any]:
        return DecimalType()

    def clean(self, value: Any, context: Context) -> Decimal:
        if isinstance(value, str):
            value = read_number(value, self.places, point_is_decimal=True)
        if isinstance(value, int) and not isinstance(value, bool):
            value = Decimal(value)
        if not isinstance(value, Decimal) or not value.is_finite():
            raise Refused("type", _("Write a number."))
        if abs(value) >= LARGEST:
            raise Refused("out_of_range", _("This number is too large. Check its zeros."))
        if self.minimum is not None and value < self.minimum:
            raise Refused(
                "out_of_range", _("Write {minimum} or more.").format(minimum=self.minimum)
            )
        if self.maximum is not None and value > self.maximum:
            raise Refused(
                "out_of_range", _("Write {maximum} or less.").format(maximum=self.maximum)
            )
        if value != round(value, self.places):
            raise Refused(
                "too_many_decimals",
                ngettext(
                    "At most {count} decimal fits here.",
                    "At most {count} decimals fit here.",
                    self.places,
                ).format(count=self.places),
            )
        return Decimal(f"{value.normalize():f}") if value else Decimal(0)

    def to_log(self, value: Decimal | None) -> str | None:
        return None if value is None else f"{value:f}"

    def from_log(self, value: str | None) -> Decimal | None:
        return None if value is None else Decimal(value)

    def to_sqlite(self, value: Any) -> str | None:
        if value is not None and (type(value) is not str or not _PLAIN.fullmatch(value)):
            raise ValueError(f"not a number: {value!r}")
        text: str | None = value
        return text

    def shown(self, value: Decimal) -> str:
        return isolate(number_text(value))

    def schema(self) -> dict[str, Any]:
        described: dict[str, Any] = {"type": ["string", "integer"], "pattern": r"^-?\d+(\.\d+)?$"}
        if self.minimum is not None:
            described["description"] = f"a decimal of {self.minimum} or more"
        return described


def money_text(value: Money) -> str:
    """Write an amount in the language in use, the currency by its code."""
    from babel.numbers import format_decimal

    pattern = "#,##0" + ("." + "0" * exponent(value.currency) if exponent(value.currency) else "")
    number = format_decimal(value.amount, format=pattern, locale=number_locale())
    return isolate(f"{number}\u00a0{value.currency}")


def _stated(amount: str, currency: str) -> Money:
    """Read what JSON gives apart; its point is always the decimal one."""
    try:
        return Money.parse(f"{amount} {currency}")
    except ValueError:
        return parse_money(f"{amount} {currency}")
