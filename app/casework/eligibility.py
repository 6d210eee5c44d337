"""Whether a person may take part in a programme: yes, no, or which fact to ask first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sqlalchemy.orm import Session

from app.casework.programmes import programme_of
from app.i18n import _, isolate
from app.models.choices import COUNTRIES, UNKNOWN_NATIONALITY
from app.models.persons import LEGAL_STATUSES, SEXES, Person
from app.models.places import PLACES
from app.models.programmes import Eligibility, Programme

Answer = Literal["yes", "no", "unclear"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the facts known say about a person and a programme.

    Attributes:
        answer: ``unclear`` when a fact that decides is not known well enough.
        reasons: For ``no``, what stands against it; for ``unclear``, which facts to ask.
    """

    answer: Answer
    reasons: list[str]


@dataclass(slots=True)
class _Findings:
    """What was found so far, by weight."""

    against: list[str] = field(default_factory=list)
    to_ask: list[str] = field(default_factory=list)

    def verdict(self) -> Verdict:
        if self.against:
            return Verdict("no", self.against)
        return Verdict("unclear" if self.to_ask else "yes", self.to_ask)


def eligibility(db: Session, person: Person, code: str | None, on: date | None = None) -> Verdict:
    """Tell whether a person may take part in a programme, as the office runs it.

    An age known within bounds decides only when all of the bounds fall on one side.

    Args:
        on: Day to judge the age on; inside a save, the office's day by default.

    Raises:
        Refused: There is no such programme.
    """
    return judge(programme_of(db, code), person, on or db.info["context"].today)


def judge(programme: Programme, person: Person, on: date) -> Verdict:
    """Tell whether a person may take part in a programme as it is given."""
    found = _Findings()
    if not programme.keeps_cases:
        found.against.append(
            _("This programme works with organisations. Record an activity instead.")
        )
    if not programme.is_active:
        found.against.append(_("The office takes no new cases in this programme."))
    rules = programme.eligibility
    _judge_age(rules, person, on, found)
    _judge_sex(rules, person, found)
    _judge_legal_status(rules, person, found)
    _judge_nationality(rules, person, found)
    _judge_place(rules, person, found)
    return found.verdict()


def _judge_age(rules: Eligibility, person: Person, day: date, found: _Findings) -> None:
    if rules.age_from is None and rules.age_to is None:
        return
    least = rules.age_from or 0
    greatest = rules.age_to if rules.age_to is not None else 999
    if person.birth is None:
        found.to_ask.append(_("The age is not known. Ask the date of birth or the age."))
        return
    low, high = person.birth.age_bounds(day)
    if high < least or low > greatest:
        known = str(low) if low == high else f"{low}–{high}"
        found.against.append(
            _("The person is {age}; the programme is for {ages}.").format(
                age=isolate(known), ages=_ages(rules)
            )
        )
    elif low < least or high > greatest:
        found.to_ask.append(
            _(
                "The person is between {low} and {high}; the programme is for {ages}. "
                "Ask the date of birth."
            ).format(low=low, high=high, ages=_ages(rules))
        )


def _ages(rules: Eligibility) -> str:
    if rules.age_from is not None and rules.age_to is not None:
        return _("people aged {least} to {greatest}").format(
            least=rules.age_from, greatest=rules.age_to
        )
    if rules.age_from is not None:
        return _("people aged {least} or more").format(least=rules.age_from)
    return _("people aged {greatest} or less").format(greatest=rules.age_to)


def _judge_sex(rules: Eligibility, person: Person, found: _Findings) -> None:
    if not rules.sexes:
        return
    if person.sex in (None, "U"):
        found.to_ask.append(_("The sex is not known. Ask it."))
    elif person.sex not in rules.sexes:
        found.against.append(
            _("The programme is for: {sexes}.").format(
                sexes=_(", ").join(map(SEXES.label, rules.sexes))
            )
        )


def _judge_legal_status(rules: Eligibility, person: Person, found: _Findings) -> None:
    if not rules.legal_statuses:
        return
    if person.legal_status in (None, "unknown"):
        found.to_ask.append(_("The legal status is not known. Ask it."))
    elif person.legal_status not in rules.legal_statuses:
        found.against.append(
            _("The legal status is “{status}”; the programme is for: {statuses}.").format(
                status=LEGAL_STATUSES.label(person.legal_status),
                statuses=_(", ").join(map(LEGAL_STATUSES.label, rules.legal_statuses)),
            )
        )


def _judge_nationality(rules: Eligibility, person: Person, found: _Findings) -> None:
    if not rules.nationalities and not rules.excluded_nationalities:
        return
    held = person.nationalities or frozenset()
    known = held - {UNKNOWN_NATIONALITY}
    excluded = known & set(rules.excluded_nationalities)
    if excluded:
        found.against.append(
            _("The programme is not for nationals of {countries}.").format(
                countries=_countries(excluded)
            )
        )
    elif rules.nationalities and known & set(rules.nationalities):
        return
    elif not known or UNKNOWN_NATIONALITY in held:
        found.to_ask.append(_("The nationality is not known. Ask it."))
    elif rules.nationalities:
        found.against.append(
            _("The nationality is {countries}, which the programme does not list.").format(
                countries=_countries(known)
            )
        )


def _countries(codes: frozenset[str]) -> str:
    return _(", ").join(COUNTRIES.label(code) for code in sorted(codes))


def _judge_place(rules: Eligibility, person: Person, found: _Findings) -> None:
    if not rules.places:
        return
    wanted = _(", ").join(map(PLACES.label, rules.places))
    stay = person.place_code
    if stay is None:
        found.to_ask.append(
            _("The area of stay is not known; the programme is for: {places}. Ask it.").format(
                places=wanted
            )
        )
    elif any(stay.startswith(code) for code in rules.places):
        return
    elif any(code.startswith(stay) for code in rules.places):
        found.to_ask.append(
            _("Only the region of stay is known; the programme is for: {places}. Ask more.").format(
                places=wanted
            )
        )
    else:
        found.against.append(
            _("The person stays in {place}; the programme is for: {places}.").format(
                place=PLACES.label(stay), places=wanted
            )
        )
