"""Referrals to somebody else's services, with what may be told and how they ended."""

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
    P3,
    Merge,
    choice,
    choices,
    day,
    flag,
    long_text,
    reference,
    text,
)
from app.models.filing import Filed
from app.models.layout import Section
from app.models.record import Record
from app.models.reference import SERVICES

REFERRAL_STATES: Final = Coded(
    "referral_states",
    {
        "draft": N_("To be sent"),
        "in_progress": N_("Sent, waiting for an answer"),
        "accepted": N_("Referral accepted"),
        "rejected": N_("Referral refused"),
        "done": N_("Service given"),
        "revoked": N_("Called back"),
    },
)
URGENCIES: Final = Coded(
    "urgencies",
    {"normal": N_("Normal"), "soon": N_("Within a week"), "today": N_("Today")},
)
SHARED_PARTS: Final = Coded(
    "shared_parts",
    {
        "name": N_("Name"),
        "contact": N_("Telephone and address"),
        "birth": N_("Age"),
        "nationality": N_("Nationality"),
        "languages": N_("Languages"),
        "family": N_("Family"),
        "legal_status": N_("Legal status"),
        "health": N_("Health"),
        "needs": N_("The need, in a sentence"),
    },
)


class Referral(Record):
    """One person referred to one service, with their agreement to what is told."""

    title = N_("Referral")
    filed = Filed(
        "counselling", 30, N_("Referrals"), N_("Refer to a service"), N_("No referral yet."),
        day="referred_on",
        set_by_verbs=("state", "sent_on", "answered_on", "completed_on", "feedback"),
    )  # fmt: skip

    case: Mapped[UUID] = reference(N_("Case"), "case", required=True, root=True)
    service: Mapped[str | None] = choice(
        N_("Service"), SERVICES, personal=P3, required=True, table=True
    )
    agency: Mapped[str | None] = text(N_("Referred to"), personal=P2, required=True, table=True)
    agency_contact: Mapped[str | None] = text(N_("Who to ask for there"), personal=P2)
    referred_on: Mapped[date | None] = day(
        N_("Date"), personal=P2, past=True, required=True, table=True
    )
    urgency: Mapped[str | None] = choice(
        N_("How urgent"), URGENCIES, personal=P2, merge=Merge.CAUTIOUS, required=True
    )
    need: Mapped[str | None] = long_text(N_("The need, as the agency may read it"), personal=P3)
    has_consent: Mapped[bool | None] = flag(
        N_("The person agrees to what is told"), personal=P2, required=True, merge=Merge.ASK
    )
    shared: Mapped[frozenset[str] | None] = choices(
        N_("What may be told"), SHARED_PARTS, personal=P2, merge=Merge.ASK
    )
    withheld: Mapped[str | None] = long_text(N_("What must not be told, and why"), personal=P3)
    state: Mapped[str | None] = choice(
        N_("State"), REFERRAL_STATES, personal=P1, required=True, table=True, merge=Merge.ASK
    )
    sent_on: Mapped[date | None] = day(N_("Sent on"), personal=P1, past=True)
    answered_on: Mapped[date | None] = day(N_("Answered on"), personal=P1, past=True)
    completed_on: Mapped[date | None] = day(N_("Service completed on"), personal=P1, past=True)
    feedback: Mapped[str | None] = long_text(N_("What came back"), personal=P3)

    sections: ClassVar = (
        Section(
            N_("Referral"),
            (
                ("service", "urgency"),
                ("agency", "agency_contact"),
                ("referred_on", "state"),
                ("need",),
                ("has_consent",),
                ("shared",),
                ("withheld",),
                ("sent_on", "answered_on"),
                ("completed_on",),
                ("feedback",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('service')} · {self.agency or ''}"
