"""Things to do for a person, by a day, by somebody."""

from __future__ import annotations

from datetime import date
from typing import ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_
from app.models.cases import PRIORITIES
from app.models.fields import P2, Merge, choice, day, long_text, reference, text
from app.models.filing import Filed
from app.models.layout import Section
from app.models.record import Record


class Task(Record):
    """One thing to do about a person."""

    title = N_("Task")
    filed = Filed(
        "overview", 10, N_("Tasks"), N_("Add a task"), N_("Nothing to do is noted."),
        set_by_verbs=("done_on", "done_by"),
    )  # fmt: skip

    person: Mapped[UUID] = reference(N_("Person"), "person", required=True, root=True)
    what: Mapped[str | None] = text(
        N_("What to do"), personal=P2, max_length=300, required=True, table=True
    )
    due_on: Mapped[date | None] = day(N_("By when"), personal=P2, required=True, table=True)
    assignee: Mapped[UUID | None] = reference(N_("Who does it"), "user")
    priority: Mapped[str | None] = choice(
        N_("Priority"), PRIORITIES, personal=P2, merge=Merge.CAUTIOUS, table=True
    )
    done_on: Mapped[date | None] = day(N_("Done on"), personal=P2, past=True, table=True)
    done_by: Mapped[UUID | None] = reference(N_("Done by"), "user")
    note: Mapped[str | None] = long_text(N_("Notes"), personal=P2)

    sections: ClassVar = (
        Section(
            N_("Task"),
            (("what",), ("due_on", "priority"), ("assignee",), ("done_on", "done_by"), ("note",)),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('due_on')} · {self.what or ''}"
