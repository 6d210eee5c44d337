"""Counselling sessions: what was explained, in which language, and what the person decided."""

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
    language,
    long_text,
    number,
    reference,
    text,
)
from app.models.layout import Section
from app.models.programmes import TOPICS
from app.models.record import Record

SESSION_KINDS: Final = Coded(
    "session_kinds",
    {
        "information": N_("Information"),
        "return": N_("Return counselling"),
        "reintegration": N_("Reintegration counselling"),
        "psychosocial": N_("Psychosocial support"),
        "family": N_("Family"),
        "legal": N_("Legal"),
        "follow_up": N_("Follow-up"),
    },
)
MODES: Final = Coded(
    "session_modes",
    {
        "office": N_("At the office"),
        "outreach": N_("Outreach"),
        "phone": N_("By telephone"),
        "video": N_("By video"),
    },
)
DECISIONS: Final = Coded(
    "decisions",
    {
        "undecided": N_("Wants to think"),
        "wants_return": N_("Wants to return"),
        "declines": N_("Does not want to return"),
        "not_asked": N_("Not discussed"),
    },
)
INTERPRETERS: Final = Coded(
    "interpreter_modes",
    {
        "none": N_("No interpreter"),
        "in_person": N_("Interpreter in the room"),
        "remote": N_("Interpreter by telephone"),
        "relative": N_("Relative or friend"),
    },
)
SIGNATURES: Final = Coded(
    "signatures",
    {
        "signature": N_("Signed"),
        "thumb": N_("Thumbprint"),
        "declined": N_("Declined to sign"),
    },
)


class GroupSession(Record):
    """One talk with several people at once, and what was the same for all of them.

    Each participant has a ``CounsellingSession`` of their own with these answers, for their file
    stands alone; what one person asked and decided is there and nowhere else.
    """

    title = N_("Group session")

    session_kind: Mapped[str | None] = choice(
        N_("Kind of session"), SESSION_KINDS, personal=P2, required=True, table=True
    )
    held_on: Mapped[date | None] = day(
        N_("Date"), personal=P2, past=True, required=True, table=True
    )
    minutes: Mapped[int | None] = number(
        N_("Length in minutes"), personal=P1, minimum=1, maximum=600
    )
    mode: Mapped[str | None] = choice(N_("How it is held"), MODES, personal=P1)
    place: Mapped[str | None] = text(N_("Place"), personal=P1, table=True)
    counsellor: Mapped[UUID | None] = reference(N_("Counsellor"), "user")
    training_group: Mapped[UUID | None] = reference(N_("Training group"), "training_group")
    language: Mapped[str | None] = language(
        N_("Language of the session"), personal=P2, required=True, table=True
    )
    interpreter: Mapped[str | None] = choice(N_("Interpreter"), INTERPRETERS, personal=P2)
    interpreter_name: Mapped[str | None] = text(N_("Name of the interpreter"), personal=P2)
    topics: Mapped[frozenset[str] | None] = choices(
        N_("Topics covered"), TOPICS, personal=P3, table=True
    )
    leaflet: Mapped[bool | None] = flag(N_("Leaflet given"), personal=P1)
    note: Mapped[str | None] = long_text(
        N_("Notes"), personal=P3, help=N_("Of the group; nobody's file shows them")
    )

    sections: ClassVar = (
        Section(
            N_("Session"),
            (
                ("session_kind", "held_on"),
                ("language", "minutes"),
                ("interpreter", "interpreter_name"),
                ("mode", "place"),
                ("counsellor", "training_group"),
            ),
        ),
        Section(N_("What was said"), (("topics",), ("leaflet",), ("note",))),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('held_on')} · {self.shown('session_kind')}"


class CounsellingSession(Record):
    """One talk between a counsellor and a person about a case."""

    title = N_("Counselling session")

    case: Mapped[UUID] = reference(N_("Case"), "case", required=True, root=True)
    group_session: Mapped[UUID | None] = reference(N_("Group session"), "group_session")
    session_kind: Mapped[str | None] = choice(
        N_("Kind of session"), SESSION_KINDS, personal=P2, required=True, table=True
    )
    held_on: Mapped[date | None] = day(
        N_("Date"), personal=P2, past=True, required=True, table=True
    )
    minutes: Mapped[int | None] = number(
        N_("Length in minutes"), personal=P1, minimum=1, maximum=600
    )
    mode: Mapped[str | None] = choice(N_("How it is held"), MODES, personal=P1)
    counsellor: Mapped[UUID | None] = reference(N_("Counsellor"), "user")
    language: Mapped[str | None] = language(
        N_("Language of the session"), personal=P2, required=True, table=True
    )
    interpreter: Mapped[str | None] = choice(N_("Interpreter"), INTERPRETERS, personal=P2)
    interpreter_name: Mapped[str | None] = text(N_("Name of the interpreter"), personal=P2)
    topics: Mapped[frozenset[str] | None] = choices(
        N_("Topics covered"), TOPICS, personal=P3, table=True
    )
    leaflet: Mapped[bool | None] = flag(N_("Leaflet given"), personal=P1)
    questions_asked: Mapped[str | None] = long_text(N_("Questions asked"), personal=P3)
    decision: Mapped[str | None] = choice(
        N_("What the person decides"), DECISIONS, personal=P3, merge=Merge.ASK, table=True
    )
    note: Mapped[str | None] = long_text(N_("Notes"), personal=P3)
    signed: Mapped[str | None] = choice(N_("Signature"), SIGNATURES, personal=P2)

    sections: ClassVar = (
        Section(
            N_("Session"),
            (
                ("session_kind", "held_on"),
                ("language", "minutes"),
                ("interpreter", "interpreter_name"),
                ("mode", "counsellor"),
                ("group_session",),
            ),
        ),
        Section(
            N_("What was said"),
            (("topics",), ("questions_asked",), ("decision", "leaflet"), ("note",), ("signed",)),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('held_on')} · {self.shown('session_kind')}"
