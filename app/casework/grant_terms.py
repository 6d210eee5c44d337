"""What a programme lets a grant be: the rule that applies, its ceiling and its thresholds."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.casework.people import names_of, own_names
from app.casework.programmes import programme_of
from app.casework.rates import in_currency
from app.errors import Refused
from app.formats import day_text
from app.i18n import _, isolate
from app.models.cases import Case
from app.models.choices import fold_name
from app.models.grants import GRANT_KINDS, PERSON_CLASSES, Commitment, Grant, Payment
from app.models.household import HouseholdMember
from app.models.money import Money
from app.models.money_types import money_text
from app.models.persons import Person
from app.models.programmes import GrantRule, Programme
from app.models.values import PartialDate

GRANTED: Final = frozenset({"first_approval", "approved", "closed"})
"""States of a grant that takes its amount from the ceiling."""
_TITLES: Final = frozenset({"m", "mr", "mme", "mlle", "mrs", "ms", "sr", "sra", "السيد", "السيدة"})


def programme_for(db: Session, grant: Grant) -> Programme:
    """Give the programme a grant is made in."""
    return programme_of(db, db.get_one(Case, grant.case).programme or "")


def terms_for(db: Session, grant: Grant) -> GrantRule | None:
    """Give the rule of the programme for a grant's kind and class of people, if it has one."""
    return applying(programme_for(db, grant).grant_rules, grant.grant_kind, grant.person_class)


def applying(
    rules: Iterable[GrantRule], grant_kind: str | None, person_class: str | None
) -> GrantRule | None:
    """Choose the rule that applies: one of the very class before one for everybody."""
    found = [
        one for one in rules if one.kind == grant_kind and one.person_class in (person_class, "any")
    ]
    return min(found, key=lambda one: one.person_class == "any", default=None)


def require_terms(db: Session, grant: Grant) -> GrantRule:
    """Give the rule for a grant.

    Raises:
        Refused: The programme gives no such grants, or what the office changed in it does not
            fit, so that nobody can say which ceiling holds.
    """
    programme = programme_for(db, grant)
    if programme.misfit:
        raise Refused(
            "programme_misfit",
            _(
                "What was changed in the programme {programme} does not fit: {problem} Put it "
                "right in the settings before granting money."
            ).format(programme=isolate(programme.name), problem=programme.misfit),
            "grant_kind",
            "grant",
        )
    terms = applying(programme.grant_rules, grant.grant_kind, grant.person_class)
    if terms is None:
        raise Refused(
            "no_grant_rule",
            _(
                "The programme {programme} has no grants “{kind}” for “{people}”. Correct the "
                "request, or have the rule added to the programme in the settings."
            ).format(
                programme=isolate(programme.name),
                kind=GRANT_KINDS.label(grant.grant_kind or ""),
                people=PERSON_CLASSES.label(grant.person_class or ""),
            ),
            "grant_kind",
            "grant",
        )
    return terms


def currency_of(grant: Grant) -> str:
    """Give the currency everything of a grant is counted in: that of the request."""
    return grant.requested.currency if grant.requested else ""


def is_above(db: Session, grant: Grant, amount: Money, threshold: Money | None) -> bool:
    """Tell whether an amount of a grant is above a threshold of its programme."""
    if threshold is None:
        return False
    return in_currency(db, amount, threshold.currency, _counted_on(grant)) > threshold


def counted(db: Session, grant: Grant) -> Money:
    """Give what a grant takes from its ceiling: what is approved, or once closed what was paid."""
    currency = currency_of(grant)
    if grant.voided or grant.state not in GRANTED:
        return Money.zero(currency)
    if grant.state != "closed":
        return grant.approved or Money.zero(currency)
    paid = db.scalars(
        select(Payment.in_grant_currency).where(Payment.grant == grant.id, Payment.voided.is_(None))
    )
    return sum((p for p in paid if p is not None), Money.zero(currency))


def require_within_ceiling(db: Session, grant: Grant) -> None:
    """Refuse what a person is given beyond the ceiling of the programme for their class.

    All grants of the person in the programme under the same rule count, whichever case they are
    of; those for a member of the family count for that member, together with those of the
    member's own file.
    """
    terms = terms_for(db, grant)
    ceiling = terms.ceiling_money if terms else None
    if terms is None or ceiling is None or not counted(db, grant):
        return
    given = Money.zero(ceiling.currency)
    for one in _alike(db, grant, terms):
        given += in_currency(db, counted(db, one), ceiling.currency, _counted_on(one))
    if given > ceiling:
        raise Refused(
            "grant_ceiling",
            _(
                "This makes {given} in all, and the programme gives {ceiling} at most. "
                "Lower the amount, or refuse or close another grant."
            ).format(given=money_text(given), ceiling=money_text(ceiling)),
            "approved",
            "grant",
        )


def _alike(db: Session, grant: Grant, terms: GrantRule) -> list[Grant]:
    case = db.get_one(Case, grant.case)
    rules = programme_of(db, case.programme or "").grant_rules
    whom = beneficiary(db, grant)
    found = db.scalars(
        select(Grant)
        .join(Case, Case.id == Grant.case)
        .outerjoin(HouseholdMember, HouseholdMember.id == Grant.member)
        .where(
            or_(
                and_(Case.person == whom, Grant.member.is_(None)),
                Grant.member == whom,
                HouseholdMember.member == whom,
            ),
            Case.programme == case.programme,
            Grant.voided.is_(None),
            Grant.state.in_(GRANTED),
        )
    )
    return [one for one in found if applying(rules, one.grant_kind, one.person_class) == terms]


def beneficiary(db: Session, grant: Grant) -> UUID:
    """Give whom a grant is for: a person, or a member of a family who has no file."""
    if grant.member is None:
        return db.get_one(Case, grant.case).person
    member = db.get(HouseholdMember, grant.member)
    return (member.member if member is not None else None) or grant.member


def birth_of_beneficiary(db: Session, grant: Grant) -> PartialDate | None:
    """Give the birth of whom a grant is for; that of their own file before what was said."""
    own = db.get(Person, beneficiary(db, grant))
    member = db.get(HouseholdMember, grant.member) if grant.member is not None else None
    return (own.birth if own is not None else None) or (member.birth if member else None)


def require_payee(db: Session, record: Commitment | Payment, grant: Grant, person: UUID) -> None:
    """Refuse paying the person where the programme pays suppliers."""
    terms = terms_for(db, grant)
    if terms is None or terms.payee != "supplier":
        return
    payee = _words(record.payee) - _TITLES
    own = {
        word
        for name in own_names(names_of(db, person))
        for part in (name.given_names, name.family_name)
        for word in _words(part)
    }
    if payee and payee <= own:
        raise Refused(
            "payee_is_supplier",
            _("This programme pays suppliers, not the person. Name the supplier."),
            "payee",
        )


def _words(name: str | None) -> set[str]:
    return set(re.findall(r"\w+", fold_name(name or "")))


def last_day_of_use(terms: GrantRule, begins: date | None) -> date | None:
    """Give the last day a grant may be used, ``valid_months`` after it could first be."""
    if terms.valid_months is None or begins is None:
        return None
    months = begins.month - 1 + terms.valid_months
    year, month = begins.year + months // 12, months % 12 + 1
    return date(year, month, min(begins.day, monthrange(year, month)[1]))


def require_in_time(terms: GrantRule, begins: date | None, on: date) -> None:
    """Refuse a payment after the last day a grant may be used."""
    last = last_day_of_use(terms, begins)
    if last is not None and on > last:
        raise Refused(
            "grant_expired",
            _("This grant had to be used by {day}. Close it.").format(day=day_text(last)),
            "paid_on",
            "payment",
        )


def _counted_on(grant: Grant) -> date:
    # Both are asked for; without either no rate is early enough, which is said.
    return grant.approved_on or grant.requested_on or date.min
