"""Changes written under an identity that somebody else used too: set aside, and made anew.

Two machines that were copies of each other down to what they remember write under one identity
until headquarters meets both. The one that comes second makes what it has not sent anew, under an
identity of its own: same answers, same author, same stamps, same things seen. Nothing is lost, and
every copy comes to the same rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa

from app.models.change import Bases, Change, decode, genesis, links
from app.models.log import CHANGE, HEAD, LOG, append, entries_of, seal, set_head
from app.models.merge import Run
from app.models.projection import reproject
from app.models.record import kinds

TWIN: Final = sa.Table(
    "twin",
    LOG,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("device", sa.LargeBinary(16), nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("chain", sa.LargeBinary(32), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
)


def reissue(connection: sa.Connection, confirmed: Mapping[bytes, int], under: bytes) -> int:
    """Make this copy's unconfirmed changes anew under an identity that has written nothing.

    Args:
        connection: Inside a writing transaction.
        confirmed: Per identity of this copy, the last change headquarters has from this copy.
        under: The identity.

    Returns:
        How many were made anew.
    """
    taken = [
        row for device, seq in confirmed.items() for row in _set_aside(connection, device, seq)
    ]
    taken.sort(key=lambda row: row.pos)
    number = {(row.device, row.seq): made for made, row in enumerate(taken, 1)}
    made = [_anew(decode(row.body), row.device, under, number, confirmed) for row in taken]
    if made:
        stored = seal(under, genesis(under), made)
        append(connection, stored)
        set_head(connection, under, made[-1].seq, stored[-1].chain)
    reproject(connection, list(dict.fromkeys(change.record for change in made)))
    return len(made)


def set_aside(connection: sa.Connection, device: bytes, after: int) -> None:
    """Take another's changes after ``after`` out of the log: headquarters has others there.

    They are kept whole; whoever made them makes them anew.
    """
    taken = _set_aside(connection, device, after)
    changes = [decode(row.body) for row in taken]
    reproject(connection, list({change.record for change in changes}))
    _remove_rows(connection, changes)


def last_in_common(connection: sa.Connection, run: Run) -> int | None:
    """Give the last change this copy has in common with a run that contradicts its log.

    None where the two fit.
    """
    if not run.bodies:
        return None
    before = run.first - 1
    query = (
        sa.select(CHANGE.c.seq, CHANGE.c.chain)
        .where(CHANGE.c.device == run.device)
        .where(CHANGE.c.seq.between(before, before + len(run.bodies)))
        .order_by(CHANGE.c.seq)
    )
    held = connection.execute(query).all()
    is_beside = bool(held) and held[-1].seq > before
    digests = [run.previous, *(links(run.previous, run.bodies) if is_beside else ())]
    for seq, chain in held:
        if digests[seq - before] != chain:
            return int(seq) - 1
    return None


def _set_aside(connection: sa.Connection, device: bytes, after: int) -> list[Any]:
    beyond = sa.and_(CHANGE.c.device == device, CHANGE.c.seq > after)
    query = sa.select(CHANGE.c.pos, CHANGE.c.device, CHANGE.c.seq, CHANGE.c.chain, CHANGE.c.body)
    taken = connection.execute(query.where(beyond).order_by(CHANGE.c.seq)).all()
    if not taken:
        return []
    at = datetime.now(UTC).isoformat()
    connection.execute(
        TWIN.insert(),
        [
            {"device": device, "seq": row.seq, "chain": row.chain, "body": row.body, "at": at}
            for row in taken
        ],
    )
    connection.execute(CHANGE.delete().where(beyond))
    _set_head_back(connection, device)
    return list(taken)


def _set_head_back(connection: sa.Connection, device: bytes) -> None:
    last = connection.execute(
        sa.select(CHANGE.c.seq, CHANGE.c.chain)
        .where(CHANGE.c.device == device)
        .order_by(CHANGE.c.seq.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        connection.execute(HEAD.delete().where(HEAD.c.device == device))
    else:
        set_head(connection, device, last.seq, last.chain)


def _anew(
    change: Change,
    device: bytes,
    under: bytes,
    number: Mapping[tuple[bytes, int], int],
    confirmed: Mapping[bytes, int],
) -> Change:
    return msgspec.structs.replace(
        change,
        seq=number[device, change.seq],
        # What a save began may be confirmed already: its rest then begins with itself.
        tx=number.get((device, change.tx), number[device, change.seq]),
        bases=_seen(change.bases, under, number, confirmed),
    )


def _seen(
    bases: Bases,
    under: bytes,
    number: Mapping[tuple[bytes, int], int],
    confirmed: Mapping[bytes, int],
) -> Bases:
    """Let bases name the changes made anew; what stood before those was seen with them."""
    seen: Bases = []
    for device, seq, names in bases:
        if (device, seq) not in number:
            seen.append((device, seq, names))
            continue
        seen.append((under, number[device, seq], names))
        if confirmed[device]:
            seen.append((device, confirmed[device], names))
    return seen


def _remove_rows(connection: sa.Connection, changes: list[Change]) -> None:
    """Remove the rows of records of which nothing is left in the log."""
    records = {change.record: change.kind for change in changes if change.kind in kinds()}
    left = entries_of(connection, records)
    for record, kind in records.items():
        if record not in left:
            of_kind = kinds()[kind]
            connection.execute(sa.delete(of_kind).where(of_kind.id == UUID(bytes=record)))
