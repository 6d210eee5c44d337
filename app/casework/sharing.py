"""Opening a person's file to another office or a partner, closing it, and handing it over."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.consents import live_scopes
from app.casework.verbs import verb
from app.errors import Refused
from app.i18n import N_, _, isolate
from app.models.cases import Case
from app.models.consents import Consent
from app.models.fields import Field
from app.models.log import entries_of
from app.models.offices import Office
from app.models.persons import Person
from app.models.referrals import Referral
from app.models.rules import rule
from app.models.sharing import PARTS, FileShare
from app.models.types import Context
from app.models.users import User

_CODE: Final = re.compile("[A-Z0-9]{2,8}")
_SUPERVISING: Final = frozenset({"supervisor", "admin"})
_PARTS_TOLD: Final = {
    "name": frozenset({"identity"}),
    "contact": frozenset({"contact"}),
    "family": frozenset({"family"}),
    "health": frozenset({"health"}),
    "needs": frozenset({"counselling"}),
    "legal_status": frozenset({"papers"}),
}
"""For each thing a referral may tell, the parts of the file that hold it."""
_PARTS_OF_SERVICE: Final = {
    "medical": "health",
    "health_accompaniment": "health",
    "psychosocial": "counselling",
    "protection": "protection",
    "child_protection": "protection",
    "family_counselling": "family",
    "family_tracing": "family",
    "travel": "travel",
    "onward_transport": "travel",
    "training": "training",
    "business_training": "training",
    "microbusiness": "grants",
    "material": "grants",
}
"""The part in which who gives a service writes what they gave."""


def _asked(*required: str, optional: tuple[str, ...] = ()) -> dict[str, Field]:
    return {
        name: replace(FileShare.fields[name], required=name in required)
        for name in (*required, *optional)
    }


_OPENING: Final = _asked("to_scope", optional=("parts", "reason"))
# Always of the whole file.
_TRANSFER: Final = _asked("to_scope", "reason")


@verb(Person, "share", N_("Open the file to another office"), asks=_OPENING)
@verb(Case, "share", N_("Open the file to another office"), asks=_OPENING)
def open_file(
    db: Session,
    of: Person | Case,
    to_scope: str,
    parts: frozenset[str] | None = None,
    reason: str | None = None,
) -> FileShare:
    """Let an office or partner have a person's file, or parts of it, until it is closed."""
    return _share(db, _person(of), to_scope, purpose="referral", parts=parts, reason=reason)


@verb(Person, "transfer", N_("Transfer to another office"), asks=_TRANSFER, roles=_SUPERVISING)
@verb(Case, "transfer", N_("Transfer to another office"), asks=_TRANSFER, roles=_SUPERVISING)
def transfer(db: Session, of: Person | Case, to_scope: str, reason: str) -> FileShare:
    """Hand a person over: the file is theirs from the next sync on, and changed here no more."""
    return _share(db, _person(of), to_scope, purpose="transfer", reason=reason)


def _person(of: Person | Case) -> UUID:
    return of.id if isinstance(of, Person) else of.person


def _may_be_opened(db: Session, referral: Referral) -> bool:
    return referral.state in {"draft", "in_progress", "accepted"} and not open_shares(
        db, referral=referral.id
    )


@verb(
    Referral,
    "open_file",
    N_("Open the file to them"),
    asks=_asked("to_scope", "parts", optional=("reason",)),
    when=_may_be_opened,
)
def open_to_agency(
    db: Session,
    referral: Referral,
    to_scope: str,
    parts: frozenset[str] | None = None,
    reason: str | None = None,
) -> FileShare:
    """Let the agency of a referral have the parts of the file it needs, if it uses Sanad."""
    person = db.get_one(Case, referral.case).person
    return _share(
        db,
        person,
        to_scope,
        purpose="referral",
        parts=parts,
        reason=reason,
        referral=referral.id,
    )


@verb(
    FileShare,
    "close",
    N_("Close the file to them"),
    asks={"closing_reason": FileShare.fields["closing_reason"]},
    when=lambda _db, share: share.closed_on is None and share.purpose == "referral",
)
def close(db: Session, share: FileShare, closing_reason: str | None = None) -> None:
    """Let them have no more of the file; what they have already stays with them."""
    share.closed_on = db.info["context"].today
    if closing_reason:
        share.closing_reason = closing_reason


@verb(
    Consent,
    "withdraw",
    N_("Withdraw the consent"),
    when=lambda _db, consent: consent.withdrawn_on is None,
)
def withdraw_consent(db: Session, consent: Consent) -> list[FileShare]:
    """Note that a consent no longer holds, and close the file to those who had it by it.

    No reason is asked.

    Returns:
        What was closed.
    """
    consent.withdrawn_on = db.info["context"].today
    if "share_partner" in live_scopes(db, consent.person, without=consent):
        return []
    closing = _closed_from_here(db, consent.person)
    for share in closing:
        close(db, share)
    return closing


def _closed_from_here(db: Session, person: UUID) -> list[FileShare]:
    """List the openings of a file that are this office's to close.

    Those to whom a file was opened give back their own; whose file it is closes any.
    """
    here = db.info["store"].settings.get("office_code", str)
    to_here = select(FileShare.id).filter_by(person=person, purpose="referral", to_scope=here)
    theirs = {} if db.scalar(to_here.limit(1)) is None else {"to_scope": here}
    return open_shares(db, person=person, purpose="referral", **theirs)


def open_shares(db: Session, **where: Any) -> list[FileShare]:
    """List the openings that last, earliest first; ``where`` by question of ``FileShare``."""
    query = (
        select(FileShare)
        .filter_by(**where)
        .where(FileShare.voided.is_(None), FileShare.closed_on.is_(None))
        .order_by(FileShare.shared_on, FileShare.id)
    )
    return list(db.scalars(query))


def parts_told(referral: Referral) -> frozenset[str]:
    """Give the parts that a referral allows to be opened: what is told, and the service's own."""
    told: frozenset[str] = frozenset()
    for one in referral.shared or ():
        told |= _PARTS_TOLD.get(one, frozenset())
    own = _PARTS_OF_SERVICE.get(referral.service or "")
    return told | ({own} if own else set())


def _share(db: Session, person: UUID, to_scope: str, **answers: Any) -> FileShare:
    share = FileShare(
        person=person,
        to_scope=to_scope.strip().upper(),
        shared_on=db.info["context"].today,
        **answers,
    )
    db.add(share)
    return share


# -- what must hold ----------------------------------------------------------------------------


@rule(FileShare)
def opened_to_another_office(db: Session, share: FileShare, context: Context) -> None:
    """A file is opened to somebody else, named by a code."""
    if not _is_decided_here(db, share):
        return
    if not _CODE.fullmatch(share.to_scope or ""):
        raise Refused(
            "office_code",
            _("An office code is 2 to 8 letters or digits, such as RAB."),
            "to_scope",
        )
    if share.to_scope == db.info["store"].settings.get("office_code", str):
        raise Refused(
            "own_office",
            _("This is your own office: it has the file. Choose another."),
            "to_scope",
        )


@rule(FileShare)
def transferred_whole_by_a_supervisor(db: Session, share: FileShare, context: Context) -> None:
    """A transfer is of the whole file, and a supervisor decides it."""
    if share.purpose != "transfer" or not _is_decided_here(db, share):
        return
    if share.parts:
        raise Refused("whole_file", _("A transfer is of the whole file. Choose no parts."), "parts")
    author = db.get(User, db.info["author"])
    if not _SUPERVISING & ((author.roles if author else None) or frozenset()):
        raise Refused(
            "role", _("Only a supervisor may transfer a file. Ask one of your office."), "purpose"
        )


@rule(FileShare)
def opened_with_consent(db: Session, share: FileShare, context: Context) -> None:
    """Nobody's file goes anywhere the person has not agreed to."""
    if not _is_decided_here(db, share):
        return
    agreed = live_scopes(db, share.person)
    wanted = {"share_partner", "services"} if share.purpose == "transfer" else {"share_partner"}
    if not agreed & wanted:
        raise Refused(
            "no_consent_to_share",
            _(
                "There is no consent to share this file. Record the consent first, in the"
                " section Consents."
            ),
            "to_scope",
        )
    withheld = _withheld(db, share)
    if withheld is not None:
        raise Refused(
            "withheld",
            _("The person asked that {office} is not told. Speak with them first.").format(
                office=isolate(withheld)
            ),
            "to_scope",
        )


@rule(FileShare)
def opened_as_the_referral_allows(db: Session, share: FileShare, context: Context) -> None:
    """What is opened for a referral is within what the person agreed may be told."""
    if share.referral is None or not _is_decided_here(db, share):
        return
    referral = db.get_one(Referral, share.referral)
    if referral.root != share.root:
        raise Refused("other_file", _("This referral is of another person."), "referral")
    if referral.has_consent is not True:
        raise Refused(
            "no_agreement",
            _("The person has not agreed to what is told. Ask them, and note that they agree."),
            "referral",
        )
    allowed = parts_told(referral)
    beyond = (share.parts or frozenset(PARTS.codes())) - allowed
    if beyond:
        raise Refused(
            "beyond_referral",
            _(
                "The referral allows only: {parts}. Choose among these, or change the referral."
            ).format(
                parts=_(", ").join(PARTS.label(p) for p in PARTS.codes() if p in allowed) or "–"
            ),
            "parts",
        )


@rule(Consent)
def open_to_nobody_without_consent(db: Session, consent: Consent, context: Context) -> None:
    """A file is open to others only while the person agrees."""
    field = "withdrawn_on" if consent.withdrawn_on else "voided" if consent.voided else "scopes"
    gone = None if field == "scopes" else consent
    if "share_partner" in live_scopes(db, consent.person, without=gone):
        return
    if not _has_ever_allowed_sharing(db, consent):
        return
    opened = {one.to_scope or "" for one in _closed_from_here(db, consent.person)}
    if opened:
        raise Refused(
            "open_without_consent",
            _(
                "The file is still open to {offices}, and there is no consent to it any more."
                " Close the file to them."
            ).format(offices=_named(opened)),
            field,
        )


def _has_ever_allowed_sharing(db: Session, consent: Consent) -> bool:
    """Tell whether a consent allowed to share the file, now or before it was corrected."""
    before = entries_of(db.connection(), [consent.id.bytes]).get(consent.id.bytes, [])
    answers = [consent.scopes, *(entry.change.fields.get("scopes") for entry in before)]
    return any("share_partner" in (scopes or ()) for scopes in answers)


def closed_to(closed: Iterable[FileShare]) -> str:
    """Say to whom a file was closed, in a sentence; empty when to nobody."""
    offices = {one.to_scope or "" for one in closed}
    return _("The file is closed to {offices}.").format(offices=_named(offices)) if offices else ""


def _named(offices: Iterable[str]) -> str:
    return _(", ").join(isolate(code) for code in sorted(offices))


def _is_decided_here(db: Session, share: FileShare) -> bool:
    """Tell whether the save opens the file; a merge brings what was decided elsewhere."""
    return "author" in db.info and not share.voided and share.closed_on is None


def _withheld(db: Session, share: FileShare) -> str | None:
    """Give the name under which the person asked not to share with them; None if they did not."""
    consents = db.scalars(
        select(Consent).where(
            Consent.person == share.person,
            Consent.voided.is_(None),
            Consent.withdrawn_on.is_(None),
            Consent.withheld_from.is_not(None),
        )
    )
    text = " ".join(consent.withheld_from or "" for consent in consents).casefold()
    code = share.to_scope or ""
    offices = db.scalars(select(Office).where(Office.code == code, Office.voided.is_(None)))
    names = [code, *(office.name for office in offices if office.name)]
    return next(
        (name for name in names if re.search(rf"\b{re.escape(name.casefold())}\b", text)), None
    )
