"""What a programme and a curriculum say, as their files write it."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from app.i18n import language
from app.models.money import Money
from app.models.programme_lists import IMPLICIT_STATES

Names = dict[str, str]
"""One text in each of ``LANGUAGES``."""


def in_words(names: Names, otherwise: str = "") -> str:
    """Give a text in the language in use."""
    return names.get(language()) or names.get("en") or otherwise


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of everything read from these files: immutable, and no key it does not know."""


class FundingLine(Facts, frozen=True):
    """One amount a donor gives.

    Attributes:
        code: Code in reports, unique in its programme.
        amount: Amount and currency of the agreement, such as ``4000000 NOK``.
        equivalent: What the sources give it as in another currency; never used to convert.
        share: Part of the programme's cost it pays, in per cent.
        note: What to know about the amount.
    """

    code: str
    names: Names
    amount: str | None = None
    equivalent: str | None = None
    share: int | None = None
    note: Names = {}

    @property
    def money(self) -> Money | None:
        """The amount of the agreement."""
        return _money(self.amount)


class Donor(Facts, frozen=True):
    """Who pays.

    Attributes:
        code: Code of the organisation, the same in every programme.
        country: ISO 3166-1 alpha-2 code; None for a union or an international organisation.
    """

    code: str
    names: Names
    country: str | None = None
    lines: list[FundingLine] = []

    @property
    def name(self) -> str:
        """Name in the language in use."""
        return in_words(self.names, self.code)


class Place(Facts, frozen=True):
    """Where a programme works.

    Attributes:
        code: P-code; one of a region means all of it.
        former_name: Region the sources name, where it no longer exists.
        former_until: Last day that region existed.
    """

    code: str
    former_name: str | None = None
    former_until: date | None = None


class Eligibility(Facts, frozen=True):
    """Who may take part. An empty list asks nothing.

    Attributes:
        age_from: Least age in whole years; ``age_to`` the greatest, included.
        legal_statuses: Any of these.
        nationalities: Any of these, ISO 3166-1 alpha-2.
        excluded_nationalities: None of these.
        places: P-codes of the area of stay.
        notes: What no rule can decide.
    """

    age_from: int | None = None
    age_to: int | None = None
    legal_statuses: list[str] = []
    nationalities: list[str] = []
    excluded_nationalities: list[str] = []
    sexes: list[str] = []
    places: list[str] = []
    notes: Names = {}


class TrancheRule(Facts, frozen=True):
    """One part of a grant.

    Attributes:
        share: Per cent of the grant; those of a rule make 100.
        trigger: What opens it.
        after_days: Days after the trigger before it may be paid. For ``visit_with_evidence``,
            days after arrival before the visit.
    """

    share: int
    trigger: Literal[
        "approval", "departure", "arrival", "training_completed", "visit_with_evidence"
    ]
    after_days: int = 0


class GrantRule(Facts, frozen=True):
    """How much a class of people may be given, and how.

    Attributes:
        ceiling: Most a person may be given, such as ``600 USD``; None when set case by case.
        quotes_above: Amount above which ``quotes_min`` comparable quotes are needed.
        approval_above: Amount above which two people approve.
        valid_months: Months after arrival in which it may be used.
    """

    kind: Literal["cash", "in_kind", "allowance"]
    person_class: Literal["adult", "child_accompanied", "umc", "family", "any"]
    ceiling: str | None = None
    tranches: list[TrancheRule] = []
    quotes_above: str | None = None
    quotes_min: int = 3
    approval_above: str | None = None
    valid_months: int | None = None
    payee: Literal["supplier", "person"] = "supplier"

    @property
    def ceiling_money(self) -> Money | None:
        """The ceiling as an amount."""
        return _money(self.ceiling)

    @property
    def quotes_above_money(self) -> Money | None:
        """The threshold of quotes as an amount."""
        return _money(self.quotes_above)

    @property
    def approval_above_money(self) -> Money | None:
        """The threshold of the second approval as an amount."""
        return _money(self.approval_above)


class Allowance(Facts, frozen=True):
    """An amount given to each traveller, such as pocket money."""

    code: str
    names: Names
    amount: str

    @property
    def money(self) -> Money:
        """The amount."""
        return Money.parse(self.amount)


class Target(Facts, frozen=True):
    """What the programme is to reach on an indicator."""

    indicator: str
    value: int
    names: Names


class Programme(Facts, frozen=True):
    """A programme as an office runs it.

    Attributes:
        code: Stable code, such as ``AVRR-FROM``.
        names: Name by language.
        centred: On whom its records turn: a person's cases, or an organisation's activities.
        starts: First day; ``ends`` the last; None when not known or still to come.
        source: Where the facts come from and which contradict one another, by language.
        iati: Identifier in IATI, when published.
        countries_of_return: Countries people return to; empty for any.
        target_countries: Countries the programme as a whole works in or for.
        topics: Topics its counselling sessions cover, code to name by language.
        curricula: Codes of the curricula it teaches.
        papers: Papers needed before departure or enrolment.
        states: The states of the regular line its cases use.
        stages: Steps of an investor's or expert's way, in order, code to name by language.
        follow_up_days: Days after arrival (or after the grant) at which a follow-up is due.
        case_facts: What its cases record beside the usual.
        localities: Neighbourhoods it works in, code to name by language.
        assignment_months: Longest assignment, in months.
        participant_categories: Of an activity's participants, code to name by language.
        age_bands: Of an activity's participants, such as ``15-25`` or ``60+``.
        is_active: Whether the office takes new cases or activities.
        office_note: What the office says about its changes.
        misfit: Why the office's changes could not be laid over it; empty when they could.
    """

    code: str
    names: Names
    component: Literal[
        "from_MA", "to_MA", "diaspora", "humanitarian", "training", "youth", "capacity", "info"
    ]
    centred: Literal["person", "organisation", "investor", "expert"]
    source: Names
    starts: date | None = None
    ends: date | None = None
    iati: str | None = None
    donors: list[Donor] = []
    places: list[Place] = []
    countries_of_return: list[str] = []
    target_countries: list[str] = []
    eligibility: Eligibility = Eligibility()
    services: list[str] = []
    topics: dict[str, Names] = {}
    curricula: list[str] = []
    grant_rules: list[GrantRule] = []
    allowances: list[Allowance] = []
    targets: list[Target] = []
    papers: list[str] = []
    states: list[str] = []
    stages: dict[str, Names] = {}
    follow_up_days: list[int] = []
    indicators: list[str] = []
    languages: list[str] = []
    reporting_currency: str = "EUR"
    case_facts: list[str] = []
    localities: dict[str, Names] = {}
    assignment_months: int | None = None
    participant_categories: dict[str, Names] = {}
    activity_kinds: list[str] = []
    age_bands: list[str] = []
    is_active: bool = True
    office_note: str = ""
    misfit: str = ""

    @property
    def name(self) -> str:
        """Name in the language in use."""
        return in_words(self.names, self.code)

    @property
    def keeps_cases(self) -> bool:
        """Whether people have cases in it; else it records activities."""
        return self.centred != "organisation"

    def uses(self, state: str) -> bool:
        """Tell whether its cases may be in ``state``."""
        return self.keeps_cases and (state in self.states or state in IMPLICIT_STATES)


class Module(Facts, frozen=True):
    """A part of a curriculum."""

    code: str
    names: Names
    hours: int
    half_days: int


class Certificate(Facts, frozen=True):
    """What the certificate of completion needs beside the attendance."""

    needs_post_test: bool = False
    needs_plan: bool = False


class Course(Facts, frozen=True):
    """A curriculum as shipped; becomes a ``Curriculum`` record of each store.

    Attributes:
        threshold: Attendance needed to complete, in per cent of half-days.
        prerequisites: Codes of curricula to complete first.
        idea_suffices: A clear business idea or a running business stands for the prerequisites.
        needs_business: Only for people who already run a business.
        pass_mark: Least score of the post-test, 0 to 100.
        max_group: People in a group beyond which there is a warning.
        level_in: Language level asked for, ``A0`` for none; ``level_out`` the level aimed at.
    """

    code: str
    names: Names
    hours: int
    half_days: int
    threshold: int
    prerequisites: list[str] = []
    idea_suffices: bool = False
    needs_business: bool = False
    pre_test: bool = False
    post_test: bool = False
    pass_mark: int | None = None
    max_group: int = 25
    level_in: str | None = None
    level_out: str | None = None
    modules: list[Module] = []
    certificate: Certificate = Certificate()


def _money(text: str | None) -> Money | None:
    return None if text is None else Money.parse(text)
