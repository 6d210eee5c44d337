"""People as lists show them: a page at a time, the file touched last first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.casework.among import Among, Key, key, rows
from app.casework.people import names_by_key
from app.models.cases import Case
from app.models.clock import stamp_time
from app.models.persons import Person
from app.models.store import Store
from app.models.values import PartialDate, id_of

_LATEST_STAMP: Final = 2**63 - 1
_OF_CASES: Final = (key(Case.person), Case.number, Case.state, Case.closed, Case.created_at)
_OF_PEOPLE: Final = (
    key(Person.id), Person.sex, Person.birth, Person.nationalities, Person.updated_at
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PersonLine:
    """What a list shows of a person; protection answers are never part of it.

    Attributes:
        names: At most one a script, the legal one first; empty while nobody wrote one.
        case_number: Of the case that counts most: the open one opened last, or the last one.
        state: That case's state, a code of ``STATES``.
        updated_at: Stamp of the latest change of the person's own answers.
    """

    id: UUID
    names: tuple[str, ...]
    sex: str | None
    birth: PartialDate | None
    nationalities: frozenset[str]
    case_number: str | None
    state: str | None
    updated_at: int

    @property
    def name(self) -> str:
        """The name to call the person by; empty while there is none."""
        return self.names[0] if self.names else ""

    @property
    def other_name(self) -> str:
        """The same person in another script; empty when nobody wrote it."""
        return self.names[1] if len(self.names) > 1 else ""

    @property
    def updated(self) -> datetime:
        """When the person's answers changed last, at the office."""
        return stamp_time(self.updated_at).astimezone()


def latest_people(store: Store, after: PersonLine | None, limit: int) -> list[PersonLine]:
    """List people, those whose answers changed last first.

    Args:
        after: The last line of the page before; None for the first page.
        limit: At most so many.
    """
    with store.read() as db:
        newest = after.updated_at if after is not None else _LATEST_STAMP
        # Bounded on the first page too: without it SQLite sorts the whole table instead of
        # walking the index.
        query = select(*_OF_PEOPLE).where(Person.voided.is_(None), Person.updated_at <= newest)
        if after is not None:
            # From a place, not from a number: a save in between neither skips nor repeats anyone.
            place = sa.tuple_(Person.updated_at, Person.id)
            last = sa.tuple_(sa.literal(after.updated_at), sa.literal(after.id, Person.id.type))
            query = query.where(place < last)
        query = query.order_by(Person.updated_at.desc(), Person.id.desc()).limit(limit)
        found = db.connection().execute(query).all()
        return list(_lines(db, found, [id_of(one[0]) for one in found]).values())


def found_people(store: Store, text: str, limit: int = 50) -> list[PersonLine]:
    """List the people whose file fits ``text`` (any name, script, number, phone), best first."""
    found = store.finder.find(text, limit)
    with store.read() as db:
        return lines_of(db, found)


def lines_of(db: Session, people: Iterable[UUID]) -> list[PersonLine]:
    """Give the lines of these people, in the order given; those voided are left out."""
    wanted = list(people)
    lines = lines_among(db, wanted)
    return [lines[person] for person in wanted if person in lines]


def lines_among(db: Session, people: Among) -> dict[UUID, PersonLine]:
    """Give the lines of any number of people, by their ids; those voided are left out."""
    return {line.id: line for line in lines_by_key(db, people).values()}


def lines_by_key(db: Session, people: Among) -> dict[Key, PersonLine]:
    """Give what ``lines_among`` gives, by the keys of the people."""
    if not isinstance(people, Select):
        people = list(people)
    query = select(*_OF_PEOPLE).where(Person.voided.is_(None))
    return _lines(db, list(rows(db, query, Person.id, people)), people)


def people_count(store: Store) -> int:
    """Count the people on file."""
    with store.read() as db:
        return db.scalar(select(sa.func.count()).where(Person.voided.is_(None))) or 0


def age_of(line: PersonLine, today: date) -> tuple[int, int] | None:
    """Give the least and greatest age in years; None when nothing is known of the birth."""
    return line.birth.age_bounds(today) if line.birth else None


def _lines(db: Session, people: Sequence[Any], among: Among) -> dict[Key, PersonLine]:
    names = names_by_key(db, among)
    cases = _case_that_counts(db, among)
    nothing = (None, None)
    lines = {}
    for person, sex, birth, nationalities, updated_at in people:
        number, state = cases.get(person, nothing)
        lines[person] = PersonLine(
            id_of(person),
            tuple(names.get(person, ())),
            sex,
            birth,
            nationalities or frozenset(),
            number,
            state,
            updated_at,
        )
    return lines


def _case_that_counts(db: Session, people: Among) -> dict[Key, tuple[str | None, str | None]]:
    """Give number and state of the case of each person that counts most."""
    found: dict[Key, tuple[bool, int, str | None, str | None]] = {}
    query = select(*_OF_CASES).where(Case.voided.is_(None))
    for person, number, state, closed, created_at in rows(db, query, Case.person, people):
        # An open case before one that ended; then the later.
        known = found.get(person)
        if known is None or (closed is None, created_at) >= known[:2]:
            found[person] = (closed is None, created_at, number, state)
    return {person: case[2:] for person, case in found.items()}
