"""Whether headquarters' feeds are sound, beside what ``models.check`` says of its log and rows."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa

from app.hq.feed import holding
from app.hq.tables import FEED, SCOPE
from app.i18n import _
from app.models.log import CHANGE
from app.sync.frames import Holding

_FETCHED = 2000


def feed_faults(connection: sa.Connection) -> Iterator[str]:
    """Yield a sentence for each thing that does not hold; none for sound feeds."""
    for scope in connection.scalars(sa.select(SCOPE.c.id)).all():
        yield from _faults_of(connection, scope)
    in_a_feed = sa.exists().where(FEED.c.change == CHANGE.c.pos)
    lost = connection.scalar(sa.select(sa.func.count()).select_from(CHANGE).where(~in_a_feed))
    if lost:
        yield _("{count} changes are in no feed: no device will receive them.").format(count=lost)


def _faults_of(connection: sa.Connection, scope: bytes) -> Iterator[str]:
    name = UUID(bytes=scope)
    query = (
        sa.select(FEED.c.position, CHANGE.c.chain)
        .outerjoin(CHANGE, CHANGE.c.pos == FEED.c.change)
        .where(FEED.c.scope == scope)
        .order_by(FEED.c.position)
    )
    rows = connection.execute(query, execution_options={"yield_per": _FETCHED})
    found = Holding()
    with rows:
        for some in rows.partitions(_FETCHED):
            first = found.count + 1
            if [row.position for row in some] != list(range(first, first + len(some))):
                yield _("The feed of scope {scope} has a gap.").format(scope=name)
                return
            if any(row.chain is None for row in some):
                yield _("The feed of scope {scope} names a change that is missing.").format(
                    scope=name
                )
                return
            found = found.plus([row.chain for row in some])
    if found != holding(connection, scope):
        yield _("The feed of scope {scope} is not what was noted when it was written.").format(
            scope=name
        )
