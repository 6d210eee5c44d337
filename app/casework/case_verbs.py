"""What may be done with a case in one step: withdraw, hold, close, reopen, settle its state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.casework.case_states import ENDED, SUPERVISING
from app.casework.cases import (
    advance,
    disputed_states,
    is_disputed,
    is_legal,
    regular_step,
    require_role,
)
from app.casework.verbs import verb
from app.errors import Refused
from app.i18n import N_, _
from app.models.cases import STATES, Case, CaseTransition
from app.models.officers import PROTECTION


def _may_become(state: str) -> Callable[[Session, Case], bool]:
    return lambda db, case: is_legal(db, case, state)


_REASON: Final = replace(CaseTransition.fields["reason"], required=True)


@verb(Case, "withdraw", N_("Withdraw"), when=_may_become("withdrawn"))
def withdraw(db: Session, case: Case) -> None:
    """Note that the person withdraws; no reason is asked."""
    advance(db, case, "withdrawn")


@verb(Case, "hold", N_("Put on hold"), when=_may_become("protection_hold"))
def hold(db: Session, case: Case) -> None:
    """Put a case on hold; why is sealed, not written here."""
    advance(db, case, "protection_hold")


@verb(
    Case,
    "resume",
    N_("Go on"),
    when=lambda _db, case: case.state in {"protection_hold", "reopened"} and not is_disputed(case),
)
def resume(db: Session, case: Case) -> None:
    """Let a case go on where it was before it was held or closed."""
    advance(db, case, regular_step(db, case) or "draft")


@verb(
    Case,
    "close",
    N_("Close the case"),
    asks={
        "closure_reason": replace(Case.fields["closure_reason"], required=True),
        "reason": CaseTransition.fields["reason"],
    },
    when=_may_become("closed"),
    roles=SUPERVISING,
)
def close(db: Session, case: Case, closure_reason: str, reason: str | None = None) -> None:
    """Close a case."""
    advance(db, case, "closed", reason, closure_reason)


@verb(
    Case,
    "reopen",
    N_("Reopen the case"),
    asks={"reason": _REASON},
    when=_may_become("reopened"),
    roles=SUPERVISING,
)
def reopen(db: Session, case: Case, reason: str) -> None:
    """Reopen a closed case; it then goes on where it was."""
    advance(db, case, "reopened", reason)


@verb(
    Case,
    "settle_state",
    N_("Settle the state"),
    asks={
        "state": replace(Case.fields["state"], label=N_("Which state holds")),
        "reason": replace(CaseTransition.fields["reason"], required=True),
    },
    when=lambda _db, case: is_disputed(case),
    is_step=True,
)
def settle_state(db: Session, case: Case, state: str, reason: str) -> CaseTransition:
    """Say which of two states holds, with the reason; every copy will show it.

    Raises:
        Refused: Nothing waits to be settled, the state is neither of the two, no reason is
            given, or a hold would be lifted by somebody who is no protection officer.
    """
    states = disputed_states(db, case)
    if state not in states:
        raise Refused(
            "not_disputed",
            _("Choose one of: {states}.").format(
                states=_(", ").join(STATES.label(one) for one in states) or "–"
            ),
            "state",
            "case",
        )
    if not reason.strip():
        raise Refused("reason_required", _("Give the reason."), "state_reason", "case")
    if "protection_hold" in states and state not in {"protection_hold", "withdrawn"}:
        require_role(db, frozenset({PROTECTION}))
    if "closed" in states or "reopened" in states:
        require_role(db, SUPERVISING)
    made = CaseTransition(
        case=case.id,
        from_state=case.state,
        to_state=state,
        moved_on=db.info["context"].today,
        reason=reason,
        is_settled=True,
    )
    db.add(made)
    db.info["reason"] = reason
    ended = state in ENDED
    answers = {
        "state": state,
        "state_reason": reason,
        "closed": (case.closed or made.moved_on) if ended else None,
        "closure_reason": (case.closure_reason or "other") if state == "closed" else None,
    }
    for name, value in answers.items():
        setattr(case, name, value)
        # Choosing what is shown already is a decision too, and must reach the log.
        flag_modified(case, name)
    return made
