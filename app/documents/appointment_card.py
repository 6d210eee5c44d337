"""The card a person takes home: when and where they are expected, and nothing that gives away why.

The sheet has a stub for the office. The card under it is cut out and folded: outside it bears a
telephone number alone, inside neither a name nor what the appointment is for.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any, Final

from app.documents import parts
from app.documents.about import drawing, require, whose
from app.documents.blocks import GREY, INK, Block, Label, Look, Pair
from app.documents.job import Job
from app.documents.layout import Paper
from app.documents.pen import box, dashes, rule
from app.documents.questions import asked
from app.documents.registry import Document, register
from app.documents.text import Text
from app.documents.typeset import Style
from app.formats import day_text, time_text
from app.i18n import N_, isolate
from app.models.appointments import Appointment
from app.models.offices import Office

NAME: Final = "appointment_card"
TITLE: Final = N_("Appointment card")
VERSION: Final = "1"

_WIDTH: Final = 300.0
_FACE: Final = 186.0
_INSET: Final = 18.0
_ROOM: Final = 20.0
_BRING: Final = N_("Please bring this card. If you cannot come, call us.")
_FOLD: Final = N_("Cut out along the frame and fold along the line.")

_Line = tuple[Label, Label]


def draw_one(job: Job, appointment: Appointment | None) -> Paper:
    """Draw the card of an appointment, or a blank one."""
    about = whose(job.db, appointment)
    paper = parts.opened(job, NAME, TITLE, VERSION, about, [appointment] if appointment else [])
    parts.identity(job, paper, about)
    paper.fields([[asked(job, Appointment, name, appointment) for name in ("at", "place")]])
    office = require(job.db, Office, job.office) if job.office is not None else None
    lines = _inside(job, appointment, office)
    outside = [] if office is None or office.phone is None else [_phone(job, office)]
    paper.put(lambda look: Card(outside, lines, job.label(_BRING), look), before=26)
    paper.put(lambda look: look.wording(job.label(_FOLD), look.label, look.second_label))
    return paper


def _inside(job: Job, appointment: Appointment | None, office: Office | None) -> list[_Line]:
    at = appointment.at if appointment else None
    place = (appointment.place if appointment else None) or ""
    address = " · ".join(
        isolate(part) for part in (place, office.summary, office.city) if part
    ) if office else place  # fmt: skip
    lines = [
        (job.label(N_("Day")), job.both(lambda: _day(at)) if at else Label("")),
        (job.label(N_("Time")), job.both(lambda: time_text(at)) if at else Label("")),
        (job.label(N_("Place")), Label(address)),
    ]
    if appointment is not None and appointment.counsellor is not None:
        name = job.name_of("user", appointment.counsellor)
        lines.append((job.label(N_("Ask for")), Label(name)))
    if office is not None and office.phone is not None:
        lines.append(_phone(job, office))
    return lines


def _day(moment: str) -> str:
    """Write the day of a moment with its weekday."""
    return day_text(datetime.fromisoformat(moment).date(), "full")


def _phone(job: Job, office: Office) -> _Line:
    return job.label(N_("Telephone")), job.both(lambda: office.shown("phone"))


class Card(Block):
    """A card of two faces, one above the other, with the fold between them."""

    def __init__(
        self, outside: list[_Line], inside: list[_Line], closing: Label, look: Look
    ) -> None:
        super().__init__()
        fonts = look.value.fonts
        big = Style(fonts, 12.5, 18, bold=True, colour=INK)
        small = Style(fonts, 10, 15, colour=GREY)
        self._outside = [_set(line, look, big, small) for line in outside]
        self._inside = [_set(line, look, big, small) for line in inside]
        self._closing = look.wording(closing, look.label, look.second_label)
        self._is_mirrored = look.is_mirrored

    def measure(self, width: float) -> float:
        """Tell the height needed at ``width``, both in points."""
        room = _WIDTH - 2 * _INSET
        self._lower = sum(_height(line, room) for line in self._inside) + 2 * _INSET
        self._lower += self._closing.wrap(room, 0)[1]
        for line in self._outside:
            _height(line, room)
        self._lower = max(self._lower, _FACE)
        return self._lower + _FACE

    def paint(self, canvas: Any, x: float, y: float) -> None:
        """Draw with the lower left corner at ``x``, ``y``."""
        left = x + (self.width - _WIDTH if self._is_mirrored else 0)
        box(canvas, left, y, _WIDTH, self.height, GREY, 0.6)
        dashes(canvas, left, y + self._lower, _WIDTH, GREY, 0.6)
        _draw(canvas, self._outside, left + _INSET, y + self.height - _INSET)
        end = _draw(canvas, self._inside, left + _INSET, y + self._lower - _INSET)
        self._closing.drawOn(canvas, left + _INSET, end - self._closing.height)


_Set = tuple[Pair, Pair | None]


def _set(line: _Line, look: Look, big: Style, small: Style) -> _Set:
    label, said = line
    title = look.wording(label, look.label, look.second_label)
    if not said.text:
        return title, None
    # Answers, not wordings: nothing of them stays in memory.
    told = partial(Text, name=label.text, report=look.report)
    first = told(said.text, big, frame=look.direction)
    second = told(said.second, small, look.second) if said.second else None
    return title, Pair(first, second)


def _height(line: _Set, room: float) -> float:
    label, value = line
    tall = float(label.wrap(room, 0)[1])
    return tall + (float(value.wrap(room, 0)[1]) if value else _ROOM) + 3


def _draw(canvas: Any, lines: list[_Set], x: float, top: float) -> float:
    for label, value in lines:
        top -= label.height
        label.drawOn(canvas, x, top)
        if value is None:
            top -= _ROOM
            rule(canvas, x, top, _WIDTH - 2 * _INSET, GREY)
        else:
            top -= value.height
            value.drawOn(canvas, x, top)
        top -= 3
    return top


register(Document(NAME, TITLE, "appointment", drawing(Appointment, draw_one), section="overview"))
