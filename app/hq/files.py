"""Files carried to headquarters by hand, and the receipts that go back.

What is in a file comes in by the same door as over the network; a receipt holds the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa

from app.errors import Refused
from app.hq import contents, feed
from app.hq.base import Headquarters
from app.hq.devices import Device, device_named, devices, peers_for
from app.hq.exchange import exchange
from app.hq.tables import FILE_READ, IDENTITY
from app.i18n import _, ngettext
from app.models.contents import Content, contents_held
from app.models.log import head_of
from app.sync.carried import FileMade, FileRead, Gap, reading_of
from app.sync.carrying import not_for_here
from app.sync.frames import FRAME_BYTES, PROTOCOL, Answer, Request, Seal, decode, encode
from app.sync.parcel import SUFFIX, Closed, Header, Span, new_file_id, require_place
from app.sync.parcel_reading import Parcel, open_parcel
from app.sync.parcel_writing import write_parcel
from app.sync.peers import digest_of
from app.sync.signing import seal
from app.sync.totals import Totals, differences, totals_in_log

_FOR_HQ: Final = frozenset({"changes", "batch"})
_ABOUT_ONE: Final = frozenset({"not_sealed", "other_identity"})
"""Rules that speak of one identity's changes, each of which has frames of its own."""
_Tell = Callable[[int, int], None]


class ReadBefore(msgspec.Struct, frozen=True):
    """A file headquarters has read.

    Attributes:
        device: Who made it; ``name`` of that computer.
        read_at: When, in UTC.
        summary: What came of it.
    """

    id: UUID
    device: UUID
    name: str
    purpose: str
    week: str
    number: int
    read_at: datetime
    summary: dict[str, Any]


def receipt_path(path: Path) -> Path:
    """Give where the receipt of a file is written unless somebody says otherwise."""
    stem = path.name.removesuffix(SUFFIX)
    return path.with_name(f"{stem}.receipt{SUFFIX}")


def read_file(
    hq: Headquarters,
    path: Path,
    receipt: Path | None = None,
    progress: _Tell | None = None,
    *,
    again: bool = False,
) -> FileRead:
    """Take a device's file in and write its receipt.

    Args:
        hq: Here.
        path: The file.
        receipt: Where the receipt goes; none is written without.
        progress: Told how many of its frames are in, of how many; may raise ``Cancelled``, and what
            was taken by then stays.
        again: Write the receipt of a file that was read before, too.

    Raises:
        Refused: It is not for this headquarters, from an unknown or revoked computer, or not
            signed by it.
        Unavailable: It cannot be read, is damaged or of another format.
    """
    parcel = open_parcel(path, hq.secrets.identity)
    device = _sender(hq, parcel)
    read = reading_of(parcel.header, device.name)
    before = _read_before(hq, FILE_READ.c.id == parcel.header.id)
    is_done = bool(before) and not before[0].summary["missing"]
    if is_done:
        read.again = before[0].read_at
        if not again or receipt is None:
            return read
    taking = _Taking(hq, device, parcel, read)
    parcel.each(taking.frame, taking.content, progress)
    taking.close()
    if receipt is not None:
        taking.write_receipt(receipt)
        read.receipt = receipt
    return read


def files_read(hq: Headquarters, purpose: str | None = None) -> list[ReadBefore]:
    """List the files read, the latest first."""
    return _read_before(hq, sa.true() if purpose is None else FILE_READ.c.purpose == purpose)


def _read_before(hq: Headquarters, which: sa.ColumnElement[bool]) -> list[ReadBefore]:
    names = {one.id: one.name for one in devices(hq)}
    query = sa.select(FILE_READ).where(which).order_by(FILE_READ.c.read_at.desc())
    with hq.store.engine.connect() as connection:
        return [
            ReadBefore(
                id=UUID(bytes=row.id),
                device=UUID(bytes=row.device),
                name=names.get(UUID(bytes=row.device), ""),
                purpose=row.purpose,
                week=row.week or "",
                number=row.number or 0,
                read_at=datetime.fromisoformat(row.read_at),
                summary=msgspec.msgpack.decode(row.summary, strict=False),
            )
            for row in connection.execute(query)
        ]


def _sender(hq: Headquarters, parcel: Parcel) -> Device:
    header = parcel.header
    require_place(header, hq.id.bytes, is_training=hq.is_training, path=parcel.path)
    if header.purpose not in _FOR_HQ or hq.id.bytes not in header.readers:
        raise not_for_here(parcel.path)
    device = device_named(hq, UUID(bytes=header.sender))
    if device is None:
        raise Refused(
            "unknown_device",
            _(
                "{path} comes from a computer headquarters does not know. Nothing was changed."
            ).format(path=parcel.path),
        )
    parcel.require_signed(device.public_key)
    if device.revoked_at is not None:
        raise Refused(
            "revoked",
            _("{path} comes from the computer {name}, which was revoked. Nothing was read.").format(
                path=parcel.path, name=device.name
            ),
        )
    return device


class _Taking:
    """One file being taken in."""

    def __init__(self, hq: Headquarters, device: Device, parcel: Parcel, read: FileRead) -> None:
        self._hq = hq
        self._device = device
        self._parcel = parcel
        self._read = read
        self._answers: list[Answer] = []
        self._asked: Request | None = None
        self._contents: list[str] = []
        self._totals = b""
        with hq.store.engine.connect() as connection:
            self._before = {
                span.identity: head_of(connection, span.identity)[0] for span in parcel.header.spans
            }

    def frame(self, data: bytes) -> None:
        """Take one request in; what follows the device's cursors is given at the end, once."""
        asked = decode(data, Request)
        try:
            answer = exchange(self._hq, self._device, asked)
        except Refused as refused:
            if refused.rule not in _ABOUT_ONE:
                raise
            self._read.findings.append(refused.message)  # what else is in the file passes
            return
        if self._asked is None:
            self._asked = asked
        self._answers.append(msgspec.structs.replace(answer, feeds=[], peers=None))
        self._read.refused += [
            (UUID(bytes=identity), seq, why) for identity, seq, why in answer.refused
        ]

    def content(self, content: Content) -> None:
        """Take one attachment in; one that no record of the sender's names is passed over."""
        digest = content.digest
        try:
            contents.take(self._hq, self._device, digest, content.data, content.media_type)
        except Refused:
            self._read.findings.append(
                _("An attachment was left out: no record that the sender may change names it.")
            )
            return
        self._contents.append(digest)
        self._read.contents += 1

    def close(self) -> None:
        """Find what is missing, compare the totals of a batch, and note that the file was read."""
        read, header = self._read, self._parcel.header
        read.changes = self._parcel.closing.changes
        with self._hq.store.engine.connect() as connection:
            reached = {
                span.identity: head_of(connection, span.identity)[0] for span in header.spans
            }
        passed_over = {identity for one in self._answers for identity in one.forked}
        not_taken = {identity for identity, _seq, _why in self._refused_whole()}
        for span in header.spans:
            here, before = reached[span.identity], self._before[span.identity]
            read.received += max(here - before, 0)
            if span.last >= span.first > here + 1 and span.identity not in not_taken:
                name = self._name(span.identity)
                read.gaps.append(Gap(UUID(bytes=span.identity), name, here + 1, span.first - 1))
        if passed_over:
            read.findings.append(
                _(
                    "Another computer is a copy of the one that made this. What they wrote under"
                    " one identity was not taken; the receipt tells it to make that anew."
                )
            )
        if header.purpose == "batch":
            self._compare_totals()
        self._note()

    def _refused_whole(self) -> list[tuple[bytes, int, str]]:
        firsts = {(span.identity, span.first) for span in self._parcel.header.spans}
        return [one for a in self._answers for one in a.refused if (one[0], one[1]) in firsts]

    def _name(self, identity: bytes) -> str:
        with self._hq.store.engine.connect() as connection:
            maker = connection.scalar(sa.select(IDENTITY.c.device).where(IDENTITY.c.id == identity))
        found = None if maker is None else device_named(self._hq, UUID(bytes=maker))
        return self._device.name if found is None else found.name

    def _compare_totals(self) -> None:
        told = msgspec.msgpack.decode(self._parcel.closing.totals, type=Totals)
        with self._hq.store.engine.connect() as connection:
            counted = totals_in_log(connection, self._parcel.header.spans, told.week)
        self._totals = msgspec.msgpack.encode(counted)
        found = differences(told, counted)
        if not found:
            self._read.findings.append(_("The control totals of the week agree."))
            return
        self._read.findings.append(
            ngettext(
                "{count} control total of the week differs from what was taken: {first}",
                "{count} control totals of the week differ from what was taken, such as: {first}",
                len(found),
            ).format(count=len(found), first=found[0])
        )

    def _note(self) -> None:
        header, read = self._parcel.header, self._read
        asked = self._asked
        summary = {
            "changes": read.changes,
            "received": read.received,
            "contents": read.contents,
            "refused": len(read.refused),
            "missing": [(g.name, g.first, g.last) for g in read.gaps],
            "messages": read.sentences,
            "cursors": [] if asked is None else list(asked.cursors.items()),
            "totals": self._parcel.closing.totals,
        }
        with self._hq.store.control() as connection:
            connection.execute(FILE_READ.delete().where(FILE_READ.c.id == header.id))
            connection.execute(
                FILE_READ.insert().values(
                    id=header.id,
                    device=self._device.id.bytes,
                    purpose=header.purpose,
                    week=header.week or None,
                    number=header.number or None,
                    read_at=self._hq.now().isoformat(),
                    summary=msgspec.msgpack.encode(summary),
                )
            )

    def write_receipt(self, path: Path) -> None:
        """Write the answers, and what follows the device's cursors."""
        asked = self._asked
        sent = self._parcel.header
        with self._hq.store.engine.connect() as connection:
            held = contents_held(connection, self._contents)
        header = _header(self._hq, self._device, "receipt", sent)
        cursors = {} if asked is None else asked.cursors
        known = b"" if asked is None else asked.peers
        news = _news(self._hq, self._device, cursors, sent.heads, known)

        def frames() -> Iterator[bytes]:
            for answer in self._answers:
                yield encode(answer)
            yield from news

        _write(self._hq, self._device, path, header, frames(), sorted(held), self._totals)


def write_news(hq: Headquarters, device: UUID, path: Path) -> FileMade:
    """Write what a device may not have to a file for it, unasked.

    It follows on the last file the device sent; without one, it begins at the beginning.

    Raises:
        Refused: No such device, it was revoked, or it has no key for files.
        Unavailable: The file cannot be written.
    """
    known = device_named(hq, device)
    if known is None or known.revoked_at is not None:
        raise Refused("unknown_device", _("No device has this id."), "device")
    last = _read_before(hq, FILE_READ.c.device == device.bytes)
    cursors = dict(last[0].summary["cursors"]) if last else {}
    with hq.store.engine.connect() as connection:
        identities = connection.scalars(
            sa.select(IDENTITY.c.id).where(IDENTITY.c.device == device.bytes)
        )
        own = {identity: head_of(connection, identity)[0] for identity in list(identities)}
    spans = [Span(identity, 1, head) for identity, head in own.items()]
    header = _header(hq, known, "news", None, spans)
    changes = _write(hq, known, path, header, _news(hq, known, cursors, own, b""), [])
    return FileMade(path, UUID(bytes=header.id), "news", changes, 0, 0, path.stat().st_size)


def _header(
    hq: Headquarters,
    device: Device,
    purpose: str,
    about: Header | None,
    spans: list[Span] | None = None,
) -> Header:
    if not device.recipient:
        raise Refused(
            "no_file_keys",
            _("The computer {name} enrolled before files could be carried.").format(
                name=device.name
            ),
        )
    return Header(
        id=new_file_id(),
        purpose=purpose,
        hq=hq.id.bytes,
        is_training=hq.is_training,
        sender=hq.id.bytes,
        readers=[device.id.bytes],
        made_ms=_now_ms(hq),
        protocol=PROTOCOL,
        spans=(about.spans if about is not None else spans) or [],
        about=b"" if about is None else about.id,
        week="" if about is None else about.week,
        number=0 if about is None else about.number,
    )


def _write(
    hq: Headquarters,
    device: Device,
    path: Path,
    header: Header,
    frames: Iterator[bytes],
    held: list[str],
    totals: bytes = b"",
) -> int:
    """Write a file for a device; gives how many changes are in it."""
    with hq.store.engine.connect() as connection:
        reached = {span.identity: head_of(connection, span.identity) for span in header.spans}
    mine = hq.secrets.private_key
    seals: list[Seal] = [
        seal(mine, hq.id.bytes, identity, seq, chain)
        for identity, (seq, chain) in reached.items()
        if seq
    ]
    count = 0

    def counted() -> Iterator[bytes]:
        nonlocal count
        for frame in frames:
            count += sum(len(run.bodies) for one in decode(frame, Answer).feeds for run in one.runs)
            yield frame

    write_parcel(
        path,
        [device.recipient],
        mine,
        header,
        counted(),
        [],
        lambda: Closed(count, seals, totals=totals, held=held),
    )
    return count


def _news(
    hq: Headquarters,
    device: Device,
    cursors: dict[bytes, int],
    own: dict[bytes, int],
    known_peers: bytes,
) -> Iterator[bytes]:
    """Give, as frames, what follows a device's cursors.

    Nothing is noted of the device: that a file was made for it does not mean that it was read.
    """
    peers = peers_for(hq, device)
    new_peers = None if digest_of(peers) == known_peers else peers
    reached = dict(cursors)
    while True:
        with hq.store.engine.connect() as connection:
            feeds = [
                feed.read(connection, scope.bytes, reached.get(scope.bytes, 0), own, FRAME_BYTES)
                for scope in device.scopes
            ]
        reached |= {one.scope: one.cursor for one in feeds}
        answer = Answer(PROTOCOL, _now_ms(hq), {}, feeds, [], [], new_peers)
        yield encode(answer)
        if not answer.left:
            return
        new_peers = None


def _now_ms(hq: Headquarters) -> int:
    return round(hq.now().timestamp() * 1000)
