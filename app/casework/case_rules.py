"""The state of a case changes by recorded moves only, whatever saves and whatever is merged."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy.orm import Session

from app.casework.case_facts import Facts
from app.casework.case_states import is_ever_legal, skips
from app.casework.cases import is_disputed
from app.errors import Refused
from app.i18n import _
from app.models.capture import before as before_save
from app.models.cases import Case, CaseTransition
from app.models.record import Record
from app.models.rules import rule
from app.models.types import Context

_Kind = TypeVar("_Kind", bound=Record)


@rule(Case)
def state_is_reached_by_moves(db: Session, case: Case, context: Context) -> None:
    """A case begins as a draft, and is in a state that a recorded move led to."""
    # A record touched by this save that has a single change is this save's.
    before = None if case.created_at == case.updated_at else _before(db, case)
    if before is not None:
        is_moved = case.state != before.state or is_disputed(before) != is_disputed(case)
        added = (case.marks or frozenset()) - (before.marks or frozenset())
    else:
        is_moved = case.state != "draft"
        added = case.marks or frozenset()
    if not is_moved and not added:
        return
    moves = Facts(db, case).moves
    if before is not None:
        moves = [move for move in moves if _before(db, move) is None]
    reached = {move.to_state for move in moves if move.mark is None}
    if "author" in db.info:
        reached = {_led_to(moves, before.state if before is not None else "draft")}
    if is_moved and case.state not in reached:
        raise Refused(
            "not_moved",
            _("No recorded move led this case to “{state}”. Move it by its own steps.").format(
                state=case.shown("state")
            ),
            "state",
        )
    if not added <= {move.mark for move in moves}:
        raise Refused(
            "not_moved",
            _("A mark is given to a case by its own steps."),
            "marks",
        )


@rule(Case)
def programme_stays(db: Session, case: Case, context: Context) -> None:
    """A case stays in its programme once it has moved: what was asked of it was asked by that."""
    before = _before(db, case)
    if before is not None and before.state != "draft" and before.programme != case.programme:
        raise Refused(
            "programme_fixed",
            _("The case has moved on in its programme. Close it, and open one in the other."),
            "programme",
        )


def _led_to(moves: list[CaseTransition], state: str | None) -> str | None:
    """Give the state that moves lead to, one after the other; None where one starts elsewhere."""
    for move in moves:
        if move.mark is None:
            state = move.to_state if move.from_state == state else None
    return state


@rule(CaseTransition)
def move_is_legal(db: Session, move: CaseTransition, context: Context) -> None:
    """A move is one of the table, and stands once it is made."""
    if "author" in db.info and _before(db, move) is not None:
        raise Refused("move_stands", _("A move of a case stands. Move the case again instead."))
    if move.voided or move.is_settled or move.mark is not None:
        return
    source, target = move.from_state or "", move.to_state or ""
    case = db.get(Case, move.case)
    # A programme may change after a move: what was skipped is judged when the move is made.
    is_skipping = (
        "author" in db.info and case is not None and skips(Facts(db, case), source, target)
    )
    if is_skipping or not is_ever_legal(source, target):
        raise Refused(
            "illegal_move",
            _("A case in state “{current}” never becomes “{wanted}”.").format(
                current=move.shown("from_state"), wanted=move.shown("to_state")
            ),
            "to_state",
        )


def _before(db: Session, record: _Kind) -> _Kind | None:
    """Give a record as it was before this save; None where nothing is being saved."""
    return before_save(db, record) if "author" in db.info else None
