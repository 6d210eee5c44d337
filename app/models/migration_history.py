"""How a person came: entry, route, reasons, what it cost, what they owe."""

from __future__ import annotations

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
    countries,
    flag,
    long_text,
    money,
    partial_date,
    reference,
    text,
)
from app.models.filing import Filed
from app.models.layout import Section
from app.models.money import Money
from app.models.record import Record
from app.models.values import PartialDate

ENTRY_MODES: Final = Coded(
    "entry_modes",
    {
        "air": N_("By air"),
        "land": N_("By land"),
        "sea": N_("By sea"),
        "unknown": N_("Not told"),
    },
)
REASONS: Final = Coded(
    "migration_reasons",
    {
        "work": N_("Work"),
        "study": N_("Study"),
        "family": N_("Joining family"),
        "conflict": N_("War or violence"),
        "persecution": N_("Persecution"),
        "environment": N_("Drought, flood or other disaster"),
        "health": N_("Health"),
        "transit": N_("On the way to another country"),
        "other": N_("Other"),
    },
)
RETURN_REASONS: Final = Coded(
    "return_reasons",
    {
        "no_means": N_("No means to live on"),
        "family": N_("Family needs or misses them"),
        "health": N_("Health"),
        "no_prospect": N_("No prospect of staying or moving on"),
        "refused": N_("Claim or permit refused"),
        "project": N_("A project at home"),
        "safety": N_("Not safe here"),
        "other": N_("Other"),
    },
)


class MigrationHistory(Record):
    """One journey to this country."""

    title = N_("Migration history")
    filed = Filed(
        "intake", 20, N_("Migration history"), N_("Add a journey"),
        N_("The journey is not noted yet."),
    )  # fmt: skip

    person: Mapped[UUID] = reference(N_("Person"), "person", required=True, root=True)
    left_home: Mapped[PartialDate | None] = partial_date(
        N_("Left the country of origin"), personal=P2, past=True
    )
    entered: Mapped[PartialDate | None] = partial_date(
        N_("Entered this country"), personal=P2, past=True, table=True
    )
    entry_mode: Mapped[str | None] = choice(N_("Way of entry"), ENTRY_MODES, personal=P3)
    entry_point: Mapped[str | None] = text(N_("Place of entry"), personal=P3)
    transit: Mapped[frozenset[str] | None] = countries(
        N_("Countries of transit"), personal=P3, table=True
    )
    reasons: Mapped[frozenset[str] | None] = choices(
        N_("Reasons for leaving"), REASONS, personal=P3, table=True
    )
    return_reasons: Mapped[frozenset[str] | None] = choices(
        N_("Reasons to return"), RETURN_REASONS, personal=P3
    )
    cost: Mapped[Money | None] = money(N_("What the journey cost"), personal=P3)
    debt: Mapped[Money | None] = money(N_("Still owed for it"), personal=P3)
    asylum_number: Mapped[str | None] = text(
        N_("Number of the asylum claim"), personal=P3, max_length=60, merge=Merge.ASK
    )
    has_legal_matters: Mapped[bool | None] = flag(
        N_("Fines or court cases to settle before leaving"), personal=P3, merge=Merge.CAUTIOUS
    )
    route: Mapped[str | None] = long_text(N_("The route in the person's words"), personal=P3)

    sections: ClassVar = (
        Section(
            N_("Migration history"),
            (
                ("left_home", "entered"),
                ("entry_mode", "entry_point"),
                ("transit",),
                ("reasons",),
                ("return_reasons",),
                ("cost", "debt"),
                ("asylum_number", "has_legal_matters"),
                ("route",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return self.shown("entered")
