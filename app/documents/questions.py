"""A record's questions as fields of a paper, from their declaration alone.

Answered, a question prints its answer; unanswered, or on a blank form, it prints room to
answer it by hand: boxes for every option of a short list, combs for dates and telephones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from app.documents.blocks import Choice, Label
from app.documents.fields import Field
from app.documents.job import Job
from app.i18n import N_, in_language
from app.models import choice_types as c
from app.models import date_types as d
from app.models import types as t
from app.models.choices import Choices
from app.models.fields import P3, P4
from app.models.fields import Field as Question
from app.models.layout import Section
from app.models.record import Record

Cautions = Mapping[str, Label]

_SHORT_LIST: Final = 13
# Boxes to tick whose words have more letters than this take the whole width of the paper.
_BESIDE: Final = 165
_BOX: Final = 6
_ONE_ROW: Final = 3
_DAY: Final = (2, 2, 4)
_DAY_CAPTIONS: Final = (N_("day"), N_("month"), N_("year"))
_CLOCK: Final = (2, 2)
_CLOCK_CAPTIONS: Final = (N_("hour"), N_("minute"))
_PHONE: Final = (3, 12)
_PHONE_CAPTIONS: Final = (N_("country"), N_("number"))
_LINES: Final = 3
# What every kind calls the counsellor's own notes: a blank form does not invite them.
_NOTES: Final = "note"
# Nobody reads a digest, and what is sealed is not on paper at all.
_NOT_READ: Final = frozenset({"content", "sealed"})
# Figures are read in any language: only what groups their digits would differ.
_SAID_ONCE: Final = frozenset({"money", "decimal", "number"})


def is_printed(question: Question, record: Record | None) -> bool:
    """Tell whether a question is on paper: never protection, a counsellor's notes only if any.

    ``record`` is None on a blank form.
    """
    if question.personal >= P4 or question.type.widget in _NOT_READ:
        return False
    if question.personal >= P3 and question.name == _NOTES:
        return record is not None and getattr(record, question.name) is not None
    return True


def answers(record: Record) -> Iterator[tuple[str, Any]]:
    """Give name and JSON form of every answer the record's sections print."""
    for section in sections_of(type(record)):
        for name in section.names:
            value = getattr(record, name)
            question = record.fields[name]
            if value is not None and is_printed(question, record):
                yield name, question.type.to_json(value)


def sections_of(kind: type[Record]) -> tuple[Section, ...]:
    """Give the sections a record kind declares."""
    sections: tuple[Section, ...] = getattr(kind, "sections", ())
    return sections


def rows(
    job: Job,
    kind: type[Record],
    section: Section,
    record: Record | None,
    cautions: Cautions | None = None,
    leaving_out: Collection[str] = (),
    *,
    only_answered: bool = False,
) -> list[list[Field]]:
    """Lay a section out as rows of fields.

    Args:
        job: Of the paper.
        kind: Record kind of the section.
        section: One of the kind's.
        record: Whose answers; None for a blank form.
        cautions: What must be heeded before an answer is used, by question.
        leaving_out: Questions that are not on this paper.
        only_answered: Leave no room for what is not answered, and print no box.
    """
    if only_answered:
        answered = [
            _field(job, kind.fields[name], record, (cautions or {}).get(name), has_boxes=False)
            for name in section.names
            if name not in leaving_out
            and is_printed(kind.fields[name], record)
            and getattr(record, name) is not None
        ]
        return list(_packed(answered))
    declared = [
        [
            _field(job, kind.fields[name], record, (cautions or {}).get(name))
            for name in row
            if name not in leaving_out and is_printed(kind.fields[name], record)
        ]
        for row in section.rows
    ]
    fields = [field for row in declared for field in row]
    if record is not None and 1 < len(fields) <= _ONE_ROW and not any(map(_is_wide, fields)):
        return [fields]
    return list(_spread([row for row in declared if row]))


def asked(job: Job, kind: type[Record], name: str, record: Record | None) -> Field:
    """Give one question of a record as a field; room to answer it when ``record`` is None."""
    return _field(job, kind.fields[name], record, None)


def day_room(job: Job, message: str) -> Field:
    """Leave room to write a day under the label ``message``."""
    return _room(job, job.label(message), d.Day())


def _spread(declared: list[list[Field]]) -> Iterator[list[Field]]:
    """Give wide fields a row of their own; what stood beside them moves on to the next free place.

    Rows stay as declared until a wide field breaks one up, and again from a long text on.
    """
    left: list[Field] = []
    for row in declared:
        if any(field.is_long for field in row):
            if left:
                yield left
                left = []
            yield row
            continue
        wide = [field for field in row if _is_wide(field)]
        if not wide and not left:
            yield row
            continue
        for field in wide:
            yield [field]
        left += [field for field in row if not _is_wide(field)]
        while len(left) > 1:
            yield left[:2]
            left = left[2:]
    if left:
        yield left


def _packed(fields: list[Field]) -> Iterator[list[Field]]:
    """Set fields two by two; a long text has a row of its own."""
    left: list[Field] = []
    for field in fields:
        if left and (field.is_long or len(left) > 1):
            yield left
            left = []
        if field.is_long:
            yield [field]
        else:
            left.append(field)
    if left:
        yield left


def _is_wide(field: Field) -> bool:
    letters = (len(c.label.text) + len(c.label.second) + _BOX for c in field.choices)
    return sum(letters) > _BESIDE


def _field(
    job: Job,
    question: Question,
    record: Record | None,
    caution: Label | None,
    *,
    has_boxes: bool = True,
) -> Field:
    label = job.label(question.label)
    value = None if record is None else getattr(record, question.name)
    kind = question.type
    if has_boxes and isinstance(kind, c.ChoiceSet) and _is_short(kind.choices):
        return Field(label, choices=_boxes(job, kind.choices, value or ()), caution=caution)
    shown = Label("")
    if isinstance(kind, t.Reference):
        shown = job.both(lambda: job.name_of(kind.kind, value)) if value else shown
    elif value is not None:
        shown = job.both(lambda: kind.shown(value))
    if kind.widget in _SAID_ONCE:
        shown = Label(shown.text)
    if not shown.text:
        return _room(job, label, kind, lines=_LINES if record is None else 1)
    return Field(
        label,
        shown.text,
        shown.second,
        is_coded=isinstance(kind, (c.Choice, t.Flag)),
        is_long=kind.widget == "long_text",
        caution=caution,
    )


def _room(job: Job, label: Label, kind: t.ValueType, lines: int = 1) -> Field:
    if isinstance(kind, c.Choice) and _is_short(kind.choices):
        return Field(label, choices=_boxes(job, kind.choices, ()))
    if isinstance(kind, t.Flag):
        yes_no = (job.both(lambda: kind.shown(True)), job.both(lambda: kind.shown(False)))
        return Field(label, choices=tuple(Choice(said) for said in yes_no))
    if kind.widget == "long_text":
        return Field(label, lines=lines, is_long=True)
    boxes, captions = _comb(kind)
    return Field(label, boxes=boxes, captions=tuple(job.label(c).text for c in captions))


def _comb(kind: t.ValueType) -> tuple[tuple[int, ...], tuple[str, ...]]:
    if isinstance(kind, (d.Day, d.PartialDay)):
        return _DAY, _DAY_CAPTIONS
    if isinstance(kind, d.Moment):
        return (*_DAY, *_CLOCK), (*_DAY_CAPTIONS, *_CLOCK_CAPTIONS)
    if isinstance(kind, t.Phone):
        return _PHONE, _PHONE_CAPTIONS
    if isinstance(kind, t.Number) and kind.maximum is not None:
        return (len(str(kind.maximum)),), ()
    return (), ()


def _is_short(choices: Choices) -> bool:
    return len(choices.codes()) <= _SHORT_LIST


def _boxes(job: Job, choices: Choices, ticked: Any) -> tuple[Choice, ...]:
    with in_language(job.languages[0]):
        codes = choices.codes()
    # A code of a later version is not offered here, and was answered all the same.
    codes += tuple(sorted(set(ticked).difference(codes)))
    return tuple(Choice(_option(job, choices, code), code in ticked) for code in codes)


def _option(job: Job, choices: Choices, code: str) -> Label:
    return job.both(lambda: choices.label(code))
