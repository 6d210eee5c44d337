"""The people who work with Sanad, and what their role lets them do."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_
from app.models.choices import Coded
from app.models.fields import P1, P2, Merge, choices, flag, languages, reference, text
from app.models.layout import Section
from app.models.record import Record

ROLES: Final = Coded(
    "roles",
    {
        "counsellor": N_("Counsellor"),
        "supervisor": N_("Supervisor"),
        "intake_partner": N_("Partner at an intake point"),
        "protection": N_("Protection officer"),
        "finance": N_("Finance officer"),
        "hq": N_("Headquarters officer"),
        "admin": N_("Administrator"),
    },
)


class User(Record):
    """Someone who works with Sanad. Passphrases are not here: they never leave the device."""

    title = N_("User")

    login: Mapped[str] = text(
        N_("Login"), personal=P2, max_length=40, required=True, table=True, merge=Merge.ASK
    )
    name: Mapped[str | None] = text(N_("Name"), personal=P2, name=True, table=True)
    roles: Mapped[frozenset[str] | None] = choices(
        N_("Roles"), ROLES, personal=P1, merge=Merge.ASK, required=True, table=True
    )
    office: Mapped[UUID | None] = reference(N_("Office"), "office", required=True, root=True)
    languages: Mapped[frozenset[str] | None] = languages(N_("Languages spoken"), personal=P2)
    is_retired: Mapped[bool | None] = flag(
        N_("No longer works here"), personal=P1, merge=Merge.CAUTIOUS
    )
    # The public half; the secret one never leaves the key file.
    protection_key: Mapped[str | None] = text(
        N_("Key that protection records are sealed to"), personal=P1, max_length=100
    )

    sections: ClassVar = (
        Section(
            N_("User"),
            (
                ("name", "login"),
                ("roles", "languages"),
                ("office", "is_retired"),
                ("protection_key",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return self.name or self.login
