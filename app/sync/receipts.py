"""Files headquarters made for this copy, taken in whatever has happened since it was asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec
import sqlalchemy as sa

from app.i18n import _, isolate, ngettext
from app.models.change import links
from app.models.contents import (
    CONTENT_CONFIRMED,
    Content,
    insert_missing,
    keep_content,
)
from app.models.log import head_of
from app.models.merge import Run
from app.models.reissue import last_in_common
from app.models.store import Store
from app.sync import outbox, relay
from app.sync.carried import FileRead, file_named, note_file, reading_of
from app.sync.carrying import Tell, not_for_here, place_of
from app.sync.frames import (
    PROTOCOL,
    Answer,
    Feed,
    Holding,
    Identity,
    Own,
    Request,
    Seal,
    decode,
)
from app.sync.parcel import Closing, require_place
from app.sync.parcel_reading import Parcel
from app.sync.report import SyncReport
from app.sync.round import Round
from app.sync.signing import is_sealed
from app.sync.state import Enrolment, keep_progress, progress_in, progress_of
from app.sync.totals import Totals, differences

_FROM_HQ: Final = frozenset({"receipt", "news"})


def read_from_hq(store: Store, parcel: Parcel, progress: Tell | None = None) -> FileRead:
    """Take a receipt, or a file headquarters made unasked, in.

    It may be older than what a sync has done since: nothing goes back, nothing counts twice.

    Raises:
        Refused: It is for another computer, of another headquarters, or not signed by it.
    """
    place = place_of(store)
    header = parcel.header
    require_place(header, place.hq, is_training=store.is_training, path=parcel.path)
    if header.purpose not in _FROM_HQ or header.sender != place.hq:
        raise not_for_here(parcel.path)
    parcel.require_signed(place.hq_key)
    if place.device not in header.readers:
        raise not_for_here(parcel.path)
    read = reading_of(header, _("headquarters"))
    known = file_named(store, header.id)
    if known is not None:
        read.again = known.at
        return read
    taking = _Taking(store, place, parcel, read)
    parcel.each(taking.frame, taking.content, progress)
    taking.close()
    return read


class _Taking:
    """A file of headquarters' being taken in, answer by answer."""

    def __init__(self, store: Store, place: Enrolment, parcel: Parcel, read: FileRead) -> None:
        self._store = store
        self._place = place
        self._parcel = parcel
        self._read = read
        self._report = SyncReport()
        self._carried = {span.identity: span for span in parcel.header.spans}
        self._about_others: list[tuple[bytes, int, str]] = []
        self._is_late = False
        # Scopes of which this copy does not hold what its cursor says, as after headquarters has
        # gone back to a backup and grown again.
        self._asked_anew: set[bytes] = set()
        progress = progress_of(store)
        told_ms = (progress.confirmed_ms or 0) + progress.clock_offset_ms
        # By headquarters' clock: nothing it has said since is known here.
        self._is_newest = parcel.header.made_ms > told_ms

    def frame(self, data: bytes) -> None:
        """Take one answer in."""
        answer = decode(data, Answer)
        if self._is_set_back(answer):
            # Numbers handed out before must not be handed out again.
            self._store.renew_identity()
            self._report.renewed = True
        progress = progress_of(self._store)
        with self._store.engine.connect() as connection:
            known = [
                one for one in outbox.identities(self._store, connection, progress) if one.head
            ]
            own = {one.device: one for one in known}
            settled = {one.device: self._settle(connection, one, answer) for one in known}
            feeds = [
                kept
                for feed in answer.feeds
                if feed.scope in self._place.scopes
                and (kept := self._fitted(connection, feed, own)) is not None
            ]
        self._about_others += [one for one in answer.refused if one[0] not in own]
        fitted = msgspec.structs.replace(
            answer,
            acknowledged={device: seq for device, (seq, _chain) in settled.items()},
            chains={device: chain for device, (_seq, chain) in settled.items() if chain},
            forked=[d for d in answer.forked if d in own and own[d].head > own[d].acknowledged],
            refused=[one for one in answer.refused if one[0] in own],
            feeds=feeds,
            peers=answer.peers if self._is_newest else None,
        )
        reached = {feed.scope: progress.cursors.get(feed.scope, 0) for feed in feeds}
        cursors = {
            feed.scope: reached[feed.scope]
            for feed in feeds
            if (feed.start == reached[feed.scope] or self._begins_again(feed, reached[feed.scope]))
            and self._holds_own(feed, own)
        }
        holdings = {scope: progress.holdings.get(scope, Holding()) for scope in cursors}
        asked = Request(PROTOCOL, cursors, known, [], 1, holdings)
        Round(self._store, asked, fitted, self._report, is_live=False).apply()

    def _is_set_back(self, answer: Answer) -> bool:
        """Tell whether a feed holds more of this copy's identity than the copy itself."""
        mine = self._store.device.bytes
        with self._store.engine.connect() as connection:
            head, _chain = head_of(connection, mine)
            return any(
                run.first <= head + 1 < run.first + len(run.bodies)
                and last_in_common(connection, run) is None
                for feed in answer.feeds
                for run in feed.runs
                if run.device == mine
            )

    def _settle(
        self, connection: sa.Connection, one: Identity, answer: Answer
    ) -> tuple[int, bytes | None]:
        """Give how far headquarters has an identity by all that is known, and what to check it by.

        The answer speaks of the copy as it was when it made the file.
        """
        span = self._carried.get(one.device)
        if span is None or one.device not in answer.acknowledged:
            return one.acknowledged, None
        reached = min(answer.acknowledged[one.device], span.last)
        if reached > one.head:
            # This copy was set back since; under an identity it has left, that is nothing to it.
            is_mine = one.device == self._store.device.bytes
            return (reached if is_mine else one.acknowledged), None
        chain = answer.chains.get(one.device)
        if chain is None or chain == outbox.chain_of(connection, one.device, reached):
            return max(reached, one.acknowledged), None
        if one.head > one.acknowledged:
            return reached, chain  # somebody else writes under it too
        return one.acknowledged, None

    def _fitted(
        self, connection: sa.Connection, feed: Feed, own: dict[bytes, Identity]
    ) -> Feed | None:
        """Give what a feed holds for this copy as it is today; None where it has all of it."""
        reached = progress_of(self._store).cursors.get(feed.scope, 0)
        begins_again = self._begins_again(feed, reached)
        if feed.cursor <= reached and feed.start != reached and not begins_again:
            return None
        if feed.start > reached:
            self._is_late = True
        runs: list[Run] = []
        heads = {device: one.head for device, one in own.items()}
        named = list(feed.own)
        for run in feed.runs:
            last = run.first + len(run.bodies) - 1
            if run.device not in own:
                runs.append(run)
            elif (
                outbox.chain_of(connection, run.device, last) == links(run.previous, run.bodies)[-1]
            ):
                named.append(Own(run.device, run.first, last))  # sent by some other way since
            elif run.first <= heads[run.device] + 1 and last_in_common(connection, run) is None:
                runs.append(run)  # this copy was set back, or is a copy of the one that made it
                heads[run.device] = max(heads[run.device], last)
            else:
                self._is_late = True
                if feed.start == reached and run.first > heads[run.device] + 1:
                    self._asked_anew.add(feed.scope)
                return None
        return msgspec.structs.replace(feed, runs=runs, own=named, holding=feed.holding)

    def _begins_again(self, feed: Feed, reached: int) -> bool:
        """Tell whether headquarters has gone back to a backup, and gives a shorter feed anew."""
        return self._is_newest and not feed.start and feed.cursor + feed.left < reached

    def _holds_own(self, feed: Feed, own: dict[bytes, Identity]) -> bool:
        """Tell whether this copy has all of its own that a feed only names."""
        has_all = all(one.device in own and one.last <= own[one.device].head for one in feed.own)
        self._is_late = self._is_late or not has_all
        return has_all

    def content(self, content: Content) -> None:
        """Take one attachment in."""
        keep_content(self._store, content)
        self._read.contents += 1

    def close(self) -> None:
        """Note what headquarters says at the end, and that the file was read."""
        closing = self._parcel.closing
        seals = checked_seals(closing, self._place)
        report, read = self._report, self._read
        read.received, read.acknowledged = report.received, report.sent
        read.changes = closing.changes
        read.refused = [
            *report.refused,
            *report.quarantined,
            *((UUID(bytes=device), seq, why) for device, seq, why in self._about_others),
        ]
        report.refused, report.quarantined = [], []
        read.findings += report.findings
        if self._is_late:
            read.findings.append(
                _(
                    "This file was made for an earlier or a later state of this computer. What it"
                    " holds was taken; make a new file for headquarters, or sync."
                )
            )
        self._compare_totals()
        passed_on = self._passed_on(seals)
        if passed_on:
            read.findings.append(
                ngettext(
                    "Headquarters has {count} change of colleagues that went through here. Give"
                    " them a file, so that they learn of it.",
                    "Headquarters has {count} changes of colleagues that went through here. Give"
                    " them a file, so that they learn of it.",
                    passed_on,
                ).format(count=passed_on)
            )
        with self._store.control() as connection:
            relay.keep_word(self._store, connection, seals, self._about_others)
            if self._is_newest:
                self._go_back(connection, seals)
            insert_missing(
                connection, CONTENT_CONFIRMED, [{"hash": digest} for digest in closing.held]
            )
            note_file(
                connection,
                self._parcel.header,
                datetime.now(UTC),
                about=self._parcel.header.about,
                received=read.received,
                acknowledged=read.acknowledged,
                findings=read.sentences,
            )

    def _go_back(self, connection: sa.Connection, seals: list[Seal]) -> None:
        """Send again, and ask again for, what headquarters has lost by going back to a backup."""
        progress = progress_in(connection)
        held = {seal.identity: seal.seq for seal in seals}
        has_lost = False
        for span in self._parcel.header.spans:
            known = progress.acknowledged.get(span.identity, 0)
            here = held.get(span.identity, 0)
            # This copy had it confirmed when it made the file.
            if here < span.first - 1 and here < known:
                progress.acknowledged[span.identity] = here
                has_lost = True
        if has_lost:
            connection.execute(CONTENT_CONFIRMED.delete())
            self._read.findings.append(
                _(
                    "Headquarters has gone back to a backup and lost some of your work. Make a new"
                    " file for it: what it lost goes in again."
                )
            )
        differing = {one.bytes for one, same in self._report.verified.items() if same is False}
        for scope in self._asked_anew | differing:
            progress.cursors[scope] = 0
            progress.holdings[scope] = Holding()
        keep_progress(self._store, connection, progress)

    def _compare_totals(self) -> None:
        """Compare the control totals of a batch with those headquarters counted."""
        made = file_named(self._store, self._parcel.header.about)
        told = made.summary["totals"] if made is not None else b""
        if not told or not self._parcel.closing.totals:
            return
        found = differences(
            msgspec.msgpack.decode(told, type=Totals),
            msgspec.msgpack.decode(self._parcel.closing.totals, type=Totals),
        )
        self._read.findings += found or [
            _("Headquarters counted the same as this batch for the week {week}.").format(
                week=isolate(self._parcel.header.week)
            )
        ]

    def _passed_on(self, seals: list[Seal]) -> int:
        held = {seal.identity: seal.seq for seal in seals}
        with self._store.engine.connect() as connection:
            return sum(
                min(one.last, held[one.identity]) - one.first + 1
                for one in relay.relayed(connection)
                if held.get(one.identity, 0) >= one.first
            )


def checked_seals(closing: Closing, place: Enrolment) -> list[Seal]:
    """Give those of a file's seals that headquarters made."""
    return [one for one in closing.seals if one.by == place.hq and is_sealed(one, place.hq_key)]


def hear_of_own(
    store: Store,
    connection: sa.Connection,
    seals: Iterable[Seal],
    refused: Iterable[tuple[bytes, int, str]],
) -> int:
    """Note, in a writing transaction, how far headquarters says it holds this copy's identities.

    Args:
        store: This copy.
        connection: Inside the transaction.
        seals: Headquarters' own, checked, whoever brought them.
        refused: What it put in quarantine.

    Returns:
        How many of this copy's changes are confirmed by that.
    """
    progress = progress_in(connection)
    confirmed = 0
    own = {device.bytes for device in store.identities}
    for seal in seals:
        known = progress.acknowledged.get(seal.identity, 0)
        if seal.identity not in own or seal.seq <= known:
            continue
        if outbox.chain_of(connection, seal.identity, seal.seq) != seal.chain:
            continue  # another machine writes under it too: told when headquarters is met
        progress.acknowledged[seal.identity] = seal.seq
        confirmed += seal.seq - known
    noted = {(identity, seq) for identity, seq, _reason in progress.refused}
    progress.refused += [one for one in refused if one[0] in own and (one[0], one[1]) not in noted]
    keep_progress(store, connection, progress)
    return confirmed
