"""Fitness to travel: the latest assessment, how long it holds, and what it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.verbs import usual
from app.errors import Refused
from app.i18n import _
from app.models.health import MedicalAssessment
from app.models.record import Record
from app.models.rules import rule
from app.models.types import Context

ESCORT_NEEDED: Final = {"medical_escort": "medical", "social_escort": "social"}
"""Condition of an assessment → escort of a journey that meets it."""


def latest_assessment(db: Session, case: UUID, by: date | None = None) -> MedicalAssessment | None:
    """Give the last medical assessment of a case, or the last one made by a day."""
    query = select(MedicalAssessment).where(
        MedicalAssessment.case == case, MedicalAssessment.voided.is_(None)
    )
    if by is not None:
        query = query.where(MedicalAssessment.assessed_on <= by)
    latest_first = (MedicalAssessment.assessed_on.desc(), MedicalAssessment.created_at.desc())
    return db.scalars(query.order_by(*latest_first).limit(1)).first()


def holds_through(assessed_on: date, valid_until: str | None, hours: int) -> date:
    """Give the last day an assessment holds: the end written, and never ``hours`` after it."""
    longest = assessed_on + timedelta(hours=hours)
    return min(longest, date.fromisoformat(valid_until[:10])) if valid_until else longest


@usual(MedicalAssessment)
def usual_assessment(db: Session, parent: Record) -> Mapping[str, Any]:
    """Start with today."""
    return {"assessed_on": db.info["context"].today.isoformat()}


@rule(MedicalAssessment)
def assessment_is_consistent(db: Session, assessment: MedicalAssessment, context: Context) -> None:
    """An assessment holds from its day on, and says which help it asks for."""
    if assessment.voided or assessment.assessed_on is None:
        return
    until = assessment.valid_until
    if until and date.fromisoformat(until[:10]) < assessment.assessed_on:
        raise Refused(
            "ends_before_start",
            _("The assessment ends before it was made. Check both dates."),
            "valid_until",
        )
    if assessment.fitness == "conditions" and not assessment.conditions:
        raise Refused("conditions_required", _("Say what is needed to travel."), "conditions")
    if assessment.fitness == "fit" and assessment.conditions:
        raise Refused(
            "fit_without_conditions",
            _("Choose “Fit to travel with help”, or remove what is needed."),
            "fitness",
        )
