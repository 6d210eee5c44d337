"""Investors' projects: from the first talk to an enterprise that operates, one stage at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.casework.verbs import usual, verb
from app.errors import Refused
from app.i18n import N_, _, isolate
from app.models.cases import Case
from app.models.investments import INVESTMENT_STAGES, InvestmentProject
from app.models.record import Record
from app.models.rules import rule
from app.models.types import Context

LINE: Final = ("enquiry", "advised", "plan", "financing", "registered", "operating")
"""The stages in order; a project may also be given up before it operates."""
ENTERPRISE: Final = frozenset({"registered", "operating"})
"""Stages at which there is an enterprise, as targets count them."""


def _before(stage: str) -> Callable[[Session, InvestmentProject], bool]:
    earlier = LINE[: LINE.index(stage)]
    return lambda _db, project: project.stage in earlier


def _just_before(stage: str) -> Callable[[Session, InvestmentProject], bool]:
    return lambda _db, project: project.stage == LINE[LINE.index(stage) - 1]


@verb(InvestmentProject, "advise", N_("Advice was given"), when=_before("advised"), is_step=True)
def advise(db: Session, project: InvestmentProject) -> None:
    """Note that the investor was advised."""
    _move(db, project, "advised")


@verb(
    InvestmentProject, "plan", N_("The business plan is written"), asks=("amount", "jobs"),
    when=_before("plan"),
)  # fmt: skip
def write_plan(db: Session, project: InvestmentProject, **figures: Any) -> None:
    """Note that the business plan is written, with what it plans."""
    _move(db, project, "plan")
    for name, value in figures.items():
        setattr(project, name, value)


@verb(InvestmentProject, "finance", N_("Financing is sought"), when=_before("financing"))
def seek_financing(db: Session, project: InvestmentProject) -> None:
    """Note that financing is sought."""
    _move(db, project, "financing")


@verb(
    InvestmentProject,
    "register",
    N_("The enterprise is registered"),
    asks={"registration": replace(InvestmentProject.fields["registration"], required=True)},
    when=_before("registered"),
)
def register_enterprise(db: Session, project: InvestmentProject, registration: str) -> None:
    """Note that the enterprise is registered, with its number."""
    _move(db, project, "registered")
    project.registration = registration


@verb(
    InvestmentProject,
    "operate",
    N_("The enterprise operates"),
    asks=("jobs",),
    when=_just_before("operating"),
    is_step=True,
)
def operate(db: Session, project: InvestmentProject, jobs: int | None = None) -> None:
    """Note that the enterprise operates."""
    _move(db, project, "operating")
    if jobs is not None:
        project.jobs = jobs


@verb(
    InvestmentProject,
    "give_up",
    N_("The project is given up"),
    asks=("note",),
    when=lambda _db, project: project.stage not in {"operating", "given_up"},
)
def give_up(db: Session, project: InvestmentProject, note: str | None = None) -> None:
    """Note that the investor gives the project up, and why as far as told."""
    _move(db, project, "given_up")
    if note:
        project.note = note


@verb(
    InvestmentProject,
    "resume",
    N_("Take the project up again"),
    when=lambda _db, project: project.stage == "given_up",
)
def resume(db: Session, project: InvestmentProject) -> None:
    """Take a project up again, from the advice on; what was reached before stays in the history."""
    project.stage = "registered" if project.registration else "advised"
    project.stage_on = db.info["context"].today


def enterprises_of(db: Session, programme: str) -> int:
    """Count the enterprises registered or operating in a programme."""
    counted = db.scalar(
        select(func.count())
        .select_from(InvestmentProject)
        .join(Case, Case.id == InvestmentProject.case)
        .where(
            Case.programme == programme,
            Case.voided.is_(None),
            InvestmentProject.voided.is_(None),
            InvestmentProject.stage.in_(ENTERPRISE),
        )
    )
    return counted or 0


@usual(InvestmentProject)
def usual_project(db: Session, case: Record) -> Mapping[str, Any]:
    """Start as an enquiry of today, by a natural person."""
    today = db.info["context"].today.isoformat()
    return {
        "stage": "enquiry",
        "stage_on": today,
        "begun_on": today,
        "investor_kind": "natural",
    }


def _move(db: Session, project: InvestmentProject, stage: str) -> None:
    is_forward = (
        project.stage in LINE and LINE.index(project.stage) < LINE.index(stage)
        if stage in LINE
        else project.stage not in {"operating", "given_up"}
    )
    if not is_forward:
        raise Refused(
            "illegal_move",
            _("A project at the stage “{current}” cannot go to “{wanted}”.").format(
                current=isolate(project.shown("stage")), wanted=INVESTMENT_STAGES.label(stage)
            ),
            "stage",
            "investment_project",
        )
    project.stage = stage
    project.stage_on = db.info["context"].today


@rule(InvestmentProject)
def enterprise_has_a_number(db: Session, project: InvestmentProject, context: Context) -> None:
    """An enterprise that is registered, or operates, has its registration number."""
    if project.stage in ENTERPRISE and not project.registration and not project.voided:
        raise Refused(
            "registration_required",
            _("Write the registration number of the enterprise."),
            "registration",
        )


@rule(InvestmentProject)
def stage_follows_first_talk(db: Session, project: InvestmentProject, context: Context) -> None:
    """A stage is reached after the first talk."""
    if project.voided or project.begun_on is None or project.stage_on is None:
        return
    if project.stage_on < project.begun_on:
        raise Refused(
            "dates_out_of_order",
            _("The first talk is dated after the stage reached. Check the day."),
            "begun_on",
        )
