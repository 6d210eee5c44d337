"""Experts of the diaspora who return for a time: a need, a match, an assignment."""

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
    country,
    day,
    flag,
    long_text,
    number,
    reference,
    text,
)
from app.models.filing import Filed
from app.models.layout import Section
from app.models.programmes import PROGRAMMES
from app.models.record import Record
from app.models.reference import OCCUPATIONS

NEED_STATES: Final = Coded(
    "expert_need_states",
    {
        "open": N_("Looking for an expert"),
        "matched": N_("Expert found"),
        "filled": N_("Filled"),
        "withdrawn": N_("Need withdrawn"),
    },
)
ASSIGNMENT_STATES: Final = Coded(
    "assignment_states",
    {
        "proposed": N_("Proposed"),
        "accepted": N_("Accepted by both"),
        "declined": N_("Declined"),
        "under_way": N_("Under way"),
        "completed": N_("Assignment completed"),
        "ended_early": N_("Ended early"),
    },
)


class ExpertNeed(Record):
    """What an institution asks for."""

    title = N_("Need for an expert")

    organisation: Mapped[UUID] = reference(
        N_("Host institution"), "organisation", required=True, root=True
    )
    programme: Mapped[str | None] = choice(
        N_("Programme"), PROGRAMMES, personal=P1, required=True, table=True
    )
    profile: Mapped[str | None] = text(
        N_("Expertise sought"), personal=P1, required=True, table=True, max_length=300
    )
    occupation: Mapped[str | None] = choice(N_("Occupation"), OCCUPATIONS, personal=P1)
    country: Mapped[str | None] = country(N_("Country"), personal=P1, required=True, table=True)
    place: Mapped[str | None] = text(N_("Place"), personal=P1)
    from_day: Mapped[date | None] = day(N_("Wanted from"), personal=P1, table=True)
    weeks: Mapped[int | None] = number(N_("For how many weeks"), personal=P1, maximum=60)
    is_virtual: Mapped[bool | None] = flag(N_("Can be done from afar"), personal=P1)
    state: Mapped[str | None] = choice(
        N_("State"), NEED_STATES, personal=P1, required=True, table=True, merge=Merge.ASK
    )
    tasks: Mapped[str | None] = long_text(N_("What the expert would do"), personal=P1)

    sections: ClassVar = (
        Section(
            N_("Need for an expert"),
            (
                ("profile", "occupation"),
                ("programme", "country"),
                ("place", "from_day"),
                ("weeks", "is_virtual"),
                ("state",),
                ("tasks",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return self.profile or ""


class Assignment(Record):
    """One expert at one institution for some weeks or months."""

    title = N_("Assignment")
    filed = Filed(
        "plan", 50, N_("Assignments"), N_("Propose for an assignment"),
        N_("No assignment yet."), day="starts", set_by_verbs=("state",),
    )  # fmt: skip

    case: Mapped[UUID] = reference(N_("Case"), "case", required=True, root=True)
    need: Mapped[UUID] = reference(N_("Need"), "expert_need", required=True, merge=Merge.ASK)
    starts: Mapped[date | None] = day(N_("First day"), personal=P2, required=True, table=True)
    ends: Mapped[date | None] = day(N_("Last day"), personal=P2, required=True, table=True)
    state: Mapped[str | None] = choice(
        N_("State"), ASSIGNMENT_STATES, personal=P1, required=True, table=True, merge=Merge.ASK
    )
    is_virtual: Mapped[bool | None] = flag(N_("From afar"), personal=P2)
    trained: Mapped[int | None] = number(N_("People trained"), personal=P1, maximum=10_000)
    result: Mapped[str | None] = long_text(N_("What was achieved"), personal=P2)

    sections: ClassVar = (
        Section(
            N_("Assignment"),
            (
                ("need", "state"),
                ("starts", "ends"),
                ("is_virtual", "trained"),
                ("result",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('starts')} · {self.shown('state')}"
