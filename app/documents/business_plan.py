"""The plan of a micro-business: the idea, the lines, profit and cash by month, break-even."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Final

from app.casework.business import (
    MONTHS,
    Figures,
    Month,
    Product,
    display,
    missing_text,
    month_name,
)
from app.casework.business_plans import figures_of, lines_of
from app.documents import parts
from app.documents.about import drawing, whose
from app.documents.blocks import Label
from app.documents.fields import Field
from app.documents.grids import Column
from app.documents.job import Job
from app.documents.layout import Paper
from app.documents.registry import Document, register
from app.formats import number_locale, number_text
from app.i18n import N_, _, isolate
from app.models.business import LINE_KINDS, BusinessLine, BusinessPlan
from app.models.money import exponent

NAME: Final = "business_plan"
TITLE: Final = N_("Business plan")
VERSION: Final = "1"

_BESIDE: Final = 6
_SALES: Final = ("sale", "material", "labour", "fixed")
_START: Final = ("equipment", "stock", "reserve")
_FUNDING: Final = ("own", "family", "grant", "loan")
_LINES: Final[tuple[tuple[str, tuple[str, ...], dict[str, float]], ...]] = (
    (
        N_("Sales and costs"), _SALES,
        {"line_kind": 2.0, "label": 2.0, "quantity": 1.0, "amount": 1.4, "months": 1.6},
    ),
    (
        N_("What the start takes"), _START,
        {"line_kind": 2.0, "label": 2.0, "quantity": 1.0, "amount": 1.4, "life_months": 0.9,
         "residual": 1.2},
    ),
    (
        N_("Where the money comes from"), _FUNDING,
        {"line_kind": 2.0, "label": 2.4, "amount": 1.4, "is_in_kind": 1.1, "life_months": 0.9},
    ),
)  # fmt: skip
_AMOUNTS: Final = ("quantity", "amount", "residual")
_Row = tuple[str, Callable[[Month], Decimal], bool]
"""Label of a row, its figure of a month, and whether the year adds it up."""
_PROFIT: Final[tuple[_Row, ...]] = (
    (N_("Sales"), lambda month: month.sales, True),
    (N_("Materials and labour"), lambda month: month.variable, True),
    (N_("Fixed costs"), lambda month: month.fixed, True),
    (N_("Wear of equipment"), lambda month: month.wear, True),
    (N_("Profit"), lambda month: month.profit, True),
)
_CASH: Final[tuple[_Row, ...]] = (
    (N_("Cash at the beginning"), lambda month: month.opening, False),
    (N_("Money in"), lambda month: month.sales, True),
    (N_("Money out"), lambda month: month.cash_out, True),
    (N_("of which loans paid back"), lambda month: month.repayment, True),
    (N_("Cash at the end"), lambda month: month.closing, False),
)
_ROOM: Final = 22.0
_BLANKS: Final = 4
_STATEMENT: Final = N_(
    "These figures are mine. I know that they are a forecast, and that the plan is no promise of "
    "an amount."
)


def draw_one(job: Job, plan: BusinessPlan | None) -> Paper:
    """Draw a plan with what follows from its lines, or a blank one."""
    about = whose(job.db, plan)
    lines = [] if plan is None else lines_of(job.db, plan.id)
    records = [] if plan is None else [plan, *lines]
    paper = parts.opened(job, NAME, TITLE, VERSION, about, records)
    parts.identity(job, paper, about)
    parts.questions_of(job, paper, BusinessPlan, plan)
    for title, kinds, shares in _LINES:
        of = [line for kind in kinds for line in lines if line.line_kind == kind]
        if plan is None or of:
            _lines(job, paper, title, kinds, shares, of, is_blank=plan is None)
    if plan is None:
        _blank_months(job, paper)
    else:
        _results(job, paper, plan)
        worked = figures_of(job.db, plan)
        _months(job, paper, plan, worked, N_("Profit by month"), _PROFIT)
        _months(job, paper, plan, worked, N_("Cash by month"), _CASH)
        _below_zero(job, paper, plan, worked)
    parts.sign(
        job,
        paper,
        [parts.PERSON_SIGNS, parts.COUNSELLOR_SIGNS, N_("Signature of who approves")],
        statement=_STATEMENT,
    )
    return paper


def _lines(
    job: Job,
    paper: Paper,
    title: str,
    kinds: Sequence[str],
    shares: dict[str, float],
    lines: Sequence[BusinessLine],
    *,
    is_blank: bool,
) -> None:
    paper.heading(job.label(title))
    columns = parts.columns_of(job, BusinessLine, shares, trailing=_AMOUNTS)
    if is_blank:
        each = [Label("")] * (len(columns) - 1)
        kinds_twice = [kind for kind in kinds for _time in range(2)]
        named = [[job.both(lambda k=k: LINE_KINDS.label(k)), *each] for k in kinds_twice]  # type: ignore[misc]
        paper.grid(columns, named, is_boxed=True, is_small=True, least=_ROOM)
    else:
        cells = [parts.cells_of(job, line, list(shares)) for line in lines]
        paper.grid(columns, cells)


def _results(job: Job, paper: Paper, plan: BusinessPlan) -> None:
    """Print what the lines come to; its sentences are worked out in each language."""
    worked = figures_of(job.db, plan)

    def amount(label: str, value: Decimal) -> Field:
        return _amount(job, label, value, worked)

    paper.heading(job.label(N_("What it comes to")))
    gap = N_("Still missing to start") if worked.gap > 0 else N_("More than the start takes")
    paper.fields(
        [
            [
                amount(N_("Needed to start"), worked.required),
                amount(N_("Money and goods brought in"), worked.funding),
                amount(gap, abs(worked.gap)),
            ],
            [
                amount(N_("Sales in the year"), worked.sales),
                amount(N_("Costs in the year"), worked.costs),
                amount(N_("Profit in the year"), worked.profit),
            ],
            [_break_even(job, plan, worked)],
        ]
    )
    if worked.products:
        _products(job, paper, worked)
    for index in range(len(worked.problems)):
        paper.caution(job.both(lambda i=index: figures_of(job.db, plan).problems[i]))  # type: ignore[misc]


def _break_even(job: Job, plan: BusinessPlan, worked: Figures) -> Field:
    label = N_("Nothing is lost from these sales in a month on")
    revenue = worked.break_even_revenue
    if revenue is None:
        return parts.told(job, label, lambda: figures_of(job.db, plan).no_break_even)
    return _amount(job, label, revenue, worked)


def _amount(job: Job, label: str, value: Decimal, worked: Figures) -> Field:
    return Field(job.label(label), parts.amount(job, display(value, worked.currency)).text)


def _products(job: Job, paper: Paper, worked: Figures) -> None:
    columns = [
        Column(job.label(N_("What is sold")), 2.2),
        *(
            Column(job.label(label), 1.2, "trailing")
            for label in (
                N_("Price"),
                N_("Costs of one"),
                N_("Left of one"),
                N_("Sold in a month"),
                N_("To sell so that nothing is lost"),
            )
        ),
    ]
    paper.gap()
    paper.grid(columns, [_product(job, worked, product) for product in worked.products])


def _product(job: Job, worked: Figures, product: Product) -> list[Label]:
    def money(value: Decimal) -> Label:
        return parts.amount(job, display(value, worked.currency))

    units = product.break_even_units
    return [
        Label(product.label),
        money(product.price),
        money(product.variable_cost),
        money(product.contribution),
        job.both(lambda: isolate(number_text(product.units))),
        job.both(lambda: isolate(number_text(units))) if units is not None else Label("–"),
    ]


def _months(
    job: Job, paper: Paper, plan: BusinessPlan, worked: Figures, title: str, told: Sequence[_Row]
) -> None:
    """Set two tables of six months, the second with the year's total."""
    paper.heading(
        job.both(
            lambda: _("{title} ({currency})").format(
                title=_(title), currency=isolate(worked.currency)
            )
        )
    )
    for start in range(0, MONTHS, _BESIDE):
        months = worked.months[start : start + _BESIDE]
        is_last = start + _BESIDE >= MONTHS
        columns = [
            Column(Label(""), 2.0),
            *(Column(_month(job, plan, month.number), 1.0, "trailing") for month in months),
            *([Column(job.label(N_("Year")), 1.15, "trailing")] if is_last else []),
        ]
        rows = [
            [
                job.label(label),
                *(_figure(job, of(month), worked.currency) for month in months),
                *([_year(job, worked, of) if is_summed else Label("")] if is_last else []),
            ]
            for label, of, is_summed in told
        ]
        if start:
            paper.gap()
        paper.grid(columns, rows, is_small=True, totals=1)


def _year(job: Job, worked: Figures, of: Callable[[Month], Decimal]) -> Label:
    return _figure(job, sum((of(month) for month in worked.months), Decimal(0)), worked.currency)


def _figure(job: Job, value: Decimal, currency: str) -> Label:
    return Label(job.both(lambda: isolate(_number(value, currency))).text)


def _number(value: Decimal, currency: str) -> str:
    """Write an amount without its currency, which the heading tells; cents only where there are."""
    from babel.numbers import format_decimal

    shown = display(value, currency).amount
    places = 0 if shown == shown.to_integral_value() else exponent(currency)
    pattern = "#,##0" + (f".{'0' * places}" if places else "")
    return format_decimal(shown, format=pattern, locale=number_locale())


def _month(job: Job, plan: BusinessPlan, number: int) -> Label:
    return job.both(lambda: month_name(plan.starts_on, number))


def _below_zero(job: Job, paper: Paper, plan: BusinessPlan, worked: Figures) -> None:
    """Say in words which months end without enough cash."""
    if not worked.months_below_zero:
        paper.gap()
        paper.statement(job.label(N_("In no month is there too little cash.")))
        return
    for month in worked.months_below_zero:
        paper.caution(job.both(lambda m=month: missing_text(plan, worked, m)))  # type: ignore[misc]


def _blank_months(job: Job, paper: Paper) -> None:
    for title, told in ((N_("Profit by month"), _PROFIT), (N_("Cash by month"), _CASH)):
        paper.heading(job.label(title))
        for start in range(0, MONTHS, _BESIDE):
            numbers = range(start + 1, start + _BESIDE + 1)
            columns = [Column(Label(""), 2.0)]
            columns += [Column(Label(str(number)), 1.0) for number in numbers]
            cells = [[job.label(label), *[Label("")] * _BESIDE] for label, _of, _sum in told]
            if start:
                paper.gap()
            paper.grid(columns, cells, is_boxed=True, is_small=True, least=_ROOM)


register(
    Document(NAME, TITLE, "business_plan", drawing(BusinessPlan, draw_one), section="training")
)
