"""Records found by the file they stand in, and the file by its records."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.filing import FILE_SECTIONS
from app.models.log import entries_of
from app.models.record import Record, kinds
from app.models.types import Reference
from app.models.values import IdType

Filed = dict[type[Record], list[Record]]
"""Records of a file by kind, those of one kind in the order they were written."""


def filed_kinds() -> list[type[Record]]:
    """List the kinds a person's file shows from their declaration, in its order."""
    sections = list(FILE_SECTIONS)
    found = [(kind.filed, kind) for kind in kinds().values() if kind.filed is not None]
    found.sort(key=lambda pair: (sections.index(pair[0].section), pair[0].order))
    return [kind for _filed, kind in found]


def filed_of(db: Session, person: UUID) -> Filed:
    """Read what is filed under a person, voided records too; kinds without any are left out."""
    declared = {kind.kind: kind for kind in filed_kinds()}
    held = db.scalars(_held(), {"person": person}).all()
    return {
        declared[name]: list(
            db.scalars(
                select(declared[name])
                .where(declared[name].root == person)
                .order_by(declared[name].created_at)
            )
        )
        for name in held
    }


@cache
def _held() -> sa.CompoundSelect[Any]:
    """Ask which kinds a file holds any of: of some thirty a few, and one question tells."""
    person = sa.bindparam("person", type_=IdType())
    return sa.union_all(
        *(
            select(sa.literal(kind.kind)).where(sa.exists().where(kind.root == person))
            for kind in filed_kinds()
        )
    )


def parent_of(record: Record) -> UUID | None:
    """Give the record another stands under: the person, a case, a grant."""
    name = type(record).root_field
    found: UUID | None = getattr(record, name) if name else None
    return found


def parent_kind(kind: type[Record]) -> type[Record]:
    """Give the kind of what records of ``kind`` stand under."""
    if kind.root_field is None:
        raise LookupError(f"{kind.kind} stands under nothing")
    asked = kind.fields[kind.root_field].type
    if not isinstance(asked, Reference):
        raise TypeError(f"{kind.kind}.{kind.root_field} points to no record")
    return kinds()[asked.kind]


def kinds_under(kind: type[Record]) -> list[type[Record]]:
    """List the filed kinds that are shown under each record of ``kind``."""
    return [one for one in filed_kinds() if one.filed.under and parent_kind(one) is kind]  # type: ignore[union-attr]


def ancestors(record: Record, by_id: dict[UUID, Record]) -> set[UUID]:
    """Give the ids of all that a record stands under, as far as ``by_id`` knows them."""
    found: set[UUID] = set()
    above = parent_of(record)
    while above is not None and above not in found:
        found.add(above)
        above = parent_of(by_id[above]) if above in by_id else None
    return found


def file_of(db: Session, record: UUID) -> UUID | None:
    """Give the person, or other root, whose file a record is in; None when it is not here."""
    entries = entries_of(db.connection(), [record.bytes]).get(record.bytes)
    kind = kinds().get(entries[0].change.kind) if entries else None
    found = db.get(kind, record) if kind is not None else None
    return found.root if found is not None else None


def pointed_to(records: Iterable[Record]) -> dict[str, set[UUID]]:
    """Give the ids records point to, by kind."""
    wanted: dict[str, set[UUID]] = {}
    for record in records:
        for name, field in record.fields.items():
            if isinstance(field.type, Reference) and (value := getattr(record, name)) is not None:
                wanted.setdefault(field.type.kind, set()).add(value)
    return wanted
