"""The dossier of a grant: what was asked and approved, quotes, commitments, payments and sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from app.casework.grant_sums import GrantSums, sums
from app.documents import parts
from app.documents.about import drawing, under, whose
from app.documents.blocks import Label
from app.documents.grids import Column
from app.documents.job import Job
from app.documents.layout import Paper
from app.documents.registry import Document, register
from app.i18n import N_
from app.models.grants import Commitment, Grant, Invoice, Payment, Quote, Tranche
from app.models.money import Money
from app.models.record import Record

NAME: Final = "grant"
TITLE: Final = N_("Grant file")
VERSION: Final = "1"

_AMOUNTS: Final = ("amount", "in_grant_currency")
_TABLES: Final[tuple[tuple[str, type[Record], dict[str, float]], ...]] = (
    (
        N_("Quotes"), Quote,
        {"supplier": 1.7, "what": 1.9, "quoted_on": 1.3, "amount": 1.4, "is_chosen": 0.8,
         "why": 1.6},
    ),
    (
        N_("Tranches"), Tranche,
        {"seq": 0.8, "trigger": 2.4, "after_days": 1.3, "due_on": 1.4, "amount": 1.5},
    ),
    (
        N_("Commitments"), Commitment,
        {"committed_on": 1.3, "payee": 1.9, "what": 2.0, "quote": 1.8, "amount": 1.4},
    ),
    (
        N_("Invoices and evidence"), Invoice,
        {"invoice_kind": 1.5, "number": 1.2, "supplier": 1.6, "dated": 1.3, "amount": 1.4,
         "is_verified": 1.1},
    ),
    (
        N_("Payments"), Payment,
        {"paid_on": 1.2, "payee": 1.5, "mode": 1.1, "receipt": 1.45, "approved_by": 1.1,
         "amount": 1.35, "in_grant_currency": 1.4},
    ),
)  # fmt: skip
_SUMS: Final[tuple[tuple[str, Callable[[GrantSums], Money]], ...]] = (
    (N_("Amount requested"), lambda added: added.requested),
    (N_("Amount approved"), lambda added: added.approved),
    (N_("Committed"), lambda added: added.committed),
    (N_("Left to commit"), lambda added: added.left_to_commit),
    (N_("Paid"), lambda added: added.paid),
    (N_("Waiting to be released"), lambda added: added.to_release),
    (N_("Left to pay"), lambda added: added.left_to_pay),
)
_ROOM: Final = 24.0
_BLANKS: Final = 3


def draw_one(job: Job, grant: Grant | None) -> Paper:
    """Draw the file of a grant, or a blank one."""
    about = whose(job.db, grant)
    found = [(title, kind, shares, under(job.db, kind, grant)) for title, kind, shares in _TABLES]
    listed = [record for _title, _kind, _shares, records in found for record in records]
    records = [] if grant is None else [grant, *listed]
    paper = parts.opened(job, NAME, TITLE, VERSION, about, records)
    parts.identity(job, paper, about)
    parts.questions_of(job, paper, Grant, grant, only_answered=True)
    for title, kind, shares, of_kind in found:
        if grant is None or of_kind:
            _table(job, paper, title, kind, shares, _in_order(of_kind), is_blank=grant is None)
    if grant is not None:
        _sums(job, paper, sums(job.db, grant))
    parts.sign(
        job,
        paper,
        [
            parts.PERSON_SIGNS,
            parts.COUNSELLOR_SIGNS,
            N_("Signature of the supervisor"),
        ],
        has_thumb=False,
    )
    return paper


def _in_order(records: Sequence[Record]) -> list[Record]:
    """Put tranches in order of their numbers; others stay in the order written."""
    return sorted(records, key=lambda one: getattr(one, "seq", None) or 0)


def _table(
    job: Job,
    paper: Paper,
    title: str,
    kind: type[Record],
    shares: dict[str, float],
    records: Sequence[Record],
    *,
    is_blank: bool,
) -> None:
    paper.heading(job.label(title))
    columns = parts.columns_of(job, kind, shares, trailing=_AMOUNTS)
    if is_blank:
        rows = [[Label("")] * len(columns)] * _BLANKS
        paper.grid(columns, rows, is_boxed=True, least=_ROOM)
    else:
        paper.grid(columns, [parts.cells_of(job, one, list(shares)) for one in records])


def _sums(job: Job, paper: Paper, added: GrantSums) -> None:
    paper.heading(job.label(N_("Sums")))
    paper.grid(
        [
            Column(job.label(N_("What")), 3),
            Column(job.label(N_("Amount")), 1.4, "trailing"),
        ],
        [[job.label(label), parts.amount(job, of(added))] for label, of in _SUMS],
    )


register(Document(NAME, TITLE, "grant", drawing(Grant, draw_one), section="plan"))
