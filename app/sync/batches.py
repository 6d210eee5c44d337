"""The weekly batch: a week's work of this copy, sealed and counted, for headquarters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import msgspec
import sqlalchemy as sa

from app.casework.conflicts import conflict_count
from app.casework.users import require_role
from app.errors import Refused
from app.i18n import _, isolate, ngettext
from app.models.change import decode
from app.models.log import CHANGE, QUARANTINE
from app.models.store import Store
from app.sync import outbox, relay
from app.sync.carried import FileMade, files
from app.sync.carrying import Outgoing, Tell, header_for, place_of, write_for_hq
from app.sync.frames import Identity
from app.sync.parcel import Span
from app.sync.state import progress_of
from app.sync.totals import Tally, Totals, Week, differences, totals_in_log, week_named

BATCH = "batch"
_COUNTER_BITS = 16


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch made here.

    Attributes:
        week: Such as ``2026-W47``; ``number`` of its issue, from 1.
        made_at: When, in UTC; ``file`` what it was called.
        changes: How many changes it carries; ``relayed`` those of them that colleagues made.
        totals: What was counted.
        receipt_at: When headquarters' receipt was read here, in UTC; None while it is out.
        receipt: What the receipt said, in sentences.
    """

    id: UUID
    week: str
    number: int
    made_at: datetime
    file: str
    changes: int
    relayed: int
    totals: Totals
    receipt_at: datetime | None
    receipt: list[str]


def export_batch(
    store: Store,
    user: UUID,
    week: str,
    path: Path,
    progress: Tell | None = None,
    *,
    with_contents: bool = True,
    now: Callable[[], datetime] | None = None,
) -> FileMade:
    """Write the batch of a week; one made before stays good, and this one has the next number.

    It carries earlier changes too that headquarters has not confirmed: it takes a computer's
    changes only without gaps.

    Args:
        store: Enrolled.
        user: A supervisor or an administrator.
        week: Such as ``2026-W47``; not one to come.
        path: Where to; replaced when there is one.
        progress: Told how many changes are in, of how many.
        with_contents: Attachments headquarters has not confirmed go in too.
        now: Gives the moment, in UTC.

    Raises:
        Refused: Not this user's to make, no such week, one to come, or the store is not enrolled.
        Unavailable: The file cannot be written.
    """
    require_role(store, user, "supervisor", "admin")
    place_of(store)
    asked = week_named(week)
    moment = datetime.now(UTC) if now is None else now()
    if asked.start_ms > moment.timestamp() * 1000:
        raise Refused(
            "week_to_come",
            _("The week {week} has not begun. Choose an earlier one.").format(week=asked.name),
            "week",
        )
    is_over = asked.end_ms <= moment.timestamp() * 1000
    earlier = [one for one in batches(store) if one.week == asked.name]
    tally = Tally(asked)
    counted: list[Totals] = []
    with store.read() as db:
        conflicts = conflict_count(db)
    with store.engine.connect() as connection:
        known = outbox.identities(store, connection, progress_of(store))
        spans = [_span(connection, one, asked) for one in known if one.head]
        passed_on = relay.relayed(connection)
        going = Outgoing(store, connection, spans, passed_on, progress, tally.count)
        number = max((one.number for one in earlier), default=0) + 1
        header = header_for(store, BATCH, going.spans, week=asked.name, number=number)

        def totals() -> bytes:
            found = tally.totals()
            if differences(found, totals_in_log(connection, going.spans, asked)):
                raise RuntimeError("the batch does not hold what the log holds")
            found.earlier = tally.outside
            found.is_over = is_over
            found.conflicts = conflicts
            found.quarantined = (
                connection.scalar(sa.select(sa.func.count()).select_from(QUARANTINE)) or 0
            )
            counted.append(found)
            return msgspec.msgpack.encode(found)

        made = write_for_hq(store, path, header, going, with_contents=with_contents, totals=totals)
    return replace(made, findings=_findings(counted[0], made, earlier))


def _findings(totals: Totals, made: FileMade, earlier: list[Batch]) -> list[str]:
    said = []
    if not totals.is_over:
        said.append(
            _("The week {week} is not over. Make its batch again when it is.").format(
                week=isolate(made.week)
            )
        )
    if earlier:
        said.append(
            _("The batch of {week} was made on {when} already; this is number {number}.").format(
                week=isolate(made.week),
                when=earlier[0].made_at.astimezone().strftime("%Y-%m-%d %H:%M"),
                number=made.number,
            )
        )
    if totals.earlier:
        said.append(
            ngettext(
                "It also carries {count} change of other weeks that headquarters has not"
                " confirmed.",
                "It also carries {count} changes of other weeks that headquarters has not"
                " confirmed.",
                totals.earlier,
            ).format(count=totals.earlier)
        )
    if made.relayed:
        said.append(
            ngettext(
                "{count} change in it was made by colleagues.",
                "{count} changes in it were made by colleagues.",
                made.relayed,
            ).format(count=made.relayed)
        )
    if not totals.changes:
        said.append(_("Nothing was done in that week."))
    return said


def _span(connection: sa.Connection, one: Identity, week: Week) -> Span:
    """Give what a batch carries of an identity.

    That is from its first unconfirmed change, or its first of the week where that comes before,
    to its last before the week's end.
    """
    query = (
        sa.select(CHANGE.c.seq, CHANGE.c.body)
        .where(CHANGE.c.device == one.device)
        .order_by(CHANGE.c.seq.desc())
    )
    first, last = one.acknowledged + 1, 0
    with connection.execute(query, execution_options={"yield_per": 500}) as rows:
        for seq, body in rows:
            at_ms = decode(body).clock >> _COUNTER_BITS
            if at_ms < week.end_ms:
                last = max(last, seq)
                if at_ms >= week.start_ms:
                    first = min(first, seq)
            if at_ms < week.start_ms and seq <= one.acknowledged:
                break
    return Span(one.device, first, max(last, first - 1))


def batches(store: Store) -> list[Batch]:
    """List the batches made here, the latest first, each with its receipt."""
    receipts = {one.summary.get("about"): one for one in reversed(files(store, ["receipt"]))}
    found = []
    for one in files(store, [BATCH]):
        receipt = receipts.get(one.id.bytes)
        found.append(
            Batch(
                id=one.id,
                week=one.week,
                number=one.number,
                made_at=one.at,
                file=one.summary["file"],
                changes=one.summary["changes"],
                relayed=one.summary["relayed"],
                totals=msgspec.msgpack.decode(one.summary["totals"], type=Totals),
                receipt_at=None if receipt is None else receipt.at,
                receipt=[] if receipt is None else receipt.summary["findings"],
            )
        )
    return found
