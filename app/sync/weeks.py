"""The last weeks of this copy: what was done in each, when its batch was made, what came back.

Reads the log: to be done beside the window.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from app.models.change import decode
from app.models.clock import stamp_time
from app.models.log import CHANGE
from app.models.store import Store
from app.sync.batches import Batch, batches
from app.sync.totals import Week, week_at

QUARTER: Final = 13
_WEEK: Final = timedelta(days=7)
_FETCHED: Final = 500
# Stamps mostly grow with the number, but a clock may have been set back for a while.
_LOOK_PAST: Final = 1000


@dataclass(frozen=True, slots=True)
class WeekLine:
    """One week.

    Attributes:
        week: Which.
        is_over: It lies wholly in the past.
        changes: Changes made on this copy in it.
        batches: Its batches made here, the latest first.
    """

    week: Week
    is_over: bool
    changes: int
    batches: list[Batch]


def weeks(store: Store, now: datetime, count: int = QUARTER) -> list[WeekLine]:
    """List the last weeks, the running one first.

    Args:
        now: With its zone.
        count: How many.
    """
    shown = [week_at(now - _WEEK * number) for number in range(count)]
    changes = _changes_by_week(store, shown[-1].start_ms)
    made: dict[str, list[Batch]] = {}
    for one in batches(store):
        made.setdefault(one.week, []).append(one)
    now_ms = now.timestamp() * 1000
    return [
        WeekLine(week, week.end_ms <= now_ms, changes[week.name], made.get(week.name, []))
        for week in shown
    ]


def _changes_by_week(store: Store, since_ms: int) -> Counter[str]:
    counted: Counter[str] = Counter()
    named: dict[object, str] = {}
    with store.engine.connect() as connection:
        for device in store.identities:
            query = (
                sa.select(CHANGE.c.body)
                .where(CHANGE.c.device == device.bytes)
                .order_by(CHANGE.c.seq.desc())
            )
            earlier = 0
            with connection.execute(query, execution_options={"yield_per": _FETCHED}) as held:
                for (body,) in held:
                    at = stamp_time(decode(body).clock)
                    if at.timestamp() * 1000 < since_ms:
                        earlier += 1
                        if earlier > _LOOK_PAST:
                            break
                        continue
                    day = at.astimezone().date()
                    if day not in named:
                        named[day] = week_at(at).name
                    counted[named[day]] += 1
    return counted
