"""Training: what is taught, to which group on which half-days, who came and who completed."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_
from app.i18n import language as language_in_use
from app.models.choices import Choices, Coded
from app.models.fields import (
    P1,
    P2,
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
from app.models.filing import Filed
from app.models.layout import Section
from app.models.programmes import PROGRAMMES, courses, in_words
from app.models.record import Record

HALF_DAYS: Final = Coded("half_days", {"am": N_("Morning"), "pm": N_("Afternoon")})
WEEKDAYS: Final = Coded(
    "weekdays",
    {
        "mon": N_("Monday"),
        "tue": N_("Tuesday"),
        "wed": N_("Wednesday"),
        "thu": N_("Thursday"),
        "fri": N_("Friday"),
        "sat": N_("Saturday"),
        "sun": N_("Sunday"),
    },
)
"""In the order of ``date.weekday``."""
MARKS: Final = Coded(
    "attendance_marks",
    {
        "present": N_("Present"),
        "late": N_("Late"),
        "excused": N_("Excused"),
        "absent": N_("Absent"),
    },
)
ENROLMENT_STATES: Final = Coded(
    "enrolment_states",
    {
        "enrolled": N_("Enrolled"),
        "completed": N_("Completed"),
        "partial": N_("Attended in part"),
        "dropped": N_("Dropped out"),
        "excluded": N_("Excluded"),
    },
)
BUSINESS_STAGES: Final = Coded(
    "business_stages",
    {
        "none": N_("No clear idea yet"),
        "idea": N_("A clear idea"),
        "running": N_("A running business"),
    },
)
CERTIFICATE_KINDS: Final = Coded(
    "certificate_kinds",
    {"attendance": N_("Attendance"), "completion": N_("Completion")},
)


class _Curricula(Choices):
    def codes(self) -> tuple[str, ...]:
        return tuple(courses())

    def label(self, code: str) -> str:
        known = courses().get(code)
        return in_words(known.names, code) if known else code


CURRICULA: Final[Choices] = _Curricula("curricula")


class Curriculum(Record):
    """What a training teaches and what completing it takes."""

    title = N_("Curriculum")

    code: Mapped[str | None] = text(
        N_("Code"), personal=P1, max_length=40, required=True, table=True
    )
    name_fr: Mapped[str | None] = text(N_("Name in French"), personal=P1)
    name_en: Mapped[str | None] = text(N_("Name in English"), personal=P1)
    name_ar: Mapped[str | None] = text(N_("Name in Arabic"), personal=P1)
    name_es: Mapped[str | None] = text(N_("Name in Spanish"), personal=P1)
    hours: Mapped[int | None] = number(
        N_("Hours"), personal=P1, minimum=1, maximum=500, required=True, table=True
    )
    half_days: Mapped[int | None] = number(
        N_("Half-days"), personal=P1, minimum=1, maximum=200, required=True, table=True
    )
    threshold: Mapped[int | None] = number(
        N_("Attendance needed to complete, in per cent"), personal=P1, minimum=1, maximum=100,
        required=True, table=True,
    )  # fmt: skip
    max_group: Mapped[int | None] = number(
        N_("People a group should not exceed"), personal=P1, minimum=1, maximum=200
    )
    prerequisites: Mapped[frozenset[str] | None] = choices(
        N_("To be completed first"), CURRICULA, personal=P1
    )
    idea_suffices: Mapped[bool | None] = flag(
        N_("A clear business idea stands for what is to be completed first"), personal=P1
    )
    needs_business: Mapped[bool | None] = flag(
        N_("Only for people who run a business"), personal=P1
    )
    pre_test: Mapped[bool | None] = flag(N_("Test before the training"), personal=P1)
    post_test: Mapped[bool | None] = flag(N_("Test after the training"), personal=P1)
    pass_mark: Mapped[int | None] = number(
        N_("Least score of the test after the training"), personal=P1, maximum=100
    )
    needs_post_test: Mapped[bool | None] = flag(
        N_("Completing needs the test after the training"), personal=P1
    )
    needs_plan: Mapped[bool | None] = flag(
        N_("Completing needs a submitted business plan"), personal=P1
    )

    sections: ClassVar = (
        Section(
            N_("Curriculum"),
            (
                ("code", "hours"),
                ("half_days", "threshold"),
                ("name_fr", "name_en"),
                ("name_ar", "name_es"),
                ("max_group",),
            ),
        ),
        Section(
            N_("Who may follow it"),
            (("prerequisites",), ("idea_suffices", "needs_business")),
        ),
        Section(
            N_("Tests and certificate"),
            (("pre_test", "post_test"), ("pass_mark", "needs_post_test"), ("needs_plan",)),
        ),
    )

    @property
    def summary(self) -> str:
        return _named(self) or self.code or ""


class CourseModule(Record):
    """A part of a curriculum, in its place among the others."""

    title = N_("Module")

    curriculum: Mapped[UUID] = reference(N_("Curriculum"), "curriculum", required=True, root=True)
    code: Mapped[str | None] = text(
        N_("Code"), personal=P1, max_length=40, required=True, table=True
    )
    order: Mapped[int | None] = number(N_("Place in the list"), personal=P1, maximum=500)
    name_fr: Mapped[str | None] = text(N_("Name in French"), personal=P1)
    name_en: Mapped[str | None] = text(N_("Name in English"), personal=P1)
    name_ar: Mapped[str | None] = text(N_("Name in Arabic"), personal=P1)
    name_es: Mapped[str | None] = text(N_("Name in Spanish"), personal=P1)
    hours: Mapped[int | None] = number(
        N_("Hours"), personal=P1, minimum=1, maximum=500, required=True, table=True
    )
    half_days: Mapped[int | None] = number(
        N_("Half-days"), personal=P1, minimum=1, maximum=200, required=True, table=True
    )

    sections: ClassVar = (
        Section(
            N_("Module"),
            (
                ("code", "order"),
                ("hours", "half_days"),
                ("name_fr", "name_en"),
                ("name_ar", "name_es"),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return _named(self) or self.code or ""


def _named(taught: Curriculum | CourseModule) -> str:
    named: str | None = getattr(taught, f"name_{language_in_use()}")
    return named or taught.name_fr or taught.name_en or ""


class TrainingGroup(Record):
    """People taught together."""

    title = N_("Training group")

    name: Mapped[str | None] = text(N_("Name"), personal=P1, required=True, table=True)
    curriculum: Mapped[UUID] = reference(N_("Curriculum"), "curriculum", required=True)
    programme: Mapped[str | None] = choice(N_("Programme"), PROGRAMMES, personal=P1, table=True)
    starts: Mapped[date | None] = day(N_("First day"), personal=P1, required=True, table=True)
    ends: Mapped[date | None] = day(N_("Last day"), personal=P1, table=True)
    weekdays: Mapped[frozenset[str] | None] = choices(
        N_("Days of the week"), WEEKDAYS, personal=P1, merge=Merge.LATEST,
        help=N_("Monday to Friday when nothing is chosen"),
    )  # fmt: skip
    meets: Mapped[frozenset[str] | None] = choices(
        N_("Time of day"), HALF_DAYS, personal=P1, merge=Merge.LATEST,
        help=N_("Mornings and afternoons when nothing is chosen"),
    )  # fmt: skip
    place: Mapped[str | None] = text(N_("Place"), personal=P1, table=True)
    room: Mapped[str | None] = text(N_("Room"), personal=P1)
    trainer: Mapped[str | None] = text(N_("Trainer"), personal=P1)
    language: Mapped[str | None] = language(N_("Language"), personal=P1)
    capacity: Mapped[int | None] = number(N_("Places"), personal=P1, minimum=1, maximum=200)
    note: Mapped[str | None] = long_text(N_("Notes"), personal=P1)

    sections: ClassVar = (
        Section(
            N_("Training group"),
            (
                ("name", "curriculum"),
                ("programme", "language"),
                ("starts", "ends"),
                ("weekdays",),
                ("meets", "capacity"),
                ("place", "room"),
                ("trainer",),
                ("note",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return self.name or ""


class TrainingSession(Record):
    """One half-day a group meets, or a make-up of one for those who missed it.

    Where ``place``, ``room`` or ``trainer`` are not answered, those of the group hold.
    """

    title = N_("Training half-day")

    group: Mapped[UUID] = reference(
        N_("Training group"), "training_group", required=True, root=True
    )
    held_on: Mapped[date | None] = day(N_("Date"), personal=P1, required=True, table=True)
    half_day: Mapped[str | None] = choice(
        N_("Half-day"), HALF_DAYS, personal=P1, required=True, table=True
    )
    module: Mapped[UUID | None] = reference(N_("Module"), "course_module")
    minutes: Mapped[int | None] = number(
        N_("Length in minutes"), personal=P1, minimum=15, maximum=720, required=True, table=True
    )
    place: Mapped[str | None] = text(N_("Place"), personal=P1)
    room: Mapped[str | None] = text(N_("Room"), personal=P1)
    trainer: Mapped[str | None] = text(N_("Trainer"), personal=P1)
    makes_up: Mapped[UUID | None] = reference(N_("Half-day it makes up for"), "training_session")

    sections: ClassVar = (
        Section(
            N_("Training half-day"),
            (
                ("held_on", "half_day"),
                ("module", "minutes"),
                ("place", "room"),
                ("trainer", "makes_up"),
            ),
        ),
    )

    @property
    def is_makeup(self) -> bool:
        """Whether it is held again for those who were away."""
        return self.makes_up is not None

    @property
    def summary(self) -> str:
        return f"{self.shown('held_on')} · {self.shown('half_day')}"


class Enrolment(Record):
    """One person's place in a training group. It belongs to the person's file."""

    title = N_("Enrolment")

    person: Mapped[UUID] = reference(N_("Person"), "person", required=True, root=True)
    group: Mapped[UUID] = reference(N_("Training group"), "training_group", required=True)
    state: Mapped[str | None] = choice(
        N_("State"), ENROLMENT_STATES, personal=P2, merge=Merge.ASK, required=True, table=True
    )
    enrolled_on: Mapped[date | None] = day(N_("Enrolled on"), personal=P2, table=True)
    completed_on: Mapped[date | None] = day(N_("Completed on"), personal=P2, past=True)
    business: Mapped[str | None] = choice(
        N_("Where the person stands with a business"), BUSINESS_STAGES, personal=P2
    )
    waiver: Mapped[str | None] = text(
        N_("Why what is to be completed first is waived"), personal=P2, max_length=500,
        merge=Merge.ASK, help=N_("A supervisor decides"),
    )  # fmt: skip
    waived_by: Mapped[UUID | None] = reference(N_("Waived by"), "user")
    # Unanswered is not zero: nobody has failed a test they did not sit.
    pre_score: Mapped[int | None] = number(
        N_("Score of the test before, of 100"), personal=P2, maximum=100, merge=Merge.ASK
    )
    post_score: Mapped[int | None] = number(
        N_("Score of the test after, of 100"), personal=P2, maximum=100, merge=Merge.ASK
    )
    remark: Mapped[str | None] = long_text(N_("Remark of the trainer"), personal=P2)
    left_because: Mapped[str | None] = text(
        N_("Why the training was left"), personal=P2, max_length=500
    )

    sections: ClassVar = (
        Section(
            N_("Enrolment"),
            (
                ("group", "state"),
                ("enrolled_on", "completed_on"),
                ("business",),
                ("waiver", "waived_by"),
            ),
        ),
        Section(
            N_("What it came to"),
            (("pre_score", "post_score"), ("remark",), ("left_because",)),
        ),
    )

    @property
    def gain(self) -> int | None:
        """Points gained from the test before to the test after; None unless both were sat."""
        if self.pre_score is None or self.post_score is None:
            return None
        return self.post_score - self.pre_score


class Attendance(Record):
    """One person's mark for one half-day."""

    title = N_("Attendance")

    enrolment: Mapped[UUID] = reference(N_("Enrolment"), "enrolment", required=True, root=True)
    held_on: Mapped[date | None] = day(N_("Date"), personal=P2, required=True, table=True)
    half_day: Mapped[str | None] = choice(
        N_("Half-day"), HALF_DAYS, personal=P1, required=True, table=True
    )
    session: Mapped[UUID | None] = reference(
        N_("Training half-day"), "training_session", merge=Merge.LATEST
    )
    mark: Mapped[str | None] = choice(
        N_("Mark"), MARKS, personal=P2, merge=Merge.ASK, required=True, table=True
    )

    sections: ClassVar = (
        Section(N_("Attendance"), (("held_on", "half_day"), ("mark", "session"))),
    )


class Certificate(Record):
    """What a person was given for a training; withdrawn by saying why it no longer counts."""

    title = N_("Certificate")
    filed = Filed(
        "training", 20, N_("Certificates"), day="issued_on", happened=N_("Certificate given"),
        set_by_verbs=("enrolment", "certificate_kind", "number", "issued_on", "issued_by"),
    )  # fmt: skip

    enrolment: Mapped[UUID] = reference(N_("Enrolment"), "enrolment", required=True, root=True)
    certificate_kind: Mapped[str | None] = choice(
        N_("Certificate of"), CERTIFICATE_KINDS, personal=P2, required=True, table=True
    )
    # Two desks that gave the same certificate a number each have printed two: somebody chooses.
    number: Mapped[str | None] = text(
        N_("Number"), personal=P2, max_length=40, required=True, table=True, index=True,
        search=True, merge=Merge.ASK,
    )  # fmt: skip
    issued_on: Mapped[date | None] = day(
        N_("Issued on"), personal=P2, past=True, required=True, table=True
    )
    issued_by: Mapped[UUID | None] = reference(N_("Issued by"), "user", merge=Merge.LATEST)

    sections: ClassVar = (
        Section(N_("Certificate"), (("certificate_kind", "number"), ("issued_on", "issued_by"))),
    )

    @property
    def summary(self) -> str:
        return f"{self.number or ''} · {self.shown('certificate_kind')}"
