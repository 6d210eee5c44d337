"""What of Today is read beside the window: what ends or is due soon among one's people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QWidget
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.casework import departures, follow_up, grant_board
from app.casework.approvals import APPROVERS
from app.casework.tasks import DueTask
from app.formats import day_text
from app.i18n import _, isolate, ngettext
from app.models.cases import PRIORITIES
from app.models.grants import Grant
from app.models.money_types import money_text
from app.ui.entries import Entry
from app.ui.parts import row
from app.ui.screens.departures import next_step, step_of
from app.ui.screens.person_file import reading
from app.ui.wording import facts

if TYPE_CHECKING:
    from app.ui.desk import Desk

_WITHIN_DAYS: Final = 14
_LEAVES_WITHIN_DAYS: Final = 7
_EXPIRES: Final = ("papers", "medical")
_BOARDS: Final = {"travel": "departures", "plan": "grants", "follow_up": "follow_up"}


@dataclass(frozen=True, slots=True)
class Due:
    """Something of one person that ends or is due.

    Attributes:
        section: Section of the person's file where it stands.
    """

    person: UUID
    name: str
    other_name: str
    day: date
    sentence: str
    section: str


@dataclass(frozen=True, slots=True)
class DueSoon:
    """What ends or is due soon, the next first, and how many grants wait for an approval."""

    listed: list[Due]
    to_approve: int


def read_due(desk: Desk) -> DueSoon:
    """Read what is due of the people of whoever is at the desk."""
    today = desk.store.context().today
    with reading(desk) as db:
        found = [
            *_travelling(db, desk.user, today),
            *_paying(db, None if "finance" in desk.roles else desk.user, today),
            *_visiting(db, desk.user, today),
        ]
        to_approve = _to_approve(db, desk.user) if desk.roles & APPROVERS else 0
    return DueSoon(sorted(found, key=lambda one: (one.day, one.name.casefold())), to_approve)


def _travelling(db: Session, user: UUID, today: date) -> list[Due]:
    """List papers and assessments that end, and departures near that something holds back."""
    found = []
    for line in departures.board(db, today):
        if line.counsellor != user:
            continue
        names = [*line.names, "", ""]
        for part in _EXPIRES:
            shown = line.parts[part]
            if shown.state == "expiring" and shown.on is not None:
                said = step_of(part, shown, today)
                found.append(Due(line.person, names[0], names[1], shown.on, said, "travel"))
        leaves = line.departs_on
        is_near = leaves is not None and leaves <= today + timedelta(days=_LEAVES_WITHIN_DAYS)
        if leaves is not None and is_near and line.blocks is not None:
            said = _("Leaves on {day}. {next}").format(
                day=isolate(day_text(leaves)), next=next_step(line, today)
            )
            found.append(Due(line.person, names[0], names[1], leaves, said, "travel"))
    return found


def _paying(db: Session, user: UUID | None, today: date) -> list[Due]:
    found = []
    for line in grant_board.tranches_due(db, today, user):
        if line.next is None or line.next.due_on is None:
            continue
        amount = money_text(line.next.left)
        said = (
            _("A tranche of {amount} is due: {why}").format(amount=amount, why=line.next.blocked)
            if line.next.blocked
            else _("A tranche of {amount} may be paid.").format(amount=amount)
        )
        person = line.person
        found.append(Due(person.id, person.name, person.other_name, line.next.due_on, said, "plan"))
    return found


def _visiting(db: Session, user: UUID, today: date) -> list[Due]:
    found = []
    for visit in follow_up.due(db, today, within_days=_WITHIN_DAYS, counsellor=user):
        day = isolate(day_text(visit.due_on))
        said = (
            _("A visit was due on {day}.").format(day=day)
            if visit.days_late > 0
            else _("A visit is due on {day}.").format(day=day)
        )
        person = visit.person
        found.append(
            Due(person.id, person.name, person.other_name, visit.due_on, said, "follow_up")
        )
    return found


def _to_approve(db: Session, user: UUID) -> int:
    """Count the grants that wait for somebody else than who asked for them."""
    query = select(func.count()).where(
        Grant.state.in_(["requested", "first_approval"]),
        Grant.voided.is_(None),
        Grant.created_by != user,
        Grant.approved_by.is_distinct_from(user),
    )
    return db.scalar(query) or 0


def due_entries(desk: Desk, due: DueSoon, most: int) -> list[QWidget]:
    """Make the lines that open what is due, at most so many."""
    entries: list[QWidget] = []
    if due.to_approve:
        entries.append(
            Entry(
                ngettext(
                    "{count} grant waits for an approval", "{count} grants wait for an approval",
                    due.to_approve,
                ).format(count=isolate(str(due.to_approve))),
                _("Open the board of grants"),
                lambda: desk.show_screen("grants"),
            )
        )  # fmt: skip
    entries += [
        Entry(
            one.name or _("No name yet"),
            one.sentence,
            partial(desk.open_person, one.person, one.section),
            other=one.other_name,
        )
        for one in due.listed[:most]
    ]
    if (rest := len(due.listed) - most) > 0:
        board = _BOARDS[due.listed[most].section]
        entries.append(
            Entry(
                ngettext("{count} more", "{count} more", rest).format(count=isolate(str(rest))),
                _("The boards of departures, grants and follow-up show everything"),
                lambda: desk.show_screen(board),
            )
        )
    return entries


class TaskLine(QWidget):
    """A task: Space on its box does it, pressing the rest opens the file.

    Args:
        do: Called when the task is done.
    """

    def __init__(self, desk: Desk, task: DueTask, do: Callable[[], None]) -> None:
        super().__init__()
        self.task = task.task
        self.done = QCheckBox()
        self.done.setAccessibleName(_("Done: {what}").format(what=task.what))
        self.done.setToolTip(_("Done (Space)"))
        self.done.clicked.connect(lambda _on=False: do())
        person = task.person
        priority = PRIORITIES.label(task.priority) if task.priority != "normal" else ""
        self.entry = Entry(
            task.what,
            facts(_when(task), priority, person.name or _("No name yet")),
            partial(desk.open_person, person.id, "overview"),
        )
        across = row(self.done, self.entry, spacing=0)
        across.setStretch(1, 1)
        across.setContentsMargins(8, 0, 0, 0)
        across.setAlignment(self.done, Qt.AlignmentFlag.AlignVCenter)
        self.setLayout(across)


def _when(task: DueTask) -> str:
    if task.days_late > 0:
        return ngettext("{count} day late", "{count} days late", task.days_late).format(
            count=task.days_late
        )
    if task.days_late == 0:
        return _("Today")
    return _("by {day}").format(day=isolate(day_text(task.due_on, "medium")))
