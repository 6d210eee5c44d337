"""Reintegration plans: submitted, approved by a supervisor and by the receiving mission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.approvals import (
    APPROVERS,
    require_apart,
    require_as_decided,
    require_other,
    require_own_hand,
)
from app.casework.verbs import usual, verb
from app.errors import Refused
from app.i18n import N_, _
from app.models.money import Money
from app.models.plans import DIMENSIONS, ITEM_STATES, PlanItem, ReintegrationPlan
from app.models.record import Record
from app.models.rules import rule
from app.models.types import Context

_DECIDED: Final = frozenset({"approved", "replaced"})
_MISSION: Final = {
    name: replace(ReintegrationPlan.fields[name], required=True)
    for name in ("mission", "mission_approved_on")
}


def items_of(db: Session, plan: UUID) -> list[PlanItem]:
    """List the activities of a plan in their order."""
    found = db.scalars(select(PlanItem).where(PlanItem.plan == plan, PlanItem.voided.is_(None)))
    return sorted(found, key=lambda item: (item.order is None, item.order or 0, item.created_at))


def current_plan(db: Session, case: UUID) -> ReintegrationPlan | None:
    """Give the plan of a case that counts: the latest one not replaced."""
    return db.scalars(
        select(ReintegrationPlan)
        .where(
            ReintegrationPlan.case == case,
            ReintegrationPlan.voided.is_(None),
            ReintegrationPlan.state != "replaced",
        )
        .order_by(ReintegrationPlan.created_at.desc())
    ).first()


def costs_by_dimension(db: Session, plan: UUID) -> dict[str, dict[str, Money]]:
    """Add up what a plan's activities cost: dimension, then currency, to an amount."""
    added: dict[str, dict[str, Money]] = {code: {} for code in DIMENSIONS.codes()}
    for item in items_of(db, plan):
        if item.cost is None or item.dimension is None or item.state == "dropped":
            continue
        of_dimension = added.setdefault(item.dimension, {})
        before = of_dimension.get(item.cost.currency, Money.zero(item.cost.currency))
        of_dimension[item.cost.currency] = before + item.cost
    return added


@verb(
    ReintegrationPlan, "submit", N_("Submit for approval"),
    when=lambda _db, plan: plan.state in {"draft", "returned"}, is_step=True,
)  # fmt: skip
def submit(db: Session, plan: ReintegrationPlan) -> None:
    """Submit a plan for approval.

    Raises:
        Refused: It has no activity yet.
    """
    if not items_of(db, plan.id):
        raise Refused(
            "plan_without_items", _("The plan has no activity yet. Add one first."), None,
            "reintegration_plan",
        )  # fmt: skip
    plan.state = "proposed"


@verb(
    ReintegrationPlan, "approve", N_("Approve as supervisor"),
    when=lambda _db, plan: plan.state == "proposed", roles=APPROVERS, is_step=True,
)  # fmt: skip
def approve(db: Session, plan: ReintegrationPlan) -> None:
    """Approve a plan somebody else wrote; an earlier approved one of the case is replaced.

    Raises:
        Refused: The author wrote it.
    """
    plan.approved_by = require_other(db, plan.created_by)
    plan.approved_on = db.info["context"].today
    plan.state = "approved"
    earlier = select(ReintegrationPlan).where(
        ReintegrationPlan.case == plan.case,
        ReintegrationPlan.id != plan.id,
        ReintegrationPlan.state == "approved",
        ReintegrationPlan.voided.is_(None),
    )
    for one in db.scalars(earlier):
        one.state = "replaced"


@verb(
    ReintegrationPlan, "mission_approve", N_("Record the mission's approval"), asks=_MISSION,
    when=lambda _db, plan: plan.state == "approved" and plan.mission_approved_on is None,
    is_step=True,
)  # fmt: skip
def mission_approve(
    db: Session, plan: ReintegrationPlan, mission: str, mission_approved_on: date
) -> None:
    """Record that the mission in the country of return agreed to the plan."""
    plan.mission = mission
    plan.mission_approved_on = mission_approved_on


@verb(
    ReintegrationPlan, "return", N_("Return for revision"),
    when=lambda _db, plan: plan.state in {"proposed", "approved"}, roles=APPROVERS,
)  # fmt: skip
def return_for_revision(db: Session, plan: ReintegrationPlan) -> None:
    """Give a plan back to be revised; what was approved of it is approved anew then."""
    plan.state = "returned"
    plan.approved_on = None
    plan.approved_by = None
    plan.mission = None
    plan.mission_approved_on = None


@rule(ReintegrationPlan)
def plan_is_approved_properly(db: Session, plan: ReintegrationPlan, context: Context) -> None:
    """A plan is approved by a supervisor who did not write it."""
    if plan.state in {"approved", "replaced"} and not (plan.approved_by and plan.approved_on):
        raise Refused(
            "use_verb", _("A plan is approved with “Approve”, on the plan itself."), "state"
        )
    require_apart(plan, "approved_by")
    require_own_hand(db, plan, "approved_by")
    if (
        plan.mission_approved_on
        and plan.approved_on
        and plan.mission_approved_on < plan.approved_on
    ):
        raise Refused(
            "mission_before_supervisor",
            _("The mission approves after the supervisor. Correct the date."),
            "mission_approved_on",
        )


@rule(PlanItem)
def approved_items_stay(db: Session, item: PlanItem, context: Context) -> None:
    """What was approved is carried out as it is: only the progress of its activities is noted.

    A plan that has to change is returned for revision first.
    """
    plan = db.get(ReintegrationPlan, item.plan)
    if plan is not None:
        require_as_decided(db, item, plan, _DECIDED, frozenset({"state"}))


@usual(ReintegrationPlan)
def usual_plan(db: Session, parent: Record) -> Mapping[str, Any]:
    """Begin a plan, agreed today."""
    return {"state": "draft", "agreed_on": db.info["context"].today.isoformat()}


@usual(PlanItem)
def usual_item(db: Session, parent: Record) -> Mapping[str, Any]:
    """Begin an activity at the end of the plan, for the person."""
    last = max((item.order or 0 for item in items_of(db, parent.id)), default=0)
    return {"state": ITEM_STATES.codes()[0], "level": "individual", "order": last + 1}
