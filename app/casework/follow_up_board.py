"""The Follow-up board: visits due and missed, tranches due and complaints nobody has answered.

Read set by set, a query for each kind of record whatever the number of people.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from app.casework.cases import ENDED
from app.casework.feedback import open_feedback
from app.casework.follow_up import due
from app.casework.grant_board import NextTranche, tranches_due
from app.casework.people_list import PersonLine, lines_among
from app.models.cases import Case
from app.models.collector import collector_paused
from app.models.follow_up import FollowUp
from app.models.money import Money

SEARCHED_DAYS: Final = 180
"""A visit missed longer ago than this is no longer looked after."""
_MOST: Final = 2000


@dataclass(frozen=True, slots=True)
class FollowUpLine:
    """One thing to look after once somebody has returned.

    Attributes:
        what: ``visit`` planned, ``missed`` and not planned again, ``tranche`` to pay, or
            ``feedback`` to answer.
        record: The visit, grant or feedback.
        day: Day it is due, was missed, or was received.
        code: Why a visit was missed, or the kind of feedback.
        tranche: The one to pay.
    """

    what: Literal["visit", "missed", "tranche", "feedback"]
    record: UUID
    person: PersonLine
    case_number: str
    programme: str
    day: date
    code: str = ""
    tranche: NextTranche | None = None

    @property
    def detail(self) -> str:
        """The code; of a tranche, what blocks it, in a sentence."""
        return self.code if self.tranche is None else self.tranche.blocked

    @property
    def amount(self) -> Money | None:
        """What is left to pay of a tranche."""
        return None if self.tranche is None else self.tranche.left


@collector_paused()
def board(
    db: Session, today: date, *, within_days: int = 30, counsellor: UUID | None = None
) -> list[FollowUpLine]:
    """List what is to be looked after, the longest waiting first.

    Args:
        within_days: How far ahead planned visits are looked for.
        counsellor: Only the cases of this user; feedback is everybody's.
    """
    lines = [
        FollowUpLine(
            "visit", one.follow_up, one.person, one.case_number, one.programme, one.due_on
        )
        for one in due(
            db, today, within_days=within_days, counsellor=counsellor, limit=_MOST
        )
    ]  # fmt: skip
    lines += missed(db, today, counsellor=counsellor)
    lines += [
        FollowUpLine(
            "tranche",
            one.grant.id,
            one.person,
            one.case_number,
            one.programme,
            one.next.due_on,
            tranche=one.next,
        )
        for one in tranches_due(db, today, counsellor)
        if one.next is not None and one.next.due_on is not None
    ]
    lines += [
        FollowUpLine(
            "feedback", one.feedback, one.person, one.person.case_number or "", "",
            one.received_on, one.kind,
        )
        for one in open_feedback(db, today)
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (line.day, line.person.name.casefold()))


def missed(db: Session, today: date, *, counsellor: UUID | None = None) -> list[FollowUpLine]:
    """List the visits that were missed and after which nothing is planned, nor was held."""
    later = aliased(FollowUp)
    again = exists().where(
        later.case == FollowUp.case,
        later.voided.is_(None),
        later.state.in_(["planned", "done"]),
        later.due_on >= FollowUp.due_on,
    )
    query = (
        select(
            FollowUp.id, FollowUp.due_on, FollowUp.missed_reason,
            Case.person, Case.number, Case.programme,
        )
        .join(Case, Case.id == FollowUp.case)
        .where(
            FollowUp.state == "missed",
            FollowUp.voided.is_(None),
            FollowUp.due_on >= today - timedelta(days=SEARCHED_DAYS),
            Case.voided.is_(None),
            Case.state.not_in(sorted(ENDED)),
            ~again,
        )
        .order_by(FollowUp.due_on)
        .limit(_MOST)
    )  # fmt: skip
    if counsellor is not None:
        query = query.where(Case.counsellor == counsellor)
    rows = db.execute(query).all()
    people = lines_among(db, dict.fromkeys(row.person for row in rows))
    return [
        FollowUpLine(
            "missed", visit, people[person], number or "", programme or "", due_on, reason or ""
        )
        for visit, due_on, reason, person, number, programme in rows
        if person in people and due_on is not None
    ]
