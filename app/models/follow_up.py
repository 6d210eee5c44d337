"""After the return: visits, how the activity goes, how satisfied people are, complaints."""

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
    money,
    number,
    reference,
    text,
)
from app.models.filing import Filed
from app.models.layout import Section
from app.models.money import Money
from app.models.record import Record
from app.models.sessions import MODES

VISIT_STATES: Final = Coded(
    "visit_states",
    {"planned": N_("Planned"), "done": N_("Visit held"), "missed": N_("Visit missed")},
)
MISSED_REASONS: Final = Coded(
    "missed_visit_reasons",
    {
        "not_found": N_("Not found"),
        "moved": N_("Moved away"),
        "refused": N_("Does not wish a visit"),
        "unsafe": N_("The place is not safe"),
        "no_staff": N_("Nobody could go"),
        "deceased": N_("Deceased"),
        "left_again": N_("Left the country again"),
    },
)
BUSINESS_STATUSES: Final = Coded(
    "business_statuses",
    {
        "none": N_("No business"),
        "not_started": N_("Not started yet"),
        "running": N_("Running"),
        "running_growing": N_("Running and growing"),
        "paused": N_("Stopped for a time"),
        "closed": N_("Closed"),
        "changed": N_("Changed to another activity"),
    },
)
CHANGES: Final = Coded(
    "life_changes",
    {
        "job": N_("Found work"),
        "new_business": N_("Began a new business"),
        "income_activity": N_("Began another activity that earns"),
        "improved": N_("Improved the business"),
        "training": N_("Learned a trade"),
        "school": N_("Children go to school"),
        "housing": N_("Better housing"),
        "none": N_("No change"),
    },
)
INTENTIONS: Final = Coded(
    "migration_intentions",
    {
        "stay": N_("Wants to stay"),
        "unsure": N_("Does not know"),
        "leave_legal": N_("Wants to leave, legally"),
        "leave_any": N_("Wants to leave by any way"),
        "no_answer": N_("Prefers not to answer"),
    },
)
SATISFACTION: Final = Coded(
    "satisfaction",
    {
        "1": N_("1 – not at all"),
        "2": N_("2 – little"),
        "3": N_("3 – fairly"),
        "4": N_("4 – satisfied"),
        "5": N_("5 – very satisfied"),
    },
)
FEEDBACK_KINDS: Final = Coded(
    "feedback_kinds",
    {
        "complaint": N_("Complaint"),
        "suggestion": N_("Suggestion"),
        "thanks": N_("Thanks"),
        "question": N_("Question"),
    },
)
FEEDBACK_STATES: Final = Coded(
    "feedback_states",
    {
        "open": N_("To be answered"),
        "under_way": N_("Being looked into"),
        "answered": N_("Answered"),
    },
)


class FollowUp(Record):
    """One visit or call after the return, agreed ahead."""

    title = N_("Follow-up visit")
    filed = Filed(
        "follow_up", 10, N_("Visits"), N_("Plan a visit"), N_("No visit is planned yet."),
        day="held_on", set_by_verbs=("state",),
    )  # fmt: skip

    case: Mapped[UUID] = reference(N_("Case"), "case", required=True, root=True)
    due_on: Mapped[date | None] = day(N_("Due on"), personal=P2, required=True, table=True)
    state: Mapped[str | None] = choice(
        N_("State"), VISIT_STATES, personal=P1, required=True, table=True, merge=Merge.ASK
    )
    held_on: Mapped[date | None] = day(N_("Held on"), personal=P2, past=True, table=True)
    missed_reason: Mapped[str | None] = choice(N_("Why it was missed"), MISSED_REASONS, personal=P2)
    mode: Mapped[str | None] = choice(N_("How it is held"), MODES, personal=P1)
    visitor: Mapped[str | None] = text(N_("Visited by"), personal=P2)
    business_status: Mapped[str | None] = choice(
        N_("The business"), BUSINESS_STATUSES, personal=P2, table=True
    )
    is_seen: Mapped[bool | None] = flag(N_("The activity was seen on the spot"), personal=P2)
    income: Mapped[Money | None] = money(N_("Income in a month"), personal=P2, table=True)
    income_before: Mapped[Money | None] = money(N_("Income before, in a month"), personal=P2)
    jobs: Mapped[int | None] = number(N_("Other people who work in it"), personal=P2, maximum=1000)
    changes: Mapped[frozenset[str] | None] = choices(N_("What changed"), CHANGES, personal=P2)
    challenges: Mapped[str | None] = long_text(N_("Difficulties"), personal=P3)
    actions: Mapped[str | None] = long_text(N_("What is done about it"), personal=P3)
    return_satisfaction: Mapped[str | None] = choice(
        N_("Satisfied with the return"), SATISFACTION, personal=P2
    )
    counselling_satisfaction: Mapped[str | None] = choice(
        N_("Satisfied with the counselling"), SATISFACTION, personal=P2
    )
    economic_satisfaction: Mapped[str | None] = choice(
        N_("Satisfied with the economic support"), SATISFACTION, personal=P2
    )
    social_satisfaction: Mapped[str | None] = choice(
        N_("Satisfied with the social support"), SATISFACTION, personal=P2
    )
    community_satisfaction: Mapped[str | None] = choice(
        N_("Satisfied with the place in the community"), SATISFACTION, personal=P2
    )
    overall_satisfaction: Mapped[str | None] = choice(
        N_("Satisfied on the whole"), SATISFACTION, personal=P2
    )
    expectations_met: Mapped[str | None] = choice(
        N_("Expectations were met"), SATISFACTION, personal=P2
    )
    intention: Mapped[str | None] = choice(N_("Plans to move"), INTENTIONS, personal=P3)

    sections: ClassVar = (
        Section(
            N_("Visit"),
            (
                ("due_on", "state"),
                ("held_on", "mode"),
                ("visitor", "missed_reason"),
            ),
        ),
        Section(
            N_("How it goes"),
            (
                ("business_status", "is_seen"),
                ("income", "income_before"),
                ("jobs", "intention"),
                ("changes",),
                ("challenges",),
                ("actions",),
            ),
        ),
        Section(
            N_("Satisfaction"),
            (
                ("return_satisfaction", "counselling_satisfaction"),
                ("economic_satisfaction", "social_satisfaction"),
                ("community_satisfaction", "expectations_met"),
                ("overall_satisfaction",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('due_on')} · {self.shown('state')}"


class Feedback(Record):
    """A complaint, a suggestion or thanks; nobody has to give a name."""

    title = N_("Feedback or complaint")
    filed = Filed(
        "follow_up", 30, N_("Feedback and complaints"), N_("Record feedback or a complaint"),
        N_("No feedback yet."), day="received_on", set_by_verbs=("state", "answered_on", "answer"),
    )  # fmt: skip

    person: Mapped[UUID] = reference(N_("Person"), "person", required=True, root=True)
    feedback_kind: Mapped[str | None] = choice(
        N_("Kind"), FEEDBACK_KINDS, personal=P3, required=True, table=True
    )
    received_on: Mapped[date | None] = day(
        N_("Received on"), personal=P2, past=True, required=True, table=True
    )
    said: Mapped[str | None] = long_text(N_("In the person's words"), personal=P3, required=True)
    state: Mapped[str | None] = choice(
        N_("State"), FEEDBACK_STATES, personal=P1, required=True, table=True
    )
    answered_on: Mapped[date | None] = day(N_("Answered on"), personal=P2, past=True)
    answer: Mapped[str | None] = long_text(N_("Answer given"), personal=P3)

    sections: ClassVar = (
        Section(
            N_("Feedback or complaint"),
            (("feedback_kind", "received_on"), ("said",), ("state", "answered_on"), ("answer",)),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('received_on')} · {self.shown('feedback_kind')}"
