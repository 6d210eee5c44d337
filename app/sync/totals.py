"""Control totals of a week's work: counted where a batch is made, and again from what arrived."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

import msgspec
import sqlalchemy as sa

from app.errors import Refused
from app.i18n import _
from app.models.change import Change, decode
from app.models.log import CHANGE
from app.models.record import kinds
from app.sync.parcel import Span

_WEEK: Final = re.compile(r"(\d{4})-?[Ww](\d{1,2})")
_COUNTER_BITS: Final = 16
_FETCHED: Final = 1000
_TIMED: Final = 7  # UUID version of ids that tell when they were made


class Week(msgspec.Struct, frozen=True):
    """An ISO week at the place it was worked in.

    Attributes:
        name: Such as ``2026-W47``. Source: ISO 8601.
        start_ms: Its first moment, in milliseconds since 1970; ``end_ms`` that of the next week.
    """

    name: str
    start_ms: int
    end_ms: int


def week_named(name: str) -> Week:
    """Give the week called ``name``, from Monday 0:00 at this computer's place.

    Raises:
        Refused: There is no such week.
    """
    found = _WEEK.fullmatch(name.strip())
    try:
        if found is None:
            raise ValueError(name)
        monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        raise Refused(
            "week", _("{week} is not a week. Write it like 2026-W47.").format(week=name), "week"
        ) from None
    return _week_of(monday)


def week_at(moment: datetime) -> Week:
    """Give the week a moment lies in."""
    day = moment.astimezone().date()
    return _week_of(day - timedelta(days=day.weekday()))


def _week_of(monday: date) -> Week:
    year, number, _day = monday.isocalendar()
    return Week(f"{year}-W{number:02}", _start_ms(monday), _start_ms(monday + timedelta(days=7)))


def _start_ms(day: date) -> int:
    return round(datetime.combine(day, time()).astimezone().timestamp() * 1000)


class KindTotals(msgspec.Struct, array_like=True):
    """What was done to records of one kind in the week.

    Attributes:
        added: Records made in the week; ``changed`` earlier ones that were changed.
        voided: Records that no longer count since.
        changes: Entries of the log.
    """

    added: int = 0
    changed: int = 0
    voided: int = 0
    changes: int = 0


class Totals(msgspec.Struct):
    """What a batch holds; all but the last four is counted again from what arrived.

    Attributes:
        week: The week it is about; the rest counts what was done in it, unless said otherwise.
        kinds: Per record kind.
        spans: Per identity, the first and the last change.
        changes: How many.
        late: Those of them made to records of earlier weeks; ``late_records`` how many records.
        digest: SHA-256 over the changes, in the order of the file.
        quarantined: Changes set aside at the office when the batch was made.
        conflicts: Records with a question to settle there at that moment.
        earlier: Changes of earlier weeks that the file carries too.
        is_over: The week was over.
    """

    week: Week
    kinds: dict[str, KindTotals] = {}
    spans: list[Span] = []
    changes: int = 0
    late: int = 0
    late_records: int = 0
    digest: bytes = b""
    quarantined: int = 0
    conflicts: int = 0
    earlier: int = 0
    is_over: bool = True


class Tally:
    """Counts changes one by one, in the order they are carried.

    Attributes:
        outside: Changes of other weeks.
    """

    def __init__(self, week: Week) -> None:
        self._week = week
        self._digest = hashlib.sha256()
        self._kinds: dict[str, KindTotals] = {}
        self._records: dict[bytes, bool] = {}
        self._voided: set[bytes] = set()
        self._spans: dict[bytes, Span] = {}
        self._late = 0
        self.outside = 0

    def count(self, device: bytes, body: bytes) -> None:
        """Count one change."""
        change = decode(body)
        at_ms = change.clock >> _COUNTER_BITS
        if not self._week.start_ms <= at_ms < self._week.end_ms:
            self.outside += 1
            return
        self._digest.update(device + body)
        known = self._spans.get(device)
        first = change.seq if known is None else known.first
        self._spans[device] = Span(device, first, change.seq)
        self._count_record(change)

    def _count_record(self, change: Change) -> None:
        totals = self._kinds.setdefault(change.kind, KindTotals())
        totals.changes += 1
        is_late = _made_ms(change.record) < self._week.start_ms
        self._late += is_late
        if change.record not in self._records:
            self._records[change.record] = is_late
            totals.changed += is_late
            totals.added += not is_late
        if change.fields.get("voided") is not None and change.record not in self._voided:
            self._voided.add(change.record)
            totals.voided += 1

    def totals(self) -> Totals:
        """Give what was counted."""
        return Totals(
            week=self._week,
            kinds=dict(sorted(self._kinds.items())),
            spans=list(self._spans.values()),
            changes=sum(one.changes for one in self._kinds.values()),
            late=self._late,
            late_records=sum(self._records.values()),
            digest=self._digest.digest(),
        )


def _made_ms(record: bytes) -> int:
    """Give when a record was made; long ago for what several offices make alike."""
    return int.from_bytes(record[:6]) if record[6] >> 4 == _TIMED else 0


def totals_in_log(connection: sa.Connection, spans: Iterable[Span], week: Week) -> Totals:
    """Count a week's work in the log.

    Args:
        connection: One consistent view.
        spans: Where to look, in the order of the file.
        week: The week.
    """
    tally = Tally(week)
    for device, body in _bodies(connection, spans):
        tally.count(device, body)
    return tally.totals()


def _bodies(connection: sa.Connection, spans: Iterable[Span]) -> Iterator[tuple[bytes, bytes]]:
    for span in spans:
        query = (
            sa.select(CHANGE.c.body)
            .where(CHANGE.c.device == span.identity, CHANGE.c.seq.between(span.first, span.last))
            .order_by(CHANGE.c.seq)
        )
        with connection.execute(query, execution_options={"yield_per": _FETCHED}) as rows:
            for (body,) in rows:
                yield span.identity, body


def differences(told: Totals, counted: Totals) -> list[str]:
    """Say, in sentences, where what was counted is not what was told; empty when it is."""
    said = []
    for kind in sorted({*told.kinds, *counted.kinds}):
        there, here = told.kinds.get(kind, KindTotals()), counted.kinds.get(kind, KindTotals())
        if there != here:
            said.append(
                _("{kind}: {there} changes in the file, {here} taken.").format(
                    kind=_(kinds()[kind].title) if kind in kinds() else kind,
                    there=there.changes,
                    here=here.changes,
                )
            )
    if not said and (told.digest, told.spans) != (counted.digest, counted.spans):
        said.append(_("The changes taken are not the ones in the file."))
    return said


def totals_as_json(totals: Totals) -> dict[str, object]:
    """Give totals as JSON shows them."""
    return {
        "week": totals.week.name,
        "is_over": totals.is_over,
        "changes": totals.changes,
        "kinds": {kind: msgspec.structs.asdict(one) for kind, one in totals.kinds.items()},
        "late_edits": totals.late,
        "late_records": totals.late_records,
        "earlier_changes": totals.earlier,
        "quarantined": totals.quarantined,
        "conflicts": totals.conflicts,
        "sha256": totals.digest.hex(),
    }
