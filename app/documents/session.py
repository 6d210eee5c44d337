"""The record of a counselling session: what was said and decided, signed by those present."""

from __future__ import annotations

from typing import Final

from app.documents import parts
from app.documents.about import drawing, whose
from app.documents.job import Job
from app.documents.layout import Paper
from app.documents.registry import Document, register
from app.i18n import N_
from app.models.sessions import CounsellingSession

NAME: Final = "session"
TITLE: Final = N_("Record of a counselling session")
VERSION: Final = "1"

_STATEMENT: Final = N_(
    "This record was read to me in a language I understand. What is written here is what was "
    "said. Signing it binds me to nothing: I may change my mind at any time until I leave."
)


def draw_one(job: Job, session: CounsellingSession | None) -> Paper:
    """Draw the record of a session, or a blank one."""
    about = whose(job.db, session)
    records = [] if session is None else [session]
    paper = parts.opened(job, NAME, TITLE, VERSION, about, records)
    parts.identity(job, paper, about)
    parts.questions_of(
        job, paper, CounsellingSession, session, leaving_out=frozenset({"group_session"})
    )
    parts.sign(
        job,
        paper,
        [parts.PERSON_SIGNS, parts.COUNSELLOR_SIGNS, parts.WITNESS_SIGNS],
        statement=_STATEMENT,
    )
    return paper


register(
    Document(
        NAME,
        TITLE,
        "counselling_session",
        drawing(CounsellingSession, draw_one),
        section="counselling",
    )
)
