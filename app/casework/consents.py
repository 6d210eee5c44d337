"""Consent: given for named purposes, effective until withdrawn."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Refused
from app.i18n import _
from app.models.consents import Consent
from app.models.rules import rule
from app.models.types import Context


def give_consent(db: Session, person: UUID, **answers: Any) -> Consent:
    """Record an act of consent of a person; ``answers`` by question of ``Consent``."""
    consent = Consent(person=person, **answers)
    db.add(consent)
    return consent


def live_scopes(db: Session, person: UUID, without: Consent | None = None) -> frozenset[str]:
    """Give what a person agrees to now, over all acts not withdrawn, ``without`` one of them."""
    consents = db.scalars(
        select(Consent).where(
            Consent.person == person, Consent.voided.is_(None), Consent.withdrawn_on.is_(None)
        )
    )
    return frozenset(
        scope for consent in consents if consent is not without for scope in consent.scopes or ()
    )


@rule(Consent)
def withdrawal_follows_consent(db: Session, consent: Consent, context: Context) -> None:
    """A consent cannot be withdrawn before it was given."""
    if consent.withdrawn_on and consent.given_on and consent.withdrawn_on < consent.given_on:
        raise Refused(
            "withdrawn_before_given",
            _("The withdrawal is dated before the consent. Check both dates."),
            "withdrawn_on",
        )


@rule(Consent)
def spoken_consent_names_a_witness(db: Session, consent: Consent, context: Context) -> None:
    """Thumbprint or spoken consent names who was there."""
    if consent.form in {"thumbprint", "verbal_certified"} and not (
        consent.witness or consent.interpreter
    ):
        raise Refused(
            "witness_required",
            _("Name the witness or the interpreter who was present."),
            "witness",
        )
