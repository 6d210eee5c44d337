"""One answer of headquarters taken in, whoever carried it: one transaction on this copy."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from app.models.change import links
from app.models.clock import system_ms
from app.models.contents import CONTENT_CONFIRMED
from app.models.log import CHANGE
from app.models.merge import Merged, Run
from app.models.reissue import last_in_common, set_aside
from app.models.store import Store
from app.sync import relay
from app.sync.frames import Answer, Feed, Holding, Identity, Request
from app.sync.outbox import chain_of
from app.sync.peers import keep_peers
from app.sync.report import SyncReport
from app.sync.signing import is_sealed
from app.sync.state import Progress, enrolment_of, keep_progress, progress_in


class Round:
    """One answer, taken in by one transaction.

    Args:
        store: This copy.
        request: What was asked.
        answer: Headquarters'.
        report: Added to.
        is_live: The answer was given a moment ago: it also tells what time it is.

    Attributes:
        moved: How many changes went either way.
        left: How many are still to go; ``to_come`` those of them that headquarters gives.
        named: Own changes that moved by being named in a feed.
    """

    def __init__(
        self,
        store: Store,
        request: Request,
        answer: Answer,
        report: SyncReport,
        *,
        is_live: bool = True,
    ) -> None:
        self._is_live = is_live
        self._store = store
        self._request = request
        self._answer = answer
        self._report = report
        self.moved = 0
        self.left = self.to_come = 0
        self.named = 0

    def apply(self) -> None:
        """Take the answer in."""
        report = self._report
        confirmed = self._confirmed()
        if confirmed is not None:
            # The answer is about another's changes as if they were ours: it is asked for again.
            report.reissued += self._store.reissue(confirmed)
            report.forked = report.renewed = True
            self.moved = self.left = 1
            return
        if self._is_set_back():
            # Before anything is merged: numbers handed out before must not be handed out again.
            self._store.renew_identity()
            report.renewed = True
        runs = [run for feed in self._answer.feeds for run in feed.runs]
        self._give_way(runs)
        merged = self._store.merge(runs, also=self._note, is_lasting=not self._is_live)
        report.received += len(merged.stored)
        report.refused += [(UUID(bytes=d), seq, why) for d, seq, why in self._answer.refused]
        report.quarantined += [(UUID(bytes=d), seq, why) for d, seq, why in merged.refused]

    def following(self) -> Progress | None:
        """Give how far both will have come once this answer is in, to ask for what follows.

        None when nothing follows, or when this answer must be looked at first.
        """
        answer, request = self._answer, self._request
        to_send = sum(
            identity.head - answer.acknowledged.get(identity.device, 0)
            for identity in request.identities
        )
        if not (to_send or answer.left) or self._is_set_back() or self._confirmed() is not None:
            return None
        moved = {feed.scope: feed.cursor for feed in answer.feeds if feed.scope in request.cursors}
        # What is held there is told once it is: the other side compares no sooner.
        return Progress(
            cursors={**request.cursors, **moved}, acknowledged=dict(answer.acknowledged)
        )

    def _confirmed(self) -> dict[bytes, int] | None:
        """Give how far headquarters has each identity from this copy, if one has a twin.

        None as long as no other machine, that was a copy of this one, has written under an
        identity of this copy.
        """
        confirmed: dict[bytes, int] = {}
        has_twin = False
        # What was taken without a word is the same on both sides.
        taken = {run.device: run.first + len(run.bodies) - 1 for run in self._request.runs}
        with self._store.engine.connect() as connection:
            for identity in self._request.identities:
                device = identity.device
                both = min(self._answer.acknowledged.get(device, 0), identity.head)
                theirs = self._answer.chains.get(device)
                if device in self._answer.forked:
                    has_twin = True
                    both = max(both, identity.acknowledged)
                elif theirs not in {None, chain_of(connection, device, both)}:
                    has_twin = True
                    both = min(both, max(taken.get(device, 0), identity.acknowledged))
                confirmed[device] = both
        return confirmed if has_twin else None

    def _is_set_back(self) -> bool:
        """Tell whether this copy was set back: headquarters has more of its identity than it."""
        mine = self._store.device.bytes
        head = next((i.head for i in self._request.identities if i.device == mine), 0)
        return self._answer.acknowledged.get(mine, 0) > head

    def _give_way(self, runs: list[Run]) -> None:
        """Set aside changes that came some other way where headquarters has others in their place.

        Their maker makes them anew once it meets headquarters; that may be this copy, where they
        were saved after it asked.
        """
        own = {device.bytes for device in self._store.identities}
        with self._store.engine.connect() as connection:
            contradicted = [
                (run.device, after)
                for run in runs
                if (after := last_in_common(connection, run)) is not None
            ]
        mine = {device: after for device, after in reversed(contradicted) if device in own}
        if mine:
            self._report.reissued += self._store.reissue(mine)
            self._report.forked = self._report.renewed = True
        if contradicted:
            with self._store.control() as connection:
                for device, after in contradicted:
                    set_aside(connection, device, after)

    def _note(self, connection: sa.Connection, merged: Merged) -> None:
        """Move cursors and acknowledgements, and compare what both hold."""
        progress = progress_in(connection)
        for identity in self._request.identities:
            self._acknowledge(connection, identity, progress, merged)
        for feed in self._answer.feeds:
            self._advance(connection, feed, progress, merged)
        progress.refused = _still_refused(progress.refused, self._answer)
        progress.sent = self._report.sent
        progress.received = self._report.received + len(merged.stored)
        if not self.left:
            self._confirm(progress)
        if self._answer.peers is not None:
            keep_peers(self._store, connection, self._answer.peers)
        if self._answer.seals:
            self._keep_seals(connection)
        keep_progress(self._store, connection, progress)

    def _keep_seals(self, connection: sa.Connection) -> None:
        """Keep the proofs by which colleagues can be given what came."""
        place = enrolment_of(self._store)
        if place is None or not place.hq_key:
            return
        by_hq = [one for one in self._answer.seals if one.by == place.hq]
        sealed = [one for one in by_hq if is_sealed(one, place.hq_key)]
        relay.keep_word(self._store, connection, sealed, [])

    def _acknowledge(
        self, connection: sa.Connection, identity: Identity, progress: Progress, merged: Merged
    ) -> None:
        known = self._answer.acknowledged.get(identity.device, 0)
        taken = min(known, identity.head)
        self._report.sent += max(taken - identity.acknowledged, 0)
        self.moved += abs(taken - identity.acknowledged)
        self.left += identity.head - taken
        if known > identity.head and _is_written_since(connection, identity, merged):
            known = identity.head  # what headquarters has after it is another copy's
        progress.acknowledged[identity.device] = known

    def _advance(
        self, connection: sa.Connection, feed: Feed, progress: Progress, merged: Merged
    ) -> None:
        self.left += feed.left
        self.to_come += feed.left
        asked = self._request.cursors.get(feed.scope)
        if asked is None or progress.cursors.get(feed.scope, 0) != asked:
            self._report.verified[UUID(bytes=feed.scope)] = None
            return  # another sync came between, and its place stands
        goes_on = feed.start == asked
        holding = progress.holdings.get(feed.scope, Holding()) if goes_on else Holding()
        if not goes_on:
            # Headquarters has gone back to a backup: it is asked about attachments anew.
            connection.execute(CONTENT_CONFIRMED.delete())
        known = {(one.device, one.change.seq): one.chain for one in merged.stored}
        for run in feed.runs:
            holding = holding.plus(_links_of(run, known))
        for own in feed.own:
            holding = holding.plus(_chains(connection, own.device, own.first, own.last))
        progress.cursors[feed.scope] = feed.cursor
        progress.holdings[feed.scope] = holding
        self.moved += feed.cursor - feed.start
        self.named += sum(own.last - own.first + 1 for own in feed.own)
        same = None if feed.holding is None else feed.holding == holding
        self._report.verified[UUID(bytes=feed.scope)] = same

    def _confirm(self, progress: Progress) -> None:
        report = self._report
        if not self._is_live:
            report.confirmed_ms = self._answer.server_time_ms - progress.clock_offset_ms
            progress.confirmed_ms = max(progress.confirmed_ms or 0, report.confirmed_ms)
            return
        report.confirmed_ms = system_ms()
        offset_ms = self._answer.server_time_ms - report.confirmed_ms
        report.clock_offset_s = offset_ms / 1000
        progress.confirmed_ms, progress.clock_offset_ms = report.confirmed_ms, offset_ms
        progress.mismatched = [s.bytes for s, same in report.verified.items() if same is False]


def _links_of(run: Run, known: dict[tuple[bytes, int], bytes]) -> list[bytes]:
    """Give the chain digest after each change of a run; those merged are not hashed again."""
    numbers = range(run.first, run.first + len(run.bodies))
    found = [chain for n in numbers if (chain := known.get((run.device, n))) is not None]
    return found if len(found) == len(run.bodies) else links(run.previous, run.bodies)


def _is_written_since(connection: sa.Connection, identity: Identity, merged: Merged) -> bool:
    """Tell whether this copy has written under an identity since it asked."""
    arrived = {one.change.seq for one in merged.stored if one.device == identity.device}
    query = sa.select(CHANGE.c.seq).where(
        CHANGE.c.device == identity.device, CHANGE.c.seq > identity.head
    )
    return any(seq not in arrived for seq in connection.scalars(query))


def _still_refused(
    noted: list[tuple[bytes, int, str]], answer: Answer
) -> list[tuple[bytes, int, str]]:
    """Give the own changes that headquarters refuses, with what it says of them last."""
    reasons = {(device, seq): reason for device, seq, reason in [*noted, *answer.refused]}
    for taken in answer.taken:
        reasons.pop(taken, None)
    own = [own for feed in answer.feeds for own in feed.own]
    for device, seq in list(reasons):
        if any(o.device == device and o.first <= seq <= o.last for o in own):
            del reasons[device, seq]
    return [(device, seq, reason) for (device, seq), reason in reasons.items()]


def _chains(connection: sa.Connection, device: bytes, first: int, last: int) -> list[bytes]:
    query = sa.select(CHANGE.c.chain).where(
        CHANGE.c.device == device, CHANGE.c.seq.between(first, last)
    )
    return list(connection.scalars(query))
