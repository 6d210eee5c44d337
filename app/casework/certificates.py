"""Certificates of a training: who earned which, and giving all of a group in one step.

Their numbers are made offline as case numbers are: ``C-RAB-2026-K7Q2X-0001-P`` is office, year, a
block only this device uses, a counter within it and a check character.
"""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.casework.numbers import device_block, with_check
from app.casework.training import complete, members, standing_in, standing_of
from app.casework.training_calendar import OUT, planned, sessions_in
from app.casework.verbs import verb
from app.errors import Refused
from app.i18n import N_, _, isolate
from app.models.ids import named_id
from app.models.rules import rule
from app.models.store import Store
from app.models.training import Certificate, Enrolment, TrainingGroup
from app.models.types import Context

COMPLETION: Final = "completion"
ATTENDANCE: Final = "attendance"


def certify(db: Session, group: TrainingGroup) -> list[Certificate]:
    """Give everybody in a group the certificate they earned and do not hold yet.

    Who did all the curriculum asks is noted as having completed. A certificate that was withdrawn
    is not given again. Doing it twice gives nothing twice.

    Returns:
        The certificates given.

    Raises:
        Refused: The training is not over.
    """
    if not is_over(db, group, db.info["context"].today):
        raise Refused(
            "training_not_over",
            _("The training is not over. Certificates are given after its last half-day."),
            None,
            "training_group",
        )
    return [_give(db, enrolment, kind) for enrolment, kind in due(db, group)]


def due(db: Session, group: TrainingGroup) -> list[tuple[Enrolment, str]]:
    """List who earned which certificate and was not given it, in order of enrolment."""
    listed = [one for one in members(db, group.id) if one.state not in OUT]
    standing = standing_in(db, group, listed)
    earned = []
    for one in listed:
        if not standing[one.id].missing and one.state in {"enrolled", "completed"}:
            earned.append((one, COMPLETION))
        elif standing[one.id].progress.is_enough:
            earned.append((one, ATTENDANCE))
    known = {certificate.id for certificate in _ever_given(db, [one.id for one in listed])}
    return [(one, kind) for one, kind in earned if _place(one, kind) not in known]


def certificates_in(db: Session, enrolments: list[UUID]) -> dict[UUID, list[Certificate]]:
    """Give the certificates that count, by enrolment."""
    found: dict[UUID, list[Certificate]] = {}
    for certificate in _ever_given(db, enrolments):
        if certificate.voided is None:
            found.setdefault(certificate.enrolment, []).append(certificate)
    return found


def is_over(db: Session, group: TrainingGroup, today: date) -> bool:
    """Tell whether the last half-day of a group has come, make-ups apart."""
    days = [s.held_on for s in sessions_in(db, group.id) if s.held_on and not s.is_makeup]
    days = days or [slot.held_on for slot in planned(db, group)]
    return bool(days) and max(days) <= today


def _ever_given(db: Session, enrolments: list[UUID]) -> list[Certificate]:
    return list(
        db.scalars(
            select(Certificate)
            .where(Certificate.enrolment.in_(enrolments))
            .order_by(Certificate.created_at)
        )
    )


def _place(enrolment: Enrolment, kind: str) -> UUID:
    return named_id("certificate", f"{enrolment.id}:{kind}")


def _give(db: Session, enrolment: Enrolment, kind: str) -> Certificate:
    if kind == COMPLETION and enrolment.state != "completed":
        complete(db, enrolment)
    given = Certificate(
        id=_place(enrolment, kind),
        enrolment=enrolment.id,
        certificate_kind=kind,
        number=_next_number(db),
        issued_on=db.info["context"].today,
        issued_by=db.info["author"],
    )
    db.add(given)
    db.flush()  # the next number counts on from this one
    return given


def _next_number(db: Session) -> str:
    store: Store = db.info["store"]
    context: Context = db.info["context"]
    office = store.settings.get("office_code", str) or "XXX"
    stem = f"C-{office}-{context.today.year}-{device_block(store.device)}-"
    highest = db.scalar(
        select(func.max(Certificate.number)).where(
            Certificate.number >= stem, Certificate.number < f"{stem}~"
        )
    )
    used = int(highest.removeprefix(stem).split("-")[0]) if highest else 0
    return with_check(f"{stem}{used + 1:04}")


# -- rules -------------------------------------------------------------------------------------


@rule(Certificate)
def certificate_is_earned(db: Session, certificate: Certificate, context: Context) -> None:
    """A certificate says what is so: attendance enough, or all that completing takes."""
    if certificate.voided is not None:
        return
    enrolment = db.get(Enrolment, certificate.enrolment)
    if enrolment is None or enrolment.voided is not None:
        return
    standing = standing_of(db, enrolment)
    is_earned = standing.progress.is_enough
    if certificate.certificate_kind == COMPLETION:
        is_earned = is_earned and not standing.missing and enrolment.state == "completed"
    if not is_earned:
        raise Refused(
            "certificate_not_earned",
            " ".join(
                [
                    _("The certificate {number} is not earned.").format(
                        number=isolate(certificate.number or "")
                    ),
                    *(one.text for one in standing.missing),
                ]
            ),
            "certificate_kind",
        )


@rule(Certificate)
def certificate_number_is_unique(db: Session, certificate: Certificate, context: Context) -> None:
    """No two certificates share a number."""
    same = db.scalars(
        select(Certificate.id).where(
            Certificate.number == certificate.number, Certificate.id != certificate.id
        )
    ).first()
    if same is not None:
        raise Refused(
            "certificate_number_taken",
            _("Another certificate has the number {number}.").format(
                number=isolate(certificate.number or "")
            ),
            "number",
        )


# -- verbs -------------------------------------------------------------------------------------


@verb(TrainingGroup, "certify", N_("Give the certificates"), is_step=True)
def _certify(db: Session, group: TrainingGroup) -> list[Certificate]:
    return certify(db, group)
