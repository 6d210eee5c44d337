"""Families: who is a child, who travels along, and what a person counts as for a grant.

Who may be under 18 is treated as a child. A child is accompanied when a parent, a guardian or a
grown relative travels along, or when somebody who travels lists them in their own family.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.ages import MAJORITY, childhood, may_be_child
from app.casework.verbs import usual
from app.errors import Refused
from app.i18n import _, isolate, ngettext
from app.models.clock import stamp_time
from app.models.household import Household, HouseholdMember
from app.models.persons import Person
from app.models.record import Record
from app.models.rules import rule
from app.models.types import Context

_CARERS: Final = frozenset({"parent", "guardian", "grandparent", "caregiver"})
_RELATIVES: Final = frozenset({"sibling", "other_relative", "spouse"})
_IN_CARE: Final = frozenset({"child", "grandchild", "sibling", "other_relative"})


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people of a family are listed, the person left out.

    Attributes:
        women: Surely 18 and over, as are ``men`` and ``others``, whose sex is not told.
        girls: Under 18, or perhaps so, as are ``boys`` and ``children``, whose sex is not told.
    """

    women: int = 0
    men: int = 0
    others: int = 0
    girls: int = 0
    boys: int = 0
    children: int = 0

    @property
    def adults(self) -> int:
        """People of 18 and over."""
        return self.women + self.men + self.others

    @property
    def minors(self) -> int:
        """People who are, or may be, under 18."""
        return self.girls + self.boys + self.children

    @property
    def total(self) -> int:
        """Everybody."""
        return self.adults + self.minors

    def in_words(self) -> str:
        """Tell the counts in a few words; empty for nobody."""
        parts = []
        if self.adults:
            parts.append(
                ngettext("{count} adult", "{count} adults", self.adults).format(count=self.adults)
            )
        if self.minors:
            parts.append(
                ngettext("{count} child", "{count} children", self.minors).format(count=self.minors)
            )
        return _(", ").join(parts)


def members_of(db: Session, person: UUID) -> list[HouseholdMember]:
    """List the family of a person in the order written."""
    return list(
        db.scalars(
            select(HouseholdMember)
            .where(HouseholdMember.person == person, HouseholdMember.voided.is_(None))
            .order_by(HouseholdMember.created_at)
        )
    )


def counts_of(db: Session, person: UUID, on: date, *, only_accompanying: bool = False) -> Counts:
    """Count the family of a person by age on a day, and sex.

    Args:
        only_accompanying: Leave out those who do not travel along.
    """
    tally = dict.fromkeys(("women", "men", "others", "girls", "boys", "children"), 0)
    for member in members_of(db, person):
        if member.is_accompanying or not only_accompanying:
            tally[_place(db, member, on)] += 1
    return Counts(**tally)


def person_class(db: Session, person: UUID, on: date) -> str:
    """Tell what a person counts as for a grant on a day, a code of ``PERSON_CLASSES``.

    Returns:
        ``adult`` or ``family`` (an adult with people who travel along), ``child_accompanied`` or
        ``umc`` for somebody who is, or may be, under 18.
    """
    birth = db.get_one(Person, person).birth
    travelling = [one for one in members_of(db, person) if one.is_accompanying]
    if not may_be_child(birth, on):
        return "family" if travelling else "adult"
    if any(_looks_after(db, one, on) for one in travelling) or _is_taken_along(db, person):
        return "child_accompanied"
    return "umc"


def _looks_after(db: Session, member: HouseholdMember, on: date) -> bool:
    grown = childhood(_birth(db, member), on)
    # A parent whose birth nobody wrote is a parent still; a relative must surely be grown.
    if member.relation in _CARERS:
        return grown != "yes"
    return member.relation in _RELATIVES and grown == "no"


def _is_taken_along(db: Session, person: UUID) -> bool:
    """Tell whether somebody who travels lists a person as one in their care."""
    return (
        db.scalars(
            select(HouseholdMember.id)
            .where(
                HouseholdMember.member == person,
                HouseholdMember.voided.is_(None),
                HouseholdMember.is_accompanying.is_(True),
                HouseholdMember.relation.in_(_IN_CARE),
            )
            .limit(1)
        ).first()
        is not None
    )


def _birth(db: Session, member: HouseholdMember) -> Any:
    """Give a member's birth: that of their own file before what was said of them."""
    own = db.get(Person, member.member) if member.member is not None else None
    return own.birth if own is not None and own.birth is not None else member.birth


def _place(db: Session, member: HouseholdMember, on: date) -> str:
    own = db.get(Person, member.member) if member.member is not None else None
    sex = (own.sex if own is not None else None) or member.sex
    birth = _birth(db, member)
    # Without a birth the relation tells more than nothing: a parent is grown.
    is_child = (
        member.relation in {"child", "grandchild"} if birth is None else may_be_child(birth, on)
    )
    if is_child:
        return {"F": "girls", "M": "boys"}.get(sex or "", "children")
    return {"F": "women", "M": "men"}.get(sex or "", "others")


@usual(Household)
def usual_household(db: Session, person: Record) -> Mapping[str, Any]:
    """Start with the counts of the family listed so far."""
    counts = counts_of(db, person.id, db.info["context"].today)
    found = {name: getattr(counts, name) for name in ("women", "men", "girls", "boys")}
    return {name: count for name, count in found.items() if count}


@usual(HouseholdMember)
def usual_member(db: Session, person: Record) -> Mapping[str, Any]:
    """Start with the person's own nationality, when it is one."""
    known = list(person.nationalities or ()) if isinstance(person, Person) else []
    return {"nationality": known[0]} if len(known) == 1 else {}


# -- rules -------------------------------------------------------------------------------------


@rule(HouseholdMember)
def child_is_under_age(db: Session, member: HouseholdMember, context: Context) -> None:
    """Who is listed as a child under 18 was not surely grown on the day of writing."""
    if member.relation != "child" or member.voided:
        return
    # Children grow up: what was right when it was written stays right.
    written = stamp_time(member.created_at).date() if member.created_at else context.today
    birth = _birth(db, member)
    if birth is not None and birth.age_bounds(written)[0] >= MAJORITY:
        raise Refused(
            "child_is_grown",
            _("{name} is {age} years old or more. Choose “Grown son or daughter”.").format(
                name=isolate(member.name or ""), age=MAJORITY
            ),
            "relation",
        )


@rule(HouseholdMember)
def nobody_is_their_own_relative(db: Session, member: HouseholdMember, context: Context) -> None:
    """The file linked to a family member is not the person's own, and is linked once."""
    if member.member is None or member.voided:
        return
    if member.member == member.person:
        raise Refused(
            "own_relative", _("This is the person's own file. Choose the relative's."), "member"
        )
    twice = db.scalars(
        select(HouseholdMember.id).where(
            HouseholdMember.person == member.person,
            HouseholdMember.member == member.member,
            HouseholdMember.id != member.id,
            HouseholdMember.voided.is_(None),
        )
    ).first()
    if twice is not None:
        raise Refused("member_twice", _("This file is linked to another family member."), "member")


@rule(Household)
def one_household(db: Session, household: Household, context: Context) -> None:
    """A person's household is described once."""
    if household.voided:
        return
    other = db.scalars(
        select(Household.id).where(
            Household.person == household.person,
            Household.id != household.id,
            Household.voided.is_(None),
        )
    ).first()
    if other is not None:
        raise Refused(
            "one_household",
            _("The household is described already. Correct that description."),
            "person",
        )
