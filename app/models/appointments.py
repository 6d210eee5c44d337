"""When a person is expected, and whether they came."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_
from app.models.choices import Coded
from app.models.fields import P2, Merge, choice, long_text, moment, number, reference, text
from app.models.layout import Section
from app.models.record import Record

PURPOSES: Final = Coded(
    "appointment_purposes",
    {
        "intake": N_("Intake"),
        "counselling": N_("Counselling"),
        "training": N_("Training"),
        "medical": N_("Medical"),
        "documents": N_("Travel papers"),
        "departure": N_("Departure"),
        "other": N_("Other"),
    },
)
APPOINTMENT_STATES: Final = Coded(
    "appointment_states",
    {
        "planned": N_("Planned"),
        "kept": N_("Kept"),
        "missed": N_("Missed"),
        "cancelled": N_("Cancelled"),
    },
)


class Appointment(Record):
    """A time agreed with a person."""

    title = N_("Appointment")

    person: Mapped[UUID] = reference(N_("Person"), "person", required=True, root=True)
    at: Mapped[str | None] = moment(
        N_("Day and time"), personal=P2, required=True, table=True, index=True
    )
    minutes: Mapped[int | None] = number(
        N_("Length in minutes"), personal=P2, minimum=5, maximum=600
    )
    purpose: Mapped[str | None] = choice(
        N_("Purpose"), PURPOSES, personal=P2, required=True, table=True
    )
    place: Mapped[str | None] = text(N_("Place"), personal=P2)
    counsellor: Mapped[UUID | None] = reference(N_("Counsellor"), "user")
    state: Mapped[str | None] = choice(
        N_("State"), APPOINTMENT_STATES, personal=P2, required=True, table=True, merge=Merge.LATEST
    )
    note: Mapped[str | None] = long_text(N_("Notes"), personal=P2)

    sections: ClassVar = (
        Section(
            N_("Appointment"),
            (("at", "minutes"), ("purpose", "place"), ("counsellor", "state"), ("note",)),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('at')} · {self.shown('purpose')}"
