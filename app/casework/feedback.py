"""Feedback and complaints: each is answered, and the open ones are in one list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.people_list import PersonLine, lines_of
from app.casework.verbs import usual, verb
from app.errors import Refused
from app.i18n import N_, _
from app.models.follow_up import Feedback
from app.models.record import Record
from app.models.rules import rule
from app.models.types import Context


@dataclass(frozen=True, slots=True)
class OpenFeedback:
    """Feedback nobody has answered yet.

    Attributes:
        kind: A code of ``FEEDBACK_KINDS``.
        state: A code of ``FEEDBACK_STATES``.
        days: Days since it was received.
    """

    feedback: UUID
    person: PersonLine
    kind: str
    state: str
    received_on: date
    days: int


def open_feedback(db: Session, today: date, *, limit: int = 200) -> list[OpenFeedback]:
    """List the feedback still to be answered: complaints first, then the longest waiting."""
    found = db.scalars(
        select(Feedback)
        .where(Feedback.state != "answered", Feedback.voided.is_(None))
        .order_by((Feedback.feedback_kind != "complaint"), Feedback.received_on, Feedback.id)
        .limit(limit)
    ).all()
    people = {line.id: line for line in lines_of(db, dict.fromkeys(one.person for one in found))}
    return [
        OpenFeedback(
            one.id,
            people[one.person],
            one.feedback_kind or "",
            one.state or "",
            one.received_on,
            (today - one.received_on).days,
        )
        for one in found
        if one.person in people and one.received_on is not None
    ]


@verb(
    Feedback,
    "look_into",
    N_("Look into it"),
    when=lambda _db, feedback: feedback.state == "open",
)
def look_into(db: Session, feedback: Feedback) -> None:
    """Note that somebody looks into it; the answer is still to come."""
    feedback.state = "under_way"


@verb(
    Feedback,
    "answer",
    N_("Answer"),
    asks={"answer": replace(Feedback.fields["answer"], required=True)},
    when=lambda _db, feedback: feedback.state != "answered",
    is_step=True,
)
def answer_feedback(db: Session, feedback: Feedback, answer: str) -> None:
    """Note the answer given."""
    feedback.answer = answer
    feedback.answered_on = db.info["context"].today
    feedback.state = "answered"


@usual(Feedback)
def usual_feedback(db: Session, person: Record) -> Mapping[str, Any]:
    """Start as received today, to be answered."""
    return {"state": "open", "received_on": db.info["context"].today.isoformat()}


@rule(Feedback)
def answered_feedback_has_an_answer(db: Session, feedback: Feedback, context: Context) -> None:
    """Answered feedback has an answer, given on a day not before it was received."""
    if feedback.voided:
        return
    is_answered = feedback.state == "answered"
    if is_answered and not (feedback.answer and feedback.answered_on):
        raise Refused("answer_required", _("Write the answer given to the person."), "answer")
    received, answered = feedback.received_on, feedback.answered_on
    if received is not None and answered is not None and answered < received:
        raise Refused(
            "dates_out_of_order",
            _("The answer is dated before the feedback. Check both days."),
            "received_on",
        )
