"""Things to do about people: who does what by when, and what is late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.casework.people_list import PersonLine, lines_of
from app.casework.verbs import usual, verb
from app.errors import Refused
from app.i18n import N_, _
from app.models.cases import PRIORITIES
from app.models.record import Record
from app.models.rules import rule
from app.models.tasks import Task
from app.models.types import Context


@dataclass(frozen=True, slots=True)
class DueTask:
    """A task somebody has to do.

    Attributes:
        days_late: Days since it was due; 0 or less while there is time.
        priority: A code of ``PRIORITIES``.
    """

    task: UUID
    person: PersonLine
    what: str
    due_on: date
    days_late: int
    priority: str


def tasks_due(
    db: Session, user: UUID, today: date, *, within_days: int = 7, limit: int = 200
) -> list[DueTask]:
    """List what a user has to do, late or due soon: the earliest first, then the most pressing.

    Tasks given to nobody are everybody's.
    """
    found = db.scalars(
        select(Task)
        .where(
            Task.done_on.is_(None),
            Task.voided.is_(None),
            Task.due_on <= today + timedelta(days=within_days),
            or_(Task.assignee == user, Task.assignee.is_(None)),
        )
        .order_by(Task.due_on, Task.id)
        .limit(limit)
    ).all()
    people = {line.id: line for line in lines_of(db, dict.fromkeys(task.person for task in found))}
    order = PRIORITIES.codes()
    listed = [
        DueTask(
            task.id,
            people[task.person],
            task.what or "",
            task.due_on,
            (today - task.due_on).days,
            task.priority or "normal",
        )
        for task in found
        if task.person in people and task.due_on is not None
    ]
    return sorted(listed, key=lambda one: (one.due_on, -order.index(one.priority)))


@verb(Task, "done", N_("Done"), when=lambda _db, task: task.done_on is None, is_step=True)
def finish(db: Session, task: Task) -> None:
    """Note that a task is done, today, by the author."""
    task.done_on = db.info["context"].today
    task.done_by = db.info["author"]


@verb(Task, "again", N_("Not done after all"), when=lambda _db, task: task.done_on is not None)
def take_up_again(db: Session, task: Task) -> None:
    """Put a task back among those to do."""
    task.done_on = None
    task.done_by = None


@usual(Task)
def usual_task(db: Session, person: Record) -> Mapping[str, Any]:
    """Start with the author, due in a week."""
    soon = db.info["context"].today + timedelta(days=7)
    return {
        "due_on": soon.isoformat(),
        "assignee": str(db.info["author"]),
        "priority": "normal",
    }


@rule(Task)
def done_by_somebody(db: Session, task: Task, context: Context) -> None:
    """A task that is done was done by somebody on a day."""
    if (task.done_on is None) != (task.done_by is None):
        raise Refused(
            "state_by_verbs", _("Note that the task is done with its button “Done”."), "done_on"
        )
