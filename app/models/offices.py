"""Offices and intake points: where the work is done and whose a record is."""

from __future__ import annotations

from typing import ClassVar, Final

from sqlalchemy.orm import Mapped

from app.i18n import N_
from app.models.choices import Coded
from app.models.fields import P1, Merge, choice, country, phone, text
from app.models.layout import Section
from app.models.record import Record

OFFICE_KINDS: Final = Coded(
    "office_kinds",
    {
        "office": N_("Field office"),
        "intake_point": N_("Intake point"),
        "partner": N_("Partner organisation"),
        "hq": N_("Headquarters"),
    },
)


class Office(Record):
    """A field office, an intake point, a partner or headquarters."""

    title = N_("Office")

    code: Mapped[str] = text(
        N_("Code"), personal=P1, max_length=8, required=True, table=True, merge=Merge.ASK,
        help=N_("2 to 8 letters or digits, used in case numbers, such as RAB"),
    )  # fmt: skip
    name: Mapped[str | None] = text(N_("Name"), personal=P1, table=True)
    office_kind: Mapped[str | None] = choice(N_("Kind of office"), OFFICE_KINDS, personal=P1)
    country: Mapped[str | None] = country(N_("Country"), personal=P1)
    city: Mapped[str | None] = text(N_("Town"), personal=P1, table=True)
    phone: Mapped[str | None] = phone(N_("Telephone"), personal=P1)

    sections: ClassVar = (
        Section(N_("Office"), (("code", "name"), ("office_kind", "phone"), ("country", "city"))),
    )

    @property
    def summary(self) -> str:
        return self.name or self.code
