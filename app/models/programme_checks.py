"""What must hold inside a programme or a curriculum beyond the shape of its file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from app.i18n import LANGUAGES, _, isolate
from app.models import programme_lists as lists
from app.models.choices import COUNTRIES, SPOKEN_LANGUAGES
from app.models.money import Money, is_currency
from app.models.persons import LEGAL_STATUSES, SEXES
from app.models.programme_facts import Course, Names, Programme
from app.models.resource_files import KeyPath, Problem

_AGE_BAND: Final = re.compile(r"(\d{1,2})-(\d{1,2})|\d{1,2}\+")
_P_CODE: Final = re.compile(r"[A-Z]{2}[A-Z0-9]{2,14}")
_CODE: Final = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")


def check_programme(
    programme: Programme, curricula: Collection[str], services: Collection[str]
) -> Iterator[Problem]:
    """List what does not hold in a programme, in the order of its keys.

    Args:
        curricula: Codes of the curricula there are; ``services`` those of the services.
    """
    yield from _code(programme.code)
    for path, names in _all_names(programme):
        yield from _in_every_language(path, names)
    if programme.starts and programme.ends and programme.ends < programme.starts:
        yield ("ends",), _("the last day is before the first")
    yield from _eligibility(programme)
    yield from _money(programme)
    yield from _grant_rules(programme)
    for key, codes, known in _listed(programme, curricula, services):
        yield from _known((key,), codes, known)
    for index, target in enumerate(programme.targets):
        yield from _known_one(
            ("targets", index, "indicator"), target.indicator, lists.INDICATORS.codes()
        )
    yield from _countries(("countries_of_return",), programme.countries_of_return)
    yield from _countries(("target_countries",), programme.target_countries)
    for index, place in enumerate(programme.places):
        yield from _p_code(("places", index, "code"), place.code)
    yield from _follow_ups(programme)
    yield from _states(programme)
    yield from _bands(programme)


def check_course(course: Course, curricula: Collection[str]) -> Iterator[Problem]:
    """List what does not hold in a curriculum."""
    yield from _code(course.code)
    yield from _in_every_language(("names",), course.names)
    for key, least, most in _COURSE_RANGES:
        number = getattr(course, key)
        if number is not None and not least <= number <= most:
            yield (key,), _range(least, most)
    yield from _known(("prerequisites",), course.prerequisites, curricula)
    if course.code in course.prerequisites:
        yield ("prerequisites",), _("a curriculum cannot be needed before itself")
    if course.pass_mark is not None and not course.post_test:
        yield ("pass_mark",), _("a pass mark needs a test at the end")
    for key in ("level_in", "level_out"):
        if (level := getattr(course, key)) is not None:
            yield from _known_one((key,), level, lists.LEVELS)
    for index, module in enumerate(course.modules):
        yield from _in_every_language(("modules", index, "names"), module.names)
    for key in ("hours", "half_days"):
        sum_of_modules = sum(getattr(module, key) for module in course.modules)
        if course.modules and sum_of_modules != getattr(course, key):
            yield (
                (key,),
                _("the modules make {sum}, not {stated}").format(
                    sum=sum_of_modules, stated=getattr(course, key)
                ),
            )


_COURSE_RANGES: Final = (
    ("hours", 1, 500),
    ("half_days", 1, 200),
    ("threshold", 1, 100),
    ("pass_mark", 0, 100),
    ("max_group", 1, 200),
)


def _code(code: str) -> Iterator[Problem]:
    if not _CODE.fullmatch(code):
        yield ("code",), _("a code is capital letters and digits, joined by hyphens")


def _all_names(programme: Programme) -> Iterator[tuple[KeyPath, Names]]:
    yield ("names",), programme.names
    yield ("source",), programme.source
    if programme.eligibility.notes:
        yield ("eligibility", "notes"), programme.eligibility.notes
    for key in ("topics", "stages", "localities", "participant_categories"):
        for code, names in getattr(programme, key).items():
            yield (key, code), names
    for index, donor in enumerate(programme.donors):
        yield ("donors", index, "names"), donor.names
        for number, line in enumerate(donor.lines):
            yield ("donors", index, "lines", number, "names"), line.names
            if line.note:
                yield ("donors", index, "lines", number, "note"), line.note
    for key in ("allowances", "targets"):
        for index, one in enumerate(getattr(programme, key)):
            yield (key, index, "names"), one.names


def _in_every_language(path: KeyPath, names: Names) -> Iterator[Problem]:
    for language in LANGUAGES:
        if not names.get(language, "").strip():
            yield path, _("the text in {language} is missing").format(language=isolate(language))
    for language in names:
        if language not in LANGUAGES:
            yield (
                (*path, language),
                _("texts are written in {languages} only").format(
                    languages=isolate(", ".join(LANGUAGES))
                ),
            )


def _listed(
    programme: Programme, curricula: Collection[str], services: Collection[str]
) -> Iterator[tuple[str, list[str], Collection[str]]]:
    # These records name the programme they belong to, and are loaded after this module.
    from app.models.activities import ACTIVITY_KINDS
    from app.models.investments import INVESTMENT_STAGES

    yield "services", programme.services, services
    yield "curricula", programme.curricula, curricula
    yield "papers", programme.papers, lists.PAPERS.codes()
    yield "states", programme.states, lists.CASE_STATES
    yield "indicators", programme.indicators, lists.INDICATORS.codes()
    yield "activity_kinds", programme.activity_kinds, ACTIVITY_KINDS.codes()
    if programme.centred == "investor":
        yield "stages", list(programme.stages), INVESTMENT_STAGES.codes()
    yield "case_facts", programme.case_facts, lists.CASE_FACTS.codes()
    yield "languages", programme.languages, SPOKEN_LANGUAGES.codes()


def _known(path: KeyPath, codes: Iterable[str], known: Collection[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, code in enumerate(codes):
        yield from _known_one((*path, index), code, known)
        if code in seen:
            yield (*path, index), _("{code} is listed twice").format(code=isolate(code))
        seen.add(code)


def _known_one(path: KeyPath, code: str, known: Collection[str]) -> Iterator[Problem]:
    if code not in known:
        yield (
            path,
            _("{code} is not known. Known are: {codes}").format(
                code=isolate(code), codes=isolate(", ".join(sorted(known)))
            ),
        )


def _countries(path: KeyPath, codes: list[str]) -> Iterator[Problem]:
    known = COUNTRIES.codes() if codes else ()
    for index, code in enumerate(codes):
        if code not in known:
            yield (
                (*path, index),
                _("{code} is not a country code of two letters").format(code=isolate(code)),
            )


def _p_code(path: KeyPath, code: str) -> Iterator[Problem]:
    if not _P_CODE.fullmatch(code):
        yield path, _("{code} is not a P-code, such as MA001005").format(code=isolate(code))


def _eligibility(programme: Programme) -> Iterator[Problem]:
    rules = programme.eligibility
    for key in ("age_from", "age_to"):
        age = getattr(rules, key)
        if age is not None and not 0 <= age <= 120:
            yield ("eligibility", key), _range(0, 120)
    if rules.age_from is not None and rules.age_to is not None and rules.age_to < rules.age_from:
        yield ("eligibility", "age_to"), _("the greatest age is below the least")
    yield from _known(
        ("eligibility", "legal_statuses"), rules.legal_statuses, LEGAL_STATUSES.codes()
    )
    yield from _known(("eligibility", "sexes"), rules.sexes, SEXES.codes())
    yield from _countries(("eligibility", "nationalities"), rules.nationalities)
    yield from _countries(("eligibility", "excluded_nationalities"), rules.excluded_nationalities)
    for index, code in enumerate(rules.places):
        yield from _p_code(("eligibility", "places", index), code)


def _money(programme: Programme) -> Iterator[Problem]:
    yield from _currency(("reporting_currency",), programme.reporting_currency)
    for path, text in _amounts(programme):
        if text is not None:
            yield from _amount(path, text)
    for index, donor in enumerate(programme.donors):
        if donor.country is not None:
            yield from _countries(("donors", index, "country"), [donor.country])
        for number, line in enumerate(donor.lines):
            if line.share is not None and not 0 < line.share <= 100:
                yield ("donors", index, "lines", number, "share"), _range(1, 100)
    codes = [line.code for donor in programme.donors for line in donor.lines]
    if len(set(codes)) < len(codes):
        yield ("donors",), _("two funding lines have the same code")


def _amounts(programme: Programme) -> Iterator[tuple[KeyPath, str | None]]:
    for index, donor in enumerate(programme.donors):
        for number, line in enumerate(donor.lines):
            yield ("donors", index, "lines", number, "amount"), line.amount
            yield ("donors", index, "lines", number, "equivalent"), line.equivalent
    for index, allowance in enumerate(programme.allowances):
        yield ("allowances", index, "amount"), allowance.amount
    for index, rule in enumerate(programme.grant_rules):
        for key in ("ceiling", "quotes_above", "approval_above"):
            yield ("grant_rules", index, key), getattr(rule, key)


def _amount(path: KeyPath, text: str) -> Iterator[Problem]:
    try:
        money = Money.parse(text)
    except ValueError:
        yield path, _("{text} is not an amount such as 600 USD").format(text=isolate(text))
        return
    yield from _currency(path, money.currency)
    if money.amount < 0:
        yield path, _("an amount is zero or more")


def _currency(path: KeyPath, code: str) -> Iterator[Problem]:
    if not is_currency(code):
        yield path, _("{code} is not a currency").format(code=isolate(code))


def _grant_rules(programme: Programme) -> Iterator[Problem]:
    for index, rule in enumerate(programme.grant_rules):
        path: KeyPath = ("grant_rules", index)
        if sum(tranche.share for tranche in rule.tranches) != 100:
            yield (*path, "tranches"), _("the shares of the tranches must make 100 per cent")
        for number, tranche in enumerate(rule.tranches):
            if tranche.share <= 0:
                yield (*path, "tranches", number, "share"), _range(1, 100)
            if not 0 <= tranche.after_days <= 3660:
                yield (*path, "tranches", number, "after_days"), _range(0, 3660)
        if not 1 <= rule.quotes_min <= 10:
            yield (*path, "quotes_min"), _range(1, 10)
        if rule.valid_months is not None and not 1 <= rule.valid_months <= 120:
            yield (*path, "valid_months"), _range(1, 120)


def _follow_ups(programme: Programme) -> Iterator[Problem]:
    days = programme.follow_up_days
    if any(not 0 < day <= 3660 for day in days):
        yield ("follow_up_days",), _range(1, 3660)
    if days != sorted(set(days)):
        yield ("follow_up_days",), _("the days must be in rising order, each once")
    months = programme.assignment_months
    if months is not None and not 1 <= months <= 60:
        yield ("assignment_months",), _range(1, 60)


def _states(programme: Programme) -> Iterator[Problem]:
    regular = [state for state in programme.states if state in lists.REGULAR_STATES]
    if regular != sorted(regular, key=lists.REGULAR_STATES.index):
        yield ("states",), _("the states must stand in the order a case passes them")
    if programme.keeps_cases and regular[:1] != ["draft"]:
        yield ("states",), _("a case starts as a draft")
    if not programme.keeps_cases and programme.states:
        yield ("states",), _("a programme of activities keeps no cases")


def _bands(programme: Programme) -> Iterator[Problem]:
    for index, band in enumerate(programme.age_bands):
        match = _AGE_BAND.fullmatch(band)
        if match is None or (match[1] and int(match[2]) < int(match[1])):
            yield ("age_bands", index), _("write an age band as 15-25 or 60+")


def _range(least: int, most: int) -> str:
    return _("write a number from {minimum} to {maximum}").format(minimum=least, maximum=most)
