"""Declarations: what a person decides, informed and free, and takes back at any time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.verbs import usual, verb
from app.errors import Refused
from app.formats import day_text
from app.i18n import N_, _
from app.models.cases import Case
from app.models.declarations import Declaration
from app.models.persons import Person
from app.models.record import Record
from app.models.rules import rule
from app.models.travel import Travel
from app.models.types import Context


def standing_declaration(db: Session, case: UUID, kind: str = "return") -> Declaration | None:
    """Give the last declaration of a kind that was not withdrawn."""
    return db.scalars(
        select(Declaration)
        .where(
            Declaration.case == case,
            Declaration.declaration_kind == kind,
            Declaration.withdrawn_on.is_(None),
            Declaration.voided.is_(None),
        )
        .order_by(Declaration.declared_on.desc(), Declaration.created_at.desc())
        .limit(1)
    ).first()


@usual(Declaration)
def usual_declaration(db: Session, parent: Record) -> Mapping[str, Any]:
    """Start with today and the person's language; once declared, the will is confirmed again."""
    answers = {"declaration_kind": "return", "declared_on": db.info["context"].today.isoformat()}
    if standing_declaration(db, parent.id) is not None:
        answers["declaration_kind"] = "reconfirmed"
    person = db.get(Person, parent.person) if isinstance(parent, Case) else None
    if person is not None and person.main_language:
        answers["language"] = person.main_language
    return answers


@verb(
    Declaration,
    "withdraw",
    N_("Take the declaration back"),
    when=lambda db, declaration: (
        declaration.withdrawn_on is None
        and not (declaration.declaration_kind == "return" and _boardings(db, declaration.case))
    ),
)
def withdraw_declaration(db: Session, declaration: Declaration) -> None:
    """Note that the person takes a declaration back; no reason is asked."""
    declaration.withdrawn_on = db.info["context"].today


@rule(Declaration)
def declaration_is_consistent(db: Session, declaration: Declaration, context: Context) -> None:
    """A declaration names its interpreter and witness, and its dates follow one another."""
    if declaration.voided:
        return
    if declaration.interpreter in {"in_person", "remote"} and not declaration.interpreter_name:
        raise Refused("interpreter_name", _("Write the interpreter's name."), "interpreter_name")
    if declaration.signed == "thumb" and not (declaration.witness or declaration.interpreter_name):
        raise Refused(
            "witness_required",
            _("Name the witness or the interpreter who was present."),
            "witness",
        )
    declared = declaration.declared_on
    if declared and declaration.withdrawn_on and declaration.withdrawn_on < declared:
        raise Refused(
            "withdrawn_before_given",
            _("The withdrawal is dated before the declaration. Check both dates."),
            "withdrawn_on",
        )
    if declared and declaration.cooling_off_until and declaration.cooling_off_until < declared:
        raise Refused(
            "ends_before_start",
            _("The time to think ends before the declaration. Check both dates."),
            "cooling_off_until",
        )


@rule(Declaration)
def declared_after_opening(db: Session, declaration: Declaration, context: Context) -> None:
    """Nobody declares before their case is opened, nor confirms again after the departure."""
    if declaration.voided or declaration.declared_on is None:
        return
    case = db.get(Case, declaration.case)
    if case is not None and case.opened is not None:
        _require_order(case.opened, declaration.declared_on, "declared_on")
    if declaration.withdrawn_on is None and declaration.declaration_kind != "informed":
        for day in _departures(db, declaration.case):
            if day < declaration.declared_on:
                raise _departs_too_early(day, declaration.declared_on, "declared_on")


@rule(Case)
def opened_before_declaring(db: Session, case: Case, context: Context) -> None:
    """The day a case is opened is not after what was declared in it."""
    if case.voided or case.opened is None:
        return
    first = db.scalar(
        select(Declaration.declared_on)
        .where(Declaration.case == case.id, Declaration.voided.is_(None))
        .order_by(Declaration.declared_on)
        .limit(1)
    )
    if first is not None:
        _require_order(case.opened, first, "opened")


@rule(Travel)
def departs_after_declaring(db: Session, travel: Travel, context: Context) -> None:
    """Nobody departs before they declared their return."""
    departs = travel.boarded_on or travel.departs_on
    if travel.voided or travel.state in {"cancelled", "missed"} or departs is None:
        return
    declaration = standing_declaration(db, travel.case)
    if declaration is not None and declaration.declared_on and departs < declaration.declared_on:
        raise _departs_too_early(
            departs, declaration.declared_on, "boarded_on" if travel.boarded_on else "departs_on"
        )


@rule(Declaration)
def left_on_a_declaration(db: Session, declaration: Declaration, context: Context) -> None:
    """The declaration a person left on is neither taken back nor void."""
    if declaration.declaration_kind != "return":
        return
    is_gone = declaration.voided is not None or declaration.withdrawn_on is not None
    boarded = _boardings(db, declaration.case)
    if not is_gone or not boarded or standing_declaration(db, declaration.case) is not None:
        return
    if declaration.voided is not None:
        raise Refused(
            "left_on_declaration",
            _("The person left on {day} on this declaration. It stays on record.").format(
                day=day_text(min(boarded))
            ),
            "voided",
        )
    raise _left_though_withdrawn(min(boarded), "withdrawn_on")


@rule(Travel)
def boards_on_a_declaration(db: Session, travel: Travel, context: Context) -> None:
    """Nobody boards who took their declaration back."""
    if travel.voided or travel.boarded_on is None or standing_declaration(db, travel.case):
        return
    withdrawn = select(Declaration.id).where(
        Declaration.case == travel.case,
        Declaration.declaration_kind == "return",
        Declaration.withdrawn_on.is_not(None),
        Declaration.voided.is_(None),
    )
    if db.scalars(withdrawn.limit(1)).first() is not None:
        raise _left_though_withdrawn(travel.boarded_on, "boarded_on")


def _boardings(db: Session, case: UUID) -> list[date]:
    boarded = select(Travel.boarded_on).where(
        Travel.case == case, Travel.voided.is_(None), Travel.boarded_on.is_not(None)
    )
    return [day for day in db.scalars(boarded) if day is not None]


def _left_though_withdrawn(departs: date, field: str) -> Refused:
    return Refused(
        "left_on_declaration",
        _(
            "The person left on {day}, and the declaration was taken back. Record the declaration "
            "they left on, or correct the journey."
        ).format(day=day_text(departs)),
        field,
    )


def _departures(db: Session, case: UUID) -> list[date]:
    journeys = db.scalars(
        select(Travel).where(
            Travel.case == case,
            Travel.voided.is_(None),
            Travel.state.not_in(["cancelled", "missed"]),
        )
    )
    return [day for one in journeys if (day := one.boarded_on or one.departs_on) is not None]


def _require_order(opened: date, declared: date, field: str) -> None:
    if declared < opened:
        raise Refused(
            "declared_before_opening",
            _("The declaration is of {declared}, before the case was opened on {opened}.").format(
                declared=day_text(declared), opened=day_text(opened)
            ),
            field,
        )


def _departs_too_early(departs: date, declared: date, field: str) -> Refused:
    return Refused(
        "departs_before_declaring",
        _("The departure on {departs} is before the declaration of {declared}.").format(
            departs=day_text(departs), declared=day_text(declared)
        ),
        field,
    )
