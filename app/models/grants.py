"""Grants: asked, approved, committed to suppliers, paid in tranches, and never deleted.

Source: rules found in practice (domain notes on grants): ceilings by person class, quotes above
a threshold, payment to suppliers, evidence before the second tranche, reversal instead of deletion.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
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
    content,
    day,
    decimal,
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
from app.models.reference import CURRENCIES

GRANT_KINDS: Final = Coded(
    "grant_kinds",
    {"cash": N_("Cash"), "in_kind": N_("In kind"), "allowance": N_("Allowance")},
)
GRANT_PURPOSES: Final = Coded(
    "grant_purposes",
    {
        "microbusiness": N_("Micro-business"),
        "partnership": N_("Business with partners"),
        "education": N_("Education"),
        "training": N_("Training"),
        "job_placement": N_("Job placement"),
        "housing": N_("Housing"),
        "medical": N_("Medical care"),
        "material": N_("Material support"),
    },
)
GRANT_STATES: Final = Coded(
    "grant_states",
    {
        "requested": N_("Requested"),
        "first_approval": N_("Approved by one, a second person must agree"),
        "approved": N_("Grant approved"),
        "refused": N_("Grant refused"),
        "closed": N_("Grant closed"),
    },
)
PERSON_CLASSES: Final = Coded(
    "person_classes",
    {
        "adult": N_("Adult"),
        "child_accompanied": N_("Child with family"),
        "umc": N_("Unaccompanied child"),
        "family": N_("Family"),
    },
)
INVOICE_KINDS: Final = Coded(
    "invoice_kinds",
    {
        "proforma": N_("Pro-forma invoice"),
        "invoice": N_("Invoice"),
        "handover": N_("Handover certificate"),
        "licence": N_("Business licence"),
        "lease": N_("Rental contract"),
        "land": N_("Land certificate"),
        "partnership": N_("Partnership agreement"),
        "other": N_("Other evidence"),
    },
)
TRIGGERS: Final = Coded(
    "tranche_triggers",
    {
        "approval": N_("On approval"),
        "departure": N_("At departure"),
        "arrival": N_("At arrival"),
        "training_completed": N_("When the training is completed"),
        "visit_with_evidence": N_("After a visit that saw the activity"),
    },
)
PAYMENT_MODES: Final = Coded(
    "payment_modes",
    {
        "transfer": N_("Bank transfer"),
        "cash": N_("Cash"),
        "mobile": N_("Mobile money"),
        "cheque": N_("Cheque"),
    },
)


class ExchangeRate(Record):
    """How much of one currency a unit of another bought, on a day, by whom."""

    title = N_("Exchange rate")

    base: Mapped[str | None] = choice(
        N_("One unit of"), CURRENCIES, personal=P1, required=True, table=True, merge=Merge.ASK
    )
    quoted: Mapped[str | None] = choice(
        N_("Buys in"), CURRENCIES, personal=P1, required=True, table=True, merge=Merge.ASK
    )
    rate: Mapped[Decimal | None] = decimal(
        N_("Rate"), personal=P1, places=10, required=True, table=True, merge=Merge.ASK
    )
    on: Mapped[date | None] = day(
        N_("Date"), personal=P1, past=True, required=True, table=True, merge=Merge.ASK
    )
    source: Mapped[str | None] = text(
        N_("Source"), personal=P1, required=True, table=True,
        help=N_("Who published it, such as the UN operational rate"),
    )  # fmt: skip

    sections: ClassVar = (
        Section(N_("Exchange rate"), (("base", "quoted"), ("rate", "on"), ("source",))),
    )

    @property
    def summary(self) -> str:
        return f"{self.base} → {self.quoted} {self.shown('rate')} · {self.shown('on')}"


class Grant(Record):
    """What a person is given towards one project, from the request to the last payment."""

    title = N_("Grant")
    filed = Filed(
        "plan", 20, N_("Grants"), N_("Request a grant"), N_("No grant is requested yet."),
        day="requested_on",
        set_by_verbs=(
            "state", "approved", "approved_on", "approved_by", "second_approved_by",
            "second_approved_on", "refusal", "closed_on",
        ),
    )  # fmt: skip

    case: Mapped[UUID] = reference(N_("Case"), "case", required=True, root=True)
    grant_kind: Mapped[str | None] = choice(
        N_("Kind"), GRANT_KINDS, personal=P2, required=True, table=True
    )
    purpose: Mapped[str | None] = choice(
        N_("What for"), GRANT_PURPOSES, personal=P2, required=True, table=True
    )
    person_class: Mapped[str | None] = choice(
        N_("For whom"), PERSON_CLASSES, personal=P2, required=True, merge=Merge.ASK
    )
    member: Mapped[UUID | None] = reference(
        N_("Family member it is for, when not the person"), "household_member"
    )
    requested: Mapped[Money | None] = money(
        N_("Amount requested"), personal=P2, required=True, table=True
    )
    requested_on: Mapped[date | None] = day(
        N_("Requested on"), personal=P2, past=True, required=True
    )
    funding_line: Mapped[str | None] = text(N_("Funding line"), personal=P1, max_length=80)
    business_plan: Mapped[UUID | None] = reference(N_("Business plan"), "business_plan")
    state: Mapped[str | None] = choice(
        N_("State"), GRANT_STATES, personal=P1, required=True, table=True, merge=Merge.ASK
    )
    approved: Mapped[Money | None] = money(N_("Amount approved"), personal=P2, table=True)
    approved_on: Mapped[date | None] = day(N_("Approved on"), personal=P1, past=True)
    approved_by: Mapped[UUID | None] = reference(N_("Approved by"), "user")
    second_approved_on: Mapped[date | None] = day(N_("Second approval on"), personal=P1, past=True)
    second_approved_by: Mapped[UUID | None] = reference(N_("Second approval by"), "user")
    refusal: Mapped[str | None] = text(N_("Reason of the refusal"), personal=P2, max_length=500)
    closed_on: Mapped[date | None] = day(N_("Closed on"), personal=P1, past=True)
    note: Mapped[str | None] = long_text(N_("Notes"), personal=P2)

    sections: ClassVar = (
        Section(
            N_("Grant"),
            (
                ("grant_kind", "purpose"),
                ("person_class", "member"),
                ("requested", "requested_on"),
                ("funding_line", "business_plan"),
                ("state", "approved"),
                ("approved_on", "approved_by"),
                ("second_approved_on", "second_approved_by"),
                ("refusal", "closed_on"),
                ("note",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('purpose')} · {self.shown('approved') or self.shown('requested')}"


class Tranche(Record):
    """One part of a grant and what must have happened before it is paid."""

    title = N_("Tranche")
    filed = Filed(
        "plan", 21, N_("Tranches"), under="grant",
        set_by_verbs=("seq", "amount", "trigger", "after_days"),
    )  # fmt: skip

    grant: Mapped[UUID] = reference(N_("Grant"), "grant", required=True, root=True)
    seq: Mapped[int | None] = number(
        N_("Number"), personal=P1, minimum=1, maximum=20, required=True, table=True
    )
    amount: Mapped[Money | None] = money(N_("Amount"), personal=P2, required=True, table=True)
    trigger: Mapped[str | None] = choice(
        N_("When it is paid"), TRIGGERS, personal=P1, required=True, table=True
    )
    after_days: Mapped[int | None] = number(
        N_("Days after that at the earliest"), personal=P1, maximum=1000
    )
    due_on: Mapped[date | None] = day(N_("Due on"), personal=P1, table=True)

    sections: ClassVar = (
        Section(N_("Tranche"), (("seq", "amount"), ("trigger", "after_days"), ("due_on",))),
    )

    @property
    def summary(self) -> str:
        return f"{self.seq or ''} · {self.shown('amount')}"


class Quote(Record):
    """What one supplier would charge."""

    title = N_("Quote")
    filed = Filed(
        "plan", 22, N_("Quotes"), N_("Add a quote"), under="grant", set_by_verbs=("is_chosen",)
    )

    grant: Mapped[UUID] = reference(N_("Grant"), "grant", required=True, root=True)
    supplier: Mapped[str | None] = text(N_("Supplier"), personal=P2, required=True, table=True)
    what: Mapped[str | None] = text(N_("For what"), personal=P2, required=True, table=True)
    amount: Mapped[Money | None] = money(N_("Amount"), personal=P2, required=True, table=True)
    quoted_on: Mapped[date | None] = day(N_("Date"), personal=P2, past=True, required=True)
    is_chosen: Mapped[bool | None] = flag(N_("Chosen"), personal=P1, table=True, merge=Merge.ASK)
    why: Mapped[str | None] = text(N_("Why, if it is not the lowest"), personal=P2, max_length=500)

    sections: ClassVar = (
        Section(
            N_("Quote"), (("supplier", "amount"), ("what", "quoted_on"), ("is_chosen",), ("why",))
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.supplier or ''} · {self.shown('amount')}"


class Commitment(Record):
    """Money promised to a supplier, or to the person, out of a grant."""

    title = N_("Commitment")
    filed = Filed(
        "plan",
        23,
        N_("Commitments"),
        N_("Commit an amount"),
        under="grant",
    )

    grant: Mapped[UUID] = reference(N_("Grant"), "grant", required=True, root=True)
    payee: Mapped[str | None] = text(N_("To whom"), personal=P2, required=True, table=True)
    amount: Mapped[Money | None] = money(N_("Amount"), personal=P2, required=True, table=True)
    committed_on: Mapped[date | None] = day(
        N_("Date"), personal=P1, past=True, required=True, table=True
    )
    tranche: Mapped[UUID | None] = reference(N_("Tranche"), "tranche")
    quote: Mapped[UUID | None] = reference(N_("Quote"), "quote")
    what: Mapped[str | None] = text(N_("For what"), personal=P2, table=True)

    sections: ClassVar = (
        Section(
            N_("Commitment"),
            (("payee", "amount"), ("committed_on", "tranche"), ("quote", "what")),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.payee or ''} · {self.shown('amount')}"


class Invoice(Record):
    """A paper of a supplier, or evidence that goods were handed over."""

    title = N_("Invoice or evidence")
    filed = Filed(
        "plan", 24, N_("Invoices and evidence"), N_("Add an invoice or evidence"), under="grant",
        set_by_verbs=("is_verified",),
    )  # fmt: skip

    grant: Mapped[UUID] = reference(N_("Grant"), "grant", required=True, root=True)
    invoice_kind: Mapped[str | None] = choice(
        N_("Kind"), INVOICE_KINDS, personal=P2, required=True, table=True
    )
    number: Mapped[str | None] = text(N_("Number"), personal=P2, max_length=60, table=True)
    supplier: Mapped[str | None] = text(N_("Supplier"), personal=P2, table=True)
    amount: Mapped[Money | None] = money(N_("Amount"), personal=P2, table=True)
    dated: Mapped[date | None] = day(N_("Date"), personal=P2, past=True, required=True, table=True)
    is_verified: Mapped[bool | None] = flag(N_("Checked with the person"), personal=P1)
    digest: Mapped[str | None] = content(N_("Content"), personal=P1)

    sections: ClassVar = (
        Section(
            N_("Invoice or evidence"),
            (
                ("invoice_kind", "number"),
                ("supplier", "amount"),
                ("dated", "is_verified"),
                ("digest",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('invoice_kind')} {self.number or ''}".strip()


class Payment(Record):
    """Money paid out of a grant, or the reversal of such a payment. It is never deleted."""

    title = N_("Payment")
    filed = Filed(
        "plan", 25, N_("Payments"), under="grant", day="paid_on",
        set_by_verbs=(
            "tranche", "amount", "paid_on", "payee", "rate", "in_grant_currency", "approved_by",
            "commitment", "reversal_of", "reason",
        ),
    )  # fmt: skip

    grant: Mapped[UUID] = reference(N_("Grant"), "grant", required=True, root=True)
    tranche: Mapped[UUID | None] = reference(N_("Tranche"), "tranche")
    amount: Mapped[Money | None] = money(
        N_("Amount"), personal=P2, required=True, table=True, may_be_negative=True
    )
    paid_on: Mapped[date | None] = day(
        N_("Paid on"), personal=P1, past=True, required=True, table=True
    )
    payee: Mapped[str | None] = text(N_("Paid to"), personal=P2, required=True, table=True)
    mode: Mapped[str | None] = choice(N_("How"), PAYMENT_MODES, personal=P1, required=True)
    commitment: Mapped[UUID | None] = reference(N_("Out of the commitment"), "commitment")
    invoice: Mapped[UUID | None] = reference(N_("Invoice or evidence"), "invoice")
    receipt: Mapped[str | None] = text(N_("Receipt number"), personal=P2, max_length=40)
    rate: Mapped[UUID | None] = reference(
        N_("Exchange rate, when the currency is not that of the grant"), "exchange_rate"
    )
    in_grant_currency: Mapped[Money | None] = money(
        N_("In the currency of the grant"), personal=P2, table=True, may_be_negative=True
    )
    approved_by: Mapped[UUID | None] = reference(N_("Released by"), "user")
    reversal_of: Mapped[UUID | None] = reference(N_("Reverses"), "payment")
    reason: Mapped[str | None] = text(
        N_("Why it is reversed"), personal=P2, max_length=500, merge=Merge.ASK
    )

    sections: ClassVar = (
        Section(
            N_("Payment"),
            (
                ("payee", "amount"),
                ("paid_on", "mode"),
                ("tranche", "commitment"),
                ("invoice", "receipt"),
                ("rate", "in_grant_currency"),
                ("approved_by", "reversal_of"),
                ("reason",),
            ),
        ),
    )

    @property
    def summary(self) -> str:
        return f"{self.shown('paid_on')} · {self.shown('amount')}"
