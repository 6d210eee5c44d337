"""Attachments at headquarters: taken and given by digest, only to those who may read the file."""

from __future__ import annotations

import hashlib
import re
from typing import Final

import sqlalchemy as sa

from app.errors import Refused
from app.hq.base import Headquarters
from app.hq.devices import Device
from app.hq.tables import FILE_SCOPE
from app.i18n import _
from app.models.contents import Content, content_of, keep_content
from app.sync.contents import LARGEST_BYTES, named_contents

_DIGEST: Final = re.compile("[0-9a-f]{64}")
_MEDIA_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+")
_MOST_ASKED: Final = 1000


def missing(hq: Headquarters, digests: list[str]) -> list[str]:
    """Give those of the digests whose content has not arrived."""
    asked = [digest for digest in digests if _DIGEST.fullmatch(digest)][:_MOST_ASKED]
    with hq.store.engine.connect() as connection:
        return [
            digest
            for digest in asked
            if not connection.exec_driver_sql(
                "SELECT 1 FROM content WHERE hash = ?", (digest,)
            ).scalar()
        ]


def take(hq: Headquarters, device: Device, digest: str, data: bytes, media_type: str) -> None:
    """Keep a content that a record of the device's scopes names.

    Raises:
        Refused: No such record, too large, or the bytes are not those named.
    """
    if len(data) > LARGEST_BYTES:
        raise Refused("too_large", _("This attachment is too large."))
    if hashlib.sha256(data).hexdigest() != digest:
        raise Refused("digest", _("This attachment arrived damaged; send it again."))
    if not _is_named(hq, device, digest):
        raise unknown_content()
    if not _MEDIA_TYPE.fullmatch(media_type):
        media_type = "application/octet-stream"
    keep_content(hq.store, Content(data, media_type))


def give(hq: Headquarters, device: Device, digest: str) -> Content:
    """Give a content that a record of the device's scopes names.

    Raises:
        Refused: No such record, or its content has not arrived.
    """
    content = content_of(hq.store, digest) if _is_named(hq, device, digest) else None
    if content is None:
        raise unknown_content()
    return content


def unknown_content() -> Refused:
    """Say that there is no such attachment for who asks."""
    return Refused("unknown_content", _("There is no such attachment here."))


def _is_named(hq: Headquarters, device: Device, digest: str) -> bool:
    scopes = [scope.bytes for scope in device.scopes]
    with hq.store.engine.connect() as connection:
        for column in named_contents():
            table = column.table
            query = (
                sa.select(sa.literal(1))
                .join(FILE_SCOPE, FILE_SCOPE.c.root == sa.type_coerce(table.c.root, sa.LargeBinary))
                .select_from(table)
                .where(column == digest, FILE_SCOPE.c.scope.in_(scopes))
            )
            if connection.scalar(query.limit(1)) is not None:
                return True
    return False
