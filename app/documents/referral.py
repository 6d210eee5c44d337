"""The letter that refers a person to a service: what may be told, and room for the answer."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Final

from app.casework.referrals import referral_package
from app.documents import digests, parts
from app.documents.about import drawing, whose
from app.documents.blocks import Label
from app.documents.fields import Field
from app.documents.job import Job
from app.documents.layout import Paper
from app.documents.questions import asked, day_room
from app.documents.registry import Document, register
from app.i18n import N_, SOURCE_LANGUAGE, in_language
from app.models.record import Record
from app.models.referrals import SHARED_PARTS, Referral

NAME: Final = "referral"
TITLE: Final = N_("Referral")
VERSION: Final = "1"

_AGREED: Final = N_(
    "The person agreed that what stands here is told to you, and nothing else. Please use it for "
    "this service only, do not pass it on, and keep it where nobody else can read it."
)
_LONG: Final = 60


def draw_one(job: Job, referral: Referral | None) -> Paper:
    """Draw the letter of a referral, or a blank one.

    Raises:
        Refused: The person has not agreed to what is told, or no longer does.
    """
    about = whose(job.db, referral)
    package = _package(job, referral)
    # The digest is of what is told: of anything else it would tell a little too.
    told = _digest(job, referral) if referral else ""
    paper = job.paper(
        TITLE,
        VERSION,
        reference=about.number,
        code=digests.code(NAME, VERSION, about.number, told) if told else "",
        digest=digests.shown(told) if told else "",
    )
    if referral is not None:
        records: list[Record] = [referral]
        parts.heed(job, paper, records)
    paper.fields(
        [
            [asked(job, Referral, name, referral) for name in ("agency", "agency_contact")],
            [
                asked(job, Referral, "referred_on", referral),
                told_by(job, referral),
            ],
        ]
    )
    paper.heading(job.label(N_("What is told")))
    if referral is None:
        paper.fields(
            [
                [asked(job, Referral, "service", None), asked(job, Referral, "urgency", None)],
                *([_part(job, code)] for code in SHARED_PARTS.codes()),
            ]
        )
    else:
        paper.fields([[_told(*one)] for one in package])
    paper.gap()
    paper.statement(job.label(_AGREED))
    parts.sign(job, paper, [parts.PERSON_SIGNS, parts.COUNSELLOR_SIGNS])
    _answer(job, paper)
    return paper


def told_by(job: Job, referral: Referral | None) -> Field:
    """Say which office refers, with its telephone, when it is known here."""
    label = job.label(N_("Referred by"))
    if referral is None or job.office is None:
        return Field(label)
    return Field(label, job.name_of("office", job.office) or None)


def _package(job: Job, referral: Referral | None) -> list[tuple[Label, Label]]:
    """Give what may be told in the languages of the paper, label and text."""
    if referral is None:
        return []
    said = []
    for code in job.languages:
        with in_language(code):
            said.append(referral_package(job.db, referral))
    first, second = said[0], said[-1]
    return [
        (_both(one[0], other[0]), _both(one[1], other[1]))
        for one, other in zip(first, second, strict=True)
    ]


def _both(first: str, second: str) -> Label:
    return Label(first, second if second != first else "")


def _told(label: Label, text: Label) -> Field:
    return Field(label, text.text, text.second, is_long=len(text.text) > _LONG)


def _part(job: Job, code: str) -> Field:
    return Field(job.both(lambda: SHARED_PARTS.label(code)), lines=2 if code == "needs" else 1)


def _digest(job: Job, referral: Referral) -> str:
    shared = sorted(referral.shared or ())
    with in_language(SOURCE_LANGUAGE):  # alike in all languages
        package = referral_package(job.db, referral)
    told = [str(referral.id), referral.agency, shared, package]
    return sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def _answer(job: Job, paper: Paper) -> None:
    """Leave room for what the agency answers."""
    answers = (N_("We take the matter on"), N_("We cannot"), N_("The service was given"))
    with paper.kept_together():
        paper.heading(job.label(N_("Answer of the agency")))
        paper.fields(
            [
                [parts.tick_boxes(job, N_("Answer"), answers)],
                [day_room(job, N_("Date")), Field(job.label(N_("Name and telephone")))],
                [Field(job.label(N_("What was done, or why not")), lines=3, is_long=True)],
            ]
        )
        paper.signatures([job.label(N_("Signature and stamp of the agency"))])


register(Document(NAME, TITLE, "referral", drawing(Referral, draw_one), section="counselling"))
