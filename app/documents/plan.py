"""The reintegration plan: what is to be reached, and the activities by dimension."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.casework.plans import costs_by_dimension, items_of
from app.documents import parts
from app.documents.about import drawing, whose
from app.documents.blocks import Label
from app.documents.job import Job
from app.documents.layout import Paper
from app.documents.registry import Document, register
from app.i18n import N_, _
from app.models.money import Money
from app.models.plans import DIMENSIONS, PlanItem, ReintegrationPlan

NAME: Final = "plan"
TITLE: Final = N_("Reintegration plan")
VERSION: Final = "1"

_COLUMNS: Final = {
    "need": 2.4, "activity": 2.6, "provider": 1.5, "due_on": 1.35, "cost": 1.5, "state": 1.2,
}  # fmt: skip
_COST: Final = list(_COLUMNS).index("cost")
_ROOM: Final = 26.0
_BLANKS: Final = 4
_STATEMENT: Final = N_(
    "We agreed on this plan together. It may be changed when things change; what it says is no "
    "promise of an amount."
)


def draw_one(job: Job, plan: ReintegrationPlan | None) -> Paper:
    """Draw a plan, or a blank one."""
    about = whose(job.db, plan)
    items = [] if plan is None else items_of(job.db, plan.id)
    records = [] if plan is None else [plan, *items]
    paper = parts.opened(job, NAME, TITLE, VERSION, about, records)
    parts.identity(job, paper, about)
    parts.questions_of(job, paper, ReintegrationPlan, plan, has_headings=False)
    costs = {} if plan is None else costs_by_dimension(job.db, plan.id)
    for code in DIMENSIONS.codes():
        of = [item for item in items if item.dimension == code]
        if plan is None or of:
            _dimension(job, paper, code, of, costs.get(code, {}), is_blank=plan is None)
    rest = [item for item in items if item.dimension not in DIMENSIONS.codes()]
    if rest:
        _dimension(job, paper, rest[0].dimension or "", rest, {}, is_blank=False)
    if plan is not None and not items:
        paper.statement(job.label(N_("No activity is planned yet.")))
    parts.sign(
        job,
        paper,
        [
            parts.PERSON_SIGNS,
            parts.COUNSELLOR_SIGNS,
            N_("Signature of the supervisor"),
        ],
        statement=_STATEMENT,
    )
    return paper


def _dimension(
    job: Job,
    paper: Paper,
    code: str,
    items: Sequence[PlanItem],
    costs: dict[str, Money],
    *,
    is_blank: bool,
) -> None:
    paper.heading(job.both(lambda: DIMENSIONS.label(code)))
    columns = parts.columns_of(job, PlanItem, _COLUMNS, trailing=("cost",))
    if is_blank:
        paper.grid(columns, [[Label("")] * len(columns)] * _BLANKS, is_boxed=True, least=_ROOM)
        return
    cells = [parts.cells_of(job, item, list(_COLUMNS)) for item in items]
    totals = [_total(job, amount) for _currency, amount in sorted(costs.items())]
    paper.grid(columns, [*cells, *totals], totals=len(totals))


def _total(job: Job, amount: Money) -> list[Label]:
    row = [Label("")] * len(_COLUMNS)
    row[0] = job.both(lambda: _("Total"))
    row[_COST] = parts.amount(job, amount)
    return row


register(
    Document(
        NAME, TITLE, "reintegration_plan", drawing(ReintegrationPlan, draw_one), section="plan"
    )
)
