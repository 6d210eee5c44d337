"""Whether a store is sound: the file, the chains of changes, and rows = fold(log)."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from app.i18n import _
from app.models.change import genesis, link
from app.models.log import CHANGE, HEAD, QUARANTINE, chunks, entries_of
from app.models.projection import of_kind, projector, records_of, rows_in
from app.models.record import kinds

_CHUNK = 2000


def faults(connection: sa.Connection) -> Iterator[str]:
    """Yield a sentence for each thing that does not hold; none for a sound store."""
    if connection.dialect.name == "sqlite":
        yield from _file_faults(connection)
    yield from _chain_faults(connection)
    yield from _row_faults(connection)


def _file_faults(connection: sa.Connection) -> Iterator[str]:
    for line in connection.exec_driver_sql("PRAGMA cipher_integrity_check").scalars():
        yield _("The file is damaged: {fault}.").format(fault=line)
    for line in connection.exec_driver_sql("PRAGMA integrity_check").scalars():
        if line != "ok":
            yield _("The file is damaged: {fault}.").format(fault=line)


def _chain_faults(connection: sa.Connection) -> Iterator[str]:
    held = sa.union_all(
        sa.select(CHANGE.c.device, CHANGE.c.seq, CHANGE.c.chain, CHANGE.c.body),
        sa.select(QUARANTINE.c.device, QUARANTINE.c.seq, QUARANTINE.c.chain, QUARANTINE.c.body),
    ).subquery()
    previous: dict[bytes, tuple[int, bytes]] = {}
    query = sa.select(held).order_by(held.c.device, held.c.seq)
    streamed = {"yield_per": _CHUNK}
    for device, seq, chain, body in connection.execute(query, execution_options=streamed):
        last_seq, last_chain = previous.get(device, (0, genesis(device)))
        # A copy limited to its office misses changes of other devices: only neighbours can be
        # compared. The chain of the device itself has no gaps at headquarters.
        if seq == last_seq + 1 and link(last_chain, body) != chain:
            yield _("Change {seq} of device {device} has been altered.").format(
                seq=seq, device=device.hex()
            )
        previous[device] = (seq, chain)
    for device, seq, chain in connection.execute(sa.select(HEAD)):
        if previous.get(device) != (seq, chain):
            yield _("The last changes of device {device} are missing.").format(device=device.hex())


def _row_faults(connection: sa.Connection) -> Iterator[str]:
    for kind in kinds():
        writer = projector(kind)
        assert writer is not None
        rows = {row[0]: row for row in rows_in(connection, kind, writer.names)}
        for some in chunks(records_of(connection, kind), _CHUNK):
            for record_id, entries in entries_of(connection, some).items():
                expected = writer.row(writer.fold(of_kind(entries, kind)))
                if rows.pop(record_id, None) != expected:
                    yield _("The row of {kind} {id} is not what the log says.").format(
                        kind=kind, id=record_id.hex()
                    )
        for record_id in rows:
            yield _("The row of {kind} {id} is not in the log.").format(
                kind=kind, id=record_id.hex()
            )
