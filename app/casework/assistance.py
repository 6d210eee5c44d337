"""Assistance in kind: goods and services planned, handed over by the piece, or cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.verbs import usual, verb
from app.errors import Refused
from app.formats import day_text
from app.i18n import N_, _
from app.models.assistance import Assistance
from app.models.cases import Case
from app.models.plans import PlanItem, ReintegrationPlan
from app.models.record import Record
from app.models.rules import rule
from app.models.types import Context

_HANDED_OVER: Final = {
    "delivered_on": replace(Assistance.fields["delivered_on"], required=True),
    **{name: Assistance.fields[name] for name in ("delivered_to", "partner", "receipt")},
}


def delivered(db: Session, case: UUID) -> list[Assistance]:
    """List what was handed over in a case, the earliest first."""
    return list(
        db.scalars(
            select(Assistance)
            .where(
                Assistance.case == case,
                Assistance.state == "delivered",
                Assistance.voided.is_(None),
            )
            .order_by(Assistance.delivered_on)
        )
    )


@verb(
    Assistance, "deliver", N_("Handed over"), asks=_HANDED_OVER,
    when=lambda _db, given: given.state == "planned", is_step=True,
)  # fmt: skip
def deliver(db: Session, given: Assistance, delivered_on: date, **answers: Any) -> None:
    """Note that goods were handed over or a service was given."""
    given.state = "delivered"
    given.delivered_on = delivered_on
    for name, value in answers.items():
        setattr(given, name, value)


@verb(
    Assistance, "cancel", N_("Cancel"), when=lambda _db, given: given.state == "planned",
)  # fmt: skip
def cancel(db: Session, given: Assistance) -> None:
    """Note that what was planned will not be given."""
    given.state = "cancelled"


@rule(Assistance)
def assistance_is_proper(db: Session, given: Assistance, context: Context) -> None:
    """Something is given, on a day of the case, within the plan of the same file."""
    if given.voided:
        return
    if given.quantity is not None and given.quantity <= Decimal(0):
        raise Refused("out_of_range", _("Write a quantity of more than zero."), "quantity")
    if given.state == "delivered" and given.delivered_on is None:
        raise Refused("required", _("Write the day it was handed over."), "delivered_on")
    if given.state != "delivered" and given.delivered_on is not None:
        raise Refused(
            "not_delivered",
            _("It has a day, but is not marked as handed over. Press “Handed over”."),
            "delivered_on",
        )
    case = db.get(Case, given.case)
    if case and case.opened and given.delivered_on and given.delivered_on < case.opened:
        raise Refused(
            "before_case",
            _("The case was opened on {day}. Assistance is given after that.").format(
                day=day_text(case.opened)
            ),
            "delivered_on",
        )
    item = db.get(PlanItem, given.plan_item) if given.plan_item else None
    plan = db.get(ReintegrationPlan, item.plan) if item is not None else None
    if plan is not None and plan.root != given.root:
        raise Refused("other_file", _("This belongs to the file of somebody else."), "plan_item")


@usual(Assistance)
def usual_assistance(db: Session, parent: Record) -> Mapping[str, Any]:
    """Begin with one piece, planned."""
    return {"state": "planned", "quantity": "1", "unit": "piece"}
