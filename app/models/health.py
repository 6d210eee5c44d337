"""Whether a person is fit to travel, until when, and with what help."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_
from app.models.choices import Coded
from app.models.fields import (
    P3,
    Merge,
    choice,
    choices,
    day,
    flag,
    long_text,
    moment,
    number,
    reference,
    text,
)
from app.models.filing import Filed
from app.models.layout import Section
from app.models.record import Record

# From least to most protective: of two answers the more careful one is shown.
FITNESS: Final = Coded(
    "fitness_to_travel",
    {
        "fit": N_("Fit to travel"),
        "conditions": N_("Fit to travel with help"),
        "pending": N_("Not decided yet"),
        "unfit": N_("Not fit to travel"),
    },
)
CONDITIONS: Final = Coded(
    "travel_conditions",
    {
        "medical_escort": N_("Medical escort"),
        "social_escort": N_("Somebody to accompany"),
        "wheelchair": N_("Wheelchair"),
        "oxygen": N_("Oxygen"),
        "medication": N_("Medicines for the journey"),
        "stretcher": N_("Stretcher"),
        "seat": N_("Special seat"),
        "hospital": N_("Handed over to a hospital on arrival"),
    },
)


class MedicalAssessment(Record):
    """What a doctor found about travelling. It holds for hours or days, not for ever."""

    title = N_("Medical assessment")
    filed = Filed(
        "travel", 10, N_("Fitness to travel"), N_("Record an assessment"),
        N_("No medical assessment yet."), day="assessed_on",
    )  # fmt: skip

    case: Mapped[UUID] = reference(N_("Case"), "case", required=True, root=True)
    assessed_on: Mapped[date | None] = day(
        N_("Date"), personal=P3, past=True, required=True, table=True
    )
    fitness: Mapped[str | None] = choice(
        N_("Fitness to travel"), FITNESS, personal=P3, required=True, table=True,
        merge=Merge.CAUTIOUS,
    )  # fmt: skip
    valid_until: Mapped[str | None] = moment(N_("Valid until"), personal=P3, table=True)
    check_again_on: Mapped[date | None] = day(N_("Check again on"), personal=P3)
    doctor: Mapped[str | None] = text(N_("Doctor"), personal=P3)
    conditions: Mapped[frozenset[str] | None] = choices(
        N_("What is needed to travel"), CONDITIONS, personal=P3
    )
    pregnancy_weeks: Mapped[int | None] = number(
        N_("Weeks of pregnancy"), personal=P3, minimum=1, maximum=45
    )
    is_chronic: Mapped[bool | None] = flag(N_("Lasting illness"), personal=P3)
    is_file_passed_on: Mapped[bool | None] = flag(
        N_("Medical file sent to the mission of return"), personal=P3
    )
    note: Mapped[str | None] = long_text(N_("Notes"), personal=P3)

    sections: ClassVar = (
        Section(
            N_("Medical assessment"),
            (
                ("assessed_on", "doctor"),
                ("fitness", "valid_until"),
                ("check_again_on",),
                ("conditions",),
                ("pregnancy_weeks", "is_chronic"),
                ("is_file_passed_on",),
                ("note",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('assessed_on')} · {self.shown('fitness')}"
