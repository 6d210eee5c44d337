"""The states of a case: one table of what may follow what, on which conditions, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.casework import case_guards as g
from app.casework.case_facts import Facts
from app.casework.case_guards import CONCERNS, Guard
from app.models.cases import MARKS, CaseTransition
from app.models.officers import PROTECTION
from app.models.programme_lists import REGULAR_STATES

ENDED: Final = frozenset(
    {
        "closed",
        "withdrawn",
        "ineligible",
        "referred_out",
        "deceased",
        "duplicate_merged",
        "lost_contact",
    }
)
"""States in which nothing more is done; the person may open another case in the programme.

Who did not come to the departure (``no_show``) is still in care: they are booked again, withdraw,
or the case is closed. Of the ended states only ``closed`` can be reopened: who withdrew and comes
back begins anew, with a new case.
"""

REGULAR: Final = REGULAR_STATES
"""The regular line, in order."""

BEFORE: Final = "before"
"""Target of a move that leads back: the state the case was in when it was held or closed."""

SUPERVISING: Final = frozenset({"supervisor", "hq"})

_TO_READY: Final = REGULAR[: REGULAR.index("departed")]
_BEFORE_DEPARTURE: Final = (*_TO_READY, "no_show")
_OPEN: Final = (*REGULAR[:-1], "no_show")
_FROM_DECLARED: Final = REGULAR[REGULAR.index("declared") : -1]
_FROM_COUNSELLING: Final = REGULAR[REGULAR.index("counselling") : -1]


@dataclass(frozen=True, slots=True)
class Move:
    """A legal move of a case.

    Attributes:
        sources: States it starts from.
        target: State it leads to; a mark, for what runs beside the state; or ``BEFORE``.
        guards: What must be so.
        needs_reason: A reason must be given.
        takes_reason: A reason may be written down.
        roles: Who may; None for everybody.
        is_regular: It is a step of the regular line.
    """

    sources: tuple[str, ...]
    target: str
    guards: tuple[Guard, ...] = ()
    needs_reason: bool = False
    takes_reason: bool = True
    roles: frozenset[str] | None = None
    is_regular: bool = False


def _step(
    *sources: str,
    to: str,
    guards: tuple[Guard, ...] = (),
    needs_reason: bool = False,
    roles: frozenset[str] | None = None,
) -> Move:
    return Move(sources, to, guards, needs_reason, roles=roles, is_regular=True)


_ABLE_TO_TRAVEL: Final = (g.declaration_stands, g.child_cleared, g.travel_paper_valid)

# Source: domain notes, table of case states (2.4).
MOVES: Final = (
    # The regular line.
    _step("draft", to="registered", guards=(g.consent_given, g.name_known, g.identity_known)),
    _step("registered", to="screening"),
    _step("screening", to="counselling", guards=(g.rapidly_screened,)),
    _step(
        "counselling",
        to="declared",
        guards=(
            g.return_counselled,
            g.declared,
            g.declaration_signed,
            g.declared_by_today,
            g.language_understood,
            g.interpreter_recorded,
            g.asylum_explained,
            g.thought_over,
            g.free_to_decide,
            g.child_cleared,
        ),
    ),
    _step("declared", to="docs_pending"),
    _step("docs_pending", to="cleared", guards=(g.travel_paper_valid, g.exit_authorised)),
    _step(
        "cleared",
        "no_show",
        to="booked",
        guards=(g.itinerary_known, g.escort_arranged, *_ABLE_TO_TRAVEL, g.exit_authorised),
    ),
    _step(
        "booked",
        to="ready",
        guards=(
            g.fit_to_travel,
            g.escort_arranged,
            g.allowances_prepared,
            g.will_reconfirmed,
            *_ABLE_TO_TRAVEL,
        ),
    ),
    _step(
        "ready",
        to="departed",
        guards=(g.boarded, g.fit_when_boarding, g.declaration_stands, g.child_cleared),
    ),
    _step("departed", to="arrived", guards=(g.received,)),
    _step("arrived", to="reintegration"),
    _step("reintegration", to="monitoring", guards=(g.assisted,)),
    _step("monitoring", to="closed", needs_reason=True, roles=SUPERVISING),
    # What runs beside the state.
    Move(_FROM_DECLARED, "training", (g.enrolled,), takes_reason=False),
    Move(
        _FROM_COUNSELLING,
        "plan_approved",
        (g.plan_approved_here, g.plan_approved_there),
        takes_reason=False,
    ),
    # The return is voluntary: withdrawing takes one step and no justification.
    Move((*_BEFORE_DEPARTURE, "protection_hold"), "withdrawn"),
    # The reason of a hold is sealed, never written here.
    Move(_BEFORE_DEPARTURE, "protection_hold", takes_reason=False),
    Move(
        ("protection_hold",),
        BEFORE,
        (g.hold_released,),
        takes_reason=False,
        roles=frozenset({PROTECTION}),
        is_regular=True,
    ),
    # Other ends.
    Move(("booked", "ready"), "no_show", needs_reason=True),
    Move(_BEFORE_DEPARTURE, "ineligible", needs_reason=True),
    Move(_OPEN, "referred_out", needs_reason=True),
    Move(_OPEN, "lost_contact", needs_reason=True),
    Move(_OPEN, "deceased", needs_reason=True),
    Move(_OPEN, "duplicate_merged", needs_reason=True),
    Move(_OPEN, "closed", needs_reason=True, roles=SUPERVISING),
    Move(("closed",), "reopened", needs_reason=True, roles=SUPERVISING),
    Move(("reopened",), BEFORE, is_regular=True),
)


def moves_from(facts: Facts, state: str) -> list[Move]:
    """List the moves of a case from ``state``, the regular step first, as its programme has them.

    A programme uses some states of the regular line; the others are passed through. Its line is
    thus the table's with the unused states taken out: from a state one goes to the next one that
    is used, on the guards of that one alone. A guard that is about an unused state (``CONCERNS``)
    is not asked. What runs beside the state from an unused state on runs from the last used one
    before it. A reopened case goes back to where it was, or ends as it could have from there.
    """
    step = _regular_step(facts, state)
    standing = state_before(facts.moves, state) if state == "reopened" else state
    found = [] if step is None else [step]
    for move in MOVES:
        if move.is_regular or (step is not None and move.target == step.target):
            continue
        if move.target in MARKS.codes():
            is_possible = facts.uses(move.target) and _runs_beside(facts, move, state)
        else:
            is_possible = standing in move.sources
        if is_possible:
            found.append(move)
    return [replace(move, guards=_asked(facts, move)) for move in found]


def _regular_step(facts: Facts, state: str) -> Move | None:
    """Give the step along the line, or back to it, with the guards of the state entered."""
    back = next((m for m in MOVES if m.target == BEFORE and state in m.sources), None)
    if back is not None:
        target = state_before(facts.moves, state)
        entering = _entering(target)
        guards = (*back.guards, *(entering.guards if entering else ()))
        return replace(back, target=target, guards=guards)
    if state == "no_show":
        return _entering("booked")
    if state not in REGULAR[:-1]:
        return None
    later = REGULAR[REGULAR.index(state) + 1 :]
    return _entering(next(one for one in later if facts.uses(one) or one == "closed"))


def _entering(state: str) -> Move | None:
    return next((move for move in MOVES if move.is_regular and move.target == state), None)


def _runs_beside(facts: Facts, move: Move, state: str) -> bool:
    if state in move.sources:
        return True
    first = REGULAR.index(move.sources[0])
    earlier = [one for one in REGULAR[:first] if facts.uses(one)]
    return not facts.uses(move.sources[0]) and state == earlier[-1]


def _asked(facts: Facts, move: Move) -> tuple[Guard, ...]:
    guards = dict.fromkeys(move.guards)
    return tuple(one for one in guards if one not in CONCERNS or facts.uses(CONCERNS[one]))


def state_before(moves: Sequence[CaseTransition], state: str) -> str:
    """Give the state a case goes back to from ``protection_hold`` or ``reopened``.

    Args:
        moves: Of the case, the earliest first.
        state: Where it is. From a hold it goes back to where it was held; reopened, to where it
            was before it was closed, whatever happened in between.
    """
    passed = {"protection_hold", "reopened", *ENDED} if state == "reopened" else {state}
    for move in reversed(moves):
        if move.mark is None and move.from_state not in {None, *passed}:
            return move.from_state or "draft"
    return "draft"


def is_ever_legal(source: str, target: str) -> bool:
    """Tell whether a case of some programme may move from one state to another."""
    if source in REGULAR and target in REGULAR:
        return REGULAR.index(source) < REGULAR.index(target)  # what lies between may be unused
    if source == "protection_hold":
        return target in (*_BEFORE_DEPARTURE, "reopened", "withdrawn")
    if source == "reopened":
        return target in (*_OPEN, *ENDED, "protection_hold")
    return any(source in move.sources and target == move.target for move in MOVES)


def skips(facts: Facts, source: str, target: str) -> bool:
    """Tell whether a move along the line leaves out a state that the programme uses."""
    if source not in REGULAR or target not in REGULAR[:-1]:
        return False
    between = REGULAR[REGULAR.index(source) + 1 : REGULAR.index(target)]
    return any(facts.uses(state) for state in between)
