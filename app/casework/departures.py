"""The Departures board: everybody between declaring and leaving, and what holds each back.

Read set by set, a query for each kind of record whatever the number of people.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import Executable, select
from sqlalchemy.orm import Session, aliased

from app.casework.among import Key, key
from app.casework.health import holds_through
from app.casework.office_limits import limit
from app.casework.people import names_by_key
from app.casework.programmes import programme_of
from app.casework.travel import LIVE_JOURNEYS, TRAVEL_DOCUMENTS
from app.i18n import N_
from app.models.cases import Case
from app.models.collector import collector_paused
from app.models.declarations import Declaration
from app.models.health import MedicalAssessment
from app.models.persons import PersonIdentifier
from app.models.programmes import Programme
from app.models.travel import Travel, TravelAllowance, TravelDocumentRequest, TravelLeg
from app.models.values import PartialDate, id_of

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

_BLOCKING: Final = frozenset({"missing", "asked"})
_NEEDS: Final = {"papers": "cleared", "booking": "booked"}
"""Part → state of a case whose programme asks for it; the others are for ``ready``."""
_Rows = dict[Key, list[Any]]


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


_UNUSED: Final = Part("not_needed")


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


@collector_paused()
def board(db: Session, today: date) -> list[DepartureLine]:
    """List everybody between declaring and leaving: the next to leave first, then by name."""
    on_board = (Case.state.in_(ON_THE_BOARD), Case.voided.is_(None))
    cases = db.connection().execute(
        select(
            key(Case.id).label("id"), key(Case.person).label("person"), Case.number,
            Case.programme, Case.state, Case.return_country, Case.counsellor,
        ).where(*on_board)
    ).all()  # fmt: skip
    facts = _Board(db, today)
    names = names_by_key(db, select(Case.person).where(*on_board))
    lines = []
    for case in cases:
        of, person, number, programme, state, return_country, counsellor = case
        journey = facts.journeys.get(of)
        parts = facts.parts_of(of, person, programme or "", journey)
        lines.append(
            DepartureLine(
                case=id_of(of),
                person=id_of(person),
                names=names.get(person, []),
                number=number or "",
                programme=programme or "",
                state=state,
                return_country=return_country,
                counsellor=counsellor,
                departs_on=journey.departs_on if journey else None,
                parts=parts,
                blocks=next((n for n, p in parts.items() if p.state in _BLOCKING), None),
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
        self._programmes: dict[str, tuple[Programme, set[str]]] = {}
        shown = aliased(Case)
        on_board = select(shown.id).where(shown.state.in_(ON_THE_BOARD), shown.voided.is_(None))
        travelling = select(shown.person).where(
            shown.state.in_(ON_THE_BOARD), shown.voided.is_(None)
        )
        journeys = self._rows(
            select(
                key(Travel.case).label("of"), key(Travel.id).label("id"), Travel.departs_on
            ).where(
                Travel.case.in_(on_board),
                Travel.voided.is_(None),
                Travel.state.in_(LIVE_JOURNEYS),
            ).order_by(Travel.departs_on, Travel.created_at)
        )  # fmt: skip
        self.journeys: dict[UUID, Any] = {case: rows[-1] for case, rows in journeys.items()}
        of_board = select(Travel.id).where(Travel.case.in_(on_board))
        self._legs = self._rows(
            select(key(TravelLeg.travel).label("of")).where(
                TravelLeg.travel.in_(of_board), TravelLeg.voided.is_(None)
            )
        )
        self._allowances = self._rows(
            select(
                key(TravelAllowance.travel).label("of"),
                TravelAllowance.is_prepared,
                TravelAllowance.paid_on,
            ).where(TravelAllowance.travel.in_(of_board), TravelAllowance.voided.is_(None))
        )
        self._requests = self._rows(
            select(
                key(TravelDocumentRequest.case).label("of"),
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
            select(key(PersonIdentifier.person).label("of"), PersonIdentifier.expires).where(
                PersonIdentifier.person.in_(travelling),
                PersonIdentifier.voided.is_(None),
                PersonIdentifier.identifier_kind.in_(["passport", "laissez_passer"]),
                PersonIdentifier.expires.is_not(None),
            )
        )
        self._assessments = self._rows(
            select(
                key(MedicalAssessment.case).label("of"),
                MedicalAssessment.assessed_on,
                MedicalAssessment.valid_until,
                MedicalAssessment.fitness,
            )
            .where(MedicalAssessment.case.in_(on_board), MedicalAssessment.voided.is_(None))
            .order_by(MedicalAssessment.assessed_on, MedicalAssessment.created_at)
        )
        self._reconfirmed = self._rows(
            select(key(Declaration.case).label("of"), Declaration.declared_on)
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
        for row in self._db.connection().execute(query).all():
            found.setdefault(row.of, []).append(row)
        return found

    def parts_of(self, case: Key, person: Key, programme: str, journey: Any) -> dict[str, Part]:
        """Say how far each part of a departure is."""
        if programme not in self._programmes:
            of_case = programme_of(self._db, programme)
            uses = {name for name in PARTS if of_case.uses(_NEEDS.get(name, "ready"))}
            self._programmes[programme] = (of_case, uses)
        of_case, uses = self._programmes[programme]
        departs = journey.departs_on if journey else None
        needed = max(self._today, departs) if departs else self._today
        return {
            "papers": self._papers(case, person, of_case, needed) if "papers" in uses else _UNUSED,
            "booking": self._booking(journey) if "booking" in uses else _UNUSED,
            "medical": self._medical(case, needed) if "medical" in uses else _UNUSED,
            "allowances": self._handed_out(journey, of_case) if "allowances" in uses else _UNUSED,
            "reconfirmation": self._will(case, departs) if "reconfirmation" in uses else _UNUSED,
        }

    def _papers(self, case: Key, person: Key, programme: Programme, needed: date) -> Part:
        requests = self._requests.get(case, ())
        to_travel = [one for one in requests if one.paper in TRAVEL_DOCUMENTS]
        ends = [one.expires_on for one in to_travel if one.state == "issued" and one.expires_on]
        held: Iterable[PartialDate] = (one.expires for one in self._held.get(person, ()))
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

    def _medical(self, case: Key, needed: date) -> Part:
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

    def _will(self, case: Key, departs: date | None) -> Part:
        found = self._reconfirmed.get(case)
        if not found:
            return Part("missing")
        day: date = found[-1].declared_on
        if departs is not None and day < departs - self._within:
            return Part("missing", day)
        return Part("ok", day)
