"""The receipt for what is handed over: a payment of a grant, an allowance, goods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.documents import parts
from app.documents.about import find, unknown, whose
from app.documents.fields import Field
from app.documents.job import Job
from app.documents.layout import Paper
from app.documents.questions import asked, day_room
from app.documents.registry import Document, register
from app.errors import Refused
from app.i18n import N_, _
from app.models.assistance import Assistance
from app.models.grants import Grant, Payment
from app.models.money import Money
from app.models.record import Record
from app.models.travel import TravelAllowance

NAME: Final = "receipt"
TITLE: Final = N_("Receipt")
VERSION: Final = "1"

_NUMBER: Final = N_("Receipt number")
_MONEY: Final = N_("I have received the amount written above, in full.")
_GOODS: Final = N_("I have received what is written above, in full and in good order.")


def draw(job: Job, records: Sequence[UUID | None]) -> Iterator[Paper]:
    """Draw the receipt of each payment, allowance or assistance, and a blank one for None.

    Raises:
        Refused: An id is of none of them, or of a payment that was reversed.
    """
    for one in records:
        record = None if one is None else find(job.db, one)
        if one is not None and not isinstance(record, (Payment, TravelAllowance, Assistance)):
            raise unknown(Payment, one)
        yield _paper(job, record)


def _paper(job: Job, record: Record | None) -> Paper:
    about = whose(job.db, record)
    number = getattr(record, "receipt", None) or ""
    paper = parts.opened(
        job, NAME, TITLE, VERSION, about, [] if record is None else [record],
        number=number, number_label=_NUMBER,
    )  # fmt: skip
    parts.identity(job, paper, about, has_number=True)
    paper.heading(job.label(N_("What is handed over")))
    if not number:
        paper.fields([[Field(job.label(_NUMBER)), Field(job.label(N_("Cash book, page")))]])
    if isinstance(record, Assistance):
        _goods(job, paper, record)
    elif isinstance(record, Payment):
        _payment(job, paper, record)
    elif isinstance(record, TravelAllowance):
        _allowance(job, paper, record)
    else:
        what = Field(job.label(N_("What for")))
        paper.fields([*_amount(job, None), [what, Field(job.label(N_("Paid to")))]])
        paper.fields([[day_room(job, N_("Handed out on"))]])
    is_goods = isinstance(record, Assistance)
    parts.sign(
        job,
        paper,
        [N_("Signature of who receives"), N_("Signature of who hands out"), parts.WITNESS_SIGNS],
        statement=_GOODS if is_goods else _MONEY,
    )
    return paper


def _amount(job: Job, amount: Money | None) -> list[list[Field]]:
    """Give the amount in figures, the currency by name, and room to write it out in words."""
    figures = Field(job.label(N_("Amount")), lines=1)
    currency = parts.told(job, N_("Currency"), None)
    if amount is not None:
        figures = Field(job.label(N_("Amount")), parts.amount(job, amount).text)
        currency = parts.told(job, N_("Currency"), lambda: parts.currency_name(amount.currency))
    return [[figures, currency], [Field(job.label(N_("Amount written out by hand")))]]


def _payment(job: Job, paper: Paper, payment: Payment) -> None:
    reversal = select(Payment.id).where(Payment.reversal_of == payment.id)
    if payment.reversal_of is not None or job.db.scalar(reversal.limit(1)) is not None:
        raise Refused(
            "payment_reversed", _("This payment was reversed: there is nothing to receive.")
        )
    grant = job.db.get(Grant, payment.grant)
    paper.fields(
        [
            *_amount(job, payment.amount),
            [asked(job, Payment, "payee", payment), asked(job, Payment, "mode", payment)],
            [
                asked(job, Payment, "paid_on", payment),
                asked(job, Grant, "purpose", grant),
            ],
            [asked(job, Payment, "tranche", payment), asked(job, Payment, "invoice", payment)],
        ]
    )


def _allowance(job: Job, paper: Paper, allowance: TravelAllowance) -> None:
    paper.fields(
        [
            *_amount(job, allowance.amount),
            [
                asked(job, TravelAllowance, name, allowance)
                for name in ("allowance_kind", "paid_on")
            ],
            [asked(job, TravelAllowance, "paid_by", allowance)],
        ]
    )


def _goods(job: Job, paper: Paper, given: Assistance) -> None:
    pairs = [
        ("service", "item"), ("quantity", "unit"), ("value", "delivered_on"),
        ("delivered_to", "partner"),
    ]  # fmt: skip
    paper.fields([[asked(job, Assistance, name, given) for name in pair] for pair in pairs])


register(
    Document(NAME, TITLE, "payment", draw, also=("travel_allowance", "assistance"), section="plan")
)
