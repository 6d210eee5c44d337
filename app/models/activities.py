"""Work with organisations: who they are, what was done with them, and how many took part."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_, _
from app.models.choices import Choices, Coded
from app.models.fields import (
    P1,
    P2,
    choice,
    choices,
    country,
    day,
    flag,
    language,
    long_text,
    money,
    number,
    phone,
    reference,
    text,
)
from app.models.layout import Section
from app.models.money import Money
from app.models.persons import SEXES
from app.models.programmes import PROGRAMMES, TOPICS, in_words, programmes
from app.models.record import Record

ORGANISATION_KINDS: Final = Coded(
    "organisation_kinds",
    {
        "ngo": N_("Association or NGO"),
        "central_government": N_("Ministry or central authority"),
        "local_government": N_("Local authority"),
        "health": N_("Health structure"),
        "education": N_("School or university"),
        "research": N_("Research body"),
        "company": N_("Company"),
        "cooperative": N_("Cooperative"),
        "diaspora": N_("Diaspora association"),
        "international": N_("International organisation"),
        "donor": N_("Donor"),
        "consulate": N_("Embassy or consulate"),
        "law_enforcement": N_("Police or border service"),
        "media": N_("Media"),
        "other": N_("Other"),
    },
)
ACTIVITY_KINDS: Final = Coded(
    "activity_kinds",
    {
        "training": N_("Training"),
        "workshop": N_("Workshop"),
        "meeting": N_("Meeting"),
        "technical_assistance": N_("Technical assistance"),
        "small_project": N_("Small project"),
        "campaign": N_("Awareness campaign"),
        "enquiry": N_("Enquiry answered"),
        "network": N_("Network event"),
        "study": N_("Study or mapping"),
        "policy": N_("Policy work"),
        "visit": N_("Study visit"),
        "publication": N_("Publication"),
    },
)
ACTIVITY_STATES: Final = Coded(
    "activity_states",
    {
        "planned": N_("Planned"),
        "under_way": N_("Under way"),
        "done": N_("Done"),
        "cancelled": N_("Cancelled"),
    },
)
UNKNOWN_AGE: Final = "unknown"
OTHER_PARTICIPANTS: Final = "other"
USUAL_BANDS: Final = ("0-4", "5-11", "12-17", "18-59", "60+")
"""Age bands of a programme that names none."""


class _AgeBands(Choices):
    """The age bands of every programme, by their first year, and the one of nobody's age known."""

    def codes(self) -> tuple[str, ...]:
        listed = {*USUAL_BANDS, *(band for one in programmes().values() for band in one.age_bands)}
        return (*sorted(listed, key=age_range), UNKNOWN_AGE)

    def label(self, code: str) -> str:
        if code == UNKNOWN_AGE:
            return _("Age unknown")
        if code.endswith("+"):
            return _("{age} and over").format(age=code.removesuffix("+"))
        return code.replace("-", "–")


def age_range(band: str) -> tuple[int, int]:
    """Give the least and greatest age of a band such as ``15-25`` or ``60+``."""
    if band.endswith("+"):
        return int(band.removesuffix("+")), 150
    least, greatest = band.split("-")
    return int(least), int(greatest)


class _Participants(Choices):
    """The participant categories of every programme, and one for anybody else."""

    def codes(self) -> tuple[str, ...]:
        listed = (code for one in programmes().values() for code in one.participant_categories)
        return (*dict.fromkeys(listed), OTHER_PARTICIPANTS)

    def label(self, code: str) -> str:
        if code == OTHER_PARTICIPANTS:
            return _("Others")
        for one in programmes().values():
            if code in one.participant_categories:
                return in_words(one.participant_categories[code], code)
        return code


AGE_BANDS: Final[Choices] = _AgeBands("age_bands")
PARTICIPANTS: Final[Choices] = _Participants("participant_categories")


class Organisation(Record):
    """A body the programmes work with."""

    title = N_("Organisation")

    name: Mapped[str | None] = text(N_("Name"), personal=P1, required=True, table=True, search=True)
    organisation_kind: Mapped[str | None] = choice(
        N_("Kind"), ORGANISATION_KINDS, personal=P1, required=True, table=True
    )
    country: Mapped[str | None] = country(N_("Country"), personal=P1, table=True)
    town: Mapped[str | None] = text(N_("Town"), personal=P1, table=True)
    contact_name: Mapped[str | None] = text(N_("Person to ask for"), personal=P2, name=True)
    phone: Mapped[str | None] = phone(N_("Telephone"), personal=P2)
    email: Mapped[str | None] = text(N_("E-mail"), personal=P2)
    is_donor: Mapped[bool | None] = flag(N_("Is a donor"), personal=P1)
    iati: Mapped[str | None] = text(N_("IATI reference"), personal=P1, max_length=60)
    note: Mapped[str | None] = long_text(N_("Notes"), personal=P2)

    sections: ClassVar = (
        Section(
            N_("Organisation"),
            (
                ("name", "organisation_kind"),
                ("country", "town"),
                ("contact_name", "phone"),
                ("email", "iati"),
                ("is_donor",),
                ("note",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return self.name or ""


class Activity(Record):
    """Something done with people or organisations who have no file of their own."""

    title = N_("Activity")

    programme: Mapped[str | None] = choice(
        N_("Programme"), PROGRAMMES, personal=P1, required=True, table=True
    )
    activity_kind: Mapped[str | None] = choice(
        N_("Kind of activity"), ACTIVITY_KINDS, personal=P1, required=True, table=True
    )
    name: Mapped[str | None] = text(N_("Title"), personal=P1, required=True, table=True)
    state: Mapped[str | None] = choice(
        N_("State"), ACTIVITY_STATES, personal=P1, required=True, table=True
    )
    starts: Mapped[date | None] = day(N_("First day"), personal=P1, required=True, table=True)
    ends: Mapped[date | None] = day(N_("Last day"), personal=P1)
    place: Mapped[str | None] = text(N_("Place"), personal=P1, table=True)
    partner: Mapped[UUID | None] = reference(N_("Organisation"), "organisation")
    topics: Mapped[frozenset[str] | None] = choices(N_("Topics"), TOPICS, personal=P1)
    language: Mapped[str | None] = language(N_("Language"), personal=P1)
    hours: Mapped[int | None] = number(N_("Hours"), personal=P1, maximum=2000)
    cost: Mapped[Money | None] = money(N_("Cost"), personal=P1)
    outcome: Mapped[str | None] = long_text(N_("What came of it"), personal=P1)

    sections: ClassVar = (
        Section(
            N_("Activity"),
            (
                ("name", "activity_kind"),
                ("programme", "partner"),
                ("starts", "ends"),
                ("place", "state"),
                ("topics",),
                ("language", "hours"),
                ("cost",),
                ("outcome",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return self.name or ""


class ParticipantCount(Record):
    """How many people of one sex, age band and category took part in an activity."""

    title = N_("Participants")

    activity: Mapped[UUID] = reference(N_("Activity"), "activity", required=True, root=True)
    sex: Mapped[str | None] = choice(N_("Sex"), SEXES, personal=P1, required=True, table=True)
    age_band: Mapped[str | None] = choice(
        N_("Age"), AGE_BANDS, personal=P1, required=True, table=True
    )
    category: Mapped[str | None] = choice(
        N_("Who they are"), PARTICIPANTS, personal=P1, required=True, table=True
    )
    count: Mapped[int | None] = number(
        N_("How many"), personal=P1, maximum=100_000, required=True, table=True
    )

    sections: ClassVar = (
        Section(N_("Participants"), (("category", "sex"), ("age_band", "count"))),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('category')} · {self.count or 0}"
