"""Questionnaires filled in with people: what may be answered, and the scores that follow.

A score is the mean of the answers' scores by weight, over the items that were due and answered;
declining is no answer. Source: domain notes, build rule of the reintegration survey.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.verbs import usual
from app.errors import Refused
from app.i18n import _, isolate, ngettext
from app.models.instrument_files import (
    DECLINED,
    Band,
    Instrument,
    Item,
    instrument,
    instrument_versions,
)
from app.models.instruments import InstrumentResponse
from app.models.persons import Person
from app.models.programme_facts import in_words
from app.models.record import Record
from app.models.rules import rule
from app.models.types import Context

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Score:
    """One score.

    Attributes:
        value: From 0 to 1, exact; None when it is withheld.
        answered: Items answered; ``due`` those that should have been.
        withheld: Why there is no score, in a sentence; empty when there is one.
        band: What the score is called; None without bands or score.
    """

    value: Decimal | None
    answered: int
    due: int
    withheld: str = ""
    band: Band | None = None

    @property
    def missing(self) -> int:
        """Items left without an answer."""
        return self.due - self.answered


@dataclass(frozen=True, slots=True)
class Scores:
    """What the answers to a questionnaire come to.

    Attributes:
        dimensions: Score of each dimension, by code, in the order of the questionnaire.
        composite: Score of the whole; None for a questionnaire without one.
        sign: Whether the answers point to what the questionnaire looks for; None when that
            cannot be told, because an answer is missing or it looks for nothing.
    """

    dimensions: dict[str, Score]
    composite: Score | None
    sign: bool | None


def due_items(made: Instrument, answers: Answers) -> list[Item]:
    """List the items to be asked, given the answers so far."""
    due: dict[str, Item] = {}
    for item in made.items:
        condition = item.only_if
        if condition is None or (
            condition.item in due and answers.get(condition.item) in condition.options
        ):
            due[item.code] = item
    return list(due.values())


def due_answers(made: Instrument, answers: Answers) -> dict[str, str]:
    """Give the answers without those to items that are not to be asked."""
    due = {item.code for item in due_items(made, answers)}
    return {item: option for item, option in answers.items() if item in due}


def scores(made: Instrument, answers: Answers) -> Scores:
    """Compute the scores of answers given to one version of a questionnaire."""
    due = [item for item in due_items(made, answers) if item.dimension is not None]

    def of_dimension(code: str) -> Score:
        items = [item for item in due if item.dimension == code]
        return _score(made, items, answers, lambda item: item.weight)

    return Scores(
        {code: of_dimension(code) for code in made.dimensions},
        _score(made, due, answers, lambda item: item.composite_weight)
        if made.has_composite
        else None,
        _sign(made, answers),
    )


def scores_of(response: InstrumentResponse) -> Scores | None:
    """Compute the scores of a filled-in questionnaire; None when its version is not known here."""
    made = instrument(response.instrument, response.version or "")
    return scores(made, response.answers or {}) if made else None


def has_disability(answers: Answers, version: str | None = None) -> bool | None:
    """Tell whether answers to the questions on difficulties point to a disability.

    Returns:
        True with a lot of difficulty, or worse, in one domain; None when no domain says so and
        one was not answered.
    """
    made = instrument("WG-SS", version)
    return _sign(made, answers) if made else None


def read_answers(response: InstrumentResponse) -> list[tuple[str, str]]:
    """Give what was asked and answered, in the language in use and the order asked.

    Codes stand for themselves when the version is not known here.
    """
    answers = response.answers or {}
    made = instrument(response.instrument, response.version or "")
    if made is None:
        return list(answers.items())
    return [
        (in_words(item.text, item.code), made.option_text(item, answers[item.code]))
        for item in made.items
        if item.code in answers
    ]


def fill_in(
    db: Session,
    case: UUID,
    code: str,
    answers: Answers,
    taken_on: date | None = None,
    **more: Any,
) -> InstrumentResponse:
    """Record a person's answers to the latest version of a questionnaire."""
    response = InstrumentResponse(
        case=case,
        instrument=code,
        answers=dict(answers),
        taken_on=taken_on or db.info["context"].today,
        **{"asked_by": db.info["author"], **more},
    )
    db.add(response)
    return response


def responses_of(db: Session, case: UUID, code: str) -> list[InstrumentResponse]:
    """List how a case answered a questionnaire, the earliest first."""
    return list(
        db.scalars(
            select(InstrumentResponse)
            .where(
                InstrumentResponse.case == case,
                InstrumentResponse.instrument == code,
                InstrumentResponse.voided.is_(None),
            )
            .order_by(InstrumentResponse.taken_on, InstrumentResponse.created_at)
        )
    )


@usual(InstrumentResponse)
def _usual_response(db: Session, case: Record) -> dict[str, Any]:
    return {"taken_on": db.info["context"].today.isoformat(), "asked_by": str(db.info["author"])}


# -- computing ---------------------------------------------------------------------------------


def _score(
    made: Instrument, due: list[Item], answers: Answers, weight: Callable[[Item], Decimal]
) -> Score:
    told = [
        (weight(item), score) for item in due if (score := _told(made, item, answers)) is not None
    ]
    missing = len(due) - len(told)
    if not told or missing * 100 > made.most_missing * len(due):
        return Score(None, len(told), len(due), _withheld(missing, len(due)))
    value = sum((w * score for w, score in told), Decimal(0)) / sum(
        (w for w, _score in told), Decimal(0)
    )
    return Score(value, len(told), len(due), band=_band(made, value))


def _told(made: Instrument, item: Item, answers: Answers) -> Decimal | None:
    """Give the score an answer has; None for no answer, a declined one, one that says nothing."""
    given = answers.get(item.code)
    return next((one.score for one in made.options_of(item) if one.code == given), None)


def _withheld(missing: int, due: int) -> str:
    if not due:
        return _("No question of this part was to be asked.")
    return ngettext(
        "{count} of {due} answers is missing: too many for a score.",
        "{count} of {due} answers are missing: too many for a score.",
        missing,
    ).format(count=missing, due=due)


def _band(made: Instrument, value: Decimal) -> Band | None:
    return next((b for b in made.bands if b.below is None or value < b.below), None)


def _sign(made: Instrument, answers: Answers) -> bool | None:
    if made.sign is None:
        return None
    due = due_items(made, answers)
    given = [answers.get(item.code) for item in due]
    counted = sum(option in made.sign.options for option in given)
    if counted >= made.sign.least:
        return True
    # An item without an answer might have been one more: unanswered is not "no".
    open_items = sum(option in {None, DECLINED} for option in given)
    return None if counted + open_items >= made.sign.least else False


# -- rules -------------------------------------------------------------------------------------


@rule(InstrumentResponse)
def answers_fit_the_questionnaire(
    db: Session, response: InstrumentResponse, context: Context
) -> None:
    """Answers are options of items of the version they were given to."""
    made = instrument(response.instrument, response.version or "")
    if made is None:
        known = instrument_versions().get(response.instrument or "", {})
        raise Refused(
            "unknown_version",
            _(
                "Version {version} of this questionnaire is not known here. Known: {known}. "
                "If a colleague used a later one, update Sanad to read it."
            ).format(version=isolate(response.version or "–"), known=isolate(", ".join(known))),
            "version",
        )
    answers = response.answers or {}
    due = {item.code for item in due_items(made, answers)}
    for code, option in answers.items():
        _require_option(made, code, option, code in due)


def _require_option(made: Instrument, code: str, option: str, is_due: bool) -> None:
    item = made.item(code)
    if item is None:
        raise Refused(
            "unknown_item",
            _("The questionnaire has no question {code}. Its questions: {codes}.").format(
                code=isolate(code), codes=isolate(", ".join(one.code for one in made.items))
            ),
            "answers",
        )
    offered = [one.code for one in made.options_of(item)]
    if item.may_decline:
        offered.append(DECLINED)
    if option not in offered:
        raise Refused(
            "unknown_option",
            _("“{question}” cannot be answered with {option}. Choose one of: {options}.").format(
                question=in_words(item.text, code),
                option=isolate(option),
                options=isolate(", ".join(offered)),
            ),
            "answers",
        )
    if not is_due:
        raise Refused(
            "not_asked",
            _("“{question}” is not asked after these answers. Leave it out.").format(
                question=in_words(item.text, code)
            ),
            "answers",
        )


@rule(InstrumentResponse)
def once_a_quarter(db: Session, response: InstrumentResponse, context: Context) -> None:
    """Some questionnaires are answered at most once in a quarter of the year."""
    made = instrument(response.instrument, response.version or "")
    if made is None or not made.once_a_quarter or response.voided or response.taken_on is None:
        return
    first, after = _quarter(response.taken_on)
    other = db.scalars(
        select(InstrumentResponse).where(
            InstrumentResponse.root == response.root,
            InstrumentResponse.instrument == response.instrument,
            InstrumentResponse.id != response.id,
            InstrumentResponse.voided.is_(None),
            InstrumentResponse.taken_on >= first,
            InstrumentResponse.taken_on < after,
        )
    ).first()
    if other is not None:
        raise Refused(
            "once_a_quarter",
            _(
                "This person answered “{questionnaire}” on {day} already. It is asked once in a "
                "quarter of the year."
            ).format(questionnaire=made.name, day=isolate(other.shown("taken_on"))),
            "taken_on",
        )


def _quarter(day: date) -> tuple[date, date]:
    """Give the first day of a day's quarter, and of the next one."""
    month = (day.month - 1) // 3 * 3 + 1
    first = date(day.year, month, 1)
    return first, date(day.year + month // 10, (month + 2) % 12 + 1, 1)


@rule(InstrumentResponse)
def old_enough_to_be_asked(db: Session, response: InstrumentResponse, context: Context) -> None:
    """A questionnaire with a least age is not put to somebody surely younger."""
    made = instrument(response.instrument, response.version or "")
    person = db.get(Person, response.root) if response.root else None
    if made is None or made.min_age is None or person is None or response.voided:
        return
    if person.birth is None or response.taken_on is None:
        return
    if person.birth.age_bounds(response.taken_on)[1] < made.min_age:
        raise Refused(
            "too_young",
            _("“{questionnaire}” is for people of {age} years and over.").format(
                questionnaire=made.name, age=made.min_age
            ),
            "instrument",
        )
