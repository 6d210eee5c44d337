"""The attendance sheet of a training group: who signs for which half-day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.casework.people import display_names
from app.casework.training import members
from app.casework.training_calendar import OUT, sessions_in
from app.documents import parts
from app.documents.about import Whose, drawing
from app.documents.blocks import Label
from app.documents.fields import Field
from app.documents.grids import Column
from app.documents.job import Job
from app.documents.layout import Paper
from app.documents.questions import asked
from app.documents.registry import Document, register
from app.formats import day_text
from app.i18n import N_, _, isolate
from app.models.training import (
    HALF_DAYS,
    MARKS,
    Attendance,
    Enrolment,
    TrainingGroup,
    TrainingSession,
)

NAME: Final = "attendance_sheet"
TITLE: Final = N_("Attendance sheet")
VERSION: Final = "1"

_BESIDE: Final = 6
_SHARES: Final = (0.55, 2.9)
_ROOM: Final = 27.0
_BLANK_PEOPLE: Final = 25
_TOLD: Final = (("name", "curriculum"), ("programme", "place"), ("trainer", "language"))


def draw_one(job: Job, group: TrainingGroup | None) -> Paper:
    """Draw the sheets of a group, or a blank one of three days."""
    enrolled = [] if group is None else [o for o in members(job.db, group.id) if o.state not in OUT]
    sessions = [] if group is None else sessions_in(job.db, group.id)
    marked = _marks(job, [one.id for one in enrolled])
    # Whose digest it is: of the group; whom it lists changes until the last day.
    paper = parts.opened(
        job, NAME, TITLE, VERSION, Whose(), [] if group is None else [group], number=""
    )
    paper.fields([[asked(job, TrainingGroup, name, group) for name in row] for row in _TOLD])
    names = display_names(job.db, [one.person for one in enrolled])
    people = [
        (one, " · ".join(isolate(name) for name in names.get(one.person, []))) for one in enrolled
    ]
    for start in range(0, max(1, len(sessions)), _BESIDE):
        _sheet(job, paper, people, sessions[start : start + _BESIDE], marked, is_blank=not sessions)
    with paper.kept_together():
        paper.gap()
        paper.fields([[Field(job.label(N_("Remarks")), lines=2, is_long=True)]])
        paper.signatures(
            [job.label(N_("Signature of the trainer")), job.label(parts.COUNSELLOR_SIGNS)]
        )
    return paper


Marks = dict[tuple[UUID, UUID | None], str]
"""Mark by enrolment and half-day."""


def _marks(job: Job, enrolments: Sequence[UUID]) -> Marks:
    found = job.db.scalars(
        select(Attendance).where(Attendance.enrolment.in_(enrolments), Attendance.voided.is_(None))
    )
    return {(one.enrolment, one.session): one.mark or "" for one in found}


def _sheet(
    job: Job,
    paper: Paper,
    people: Sequence[tuple[Enrolment, str]],
    sessions: Sequence[TrainingSession],
    marked: Marks,
    *,
    is_blank: bool,
) -> None:
    """Set a table of at most six half-days, with a box for each person to sign in."""
    paper.heading(_days(job, sessions))
    heads = [_half_day(job, session) for session in sessions] or [
        job.both(lambda code=code: HALF_DAYS.label(code))  # type: ignore[misc]
        for _day in range(_BESIDE // 2)
        for code in HALF_DAYS.codes()
    ]
    columns = [
        Column(job.label(N_("No.")), _SHARES[0]),
        Column(job.label(N_("Name")), _SHARES[1]),
        *(Column(head) for head in heads),
    ]
    rows = [
        [
            Label(str(number)),
            Label(name),
            *(_mark(job, marked.get((one.id, session.id))) for session in sessions),
            *[Label("")] * (len(heads) - len(sessions)),
        ]
        for number, (one, name) in enumerate(people, start=1)
    ]
    if is_blank or not people:
        empty = [Label("")] * (len(heads) + 1)
        rows += [[Label(str(number)), *empty] for number in range(len(rows) + 1, _BLANK_PEOPLE + 1)]
    rows.append([Label(""), job.label(N_("Trainer")), *[Label("")] * len(heads)])
    paper.grid(columns, rows, is_boxed=True, is_small=True, least=_ROOM, totals=1)


def _days(job: Job, sessions: Sequence[TrainingSession]) -> Label:
    days = [session.held_on for session in sessions if session.held_on is not None]
    if not days:
        return job.label(N_("Sign in the box of each half-day"))
    return job.both(
        lambda: _("From {first} to {last}").format(first=day_text(days[0]), last=day_text(days[-1]))
    )


def _half_day(job: Job, session: TrainingSession) -> Label:
    def said() -> str:
        day = isolate(day_text(session.held_on, "short")) if session.held_on else ""
        return f"{day} {session.shown('half_day')}".strip()

    return job.both(said)


def _mark(job: Job, code: str | None) -> Label:
    return job.both(lambda: MARKS.label(code)) if code else Label("")


register(
    Document(NAME, TITLE, "training_group", drawing(TrainingGroup, draw_one), section="training")
)
