"""The informed decision: what was explained, what was asked, and what the person declares."""

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
    P3,
    Merge,
    choice,
    choices,
    day,
    flag,
    language,
    long_text,
    reference,
    text,
)
from app.models.filing import Filed
from app.models.layout import Section
from app.models.record import Record
from app.models.sessions import INTERPRETERS, SIGNATURES

DECLARATION_KINDS: Final = Coded(
    "declaration_kinds",
    {
        "return": N_("Declaration of voluntary return"),
        "reconfirmed": N_("Will to return confirmed again"),
        "informed": N_("Informed decision, not to return"),
    },
)
EXPLAINED: Final = Coded(
    "points_explained",
    {
        "voluntary": N_("The decision is free and may change until departure"),
        "alternatives": N_("Other ways: staying, asylum, moving on legally"),
        "no_guarantee": N_("Support after return is not guaranteed"),
        "amounts": N_("Amounts, instalments and conditions"),
        "delays": N_("How long it takes"),
        "travel": N_("Papers, travel and arrival"),
        "asylum": N_("What it means for an asylum claim"),
        "coming_back": N_("What happens if one comes back"),
        "data": N_("Who sees the person's data"),
        "complaint": N_("How to complain"),
        "country": N_("The situation in the country of return"),
    },
)
UNDERSTOOD: Final = Coded(
    "capacity_to_decide",
    {
        "yes": N_("Yes"),
        "doubt": N_("There is doubt: a qualified person must assess"),
    },
)


class Declaration(Record):
    """One act in which a person declares their decision. It may be withdrawn at any time."""

    title = N_("Declaration")
    filed = Filed(
        "counselling", 20, N_("Declarations"), N_("Record a declaration"),
        N_("Nothing is declared yet."), day="declared_on", set_by_verbs=("withdrawn_on",),
    )  # fmt: skip

    case: Mapped[UUID] = reference(N_("Case"), "case", required=True, root=True)
    declaration_kind: Mapped[str | None] = choice(
        N_("What is declared"), DECLARATION_KINDS, personal=P2, required=True, table=True
    )
    declared_on: Mapped[date | None] = day(
        N_("Date"), personal=P2, past=True, required=True, table=True, merge=Merge.ASK
    )
    explained: Mapped[frozenset[str] | None] = choices(
        N_("What was explained"), EXPLAINED, personal=P2, required=True
    )
    language: Mapped[str | None] = language(
        N_("Language it was explained in"), personal=P2, required=True, table=True
    )
    is_understood_language: Mapped[bool | None] = flag(
        N_("The person understands this language"), personal=P2, required=True
    )
    interpreter: Mapped[str | None] = choice(
        N_("Interpreter"), INTERPRETERS, personal=P2, required=True
    )
    interpreter_name: Mapped[str | None] = text(N_("Name of the interpreter"), personal=P2)
    is_read_aloud: Mapped[bool | None] = flag(N_("Read aloud to the person"), personal=P2)
    questions_asked: Mapped[str | None] = long_text(
        N_("Questions the person asked, and the answers"), personal=P3
    )
    is_free_of_pressure: Mapped[bool | None] = flag(
        N_("The person decides without pressure"), personal=P3
    )
    capacity: Mapped[str | None] = choice(
        N_("Able to decide"), UNDERSTOOD, personal=P3, merge=Merge.CAUTIOUS
    )
    cooling_off_until: Mapped[date | None] = day(N_("Time to think until"), personal=P2)
    witness: Mapped[str | None] = text(N_("Witness"), personal=P2)
    signed: Mapped[str | None] = choice(
        N_("Signature"), SIGNATURES, personal=P2, required=True, table=True
    )
    text_version: Mapped[str | None] = text(
        N_("Version of the text read"), personal=P1, max_length=20
    )
    withdrawn_on: Mapped[date | None] = day(
        N_("Declaration withdrawn on"), personal=P2, past=True, merge=Merge.ASK, table=True
    )

    sections: ClassVar = (
        Section(
            N_("What is declared"),
            (
                ("declaration_kind", "declared_on"),
                ("explained",),
                ("language", "is_understood_language"),
                ("interpreter", "interpreter_name"),
                ("is_read_aloud", "witness"),
                ("questions_asked",),
            ),
        ),
        Section(
            N_("The decision"),
            (
                ("is_free_of_pressure", "capacity"),
                ("cooling_off_until", "signed"),
                ("text_version", "withdrawn_on"),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('declared_on')} · {self.shown('declaration_kind')}"
