"""A case: one person in one programme."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_
from app.models.choices import Coded
from app.models.fields import P1, P2, Merge, choice, country, day, reference, text
from app.models.layout import Section
from app.models.programmes import PROGRAMMES
from app.models.record import Record

STATES: Final = Coded(
    "case_states",
    {
        "draft": N_("Draft"),
        "registered": N_("Registered"),
        "counselling": N_("Counselling"),
        "withdrawn": N_("Withdrawn"),
        "closed": N_("Closed"),
    },
)
PRIORITIES: Final = Coded(
    "priorities", {"normal": N_("Normal"), "high": N_("High"), "urgent": N_("Urgent")}
)


class Case(Record):
    """One person's way through one programme."""

    title = N_("Case")

    person: Mapped[UUID] = reference(N_("Person"), "person", required=True, root=True)
    programme: Mapped[str | None] = choice(
        N_("Programme"), PROGRAMMES, personal=P1, merge=Merge.ASK, required=True, table=True
    )
    number: Mapped[str | None] = text(
        N_("Case number"), personal=P1, max_length=40, search=True, merge=Merge.ASK,
        required=True, table=True, index=True,
    )  # fmt: skip
    state: Mapped[str | None] = choice(
        N_("State"), STATES, personal=P1, merge=Merge.ASK, required=True, table=True
    )
    state_reason: Mapped[str | None] = text(
        N_("Reason of the last move"), personal=P2, max_length=500, merge=Merge.ASK
    )
    opened: Mapped[date | None] = day(N_("Opened on"), personal=P1, past=True, table=True)
    closed: Mapped[date | None] = day(N_("Closed on"), personal=P1, past=True)
    priority: Mapped[str | None] = choice(
        N_("Priority"), PRIORITIES, personal=P1, merge=Merge.CAUTIOUS, table=True
    )
    return_country: Mapped[str | None] = country(N_("Country of return"), personal=P2, table=True)
    return_place: Mapped[str | None] = text(N_("Place of return"), personal=P2)
    counsellor: Mapped[UUID | None] = reference(N_("Counsellor in charge"), "user", personal=P1)

    sections: ClassVar = (
        Section(
            N_("Case"),
            (
                ("programme", "number"),
                ("state", "state_reason"),
                ("opened", "closed"),
                ("priority", "counsellor"),
                ("return_country", "return_place"),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.number} · {self.shown('programme')}"
