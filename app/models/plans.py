"""The reintegration plan: what is to be reached, by what, by whom, by when."""

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
from app.models.reference import SERVICES

PLAN_STATES: Final = Coded(
    "plan_states",
    {
        "draft": N_("Being written"),
        "proposed": N_("Submitted for approval"),
        "approved": N_("Approved"),
        "returned": N_("To be revised"),
        "replaced": N_("Replaced by a later one"),
    },
)
DIMENSIONS: Final = Coded(
    "reintegration_dimensions",
    {
        "economic": N_("Economic"),
        "social": N_("Social"),
        "psychosocial": N_("Psychosocial"),
    },
)
PLAN_LEVELS: Final = Coded(
    "reintegration_levels",
    {
        "individual": N_("Individual"),
        "community": N_("Community"),
        "structural": N_("Structural"),
    },
)
ITEM_STATES: Final = Coded(
    "plan_item_states",
    {
        "planned": N_("Planned"),
        "under_way": N_("Under way"),
        "done": N_("Done"),
        "dropped": N_("Dropped"),
    },
)


class ReintegrationPlan(Record):
    """What a person and their counsellor agree to work towards after the return."""

    title = N_("Reintegration plan")
    filed = Filed(
        "plan", 10, N_("Reintegration plans"), N_("Begin a plan"),
        N_("No plan yet. It is best begun before the return and refined within a month after."),
        day="agreed_on",
        set_by_verbs=("state", "approved_on", "approved_by", "mission_approved_on", "mission"),
    )  # fmt: skip

    case: Mapped[UUID] = reference(N_("Case"), "case", required=True, root=True)
    state: Mapped[str | None] = choice(
        N_("State"), PLAN_STATES, personal=P1, required=True, table=True, merge=Merge.ASK
    )
    agreed_on: Mapped[date | None] = day(
        N_("Agreed on"), personal=P2, past=True, required=True, table=True
    )
    objective: Mapped[str | None] = long_text(
        N_("What the person wants to reach"), personal=P2, required=True, merge=Merge.ASK
    )
    resources: Mapped[str | None] = long_text(
        N_("What the person already has: skills, family, land, savings"), personal=P2
    )
    feasibility: Mapped[str | None] = long_text(N_("Is it feasible, and why"), personal=P2)
    approved_on: Mapped[date | None] = day(
        N_("Approved by the supervisor on"), personal=P1, past=True
    )
    approved_by: Mapped[UUID | None] = reference(N_("Supervisor"), "user")
    mission_approved_on: Mapped[date | None] = day(
        N_("Approved by the receiving mission on"), personal=P1, past=True
    )
    mission: Mapped[str | None] = text(N_("Receiving mission"), personal=P1)

    sections: ClassVar = (
        Section(
            N_("Reintegration plan"),
            (
                ("agreed_on", "state"),
                ("objective",),
                ("resources",),
                ("feasibility",),
                ("approved_on", "approved_by"),
                ("mission_approved_on", "mission"),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('agreed_on')} · {self.shown('state')}"


class PlanItem(Record):
    """One need of a plan and what is done about it."""

    title = N_("Plan item")
    filed = Filed("plan", 11, N_("Activities"), N_("Add an activity"), under="plan")

    plan: Mapped[UUID] = reference(N_("Plan"), "reintegration_plan", required=True, root=True)
    dimension: Mapped[str | None] = choice(
        N_("Dimension"), DIMENSIONS, personal=P2, required=True, table=True
    )
    level: Mapped[str | None] = choice(
        N_("Level"), PLAN_LEVELS, personal=P2, required=True, table=True
    )
    need: Mapped[str | None] = text(
        N_("Need"), personal=P2, max_length=300, required=True, table=True
    )
    service: Mapped[str | None] = choice(N_("Service"), SERVICES, personal=P2)
    activity: Mapped[str | None] = text(
        N_("What is done"), personal=P2, max_length=300, required=True, table=True
    )
    provider: Mapped[str | None] = text(N_("By whom"), personal=P2, table=True)
    cost: Mapped[Money | None] = money(N_("Cost"), personal=P2, table=True)
    due_on: Mapped[date | None] = day(N_("By when"), personal=P2, table=True)
    state: Mapped[str | None] = choice(
        N_("State"), ITEM_STATES, personal=P2, required=True, table=True, merge=Merge.LATEST
    )
    order: Mapped[int | None] = number(N_("Place in the plan"), personal=P1, maximum=500)

    sections: ClassVar = (
        Section(
            N_("Plan item"),
            (
                ("dimension", "level"),
                ("need",),
                ("activity",),
                ("service", "provider"),
                ("cost", "due_on"),
                ("state", "order"),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('dimension')} · {self.need or ''}"
