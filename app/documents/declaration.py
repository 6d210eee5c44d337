"""The declaration of a return, or of an informed decision not to return, read aloud and signed."""

from __future__ import annotations

from typing import Final

from app.documents import parts
from app.documents.about import drawing, whose
from app.documents.fields import Field
from app.documents.job import Job
from app.documents.layout import Paper
from app.documents.questions import asked
from app.documents.registry import Document, register
from app.i18n import N_
from app.models.declarations import Declaration

NAME: Final = "declaration"
TITLE: Final = N_("Declaration")
VERSION: Final = "1"

_TITLES: Final = {
    "return": N_("Declaration of voluntary return"),
    "reconfirmed": N_("Will to return confirmed again"),
    "informed": N_("Informed decision, not to return"),
}
_STATEMENTS: Final = {
    "return": N_(
        "I declare that I decide freely to return to the country named above. Nobody forces me, "
        "and nobody decides in my place. The points ticked above were explained to me in a "
        "language I understand, and my questions were answered."
    ),
    "reconfirmed": N_(
        "I declared that I decide freely to return to the country named above. I have had time "
        "to think, and today I confirm it again. Nobody forces me. The points ticked above were "
        "explained to me in a language I understand, and my questions were answered."
    ),
    "informed": N_(
        "I was informed about voluntary return, and I decide freely not to return. The points "
        "ticked above were explained to me in a language I understand, and my questions were "
        "answered."
    ),
}
_RIGHT: Final = N_(
    "I may change my mind at any time until I leave. I need give no reason, and telling any "
    "counsellor is enough. I keep a copy of this paper."
)
_RIGHT_TO_ASK: Final = N_("I may change my mind at any time. I keep a copy of this paper.")
_WITHDRAWN: Final = N_("This declaration was taken back and no longer holds.")
_SIGNED_BELOW: Final = frozenset(
    {"is_read_aloud", "witness", "signed", "interpreter_name", "withdrawn_on"}
)


def draw_one(job: Job, declaration: Declaration | None) -> Paper:
    """Draw a declaration, or a blank one of a return."""
    about = whose(job.db, declaration)
    records = [] if declaration is None else [declaration]
    kind = (declaration.declaration_kind if declaration else None) or "return"
    title = _TITLES.get(kind, TITLE)
    paper = parts.opened(job, NAME, title, VERSION, about, records)
    if declaration is not None and declaration.withdrawn_on is not None:
        paper.caution(job.label(_WITHDRAWN))
    parts.identity(job, paper, about, is_full=True)
    # The title says what is declared.
    said = {"declaration_kind"} if kind in _TITLES else set()
    parts.questions_of(job, paper, Declaration, declaration, leaving_out=_SIGNED_BELOW | said)
    with paper.kept_together():
        paper.heading(job.label(N_("What I declare")))
        paper.statement(job.label(_STATEMENTS.get(kind, _STATEMENTS["return"])))
        paper.statement(job.label(_RIGHT_TO_ASK if kind == "informed" else _RIGHT))
        _sign(job, paper, declaration)
    return paper


def _sign(job: Job, paper: Paper, declaration: Declaration | None) -> None:
    parts.sign(
        job,
        paper,
        [parts.PERSON_SIGNS, parts.COUNSELLOR_SIGNS, parts.WITNESS_SIGNS],
        by_hand=[
            [
                asked(job, Declaration, "is_read_aloud", declaration),
                Field(job.label(N_("Read to me by"))),
            ],
            [
                asked(job, Declaration, "interpreter_name", declaration),
                asked(job, Declaration, "witness", declaration),
            ],
        ],
    )


register(
    Document(NAME, TITLE, "declaration", drawing(Declaration, draw_one), section="counselling")
)
