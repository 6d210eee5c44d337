"""Programmes as the office runs them: shipped facts with the office's changes laid over."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from app.errors import Refused
from app.formats import day_text
from app.i18n import _, isolate, ngettext
from app.models import programme_lists as lists
from app.models.activities import ACTIVITY_KINDS
from app.models.choices import COUNTRIES, SPOKEN_LANGUAGES
from app.models.grants import GRANT_KINDS, PERSON_CLASSES, TRIGGERS
from app.models.money import Money
from app.models.money_types import money_text
from app.models.persons import LEGAL_STATUSES, SEXES
from app.models.places import PLACES
from app.models.programme_changes import ProgrammeChange, change_id
from app.models.programmes import (
    GrantRule,
    Names,
    Programme,
    ResourceError,
    Tables,
    changed_programme,
    courses,
    in_words,
    programmes,
)
from app.models.reference import SERVICES
from app.models.rules import rule
from app.models.training import Curriculum
from app.models.types import Context
from app.models.users import User

CHANGERS: Final = frozenset({"supervisor", "admin", "hq"})
"""Roles that may change a programme."""

_READ: Final = "programme_changes"
"""Where a session keeps the changes it has read: every rule of a case asks for its programme."""


def programme_of(db: Session, code: str | None) -> Programme:
    """Give a programme as the office runs it.

    Changes that do not fit (two offices' changes merged, or a newer shipped file) are left out
    and said in ``misfit``; the review lists them.

    Raises:
        Refused: There is no such programme.
    """
    shipped = _shipped(code)
    change = change_of(db, shipped.code)
    if change is None:
        return shipped
    try:
        return _with(db, change)
    except ResourceError as error:
        return msgspec.structs.replace(shipped, misfit=str(error))
    except Refused as refused:
        return msgspec.structs.replace(shipped, misfit=refused.message)


def change_of(db: Session, code: str) -> ProgrammeChange | None:
    """Give the office's changes to a programme; None when there are none."""
    if _READ not in db.info:
        db.info[_READ] = list(db.scalars(select(ProgrammeChange)))
    # Those of the save under way are known to the session once they are flushed.
    key = identity_key(ProgrammeChange, change_id(code))
    change: ProgrammeChange | None = db.identity_map.get(key)
    return None if change is None or change.voided else change


def change_programme(db: Session, code: str, **answers: Any) -> ProgrammeChange:
    """Change a programme for the office; an answer of None goes back to what is shipped.

    Raises:
        Refused: There is no such programme; at the save, an answer does not fit or the role of
            the author does not allow it.
    """
    _shipped(code)
    change = db.get(ProgrammeChange, change_id(code))
    if change is None:
        change = ProgrammeChange(code=code, **answers)
        db.add(change)
        return change
    change.voided = None
    for name, value in answers.items():
        setattr(change, name, value)
    return change


@rule(ProgrammeChange)
def change_fits(db: Session, change: ProgrammeChange, context: Context) -> None:
    """A programme with the office's changes is still one the work can follow."""
    if change.voided:
        return
    if change.id != change_id(change.code):
        raise Refused(
            "one_change_a_programme",
            _("The changes to this programme are kept in another record. Change that one."),
            "code",
        )
    try:
        _with(db, change)
    except ResourceError as error:
        raise Refused(
            "programme_does_not_fit",
            _("This does not fit: {problem}.").format(problem=error),
            _field_of(change, error),
        ) from None


@rule(ProgrammeChange)
def changed_by_a_supervisor(db: Session, change: ProgrammeChange, context: Context) -> None:
    """Counsellors do not change programmes."""
    author = db.get(User, change.updated_by)
    if author is not None and not CHANGERS & (author.roles or frozenset()):
        raise Refused("role", _("Your role does not allow this. Ask a supervisor of your office."))


def _shipped(code: str | None) -> Programme:
    found = programmes().get(code or "")
    if found is None:
        raise Refused(
            "unknown_programme",
            _("There is no programme {code}. Choose it from the list.").format(
                code=isolate(str(code))
            ),
            "programme",
        )
    return found


# -- laying changes over -----------------------------------------------------------------------

# Where the answers of the record go in the tables of the programme.
_PLACES: Final = {
    "is_active": ("is_active",),
    "starts": ("starts",),
    "ends": ("ends",),
    "age_from": ("eligibility", "age_from"),
    "age_to": ("eligibility", "age_to"),
    "legal_statuses": ("eligibility", "legal_statuses"),
    "nationalities": ("eligibility", "nationalities"),
    "follow_up_days": ("follow_up_days",),
}
_OF_RULES: Final = ("ceiling", "quotes_above", "approval_above")


def _with(db: Session, change: ProgrammeChange) -> Programme:
    code = change.code or ""
    own = db.scalars(select(Curriculum.code).where(Curriculum.voided.is_(None)))
    made = changed_programme(
        code, change.details or "", lambda tables: _laid(change, tables), _texts(own)
    )
    return msgspec.structs.replace(made, office_note=change.source_note or "")


def _texts(found: Iterable[str | None]) -> frozenset[str]:
    return frozenset(text for text in found if text)


def _laid(change: ProgrammeChange, tables: Tables) -> Tables:
    laid = {**tables, "eligibility": dict(tables.get("eligibility", {}))}
    for name, place in _PLACES.items():
        value: Any = getattr(change, name)
        if value is None:
            continue
        if name == "follow_up_days":
            value = _days(value)
        table = laid["eligibility"] if len(place) > 1 else laid
        table[place[-1]] = sorted(value) if isinstance(value, frozenset) else value
    asked = {name: value for name in _OF_RULES if (value := getattr(change, name)) is not None}
    return {**laid, "grant_rules": _rules(laid.get("grant_rules", []), asked)} if asked else laid


def _rules(rules: Any, asked: dict[str, Money]) -> Any:
    """Lay amounts over every grant rule; a ceiling only where one serves everybody."""
    if not isinstance(rules, list) or not rules:
        raise Refused(
            "no_grant_rule",
            _("This programme gives no grants. Describe them first under other changes."),
            next(iter(asked)),
        )
    if "ceiling" in asked and len(rules) > 1:
        raise Refused(
            "several_ceilings",
            _("This programme has several ceilings. Change them under other changes."),
            "ceiling",
        )
    amounts = {name: str(value) for name, value in asked.items()}
    return [{**one, **amounts} if isinstance(one, dict) else one for one in rules]


def _days(text: str) -> list[int]:
    # int() reads the digits of every script.
    parts = [part for part in re.split(r"[,;،؛\s]+", text) if part]
    if not parts or not all(part.isdecimal() for part in parts):
        raise Refused(
            "not_days",
            _("Write whole numbers with commas between them, such as 90, 180, 365."),
            "follow_up_days",
        )
    return [int(part) for part in parts]


def _field_of(change: ProgrammeChange, error: ResourceError) -> str:
    """Name the question an error concerns: the one that set the value, or the details."""
    for name, place in _PLACES.items():
        if error.path[: len(place)] == place and getattr(change, name) is not None:
            return name
    last = error.path[-1] if error.path else ""
    if last in _OF_RULES and getattr(change, str(last)) is not None:
        return str(last)
    return "details"


# -- describing --------------------------------------------------------------------------------


def describe(programme: Programme) -> list[tuple[str, str]]:
    """List the facts of a programme as (label, text) in the language in use; none is empty."""
    said = [
        *_about(programme),
        *_who(programme),
        *_what(programme),
        *_money(programme),
        *_following(programme),
    ]
    return [(label, text) for label, text in said if text]


_Said = list[tuple[str, str]]


def _about(programme: Programme) -> _Said:
    return [
        (_("Does not fit"), programme.misfit),
        (_("Code"), programme.code),
        (_("Name"), programme.name),
        (_("Part of the work"), lists.COMPONENTS.label(programme.component)),
        (_("Turns on"), lists.CENTRES.label(programme.centred)),
        (_("Takes new cases and activities"), _("Yes") if programme.is_active else _("No")),
        (_("First day of the programme"), day_text(programme.starts) if programme.starts else ""),
        (_("Last day of the programme"), day_text(programme.ends) if programme.ends else ""),
        (_("Places"), _places(programme)),
        (_("Countries of return"), _coded(COUNTRIES.label, programme.countries_of_return)),
        (_("Countries of the programme"), _coded(COUNTRIES.label, programme.target_countries)),
        (_("Where these facts come from"), in_words(programme.source)),
        (_("Where the changes come from"), programme.office_note),
        (_("Identifier in IATI"), programme.iati or ""),
    ]


def _who(programme: Programme) -> _Said:
    rules = programme.eligibility
    return [
        (_("Age"), _ages(rules.age_from, rules.age_to)),
        (_("Sex"), _coded(SEXES.label, rules.sexes)),
        (_("Legal statuses accepted"), _coded(LEGAL_STATUSES.label, rules.legal_statuses)),
        (_("Nationalities accepted"), _coded(COUNTRIES.label, rules.nationalities)),
        (_("Nationalities not accepted"), _coded(COUNTRIES.label, rules.excluded_nationalities)),
        (_("Areas of stay accepted"), _coded(PLACES.label, rules.places)),
        (_("To be judged"), in_words(rules.notes)),
        (_("Participants counted as"), _named(programme.participant_categories)),
        (_("Age bands of participants"), _joined(map(isolate, programme.age_bands))),
    ]


def _what(programme: Programme) -> _Said:
    shipped = courses()
    taught = [shipped[c].names if c in shipped else {"en": c} for c in programme.curricula]
    months = programme.assignment_months
    longest = ngettext("{count} month", "{count} months", months or 0).format(count=months)
    return [
        (_("Services"), _coded(SERVICES.label, programme.services)),
        (_("Topics of sessions"), _named(programme.topics)),
        (_("Trainings"), _joined(map(in_words, taught))),
        (_("Activities"), _coded(ACTIVITY_KINDS.label, programme.activity_kinds)),
        (_("Stages"), _named(programme.stages)),
        (_("Longest assignment"), longest if months else ""),
        (_("Neighbourhoods"), _named(programme.localities)),
        (_("Papers needed"), _coded(lists.PAPERS.label, programme.papers)),
        (_("Also recorded"), _coded(lists.CASE_FACTS.label, programme.case_facts)),
        (_("Languages"), _coded(SPOKEN_LANGUAGES.label, programme.languages)),
    ]


def _money(programme: Programme) -> _Said:
    said = []
    for donor in programme.donors:
        amounts = [money_text(line.money) for line in donor.lines if line.money is not None]
        notes = [in_words(line.note) for line in donor.lines if line.note]
        text = f"{donor.name} ({_joined(amounts)})" if amounts else donor.name
        said.append((_("Donor"), " – ".join([text, *notes])))
    said += [(_("Grant"), _grant(one)) for one in programme.grant_rules]
    said += [
        (_("Allowance"), _titled(one.names, money_text(one.money))) for one in programme.allowances
    ]
    return [*said, (_("Reporting currency"), programme.reporting_currency)]


def _grant(grant: GrantRule) -> str:
    parts = [_person_class(grant), GRANT_KINDS.label(grant.kind)]
    if grant.ceiling_money is not None:
        parts.append(_("at most {amount}").format(amount=money_text(grant.ceiling_money)))
    for tranche in grant.tranches:
        opened = TRIGGERS.label(tranche.trigger)
        if tranche.after_days:
            opened = ngettext("{event}, {count} day", "{event}, {count} days", tranche.after_days)
            opened = opened.format(event=TRIGGERS.label(tranche.trigger), count=tranche.after_days)
        parts.append(_("{share} %: {event}").format(share=tranche.share, event=opened))
    if grant.quotes_above_money is not None:
        parts.append(
            ngettext(
                "{count} quote above {amount}", "{count} quotes above {amount}", grant.quotes_min
            ).format(count=grant.quotes_min, amount=money_text(grant.quotes_above_money))
        )
    if grant.approval_above_money is not None:
        parts.append(
            _("two people approve above {amount}").format(
                amount=money_text(grant.approval_above_money)
            )
        )
    if grant.valid_months is not None:
        parts.append(
            ngettext(
                "to be used within {count} month",
                "to be used within {count} months",
                grant.valid_months,
            ).format(count=grant.valid_months)
        )
    parts.append(_("paid to: {payee}").format(payee=lists.PAYEES.label(grant.payee)))
    return _("; ").join(parts)


def _person_class(grant: GrantRule) -> str:
    if grant.person_class == "any":
        return _("Anybody")
    return PERSON_CLASSES.label(grant.person_class)


def _following(programme: Programme) -> _Said:
    return [
        *((_("Target"), _titled(t.names, str(t.value))) for t in programme.targets),
        (_("Follow-ups after, in days"), _joined(map(str, programme.follow_up_days))),
        (_("Indicators"), _coded(lists.INDICATORS.label, programme.indicators)),
    ]


def _ages(least: int | None, greatest: int | None) -> str:
    if least is not None and greatest is not None:
        return _("from {least} to {greatest} years").format(least=least, greatest=greatest)
    if least is not None:
        return _("{least} years or more").format(least=least)
    if greatest is not None:
        return _("{greatest} years or less").format(greatest=greatest)
    return ""


def _places(programme: Programme) -> str:
    former = dict.fromkeys(p.former_name for p in programme.places if p.former_name)
    present = [PLACES.label(place.code) for place in programme.places if not place.former_name]
    return _joined([*(isolate(name) for name in former), *present])


def _coded(label: Callable[[str], str], codes: Iterable[str]) -> str:
    return _joined(map(label, codes))


def _titled(names: Names, text: str) -> str:
    return _("{title}: {text}").format(title=in_words(names), text=text)


def _named(by_code: dict[str, Names]) -> str:
    return _joined(map(in_words, by_code.values()))


def _joined(texts: Iterable[str]) -> str:
    return _(", ").join(texts)
