"""The log's tables, and how entries are appended to and read from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeVar

import sqlalchemy as sa

from app.models.change import Change, Entry, decode, encode, genesis, links
from app.models.postgres import copy_rows
from app.models.values import RawIdType, id_of

LOG: Final = sa.MetaData()

# A rowid table with binary ids: three times the append rate of text keys, a fifth of the disk.
CHANGE: Final = sa.Table(
    "change",
    LOG,
    # Order of arrival on this copy; where several write at once, of taking a number.
    sa.Column("pos", sa.BigInteger, sa.Sequence("change_pos"), primary_key=True),
    sa.Column("device", RawIdType, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("root", RawIdType),  # the file it belongs to; indexed at headquarters
    sa.Column("record", RawIdType, nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("chain", sa.LargeBinary(32), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("change_identity", "device", "seq", unique=True),
)
# The last link of each device's chain known here.
HEAD: Final = sa.Table(
    "head",
    LOG,
    sa.Column("device", RawIdType, primary_key=True),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("chain", sa.LargeBinary(32), nullable=False),
)
# Changes this copy could not accept, kept whole with the reason.
QUARANTINE: Final = sa.Table(
    "quarantine",
    LOG,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("device", RawIdType, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("chain", sa.LargeBinary(32), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    # By right; else this program could not read it, and a later one may.
    sa.Column("is_refused", sa.Boolean, nullable=False, server_default=sa.false()),
)

_Item = TypeVar("_Item")
_IN_LIMIT: Final = 500
# Made once: each save asks for the changes of what it touches.
_ENTRIES: Final = sa.select(CHANGE.c.device, CHANGE.c.record, CHANGE.c.body).where(
    CHANGE.c.record.in_(sa.bindparam("records", expanding=True))
)
_ENTRIES_UP_TO: Final = _ENTRIES.where(CHANGE.c.pos <= sa.bindparam("up_to"))


def chunks(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """Split ``items`` into lists of at most ``size``."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


@dataclass(frozen=True, slots=True)
class Stored:
    """A change about to be stored: its device, its decoded form, its body and chain digest.

    Attributes:
        row: What its record's row is if this is its only change; None where that is not asked.
    """

    device: bytes
    change: Change
    body: bytes
    chain: bytes
    row: tuple[Any, ...] | None = None

    @property
    def entry(self) -> Entry:
        """The change with its device, as the fold takes it."""
        return Entry(self.device, self.change)


def head_of(connection: sa.Connection, device: bytes) -> tuple[int, bytes]:
    """Give the last sequence number and chain digest known of ``device``."""
    row = connection.execute(
        sa.select(HEAD.c.seq, HEAD.c.chain).where(HEAD.c.device == device)
    ).one_or_none()
    return (row.seq, row.chain) if row else (0, genesis(device))


def heads(connection: sa.Connection) -> dict[bytes, int]:
    """Give the last sequence number known of every device."""
    return {row.device: row.seq for row in connection.execute(sa.select(HEAD))}


def set_head(connection: sa.Connection, device: bytes, seq: int, chain: bytes) -> None:
    """Note the last change known of ``device``."""
    values = {"seq": seq, "chain": chain}
    done = connection.execute(HEAD.update().where(HEAD.c.device == device).values(values))
    if done.rowcount == 0:
        connection.execute(HEAD.insert().values(device=device, **values))


def seal(device: bytes, previous: bytes, changes: Iterable[Change]) -> list[Stored]:
    """Encode changes of one device and chain them to its last one."""
    listed = list(changes)
    bodies = [encode(change) for change in listed]
    return [
        Stored(device, change, body, chain)
        for change, body, chain in zip(listed, bodies, links(previous, bodies), strict=True)
    ]


def append(connection: sa.Connection, stored: list[Stored]) -> Sequence[int]:
    """Add entries to the log and give their positions; the caller keeps ``HEAD`` in step."""
    if not stored:
        return []
    if connection.dialect.name == "postgresql":
        return _copy(connection, stored)
    rows = [
        (s.device, s.change.seq, s.change.root_id, s.change.record, s.change.kind, s.chain, s.body)
        for s in stored
    ]
    connection.exec_driver_sql(
        "INSERT INTO change (device, seq, root, record, kind, chain, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    last = last_position(connection)
    return range(last - len(rows) + 1, last + 1)


def _copy(connection: sa.Connection, stored: list[Stored]) -> list[int]:
    many = sa.func.generate_series(1, len(stored)).table_valued()
    positions = list(connection.scalars(sa.select(sa.func.nextval("change_pos")).select_from(many)))
    copy_rows(
        connection,
        "change",
        {
            "pos": "int8",
            "device": "uuid",
            "seq": "int8",
            "root": "uuid",
            "record": "uuid",
            "kind": "text",
            "chain": "bytea",
            "body": "bytea",
        },
        (
            (
                pos,
                id_of(s.device),
                s.change.seq,
                id_of(s.change.root_id),
                id_of(s.change.record),
                s.change.kind,
                s.chain,
                s.body,
            )
            for pos, s in zip(positions, stored, strict=True)
        ),
    )
    return positions


def entries_of(
    connection: sa.Connection, records: Iterable[bytes], up_to: int | None = None
) -> dict[bytes, list[Entry]]:
    """Read every change of ``records``; those arrived after position ``up_to`` are left out."""
    found: dict[bytes, list[Entry]] = {}
    for some in chunks(records, _IN_LIMIT):
        rows = (
            connection.execute(_ENTRIES, {"records": some})
            if up_to is None
            else connection.execute(_ENTRIES_UP_TO, {"records": some, "up_to": up_to})
        )
        for device, record, body in rows:
            found.setdefault(record, []).append(Entry(device, decode(body)))
    return found


def last_position(connection: sa.Connection) -> int:
    """Give the position of the entry that arrived last; 0 in an empty log."""
    return connection.scalar(sa.select(sa.func.max(CHANGE.c.pos))) or 0
