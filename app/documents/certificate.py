"""The certificate of a training: attended in hours, or completed; in generic words only."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from app.casework.attendance import Progress, progress_of
from app.casework.certificates import COMPLETION
from app.casework.training_calendar import sessions_in
from app.documents import parts
from app.documents.about import Whose, drawing, whose
from app.documents.blocks import GREY, INK, TEAL, Block, Label, Look
from app.documents.job import Job
from app.documents.layout import Paper
from app.documents.pen import box, rule
from app.documents.questions import asked
from app.documents.registry import Document, register
from app.documents.text import Text
from app.documents.typeset import Style
from app.errors import Refused
from app.formats import day_text, number_text
from app.i18n import N_, _, isolate
from app.models.training import Certificate, Curriculum, Enrolment, TrainingGroup

NAME: Final = "certificate"
TITLE: Final = N_("Certificate")
VERSION: Final = "1"

_NUMBER: Final = N_("Certificate number")
_TITLES: Final = {
    "attendance": N_("Certificate of attendance"),
    "completion": N_("Certificate of completion"),
}
_INSET: Final = 26.0
_LEAST: Final = 360.0
_LINE: Final = 26.0
_LONGEST_LARGE: Final = 60


def draw_one(job: Job, certificate: Certificate | None) -> Paper:
    """Draw a certificate, or a blank one.

    Raises:
        Refused: It was withdrawn.
    """
    if certificate is not None and certificate.voided:
        raise Refused(
            "certificate_withdrawn",
            _("The certificate {number} was withdrawn and is not printed.").format(
                number=isolate(certificate.number or "")
            ),
        )
    about = whose(job.db, certificate)
    kind = (certificate.certificate_kind if certificate else None) or ""
    number = (certificate.number if certificate else None) or ""
    # No case number: who is shown a certificate need not know of a case.
    paper = parts.opened(
        job, NAME, _TITLES.get(kind, TITLE), VERSION, about,
        [] if certificate is None else [certificate],
        number=number, number_label=_NUMBER,
    )  # fmt: skip
    lines = _lines(job, certificate, about)
    paper.put(lambda look: Plaque(lines, look), before=30)
    paper.gap()
    paper.gap()
    paper.fields(
        [[asked(job, Certificate, name, certificate) for name in ("issued_on", "issued_by")]]
    )
    signers = [N_("Signature of the trainer"), N_("Signature and stamp of the office")]
    paper.signatures([job.label(signer) for signer in signers])
    return paper


Line = tuple[Label, str]
"""What a line says, and its style: ``small``, ``name``, ``long_name``, ``course`` or ``room``."""


def _lines(job: Job, certificate: Certificate | None, about: Whose) -> list[Line]:
    enrolment = job.db.get(Enrolment, certificate.enrolment) if certificate else None
    group = job.db.get(TrainingGroup, enrolment.group) if enrolment else None
    course = job.db.get(Curriculum, group.curriculum) if group else None
    certified = (job.label(N_("This is to certify that")), "small")
    if certificate is None or enrolment is None or group is None or course is None:
        return [
            certified, (Label(about.name), "name" if about.names else "room"),
            (job.label(N_("took part in the training")), "small"), (Label(""), "room"),
            (job.label(N_("Hours, dates and place")), "small"), (Label(""), "room"),
            (job.label(N_("Group and programme")), "small"), (Label(""), "room"),
        ]  # fmt: skip
    progress = progress_of(job.db, enrolment)
    is_complete = certificate.certificate_kind == COMPLETION
    did = N_("has completed the training") if is_complete else N_("has attended the training")
    said = [
        certified,
        *(
            (Label(name), "name" if len(name) <= _LONGEST_LARGE else "long_name")
            for name in about.names
        ),
        (job.label(did), "small"),
        (job.both(lambda: course.summary), "course"),
        (job.both(lambda: _hours(progress)), "small"),
        (job.both(lambda: _when(job, group)), "small"),
        (job.both(lambda: _("Group {group}").format(group=isolate(group.summary))), "small"),
    ]
    if group.programme:
        said.append(
            (
                job.both(
                    lambda: _("In the programme {programme}").format(
                        programme=isolate(group.shown("programme"))
                    )
                ),
                "small",
            )
        )
    return said


def _hours(progress: Progress) -> str:
    attended, planned = (
        isolate(number_text((Decimal(minutes) / 60).quantize(Decimal("0.1")).normalize()))
        for minutes in (progress.attended_minutes, progress.planned_minutes)
    )
    return _("Hours attended: {attended} of {planned}").format(attended=attended, planned=planned)


def _when(job: Job, group: TrainingGroup) -> str:
    days = [session.held_on for session in sessions_in(job.db, group.id) if session.held_on]
    days += [day for day in (group.starts, group.ends) if day is not None]
    first, last = min(days), max(days)
    told = _("From {first} to {last}").format(first=day_text(first), last=day_text(last))
    return _("{when}, in {place}").format(when=told, place=isolate(group.place)) if (
        group.place
    ) else told  # fmt: skip


class Plaque(Block):
    """Centred lines in a double frame."""

    def __init__(self, lines: list[Line], look: Look) -> None:
        super().__init__()
        fonts = look.value.fonts
        styles = {
            "small": Style(fonts, 11.5, 18, colour=INK, align="center"),
            "name": Style(fonts, 22, 34, bold=True, colour=TEAL, align="center"),
            "long_name": Style(fonts, 14, 22, bold=True, colour=TEAL, align="center"),
            "course": Style(fonts, 16, 26, bold=True, colour=INK, align="center"),
        }
        second = Style(fonts, 10, 16, colour=GREY, align="center")
        self._lines: list[list[Text] | None] = [
            None if how == "room" else _centred(label, styles[how], second, look)
            for label, how in lines
        ]

    def measure(self, width: float) -> float:
        """Tell the height needed at ``width``, both in points."""
        room = width - 2 * _INSET
        self._tall = sum(self._line_height(line, room) for line in self._lines)
        return max(_LEAST, self._tall + 2 * _INSET)

    def paint(self, canvas: Any, x: float, y: float) -> None:
        """Draw with the lower left corner at ``x``, ``y``."""
        box(canvas, x, y, self.width, self.height, TEAL, 1.6)
        box(canvas, x + 5, y + 5, self.width - 10, self.height - 10, TEAL, 0.5)
        room = self.width - 2 * _INSET
        top = y + self.height - (self.height - self._tall) / 2
        for line in self._lines:
            if line is None:
                rule(canvas, x + 2 * _INSET, top - _LINE, self.width - 4 * _INSET, GREY)
            else:
                down = top
                for text in line:
                    down -= text.height
                    text.drawOn(canvas, x + _INSET, down)
            top -= self._line_height(line, room)

    def _line_height(self, line: list[Text] | None, room: float) -> float:
        if line is None:
            return _LINE + 8
        return sum(text.wrap(room, 0)[1] for text in line) + 6


def _centred(label: Label, first: Style, second: Style, look: Look) -> list[Text]:
    # Neither is kept in memory: they hold names.
    texts = [Text(label.text, first, frame=look.direction, name=label.text, report=look.report)]
    if label.second:
        texts.append(Text(label.second, second, look.second, name=label.second, report=look.report))
    return texts


register(Document(NAME, TITLE, "certificate", drawing(Certificate, draw_one), section="training"))
