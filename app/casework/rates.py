"""Exchange rates: each with its day and its source, and amounts converted by one of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.verbs import usual
from app.errors import Refused
from app.formats import day_text
from app.i18n import _, isolate
from app.models.grants import ExchangeRate, Payment
from app.models.money import Money, rounded
from app.models.record import Record
from app.models.rules import rule
from app.models.types import Context


def rate_for(db: Session, base: str, quoted: str, on: date) -> ExchangeRate:
    """Give the latest rate between two currencies dated no later than ``on``.

    Rates are looked for in both directions, since offices publish either; ``convert`` multiplies
    or divides as the rate says. Of one day the direct one counts, then the last one added.

    Raises:
        Refused: There is none; says to add one.
    """
    pair = {base, quoted}
    found = db.scalars(
        select(ExchangeRate)
        .where(
            ExchangeRate.base.in_(pair),
            ExchangeRate.quoted.in_(pair),
            ExchangeRate.on <= on,
            ExchangeRate.voided.is_(None),
        )
        .order_by(
            ExchangeRate.on.desc(),
            (ExchangeRate.base == base).desc(),
            ExchangeRate.created_at.desc(),
            ExchangeRate.id.desc(),
        )
    ).first()
    if found is None:
        raise Refused(
            "no_rate",
            _(
                "There is no exchange rate between {base} and {quoted} up to {day}. "
                "Add one, with its date and its source."
            ).format(base=isolate(base), quoted=isolate(quoted), day=day_text(on)),
            "rate",
        )
    return found


def convert(amount: Money, rate: ExchangeRate, currency: str) -> Money:
    """Give the value of an amount in ``currency`` at a rate, rounded half to even.

    Raises:
        Refused: The rate is of other currencies.
    """
    factor = rate.rate or Decimal(0)
    if amount.currency == currency:
        return amount
    if (amount.currency, currency) == (rate.base, rate.quoted):
        return amount.converted(factor, currency)
    if (amount.currency, currency) == (rate.quoted, rate.base):
        return rounded(amount.amount / factor, currency)
    raise Refused(
        "other_rate",
        _("This rate is not one between {base} and {quoted}. Choose another.").format(
            base=isolate(amount.currency), quoted=isolate(currency)
        ),
        "rate",
    )


def in_currency(db: Session, amount: Money, currency: str, on: date) -> Money:
    """Give the value of an amount in ``currency`` on a day.

    Raises:
        Refused: No rate is known for it.
    """
    if amount.currency == currency:
        return amount
    return convert(amount, rate_for(db, amount.currency, currency, on), currency)


@rule(ExchangeRate)
def rate_makes_sense(db: Session, rate: ExchangeRate, context: Context) -> None:
    """A rate is between two currencies and more than zero."""
    if rate.base == rate.quoted:
        raise Refused("same_currency", _("A rate is between two different currencies."), "quoted")
    if not rate.rate:
        raise Refused("out_of_range", _("Write a rate of more than zero."), "rate")


@rule(ExchangeRate)
def used_rate_stays(db: Session, rate: ExchangeRate, context: Context) -> None:
    """What was paid at a rate stays explained by it."""
    used = db.scalars(select(Payment).where(Payment.rate == rate.id, Payment.voided.is_(None)))
    for payment in used:
        if payment.amount is None or payment.in_grant_currency is None:
            continue
        kept = payment.in_grant_currency
        if rate.voided or not rate.rate or convert(payment.amount, rate, kept.currency) != kept:
            raise Refused(
                "rate_in_use",
                _("Payments were made at this rate. Leave it, and add another with its date."),
                "rate",
            )


@usual(ExchangeRate)
def usual_rate(db: Session, parent: Record) -> Mapping[str, Any]:
    """Begin a rate with today's date."""
    return {"on": db.info["context"].today.isoformat()} if "context" in db.info else {}
