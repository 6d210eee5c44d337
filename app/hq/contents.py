"""Attachments at headquarters: taken and given by digest, only to those who may read the file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa

from app.errors import Refused
from app.hq.base import Headquarters
from app.hq.devices import Device
from app.hq.tables import FILE_SCOPE
from app.i18n import _
from app.models.contents import (
    CONTENT,
    Content,
    add_part,
    bytes_arrived,
    contents_held,
    drop_parts,
    joined_parts,
    put_content,
)
from app.models.listed import is_listed
from app.models.log import chunks
from app.models.record import kinds
from app.sync.contents import LARGEST_BYTES
from app.sync.wanted import named_contents

CHUNK_AT_MOST: Final = 1024 * 1024
_DIGEST: Final = re.compile("[0-9a-f]{64}")
_MEDIA_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+")
_MOST_ASKED: Final = 1000
_IN_LIMIT: Final = 500


@dataclass(slots=True)
class Lack:
    """What headquarters says of contents it was asked about; of the rest it has all.

    Attributes:
        missing: Named by a record, and not here or not whole.
        arrived: Of those, how many bytes have come.
        unknown: No record that the asker may reach names them.
    """

    missing: list[str] = field(default_factory=list)
    arrived: dict[str, int] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Part:
    """Some bytes of a content.

    Attributes:
        start: Place of the first of them; ``total`` how many the content has.
    """

    data: bytes
    media_type: str
    start: int
    total: int


def lacking(hq: Headquarters, device: Device, digests: list[str]) -> Lack:
    """Tell which of the digests are not here whole, and which it knows nothing of."""
    asked = [digest for digest in digests if _DIGEST.fullmatch(digest)][:_MOST_ASKED]
    scopes = {device.scope.bytes, *(scope.bytes for scope in device.scopes)}
    lack = Lack()
    with hq.store.engine.connect() as connection:
        for some in chunks(asked, _IN_LIMIT):
            named = _named(connection, some, scopes)
            held = contents_held(connection, some)
            lack.unknown += [digest for digest in some if digest not in named]
            missing = [digest for digest in some if digest in named and digest not in held]
            lack.missing += missing
            lack.arrived.update(bytes_arrived(connection, missing))
    return lack


def take(
    hq: Headquarters,
    device: Device,
    digest: str,
    data: bytes,
    media_type: str,
    start: int = 0,
    total: int | None = None,
) -> int:
    """Take a chunk of a content that a record of the device's scope names.

    Args:
        hq: Here.
        device: Who sends it.
        digest: Of the whole.
        data: The chunk.
        media_type: Of the whole.
        start: Place of its first byte.
        total: How many bytes the whole has; None when ``data`` is all of it.

    Returns:
        How many bytes have arrived: where the sender goes on.

    Raises:
        Refused: No such record, too large, or the whole is not what was named.
    """
    total = len(data) if total is None else total
    if max(total, start + len(data)) > LARGEST_BYTES:
        raise Refused("too_large", _("This attachment is too large."))
    with hq.store.engine.connect() as connection:
        if not _named(connection, [digest], {device.scope.bytes}):
            raise unknown_content()
        if contents_held(connection, [digest]):
            return total
    is_whole = False
    with hq.store.control() as connection:
        arrived = add_part(connection, digest, start, data, hq.now())
        if arrived < total:
            return arrived
        if not _MEDIA_TYPE.fullmatch(media_type):
            media_type = "application/octet-stream"
        content = Content(joined_parts(connection, digest), media_type)
        drop_parts(connection, [digest])
        if content.digest == digest:
            put_content(connection, content)
            is_whole = True
    if not is_whole:
        raise Refused("digest", _("This attachment arrived damaged; send it again."))
    return arrived


def give(
    hq: Headquarters, device: Device, digest: str, start: int = 0, size: int | None = None
) -> Part:
    """Give some bytes of a content that a record of the device's scopes names.

    Args:
        hq: Here.
        device: Who asks.
        digest: Of the whole.
        start: Place of the first byte wanted.
        size: How many are wanted; None for all that follow.

    Raises:
        Refused: No such record, or its content has not arrived.
    """
    length = sa.func.length(CONTENT.c.data)
    wanted = LARGEST_BYTES if size is None else min(size, LARGEST_BYTES)
    # The database cuts: a chunk is not worth reading ten megabytes for.
    cut = sa.func.substr(CONTENT.c.data, start + 1, wanted, type_=sa.LargeBinary)
    query = sa.select(cut, CONTENT.c.media_type, length).where(CONTENT.c.hash == digest)
    with hq.store.engine.connect() as connection:
        if not _named(connection, [digest], {scope.bytes for scope in device.scopes}):
            raise unknown_content()
        row = connection.execute(query).one_or_none()
    if row is None:
        raise unknown_content()
    data, media_type, total = row
    return Part(bytes(data or b""), media_type, start, total)


def unknown_content() -> Refused:
    """Say that there is no such attachment for who asks."""
    return Refused("unknown_content", _("There is no such attachment here."))


def _named(connection: sa.Connection, digests: list[str], scopes: set[bytes]) -> set[str]:
    """Give those of the digests that a record open to one of the scopes names."""
    naming: dict[bytes, list[tuple[str, str]]] = {}  # per file, kinds and digests
    for column in named_contents():
        kind = column.table.name
        if kinds()[kind].is_confidential:
            continue
        query = sa.select(column, column.table.c.root).where(column.in_(digests)).distinct()
        for digest, root in connection.execute(query):
            naming.setdefault(root.bytes, []).append((kind, digest))
    found: set[str] = set()
    openings = sa.select(FILE_SCOPE.c.root, FILE_SCOPE.c.kinds).where(
        is_listed(FILE_SCOPE.c.root, naming),
        FILE_SCOPE.c.scope.in_(scopes),
        FILE_SCOPE.c.closed_at.is_(None),
    )
    for root, listed in connection.execute(openings):
        open_kinds = None if listed is None else listed.split()
        found.update(d for k, d in naming[root] if open_kinds is None or k in open_kinds)
    return found
