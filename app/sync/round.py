"""One answer of headquarters taken in, whoever carried it: one transaction on this copy."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from app.models.change import links
from app.models.clock import system_ms
from app.models.log import CHANGE
from app.models.merge import Merged
from app.models.store import Store
from app.sync.frames import Answer, Feed, Holding, Identity, Request
from app.sync.peers import keep_peers
from app.sync.report import SyncReport
from app.sync.state import Progress, keep_progress, progress_in


class Round:
    """One answer, taken in by one transaction.

    Attributes:
        moved: How many changes went either way.
        left: How many are still to go.
    """

    def __init__(self, store: Store, request: Request, answer: Answer, report: SyncReport) -> None:
        self._store = store
        self._request = request
        self._answer = answer
        self._report = report
        self.moved = 0
        self.left = 0

    def apply(self) -> None:
        """Take the answer in."""
        if self._is_identity_shared():
            # Before anything is merged: numbers handed out elsewhere must not be handed out here.
            self._store.renew_identity()
            self._report.renewed = True
        runs = [run for feed in self._answer.feeds for run in feed.runs]
        merged = self._store.merge(runs, also=self._note)
        report = self._report
        report.received += len(merged.stored)
        report.refused += [(UUID(bytes=d), seq, why) for d, seq, why in self._answer.refused]
        report.quarantined += [(UUID(bytes=d), seq, why) for d, seq, why in merged.refused]
        report.forked |= {UUID(bytes=d) for d in {*self._answer.forked, *merged.forked}}

    def _is_identity_shared(self) -> bool:
        """Tell whether somebody else has written under this copy's identity.

        Another machine with a copy of the store, or this one before it was set back: either way
        headquarters knows more of the identity than the copy itself, or knows it otherwise.
        """
        mine = self._store.device.bytes
        head = next((i.head for i in self._request.identities if i.device == mine), 0)
        return (
            mine in self._answer.forked
            or self._answer.acknowledged.get(mine, 0) > head
            or any(run.device == mine for feed in self._answer.feeds for run in feed.runs)
        )

    def _note(self, connection: sa.Connection, merged: Merged) -> None:
        """Move cursors and acknowledgements, and compare what both hold."""
        progress = progress_in(connection)
        own = {identity.device for identity in self._request.identities}
        forked = (set(self._answer.forked) | merged.forked) & own
        progress.forked += sorted(forked - set(progress.forked))
        for identity in self._request.identities:
            if identity.device not in progress.forked:
                self._acknowledge(identity, progress)
        for feed in self._answer.feeds:
            self._advance(connection, feed, progress, merged.forked)
        noted = {(device, seq) for device, seq, _reason in progress.refused}
        progress.refused += [r for r in self._answer.refused if (r[0], r[1]) not in noted]
        progress.sent = self._report.sent
        progress.received = self._report.received + len(merged.stored)
        if not self.left:
            self._confirm(progress)
        if self._answer.peers is not None:
            keep_peers(self._store, connection, self._answer.peers)
        keep_progress(self._store, connection, progress)

    def _acknowledge(self, identity: Identity, progress: Progress) -> None:
        known = self._answer.acknowledged.get(identity.device, 0)
        taken = min(known, identity.head)
        self._report.sent += max(taken - identity.acknowledged, 0)
        self.moved += abs(taken - identity.acknowledged)
        self.left += identity.head - taken
        progress.acknowledged[identity.device] = known

    def _advance(
        self, connection: sa.Connection, feed: Feed, progress: Progress, forked: set[bytes]
    ) -> None:
        self.left += feed.left
        asked = self._request.cursors.get(feed.scope)
        if asked is None or progress.cursors.get(feed.scope, 0) != asked:
            self._report.verified[UUID(bytes=feed.scope)] = None
            return  # another sync came between, and its place stands
        goes_on = feed.start == asked
        holding = self._request.holdings[feed.scope] if goes_on else Holding()
        for run in feed.runs:
            if run.device in forked:  # not merged: what counts is what is here instead
                last = run.first + len(run.bodies) - 1
                holding = holding.plus(_chains(connection, run.device, run.first, last))
            else:
                holding = holding.plus(links(run.previous, run.bodies))
        for own in feed.own:
            holding = holding.plus(_chains(connection, own.device, own.first, own.last))
        progress.cursors[feed.scope] = feed.cursor
        progress.holdings[feed.scope] = holding
        self.moved += feed.cursor - feed.start
        same = None if feed.holding is None else feed.holding == holding
        self._report.verified[UUID(bytes=feed.scope)] = same

    def _confirm(self, progress: Progress) -> None:
        report = self._report
        report.confirmed_ms = system_ms()
        offset_ms = self._answer.server_time_ms - report.confirmed_ms
        report.clock_offset_s = offset_ms / 1000
        progress.confirmed_ms, progress.clock_offset_ms = report.confirmed_ms, offset_ms
        progress.mismatched = [s.bytes for s, same in report.verified.items() if same is False]


def _chains(connection: sa.Connection, device: bytes, first: int, last: int) -> list[bytes]:
    query = sa.select(CHANGE.c.chain).where(
        CHANGE.c.device == device, CHANGE.c.seq.between(first, last)
    )
    return list(connection.scalars(query))
