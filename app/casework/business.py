"""What follows from the lines of a business plan: contribution, profit, break-even, cash by month.

Pure functions: nothing here is stored, so that figures and lines never disagree. Amounts are exact
decimals. What is spread over months (wear of equipment, a loan paid back) is spread in whole
smallest units that add up to the total, early rather than late, so that no cost is hidden. Only
``display`` rounds further, and a loss however small shows as a loss.

Source: domain notes on business plans; straight-line depreciation, contribution and break-even as
in any handbook of small business.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from math import ceil
from typing import Final
from uuid import UUID

from app.formats import month_text
from app.i18n import _, isolate
from app.models.business import BusinessLine, BusinessPlan
from app.models.choices import fold_name
from app.models.money import Money, exponent
from app.models.money_types import money_text

MONTHS: Final = 12
VARIABLE: Final = ("material", "labour")
FUNDING: Final = ("own", "family", "grant", "loan")
_USUAL: Final = (100,) * MONTHS
_MOST_PERCENT: Final = 1000
_NOTHING: Final = Decimal(0)
_DIGITS: Final = 80  # enough for any product of three answers to stay exact
_ARABIC: Final = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹،", "01234567890123456789,")


@dataclass(frozen=True, slots=True)
class Product:
    """One thing that is sold.

    Attributes:
        price: Of one unit; ``variable_cost`` its materials and labour.
        contribution: What one unit leaves for the fixed costs.
        units: Sold in a usual month.
        break_even_units: To sell in a month, the others in proportion, so that nothing is lost;
            None when there is no such number.
    """

    line: UUID
    label: str
    price: Decimal
    variable_cost: Decimal
    contribution: Decimal
    units: Decimal
    break_even_units: int | None


@dataclass(frozen=True, slots=True)
class Month:
    """One month of activity, counted from 1.

    Attributes:
        wear: Depreciation of equipment: a cost, but no money leaves.
        repayment: Loans paid back: money leaves, but it is no cost.
    """

    number: int
    sales: Decimal
    variable: Decimal
    fixed: Decimal
    wear: Decimal
    repayment: Decimal
    opening: Decimal

    @property
    def profit(self) -> Decimal:
        """Sales less every cost; negative for a loss."""
        return self.sales - self.variable - self.fixed - self.wear

    @property
    def cash_out(self) -> Decimal:
        """Money that leaves; what comes in is the sales."""
        return self.variable + self.fixed + self.repayment

    @property
    def closing(self) -> Decimal:
        """Cash in hand at the end of the month."""
        return self.opening + self.sales - self.cash_out


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that follows from the lines of a plan, in its currency.

    Attributes:
        fixed: Fixed costs of a usual month, wear of equipment included.
        gap: What start-up takes beyond the funding; negative when there is more than enough.
        break_even_revenue: Sales of a month at which nothing is lost; None when there are none.
        no_break_even: Why there are none, in a sentence.
        problems: What is left out of the figures, and why, in sentences.
    """

    currency: str
    products: tuple[Product, ...]
    months: tuple[Month, ...]
    fixed: Decimal
    equipment: Decimal
    stock: Decimal
    reserve: Decimal
    funding: Decimal
    break_even_revenue: Decimal | None
    no_break_even: str
    problems: tuple[str, ...]

    @property
    def required(self) -> Decimal:
        """Start-up capital: equipment, first stock and reserve."""
        return self.equipment + self.stock + self.reserve

    @property
    def gap(self) -> Decimal:
        """What start-up takes beyond the funding."""
        return self.required - self.funding

    @property
    def sales(self) -> Decimal:
        """Sales of the year."""
        return sum((month.sales for month in self.months), _NOTHING)

    @property
    def costs(self) -> Decimal:
        """Costs of the year, wear included."""
        return sum((m.variable + m.fixed + m.wear for m in self.months), _NOTHING)

    @property
    def profit(self) -> Decimal:
        """Profit of the year; negative for a loss."""
        return self.sales - self.costs

    @property
    def months_below_zero(self) -> tuple[Month, ...]:
        """Months that end without enough cash."""
        return tuple(month for month in self.months if month.closing < 0)


def figures(plan: BusinessPlan, lines: Iterable[BusinessLine]) -> Figures:
    """Work out a plan.

    Cash before the first month is what the plan says; else money brought in less equipment bought,
    goods given in kind left out on both sides: first stock and reserve are still in hand then.

    Args:
        lines: Of this plan, any order; voided ones are left out.
    """
    currency = plan.currency or ""
    every = [one for one in lines if not one.voided and one.amount is not None]
    counted = [one for one in every if one.amount is not None and one.amount.currency == currency]
    with localcontext() as context:
        context.prec = _DIGITS
        return _figures(plan, counted, currency, tuple(_problems(every, currency)))


def _figures(
    plan: BusinessPlan, lines: list[BusinessLine], currency: str, problems: tuple[str, ...]
) -> Figures:
    of: dict[str, list[BusinessLine]] = {}
    for line in lines:
        of.setdefault(line.line_kind or "", []).append(line)
    sales = of.get("sale", [])
    unit_costs = _unit_costs(of)
    wear = [
        _spread(_worth(e) - _residual(e), e.life_months, currency) for e in of.get("equipment", [])
    ]
    paid_back = [_spread(_worth(loan), loan.life_months, currency) for loan in of.get("loan", [])]
    costs = [unit_costs.get(fold_name(sale.label or ""), _NOTHING) for sale in sales]
    months = _months(
        _opening(plan, lines),
        [
            (
                _seasonal(sales, number, lambda sale, _cost: _price(sale) * _units(sale), costs),
                _seasonal(sales, number, lambda sale, cost: cost * _units(sale), costs),
                _seasonal(of.get("fixed", []), number, lambda line, _cost: _worth(line)),
                sum((part(number) for part in wear), _NOTHING),
                sum((part(number) for part in paid_back), _NOTHING),
            )
            for number in range(1, MONTHS + 1)
        ],
    )
    fixed = sum((Fraction(_worth(line)) for line in of.get("fixed", [])), Fraction(0))
    fixed += sum((_monthly_wear(line) for line in of.get("equipment", [])), Fraction(0))
    margin, why = _margin(sales, costs)
    return Figures(
        currency=currency,
        products=tuple(
            Product(
                sale.id, sale.label or "", _price(sale), cost, _price(sale) - cost, _units(sale),
                _break_even_units(sale, _price(sale) - cost, fixed, sales, costs),
            )
            for sale, cost in zip(sales, costs, strict=True)
        ),
        months=months,
        fixed=_up(fixed, currency),
        equipment=_all(of, "equipment"),
        stock=_all(of, "stock"),
        reserve=_all(of, "reserve"),
        funding=sum((_all(of, kind) for kind in FUNDING), _NOTHING),
        break_even_revenue=None if margin is None else _up(fixed / margin, currency),
        no_break_even=why,
        problems=problems,
    )  # fmt: skip


def profile(months: str | None) -> tuple[int, ...]:
    """Read per cents of a usual month for each of the twelve; nothing means all alike.

    Raises:
        ValueError: It is not twelve whole numbers from 0 to 1000.
    """
    if not months:
        return _USUAL
    parts = [part for part in re.split(r"[\s,;%]+", months.translate(_ARABIC)) if part]
    percents = tuple(int(part) if re.fullmatch(r"[0-9]{1,4}", part) else -1 for part in parts)
    if len(percents) != MONTHS or not all(0 <= one <= _MOST_PERCENT for one in percents):
        raise ValueError(f"not twelve per cents: {months!r}")
    return percents


def display(amount: Decimal, currency: str) -> Money:
    """Round an amount for showing; below zero away from it, so that no loss disappears."""
    step = Decimal(1).scaleb(-exponent(currency))
    return Money(amount.quantize(step, ROUND_FLOOR if amount < 0 else ROUND_HALF_EVEN), currency)


def month_name(starts_on: date | None, number: int) -> str:
    """Name a month of activity, by the calendar where the plan says when it begins."""
    if starts_on is None:
        return _("Month {number}").format(number=isolate(str(number)))
    months = starts_on.year * 12 + starts_on.month - 1 + number - 1
    return month_text(date(months // 12, months % 12 + 1, 1))


def missing_text(plan: BusinessPlan, worked: Figures, month: Month) -> str:
    """Say in words how much cash is missing at the end of a month that closes below zero."""
    return _("At the end of {month}, {amount} are missing to pay what is due.").format(
        month=isolate(month_name(plan.starts_on, month.number)),
        amount=money_text(-display(month.closing, worked.currency)),
    )


# -- the parts ---------------------------------------------------------------------------------


def _price(line: BusinessLine) -> Decimal:
    return line.amount.amount if line.amount is not None else _NOTHING


def _units(line: BusinessLine) -> Decimal:
    return line.quantity if line.quantity is not None else _NOTHING


def _worth(line: BusinessLine) -> Decimal:
    # One of a thing, where nobody says how many.
    return _price(line) * (line.quantity if line.quantity is not None else 1)


def _residual(line: BusinessLine) -> Decimal:
    if line.residual is None or line.amount is None:
        return _NOTHING
    if line.residual.currency != line.amount.currency:
        return _NOTHING
    return line.residual.amount * (line.quantity if line.quantity is not None else 1)


def _all(of: dict[str, list[BusinessLine]], kind: str) -> Decimal:
    return sum((_worth(line) for line in of.get(kind, [])), _NOTHING)


def _unit_costs(of: dict[str, list[BusinessLine]]) -> dict[str, Decimal]:
    """Add up materials and labour for one unit, by the name of what is sold."""
    found: dict[str, Decimal] = {}
    for kind in VARIABLE:
        for line in of.get(kind, []):
            label = fold_name(line.label or "")
            found[label] = found.get(label, _NOTHING) + _worth(line)
    return found


def _opening(plan: BusinessPlan, lines: list[BusinessLine]) -> Decimal:
    if plan.opening_cash is not None and plan.opening_cash.currency == plan.currency:
        return plan.opening_cash.amount
    money = [line for line in lines if not line.is_in_kind]
    brought = sum((_worth(line) for line in money if line.line_kind in FUNDING), _NOTHING)
    return brought - sum((_worth(e) for e in money if e.line_kind == "equipment"), _NOTHING)


def _seasonal(
    lines: Sequence[BusinessLine],
    number: int,
    worth: Callable[[BusinessLine, Decimal], Decimal],
    costs: Sequence[Decimal] | None = None,
) -> Decimal:
    added = _NOTHING
    for line, cost in zip(lines, costs or [_NOTHING] * len(lines), strict=True):
        added += worth(line, cost) * _percents(line)[number - 1] / 100
    return added


def _percents(line: BusinessLine) -> tuple[int, ...]:
    try:
        return profile(line.months)
    except ValueError:
        return _USUAL


def _spread(whole: Decimal, life: int | None, currency: str) -> Callable[[int], Decimal]:
    """Give what each month takes of an amount spread over ``life`` months."""

    def until(month: int) -> Decimal:
        if not life or month <= 0:
            return _NOTHING
        return whole if month >= life else _up(Fraction(whole) * month / life, currency)

    return lambda month: until(month) - until(month - 1)


def _monthly_wear(line: BusinessLine) -> Fraction:
    if not line.life_months:
        return Fraction(0)
    return Fraction(_worth(line) - _residual(line)) / line.life_months


def _up(amount: Fraction, currency: str) -> Decimal:
    step = 10 ** exponent(currency)
    return Decimal(ceil(amount * step)).scaleb(-exponent(currency))


def _months(
    opening: Decimal, flows: Iterable[tuple[Decimal, Decimal, Decimal, Decimal, Decimal]]
) -> tuple[Month, ...]:
    found: list[Month] = []
    for number, flow in enumerate(flows, 1):
        found.append(Month(number, *flow, opening))
        opening = found[-1].closing
    return tuple(found)


def _margin(sales: Sequence[BusinessLine], costs: Sequence[Decimal]) -> tuple[Fraction | None, str]:
    """Give which part of the sales is left for the fixed costs, or why there is none."""
    if not sales:
        return None, _("Nothing is sold yet.")
    weights = [Fraction(1)] if len(sales) == 1 else [Fraction(_units(sale)) for sale in sales]
    revenue = sum(
        (w * Fraction(_price(s)) for w, s in zip(weights, sales, strict=True)), Fraction(0)
    )
    left = revenue - sum(
        (w * Fraction(c) for w, c in zip(weights, costs, strict=True)), Fraction(0)
    )
    if not any(weights):
        return None, _("Write how many of each are sold in a month.")
    if left <= 0:
        return None, _("What is sold costs as much as it brings in, or more. Selling more of it "
                       "does not help: raise the price or lower the costs.")  # fmt: skip
    return left / revenue, ""


def _break_even_units(
    sale: BusinessLine,
    contribution: Decimal,
    fixed: Fraction,
    sales: Sequence[BusinessLine],
    costs: Sequence[Decimal],
) -> int | None:
    if len(sales) == 1:
        return ceil(fixed / Fraction(contribution)) if contribution > 0 else None
    left = sum(
        (Fraction(_units(s)) * Fraction(_price(s) - c) for s, c in zip(sales, costs, strict=True)),
        Fraction(0),
    )
    return ceil(Fraction(_units(sale)) * fixed / left) if left > 0 else None


def _problems(lines: list[BusinessLine], currency: str) -> Iterable[str]:
    sold = {fold_name(line.label or "") for line in lines if line.line_kind == "sale"}
    for line in lines:
        name = isolate(line.label or "")
        if line.amount is not None and line.amount.currency != currency:
            yield _("“{name}” is in another currency and is not counted.").format(name=name)
        elif line.line_kind in VARIABLE and fold_name(line.label or "") not in sold:
            yield _(
                "“{name}” is not counted: nothing of that name is sold. Give it the name of the "
                "product it is for."
            ).format(name=name)
        elif line.line_kind == "equipment" and not line.life_months:
            yield _("“{name}”: write how many months it lasts.").format(name=name)
        elif line.line_kind == "loan" and not line.life_months:
            yield _("“{name}”: write in how many months it is paid back.").format(name=name)
