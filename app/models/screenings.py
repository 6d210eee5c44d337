"""Screenings of vulnerability, and the factors found: risks and strengths at four levels.

Source: four levels of factors, each risk or protective, after IOM's determinants of migrant
vulnerability; our own wording.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_
from app.models.choices import Coded
from app.models.fields import (
    P2,
    P3,
    Merge,
    choice,
    choices,
    day,
    flag,
    language,
    long_text,
    number,
    reference,
    text,
)
from app.models.filing import Filed
from app.models.layout import Section
from app.models.record import Record

SCREENING_KINDS: Final = Coded(
    "screening_kinds",
    {
        "rapid": N_("Rapid screening"),
        "full": N_("Full assessment"),
        "health": N_("Health questions"),
        "again": N_("Screening repeated"),
    },
)
SCREENING_RESULTS: Final = Coded(
    "screening_results",
    {"done": N_("Carried out"), "declined": N_("The person prefers not to answer")},
)
RISKS: Final = Coded("risk_levels", {"low": N_("Low"), "medium": N_("Medium"), "high": N_("High")})
SITUATIONS: Final = Coded(
    "vulnerable_situations",
    {
        "disability": N_("Disability"),
        "serious_illness": N_("Serious illness"),
        "older_person": N_("Older person"),
        "pregnant": N_("Pregnant"),
        "single_parent": N_("Raises children alone"),
        "large_family": N_("Large family"),
        "child": N_("Under 18"),
        "mental_health": N_("Mental distress"),
        "no_shelter": N_("Sleeps on the street"),
        "no_food": N_("Does not eat enough"),
        "destitute": N_("Without any means"),
        "no_papers": N_("Without any papers"),
    },
)
FACTOR_LEVELS: Final = Coded(
    "factor_levels",
    {
        "individual": N_("Individual"),
        "household": N_("Household and family"),
        "community": N_("Community"),
        "structural": N_("Structural"),
    },
)
FACTOR_SIDES: Final = Coded("factor_sides", {"protective": N_("Protects"), "risk": N_("Risk")})


class Screening(Record):
    """One look at what makes a person vulnerable, early, and again when it changes."""

    title = N_("Screening")
    filed = Filed(
        "intake", 30, N_("Screenings"), N_("Record a screening"),
        N_("No screening yet. Ask the questions, or note that the person prefers not to answer."),
        day="held_on",
    )  # fmt: skip

    case: Mapped[UUID] = reference(N_("Case"), "case", required=True, root=True)
    screening_kind: Mapped[str | None] = choice(
        N_("Kind of screening"), SCREENING_KINDS, personal=P3, required=True, table=True
    )
    held_on: Mapped[date | None] = day(
        N_("Date"), personal=P3, past=True, required=True, table=True
    )
    result: Mapped[str | None] = choice(
        N_("Outcome"), SCREENING_RESULTS, personal=P3, required=True, table=True
    )
    screener: Mapped[UUID | None] = reference(N_("Carried out by"), "user")
    language: Mapped[str | None] = language(N_("Language"), personal=P2)
    situations: Mapped[frozenset[str] | None] = choices(
        N_("What is known"), SITUATIONS, personal=P3
    )
    pregnancy_weeks: Mapped[int | None] = number(
        N_("Weeks of pregnancy"), personal=P3, minimum=1, maximum=45
    )
    risk: Mapped[str | None] = choice(
        N_("Overall risk"), RISKS, personal=P3, merge=Merge.CAUTIOUS, table=True
    )
    is_urgent: Mapped[bool | None] = flag(N_("Needs help today"), personal=P3, merge=Merge.CAUTIOUS)
    actions: Mapped[str | None] = long_text(N_("What is done about it"), personal=P3)

    sections: ClassVar = (
        Section(
            N_("Screening"),
            (
                ("screening_kind", "held_on"),
                ("result", "language"),
                ("screener",),
                ("situations",),
                ("pregnancy_weeks", "risk"),
                ("is_urgent",),
                ("actions",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('held_on')} · {self.shown('screening_kind')}"


class VulnerabilityFactor(Record):
    """One factor a screening found, a risk or a strength."""

    title = N_("Factor")
    filed = Filed(
        "intake", 31, N_("Factors"), N_("Add a factor"), under="screening",
    )  # fmt: skip

    screening: Mapped[UUID] = reference(N_("Screening"), "screening", required=True, root=True)
    level: Mapped[str | None] = choice(
        N_("Level"), FACTOR_LEVELS, personal=P3, required=True, table=True
    )
    side: Mapped[str | None] = choice(
        N_("Risk or protection"), FACTOR_SIDES, personal=P3, required=True, table=True
    )
    factor: Mapped[str | None] = text(N_("Factor"), personal=P3, required=True, table=True)
    severity: Mapped[str | None] = choice(
        N_("How serious"), RISKS, personal=P3, merge=Merge.CAUTIOUS, table=True
    )
    evidence: Mapped[str | None] = long_text(N_("How it is known"), personal=P3)

    sections: ClassVar = (
        Section(N_("Factor"), (("level", "side"), ("factor", "severity"), ("evidence",))),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('level')} · {self.factor or ''}"
