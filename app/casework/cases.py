"""Cases: opened for a person in a programme, and moved from state to state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.case_facts import Facts, Missing
from app.casework.case_states import (
    ENDED,
    MOVES,
    Move,
    moves_from,
)
from app.casework.follow_up import BACK, schedule_follow_ups
from app.casework.history import conflicts_of
from app.casework.likely_duplicates import Sought, likely_duplicates
from app.casework.numbers import next_number
from app.casework.people import names_of, own_names
from app.casework.verbs import usual
from app.errors import Refused
from app.i18n import _, isolate
from app.models.cases import MARKS, STATES, Case, CaseTransition
from app.models.choices import COUNTRIES
from app.models.officers import PROTECTION
from app.models.persons import Contact, Person
from app.models.programmes import programmes
from app.models.record import Record
from app.models.rules import rule
from app.models.store import Store
from app.models.types import Context
from app.models.users import User


def open_case(db: Session, person: UUID, programme: str, **answers: Any) -> Case:
    """Open a case for a person and give it its number.

    Raises:
        Refused: The programme keeps no cases; the person has an open case in it (at the save).
    """
    known = programmes().get(programme)
    if known is not None and not known.keeps_cases:
        raise Refused(
            "no_cases",
            _("This programme works with organisations. Record an activity instead."),
            "programme",
            "case",
        )
    store: Store = db.info["store"]
    context: Context = db.info["context"]
    db.flush()  # so that two cases opened in one save count
    number = next_number(
        db,
        country=context.home_country,
        office=store.settings.get("office_code", str) or "XXX",
        year=context.today.year,
        device=store.device,
    )
    case = Case(
        person=person,
        programme=programme,
        **{
            "number": number,
            "state": "draft",
            "opened": context.today,
            "counsellor": db.info["author"],
            **answers,
        },
    )
    db.add(case)
    return case


@usual(Case)
def usual_case(db: Session, parent: Record) -> Mapping[str, Any]:
    """Start with the country of nationality as that of return, when there is one only."""
    answers: dict[str, Any] = {"priority": "normal"}
    nationalities = (parent.nationalities if isinstance(parent, Person) else None) or frozenset()
    countries = sorted(nationalities - set(COUNTRIES.EXTRA))
    if len(countries) == 1:
        answers["return_country"] = countries[0]
    return answers


@rule(Case)
def one_open_case(db: Session, case: Case, context: Context) -> None:
    """A person has one open case in a programme."""
    if case.voided or case.state in ENDED:
        return
    other = db.scalars(
        select(Case).where(
            Case.person == case.person,
            Case.programme == case.programme,
            Case.id != case.id,
            Case.voided.is_(None),
            Case.state.not_in(ENDED),
        )
    ).first()
    if other is not None:
        raise Refused(
            "one_open_case",
            _("This person already has an open case in this programme: {number}.").format(
                number=isolate(other.number or "")
            ),
            "programme",
        )


@rule(Case)
def number_is_unique(db: Session, case: Case, context: Context) -> None:
    """No two cases share a number."""
    same = db.scalars(
        select(Case.id).where(Case.number == case.number, Case.id != case.id, Case.voided.is_(None))
    ).first()
    if same is not None:
        raise Refused(
            "case_number_taken",
            _("Another case has the number {number}.").format(number=isolate(case.number or "")),
            "number",
        )


# -- states ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NextState:
    """A state a case may move to, or a mark it may be given.

    Attributes:
        state: Code of the state or mark.
        missing: What must be recorded first.
        needs_reason: A reason must be given; for ``closed`` its code will do.
        is_regular: It is the regular step.
        roles: Who may; None for everybody.
        takes_reason: A reason may be written down.
        warnings: What to look at first; it does not hold the move back.
    """

    state: str
    missing: list[Missing]
    needs_reason: bool
    is_regular: bool
    roles: frozenset[str] | None = None
    takes_reason: bool = True
    warnings: list[Missing] = field(default_factory=list)


def next_states(db: Session, case: Case) -> list[NextState]:
    """List where a case may go from here, the regular step first.

    A case whose state waits to be settled goes nowhere.
    """
    if is_disputed(case):
        return []
    facts = Facts(db, case)
    return [
        NextState(
            state=move.target,
            missing=_missing(facts, move),
            needs_reason=move.needs_reason,
            is_regular=move.is_regular,
            roles=move.roles,
            takes_reason=move.takes_reason,
            warnings=_known_already(facts) if move.target == "registered" else [],
        )
        for move in _moves(facts)
    ]


def advance(
    db: Session,
    case: Case,
    state: str,
    reason: str | None = None,
    closure_reason: str | None = None,
) -> CaseTransition:
    """Move a case to a state, or give it a mark.

    Args:
        db: Inside ``store.write``.
        state: A code of ``STATES`` or of ``MARKS``.
        reason: In words; kept with the move.
        closure_reason: A code of ``CLOSURE_REASONS``, for ``closed``.

    Returns:
        The record of the move.

    Raises:
        Refused: The move is not legal, the author may not make it, something is missing, or a
            reason is.
    """
    db.flush()  # what the same save records counts
    if is_disputed(case):
        raise Refused(
            "state_disputed",
            _("Two people moved this case at the same time. Settle its state first."),
            "state",
            "case",
        )
    facts = Facts(db, case)
    move = _chosen(facts, state)
    require_role(db, move.roles)
    _require_reason(move, reason, closure_reason)
    missing = _missing(facts, move)
    if missing:
        raise Refused("missing_for_state", " ".join(one.text for one in missing), "state", "case")
    made = CaseTransition(
        case=case.id,
        from_state=case.state,
        to_state=case.state if state in MARKS.codes() else state,
        mark=state if state in MARKS.codes() else None,
        moved_on=facts.today,
        reason=reason,
        checked=" ".join(guard.__name__ for guard in move.guards) or None,
    )
    db.add(made)
    if made.mark is not None:
        case.marks = (case.marks or frozenset()) | {made.mark}
    else:
        _enter(case, state, reason, closure_reason, facts)
    if made.to_state in BACK:
        schedule_follow_ups(db, case)
    return made


def _enter(
    case: Case, state: str, reason: str | None, closure_reason: str | None, facts: Facts
) -> None:
    case.state = state
    case.state_reason = reason
    case.closed = facts.today if state in ENDED else None
    if state == "closed":
        case.closure_reason = closure_reason or "other"
    elif state not in ENDED:
        case.closure_reason = None


def _moves(facts: Facts) -> list[Move]:
    held = facts.case.marks or frozenset()
    return [m for m in moves_from(facts, facts.case.state or "draft") if m.target not in held]


def _chosen(facts: Facts, state: str) -> Move:
    moves = _moves(facts)
    chosen = next((move for move in moves if move.target == state), None)
    if chosen is None:
        raise Refused(
            "illegal_move",
            _(
                "A case in state “{current}” cannot become “{wanted}”. It can become: {legal}."
            ).format(
                current=facts.case.shown("state"),
                wanted=state_label(state),
                legal=_(", ").join(state_label(move.target) for move in moves) or "–",
            ),
            "state",
            "case",
        )
    return chosen


def regular_step(db: Session, case: Case) -> str | None:
    """Give the state the regular step leads to; None where there is none."""
    return next((move.target for move in _moves(Facts(db, case)) if move.is_regular), None)


def is_legal(db: Session, case: Case, state: str) -> bool:
    """Tell whether a move is in the table, whatever is still missing for it."""
    return not is_disputed(case) and any(m.target == state for m in _moves(Facts(db, case)))


def state_label(state: str) -> str:
    """Name a state or a mark in the language in use."""
    return MARKS.label(state) if state in MARKS.codes() else STATES.label(state)


def _missing(facts: Facts, move: Move) -> list[Missing]:
    return [found for guard in move.guards if (found := guard(facts)) is not None]


def require_role(db: Session, roles: frozenset[str] | None) -> None:
    """Refuse unless the author of a save has one of ``roles``; None lets everybody.

    Raises:
        Refused: The author has none of them.
    """
    author = db.get(User, db.info["author"])
    if roles is not None and not roles & ((author.roles if author else None) or frozenset()):
        message = (
            _("Only a protection officer may do this. Ask one of your office.")
            if roles == {PROTECTION}
            else _("Your role does not allow this. Ask a supervisor of your office.")
        )
        raise Refused("role", message, "state", "case")


def _require_reason(move: Move, reason: str | None, closure_reason: str | None) -> None:
    has_reason = bool((reason or "").strip() or closure_reason)
    if move.needs_reason and not has_reason:
        raise Refused("reason_required", _("Give the reason."), "state_reason", "case")
    if has_reason and move.target == "protection_hold":
        raise Refused(
            "reason_is_sealed",
            _("Do not write here why. Put it in the sealed box of the person's file."),
            "state_reason",
            "case",
        )
    if closure_reason and move.target != "closed":
        raise Refused(
            "closure_reason",
            _("A reason for closing is given only when a case is closed."),
            "closure_reason",
            "case",
        )


_STRONG: Final = 7
"""Points from which two people are likely one: a name of two words and something more."""


def _known_already(facts: Facts) -> list[Missing]:
    """Warn of somebody on file who is likely the same person."""
    db, person = facts.db, facts.person
    names = names_of(db, person.id)
    phones = db.scalars(
        select(Contact.number).where(
            Contact.person == person.id,
            Contact.voided.is_(None),
            Contact.contact_kind.in_(["own", "whatsapp"]),
        )
    )
    sought = Sought(
        names=tuple(name.full for name in own_names(names)),
        fathers=tuple(name.full for name in names if name.name_kind == "father"),
        phones=tuple(number for number in phones if number),
        birth=person.birth,
        nationalities=person.nationalities or frozenset(),
    )
    return [
        Missing(
            "likely_duplicate",
            _("{name} is already on file and may be the same person. Compare both.").format(
                name=isolate(_(", ").join(likely.names))
            ),
            "intake",
            "person",
        )
        for likely in likely_duplicates(db.info["store"], sought)
        if likely.person != person.id and likely.points >= _STRONG
    ]


# -- two moves at the same time ----------------------------------------------------------------


def is_disputed(case: Case) -> bool:
    """Tell whether the state of a case waits to be settled."""
    return "state" in (case.conflicts or "").split()


def disputed_states(db: Session, case: Case) -> list[str]:
    """List the states two people moved a case to at the same time; empty when none wait."""
    states = [
        step.answers["state"]
        for conflict in conflicts_of(db, case)
        if conflict.field == "state"
        for step in conflict.answers
    ]
    return list(dict.fromkeys(states))


__all__ = [
    "ENDED",
    "MOVES",
    "Missing",
    "NextState",
    "advance",
    "disputed_states",
    "is_disputed",
    "is_legal",
    "next_states",
    "open_case",
    "regular_step",
    "require_role",
    "state_label",
]
