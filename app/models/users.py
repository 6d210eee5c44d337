"""The people who work with Sanad, and what their role lets them do."""

from __future__ import annotations

import unicodedata
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.errors import Refused
from app.i18n import N_, _
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


_LONGEST_LOGIN: Final = 40


def a_login(text: str) -> str:
    """Give what somebody typed as a login, in the one spelling that is kept.

    Letters and digits are those of any script, with the marks that belong to them.

    Raises:
        Refused: It holds anything else than these and ``. - _``, or does not begin with one.
    """
    login = unicodedata.normalize("NFC", text)
    kinds = [unicodedata.category(character) for character in login]
    is_plain = all(
        kind[0] in "LM" or kind == "Nd" or character in "._-"
        for kind, character in zip(kinds, login, strict=True)
    )
    if not (is_plain and len(login) <= _LONGEST_LOGIN and kinds and kinds[0][0] in "LN"):
        raise Refused(
            "login",
            _(
                "A login is 1 to 40 letters, digits and . - _ without spaces, and begins with a"
                " letter or digit. For example: amina or y.alaoui."
            ),
            "login",
            "user",
        )
    return login


class User(Record):
    """Someone who works with Sanad. Passphrases are not here: they never leave the device."""

    title = N_("User")

    login: Mapped[str] = text(
        N_("Login"),
        personal=P2,
        max_length=_LONGEST_LOGIN,
        required=True,
        table=True,
        merge=Merge.ASK,
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
