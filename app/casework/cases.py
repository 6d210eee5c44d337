"""Cases: opened for a person in a programme, and moved from state to state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.consents import live_scopes
from app.casework.numbers import next_number
from app.casework.people import names_of
from app.errors import Refused
from app.i18n import _, isolate
from app.models.cases import STATES, Case
from app.models.persons import Person
from app.models.rules import rule
from app.models.sessions import CounsellingSession
from app.models.store import Store
from app.models.types import Context

ENDED: Final = frozenset({"withdrawn", "closed"})


def open_case(db: Session, person: UUID, programme: str, **answers: Any) -> Case:
    """Open a case for a person and give it its number.

    Raises:
        Refused: The person has an open case in the programme (at the save).
    """
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

Guard = Callable[[Session, Case], str | None]


def _consent_to_register(db: Session, case: Case) -> str | None:
    if "register" in live_scopes(db, case.person):
        return None
    return _("Consent to keep the person's data is missing. Record the consent.")


def _identity_known(db: Session, case: Case) -> str | None:
    person = db.get(Person, case.person)
    if person is None or not names_of(db, case.person):
        return _("The person has no name yet. Write one; an alias is enough.")
    if not person.sex or not person.nationalities:
        return _("Sex and nationality are missing; unknown is an answer.")
    return None


def _first_session(db: Session, case: Case) -> str | None:
    held = db.scalars(
        select(CounsellingSession.id).where(
            CounsellingSession.case == case.id, CounsellingSession.voided.is_(None)
        )
    ).first()
    if held is None:
        return _("No counselling session is recorded yet. Record a session.")
    return None


@dataclass(frozen=True, slots=True)
class Move:
    """A legal move of a case.

    Attributes:
        guards: Each answers None when satisfied, or what is missing.
        needs_reason: A reason must be given.
    """

    source: str
    target: str
    guards: tuple[Guard, ...] = ()
    needs_reason: bool = False


MOVES: Final = (
    Move("draft", "registered", (_consent_to_register, _identity_known)),
    Move("registered", "counselling", (_first_session,)),
    # Withdrawal is free of justification: the return is voluntary.
    Move("draft", "withdrawn"),
    Move("registered", "withdrawn"),
    Move("counselling", "withdrawn"),
    Move("draft", "closed", needs_reason=True),
    Move("registered", "closed", needs_reason=True),
    Move("counselling", "closed", needs_reason=True),
)


@dataclass(frozen=True, slots=True)
class NextState:
    """A state a case may move to, and what is missing for it."""

    state: str
    missing: list[str]
    needs_reason: bool


def next_states(db: Session, case: Case) -> list[NextState]:
    """List where a case may go from here, the next regular step first."""
    return [
        NextState(
            move.target,
            [text for guard in move.guards if (text := guard(db, case)) is not None],
            move.needs_reason,
        )
        for move in MOVES
        if move.source == case.state
    ]


def advance(db: Session, case: Case, state: str, reason: str | None = None) -> None:
    """Move a case to ``state``.

    Raises:
        Refused: The move is not legal, something is missing, or a reason is.
    """
    step = next((s for s in next_states(db, case) if s.state == state), None)
    if step is None:
        legal = [STATES.label(s.state) for s in next_states(db, case)]
        raise Refused(
            "illegal_move",
            _(
                "A case in state “{current}” cannot become “{wanted}”. It can become: {legal}."
            ).format(
                current=case.shown("state"),
                wanted=STATES.label(state),
                legal=_(", ").join(legal) or "–",
            ),
            "state",
            "case",
        )
    if step.missing:
        raise Refused("missing_for_state", " ".join(step.missing), "state", "case")
    if step.needs_reason and not reason:
        raise Refused("reason_required", _("Give the reason."), "state_reason", "case")
    case.state = state
    case.state_reason = reason
    if state in ENDED:
        case.closed = db.info["context"].today
