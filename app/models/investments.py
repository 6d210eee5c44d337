"""Investors of the diaspora and the enterprise they prepare, step by step."""

from __future__ import annotations

from datetime import date
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
    choices,
    day,
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
from app.models.reference import SECTORS

INVESTMENT_STAGES: Final = Coded(
    "investment_stages",
    {
        "enquiry": N_("Enquiry"),
        "advised": N_("Advised"),
        "plan": N_("Business plan written"),
        "financing": N_("Financing sought"),
        "registered": N_("Enterprise registered"),
        "operating": N_("Operating"),
        "given_up": N_("Given up"),
    },
)
INVESTOR_KINDS: Final = Coded(
    "investor_kinds",
    {"natural": N_("Natural person"), "legal": N_("Company or association")},
)
INVESTOR_NEEDS: Final = Coded(
    "investor_needs",
    {
        "refine": N_("Refine the project"),
        "funds": N_("Find funds"),
        "partners": N_("Find partners"),
        "land": N_("Land or premises"),
        "permits": N_("Permits and formalities"),
        "market": N_("Market information"),
        "training": N_("Training"),
    },
)


class InvestmentProject(Record):
    """One project of an investor."""

    title = N_("Investment project")
    filed = Filed(
        "plan", 40, N_("Investment projects"), N_("Add an investment project"),
        N_("No investment project yet."), day="begun_on", set_by_verbs=("stage", "stage_on"),
    )  # fmt: skip

    case: Mapped[UUID] = reference(N_("Case"), "case", required=True, root=True)
    name: Mapped[str | None] = text(N_("Project"), personal=P2, required=True, table=True)
    investor_kind: Mapped[str | None] = choice(
        N_("Who invests"), INVESTOR_KINDS, personal=P2, required=True
    )
    company: Mapped[UUID | None] = reference(N_("Company"), "organisation")
    sector: Mapped[str | None] = choice(N_("Sector"), SECTORS, personal=P2, table=True)
    region: Mapped[str | None] = text(N_("Region"), personal=P2, table=True)
    begun_on: Mapped[date | None] = day(N_("First talk on"), personal=P2, past=True, required=True)
    amount: Mapped[Money | None] = money(N_("Planned investment"), personal=P2, table=True)
    jobs: Mapped[int | None] = number(N_("Planned jobs"), personal=P2, maximum=100_000)
    needs: Mapped[frozenset[str] | None] = choices(
        N_("Help asked for"), INVESTOR_NEEDS, personal=P2
    )
    stage: Mapped[str | None] = choice(
        N_("Stage"), INVESTMENT_STAGES, personal=P1, required=True, table=True, merge=Merge.ASK
    )
    stage_on: Mapped[date | None] = day(N_("Since"), personal=P1, past=True, table=True)
    registration: Mapped[str | None] = text(
        N_("Registration number of the enterprise"), personal=P2, max_length=60
    )
    note: Mapped[str | None] = long_text(N_("Notes"), personal=P2)

    sections: ClassVar = (
        Section(
            N_("Investment project"),
            (
                ("name", "investor_kind"),
                ("sector", "region"),
                ("company", "begun_on"),
                ("amount", "jobs"),
                ("needs",),
                ("stage", "stage_on"),
                ("registration",),
                ("note",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.name or ''} · {self.shown('stage')}"
