"""Files between two computers of one office, without headquarters: each change with its proof."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from app.errors import Refused
from app.i18n import _, ngettext
from app.models.change import links
from app.models.clock import system_ms
from app.models.contents import Content, keep_content
from app.models.log import heads
from app.models.merge import Run
from app.models.store import Store
from app.sync import outbox, relay
from app.sync.carried import FileMade, FileRead, file_named, note_file, reading_of
from app.sync.carrying import (
    Outgoing,
    Tell,
    changes_held,
    not_for_here,
    place_of,
    remember_made,
    unsent_contents,
)
from app.sync.frames import PROTOCOL, Peer, Request, Seal, decode
from app.sync.parcel import Closed, Header, Span, new_file_id, require_place
from app.sync.parcel_reading import Parcel
from app.sync.parcel_writing import write_parcel
from app.sync.peers import peers_of
from app.sync.receipts import checked_seals, hear_of_own
from app.sync.signing import is_sealed, seal
from app.sync.state import Enrolment, progress_of

PURPOSE: Final = "colleague"
_HELD: Final = "peer_holdings"
_MAKERS: Final = "peer_makers"


def colleagues_of(store: Store) -> list[Peer]:
    """List the computers files can be given to: they see all that is registered at this office."""
    place = place_of(store)
    return [
        one
        for one in peers_of(store)
        if place.office in one.scopes and one.recipient and one.device != place.device
    ]


def colleague_named(store: Store, named: str) -> Peer:
    """Give a colleague's computer by its name, its id, or the beginning of its id.

    Raises:
        Refused: There is none, or several; the message lists those there are.
    """
    known = colleagues_of(store)
    wanted = named.strip().casefold()
    found = [
        one
        for one in known
        if one.name.casefold() == wanted or str(UUID(bytes=one.device)).startswith(wanted)
    ]
    if wanted and len(found) == 1:
        return found[0]
    listed = ", ".join(f"{one.name} ({str(UUID(bytes=one.device))[:8]})" for one in known)
    if not listed:
        raise Refused(
            "no_colleague",
            _(
                "This computer knows no other computer of its office yet. Enrol the other one, then"
                " sync this one once."
            ),
        )
    raise Refused(
        "which_colleague",
        _("{name} names no one computer. Name one of: {known}.").format(name=named, known=listed),
    )


def export_for_colleagues(
    store: Store,
    path: Path,
    colleagues: Sequence[Peer],
    progress: Tell | None = None,
    *,
    with_contents: bool = True,
) -> FileMade:
    """Write what colleagues' computers may lack to a file that each of them can read.

    Args:
        store: Enrolled.
        path: Where to; replaced when there is one.
        colleagues: At least one of ``colleagues_of``.
        progress: Told how many changes are in, of how many.
        with_contents: Attachments headquarters has not confirmed go in too.

    Raises:
        Refused: One of them is not of this office.
        Unavailable: The file cannot be written.
    """
    place = place_of(store)
    store.require_outside(path)
    allowed = {one.device for one in colleagues_of(store)}
    if not colleagues or any(one.device not in allowed for one in colleagues):
        raise Refused(
            "no_colleague", _("This computer is not one of this office that files can go to.")
        )
    word = relay.word_of(store)
    with store.engine.connect() as connection:
        going = Outgoing(
            store,
            connection,
            _lacking(store, connection, colleagues),
            relay.relayed(connection),
            progress,
        )
        header = Header(
            id=new_file_id(),
            purpose=PURPOSE,
            hq=place.hq,
            is_training=store.is_training,
            sender=place.device,
            readers=[one.device for one in colleagues],
            made_ms=system_ms(),
            protocol=PROTOCOL,
            spans=going.spans,
            have={identity: changes_held(connection, identity) for identity in heads(connection)},
        )

        def sealed(run: Run) -> Seal:
            last = run.first + len(run.bodies) - 1
            chain = links(run.previous, run.bodies)[-1]
            return seal(place.private_key, place.device, run.device, last, chain)

        def close() -> Closed:
            going.require_all()
            return Closed(going.changes, [*word.seals.values()], word.refused)

        closing = write_parcel(
            path,
            [one.recipient for one in colleagues],
            place.private_key,
            header,
            going.for_colleagues(sealed),
            unsent_contents(store) if with_contents else [],
            close,
        )
    made = FileMade(
        path=path,
        id=UUID(bytes=header.id),
        purpose=PURPOSE,
        changes=going.changes,
        relayed=going.relayed,
        contents=closing.contents,
        size=path.stat().st_size,
    )
    remember_made(store, made, header)
    return made


def _lacking(store: Store, connection: sa.Connection, colleagues: Sequence[Peer]) -> list[Span]:
    """List this copy's own changes that one of the colleagues may lack.

    What a computer has said it holds is not given again. Of one that has said nothing, as much is
    supposed as headquarters could have given it.
    """
    told = store.settings.get(_HELD, dict[bytes, dict[bytes, int]]) or {}
    known = outbox.identities(store, connection, progress_of(store))
    return [
        Span(
            one.device,
            min(told.get(c.device, {}).get(one.device, one.acknowledged) for c in colleagues) + 1,
            one.head,
        )
        for one in known
        if one.head
    ]


def read_from_colleague(store: Store, parcel: Parcel, progress: Tell | None = None) -> FileRead:
    """Take a colleague's file in.

    What headquarters may not have of it is passed on to it by this copy's next sync or file.

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
    if known is not None:
        read.again = known.at
        return read
    taking = _Taking(store, place, parcel, read)
    parcel.each(taking.check)
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

    def check(self, data: bytes) -> None:
        """Make sure that every run was sealed by whom it belongs to."""
        asked = decode(data, Request)
        for run in asked.runs:
            if run.device in self._own:
                continue
            seal_ = relay.seal_for(run, asked.seals)
            if seal_ is None:
                raise self._tampered()
            if seal_.by == self._place.device:
                raise self._tampered()  # an identity of this copy would be known to it
            maker = self._peers.get(seal_.by)
            if maker is None:
                self._unknown.add(run.device)
                continue
            is_theirs = self._makers.setdefault(run.device, seal_.by) == seal_.by and (
                run.device not in self._peers or run.device == seal_.by
            )
            if not is_theirs or not is_sealed(seal_, maker.public_key):
                raise self._tampered()
            if self._place.office not in maker.scopes:
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
            if run.device not in self._own and run.device not in self._unknown
        ]
        if not runs:
            return
        merged = self._store.merge(runs)
        self._forked |= merged.forked
        self._read.received += len(merged.stored)
        self._read.refused += [(UUID(bytes=d), seq, why) for d, seq, why in merged.refused]
        with self._store.control() as connection:
            for run in runs:
                if run.device not in merged.forked:
                    sealed = [one for one in asked.seals if one.identity == run.device]
                    relay.keep(connection, run.device, run.first, sealed)

    def content(self, content: Content) -> None:
        """Take one attachment in."""
        keep_content(self._store, content)
        self._read.contents += 1

    def close(self) -> None:
        """Note what the colleague holds and has heard of headquarters, and that it was read."""
        header, closing, read = self._parcel.header, self._parcel.closing, self._read
        read.changes = closing.changes
        seals = checked_seals(closing, self._place)
        told = self._store.settings.get(_HELD, dict[bytes, dict[bytes, int]]) or {}
        told[header.sender] = header.have
        with self._store.control() as connection:
            read.acknowledged = hear_of_own(self._store, connection, seals, closing.refused)
            others = [one for one in closing.refused if one[0] not in self._own]
            relay.keep_word(self._store, connection, seals, others)
            self._store.settings.put(connection, peer_holdings=told, peer_makers=self._makers)
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
                findings=read.sentences,
            )
