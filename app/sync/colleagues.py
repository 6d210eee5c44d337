"""Files for colleagues' computers of one office: what each may lack, each change with its proof."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

import sqlalchemy as sa

from app.errors import Refused
from app.i18n import _
from app.models.change import decode, links
from app.models.clock import system_ms
from app.models.contents import Content, content_of
from app.models.log import heads
from app.models.merge import Run
from app.models.store import Store
from app.sync import outbox, relay
from app.sync.carried import FileMade
from app.sync.carrying import Outgoing, Tell, changes_held, place_of, remember_made
from app.sync.frames import PROTOCOL, Peer, Seal
from app.sync.parcel import Closed, Closing, Header, Span, new_file_id
from app.sync.parcel_writing import write_parcel
from app.sync.peers import Said, peers_of, said_by, short_id
from app.sync.signing import seal
from app.sync.state import progress_of
from app.sync.wanted import held_smallest_first, named_contents, to_fetch

PURPOSE: Final = "colleague"


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
    listed = ", ".join(
        one.name if short_id(one) in one.name else f"{one.name} ({short_id(one)})" for one in known
    )
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
    is_whole: bool = False,
) -> FileMade:
    """Write what colleagues' computers may lack to a file that each of them can read.

    That one of them holds something is not supposed: it has said so, or it is given it.

    Args:
        store: Enrolled.
        path: Where to; replaced when there is one.
        colleagues: At least one of ``colleagues_of``.
        progress: Told how many changes are in, of how many.
        with_contents: Attachments that go with it, and those the colleagues said they lack.
        is_whole: All there is, whatever they said they hold.

    Raises:
        Refused: One of them is not of this office.
        Unavailable: The file cannot be written.
    """
    giving = _Giving(store, path, colleagues)
    return giving.write(progress, with_contents=with_contents, is_whole=is_whole)


def ask_colleague(store: Store, path: Path, colleague: Peer) -> None:
    """Write a file that gives nothing and says what this copy holds, to be answered exactly.

    Raises:
        Refused: It is not of this office.
        Unavailable: The file cannot be written.
    """
    _Giving(store, path, [colleague]).ask()


class _Giving:
    """A file for colleagues' computers being written."""

    def __init__(self, store: Store, path: Path, colleagues: Sequence[Peer]) -> None:
        self._store = store
        self._path = path
        self._place = place_of(store)
        self._colleagues = colleagues
        self._content_fields = _content_fields()
        self._named: set[str] = set()
        store.require_outside(path)
        allowed = {one.device for one in colleagues_of(store)}
        if not colleagues or any(one.device not in allowed for one in colleagues):
            raise Refused(
                "no_colleague", _("This computer is not one of this office that files can go to.")
            )

    def ask(self) -> None:
        with self._store.engine.connect() as connection:
            header = self._header(connection, [], is_asking=True)
        self._write(header, [], [], lambda: Closed(0))

    def write(self, progress: Tell | None, *, with_contents: bool, is_whole: bool) -> FileMade:
        store, place = self._store, self._place
        word = relay.word_of(store)
        said = Said() if is_whole else said_by(store, self._colleagues)
        with store.engine.connect() as connection:
            going = Outgoing(
                store,
                connection,
                self._own(connection, said),
                self._others(connection, said, word),
                progress,
                self._note_contents,
            )
            header = self._header(connection, going.spans)

            def sealed(run: Run) -> Seal:
                last = run.first + len(run.bodies) - 1
                chain = links(run.previous, run.bodies)[-1]
                return seal(place.private_key, place.device, run.device, last, chain)

            def close() -> Closed:
                going.require_all()
                return Closed(going.changes, [*word.seals.values()], word.refused)

            contents = self._contents(said) if with_contents else iter(())
            closing = self._write(header, going.for_colleagues(sealed), contents, close)
        made = FileMade(
            path=self._path,
            id=UUID(bytes=header.id),
            purpose=PURPOSE,
            changes=going.changes,
            relayed=going.relayed,
            contents=closing.contents,
            size=self._path.stat().st_size,
        )
        remember_made(store, made, header)
        return made

    def _write(
        self,
        header: Header,
        frames: Iterable[bytes],
        contents: Iterable[Content],
        close: Callable[[], Closed],
    ) -> Closing:
        recipients = [one.recipient for one in self._colleagues]
        key = self._place.private_key
        return write_parcel(self._path, recipients, key, header, frames, contents, close)

    def _header(
        self, connection: sa.Connection, spans: list[Span], *, is_asking: bool = False
    ) -> Header:
        store, place = self._store, self._place
        return Header(
            id=new_file_id(),
            purpose=PURPOSE,
            hq=place.hq,
            is_training=store.is_training,
            sender=place.device,
            readers=[one.device for one in self._colleagues],
            made_ms=system_ms(),
            protocol=PROTOCOL,
            spans=spans,
            have={identity: changes_held(connection, identity) for identity in heads(connection)},
            wants=[bytes.fromhex(digest) for digest in to_fetch(store)],
            is_asking=is_asking,
        )

    def _own(self, connection: sa.Connection, said: Said) -> list[Span]:
        """List this copy's own changes that one of the colleagues may lack."""
        known = outbox.identities(self._store, connection, progress_of(self._store))
        return [
            Span(one.device, first, relay.whole_until(connection, one.device, first))
            for one in known
            if one.head
            for first in [said.holds(one.device) + 1]
        ]

    def _others(
        self, connection: sa.Connection, said: Said, word: relay.HqWord
    ) -> list[relay.Relayed]:
        """List what others made that one of the colleagues may lack, as far as it is proven.

        A seal proves all that comes before it, so that history goes with what is passed on to
        headquarters; headquarters' own seal proves as much as its maker's.
        """
        place = self._place
        waiting = {one.identity: one for one in relay.relayed(connection)}
        # Where a colleague may read less than this copy, its history could show it too much.
        reads_all = all(set(place.scopes) <= set(one.scopes) for one in self._colleagues)
        proven = set(word.seals) if reads_all else set()
        makers = {one.bytes for one in self._store.identities}
        if len(self._colleagues) == 1:
            makers.add(self._colleagues[0].device)
        found = []
        for identity in sorted((set(waiting) | proven) - makers):
            first = said.holds(identity) + 1
            if not reads_all:
                first = max(first, waiting[identity].first)
            seals = {one.seq: one for one in [word.seals.get(identity)] if one is not None}
            if identity in waiting:
                seals |= {one.seq: one for one in waiting[identity].seals}
            reached = relay.whole_until(connection, identity, first)
            usable = [
                seals[seq]
                for seq in sorted(seals)
                if first <= seq <= reached
                and outbox.chain_of(connection, identity, seq) == seals[seq].chain
            ]
            if usable:
                found.append(relay.Relayed(identity, first, usable))
        return found

    def _note_contents(self, _device: bytes, body: bytes) -> None:
        """Note which attachments a change names; they go with it."""
        change = decode(body)
        for name in self._content_fields.get(change.kind, ()):
            digest = change.fields.get(name)
            if isinstance(digest, str):
                self._named.add(digest)

    def _contents(self, said: Said) -> Iterator[Content]:
        """Give, one by one, the attachments that go in; asked when all changes are."""
        with self._store.engine.connect() as connection:
            digests = held_smallest_first(connection, self._named | said.wants)
        for digest in digests:
            content = content_of(self._store, digest)
            if content is not None:
                yield content


def _content_fields() -> dict[str, list[str]]:
    """Give the fields of each kind of record that name attachments."""
    found: dict[str, list[str]] = {}
    for column in named_contents():
        found.setdefault(column.table.name, []).append(column.name)
    return found
