"""Referrals: sent only with the person's agreement, and followed until something comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.consents import live_scopes
from app.casework.household import counts_of
from app.casework.people import display_names
from app.casework.screenings import latest_screening
from app.casework.verbs import usual, verb
from app.errors import Refused
from app.formats import partial_date_text
from app.i18n import N_, _, isolate
from app.models.cases import Case
from app.models.persons import Contact, Person
from app.models.record import Record
from app.models.referrals import SHARED_PARTS, Referral
from app.models.rules import rule
from app.models.screenings import SITUATIONS
from app.models.sharing import FileShare
from app.models.types import Context

MOVES: Final = {
    "send": ("draft", "in_progress"),
    "accept": ("in_progress", "accepted"),
    "reject": ("in_progress", "rejected"),
    "complete": ("accepted", "done"),
}
"""Each verb's state before and after; calling back is possible until something came of it."""
OPEN: Final = frozenset({"in_progress", "accepted"})
"""States in which the agency still has the matter in hand."""
_HEALTH: Final = frozenset({"disability", "serious_illness", "pregnant", "mental_health"})


@usual(Referral)
def usual_referral(db: Session, case: Record) -> Mapping[str, Any]:
    """Start as a draft of today, with the parts most agencies need."""
    return {
        "state": "draft",
        "referred_on": db.info["context"].today.isoformat(),
        "urgency": "normal",
        "shared": ["name", "contact", "languages", "needs"],
    }


def _in(*states: str) -> Callable[[Session, Referral], bool]:
    return lambda _db, referral: referral.state in states


@verb(Referral, "send", N_("Send the referral"), when=_in("draft"), is_step=True)
def send(db: Session, referral: Referral) -> None:
    """Note that the agency was told, which takes the person's agreement.

    Raises:
        Refused: The person has not agreed; the message says how to record it.
    """
    _require_agreement(db, referral)
    if not referral.shared:
        raise Refused(
            "nothing_shared", _("Choose what may be told to the agency."), "shared", "referral"
        )
    _move(db, referral, "send")
    referral.sent_on = db.info["context"].today


@verb(Referral, "accept", N_("The agency accepts"), when=_in("in_progress"), is_step=True)
def accept(db: Session, referral: Referral) -> None:
    """Note that the agency takes the matter on."""
    _move(db, referral, "accept")
    referral.answered_on = db.info["context"].today


@verb(Referral, "reject", N_("The agency refuses"), asks=("feedback",), when=_in("in_progress"))
def reject(db: Session, referral: Referral, feedback: str | None = None) -> None:
    """Note that the agency does not take the matter on, and why as far as it said."""
    _move(db, referral, "reject")
    referral.answered_on = db.info["context"].today
    if feedback:
        referral.feedback = feedback


@verb(
    Referral,
    "complete",
    N_("The service was given"),
    asks={"feedback": replace(Referral.fields["feedback"], required=True)},
    when=_in("accepted"),
    is_step=True,
)
def complete(db: Session, referral: Referral, feedback: str) -> None:
    """Note that the service was given, with what came back."""
    _move(db, referral, "complete")
    referral.completed_on = db.info["context"].today
    referral.feedback = feedback


@verb(
    Referral, "revoke", N_("Call the referral back"), when=_in("draft", "in_progress", "accepted")
)
def revoke(db: Session, referral: Referral) -> None:
    """Call a referral back; no reason is asked, for the person may change their mind.

    What was opened to the agency for it is closed.
    """
    if referral.state not in {"draft", *OPEN}:
        raise _illegal(referral)
    referral.state = "revoked"
    for share in db.scalars(
        select(FileShare).where(
            FileShare.referral == referral.id,
            FileShare.voided.is_(None),
            FileShare.closed_on.is_(None),
        )
    ):
        share.closed_on = db.info["context"].today


def referral_package(db: Session, referral: Referral) -> list[tuple[str, str]]:
    """Give what the agency may be told, as label and text in the language in use.

    Only the parts the person agreed to, only while they agree; what must not be told is no part
    of it, and parts with nothing to say are left out.

    Raises:
        Refused: The person has not agreed, or no longer does.
    """
    _require_agreement(db, referral)
    case = db.get_one(Case, referral.case)
    person = db.get_one(Person, case.person)
    asked = [Referral.fields[name] for name in ("service", "urgency")]
    told = [(_(field.label), referral.shown(field.name)) for field in asked]
    for part in SHARED_PARTS.codes():
        if part in (referral.shared or ()):
            told.append((SHARED_PARTS.label(part), _PARTS[part](db, referral, person)))
    return [(label, text) for label, text in told if text]


def waiting_referrals(db: Session) -> list[Referral]:
    """List the referrals an agency has in hand, the most urgent and longest sent first."""
    found = db.scalars(
        select(Referral).where(Referral.state.in_(OPEN), Referral.voided.is_(None))
    ).all()
    order = {"today": 0, "soon": 1, "normal": 2}
    return sorted(found, key=lambda one: (order.get(one.urgency or "", 3), str(one.sent_on)))


# -- the parts of a package --------------------------------------------------------------------


def _name(db: Session, referral: Referral, person: Person) -> str:
    return " · ".join(display_names(db, [person.id]).get(person.id, []))


def _contact(db: Session, referral: Referral, person: Person) -> str:
    """Give the numbers that may be used, with how; never one that is not safe to call."""
    contacts = db.scalars(
        select(Contact)
        .where(
            Contact.person == person.id,
            Contact.voided.is_(None),
            Contact.safe_to_call.is_distinct_from("no"),
        )
        .order_by(Contact.created_at)
    )
    numbers = [
        f"{one.summary} ({one.shown('safe_to_call')})"
        if one.safe_to_call == "sms_only"
        else one.summary
        for one in contacts
    ]
    return " · ".join([*numbers, *([person.town] if person.town else [])])


def _birth(db: Session, referral: Referral, person: Person) -> str:
    return partial_date_text(person.birth) if person.birth is not None else ""


def _languages(db: Session, referral: Referral, person: Person) -> str:
    spoken = [person.shown("main_language"), person.shown("languages")]
    return _(", ").join(text for text in spoken if text)


def _family(db: Session, referral: Referral, person: Person) -> str:
    if referral.referred_on is None:
        return ""
    return counts_of(db, person.id, referral.referred_on).in_words()


def _health(db: Session, referral: Referral, person: Person) -> str:
    screening = latest_screening(db, referral.case)
    known = _HEALTH & (screening.situations or frozenset()) if screening else frozenset()
    return _(", ").join(SITUATIONS.label(one) for one in SITUATIONS.codes() if one in known)


_PARTS: Final[dict[str, Callable[[Session, Referral, Person], str]]] = {
    "name": _name,
    "contact": _contact,
    "birth": _birth,
    "nationality": lambda _db, _referral, person: person.shown("nationalities"),
    "languages": _languages,
    "family": _family,
    "legal_status": lambda _db, _referral, person: person.shown("legal_status"),
    "health": _health,
    "needs": lambda _db, referral, _person: referral.need or "",
}


# -- what must hold ----------------------------------------------------------------------------


def _require_agreement(db: Session, referral: Referral) -> None:
    if referral.has_consent is not True:
        raise Refused(
            "no_agreement",
            _("The person has not agreed to what is told. Ask them, and note that they agree."),
            "has_consent",
            "referral",
        )
    case = db.get(Case, referral.case)
    if case is None or "share_partner" not in live_scopes(db, case.person):
        raise Refused(
            "no_consent_to_share",
            _(
                "There is no consent to share with partner organisations. Record the consent "
                "first, in the section Consents."
            ),
            "has_consent",
            "referral",
        )


def _move(db: Session, referral: Referral, verb_name: str) -> None:
    before, after = MOVES[verb_name]
    if referral.state != before:
        raise _illegal(referral)
    referral.state = after


def _illegal(referral: Referral) -> Refused:
    return Refused(
        "illegal_move",
        _("This is not possible for a referral in the state “{state}”.").format(
            state=isolate(referral.shown("state"))
        ),
        "state",
        "referral",
    )


@rule(Referral)
def sent_with_agreement(db: Session, referral: Referral, context: Context) -> None:
    """A referral an agency knows of was sent on a day, with the person's agreement."""
    if referral.voided or referral.state in {"draft", "revoked", None}:
        return
    if referral.has_consent is not True:
        raise Refused(
            "no_agreement",
            _("The agency was told, but the person has not agreed. Call the referral back."),
            "has_consent",
        )
    if referral.sent_on is None:
        raise Refused(
            "state_by_verbs",
            _("A referral moves by its own steps: send it, then note the answer."),
            "state",
        )


@rule(Referral)
def ended_as_it_went(db: Session, referral: Referral, context: Context) -> None:
    """An answered referral has the day of the answer, a completed one what came back."""
    if referral.voided:
        return
    is_answered = referral.state in {"accepted", "rejected", "done"}
    is_done = referral.state == "done"
    if (is_answered and referral.answered_on is None) or (
        is_done and (referral.completed_on is None or not referral.feedback)
    ):
        raise Refused(
            "state_by_verbs",
            _("A referral moves by its own steps: send it, then note the answer."),
            "state",
        )


@rule(Referral)
def referral_dates_follow(db: Session, referral: Referral, context: Context) -> None:
    """A referral is sent, answered and completed in this order."""
    days = [referral.referred_on, referral.sent_on, referral.answered_on, referral.completed_on]
    told = [day for day in days if day is not None]
    if told != sorted(told):
        raise Refused(
            "dates_out_of_order",
            _("A referral is written, sent, answered and completed in this order. Check the days."),
            "referred_on",
        )
