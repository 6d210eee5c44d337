"""What an office changes in a shipped programme: a record like any other, that travels."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_
from app.models.fields import (
    P1,
    Merge,
    choice,
    choices,
    countries,
    day,
    flag,
    long_text,
    money,
    number,
    text,
)
from app.models.ids import named_id
from app.models.layout import Section
from app.models.money import Money
from app.models.persons import LEGAL_STATUSES
from app.models.programmes import PROGRAMMES
from app.models.record import Record


def change_id(code: str | None) -> UUID:
    """Give the id of the changes to a programme, the same in every store."""
    return named_id("programme_change", code or "")


class ProgrammeChange(Record):
    """An office's changes to one programme. What is left empty stays as shipped."""

    title = N_("Programme settings")

    code: Mapped[str | None] = choice(
        N_("Programme"), PROGRAMMES, personal=P1, merge=Merge.ASK, required=True, table=True
    )
    is_active: Mapped[bool | None] = flag(
        N_("Takes new cases and activities"), personal=P1, merge=Merge.ASK, table=True
    )
    starts: Mapped[date | None] = day(
        N_("First day of the programme"), personal=P1, merge=Merge.ASK, table=True
    )
    ends: Mapped[date | None] = day(
        N_("Last day of the programme"), personal=P1, merge=Merge.ASK, table=True
    )
    source_note: Mapped[str | None] = long_text(
        N_("Where the changes come from"), personal=P1,
        help=N_("Such as the agreement or the amendment, with its date"),
    )  # fmt: skip
    age_from: Mapped[int | None] = number(
        N_("Least age"), personal=P1, maximum=120, merge=Merge.ASK
    )
    age_to: Mapped[int | None] = number(
        N_("Greatest age"), personal=P1, maximum=120, merge=Merge.ASK
    )
    legal_statuses: Mapped[frozenset[str] | None] = choices(
        N_("Legal statuses accepted"), LEGAL_STATUSES, personal=P1, merge=Merge.ASK
    )
    nationalities: Mapped[frozenset[str] | None] = countries(
        N_("Nationalities accepted"), personal=P1, merge=Merge.ASK
    )
    ceiling: Mapped[Money | None] = money(
        N_("Most a person may be given"), personal=P1,
        help=N_("For a programme with one ceiling for everybody"),
    )  # fmt: skip
    quotes_above: Mapped[Money | None] = money(N_("Quotes are needed above"), personal=P1)
    approval_above: Mapped[Money | None] = money(N_("Two people approve above"), personal=P1)
    follow_up_days: Mapped[str | None] = text(
        N_("Follow-ups after, in days"), personal=P1, merge=Merge.ASK,
        help=N_("Numbers with commas between them, such as 90, 180, 365"),
    )  # fmt: skip
    details: Mapped[str | None] = long_text(
        N_("Other changes"), personal=P1, merge=Merge.ASK,
        help=N_(
            "Keys of the programme's file, written as in the file. A list replaces the whole list."
        ),
    )  # fmt: skip

    sections: ClassVar = (
        Section(
            N_("Programme"),
            (("code", "is_active"), ("starts", "ends"), ("source_note",)),
        ),
        Section(
            N_("Who may take part"),
            (("age_from", "age_to"), ("legal_statuses", "nationalities")),
        ),
        Section(
            N_("Grants and follow-up"),
            (("ceiling", "approval_above"), ("quotes_above", "follow_up_days"), ("details",)),
        ),
    )

    def __init__(self, **values: Any) -> None:
        # Two offices' changes to a programme are one record, whoever made it first.
        values.setdefault("id", change_id(values.get("code")))
        super().__init__(**values)

    @property
    def summary(self) -> str:
        return self.shown("code")
