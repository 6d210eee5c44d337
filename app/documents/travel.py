"""The hand-over sheet of a journey: legs, help needed, escort, papers and money handed over."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from sqlalchemy.orm import Session

from app.casework.health import latest_assessment
from app.casework.programmes import programme_of
from app.casework.travel import allowances_of, legs_of
from app.documents import parts
from app.documents.about import Whose, drawing, under, whose
from app.documents.blocks import Choice, Label
from app.documents.fields import Field
from app.documents.grids import Column
from app.documents.job import Job
from app.documents.layout import Paper
from app.documents.questions import asked
from app.documents.registry import Document, register
from app.errors import Refused
from app.i18n import N_
from app.models.cases import Case
from app.models.health import MedicalAssessment
from app.models.household import HouseholdMember
from app.models.persons import PersonIdentifier
from app.models.programme_lists import PAPERS
from app.models.record import Record
from app.models.travel import Travel, TravelAllowance, TravelDocumentRequest, TravelLeg

NAME: Final = "travel"
TITLE: Final = N_("Hand-over sheet of a journey")
VERSION: Final = "1"

_LEGS: Final = {
    "departs_at": 1.7, "origin": 1.7, "arrives_at": 1.7, "destination": 1.7, "mode": 0.8,
    "flight": 1,
}  # fmt: skip
_FAMILY: Final = {"name": 2.2, "relation": 1.3, "birth": 1.6, "has_documents": 1.2}
_ALLOWANCES: Final = {"allowance_kind": 1.6, "amount": 1.3, "paid_on": 1.3, "receipt": 1.2}
# What is known only once the journey is made, and the notes of the office.
_OFF_SHEET: Final = frozenset(
    {"state", "boarded_on", "arrived_on", "received_at", "received_by", "note"}
)
_TO_TAKE: Final = (
    "identity_document",
    "travel_document",
    "exit_authorisation",
    "medical_file",
    "birth_certificate",
    "family_book",
    "school_certificate",
    "diplomas",
    "company_papers",
    "photograph",
)
_ROOM: Final = 24.0
_BLANKS: Final = 3
_STATEMENT: Final = N_(
    "I have received the papers and the amounts listed above. I go of my own free will, and I may "
    "still change my mind until I leave."
)


def draw_one(job: Job, travel: Travel | None) -> Paper:
    """Draw the sheet of a journey, or a blank one."""
    db = job.db
    about = whose(db, travel)
    legs = [] if travel is None else legs_of(db, travel.id)
    allowances = [] if travel is None else allowances_of(db, travel.id)
    fitness = None if travel is None else latest_assessment(db, travel.case)
    family = [one for one in under(db, HouseholdMember, about.person) if one.is_accompanying]
    known: list[Record | None] = [travel, *legs, *family, *allowances, fitness]
    records = [one for one in known if one is not None]
    paper = parts.opened(job, NAME, TITLE, VERSION, about, records)
    parts.identity(job, paper, about, is_full=True)
    parts.questions_of(job, paper, Travel, travel, leaving_out=_OFF_SHEET)
    _table(job, paper, N_("Legs"), TravelLeg, _LEGS, legs, is_blank=travel is None)
    if family or travel is None:
        title = N_("Family members who travel along")
        _table(job, paper, title, HouseholdMember, _FAMILY, family, is_blank=travel is None)
    _fitness(job, paper, fitness)
    _papers(job, paper, about)
    _table(
        job, paper, N_("Allowances"), TravelAllowance, _ALLOWANCES, allowances,
        is_blank=travel is None,
    )  # fmt: skip
    parts.sign(
        job,
        paper,
        [
            N_("Signature of the traveller"),
            N_("Handed over by"),
            N_("Signature of the escort or who receives"),
        ],
        statement=_STATEMENT,
    )
    return paper


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
    columns = parts.columns_of(job, kind, shares, trailing=("amount",))
    if is_blank:
        rows = [[Label("")] * len(columns)] * _BLANKS
        paper.grid(columns, rows, is_boxed=True, least=_ROOM)
    elif records:
        paper.grid(columns, [parts.cells_of(job, one, list(shares)) for one in records])
    else:
        paper.statement(job.label(N_("None")))


def _fitness(job: Job, paper: Paper, assessment: MedicalAssessment | None) -> None:
    """Tell whether the person may travel and with what help; nothing of why."""
    paper.heading(job.label(N_("Fitness to travel")))
    told = [
        asked(job, MedicalAssessment, name, assessment)
        for name in ("fitness", "assessed_on", "valid_until")
    ]
    paper.fields([told, [asked(job, MedicalAssessment, "conditions", assessment)]])


def _papers(job: Job, paper: Paper, about: Whose) -> None:
    """List the papers that exist, each to be ticked off when handed over, and what to take."""
    paper.heading(job.label(N_("Papers")))
    issued = [one for one in under(job.db, TravelDocumentRequest, about.case) if one.number]
    held = under(job.db, PersonIdentifier, about.person)
    rows = [
        *(_paper_row(job, one, "paper", "expires_on") for one in issued if one.state == "issued"),
        *(_paper_row(job, one, "identifier_kind", "expires") for one in held),
    ]
    if about.person is None:
        rows = [[Label("")] * 4] * _BLANKS
    columns = [
        Column(job.label(N_("Paper")), 1.8),
        Column(job.label(N_("Number")), 1.5),
        Column(job.label(N_("Valid until")), 1.4),
        Column(job.label(N_("Handed over to (initials)")), 1.5),
    ]
    if rows:
        paper.grid(columns, rows, is_boxed=True, least=_ROOM)
    boxes = tuple(Choice(_paper_name(job, code)) for code in _to_take(job.db, about.case))
    paper.fields([[Field(job.label(N_("Also in the luggage")), choices=boxes)]])


def _paper_row(job: Job, record: Record, kind: str, until: str) -> list[Label]:
    return [*parts.cells_of(job, record, [kind, "number", until]), Label("")]


def _paper_name(job: Job, code: str) -> Label:
    return job.both(lambda: PAPERS.label(code))


def _to_take(db: Session, case: Case | None) -> list[str]:
    """Give the papers to take along, those the programme asks for among them."""
    asked_for: list[str] = []
    if case is not None:
        with suppress(Refused):  # of a programme this version does not ship
            asked_for = programme_of(db, case.programme).papers
    wanted = {*_TO_TAKE, *asked_for}
    return [code for code in PAPERS.codes() if code in wanted]


register(Document(NAME, TITLE, "travel", drawing(Travel, draw_one), section="travel"))
