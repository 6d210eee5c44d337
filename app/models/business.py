"""The plan of a micro-business: the idea, its market, and the figures line by line.

What follows from the figures (break-even, cash by month) is computed by
``app.casework.business`` and never stored.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_
from app.models.choices import Coded
from app.models.fields import (
    P1,
    P2,
    Merge,
    choice,
    day,
    decimal,
    flag,
    long_text,
    money,
    number,
    reference,
    text,
)
from app.models.filing import Filed
from app.models.layout import Section
from app.models.money import Money
from app.models.record import Record
from app.models.reference import CURRENCIES, SECTORS

BUSINESS_STATES: Final = Coded(
    "business_plan_states",
    {
        "draft": N_("Being written"),
        "submitted": N_("Submitted"),
        "approved": N_("Approved"),
        "returned": N_("To be revised"),
        "replaced": N_("Replaced by a later version"),
    },
)
LEGAL_FORMS: Final = Coded(
    "legal_forms",
    {
        "sole": N_("On one's own"),
        "partners": N_("With partners"),
        "family": N_("Family business"),
        "cooperative": N_("Cooperative"),
        "company": N_("Company"),
        "informal": N_("Not registered yet"),
    },
)
LINE_KINDS: Final = Coded(
    "business_line_kinds",
    {
        "sale": N_("What is sold"),
        "material": N_("Materials and goods, for each unit sold"),
        "labour": N_("Labour, for each unit sold"),
        "fixed": N_("Fixed cost, each month"),
        "equipment": N_("Equipment bought at the start"),
        "stock": N_("First stock and money to begin with"),
        "reserve": N_("Reserve"),
        "own": N_("Own money"),
        "family": N_("Money of the family"),
        "grant": N_("Grant"),
        "loan": N_("Loan"),
    },
)


class BusinessPlan(Record):
    """One version of a person's plan for a micro-business, in one currency."""

    title = N_("Business plan")
    filed = Filed(
        "training", 40, N_("Business plans"), N_("Begin a business plan"),
        N_("No business plan yet."), day="written_on",
        set_by_verbs=("state", "version", "approved_on", "approved_by"),
    )  # fmt: skip

    case: Mapped[UUID] = reference(N_("Case"), "case", required=True, root=True)
    version: Mapped[int | None] = number(
        N_("Version"), personal=P1, minimum=1, maximum=99, required=True, table=True
    )
    state: Mapped[str | None] = choice(
        N_("State"), BUSINESS_STATES, personal=P1, required=True, table=True, merge=Merge.ASK
    )
    name: Mapped[str | None] = text(
        N_("Name of the business"), personal=P2, required=True, table=True
    )
    written_on: Mapped[date | None] = day(N_("Written on"), personal=P2, past=True, table=True)
    sector: Mapped[str | None] = choice(N_("Sector"), SECTORS, personal=P2, table=True)
    currency: Mapped[str | None] = choice(
        N_("Currency"), CURRENCIES, personal=P1, required=True, merge=Merge.ASK
    )
    place: Mapped[str | None] = text(N_("Where it will be"), personal=P2)
    legal_form: Mapped[str | None] = choice(N_("Legal form"), LEGAL_FORMS, personal=P2)
    product: Mapped[str | None] = long_text(N_("What is sold, and the need it meets"), personal=P2)
    customers: Mapped[str | None] = long_text(N_("Customers"), personal=P2)
    competitors: Mapped[str | None] = long_text(N_("Competitors, and what is better"), personal=P2)
    promotion: Mapped[str | None] = long_text(N_("How customers will hear of it"), personal=P2)
    team: Mapped[str | None] = long_text(N_("Owner, partners and staff"), personal=P2)
    permits: Mapped[str | None] = long_text(N_("Permits, licences and taxes"), personal=P2)
    risks: Mapped[str | None] = long_text(N_("What can go wrong, and what then"), personal=P2)
    steps: Mapped[str | None] = long_text(N_("First steps, and when"), personal=P2)
    starts_on: Mapped[date | None] = day(N_("First month of activity"), personal=P2)
    opening_cash: Mapped[Money | None] = money(
        N_("Cash in hand before the first month"), personal=P2
    )
    approved_on: Mapped[date | None] = day(N_("Approved on"), personal=P1, past=True)
    approved_by: Mapped[UUID | None] = reference(N_("Approved by"), "user")

    sections: ClassVar = (
        Section(
            N_("Business plan"),
            (
                ("name", "sector"),
                ("currency", "legal_form"),
                ("place", "written_on"),
                ("starts_on", "opening_cash"),
                ("version", "state"),
                ("approved_on", "approved_by"),
            ),
        ),
        Section(
            N_("The idea and its market"),
            (("product",), ("customers",), ("competitors",), ("promotion",)),
        ),
        Section(N_("How it will work"), (("team",), ("permits",), ("risks",), ("steps",))),
    )

    @property
    def summary(self) -> str:
        return f"{self.name or ''} · {self.version or 1}"


class BusinessLine(Record):
    """One line of the figures of a business plan.

    What the numbers mean follows from ``line_kind``: a sale has a unit price and units a month; a
    direct cost an amount for each unit of the sale with the same label; a fixed cost an amount a
    month; equipment a price, a life in months and what it is worth at the end; money brought in
    an amount, and for a loan the months it is paid back in.
    """

    title = N_("Line of the figures")
    plan: Mapped[UUID] = reference(N_("Business plan"), "business_plan", required=True, root=True)
    line_kind: Mapped[str | None] = choice(
        N_("What it is"), LINE_KINDS, personal=P2, required=True, table=True
    )
    label: Mapped[str | None] = text(N_("Name"), personal=P2, required=True, table=True)
    amount: Mapped[Money | None] = money(
        N_("Price or amount"), personal=P2, required=True, table=True
    )
    quantity: Mapped[Decimal | None] = decimal(
        N_("How many (a month, for what is sold)"), personal=P2, places=3, table=True
    )
    months: Mapped[str | None] = text(
        N_("Per cent of a usual month, for each of the twelve months"), personal=P2, max_length=80,
        help=N_("Twelve whole numbers, such as 50 80 100 100 …; empty means every month alike"),
    )  # fmt: skip
    life_months: Mapped[int | None] = number(
        N_("Months it lasts, or is paid back in"), personal=P2, minimum=1, maximum=360
    )
    residual: Mapped[Money | None] = money(N_("Worth at the end"), personal=P2)
    is_in_kind: Mapped[bool | None] = flag(N_("Given as goods, not as money"), personal=P2)
    order: Mapped[int | None] = number(N_("Place in the list"), personal=P1, maximum=500)

    sections: ClassVar = (
        Section(
            N_("Line of the figures"),
            (
                ("line_kind", "label"),
                ("amount", "quantity"),
                ("months",),
                ("life_months", "residual"),
                ("is_in_kind", "order"),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('line_kind')} · {self.label or ''}"
