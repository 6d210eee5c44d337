"""What must be so before a case enters a state: one small function for each thing asked.

A guard answers None when it is satisfied, or what is missing and where to record it. Guards look
at records only; they never write.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from app.casework.ages import childhood, may_be_child
from app.casework.case_facts import Facts, Missing
from app.casework.consents import live_scopes
from app.casework.declarations import standing_declaration
from app.casework.health import ESCORT_NEEDED, holds_through, latest_assessment
from app.casework.household import person_class
from app.casework.people import names_of
from app.casework.protection import has_clearance
from app.casework.travel import (
    allowances_of,
    valid_until,
)
from app.formats import day_text
from app.i18n import _
from app.models.assistance import Assistance
from app.models.grants import Grant, Payment
from app.models.plans import ReintegrationPlan
from app.models.screenings import Screening
from app.models.sessions import CounsellingSession
from app.models.training import Enrolment
from app.models.travel import Travel, TravelDocumentRequest

Guard = Callable[[Facts], Missing | None]


# -- registered --------------------------------------------------------------------------------


def consent_given(facts: Facts) -> Missing | None:
    """The person agrees that their data is kept."""
    if "register" in live_scopes(facts.db, facts.case.person):
        return None
    return Missing(
        "consent_given",
        _("Consent to keep the person's data is missing. Record the consent."),
        "consents",
        "consent",
    )


def name_known(facts: Facts) -> Missing | None:
    """The person has a name; an alias is one."""
    if names_of(facts.db, facts.case.person):
        return None
    return Missing(
        "name_known",
        _("The person has no name yet. Write one; an alias is enough."),
        "intake",
        "person_name",
    )


def identity_known(facts: Facts) -> Missing | None:
    """Sex and nationality are answered; so is the age, an empty one being unknown."""
    if facts.person.sex and facts.person.nationalities:
        return None
    return Missing(
        "identity_known",
        _("Sex and nationality are missing; unknown is an answer."),
        "intake",
        "person",
    )


# -- counselling -------------------------------------------------------------------------------


def rapidly_screened(facts: Facts) -> Missing | None:
    """Vulnerability was looked at, or the person preferred not to answer."""
    found = facts.db.scalars(
        select(Screening.id)
        .where(
            Screening.case == facts.case.id,
            Screening.voided.is_(None),
            Screening.screening_kind.in_(["rapid", "full"]),
        )
        .limit(1)
    ).first()
    if found is not None:
        return None
    return Missing(
        "rapidly_screened",
        _(
            "No rapid screening is recorded yet. Record one, or note that the person prefers "
            "not to answer."
        ),
        "intake",
        "screening",
    )


# -- declared ----------------------------------------------------------------------------------


def return_counselled(facts: Facts) -> Missing | None:
    """The person was counselled about the return at least once."""
    held = facts.db.scalars(
        select(CounsellingSession.id)
        .where(
            CounsellingSession.case == facts.case.id,
            CounsellingSession.session_kind == "return",
            CounsellingSession.voided.is_(None),
        )
        .limit(1)
    ).first()
    if held is not None:
        return None
    return Missing(
        "return_counselled",
        _("No return counselling session is recorded yet. Record a session."),
        "counselling",
        "counselling_session",
    )


def declared(facts: Facts) -> Missing | None:
    """The person declared their return, and has not taken it back."""
    if facts.declaration is not None:
        return None
    return _in_declaration(
        "declared", _("No declaration of voluntary return stands. Record the declaration.")
    )


def declaration_signed(facts: Facts) -> Missing | None:
    """The declaration bears a signature or a thumbprint."""
    if facts.declaration is None or facts.declaration.signed in {"signature", "thumb"}:
        return None
    return _in_declaration("declaration_signed", _("The declaration of return is not signed."))


def declared_by_today(facts: Facts) -> Missing | None:
    """The declaration is not dated in the future."""
    one = facts.declaration
    if one is None or (one.declared_on is not None and one.declared_on <= facts.today):
        return None
    return _in_declaration(
        "declared_by_today", _("The declaration is dated after today. Correct its date.")
    )


def language_understood(facts: Facts) -> Missing | None:
    """The decision was explained in a language the person understands."""
    if facts.declaration is None or facts.declaration.is_understood_language:
        return None
    return _in_declaration(
        "language_understood",
        _(
            "The return was not explained in a language the person understands. Explain it "
            "again with an interpreter."
        ),
    )


def interpreter_recorded(facts: Facts) -> Missing | None:
    """The declaration says who interpreted, or that nobody was needed."""
    if facts.declaration is None or facts.declaration.interpreter:
        return None
    return _in_declaration(
        "interpreter_recorded", _("Say in the declaration whether there was an interpreter.")
    )


def asylum_explained(facts: Facts) -> Missing | None:
    """Who asks for asylum or is a refugee knows what the return does to it."""
    if facts.declaration is None or facts.person.legal_status not in {"asylum_seeker", "refugee"}:
        return None
    if "asylum" in (facts.declaration.explained or ()):
        return None
    return _in_declaration(
        "asylum_explained",
        _("Explain what the return means for the asylum claim, and note it in the declaration."),
    )


def thought_over(facts: Facts) -> Missing | None:
    """The time to think is over."""
    until = facts.declaration.cooling_off_until if facts.declaration else None
    if until is None or until <= facts.today:
        return None
    return _in_declaration(
        "thought_over", _("The person has time to think until {day}.").format(day=day_text(until))
    )


def free_to_decide(facts: Facts) -> Missing | None:
    """Nothing in the declaration says that the decision is not free."""
    one = facts.declaration
    if one is None or (one.capacity != "doubt" and one.is_free_of_pressure is not False):
        return None
    return Missing(
        "free_to_decide",
        _("There is doubt whether the person decides freely. Put the case on hold."),
        "protection",
    )


def child_cleared(facts: Facts) -> Missing | None:
    """A child, or someone who may be one, returns only where that is in their best interests."""
    birth = facts.person.birth
    boarded_on = facts.journey.boarded_on if facts.journey is not None else None
    on = min(facts.today, boarded_on) if boarded_on is not None else facts.today
    if not may_be_child(birth, on):
        return None
    if has_clearance(facts.db, facts.case.id, "child_return", facts.today):
        return None
    if birth is None:
        text = _(
            "The age is not known: the person may be under 18. Write the age, or ask a "
            "protection officer to clear the return."
        )
    elif childhood(birth, on) == "yes":
        text = _("The person is under 18. A protection officer must clear the return first.")
    else:
        text = _(
            "The person may be under 18. Write the date of birth as far as it is known, or ask "
            "a protection officer to clear the return."
        )
    return Missing("child_cleared", text, "protection", "protection_clearance")


def declaration_stands(facts: Facts) -> Missing | None:
    """The declaration was not taken back since."""
    if facts.declaration is not None:
        return None
    return _in_declaration(
        "declaration_stands",
        _("The person took the declaration back. Record another, or withdraw the case."),
    )


# -- papers ------------------------------------------------------------------------------------


def travel_paper_valid(facts: Facts) -> Missing | None:
    """A paper to travel with reaches the day of travel."""
    ends = valid_until(facts.db, facts.case)
    if ends and ends[0] >= facts.travel_day:
        return None
    if ends:
        text = _(
            "The travel paper is valid until {end} only. Ask for another that reaches {day}."
        ).format(end=day_text(ends[0]), day=day_text(facts.travel_day))
    else:
        text = _("No travel paper is issued yet. Ask the consulate for a laissez-passer.")
    return Missing("travel_paper_valid", text, "travel", "travel_document_request")


def exit_authorised(facts: Facts) -> Missing | None:
    """The authorities let the person leave, where the programme asks for it."""
    asked = facts.programme.papers
    if asked and "exit_authorisation" not in asked:
        return None
    ends = facts.db.scalars(
        select(TravelDocumentRequest.expires_on).where(
            TravelDocumentRequest.case == facts.case.id,
            TravelDocumentRequest.voided.is_(None),
            TravelDocumentRequest.state == "issued",
            TravelDocumentRequest.paper == "exit_authorisation",
        )
    ).all()
    if any(end is None or end >= facts.travel_day for end in ends):
        return None
    text = (
        _("The exit authorisation is no longer valid on the day of travel. Ask for another.")
        if ends
        else _("No exit authorisation is issued yet. Ask the authorities for it.")
    )
    return Missing("exit_authorised", text, "travel", "travel_document_request")


# -- booked, ready, departed, arrived ----------------------------------------------------------


def itinerary_known(facts: Facts) -> Missing | None:
    """A journey has its day and at least one leg."""
    journey = facts.journey
    if journey is None:
        return Missing(
            "itinerary_known", _("No journey is planned yet. Plan the journey."), "travel", "travel"
        )
    if journey.departs_on is None:
        return Missing("itinerary_known", _("The day of departure is missing."), "travel", "travel")
    if not facts.legs:
        return Missing(
            "itinerary_known",
            _("The journey has no leg yet. Add the flight, bus or train."),
            "travel",
            "travel_leg",
        )
    return None


def escort_arranged(facts: Facts) -> Missing | None:
    """Whoever needs to be accompanied is."""
    journey = facts.journey
    if journey is None:
        return None
    conditions = (facts.assessment.conditions if facts.assessment else None) or frozenset()
    asked = {escort for condition, escort in ESCORT_NEEDED.items() if condition in conditions}
    if "medical" in asked and journey.escort != "medical":
        text = _("The medical assessment asks for a medical escort. Arrange one.")
    elif asked and journey.escort in {None, "none"}:
        text = _("The medical assessment asks for somebody to accompany. Arrange an escort.")
    elif journey.escort in {None, "none"} and _is_child_alone(facts, journey):
        text = _("A child travels accompanied. Arrange an escort, or list who travels along.")
    else:
        return None
    return Missing("escort_arranged", text, "travel", "travel")


def _is_child_alone(facts: Facts, journey: Travel) -> bool:
    if "child_alone" in (journey.needs or ()):
        return True
    on = journey.departs_on or facts.today
    return person_class(facts.db, facts.case.person, on) == "umc"


def fit_to_travel(facts: Facts) -> Missing | None:
    """The latest assessment finds the person fit, and still holds."""
    one = facts.assessment
    if one is None or one.assessed_on is None:
        text = _("No medical assessment is recorded yet. Record one.")
    elif one.fitness == "unfit":
        text = _("The person is not fit to travel. Wait for another assessment.")
    elif one.fitness == "pending":
        text = _("Whether the person is fit to travel is not decided yet.")
    else:
        end = holds_through(one.assessed_on, one.valid_until, facts.limit("fitness_hours"))
        if end >= facts.today:
            return None
        text = _("The medical assessment held until {day}. Record another.").format(
            day=day_text(end)
        )
    return Missing("fit_to_travel", text, "travel", "medical_assessment")


def fit_when_boarding(facts: Facts) -> Missing | None:
    """The last assessment made by the day of boarding still held on it."""
    journey = facts.journey
    if journey is None or journey.boarded_on is None:
        return None
    one = latest_assessment(facts.db, facts.case.id, by=journey.boarded_on)
    if one is not None and one.assessed_on is not None and one.fitness in {"fit", "conditions"}:
        end = holds_through(one.assessed_on, one.valid_until, facts.limit("fitness_hours"))
        if journey.boarded_on <= end:
            return None
    return Missing(
        "fit_when_boarding",
        _("No medical assessment held on the day of boarding. Record the one that did."),
        "travel",
        "medical_assessment",
    )


def allowances_prepared(facts: Facts) -> Missing | None:
    """What is handed out for the journey is ready."""
    listed = allowances_of(facts.db, facts.journey.id) if facts.journey else []
    if listed and all(one.is_prepared or one.paid_on for one in listed):
        return None
    if listed:
        text = _("An allowance is not ready to be handed out. Prepare it.")
    elif facts.programme.allowances:
        text = _("No allowance is listed for the journey. Add the allowances.")
    else:
        return None
    return Missing("allowances_prepared", text, "travel", "travel_allowance")


def will_reconfirmed(facts: Facts) -> Missing | None:
    """Shortly before the departure the person says again that they want to return."""
    again = standing_declaration(facts.db, facts.case.id, "reconfirmed")
    departs = facts.journey.departs_on if facts.journey else None
    within = timedelta(days=facts.limit("reconfirmed_days"))
    day = again.declared_on if again else None
    if day is not None and (departs is None or day >= departs - within):
        return None
    text = (
        _("The will to return was last confirmed on {day}. Ask the person again.").format(
            day=day_text(day)
        )
        if day
        else _("The person has not confirmed again that they want to return. Ask them.")
    )
    return _in_declaration("will_reconfirmed", text)


def boarded(facts: Facts) -> Missing | None:
    """Somebody saw the person board."""
    if facts.journey is not None and facts.journey.boarded_on is not None:
        return None
    return Missing(
        "boarded",
        _("Boarding is not confirmed yet. Confirm it in the journey."),
        "travel",
        "travel",
    )


def received(facts: Facts) -> Missing | None:
    """The person was met: where and by whom."""
    one = facts.journey
    if one is not None and one.arrived_on and one.received_at and one.received_by:
        return None
    return Missing(
        "received",
        _("The reception is not confirmed yet. Say in the journey where and by whom."),
        "travel",
        "travel",
    )


# -- after the return --------------------------------------------------------------------------


def assisted(facts: Facts) -> Missing | None:
    """Some support reached the person."""
    given = facts.db.scalars(
        select(Assistance.id)
        .where(
            Assistance.case == facts.case.id,
            Assistance.state == "delivered",
            Assistance.voided.is_(None),
        )
        .limit(1)
    ).first()
    if given is not None or _is_paid(facts):
        return None
    return Missing(
        "assisted",
        _("No support has reached the person yet. Record the assistance or the payment."),
        "plan",
        "assistance",
    )


def _is_paid(facts: Facts) -> bool:
    paid = facts.db.scalars(
        select(Payment)
        .join(Grant, Grant.id == Payment.grant)
        .where(Grant.case == facts.case.id, Grant.voided.is_(None), Payment.voided.is_(None))
    ).all()
    reversed_ones = {one.reversal_of for one in paid if one.reversal_of}
    return any(one.reversal_of is None and one.id not in reversed_ones for one in paid)


# -- beside the state --------------------------------------------------------------------------


def enrolled(facts: Facts) -> Missing | None:
    """The person has a place in a training group."""
    place = facts.db.scalars(
        select(Enrolment.id)
        .where(
            Enrolment.person == facts.case.person,
            Enrolment.state.in_(["enrolled", "completed", "partial"]),
            Enrolment.voided.is_(None),
        )
        .limit(1)
    ).first()
    if place is not None:
        return None
    return Missing(
        "enrolled",
        _("The person is in no training group. Enrol them."),
        "training",
        "enrolment",
    )


def plan_approved_here(facts: Facts) -> Missing | None:
    """A supervisor approved the reintegration plan."""
    if any(one.approved_on for one in _approved_plans(facts)):
        return None
    return Missing(
        "plan_approved_here",
        _("The supervisor has not approved a reintegration plan yet."),
        "plan",
        "reintegration_plan",
    )


def plan_approved_there(facts: Facts) -> Missing | None:
    """The receiving mission approved it too."""
    plans = _approved_plans(facts)
    if not plans or any(one.mission_approved_on for one in plans):
        return None
    return Missing(
        "plan_approved_there",
        _("The receiving mission has not approved the reintegration plan yet."),
        "plan",
        "reintegration_plan",
    )


def _approved_plans(facts: Facts) -> list[ReintegrationPlan]:
    return list(
        facts.db.scalars(
            select(ReintegrationPlan).where(
                ReintegrationPlan.case == facts.case.id,
                ReintegrationPlan.state == "approved",
                ReintegrationPlan.voided.is_(None),
            )
        )
    )


# -- protection hold ---------------------------------------------------------------------------


def hold_released(facts: Facts) -> Missing | None:
    """A protection officer cleared the case since it was put on hold."""
    held_at = [m.created_at for m in facts.moves if m.to_state == "protection_hold"]
    since = held_at[-1] if held_at else 0
    if has_clearance(facts.db, facts.case.id, "release_hold", facts.today, after=since):
        return None
    return Missing(
        "hold_released",
        _("The case is on hold. A protection officer must release it."),
        "protection",
        "protection_clearance",
    )


CONCERNS: Final[dict[Guard, str]] = {
    rapidly_screened: "screening",
    return_counselled: "counselling",
    declaration_stands: "declared",
    will_reconfirmed: "declared",
    child_cleared: "declared",
    travel_paper_valid: "cleared",
    exit_authorised: "cleared",
    escort_arranged: "booked",
    fit_when_boarding: "ready",
    plan_approved_there: "departed",
}
"""State a guard is about: where a programme does not use it, the guard is not asked."""


def _in_declaration(rule: str, text: str) -> Missing:
    return Missing(rule, text, "counselling", "declaration")
