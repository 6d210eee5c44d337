"""What a merge made untrue: rules checked again on records that changed elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from app.errors import Refused
from app.models.log import chunks, last_position
from app.models.record import kinds
from app.models.rules import rules_of
from app.models.store import Store
from app.models.types import Context


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that does not hold on a record, though each copy was right when it saved.

    Attributes:
        root: Id of the file the record belongs to.
        summary: One line that tells the record from its neighbours.
        rule: Name of the rule; ``message`` says what is wrong and what to do.
    """

    record: UUID
    kind: str
    root: UUID
    summary: str
    rule: str
    field: str | None
    message: str


_AT_ONCE: Final = 200


def findings(store: Store, progress: Callable[[int, int], None] | None = None) -> list[Finding]:
    """List what does not hold among the records merged so far, those of one file together.

    Records that hold are forgotten; the others are looked at again each time, until somebody
    has put them right.

    Args:
        progress: Told ``(done, total)`` between some records and the next; may raise
            ``Cancelled``, and what was looked at by then need not be looked at again.
    """
    with store.engine.connect() as connection:
        waiting = connection.exec_driver_sql("SELECT record, kind FROM recheck").all()
    found: list[Finding] = []
    done = 0
    for some in chunks(waiting, _AT_ONCE):
        found += _look_at(store, [(record_id, kind) for record_id, kind in some])
        done += len(some)
        if progress is not None:
            progress(done, len(waiting))
    return sorted(found, key=lambda one: (one.root.bytes, one.kind, one.record.bytes, one.rule))


def _look_at(store: Store, waiting: list[tuple[bytes, str]]) -> list[Finding]:
    """List what does not hold of some records, and forget those that do."""
    found: list[Finding] = []
    settled: list[tuple[bytes, int]] = []
    with store.read() as db:
        seen = last_position(db.connection())
        for record_id, kind in waiting:
            broken = _broken(db, UUID(bytes=record_id), kind, store.context())
            found += broken or []
            if broken == []:
                settled.append((record_id, seen))
    if settled:
        with store.control() as connection:
            # What arrived while we looked waits for the next look.
            connection.exec_driver_sql(
                "DELETE FROM recheck WHERE record = ? AND NOT EXISTS"
                " (SELECT 1 FROM change WHERE change.record = recheck.record AND pos > ?)",
                settled,
            )
    return found


def _broken(db: Session, record_id: UUID, kind: str, context: Context) -> list[Finding] | None:
    """List the rules that do not hold on a record; none for one not known.

    Of a void record only the rules count that refuse to void it.

    Returns:
        None where it cannot be told yet, since what the record belongs to has not arrived.
    """
    record = db.get(kinds()[kind], record_id) if kind in kinds() else None
    if record is None:
        return []
    broken = []
    is_waiting = False
    for rule in rules_of(type(record)):
        try:
            rule(db, record, context)
        except NoResultFound:
            is_waiting = True
        except Refused as refused:
            if record.voided is not None and refused.field != "voided":
                continue
            broken.append(
                Finding(
                    record=record.id,
                    kind=record.kind,
                    root=record.root,
                    summary=record.summary,
                    rule=refused.rule,
                    field=refused.field,
                    message=refused.message,
                )
            )
    return None if is_waiting and not broken else broken
