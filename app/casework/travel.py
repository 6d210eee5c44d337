"""Travel papers, the journey home and what is handed out for it: verbs and rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.ages import childhood
from app.casework.health import ESCORT_NEEDED, latest_assessment
from app.casework.programmes import programme_of
from app.casework.verbs import usual, verb
from app.errors import Refused
from app.formats import day_text
from app.i18n import N_, _
from app.models.cases import Case
from app.models.fields import Field
from app.models.money_types import Amount
from app.models.mrz import MrzError, read_mrz
from app.models.persons import Person, PersonIdentifier
from app.models.record import Record
from app.models.rules import rule
from app.models.training import Enrolment, TrainingGroup
from app.models.travel import (
    ALLOWANCE_KINDS,
    Travel,
    TravelAllowance,
    TravelDocumentRequest,
    TravelLeg,
)
from app.models.types import Context

TRAVEL_DOCUMENTS: Final = ("passport", "laissez_passer", "emergency")
"""Papers one travels with; an exit authorisation only goes along."""
LIVE_JOURNEYS: Final = ("planned", "booked", "departed", "arrived")
BEFORE_BOARDING: Final = frozenset({"planned", "booked"})
AFTER_BOARDING: Final = frozenset({"departed", "arrived", "reintegration", "monitoring"})
"""States of a case whose person has left, where the programme has departures."""
_ASKED: Final = frozenset({"to_send", "sent"})


def _needed(kind: type[Record], *names: str) -> dict[str, Field]:
    """Give questions of a kind that a verb cannot do without."""
    return {name: replace(kind.fields[name], required=True) for name in names}


def _optional(kind: type[Record], *names: str) -> dict[str, Field]:
    return {name: kind.fields[name] for name in names}


# -- papers ------------------------------------------------------------------------------------


@usual(TravelDocumentRequest)
def usual_request(db: Session, parent: Record) -> Mapping[str, Any]:
    """Start with a request to be sent; once a paper is asked for, with leave to go out."""
    answers: dict[str, Any] = {"state": "to_send"}
    if not isinstance(parent, Case):
        return answers
    if _lacks_only_exit(db, parent):
        return {**answers, "paper": "exit_authorisation", "issuer": db.info["context"].home_country}
    if parent.return_country:
        answers |= {"paper": "laissez_passer", "issuer": parent.return_country}
    return answers


def _lacks_only_exit(db: Session, case: Case) -> bool:
    """Tell whether a travel paper is asked for or issued, and leave to go out is not."""
    asked = programme_of(db, case.programme or "").papers
    papers = set(
        db.scalars(
            select(TravelDocumentRequest.paper).where(
                TravelDocumentRequest.case == case.id,
                TravelDocumentRequest.voided.is_(None),
                TravelDocumentRequest.state.in_([*_ASKED, "issued"]),
            )
        )
    )
    exit_paper = "exit_authorisation"
    return bool(papers) and exit_paper in (asked or [exit_paper]) and exit_paper not in papers


@verb(
    TravelDocumentRequest,
    "send",
    N_("Sent to the consulate"),
    asks=("sent_on", "answer_expected"),
    when=lambda _db, request: request.state == "to_send",
    is_step=True,
)
def send(
    db: Session,
    request: TravelDocumentRequest,
    sent_on: date | None = None,
    answer_expected: date | None = None,
) -> None:
    """Note that a request was sent, today unless another day is given."""
    request.state = "sent"
    request.sent_on = sent_on or request.sent_on or db.info["context"].today
    if answer_expected is not None:
        request.answer_expected = answer_expected


@verb(
    TravelDocumentRequest,
    "issue",
    N_("Paper issued"),
    asks=("number", "issued_on", "expires_on", "mrz"),
    when=lambda _db, request: request.state in _ASKED,
    is_step=True,
)
def issue(db: Session, request: TravelDocumentRequest, **answers: Any) -> None:
    """Note that a paper was issued; number and end are read from its lines when they are given.

    Raises:
        Refused: A check digit of the lines does not fit.
    """
    for name, value in answers.items():
        setattr(request, name, value)
    if request.mrz:
        read = _read(request.mrz)
        request.number = request.number or read.number
        request.expires_on = request.expires_on or read.expires
    request.state = "issued"
    request.decided_on = request.decided_on or request.issued_on or db.info["context"].today


@verb(
    TravelDocumentRequest,
    "refuse",
    N_("Paper refused"),
    asks=("decided_on", "note"),
    when=lambda _db, request: request.state in _ASKED,
)
def refuse(
    db: Session,
    request: TravelDocumentRequest,
    decided_on: date | None = None,
    note: str | None = None,
) -> None:
    """Note that a paper was refused, today unless another day is given."""
    request.state = "refused"
    request.decided_on = decided_on or db.info["context"].today
    request.note = note or request.note


@verb(
    TravelDocumentRequest,
    "cancel",
    N_("Cancel the request"),
    when=lambda _db, request: request.state in _ASKED,
)
def cancel_request(db: Session, request: TravelDocumentRequest) -> None:
    """Note that a paper is no longer asked for."""
    request.state = "cancelled"


@rule(TravelDocumentRequest)
def paper_is_consistent(db: Session, request: TravelDocumentRequest, context: Context) -> None:
    """A paper issued has a number and, to travel with, an end; its lines say the same."""
    if request.voided:
        return
    if request.issued_on and request.expires_on and request.expires_on < request.issued_on:
        raise Refused(
            "ends_before_start",
            _("The paper ends before it was issued. Check both dates."),
            "expires_on",
        )
    if request.state == "issued":
        if not request.number:
            raise Refused("required", _("Write the number of the paper."), "number")
        if request.paper in TRAVEL_DOCUMENTS and request.expires_on is None:
            raise Refused("required", _("Write until when the paper is valid."), "expires_on")
    if request.mrz:
        read = _read(request.mrz)
        if request.number and _bare(request.number) != _bare(read.number):
            raise Refused(
                "mrz_differs",
                _("The lines say another number. Compare both with the paper."),
                "number",
            )
        if request.expires_on and read.expires and request.expires_on != read.expires:
            raise Refused(
                "mrz_differs",
                _("The lines say valid until {day}. Compare both with the paper.").format(
                    day=day_text(read.expires)
                ),
                "expires_on",
            )


def _read(lines: str) -> Any:
    try:
        return read_mrz(lines)
    except MrzError as error:
        parts = {
            "number": _("the document number"),
            "birth": _("the date of birth"),
            "expiry": _("the last day of validity"),
            "other": _("the optional part"),
        }
        if error.part == "format":
            message = _("These are not the lines of a travel document. Type them again.")
        elif error.part in parts:
            message = _("A check digit does not fit: {part}. Type the lines again.").format(
                part=parts[error.part]
            )
        else:
            message = _("The last check digit does not fit. Type the lines again.")
        raise Refused("mrz_check", message, "mrz", TravelDocumentRequest.kind) from None


def _bare(number: str) -> str:
    return "".join(character for character in number.upper() if character.isalnum())


def valid_until(db: Session, case: Case) -> list[date]:
    """List the last days of the papers a person may travel with, the latest first.

    Papers issued in the case count, and a passport or laissez-passer the person already holds;
    a day known only to the month or year counts from its first.
    """
    issued = db.scalars(
        select(TravelDocumentRequest.expires_on).where(
            TravelDocumentRequest.case == case.id,
            TravelDocumentRequest.voided.is_(None),
            TravelDocumentRequest.state == "issued",
            TravelDocumentRequest.paper.in_(TRAVEL_DOCUMENTS),
        )
    )
    held = db.scalars(
        select(PersonIdentifier.expires).where(
            PersonIdentifier.person == case.person,
            PersonIdentifier.voided.is_(None),
            PersonIdentifier.identifier_kind.in_(["passport", "laissez_passer"]),
        )
    )
    ends = [*issued, *(day.earliest for day in held if day is not None)]
    return sorted((day for day in ends if day is not None), reverse=True)


@rule(Travel, TravelDocumentRequest)
def paper_outlasts_the_journey(
    db: Session, record: Travel | TravelDocumentRequest, context: Context
) -> None:
    """Of the papers a person has, one is valid on the day they travel."""
    case = db.get(Case, record.case)
    if record.voided or case is None:
        return
    journeys = [record] if isinstance(record, Travel) else journeys_of(db, case.id)
    planned = [one for one in journeys if one.state in BEFORE_BOARDING and one.departs_on]
    ends = valid_until(db, case) if planned else []
    for journey in planned:
        departs = journey.departs_on
        if departs and ends and ends[0] < departs:
            raise Refused(
                "paper_expires_before_travel",
                _("The travel paper is valid until {end}, before the departure on {day}.").format(
                    end=day_text(ends[0]), day=day_text(departs)
                ),
                "departs_on" if isinstance(record, Travel) else "expires_on",
            )


# -- the journey -------------------------------------------------------------------------------


def journeys_of(db: Session, case: UUID) -> list[Travel]:
    """List the journeys of a case that were not cancelled or missed, the latest first."""
    return list(
        db.scalars(
            select(Travel)
            .where(Travel.case == case, Travel.voided.is_(None), Travel.state.in_(LIVE_JOURNEYS))
            .order_by(Travel.departs_on.desc(), Travel.created_at.desc())
        )
    )


def legs_of(db: Session, travel: UUID) -> list[TravelLeg]:
    """List the legs of a journey, the earliest first."""
    return list(
        db.scalars(
            select(TravelLeg)
            .where(TravelLeg.travel == travel, TravelLeg.voided.is_(None))
            .order_by(TravelLeg.departs_at)
        )
    )


def allowances_of(db: Session, travel: UUID) -> list[TravelAllowance]:
    """List the allowances of a journey in order of entry."""
    return list(
        db.scalars(
            select(TravelAllowance)
            .where(TravelAllowance.travel == travel, TravelAllowance.voided.is_(None))
            .order_by(TravelAllowance.created_at)
        )
    )


@usual(Travel)
def usual_travel(db: Session, parent: Record) -> Mapping[str, Any]:
    """Start with a planned journey, with the escort the latest assessment asks for."""
    assessment = latest_assessment(db, parent.id)
    conditions = (assessment.conditions if assessment else None) or frozenset()
    escorts = [escort for condition, escort in ESCORT_NEEDED.items() if condition in conditions]
    answers: dict[str, Any] = {"state": "planned", "escort": escorts[0] if escorts else "none"}
    if "wheelchair" in conditions:
        answers["needs"] = ["wheelchair"]
    return answers


@usual(TravelLeg)
def usual_leg(db: Session, parent: Record) -> Mapping[str, Any]:
    """Start a leg where the one before it ends."""
    legs = legs_of(db, parent.id)
    return {"mode": "air", **({"origin": legs[-1].destination} if legs else {})}


@usual(TravelAllowance)
def usual_allowance(db: Session, parent: Record) -> Mapping[str, Any]:
    """Start with the first allowance of the programme that is not on the list yet."""
    case = db.get(Case, parent.case) if isinstance(parent, Travel) else None
    if case is None:
        return {}
    listed = {one.allowance_kind for one in allowances_of(db, parent.id)}
    for allowance in programme_of(db, case.programme or "").allowances:
        # A programme names its allowances freely: "pocket_money" is the kind "pocket".
        kind = next((k for k in ALLOWANCE_KINDS.codes() if allowance.code.startswith(k)), None)
        if kind is not None and kind not in listed:
            return {"allowance_kind": kind, "amount": Amount().to_json(allowance.money)}
    return {}


def _is_to_book(db: Session, travel: Travel) -> bool:
    return travel.state == "planned"


def _may_board(db: Session, travel: Travel) -> bool:
    return travel.state in BEFORE_BOARDING


def _may_arrive(db: Session, travel: Travel) -> bool:
    if travel.state == "departed":
        return True
    # Whoever comes from abroad on their own is received without having boarded here.
    case = db.get(Case, travel.case)
    return (
        case is not None
        and travel.state in BEFORE_BOARDING
        and not programme_of(db, case.programme or "").uses("departed")
    )


@verb(
    Travel,
    "book",
    N_("Booked"),
    asks={**_needed(Travel, "departs_on"), **_optional(Travel, "carrier", "booking")},
    when=_is_to_book,
    is_step=True,
)
def book(db: Session, travel: Travel, **answers: Any) -> None:
    """Note that a journey is booked."""
    for name, value in answers.items():
        setattr(travel, name, value)
    travel.state = "booked"


@verb(
    Travel,
    "confirm_boarding",
    N_("Confirm boarding"),
    asks=("boarded_on",),
    when=_may_board,
    is_step=True,
)
def confirm_boarding(db: Session, travel: Travel, boarded_on: date | None = None) -> None:
    """Note that the person boarded, today unless another day is given."""
    travel.boarded_on = boarded_on or db.info["context"].today
    travel.departs_on = travel.departs_on or travel.boarded_on
    travel.state = "departed"


@verb(
    Travel,
    "confirm_arrival",
    N_("Confirm arrival"),
    asks={
        **_optional(Travel, "arrived_on"),
        **_needed(Travel, "received_at", "received_by"),
    },
    when=_may_arrive,
    is_step=True,
)
def confirm_arrival(
    db: Session,
    travel: Travel,
    received_at: str,
    received_by: str,
    arrived_on: date | None = None,
) -> None:
    """Note where and by whom the person was received, today unless another day is given."""
    travel.arrived_on = arrived_on or db.info["context"].today
    travel.received_at = received_at
    travel.received_by = received_by
    travel.state = "arrived"


@verb(Travel, "miss", N_("Did not come"), when=_may_board)
def miss(db: Session, travel: Travel) -> None:
    """Note that the person did not come to the departure."""
    travel.state = "missed"


@verb(Travel, "cancel", N_("Cancel the journey"), asks=("note",), when=_may_board)
def cancel_travel(db: Session, travel: Travel, note: str | None = None) -> None:
    """Note that a journey does not take place."""
    travel.state = "cancelled"
    travel.note = note or travel.note


@verb(
    TravelAllowance,
    "prepare",
    N_("Ready to be handed out"),
    when=lambda _db, allowance: not allowance.is_prepared and allowance.paid_on is None,
)
def prepare(db: Session, allowance: TravelAllowance) -> None:
    """Note that the money is ready."""
    allowance.is_prepared = True


@verb(
    TravelAllowance,
    "hand_out",
    N_("Hand out"),
    asks={**_needed(TravelAllowance, "receipt"), **_optional(TravelAllowance, "paid_on")},
    when=lambda _db, allowance: allowance.paid_on is None,
    is_step=True,
)
def hand_out(
    db: Session, allowance: TravelAllowance, receipt: str, paid_on: date | None = None
) -> None:
    """Note that the money was handed out against a receipt, today unless another day is given."""
    allowance.is_prepared = True
    allowance.receipt = receipt
    allowance.paid_on = paid_on or db.info["context"].today
    allowance.paid_by = db.info["author"]


@rule(Travel)
def journey_is_consistent(db: Session, travel: Travel, context: Context) -> None:
    """The days of a journey follow one another, and only a child travels as a child alone."""
    if travel.voided:
        return
    if travel.boarded_on and travel.arrived_on and travel.arrived_on < travel.boarded_on:
        raise Refused(
            "arrives_before_departing",
            _("The arrival is dated before the departure. Check both dates."),
            "arrived_on",
        )
    if "child_alone" in (travel.needs or ()):
        case = db.get(Case, travel.case)
        person = db.get(Person, case.person) if case else None
        on = travel.departs_on or context.today
        if person is not None and childhood(person.birth, on) == "no":
            raise Refused(
                "not_a_child",
                _("The person is 18 or older on that day. Remove “Child without parents”."),
                "needs",
            )


@rule(Travel)
def journey_made_stays(db: Session, travel: Travel, context: Context) -> None:
    """The journey that a case has departed on is not void."""
    case = db.get(Case, travel.case)
    if travel.voided is None or travel.boarded_on is None or case is None:
        return
    others = [one for one in journeys_of(db, case.id) if one.boarded_on is not None]
    if case.state in AFTER_BOARDING and not case.voided and not others:
        raise Refused(
            "journey_made",
            _("The case has departed on this journey. Correct its answers instead."),
            "voided",
        )


@rule(TravelLeg)
def leg_is_consistent(db: Session, leg: TravelLeg, context: Context) -> None:
    """A leg arrives after it departs, and none departs before the journey begins."""
    if leg.voided or not leg.departs_at:
        return
    # Both are wall-clock times, each of its own place: only their days compare.
    if leg.arrives_at and leg.arrives_at[:10] < leg.departs_at[:10]:
        raise Refused(
            "arrives_before_departing",
            _("The arrival is dated before the departure. Check both dates."),
            "arrives_at",
        )
    travel = db.get(Travel, leg.travel)
    if travel and travel.departs_on and leg.departs_at[:10] < travel.departs_on.isoformat():
        raise Refused(
            "leg_before_journey",
            _("This leg departs before the journey begins on {day}.").format(
                day=day_text(travel.departs_on)
            ),
            "departs_at",
        )


@rule(Travel, Enrolment)
def training_ends_before_departure(
    db: Session, record: Travel | Enrolment, context: Context
) -> None:
    """Whoever leaves has the training behind them."""
    if record.voided:
        return
    if isinstance(record, Enrolment):
        person, enrolments = record.person, [record]
        departures = db.scalars(
            select(Travel).where(
                Travel.root == person,
                Travel.voided.is_(None),
                Travel.state.in_(BEFORE_BOARDING),
            )
        ).all()
    else:
        person, departures = record.root, [record]
        enrolments = list(
            db.scalars(
                select(Enrolment).where(
                    Enrolment.person == person,
                    Enrolment.voided.is_(None),
                    Enrolment.state == "enrolled",
                )
            )
        )
    days = [t.departs_on for t in departures if t.state in BEFORE_BOARDING and t.departs_on]
    for enrolment in enrolments:
        group = db.get(TrainingGroup, enrolment.group)
        ends = (group.ends or group.starts) if group else None
        if enrolment.state == "enrolled" and ends and days and min(days) < ends:
            raise Refused(
                "training_after_departure",
                _("The training ends on {end}, after the departure on {day}.").format(
                    end=day_text(ends), day=day_text(min(days))
                ),
                "departs_on" if isinstance(record, Travel) else "group",
            )
