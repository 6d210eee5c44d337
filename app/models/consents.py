"""What a person has agreed to, for what purpose, in what form; and its withdrawal."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_
from app.models.choices import Coded
from app.models.fields import (
    P1,
    P2,
    Merge,
    choice,
    choices,
    day,
    language,
    long_text,
    reference,
    text,
)
from app.models.layout import Section
from app.models.record import Record

SCOPES: Final = Coded(
    "consent_scopes",
    {
        "register": N_("Keep my data to help me"),
        "services": N_("Receive services from this office"),
        "share_iom_coo": N_("Share with IOM in my country of return"),
        "share_partner": N_("Share with partner organisations"),
        "share_authorities": N_("Share with authorities for travel papers"),
        "reporting": N_("Use in reports without my name"),
        "tracing": N_("Look for my family"),
        "photo": N_("Take my photograph"),
        "contact_after": N_("Contact me after my return"),
    },
)
FORMS: Final = Coded(
    "consent_forms",
    {
        "written": N_("Signed on paper"),
        "thumbprint": N_("Thumbprint on paper"),
        "audio": N_("Recorded sound"),
        "video": N_("Recorded video"),
        "verbal_certified": N_("Spoken, certified by the counsellor"),
    },
)
SOURCES: Final = Coded(
    "consent_sources",
    {
        "self": N_("The person"),
        "guardian": N_("Legal guardian"),
        "caregiver": N_("Caregiver"),
        "other": N_("Somebody else"),
    },
)


class Consent(Record):
    """One act of consent; what a later one does not repeat stays as agreed until withdrawn."""

    title = N_("Consent")

    person: Mapped[UUID] = reference(N_("Person"), "person", required=True, root=True)
    scopes: Mapped[frozenset[str] | None] = choices(
        N_("Agreed to"), SCOPES, personal=P2, merge=Merge.ASK, required=True, table=True
    )
    given_on: Mapped[date | None] = day(
        N_("Date"), personal=P2, past=True, required=True, table=True
    )
    form: Mapped[str | None] = choice(
        N_("Form of consent"), FORMS, personal=P2, required=True, table=True
    )
    language: Mapped[str | None] = language(N_("Language it was explained in"), personal=P2)
    source: Mapped[str | None] = choice(N_("Given by"), SOURCES, personal=P2)
    interpreter: Mapped[str | None] = text(N_("Interpreter"), personal=P2)
    witness: Mapped[str | None] = text(N_("Witness"), personal=P2)
    withheld_from: Mapped[str | None] = long_text(
        N_("Must not be shared with, and why"), personal=P2
    )
    text_version: Mapped[str | None] = text(
        N_("Version of the text read"), personal=P1, max_length=20
    )
    withdrawn_on: Mapped[date | None] = day(
        N_("Withdrawn on"), personal=P2, past=True, merge=Merge.ASK, table=True
    )

    sections: ClassVar = (
        Section(
            N_("Consent"),
            (
                ("scopes",),
                ("given_on", "form"),
                ("language", "source"),
                ("interpreter", "witness"),
                ("withheld_from",),
                ("text_version", "withdrawn_on"),
            ),
        ),
    )
