"""Assistance delivered: goods and services, with their quantities."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_
from app.models.choices import Coded
from app.models.fields import P1, P2, Merge, choice, day, decimal, long_text, money, reference, text
from app.models.filing import Filed
from app.models.layout import Section
from app.models.money import Money
from app.models.record import Record
from app.models.reference import SERVICES

ASSISTANCE_STATES: Final = Coded(
    "assistance_states",
    {
        "planned": N_("Planned"),
        "delivered": N_("Delivered"),
        "cancelled": N_("Cancelled"),
    },
)
UNITS: Final = Coded(
    "units",
    {
        "piece": N_("Piece"),
        "kit": N_("Kit"),
        "night": N_("Night"),
        "meal": N_("Meal"),
        "visit": N_("Visit"),
        "month": N_("Month"),
        "kg": N_("Kilogram"),
        "litre": N_("Litre"),
        "hour": N_("Hour"),
        "trip": N_("Trip"),
    },
)


class Assistance(Record):
    """One service or one kind of goods given to a person."""

    title = N_("Assistance")
    filed = Filed(
        "plan", 30, N_("Assistance"), N_("Record assistance"), N_("No assistance is recorded."),
        day="delivered_on", set_by_verbs=("state", "delivered_on", "delivered_to", "receipt"),
    )  # fmt: skip

    case: Mapped[UUID] = reference(N_("Case"), "case", required=True, root=True)
    service: Mapped[str | None] = choice(
        N_("Service"), SERVICES, personal=P2, required=True, table=True
    )
    item: Mapped[str | None] = text(N_("What exactly"), personal=P2, table=True)
    quantity: Mapped[Decimal | None] = decimal(
        N_("Quantity"), personal=P2, required=True, table=True
    )
    unit: Mapped[str | None] = choice(N_("Unit"), UNITS, personal=P2, table=True)
    value: Mapped[Money | None] = money(N_("Value"), personal=P2, table=True)
    state: Mapped[str | None] = choice(
        N_("State"), ASSISTANCE_STATES, personal=P1, required=True, table=True,
        merge=Merge.LATEST,
    )  # fmt: skip
    delivered_on: Mapped[date | None] = day(N_("Delivered on"), personal=P2, past=True, table=True)
    delivered_to: Mapped[str | None] = text(N_("Handed to"), personal=P2)
    partner: Mapped[str | None] = text(N_("Delivered by"), personal=P2)
    receipt: Mapped[str | None] = text(N_("Receipt number"), personal=P2, max_length=40)
    plan_item: Mapped[UUID | None] = reference(N_("Activity of the plan"), "plan_item")
    note: Mapped[str | None] = long_text(N_("Notes"), personal=P2)

    sections: ClassVar = (
        Section(
            N_("Assistance"),
            (
                ("service", "item"),
                ("quantity", "unit"),
                ("value", "state"),
                ("delivered_on", "delivered_to"),
                ("partner", "receipt"),
                ("plan_item",),
                ("note",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return " · ".join(part for part in (self.shown("service"), self.item) if part)
