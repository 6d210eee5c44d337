"""Business plans: written line by line, submitted, approved, and followed by later versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.casework.approvals import (
    APPROVERS,
    require_apart,
    require_as_decided,
    require_other,
    require_own_hand,
)
from app.casework.business import Figures, figures, profile
from app.casework.verbs import usual, verb
from app.errors import Refused
from app.i18n import N_, _, isolate
from app.models.business import BusinessLine, BusinessPlan
from app.models.cases import Case
from app.models.ids import named_id
from app.models.record import Record
from app.models.rules import rule
from app.models.types import Context

OPEN: Final = frozenset({"draft", "returned"})
"""States in which a plan is written."""
_DECIDED: Final = frozenset({"submitted", "approved", "replaced"})
_OF_DECISION: Final = frozenset({"state", "approved_on", "approved_by"})


def lines_of(db: Session, plan: UUID) -> list[BusinessLine]:
    """List the lines of a plan in their order."""
    found = db.scalars(
        select(BusinessLine).where(BusinessLine.plan == plan, BusinessLine.voided.is_(None))
    )
    return sorted(found, key=lambda line: (line.order or 0, line.created_at or 0))


def figures_of(db: Session, plan: BusinessPlan) -> Figures:
    """Work out a plan from its lines as they stand."""
    return figures(plan, lines_of(db, plan.id))


@verb(
    BusinessPlan, "submit", N_("Submit for approval"),
    when=lambda _db, plan: plan.state in OPEN, is_step=True,
)  # fmt: skip
def submit(db: Session, plan: BusinessPlan) -> None:
    """Submit a plan.

    Raises:
        Refused: Nothing is sold in it, or a line is left out of its figures.
    """
    worked = figures_of(db, plan)
    if not worked.products:
        raise Refused("nothing_sold", _("The plan says nothing that is sold yet."), None, plan.kind)
    if worked.problems:
        raise Refused("line_left_out", worked.problems[0], None, plan.kind)
    plan.state = "submitted"


@verb(
    BusinessPlan, "approve", N_("Approve"), when=lambda _db, plan: plan.state == "submitted",
    roles=APPROVERS, is_step=True,
)  # fmt: skip
def approve(db: Session, plan: BusinessPlan) -> None:
    """Approve a plan somebody else wrote.

    Raises:
        Refused: The author wrote it.
    """
    plan.approved_by = require_other(db, plan.created_by)
    plan.approved_on = db.info["context"].today
    plan.state = "approved"


@verb(
    BusinessPlan, "return", N_("Return for revision"),
    when=lambda _db, plan: plan.state == "submitted", roles=APPROVERS,
)  # fmt: skip
def return_for_revision(db: Session, plan: BusinessPlan) -> None:
    """Give a plan back to be revised."""
    plan.state = "returned"


@verb(
    BusinessPlan, "new_version", N_("Begin a new version"),
    when=lambda _db, plan: plan.state in {"submitted", "approved"},
)  # fmt: skip
def new_version(db: Session, plan: BusinessPlan) -> BusinessPlan:
    """Begin the next version with the same answers and lines; this one is replaced.

    Two desks that begin it have begun the same version.
    """
    answers = {
        name: value
        for name in plan.questions()
        if name not in _OF_DECISION and (value := getattr(plan, name)) is not None
    }
    later = BusinessPlan(
        id=named_id("business_plan", f"after:{plan.id}"),
        **{
            **answers,
            "version": (plan.version or 1) + 1,
            "state": "draft",
            "written_on": db.info["context"].today,
        },
    )
    db.add(later)
    for line in lines_of(db, plan.id):
        same = {
            name: value
            for name in line.questions()
            if name != "plan" and (value := getattr(line, name)) is not None
        }
        place = named_id("business_line", f"{later.id}:{line.id}")
        db.add(BusinessLine(id=place, plan=later.id, **same))
    plan.state = "replaced"
    return later


@rule(BusinessPlan)
def plan_is_approved_properly(db: Session, plan: BusinessPlan, context: Context) -> None:
    """A plan is approved by somebody who did not write it, and stays as it was approved."""
    if plan.state == "approved" and not (plan.approved_by and plan.approved_on):
        raise Refused(
            "use_verb", _("A plan is approved with “Approve”, on the plan itself."), "state"
        )
    require_apart(plan, "approved_by")
    require_own_hand(db, plan, "approved_by")
    require_as_decided(db, plan, plan, _DECIDED, _OF_DECISION)


@rule(BusinessLine)
def line_fits_plan(db: Session, line: BusinessLine, context: Context) -> None:
    """A line is in the currency of its plan, and its months are twelve."""
    plan = db.get(BusinessPlan, line.plan)
    if plan is None:
        return
    require_as_decided(db, line, plan, _DECIDED)
    if line.voided:
        return
    for name in ("amount", "residual"):
        amount = getattr(line, name)
        if amount is not None and amount.currency != plan.currency:
            raise Refused(
                "plan_currency",
                _("This plan is counted in {currency}. Write the amount in {currency}.").format(
                    currency=isolate(plan.currency or "")
                ),
                name,
            )
    if line.residual is not None and line.amount is not None and line.residual > line.amount:
        raise Refused(
            "out_of_range", _("At the end it is worth no more than its price."), "residual"
        )
    try:
        profile(line.months)
    except ValueError:
        raise Refused(
            "twelve_months",
            _("Write twelve whole numbers, one a month, such as 50 80 100; or leave it empty."),
            "months",
        ) from None


@usual(BusinessPlan)
def usual_plan(db: Session, parent: Record) -> Mapping[str, Any]:
    """Begin a plan today, in the currency of the country of return."""
    assert isinstance(parent, Case)
    latest = db.scalar(select(func.max(BusinessPlan.version)).where(BusinessPlan.case == parent.id))
    answers: dict[str, Any] = {
        "state": "draft",
        "version": (latest or 0) + 1,
        "written_on": db.info["context"].today.isoformat(),
    }
    if (currency := currency_in(parent.return_country)) is not None:
        answers["currency"] = currency
    return answers


@usual(BusinessLine)
def usual_line(db: Session, parent: Record) -> Mapping[str, Any]:
    """Begin a line at the end of the plan."""
    last = max((line.order or 0 for line in lines_of(db, parent.id)), default=0)
    return {"order": last + 1}


def currency_in(country: str | None) -> str | None:
    """Give the currency of a country. Source: CLDR, through Babel."""
    from babel.numbers import get_territory_currencies

    found = get_territory_currencies(country) if country and not country.startswith("XX") else []
    return found[0] if found else None
