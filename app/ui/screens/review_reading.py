"""What the Review screen shows, read from the store in another thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.casework.conflicts import Dispute, disputes
from app.casework.dispute_cards import (
    DisputeCard,
    DisputeLine,
    dispute_card,
    dispute_lines,
    line_of,
)
from app.casework.people import display_names
from app.casework.review import Finding, findings
from app.models.clock import stamp_time
from app.models.filing import FILE_SECTIONS
from app.models.persons import Person
from app.models.quarantine import HeldChange, held_changes, try_again
from app.models.record import kinds
from app.models.store import Store
from app.sync.refused import RefusedChange, refused_changes, retry_refused
from app.sync.state import enrolment_of

PAGE: Final = 50
_SECTIONS: Final = {
    "person": "intake",
    "person_name": "intake",
    "person_identifier": "intake",
    "contact": "intake",
    "case": "cases",
    "consent": "consents",
    "counselling_session": "counselling",
    "appointment": "overview",
    "enrolment": "training",
    "attachment": "papers",
}
"""Section of the person's file that shows the kinds which no declaration files."""
_SCREENS: Final = {
    "training_group": "training",
    "training_session": "training",
    "curriculum": "training",
    "activity": "activities",
    "organisation": "activities",
    "programme_change": "programmes",
    "exchange_rate": "rates",
    "user": "settings",
    "office": "settings",
}
"""Screen that shows records of the office, by the kind of their file."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Disputes that wait, and the first of their lines.

    Attributes:
        all: Every dispute that fits the filters, in order.
        lines: The first page.
        kinds: Kinds with any dispute, whatever the filter, with how many.
    """

    all: list[Dispute]
    lines: list[DisputeLine]
    kinds: dict[str, int]


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that does not hold, with the names of whose file it is in."""

    finding: Finding
    names: list[str]


@dataclass(frozen=True, slots=True)
class SetAside:
    """A change that was not taken in.

    Attributes:
        own: ``(device, seq)`` of one written here that headquarters did not accept; None for one
            received that does not stand here.
        reason: Why, in a sentence.
        title: Kind of record, translated; empty when that cannot be told.
        line: Tells the record from its neighbours; may be empty.
        answers: Label and answer of each question it sets.
        names: Of the person whose file it belongs to.
        file: Id of that person; None when it is nobody's on this computer.
        at: When it was written, by the clock of its computer; None when that cannot be told.
    """

    own: tuple[UUID, int] | None
    reason: str
    title: str
    line: str
    answers: list[tuple[str, str]]
    names: list[str]
    file: UUID | None
    at: datetime | None


def read_queue(
    store: Store,
    *,
    kind: str | None,
    counsellor: UUID | None,
    shown: int = PAGE,
    first: UUID | None = None,
) -> Queue:
    """Read what is disputed.

    Args:
        kind: Of this kind only.
        counsellor: Of this user's people only.
        shown: How many lines to read at once.
        first: Record that is to stand before the others.
    """
    with store.read() as db:
        everything = disputes(db, counsellor=counsellor)
        counted: dict[str, int] = {}
        for one in everything:
            counted[one.kind] = counted.get(one.kind, 0) + 1
        listed = [one for one in everything if kind in (None, one.kind)]
        listed.sort(key=lambda one: one.record != first)
        return Queue(listed, dispute_lines(db, listed[:shown]), counted)


def read_lines(store: Store, listed: list[Dispute]) -> list[DisputeLine]:
    """Read the lines of a page."""
    with store.read() as db:
        return dispute_lines(db, listed)


def read_card(store: Store, dispute: Dispute, user: UUID) -> DisputeCard | None:
    """Read a dispute; None when it is settled."""
    with store.read() as db:
        return dispute_card(db, dispute.kind, dispute.record, user)


def read_broken(store: Store, progress: Callable[[int, int], None]) -> list[Broken]:
    """Read what no longer adds up."""
    found = findings(store, progress)
    with store.read() as db:
        names = display_names(db, {one.root for one in found})
    return [Broken(one, names.get(one.root, [])) for one in found]


def read_set_aside(store: Store) -> list[SetAside]:
    """Read what was set aside: what headquarters refused first, the latest first."""
    refused = refused_changes(store)
    with store.read() as db:
        own = [_set_aside(db, one, (one.device, one.seq)) for one in refused]
        received = [_set_aside(db, one, None) for one in held_changes(db.connection())]
    return [*reversed(own), *reversed(received)]


def _set_aside(
    db: Session, one: RefusedChange | HeldChange, own: tuple[UUID, int] | None
) -> SetAside:
    change = one.change
    kind = None if change is None else kinds().get(change.kind)
    if change is None or (kind is not None and kind.is_confidential):
        return SetAside(own, one.reason, "", "", [], [], None, None)
    record_id, root = _id(change.record), _id(change.root_id)
    record = db.get(kind, record_id) if kind is not None and record_id else None
    person = db.get(Person, root) if root else None
    return SetAside(
        own=own,
        reason=one.reason,
        title=one.title,
        line=line_of(record) if record is not None else "",
        answers=one.answers,
        names=display_names(db, {person.id}).get(person.id, []) if person is not None else [],
        file=person.id if person is not None else None,
        at=_moment(change.clock),
    )


def try_set_aside(store: Store) -> int:
    """Judge what was set aside once more, here and at headquarters; gives how many stand now.

    Raises:
        Refused: Headquarters says no to this computer.
        Unavailable: The line or the other side fails.
    """
    accepted = len(try_again(store).stored)
    if enrolment_of(store) is not None and refused_changes(store):
        accepted += retry_refused(store)
    return accepted


def _id(held: bytes) -> UUID | None:
    return UUID(bytes=held) if len(held) == 16 else None


def _moment(clock: int) -> datetime | None:
    try:
        return stamp_time(clock)
    except (ValueError, OverflowError, OSError):
        return None  # a stamp of no year a calendar knows


def section_of(kind: str) -> str:
    """Give the section of a person's file where records of a kind are shown."""
    known = kinds().get(kind)
    filed = known.filed if known is not None else None
    section = _SECTIONS.get(kind) or (filed.section if filed is not None else "overview")
    return section if section in FILE_SECTIONS else "overview"


def screen_of(kind: str) -> str:
    """Give the screen that shows a record of the office; empty when there is none."""
    return _SCREENS.get(kind, "")
