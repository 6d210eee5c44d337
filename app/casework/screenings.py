"""Screenings of vulnerability: what they may hold, and the one that counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.verbs import usual
from app.errors import Refused
from app.i18n import _
from app.models.cases import Case
from app.models.persons import Person
from app.models.record import Record
from app.models.rules import rule
from app.models.screenings import Screening, VulnerabilityFactor
from app.models.types import Context


def latest_screening(db: Session, case: UUID) -> Screening | None:
    """Give the last screening of a case, carried out or declined; None before the first."""
    return db.scalars(
        select(Screening)
        .where(Screening.case == case, Screening.voided.is_(None))
        .order_by(Screening.held_on.desc(), Screening.created_at.desc())
        .limit(1)
    ).first()


@usual(Screening)
def usual_screening(db: Session, case: Record) -> Mapping[str, Any]:
    """Start with today, the author and the person's language; the first screening is rapid."""
    answers = {
        "screening_kind": "rapid" if latest_screening(db, case.id) is None else "again",
        "held_on": db.info["context"].today.isoformat(),
        "result": "done",
        "screener": str(db.info["author"]),
    }
    person = db.get(Person, case.person) if isinstance(case, Case) else None
    if person is not None and person.main_language:
        answers["language"] = person.main_language
    return answers


@rule(Screening)
def weeks_are_of_a_pregnancy(db: Session, screening: Screening, context: Context) -> None:
    """Weeks of pregnancy are told of somebody pregnant."""
    if screening.pregnancy_weeks is not None and "pregnant" not in (screening.situations or ()):
        raise Refused(
            "not_pregnant",
            _("Weeks of pregnancy are written, but “Pregnant” is not among what is known."),
            "pregnancy_weeks",
        )


@rule(Screening)
def declined_screening_finds_nothing(db: Session, screening: Screening, context: Context) -> None:
    """A screening the person preferred not to answer holds no findings."""
    if screening.result != "declined" or screening.voided:
        return
    if screening.situations or screening.risk or screening.pregnancy_weeks is not None:
        raise Refused(
            "declined_with_findings",
            _(
                "The person preferred not to answer, yet findings are written. Clear them, or "
                "note that the screening was carried out."
            ),
            "result",
        )
    if factors_of(db, screening.id):
        raise _factors_of_declined("result")


@rule(Screening)
def urgent_screening_says_what_is_done(db: Session, screening: Screening, context: Context) -> None:
    """Who needs help today is not left without any."""
    if screening.is_urgent and not screening.actions and not screening.voided:
        raise Refused(
            "action_required",
            _("The person needs help today. Write what is done about it."),
            "actions",
        )


@rule(VulnerabilityFactor)
def factor_of_a_screening_carried_out(
    db: Session, factor: VulnerabilityFactor, context: Context
) -> None:
    """Factors are found by a screening that took place."""
    screening = db.get(Screening, factor.screening)
    if screening is not None and screening.result == "declined" and not factor.voided:
        raise _factors_of_declined("screening")


@rule(VulnerabilityFactor)
def only_risks_have_a_severity(db: Session, factor: VulnerabilityFactor, context: Context) -> None:
    """A protection is not more or less serious."""
    if factor.side == "protective" and factor.severity:
        raise Refused(
            "severity_of_protection",
            _("Only a risk is more or less serious. Leave this empty for what protects."),
            "severity",
        )


def factors_of(db: Session, screening: UUID) -> list[VulnerabilityFactor]:
    """List the factors a screening found, in the order written."""
    return list(
        db.scalars(
            select(VulnerabilityFactor)
            .where(VulnerabilityFactor.screening == screening, VulnerabilityFactor.voided.is_(None))
            .order_by(VulnerabilityFactor.created_at)
        )
    )


def _factors_of_declined(field: str) -> Refused:
    return Refused(
        "factors_of_declined",
        _("The person preferred not to answer this screening: it found no factors."),
        field,
    )
