"""What a merge made untrue: rules checked again on records that changed elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.errors import Refused
from app.models.record import kinds
from app.models.rules import rules_of
from app.models.store import Store


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


def findings(store: Store) -> list[Finding]:
    """List what does not hold among the records merged so far.

    Records that hold are forgotten; the others are looked at again each time, until somebody
    has put them right.
    """
    with store.read() as db:
        context = store.context()
        waiting = db.connection().exec_driver_sql("SELECT record, kind FROM recheck").all()
        found: list[Finding] = []
        settled: list[tuple[bytes]] = []
        for record_id, kind_name in waiting:
            kind = kinds().get(kind_name)
            record = db.get(kind, UUID(bytes=record_id)) if kind and rules_of(kind) else None
            broken = []
            if record is not None and record.voided is None:
                for rule in rules_of(type(record)):
                    try:
                        rule(db, record, context)
                    except Refused as refused:
                        broken.append(
                            Finding(
                                record.id,
                                record.kind,
                                record.root,
                                record.summary,
                                refused.rule,
                                refused.field,
                                refused.message,
                            )
                        )
            found += broken
            if not broken:
                settled.append((record_id,))
    if settled:
        with store.control() as connection:
            connection.exec_driver_sql("DELETE FROM recheck WHERE record = ?", settled)
    return found
