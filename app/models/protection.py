"""Protection records, sealed to protection officers, and what may be told of them to others."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Final
from uuid import UUID

from sqlalchemy.orm import Mapped

from app.i18n import N_
from app.models.choices import Coded
from app.models.fields import (
    P1,
    P4,
    Field,
    Merge,
    choice,
    choices,
    day,
    flag,
    long_text,
    reference,
    text,
)
from app.models.layout import Section
from app.models.record import Record
from app.models.sealed import questions_in, sealed

CONCERNS: Final = Coded(
    "protection_concerns",
    {
        "vot": N_("Trafficking in persons"),
        "gbv": N_("Gender-based violence"),
        "uasc": N_("Unaccompanied or separated child"),
        "torture": N_("Torture or cruel treatment"),
        "risk_on_return": N_("Danger in the country of return"),
        "capacity_doubt": N_("Doubt whether the person can decide freely"),
        "other": N_("Another concern"),
    },
)
STATUSES: Final = Coded(
    "protection_statuses",
    {
        "possible": N_("Possible"),
        "actual": N_("Established"),
        "not": N_("Looked into and not so"),
    },
)
DECIDERS: Final = Coded(
    "protection_deciders",
    {
        "police": N_("Police"),
        "ngo": N_("Non-governmental organisation"),
        "court": N_("Court"),
        "government": N_("Another public authority"),
        "other": N_("Somebody else"),
    },
)
EXPLOITATION: Final = Coded(
    "exploitation",
    {
        "forced_labour": N_("Forced labour"),
        "domestic_servitude": N_("Servitude in a household"),
        "sexual_exploitation": N_("Sexual exploitation"),
        "forced_marriage": N_("Forced marriage"),
        "forced_begging": N_("Forced begging"),
        "forced_crime": N_("Made to break the law"),
        "armed_group": N_("Used by an armed group"),
        "organ_removal": N_("Removal of an organ"),
        "other": N_("Another form"),
    },
)
MEANS_OF_CONTROL: Final = Coded(
    "means_of_control",
    {
        "documents_kept": N_("Papers taken or kept by others"),
        "debt": N_("A debt that binds"),
        "deception": N_("False promises"),
        "threats": N_("Threats to the person"),
        "family_threatened": N_("Threats to the family"),
        "violence": N_("Physical violence"),
        "sexual_violence": N_("Sexual violence"),
        "confinement": N_("Not free to move"),
        "isolation": N_("Kept away from others"),
        "wages_withheld": N_("Pay kept back"),
        "excessive_work": N_("Working hours beyond measure"),
        "substances": N_("Drugs or alcohol given"),
        "belief": N_("Oath, ritual or fear of spirits"),
        "other": N_("Another means"),
    },
)
BEST_INTERESTS: Final = Coded(
    "best_interests",
    {
        "pending": N_("Not decided yet"),
        "return": N_("To return"),
        "stay": N_("To stay"),
        "resettle": N_("To settle in another country"),
        "other": N_("Another solution"),
    },
)
# Everybody sees these words beside a case: they must not say why it was held.
COVERS: Final = Coded(
    "clearances",
    {
        "release_hold": N_("Release from hold"),
        "child_return": N_("Return of a child"),
    },
)


class ProtectionAnswers:
    """The questions of a protection record; their answers exist only sealed."""

    concern = choices(N_("Concern"), CONCERNS, personal=P4, required=True)
    status = choice(N_("How sure it is"), STATUSES, personal=P4)
    decided_by = choice(N_("Decided by"), DECIDERS, personal=P4)
    decided_on = day(N_("Decided on"), personal=P4, past=True)
    immediate_danger = flag(N_("In danger at this moment"), personal=P4)
    exploitation = choices(N_("Signs of exploitation"), EXPLOITATION, personal=P4)
    control = choices(N_("Signs of control by others"), MEANS_OF_CONTROL, personal=P4)

    bip_outcome = choice(N_("Best interests of the child"), BEST_INTERESTS, personal=P4)
    bip_on = day(N_("Best interests decided on"), personal=P4, past=True)
    guardian_name = text(N_("Legal guardian"), personal=P4, name=True)
    guardian_document = text(N_("Document that appoints the guardian"), personal=P4)
    guardian_consents = flag(N_("The guardian agrees to the return"), personal=P4)
    child_heard = flag(N_("The child has been heard"), personal=P4)
    child_view = long_text(N_("What the child wants"), personal=P4)
    family_consents = flag(N_("The family in the country of origin agrees"), personal=P4)
    pick_up_confirmed = flag(N_("Meeting at the airport is confirmed in writing"), personal=P4)
    care_confirmed = flag(N_("Care until majority is confirmed in writing"), personal=P4)

    actions = long_text(N_("Actions agreed"), personal=P4)
    note = long_text(N_("Note"), personal=P4)


PROTECTION_FIELDS: Final[dict[str, Field]] = questions_in(ProtectionAnswers)
PROTECTION_SECTIONS: Final = (
    Section(
        N_("What is known"),
        (
            ("concern",),
            ("status", "decided_by"),
            ("decided_on", "immediate_danger"),
            ("exploitation",),
            ("control",),
        ),
    ),
    Section(
        N_("If the person is a child"),
        (
            ("bip_outcome", "bip_on"),
            ("guardian_name", "guardian_document"),
            ("guardian_consents", "family_consents"),
            ("child_heard",),
            ("child_view",),
            ("pick_up_confirmed", "care_confirmed"),
        ),
    ),
    Section(N_("What is done"), (("actions",), ("note",))),
)


class ProtectionRecord(Record):
    """What is known of a danger to a person. Anybody may seal one; protection officers open it."""

    title = N_("Protection record")
    is_confidential = True

    person: Mapped[UUID] = reference(N_("Person"), "person", required=True, root=True)
    content: Mapped[bytes | None] = sealed(N_("Sealed answers"), personal=P4, required=True)

    sections: ClassVar = (Section(N_("Protection record"), (("content",),)),)


class SealedView(Record):
    """A sealed record was opened: by whom and when are those of this record's only change."""

    title = N_("Sealed record opened")
    is_confidential = True

    record: Mapped[UUID] = reference(
        N_("Protection record"), "protection_record", required=True, root=True
    )

    sections: ClassVar = (Section(N_("Sealed record opened"), (("record",),)),)


class ProtectionClearance(Record):
    """A protection officer lets a case go on; it says nothing of why the case was held."""

    title = N_("Clearance")

    case: Mapped[UUID] = reference(N_("Case"), "case", required=True, root=True)
    covers: Mapped[str | None] = choice(
        N_("Allows"), COVERS, personal=P1, merge=Merge.ASK, required=True, table=True
    )
    given_on: Mapped[date | None] = day(
        N_("Given on"), personal=P1, merge=Merge.ASK, past=True, required=True, table=True
    )
    valid_until: Mapped[date | None] = day(
        N_("Valid until"), personal=P1, merge=Merge.ASK, table=True
    )
    given_by: Mapped[UUID | None] = reference(N_("Given by"), "user", required=True)

    sections: ClassVar = (
        Section(N_("Clearance"), (("covers", "given_by"), ("given_on", "valid_until"))),
    )

    @property
    def summary(self) -> str:
        return self.shown("covers")
