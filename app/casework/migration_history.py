"""How people came: what a journey's form starts with, and what its dates must agree on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.casework.verbs import usual
from app.errors import Refused
from app.i18n import _
from app.models.migration_history import MigrationHistory
from app.models.persons import Person
from app.models.record import Record
from app.models.rules import rule
from app.models.types import Context


@usual(MigrationHistory)
def usual_journey(db: Session, person: Record) -> Mapping[str, Any]:
    """Start with the arrival written at registration."""
    arrived = person.arrived if isinstance(person, Person) else None
    return {} if arrived is None else {"entered": arrived.text}


@rule(MigrationHistory)
def entered_after_leaving(db: Session, journey: MigrationHistory, context: Context) -> None:
    """Nobody enters this country before they left their own."""
    left, entered = journey.left_home, journey.entered
    if left is not None and entered is not None and entered.latest < left.earliest:
        raise Refused(
            "dates_out_of_order",
            _("The entry is dated before the departure from home. Check both dates."),
            "entered",
        )
