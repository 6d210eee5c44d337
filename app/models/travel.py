"""Travel papers asked of a consulate, the journey home, who goes along and what is handed out."""

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
    country,
    day,
    flag,
    long_text,
    moment,
    money,
    number,
    reference,
    text,
)
from app.models.filing import Filed
from app.models.layout import Section
from app.models.money import Money
from app.models.record import Record

TRAVEL_PAPERS: Final = Coded(
    "travel_papers",
    {
        "passport": N_("Passport"),
        "laissez_passer": N_("Laissez-passer"),
        "emergency": N_("Emergency travel certificate"),
        "exit_authorisation": N_("Exit authorisation"),
    },
)
REQUEST_STATES: Final = Coded(
    "paper_request_states",
    {
        "to_send": N_("To be sent"),
        "sent": N_("Sent"),
        "issued": N_("Issued"),
        "refused": N_("Paper refused"),
        "cancelled": N_("Request cancelled"),
    },
)
ESCORTS: Final = Coded(
    "escorts",
    {
        "none": N_("None"),
        "social": N_("Social escort"),
        "operational": N_("Operational escort"),
        "medical": N_("Medical escort"),
    },
)
TRAVEL_STATES: Final = Coded(
    "travel_states",
    {
        "planned": N_("Planned"),
        "booked": N_("Booked"),
        "departed": N_("Departed"),
        "arrived": N_("Arrived"),
        "missed": N_("Did not come"),
        "cancelled": N_("Cancelled"),
    },
)
SPECIAL_NEEDS: Final = Coded(
    "travel_needs",
    {
        "wheelchair": N_("Wheelchair"),
        "infant": N_("Infant"),
        "child_alone": N_("Child without parents"),
        "pregnant": N_("Pregnant"),
        "diet": N_("Diet"),
        "transit_help": N_("Help at transit airports"),
        "reception": N_("Meeting at arrival"),
        "onward": N_("Onward transport"),
    },
)
LEG_MODES: Final = Coded(
    "leg_modes",
    {"air": N_("Flight"), "road": N_("Road"), "rail": N_("Train"), "sea": N_("Ship")},
)
ALLOWANCE_KINDS: Final = Coded(
    "allowance_kinds",
    {
        "pocket": N_("Pocket money"),
        "transit": N_("Transit allowance"),
        "onward": N_("Onward transport"),
        "luggage": N_("Excess baggage"),
        "clothing": N_("Clothing"),
        "food": N_("Food"),
    },
)


class TravelDocumentRequest(Record):
    """A paper asked of a consulate or ministry: when, with what answer, valid until when."""

    title = N_("Travel paper request")
    filed = Filed(
        "travel", 20, N_("Travel papers"), N_("Ask for a travel paper"),
        N_("No travel paper is asked for yet."), day="sent_on", set_by_verbs=("state",),
    )  # fmt: skip

    case: Mapped[UUID] = reference(N_("Case"), "case", required=True, root=True)
    paper: Mapped[str | None] = choice(
        N_("Paper"), TRAVEL_PAPERS, personal=P2, required=True, table=True
    )
    consulate: Mapped[str | None] = text(
        N_("Consulate or authority"), personal=P2, required=True, table=True
    )
    issuer: Mapped[str | None] = country(N_("Country of issue"), personal=P2)
    state: Mapped[str | None] = choice(
        N_("State"), REQUEST_STATES, personal=P1, required=True, table=True, merge=Merge.ASK
    )
    sent_on: Mapped[date | None] = day(N_("Sent on"), personal=P2, past=True, table=True)
    answer_expected: Mapped[date | None] = day(N_("Answer expected"), personal=P2)
    decided_on: Mapped[date | None] = day(N_("Decided on"), personal=P2, past=True)
    number: Mapped[str | None] = text(
        N_("Number of the paper"), personal=P2, max_length=60, search=True, merge=Merge.ASK
    )
    issued_on: Mapped[date | None] = day(N_("Issued on"), personal=P2, past=True)
    expires_on: Mapped[date | None] = day(
        N_("Valid until"), personal=P2, table=True, merge=Merge.ASK
    )
    mrz: Mapped[str | None] = text(
        N_("Machine-readable lines"), personal=P2, max_length=92,
        help=N_("The two or three lines at the foot of the page"),
    )  # fmt: skip
    note: Mapped[str | None] = long_text(N_("Notes"), personal=P2)

    sections: ClassVar = (
        Section(
            N_("Travel paper request"),
            (
                ("paper", "state"),
                ("consulate", "issuer"),
                ("sent_on", "answer_expected"),
                ("decided_on", "number"),
                ("issued_on", "expires_on"),
                ("mrz",),
                ("note",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('paper')} · {self.consulate or ''}"


class Travel(Record):
    """One journey home: booked, departed, received."""

    title = N_("Journey")
    filed = Filed(
        "travel", 30, N_("Journeys"), N_("Plan the journey"), N_("No journey is planned yet."),
        day="departs_on", set_by_verbs=("state", "boarded_on", "arrived_on", "received_by"),
    )  # fmt: skip

    case: Mapped[UUID] = reference(N_("Case"), "case", required=True, root=True)
    departs_on: Mapped[date | None] = day(
        N_("Day of departure"), personal=P2, table=True, merge=Merge.ASK
    )
    state: Mapped[str | None] = choice(
        N_("State"), TRAVEL_STATES, personal=P1, required=True, table=True, merge=Merge.ASK
    )
    carrier: Mapped[str | None] = text(N_("Carrier"), personal=P2)
    booking: Mapped[str | None] = text(N_("Booking reference"), personal=P2, max_length=40)
    escort: Mapped[str | None] = choice(
        N_("Escort"), ESCORTS, personal=P2, merge=Merge.CAUTIOUS, required=True, table=True
    )
    escort_name: Mapped[str | None] = text(N_("Name of the escort"), personal=P2)
    needs: Mapped[frozenset[str] | None] = choices(N_("Special needs"), SPECIAL_NEEDS, personal=P2)
    baggage_kg: Mapped[int | None] = number(N_("Baggage in kg"), personal=P2, maximum=300)
    meeting_point: Mapped[str | None] = text(N_("Where and when to meet"), personal=P2)
    boarded_on: Mapped[date | None] = day(
        N_("Boarding confirmed on"), personal=P2, past=True, merge=Merge.ASK
    )
    arrived_on: Mapped[date | None] = day(N_("Arrived on"), personal=P2, past=True, merge=Merge.ASK)
    received_at: Mapped[str | None] = text(N_("Received at"), personal=P2)
    received_by: Mapped[str | None] = text(N_("Received by"), personal=P2)
    note: Mapped[str | None] = long_text(N_("Notes"), personal=P2)

    sections: ClassVar = (
        Section(
            N_("Journey"),
            (
                ("departs_on", "state"),
                ("carrier", "booking"),
                ("escort", "escort_name"),
                ("needs",),
                ("baggage_kg", "meeting_point"),
                ("boarded_on", "arrived_on"),
                ("received_at", "received_by"),
                ("note",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('departs_on')} · {self.shown('state')}"


class TravelLeg(Record):
    """One part of a journey."""

    title = N_("Leg")
    filed = Filed("travel", 31, N_("Legs"), N_("Add a leg"), under="travel")

    travel: Mapped[UUID] = reference(N_("Journey"), "travel", required=True, root=True)
    mode: Mapped[str | None] = choice(N_("How"), LEG_MODES, personal=P2, required=True, table=True)
    origin: Mapped[str | None] = text(N_("From"), personal=P2, required=True, table=True)
    destination: Mapped[str | None] = text(N_("To"), personal=P2, required=True, table=True)
    departs_at: Mapped[str | None] = moment(N_("Departure"), personal=P2, required=True, table=True)
    arrives_at: Mapped[str | None] = moment(N_("Arrival"), personal=P2, table=True)
    flight: Mapped[str | None] = text(N_("Flight or line"), personal=P2, max_length=20, table=True)

    sections: ClassVar = (
        Section(
            N_("Leg"),
            (("mode", "flight"), ("origin", "destination"), ("departs_at", "arrives_at")),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.origin or ''} – {self.destination or ''}"


class TravelAllowance(Record):
    """Money handed out for the journey, against a receipt."""

    title = N_("Allowance")
    filed = Filed(
        "travel", 32, N_("Allowances"), N_("Add an allowance"), under="travel",
        set_by_verbs=("paid_on", "receipt", "paid_by"),
    )  # fmt: skip

    travel: Mapped[UUID] = reference(N_("Journey"), "travel", required=True, root=True)
    allowance_kind: Mapped[str | None] = choice(
        N_("What for"), ALLOWANCE_KINDS, personal=P2, required=True, table=True
    )
    amount: Mapped[Money | None] = money(N_("Amount"), personal=P2, required=True, table=True)
    is_prepared: Mapped[bool | None] = flag(N_("Ready to be handed out"), personal=P1)
    paid_on: Mapped[date | None] = day(N_("Handed out on"), personal=P2, past=True, table=True)
    receipt: Mapped[str | None] = text(N_("Receipt number"), personal=P2, max_length=40)
    paid_by: Mapped[UUID | None] = reference(N_("Handed out by"), "user")

    sections: ClassVar = (
        Section(
            N_("Allowance"),
            (("allowance_kind", "amount"), ("is_prepared", "paid_on"), ("receipt", "paid_by")),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('allowance_kind')} · {self.shown('amount')}"
