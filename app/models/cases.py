"""A case: one person in one programme."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_, is_right_to_left
from app.models.choices import Coded
from app.models.fields import (
    P1,
    P2,
    Merge,
    choice,
    choices,
    country,
    day,
    flag,
    long_text,
    reference,
    text,
)
from app.models.filing import Filed
from app.models.layout import Section
from app.models.programmes import PROGRAMMES
from app.models.record import Record
from app.models.reference import CLOSURE_REASONS

# "On hold" says nothing of why: the reason is sealed. Source: domain notes, table of case states.
STATES: Final = Coded(
    "case_states",
    {
        "draft": N_("Draft"),
        "registered": N_("Registered"),
        "screening": N_("Screening"),
        "counselling": N_("Counselling"),
        "protection_hold": N_("On hold"),
        "declared": N_("Return declared"),
        "docs_pending": N_("Waiting for papers"),
        "cleared": N_("Papers complete"),
        "booked": N_("Booked"),
        "ready": N_("Ready to leave"),
        "departed": N_("Departed"),
        "arrived": N_("Arrived"),
        "reintegration": N_("Reintegration"),
        "monitoring": N_("Follow-up after support"),
        "closed": N_("Closed"),
        "withdrawn": N_("Withdrawn"),
        "no_show": N_("Did not come to the departure"),
        "ineligible": N_("Not eligible"),
        "referred_out": N_("Referred elsewhere"),
        "deceased": N_("Deceased"),
        "duplicate_merged": N_("Duplicate, merged"),
        "lost_contact": N_("Contact lost"),
        "reopened": N_("Reopened"),
    },
)
MARKS: Final = Coded(
    "case_marks",
    {"training": N_("In training"), "plan_approved": N_("Plan approved")},
)
"""What runs beside the state and may overlap several."""
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
    marks: Mapped[frozenset[str] | None] = choices(N_("Also"), MARKS, personal=P1, table=True)
    state_reason: Mapped[str | None] = text(
        N_("Reason of the last move"), personal=P2, max_length=500, merge=Merge.ASK
    )
    opened: Mapped[date | None] = day(N_("Opened on"), personal=P1, past=True, table=True)
    closed: Mapped[date | None] = day(N_("Closed on"), personal=P1, past=True)
    closure_reason: Mapped[str | None] = choice(
        N_("Reason for closing"), CLOSURE_REASONS, personal=P2, merge=Merge.ASK
    )
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
                ("marks", "closure_reason"),
                ("opened", "closed"),
                ("priority", "counsellor"),
                ("return_country", "return_place"),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.number} · {self.shown('programme')}"


class CaseTransition(Record):
    """One move of a case from state to state, with its reason and what was looked at."""

    title = N_("Move of a case")
    filed = Filed(
        "cases", 20, N_("Moves"), day="moved_on", under="case",
        set_by_verbs=(
            "from_state", "to_state", "mark", "moved_on", "reason", "is_settled", "checked",
        ),
    )  # fmt: skip

    case: Mapped[UUID] = reference(N_("Case"), "case", required=True, root=True)
    from_state: Mapped[str | None] = choice(
        N_("From"), STATES, personal=P1, required=True, table=True
    )
    to_state: Mapped[str | None] = choice(N_("To"), STATES, personal=P1, required=True, table=True)
    mark: Mapped[str | None] = choice(N_("Beside the state"), MARKS, personal=P1, table=True)
    moved_on: Mapped[date | None] = day(
        N_("Date"), personal=P1, past=True, required=True, table=True
    )
    reason: Mapped[str | None] = text(N_("Reason"), personal=P2, max_length=500, table=True)
    is_settled: Mapped[bool | None] = flag(
        N_("Settles two moves made at the same time"), personal=P1
    )
    checked: Mapped[str | None] = long_text(
        N_("What was looked at"), personal=P1, merge=Merge.LATEST
    )

    sections: ClassVar = (
        Section(
            N_("Move of a case"),
            (
                ("from_state", "to_state"),
                ("mark", "moved_on"),
                ("reason",),
                ("is_settled",),
                ("checked",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        if self.mark:
            return f"{self.shown('to_state')} + {self.shown('mark')}"
        onward = "←" if is_right_to_left() else "→"
        return f"{self.shown('from_state')} {onward} {self.shown('to_state')}"
