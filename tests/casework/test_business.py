"""The figures of a business plan: every formula, every identity, and the versions of a plan."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from math import ceil
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.casework.business import MONTHS, Figures, display, figures, profile
from app.casework.business_plans import currency_in, lines_of
from app.casework.verbs import usual_answers
from app.errors import Refused
from app.models.business import LINE_KINDS, BusinessLine, BusinessPlan
from app.models.cases import Case
from app.models.ids import new_id
from app.models.money import Money, exponent
from tests.casework.granting import Granting, make_granting
from tests.conftest import TODAY, Office


def line(kind: str, label: str, amount: str, currency: str = "XOF", **more: Any) -> BusinessLine:
    for name in ("quantity",):
        if name in more:
            more[name] = Decimal(str(more[name]))
    if "residual" in more:
        more["residual"] = Money(Decimal(more["residual"]), currency)
    return BusinessLine(
        id=new_id(), line_kind=kind, label=label, amount=Money(Decimal(amount), currency), **more
    )


def worked(*lines: BusinessLine, currency: str = "XOF", **about: Any) -> Figures:
    return figures(BusinessPlan(currency=currency, **about), lines)


BREAD = (
    line("sale", "Bread", "250", quantity=1000),
    line("material", "bread", "120"),
    line("labour", "Bread", "30"),
    line("fixed", "Rent", "40000"),
    line("equipment", "Oven", "600000", life_months=60, residual="60000"),
    line("stock", "Flour", "100000"),
    line("reserve", "Reserve", "50000"),
    line("own", "Savings", "150000"),
    line("grant", "Grant", "500000"),
    line("loan", "Cooperative", "60000", life_months=6),
)


def test_contribution_is_price_less_materials_and_labour() -> None:
    [bread] = worked(*BREAD).products
    assert (bread.price, bread.variable_cost, bread.contribution) == (250, 150, 100)


def test_equipment_wears_in_a_straight_line() -> None:
    assert {month.wear for month in worked(*BREAD).months} == {Decimal(9000)}


def test_fixed_costs_hold_the_wear() -> None:
    assert worked(*BREAD).fixed == 49_000


def test_break_even_is_fixed_costs_by_contribution_rounded_up() -> None:
    assert worked(*BREAD).products[0].break_even_units == 490
    assert worked(*BREAD, line("fixed", "Phone", "1")).products[0].break_even_units == 491


def test_break_even_revenue_is_fixed_costs_by_the_margin() -> None:
    assert worked(*BREAD).break_even_revenue == 122_500


def test_start_up_is_what_is_required_less_the_funding() -> None:
    plan = worked(*BREAD)
    assert (plan.required, plan.funding, plan.gap) == (750_000, 710_000, 40_000)


def test_profit_of_a_month_and_of_the_year() -> None:
    plan = worked(*BREAD)
    assert plan.months[0].profit == 250_000 - 150_000 - 40_000 - 9_000
    assert plan.profit == 12 * 51_000


def test_a_loan_is_paid_back_over_its_months_and_no_longer() -> None:
    assert [month.repayment for month in worked(*BREAD).months] == [10_000] * 6 + [0] * 6


def test_cash_begins_with_money_brought_in_less_equipment() -> None:
    assert worked(*BREAD).months[0].opening == 110_000


def test_cash_said_in_the_plan_counts_instead() -> None:
    assert worked(*BREAD, opening_cash=Money(Decimal(7), "XOF")).months[0].opening == 7


def test_goods_given_in_kind_are_no_money() -> None:
    plan = worked(
        line("equipment", "Oven", "600000", is_in_kind=True),
        line("grant", "Grant", "600000", is_in_kind=True),
        line("own", "Savings", "1000"),
    )
    assert plan.months[0].opening == 1000
    assert plan.funding == 601_000


def test_a_bad_season_shows_the_months_without_enough_cash() -> None:
    plan = worked(
        line("sale", "Ice", "100", quantity=1000, months="0 0 50 100 100 100 100 100 100 50 0 0"),
        line("fixed", "Rent", "30000"),
        line("own", "Savings", "40000"),
    )
    assert [month.number for month in plan.months_below_zero] == [2]
    assert plan.months[1].closing == -20_000


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ((), "Nothing is sold yet."),
        ((line("sale", "Tea", "10", quantity=5), line("material", "Tea", "10")), "as much as it"),
        ((line("sale", "Tea", "10"), line("sale", "Milk", "10")), "how many of each"),
    ],
)
def test_without_a_break_even_it_says_why(lines: tuple[BusinessLine, ...], sentence: str) -> None:
    plan = worked(*lines)
    assert plan.break_even_revenue is None
    assert all(product.break_even_units is None for product in plan.products)
    assert sentence in plan.no_break_even


def test_one_product_has_a_break_even_before_anybody_says_how_many() -> None:
    plan = worked(line("sale", "Tea", "10"), line("fixed", "Rent", "101"))
    assert plan.products[0].break_even_units == 11


def test_several_products_break_even_together() -> None:
    plan = worked(
        line("sale", "Tea", "10", quantity=300),
        line("sale", "Cake", "50", quantity=100),
        line("material", "Cake", "30"),
        line("fixed", "Rent", "2500"),
    )
    units = {product.label: product.break_even_units for product in plan.products}
    assert units == {"Tea": 150, "Cake": 50}
    assert plan.break_even_revenue == 4000


@pytest.mark.parametrize(
    ("added", "sentence"),
    [
        (line("material", "Sugar", "5"), "nothing of that name is sold"),
        (line("fixed", "Rent", "5", currency="EUR"), "another currency"),
        (line("equipment", "Cart", "5"), "how many months it lasts"),
        (line("loan", "Bank", "5"), "paid back"),
    ],
)
def test_what_is_left_out_is_said(added: BusinessLine, sentence: str) -> None:
    [problem] = worked(line("sale", "Tea", "10"), added).problems
    assert sentence in problem


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [("-0.4", "XOF", "-1 XOF"), ("0.4", "XOF", "0 XOF"), ("-0.001", "MAD", "-0.01 MAD"),
     ("-5", "XOF", "-5 XOF"), ("2.5", "XOF", "2 XOF"), ("0", "XOF", "0 XOF")],
)  # fmt: skip
def test_a_loss_however_small_is_shown_as_one(amount: str, currency: str, shown: str) -> None:
    assert str(display(Decimal(amount), currency)) == shown


@pytest.mark.parametrize("text", ["100", "1 2 3", "x " * 12, "-5 " * 12, "1001 " * 12, "50 " * 13])
def test_months_that_are_not_twelve_per_cents_are_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="not twelve"):
        profile(text)


def test_months_are_read_with_commas_and_arabic_digits() -> None:
    assert profile("50%, ٨٠, " + "100 " * 10) == (50, 80, *[100] * 10)
    assert profile(None) == (100,) * MONTHS


# -- whatever the lines ------------------------------------------------------------------------


@st.composite
def some_lines(draw: st.DrawFn, currency: str) -> list[BusinessLine]:
    made = []
    for number in range(draw(st.integers(0, 9))):
        kind = draw(st.sampled_from(LINE_KINDS.codes()))
        units = draw(st.integers(0, 10**8))
        months = draw(st.none() | st.lists(st.integers(0, 300), min_size=12, max_size=12))
        one = BusinessLine(
            id=new_id(),
            line_kind=kind,
            label=draw(st.sampled_from(["Tea", "Cake", f"Thing {number}"])),
            amount=Money(Decimal(units).scaleb(-exponent(currency)), currency),
            quantity=draw(st.none() | st.decimals(0, 5000, places=3)),
            months=None if months is None else " ".join(map(str, months)),
            life_months=draw(st.none() | st.integers(1, 80)),
            is_in_kind=draw(st.none() | st.booleans()),
        )
        if draw(st.booleans()):
            share = draw(st.integers(0, 100))
            one.residual = one.amount.times(Decimal(share) / 100)  # type: ignore[union-attr]
        made.append(one)
    return made


plans = st.sampled_from(["XOF", "MAD", "TND"]).flatmap(
    lambda currency: st.tuples(st.just(currency), some_lines(currency))
)


@given(plans)
def test_months_add_up_to_the_year(given_: tuple[str, list[BusinessLine]]) -> None:
    plan = worked(*given_[1], currency=given_[0])
    assert sum(month.profit for month in plan.months) == plan.profit == plan.sales - plan.costs
    assert sum(month.sales for month in plan.months) == plan.sales


@given(plans)
def test_each_month_closes_where_the_next_one_opens(
    given_: tuple[str, list[BusinessLine]],
) -> None:
    months = worked(*given_[1], currency=given_[0]).months
    assert len(months) == MONTHS
    for month in months:
        assert month.closing == month.opening + month.sales - month.cash_out
    for before, after in pairwise(months):
        assert after.opening == before.closing


@given(plans)
def test_the_gap_is_what_is_required_less_what_is_there(
    given_: tuple[str, list[BusinessLine]],
) -> None:
    plan = worked(*given_[1], currency=given_[0])
    of = {
        kind: sum(
            one.amount.amount * (1 if one.quantity is None else one.quantity)  # type: ignore[union-attr]
            for one in given_[1]
            if one.line_kind == kind
        )
        for kind in LINE_KINDS.codes()
    }
    assert plan.required == of["equipment"] + of["stock"] + of["reserve"]
    assert plan.funding == of["own"] + of["family"] + of["grant"] + of["loan"]
    assert plan.gap == plan.required - plan.funding


@given(plans)
def test_at_break_even_nothing_is_lost_and_one_unit_less_loses(
    given_: tuple[str, list[BusinessLine]],
) -> None:
    plan = worked(*given_[1], currency=given_[0])
    if len(plan.products) != 1 or plan.products[0].break_even_units is None:
        return
    [product] = plan.products
    units = product.break_even_units
    assert units * product.contribution >= plan.fixed - Decimal(1).scaleb(-exponent(plan.currency))
    assert units == 0 or (units - 1) * product.contribution < plan.fixed


@given(st.integers(0, 10**7), st.integers(0, 10**6), st.integers(1, 60))
def test_wear_is_the_cost_less_what_is_left_over_the_life(
    cost: int, residual: int, life: int
) -> None:
    residual = min(cost, residual)
    plan = worked(line("equipment", "Cart", str(cost), life_months=life, residual=str(residual)))
    taken = sum(month.wear for month in plan.months)
    exact = Decimal(cost - residual) * min(life, MONTHS) / life
    assert 0 <= taken - exact < 1
    assert life > MONTHS or taken == cost - residual
    assert plan.fixed == ceil(Decimal(cost - residual) / life)


@given(st.integers(0, 10**7), st.integers(1, 12))
def test_a_loan_is_paid_back_to_the_last_franc(amount: int, months: int) -> None:
    plan = worked(line("loan", "Bank", str(amount), life_months=months))
    assert sum(month.repayment for month in plan.months) == amount
    assert plan.months[-1].closing == 0
    assert plan.profit == 0


@given(st.decimals(-(10**6), 10**6, places=4), st.sampled_from(["XOF", "MAD"]))
def test_showing_never_hides_a_loss(amount: Decimal, currency: str) -> None:
    shown = display(amount, currency).amount
    assert (shown < 0) == (amount < 0)
    assert amount >= 0 or shown <= amount


# -- the records -------------------------------------------------------------------------------


@pytest.fixture
def g(office: Office) -> Granting:
    made = make_granting(*office)
    with made.store.write(made.amina) as db:
        db.get_one(Case, made.case).return_country = "CI"
    return made


@pytest.fixture
def plan(g: Granting) -> UUID:
    with g.store.write(g.amina) as db:
        answers = usual_answers(db, BusinessPlan, db.get_one(Case, g.case))
        made = BusinessPlan(case=g.case, name="Bakery", **answers)
        db.add(made)
    return made.id


def add_line(
    g: Granting, plan: UUID, kind: str = "sale", label: str = "Bread", **more: Any
) -> UUID:
    given_ = {"amount": "250 XOF", **more}
    return g.add(BusinessLine, plan=plan, line_kind=kind, label=label, **given_)


def refused(work: Any, *given_: Any, **named: Any) -> str:
    with pytest.raises(Refused) as caught:
        work(*given_, **named)
    return caught.value.rule


def state(g: Granting, plan: UUID) -> str | None:
    with g.store.read() as db:
        return db.get_one(BusinessPlan, plan).state


def test_a_plan_begins_in_the_currency_of_the_country_of_return(g: Granting, plan: UUID) -> None:
    with g.store.read() as db:
        made = db.get_one(BusinessPlan, plan)
        assert (made.currency, made.version, made.state, made.written_on) == (
            "XOF", 1, "draft", TODAY,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("country", "currency"),
    [("SN", "XOF"), ("GN", "GNF"), ("MA", "MAD"), (None, None), ("XXX", None)],
)
def test_each_country_has_its_currency(country: str | None, currency: str | None) -> None:
    assert currency_in(country) == currency


def test_a_line_in_another_currency_is_refused(g: Granting, plan: UUID) -> None:
    assert refused(add_line, g, plan, amount="5 EUR") == "plan_currency"


def test_a_line_whose_months_are_not_twelve_is_refused(g: Granting, plan: UUID) -> None:
    assert refused(add_line, g, plan, months="50 50") == "twelve_months"


def test_what_is_worth_more_at_the_end_than_at_the_start_is_refused(
    g: Granting, plan: UUID
) -> None:
    assert refused(add_line, g, plan, residual="251 XOF") == "out_of_range"


def test_a_plan_that_sells_nothing_is_not_submitted(g: Granting, plan: UUID) -> None:
    assert refused(g.do, g.amina, BusinessPlan, plan, "submit") == "nothing_sold"


def test_a_plan_with_a_line_left_out_is_not_submitted(g: Granting, plan: UUID) -> None:
    add_line(g, plan)
    add_line(g, plan, "material", "Sugar")
    assert refused(g.do, g.amina, BusinessPlan, plan, "submit") == "line_left_out"


def test_a_plan_is_approved_by_somebody_else(g: Granting, plan: UUID) -> None:
    add_line(g, plan)
    g.do(g.amina, BusinessPlan, plan, "submit")
    assert refused(g.do, g.amina, BusinessPlan, plan, "approve") == "two_people"
    g.do(g.karim, BusinessPlan, plan, "approve")
    assert state(g, plan) == "approved"


def test_a_submitted_plan_keeps_its_lines_as_they_are(g: Granting, plan: UUID) -> None:
    sold = add_line(g, plan)
    g.do(g.amina, BusinessPlan, plan, "submit")
    assert refused(add_line, g, plan, label="Cake") == "plan_is_decided"

    def change(kind: Any, record: UUID, **answers: Any) -> None:
        with g.store.write(g.amina) as db:
            for name, value in answers.items():
                setattr(db.get_one(kind, record), name, value)

    assert refused(change, BusinessLine, sold, amount="300 XOF") == "plan_is_decided"
    assert refused(change, BusinessPlan, plan, name="Other") == "plan_is_decided"
    g.do(g.karim, BusinessPlan, plan, "return")
    change(BusinessLine, sold, amount="300 XOF")


def test_a_new_version_copies_the_lines_and_replaces_the_old_one(g: Granting, plan: UUID) -> None:
    add_line(g, plan, quantity=1000, months="50 " * 12)
    add_line(g, plan, "fixed", "Rent", amount="40000 XOF")
    g.do(g.amina, BusinessPlan, plan, "submit")
    g.do(g.karim, BusinessPlan, plan, "approve")
    later = g.do(g.amina, BusinessPlan, plan, "new_version").id
    with g.store.read() as db:
        made = db.get_one(BusinessPlan, later)
        assert (made.version, made.state, made.name, made.approved_by) == (
            2, "draft", "Bakery", None,
        )  # fmt: skip
        copies = [(one.label, one.amount, one.months) for one in lines_of(db, later)]
        assert copies == [(one.label, one.amount, one.months) for one in lines_of(db, plan)]
        assert db.get_one(BusinessPlan, plan).state == "replaced"
        assert len(list(db.scalars(select(BusinessLine)))) == 4
    add_line(g, later, label="Cake")
