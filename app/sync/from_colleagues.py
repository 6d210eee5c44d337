"""A file of a colleague's computer taken in: all of it proven first, then merged without a gap."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from app.errors import Refused
from app.i18n import _, ngettext
from app.models.change import links
from app.models.contents import Content, keep_content
from app.models.log import CHANGE
from app.models.merge import Run
from app.models.store import Store
from app.sync import relay
from app.sync.carried import FileRead, Gap, file_named, note_file, reading_of
from app.sync.carrying import Tell, not_for_here, place_of
from app.sync.colleagues import PURPOSE
from app.sync.computers import computers
from app.sync.frames import Request, Seal, decode
from app.sync.outbox import chain_of
from app.sync.parcel import require_place
from app.sync.parcel_reading import Parcel
from app.sync.peers import keep_said, peers_of
from app.sync.receipts import checked_seals, hear_of_own
from app.sync.signing import is_sealed, public_key
from app.sync.state import Enrolment

_MAKERS: Final = "peer_makers"


def read_from_colleague(store: Store, parcel: Parcel, progress: Tell | None = None) -> FileRead:
    """Take a colleague's file in.

    What headquarters may not have of it is passed on to it by this copy's next sync or file. What
    does not join on to what is here is left out, and told.

    Raises:
        Refused: It is not from a known computer of this office, not for this one, or holds
            changes that their makers did not sign.
    """
    place = place_of(store)
    header = parcel.header
    require_place(header, place.hq, is_training=store.is_training, path=parcel.path)
    sender = next((one for one in peers_of(store) if one.device == header.sender), None)
    if header.purpose != PURPOSE or place.device not in header.readers:
        raise not_for_here(parcel.path)
    if sender is None:
        raise Refused(
            "unknown_device",
            _(
                "{path} comes from a computer this one does not know. Sync once with headquarters,"
                " then read it again. Nothing was changed."
            ).format(path=parcel.path),
        )
    parcel.require_signed(sender.public_key)
    read = reading_of(header, sender.name)
    known = file_named(store, header.id)
    if known is not None and not known.summary.get("missing"):
        read.again = known.at
        return read
    taking = _Taking(store, place, parcel, read)
    parcel.each(taking.check)
    taking.close_check()
    parcel.each(taking.take, taking.content, progress)
    taking.close()
    return read


class _Taking:
    """A colleague's file being taken in: all of it checked first, then merged frame by frame."""

    def __init__(self, store: Store, place: Enrolment, parcel: Parcel, read: FileRead) -> None:
        self._store = store
        self._place = place
        self._parcel = parcel
        self._read = read
        self._peers = {one.device: one for one in peers_of(store)}
        self._own = {device.bytes for device in store.identities}
        self._makers = store.settings.get(_MAKERS, dict[bytes, bytes]) or {}
        self._unknown: set[bytes] = set()
        self._forked: set[bytes] = set()
        self._unproven: dict[bytes, tuple[int, bytes]] = {}
        self._missing: dict[bytes, Gap] = {}
        self._seals = checked_seals(parcel.closing, place)
        self._confirmed = {one.identity: one.seq for one in self._seals}
        self._firsts: dict[bytes, int] = {}

    def check(self, data: bytes) -> None:
        """Make sure that every run is proven: by a seal on it, or on what follows it."""
        asked = decode(data, Request)
        for run in asked.runs:
            if run.device in self._own:
                continue
            awaited = self._unproven.pop(run.device, None)
            if not run.bodies or awaited not in {None, (run.first, run.previous)}:
                raise self._tampered()
            seal_ = relay.seal_for(run, asked.seals)
            if seal_ is None:
                following = run.first + len(run.bodies), links(run.previous, run.bodies)[-1]
                self._unproven[run.device] = following
            elif seal_.by == self._place.hq:
                if not is_sealed(seal_, self._place.hq_key):
                    raise self._tampered()
            else:
                self._check_by_maker(run, seal_)

    def close_check(self) -> None:
        """Make sure that no run was left without a proof."""
        if self._unproven:
            raise self._tampered()

    def _check_by_maker(self, run: Run, seal: Seal) -> None:
        place = self._place
        if seal.by == place.device:
            # This copy was set back, or copied, since it made that under another identity.
            key, scopes = public_key(place.private_key), [place.office]
        elif seal.by in self._peers:
            key, scopes = self._peers[seal.by].public_key, self._peers[seal.by].scopes
        else:
            self._unknown.add(run.device)
            return
        is_theirs = self._makers.setdefault(run.device, seal.by) == seal.by and (
            run.device not in self._peers or run.device == seal.by
        )
        if not is_theirs or not is_sealed(seal, key):
            raise self._tampered()
        if place.office not in scopes:
            self._unknown.add(run.device)

    def _tampered(self) -> Refused:
        return Refused(
            "not_sealed",
            _(
                "{path} holds changes that the computer that made them did not sign. Nothing was"
                " changed."
            ).format(path=self._parcel.path),
        )

    def take(self, data: bytes) -> None:
        """Merge one frame's changes."""
        asked = decode(data, Request)
        runs = [
            run
            for run in asked.runs
            if run.device not in self._own
            and run.device not in self._unknown
            and self._joins_on(run)
        ]
        if not runs:
            return
        merged = self._store.merge(runs)
        self._forked |= merged.forked
        self._read.received += len(merged.stored)
        self._read.refused += [(UUID(bytes=d), seq, why) for d, seq, why in merged.refused]
        with self._store.control() as connection:
            for run in runs:
                if run.device not in self._forked:
                    self._pass_on(connection, run, asked.seals)

    def _joins_on(self, run: Run) -> bool:
        """Tell whether the change before a run is here; what would leave a gap is not taken."""
        if run.device in self._missing or run.device in self._forked:
            return False
        with self._store.engine.connect() as connection:
            before = chain_of(connection, run.device, run.first - 1)
            if before is None:
                last = connection.scalar(
                    sa.select(sa.func.max(CHANGE.c.seq)).where(
                        CHANGE.c.device == run.device, CHANGE.c.seq < run.first
                    )
                )
                self._missing[run.device] = Gap(
                    UUID(bytes=run.device),
                    self._name_of(run.device),
                    (last or 0) + 1,
                    run.first - 1,
                    is_from_colleague=True,
                )
        if before not in {None, run.previous}:
            self._forked.add(run.device)
        return before == run.previous

    def _name_of(self, identity: bytes) -> str:
        maker = self._makers.get(identity, identity)
        return computers(self._store).name(UUID(bytes=maker))

    def _pass_on(self, connection: sa.Connection, run: Run, seals: list[Seal]) -> None:
        """Note what headquarters may not have, to be passed on to it with its makers' seals."""
        confirmed = self._confirmed.get(run.device, 0)
        first = self._firsts.setdefault(run.device, max(run.first, confirmed + 1))
        left = [
            one
            for one in seals
            if one.identity == run.device and one.seq > confirmed and one.by != self._place.hq
        ]
        if left:
            relay.keep(connection, run.device, first, left)

    def content(self, content: Content) -> None:
        """Take one attachment in."""
        keep_content(self._store, content)
        self._read.contents += 1

    def close(self) -> None:
        """Note what the colleague holds and has heard of headquarters, and that it was read."""
        header, closing, read = self._parcel.header, self._parcel.closing, self._read
        read.changes = closing.changes
        read.gaps = list(self._missing.values())
        with self._store.control() as connection:
            read.acknowledged = hear_of_own(self._store, connection, self._seals, closing.refused)
            others = [one for one in closing.refused if one[0] not in self._own]
            relay.keep_word(self._store, connection, self._seals, others)
            keep_said(self._store, connection, header.sender, header.have, header.wants)
            self._store.settings.put(connection, peer_makers=self._makers)
            if read.acknowledged:
                read.findings.append(
                    ngettext(
                        "Headquarters has {count} change of yours.",
                        "Headquarters has {count} changes of yours.",
                        read.acknowledged,
                    ).format(count=read.acknowledged)
                )
            if self._unknown:
                read.findings.append(
                    _(
                        "Some of it was made on a computer this one does not know; that was left"
                        " out. Sync once with headquarters, then ask for a new file."
                    )
                )
            if self._forked:
                read.findings.append(
                    _(
                        "Some of it differs from what is here under the same numbers; that was"
                        " left out. Sync both computers with headquarters."
                    )
                )
            note_file(
                connection,
                header,
                datetime.now(UTC),
                sender=read.sender,
                changes=read.changes,
                received=read.received,
                missing=[(g.name, g.first, g.last) for g in read.gaps],
                findings=read.sentences,
            )
