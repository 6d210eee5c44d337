"""Questionnaires with scores, as definition files, and people's answers to them."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_
from app.models.fields import P1, P3, Merge, answers, choice, day, reference, text
from app.models.filing import Filed
from app.models.instrument_files import INSTRUMENTS, instrument
from app.models.layout import Section
from app.models.record import Record


class InstrumentResponse(Record):
    """One person's answers to one version of a questionnaire. Scores are computed from them."""

    title = N_("Questionnaire")
    filed = Filed(
        "follow_up", 20, N_("Questionnaires"), N_("Fill in a questionnaire"),
        N_("No questionnaire is filled in yet."), day="taken_on", set_by_verbs=("version",),
    )  # fmt: skip

    case: Mapped[UUID] = reference(N_("Case"), "case", required=True, root=True)
    instrument: Mapped[str | None] = choice(
        N_("Questionnaire"), INSTRUMENTS, personal=P1, required=True, table=True
    )
    version: Mapped[str | None] = text(N_("Version"), personal=P1, max_length=20)
    taken_on: Mapped[date | None] = day(
        N_("Date"), personal=P3, past=True, required=True, table=True
    )
    answers: Mapped[dict[str, str] | None] = answers(N_("Answers"), personal=P3, merge=Merge.ASK)
    asked_by: Mapped[UUID | None] = reference(N_("Asked by"), "user")

    sections: ClassVar = (
        Section(
            N_("Questionnaire"),
            (("instrument", "version"), ("taken_on", "asked_by"), ("answers",)),
        ),
    )

    def __init__(self, **values: Any) -> None:
        known = instrument(values.get("instrument"))
        if known is not None and not values.get("version"):
            values["version"] = known.version
        super().__init__(**values)

    @property
    def summary(self) -> str:
        return f"{self.shown('taken_on')} · {self.shown('instrument')}"
