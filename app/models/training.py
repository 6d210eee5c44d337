"""Training: what is taught, to which group, who came and who completed."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_
from app.i18n import language as language_in_use
from app.models.choices import Coded
from app.models.fields import (
    P1,
    P2,
    Merge,
    choice,
    day,
    language,
    long_text,
    number,
    reference,
    text,
)
from app.models.layout import Section
from app.models.programmes import PROGRAMMES
from app.models.record import Record

HALF_DAYS: Final = Coded("half_days", {"am": N_("Morning"), "pm": N_("Afternoon")})
MARKS: Final = Coded(
    "attendance_marks",
    {
        "present": N_("Present"),
        "late": N_("Late"),
        "excused": N_("Excused"),
        "absent": N_("Absent"),
    },
)
ENROLMENT_STATES: Final = Coded(
    "enrolment_states",
    {
        "enrolled": N_("Enrolled"),
        "completed": N_("Completed"),
        "partial": N_("Attended in part"),
        "dropped": N_("Dropped out"),
        "excluded": N_("Excluded"),
    },
)


class Curriculum(Record):
    """What a training teaches and what completing it takes."""

    title = N_("Curriculum")

    code: Mapped[str | None] = text(
        N_("Code"), personal=P1, max_length=40, required=True, table=True
    )
    name_fr: Mapped[str | None] = text(N_("Name in French"), personal=P1)
    name_en: Mapped[str | None] = text(N_("Name in English"), personal=P1)
    name_ar: Mapped[str | None] = text(N_("Name in Arabic"), personal=P1)
    name_es: Mapped[str | None] = text(N_("Name in Spanish"), personal=P1)
    hours: Mapped[int | None] = number(
        N_("Hours"), personal=P1, minimum=1, maximum=500, required=True, table=True
    )
    half_days: Mapped[int | None] = number(
        N_("Half-days"), personal=P1, minimum=1, maximum=200, required=True, table=True
    )
    threshold: Mapped[int | None] = number(
        N_("Attendance needed to complete, in per cent"), personal=P1, minimum=1, maximum=100,
        required=True, table=True,
    )  # fmt: skip

    sections: ClassVar = (
        Section(
            N_("Curriculum"),
            (
                ("code", "hours"),
                ("half_days", "threshold"),
                ("name_fr", "name_en"),
                ("name_ar", "name_es"),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        named: str | None = getattr(self, f"name_{language_in_use()}")
        return named or self.name_fr or self.name_en or self.code or ""


class TrainingGroup(Record):
    """People taught together."""

    title = N_("Training group")

    name: Mapped[str | None] = text(N_("Name"), personal=P1, required=True, table=True)
    curriculum: Mapped[UUID] = reference(N_("Curriculum"), "curriculum", required=True)
    programme: Mapped[str | None] = choice(N_("Programme"), PROGRAMMES, personal=P1, table=True)
    starts: Mapped[date | None] = day(N_("First day"), personal=P1, required=True, table=True)
    ends: Mapped[date | None] = day(N_("Last day"), personal=P1, table=True)
    place: Mapped[str | None] = text(N_("Place"), personal=P1, table=True)
    trainer: Mapped[str | None] = text(N_("Trainer"), personal=P1)
    language: Mapped[str | None] = language(N_("Language"), personal=P1)
    capacity: Mapped[int | None] = number(N_("Places"), personal=P1, minimum=1, maximum=200)
    note: Mapped[str | None] = long_text(N_("Notes"), personal=P1)

    sections: ClassVar = (
        Section(
            N_("Training group"),
            (
                ("name", "curriculum"),
                ("programme", "language"),
                ("starts", "ends"),
                ("place", "trainer"),
                ("capacity",),
                ("note",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return self.name or ""


class Enrolment(Record):
    """One person's place in a training group. It belongs to the person's file."""

    title = N_("Enrolment")

    person: Mapped[UUID] = reference(N_("Person"), "person", required=True, root=True)
    group: Mapped[UUID] = reference(N_("Training group"), "training_group", required=True)
    state: Mapped[str | None] = choice(
        N_("State"), ENROLMENT_STATES, personal=P2, merge=Merge.ASK, required=True, table=True
    )
    enrolled_on: Mapped[date | None] = day(N_("Enrolled on"), personal=P2, table=True)
    completed_on: Mapped[date | None] = day(N_("Completed on"), personal=P2, past=True)

    sections: ClassVar = (
        Section(N_("Enrolment"), (("group", "state"), ("enrolled_on", "completed_on"))),
    )


class Attendance(Record):
    """One person's mark for one half-day."""

    title = N_("Attendance")

    enrolment: Mapped[UUID] = reference(N_("Enrolment"), "enrolment", required=True, root=True)
    held_on: Mapped[date | None] = day(N_("Date"), personal=P2, required=True, table=True)
    half_day: Mapped[str | None] = choice(
        N_("Half-day"), HALF_DAYS, personal=P1, required=True, table=True
    )
    mark: Mapped[str | None] = choice(
        N_("Mark"), MARKS, personal=P2, merge=Merge.ASK, required=True, table=True
    )

    sections: ClassVar = (Section(N_("Attendance"), (("held_on", "half_day"), ("mark",))),)
