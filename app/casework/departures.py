"""The Departures board: everybody between declaring and leaving, and what holds each back.

Read set by set, a query for each kind of record whatever the number of people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Executable, select
from sqlalchemy.orm import Session, aliased

from app.casework.health import holds_through
from app.casework.office_limits import limit
from app.casework.people import display_names
from app.casework.programmes import programme_of
from app.casework.travel import LIVE_JOURNEYS, TRAVEL_DOCUMENTS
from app.i18n import N_
from app.models.cases import Case
from app.models.declarations import Declaration
from app.models.health import MedicalAssessment
from app.models.persons import PersonIdentifier
from app.models.programmes import Programme
from app.models.travel import Travel, TravelAllowance, TravelDocumentRequest, TravelLeg
from app.models.values import PartialDate

ON_THE_BOARD: Final = ("declared", "docs_pending", "cleared", "no_show", "booked", "ready")
"""States of the cases it shows, in order of the line."""

PARTS: Final = {
    "papers": N_("Travel papers"),
    "booking": N_("Journey"),
    "medical": N_("Fitness to travel"),
    "allowances": N_("Allowances"),
    "reconfirmation": N_("Will confirmed again"),
}
"""What a departure needs, in the order it is usually got, with its heading."""

_SOME: Final = 500
_Rows = dict[UUID, list[Any]]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing a departure needs.

    Attributes:
        state: ``expiring`` is there, and ends before the departure or within the office's
            warning time; ``asked`` is under way; ``not_needed`` in this programme.
        on: Last day it holds, or day of the departure, of the answer expected, or of the
            confirmation; None when there is none.
    """

    state: Literal["ok", "asked", "missing", "expiring", "not_needed"]
    on: date | None = None


@dataclass(frozen=True, slots=True)
class DepartureLine:
    """One case on the board.

    Attributes:
        names: At most one a script.
        departs_on: Day of the journey; None while there is none.
        parts: By the codes of ``PARTS``, in their order.
        blocks: Code of the first part that is not there; None when all are.
    """

    case: UUID
    person: UUID
    names: list[str]
    number: str
    programme: str
    state: str
    return_country: str | None
    counsellor: UUID | None
    departs_on: date | None
    parts: dict[str, Part]
    blocks: str | None


def board(db: Session, today: date) -> list[DepartureLine]:
    """List everybody between declaring and leaving: the next to leave first, then by name."""
    cases = db.execute(
        select(
            Case.id, Case.person, Case.number, Case.programme, Case.state,
            Case.return_country, Case.counsellor,
        ).where(Case.state.in_(ON_THE_BOARD), Case.voided.is_(None))
    ).all()  # fmt: skip
    facts = _Board(db, today)
    names = _in_parts(db, [case.person for case in cases])
    lines = []
    for case in cases:
        journey = facts.journeys.get(case.id)
        departs = journey.departs_on if journey else None
        parts = facts.parts_of(case, journey)
        lines.append(
            DepartureLine(
                case=case.id,
                person=case.person,
                names=names.get(case.person, []),
                number=case.number or "",
                programme=case.programme or "",
                state=case.state,
                return_country=case.return_country,
                counsellor=case.counsellor,
                departs_on=departs,
                parts=parts,
                blocks=next((n for n, p in parts.items() if p.state in {"missing", "asked"}), None),
            )
        )
    lines.sort(key=lambda line: (line.departs_on or date.max, line.names[:1], line.number))
    return lines


class _Board:
    """What the lines are made from, by case."""

    def __init__(self, db: Session, today: date) -> None:
        self._db = db
        self._today = today
        self._hours = limit(db, "fitness_hours")
        self._within = timedelta(days=limit(db, "reconfirmed_days"))
        self._warned = timedelta(days=limit(db, "paper_warning_days"))
        self._programmes: dict[str, Programme] = {}
        shown = aliased(Case)
        on_board = select(shown.id).where(shown.state.in_(ON_THE_BOARD), shown.voided.is_(None))
        travelling = select(shown.person).where(
            shown.state.in_(ON_THE_BOARD), shown.voided.is_(None)
        )
        journeys = self._rows(
            select(Travel.case.label("of"), Travel.id, Travel.departs_on).where(
                Travel.case.in_(on_board),
                Travel.voided.is_(None),
                Travel.state.in_(LIVE_JOURNEYS),
            ).order_by(Travel.departs_on, Travel.created_at)
        )  # fmt: skip
        self.journeys: dict[UUID, Any] = {case: rows[-1] for case, rows in journeys.items()}
        of_board = select(Travel.id).where(Travel.case.in_(on_board))
        self._legs = self._rows(
            select(TravelLeg.travel.label("of")).where(
                TravelLeg.travel.in_(of_board), TravelLeg.voided.is_(None)
            )
        )
        self._allowances = self._rows(
            select(
                TravelAllowance.travel.label("of"),
                TravelAllowance.is_prepared,
                TravelAllowance.paid_on,
            ).where(TravelAllowance.travel.in_(of_board), TravelAllowance.voided.is_(None))
        )
        self._requests = self._rows(
            select(
                TravelDocumentRequest.case.label("of"),
                TravelDocumentRequest.paper,
                TravelDocumentRequest.state,
                TravelDocumentRequest.expires_on,
                TravelDocumentRequest.answer_expected,
            ).where(
                TravelDocumentRequest.case.in_(on_board),
                TravelDocumentRequest.voided.is_(None),
                TravelDocumentRequest.state.in_(["to_send", "sent", "issued"]),
            )
        )
        self._held = self._rows(
            select(PersonIdentifier.person.label("of"), PersonIdentifier.expires).where(
                PersonIdentifier.person.in_(travelling),
                PersonIdentifier.voided.is_(None),
                PersonIdentifier.identifier_kind.in_(["passport", "laissez_passer"]),
                PersonIdentifier.expires.is_not(None),
            )
        )
        self._assessments = self._rows(
            select(
                MedicalAssessment.case.label("of"),
                MedicalAssessment.assessed_on,
                MedicalAssessment.valid_until,
                MedicalAssessment.fitness,
            )
            .where(MedicalAssessment.case.in_(on_board), MedicalAssessment.voided.is_(None))
            .order_by(MedicalAssessment.assessed_on, MedicalAssessment.created_at)
        )
        self._reconfirmed = self._rows(
            select(Declaration.case.label("of"), Declaration.declared_on)
            .where(
                Declaration.case.in_(on_board),
                Declaration.voided.is_(None),
                Declaration.withdrawn_on.is_(None),
                Declaration.declaration_kind == "reconfirmed",
            )
            .order_by(Declaration.declared_on)
        )

    def _rows(self, query: Executable) -> _Rows:
        found: _Rows = {}
        for row in self._db.execute(query):
            found.setdefault(row.of, []).append(row)
        return found

    def parts_of(self, case: Any, journey: Any) -> dict[str, Part]:
        """Say how far each part of a departure is."""
        programme = self._programme(case.programme or "")
        departs = journey.departs_on if journey else None
        needed = max(self._today, departs) if departs else self._today
        made: dict[str, Callable[[], Part]] = {
            "papers": lambda: self._papers(case, programme, needed),
            "booking": lambda: self._booking(journey),
            "medical": lambda: self._medical(case.id, needed),
            "allowances": lambda: self._handed_out(journey, programme),
            "reconfirmation": lambda: self._will(case.id, departs),
        }
        used = {"papers": "cleared", "booking": "booked"}
        return {
            name: made[name]() if programme.uses(used.get(name, "ready")) else Part("not_needed")
            for name in PARTS
        }

    def _programme(self, code: str) -> Programme:
        if code not in self._programmes:
            self._programmes[code] = programme_of(self._db, code)
        return self._programmes[code]

    def _papers(self, case: Any, programme: Programme, needed: date) -> Part:
        requests = self._requests.get(case.id, [])
        to_travel = [one for one in requests if one.paper in TRAVEL_DOCUMENTS]
        ends = [one.expires_on for one in to_travel if one.state == "issued" and one.expires_on]
        held: Iterable[PartialDate] = (one.expires for one in self._held.get(case.person, []))
        ends += [one.earliest for one in held]
        to_leave = [one for one in requests if one.paper == "exit_authorisation"]
        allowed = [one.expires_on for one in to_leave if one.state == "issued"]
        may_leave = (
            bool(programme.papers) and "exit_authorisation" not in programme.papers
        ) or any(end is None or end >= needed for end in allowed)
        last = max(ends, default=None)
        if last is None or last < self._today or not may_leave:
            asked = [one for one in requests if one.state == "sent"]
            if not asked:
                return Part("missing", last)
            return Part("asked", min((o.answer_expected for o in asked if o.answer_expected),
                                     default=None))  # fmt: skip
        if last < needed or last < self._today + self._warned:
            return Part("expiring", last)
        return Part("ok", last)

    def _booking(self, journey: Any) -> Part:
        if journey is None:
            return Part("missing")
        if journey.departs_on is None or journey.id not in self._legs:
            return Part("asked", journey.departs_on)
        if journey.departs_on < self._today:
            return Part("expiring", journey.departs_on)
        return Part("ok", journey.departs_on)

    def _medical(self, case: UUID, needed: date) -> Part:
        found = self._assessments.get(case)
        if not found:
            return Part("missing")
        last = found[-1]
        if last.fitness not in {"fit", "conditions"}:
            return Part("asked" if last.fitness == "pending" else "missing")
        end = holds_through(last.assessed_on, last.valid_until, self._hours)
        if end < self._today:
            return Part("missing", end)
        return Part("ok" if end >= needed else "expiring", end)

    def _handed_out(self, journey: Any, programme: Programme) -> Part:
        listed = self._allowances.get(journey.id, []) if journey else []
        if not listed:
            return Part("missing" if programme.allowances else "not_needed")
        return Part("ok" if all(o.is_prepared or o.paid_on for o in listed) else "asked")

    def _will(self, case: UUID, departs: date | None) -> Part:
        found = self._reconfirmed.get(case)
        if not found:
            return Part("missing")
        day: date = found[-1].declared_on
        if departs is not None and day < departs - self._within:
            return Part("missing", day)
        return Part("ok", day)


def _in_parts(db: Session, people: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Give names, asked for some people at a time: a statement takes only so many values."""
    found: dict[UUID, list[str]] = {}
    for start in range(0, len(people), _SOME):
        found |= display_names(db, people[start : start + _SOME])
    return found
