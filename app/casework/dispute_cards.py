"""A dispute as it is laid before a person: who answered what, when and where, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.casework.conflicts import FOLLOW_THE_STATE, Dispute, why_not
from app.casework.people import display_names
from app.i18n import _
from app.models.change import Entry
from app.models.clock import stamp_time
from app.models.fields import Field
from app.models.fold import Folded
from app.models.log import last_position
from app.models.offices import Office
from app.models.projection import folded
from app.models.record import Record, kind_named, kinds
from app.models.types import ContentHash, Reference
from app.models.users import User


@dataclass(frozen=True, slots=True)
class Said:
    """One person's giving of an answer.

    Attributes:
        at: When, by the clock of their computer, in UTC.
        author: Name; empty when not known here.
        office: Name or code of their office; empty when not known here.
        device: Identity of the copy it was saved on.
    """

    at: datetime
    author: str
    office: str
    device: UUID


@dataclass(slots=True)
class Answer:
    """One of the answers to a disputed question.

    Attributes:
        value: As JSON has it; None for an answer taken away.
        shown: For a person to read.
        said: Who gave it, the earliest first.
        is_shown: It is what every copy shows meanwhile.
    """

    value: Any
    shown: str
    is_shown: bool
    said: list[Said] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """A disputed question with its answers, the earliest first."""

    field: Field
    answers: list[Answer]


@dataclass(frozen=True, slots=True)
class DisputeCard:
    """Everything a person needs to settle a record's disputed questions.

    Attributes:
        names: Names of the person whose file it is in; empty for records of the office.
        title: What kind of record it is, translated; ``line`` tells it from its neighbours.
        asked: The questions, those settled along with another left out.
        refusal: Who settles it, when it is not for the one who looks; else empty.
        position: Log position it was read at, for ``store.write(seen=…)``.
    """

    dispute: Dispute
    names: list[str]
    title: str
    line: str
    asked: list[Asked]
    refusal: str
    position: int


@dataclass(frozen=True, slots=True)
class DisputeLine:
    """A dispute in a list.

    Attributes:
        names: As in the card; ``title`` and ``line`` too.
        questions: What is disputed, translated.
    """

    dispute: Dispute
    names: list[str]
    title: str
    line: str
    questions: list[str]


def dispute_lines(db: Session, listed: Sequence[Dispute]) -> list[DisputeLine]:
    """Give the lines of some disputes, in their order; one settled meanwhile is left out."""
    names = display_names(db, {dispute.root for dispute in listed})
    lines = []
    for dispute in listed:
        record = db.get(kinds()[dispute.kind], dispute.record)
        if record is None:
            continue
        asked = [record.fields[name] for name in shown_fields(dispute)]
        lines.append(
            DisputeLine(
                dispute,
                names.get(dispute.root, []),
                _(record.title),
                line_of(record),
                [_(one.label) for one in asked],
            )
        )
        db.expunge(record)
    return lines


def dispute_card(db: Session, kind: str, record_id: UUID, user: UUID) -> DisputeCard | None:
    """Lay a dispute before ``user``; None when nothing is disputed there any longer."""
    record = db.get(kind_named(kind), record_id)
    if record is None or not record.conflicts:
        return None
    position = last_position(db.connection())
    state = folded(db.connection(), record.id, record.kind)
    names = [] if state is None else [n for n in record.fields if n in state.conflicts]
    if state is None or not names:
        return None
    dispute = Dispute(record.kind, record.id, record.root, tuple(names))
    shown = shown_fields(dispute)
    return DisputeCard(
        dispute=dispute,
        names=display_names(db, {record.root}).get(record.root, []),
        title=_(record.title),
        line=line_of(record),
        asked=[Asked(record.fields[n], _answers(db, record.fields[n], state)) for n in shown],
        refusal=why_not(db, user, record.kind, shown),
        position=position,
    )


def shown_fields(dispute: Dispute) -> tuple[str, ...]:
    """Give the questions to be answered: what follows from a state is settled with it."""
    if dispute.kind == "case" and "state" in dispute.fields:
        return tuple(name for name in dispute.fields if name not in FOLLOW_THE_STATE)
    return dispute.fields


def line_of(record: Record) -> str:
    """Tell a record from its neighbours; empty where its kind says all there is."""
    told = record.summary
    if record.voided is not None:
        told = _("{record} (no longer counts)").format(record=told)
    return "" if told == _(record.title) else told


def _answers(db: Session, asked: Field, state: Folded) -> list[Answer]:
    """Give the different answers to a question; one that two people gave stands once."""
    answers: list[tuple[Any, Answer]] = []
    for entry in state.siblings[asked.name]:
        logged = entry.change.fields[asked.name]
        answer = next((one for held, one in answers if held == logged), None)
        if answer is None:
            kept = asked.type.from_log(logged)
            answer = Answer(
                None if kept is None else asked.type.to_json(kept),
                shown_value(db, asked, kept),
                is_shown=logged == state.values[asked.name],
            )
            answers.append((logged, answer))
        answer.said.append(_said(db, entry))
    return [answer for _held, answer in answers]


def _said(db: Session, entry: Entry) -> Said:
    author = db.get(User, UUID(bytes=entry.change.author))
    office = db.get(Office, author.office) if author is not None and author.office else None
    return Said(
        stamp_time(entry.change.clock),
        author.summary if author is not None else "",
        office.summary if office is not None else "",
        UUID(bytes=entry.device),
    )


def shown_value(db: Session, asked: Field, kept: Any) -> str:
    """Give an answer as text for a person, that of a reference by what it points to."""
    if kept is None:
        return _("No answer")
    if isinstance(asked.type, Reference):
        return _named(db, asked.type.kind, kept)
    if isinstance(asked.type, ContentHash):
        return _("File {sum}").format(sum=kept[:8])
    return asked.type.shown(kept)


def _named(db: Session, kind: str, record_id: UUID) -> str:
    if kind == "person":
        names = display_names(db, {record_id}).get(record_id)
        return _(", ").join(names) if names else _("A person who is not on this computer")
    record = db.get(kind_named(kind), record_id)
    return record.summary if record is not None else _("A record that is not on this computer")
