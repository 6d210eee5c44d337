"""What logs must come to, told by brute force from who had seen what; it shares no code with folds.

The oracle remembers every save: what was set, and which earlier writes on the record its author had
before their eyes. From that alone it tells, for any set of writes a copy holds, what must be shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.models.change import Change, decode
from app.models.choice_types import Choice
from app.models.fields import Field, Merge
from app.models.log import CHANGE, QUARANTINE
from app.models.record import kinds
from app.models.reissue import TWIN
from app.models.store import Store


class Key(NamedTuple):
    """What one person set on one record at one moment, under whatever identity it travels."""

    record: bytes
    kind: str
    clock: int
    author: bytes


class Held(NamedTuple):
    """One write as a copy holds it: its key, and its place in the order of all writes."""

    key: Key
    device: bytes
    seq: int

    @property
    def order(self) -> tuple[int, bytes, int]:
        return self.key.clock, self.device, self.seq


@dataclass(frozen=True)
class Write:
    """A save, as the oracle remembers it."""

    key: Key
    root: bytes
    fields: dict[str, Any]
    seen: frozenset[Key]


@dataclass
class Shown:
    """What a record must show."""

    values: dict[str, Any] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)


class Oracle:
    """Everything anybody ever saved."""

    def __init__(self) -> None:
        self.writes: dict[Key, Write] = {}

    def learn(self, made: Iterable[Change], before: Iterable[Key]) -> None:
        """Remember what one save wrote, by somebody who had ``before`` before their eyes."""
        seen = list(before)
        for change in made:
            key = key_of(change)
            of_record = frozenset(k for k in seen if k[:2] == key[:2])
            self.writes[key] = Write(key, change.root_id, dict(change.fields), of_record)
            seen.append(key)

    def shown(self, held: Iterable[Held]) -> dict[tuple[str, bytes], Shown]:
        """Give what every record of a copy that holds these writes must show."""
        records: dict[tuple[str, bytes], list[Held]] = {}
        for one in sorted(held, key=lambda one: one.order):
            records.setdefault((one.key.kind, one.key.record), []).append(one)
        return {
            (kind, record): self._record(writes, kinds()[kind].fields)
            for (kind, record), writes in records.items()
        }

    def _record(self, held: list[Held], fields: dict[str, Field]) -> Shown:
        shown = Shown()
        for name in sorted({name for one in held for name in self.writes[one.key].fields}):
            if name not in fields:
                continue
            writes = [one.key for one in held if name in self.writes[one.key].fields]
            covered: set[Key] = set()
            for key in writes:
                covered |= self._covered(key, name) - {key}
            values = [self.writes[key].fields[name] for key in writes if key not in covered]
            shown.values[name] = settled(values, fields[name])
            asks = fields[name].merge is Merge.ASK
            if asks and any(value != values[0] for value in values):
                shown.conflicts.append(name)
        return shown

    def _covered(self, key: Key, name: str) -> set[Key]:
        """Give the writes of a field its author knew of, by sight or through who had seen them."""
        covered: set[Key] = set()
        waiting = [key]
        while waiting:
            for seen in self.writes[waiting.pop()].seen:
                if seen not in covered and name in self.writes[seen].fields:
                    covered.add(seen)
                    waiting.append(seen)
        return covered


def settled(values: list[Any], field: Field) -> Any:
    """Give what is shown for answers side by side, listed in the order they were given."""
    if len(values) == 1:
        return values[0]
    if field.merge is Merge.UNION:
        return sorted({code for value in values for code in value or []}) or None
    if field.merge is Merge.APPEND:
        texts: list[str] = []
        for value in values:
            if value and value not in texts:
                texts.append(value)
        return "\n\n".join(texts) or None
    if field.merge is Merge.CAUTIOUS:
        if isinstance(field.type, Choice):
            careful = [code for code in field.type.choices.codes() if code in values]
            return careful[-1] if careful else None
        return next((answer for answer in (True, False) if answer in values), None)
    return values[-1]


def key_of(change: Change) -> Key:
    return Key(change.record, change.kind, change.clock, change.author)


def log_of(connection: sa.Connection, up_to: int | None = None) -> list[tuple[bytes, Change]]:
    """Read a copy's log in the order it arrived there."""
    query = sa.select(CHANGE.c.device, CHANGE.c.body).order_by(CHANGE.c.pos)
    if up_to is not None:
        query = query.where(CHANGE.c.pos <= up_to)
    return [(device, decode(body)) for device, body in connection.execute(query)]


def held_in(connection: sa.Connection) -> list[Held]:
    return [Held(key_of(change), device, change.seq) for device, change in log_of(connection)]


def trays_in(connection: sa.Connection) -> set[Key]:
    """Give what a copy keeps aside: what it could not accept, and what a twin wrote over."""
    query = sa.union(sa.select(QUARANTINE.c.body), sa.select(TWIN.c.body))
    return {key_of(decode(body)) for body in connection.scalars(query)}


def differences(store: Store, oracle: Oracle) -> list[str]:
    """Say where a copy does not show what the oracle says it must."""
    found: list[str] = []
    with store.engine.connect() as connection:
        expected = oracle.shown(held_in(connection))
    with store.read() as db:
        rows = {
            (kind, record.id.bytes): record
            for kind in {kind for kind, _record in expected}
            for record in db.scalars(sa.select(kinds()[kind]))
        }
    for (kind, record_id), shown in expected.items():
        record = rows.get((kind, record_id))
        if record is None:
            found.append(f"{kind} {record_id.hex()} is not there")
            continue
        for name, value in shown.values.items():
            answer = getattr(record, name)
            actual = None if answer is None else record.fields[name].type.to_log(answer)
            if actual != value:
                found.append(f"{kind}.{name} shows {actual!r}, not {value!r}")
        if (record.conflicts or "").split() != shown.conflicts:
            found.append(f"{kind} asks about {record.conflicts!r}, not {shown.conflicts}")
    return found
