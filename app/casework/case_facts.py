"""What guards look at in a case and its file, and how they say what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.declarations import standing_declaration
from app.casework.health import latest_assessment
from app.casework.office_limits import limit
from app.casework.programmes import programme_of
from app.casework.travel import (
    journeys_of,
    legs_of,
)
from app.errors import Refused
from app.models.cases import Case, CaseTransition
from app.models.declarations import Declaration
from app.models.health import MedicalAssessment
from app.models.persons import Person
from app.models.programmes import Programme, programmes
from app.models.rules import not_here_yet
from app.models.travel import Travel, TravelLeg
from app.models.types import Context


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that is not there yet.

    Attributes:
        rule: Name of the guard that found it.
        text: A sentence that says what is missing and what to do.
        section: One of ``FILE_SECTIONS`` of the person's file, where it is recorded.
        kind: Record kind whose adding or changing settles it; None for several.
    """

    rule: str
    text: str
    section: str
    kind: str | None = None

    def __str__(self) -> str:
        return self.text


class Facts:
    """What guards look at, each read when it is first asked for."""

    def __init__(self, db: Session, case: Case) -> None:
        self.db = db
        self.case = case

    @cached_property
    def context(self) -> Context:
        """What answers are judged against."""
        context: Context = self.db.info["context"]
        return context

    @property
    def today(self) -> date:
        """Date at the office."""
        return self.context.today

    @cached_property
    def programme(self) -> Programme:
        """The programme as the office runs it."""
        try:
            return programme_of(self.db, self.case.programme or "")
        except Refused:  # of a later version: its cases still move, along the whole line
            known = next(iter(programmes().values()))
            return msgspec.structs.replace(known, states=[], papers=[], allowances=[])

    def uses(self, state: str) -> bool:
        """Tell whether the programme's cases may be in ``state``."""
        return self.programme.uses(state) or not self.programme.states

    @cached_property
    def person(self) -> Person:
        """Whose case it is.

        Raises:
            Refused: The person's own record has not arrived on this computer.
        """
        person = self.db.get(Person, self.case.person)
        if person is None:
            raise not_here_yet(Case.kind)
        return person

    @cached_property
    def moves(self) -> list[CaseTransition]:
        """Moves of the case so far, the earliest first."""
        return list(
            self.db.scalars(
                select(CaseTransition)
                .where(CaseTransition.case == self.case.id, CaseTransition.voided.is_(None))
                .order_by(CaseTransition.created_at)
            )
        )

    @cached_property
    def declaration(self) -> Declaration | None:
        """The declaration of return that stands."""
        return standing_declaration(self.db, self.case.id)

    @cached_property
    def journey(self) -> Travel | None:
        """The journey planned, under way or made."""
        return next(iter(journeys_of(self.db, self.case.id)), None)

    @cached_property
    def legs(self) -> list[TravelLeg]:
        """Legs of the journey."""
        return legs_of(self.db, self.journey.id) if self.journey else []

    @cached_property
    def assessment(self) -> MedicalAssessment | None:
        """The latest medical assessment."""
        return latest_assessment(self.db, self.case.id)

    @property
    def travel_day(self) -> date:
        """Day a paper must reach: that of the departure once it is known."""
        if self.journey is not None and self.journey.departs_on is not None:
            return max(self.today, self.journey.departs_on)
        return self.today

    def limit(self, name: str) -> int:
        """Give one of the office's limits."""
        return limit(self.db, name)
