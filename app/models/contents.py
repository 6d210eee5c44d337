"""The bytes of attachments, inside the same encryption, named by their SHA-256."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from app.models.store import Store


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes with their media type."""

    data: bytes
    media_type: str

    @property
    def digest(self) -> str:
        """SHA-256 in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


def keep_content(store: Store, content: Content) -> str:
    """Keep content and give its digest; keeping the same twice keeps one."""
    with store.control() as connection:
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO content (hash, media_type, data) VALUES (?, ?, ?)",
            (content.digest, content.media_type, content.data),
        )
    return content.digest


def content_of(store: Store, digest: str) -> Content | None:
    """Give content by its digest; None while it has not reached this copy."""
    with store.engine.connect() as connection:
        row = connection.exec_driver_sql(
            "SELECT data, media_type FROM content WHERE hash = ?", (digest,)
        ).one_or_none()
    return None if row is None else Content(row.data, row.media_type)
