"""What this copy remembers of headquarters: its enrolment, and how far the two have come.

Both are settings of the store: encrypted, and never carried.
"""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec
import sqlalchemy as sa

from app.models.store import Store
from app.sync.frames import Holding

ENROLMENT: Final = "enrolment"
PROGRESS: Final = "sync_progress"
_Value = TypeVar("_Value")


class Enrolment(msgspec.Struct, frozen=True):
    """This copy's place at a headquarters.

    Attributes:
        url: Where it answers.
        hq: Its id.
        device: The id this copy is registered under.
        private_key: Ed25519, raw.
        office: Id of the office; ``office_code`` its code.
        scopes: Feeds this copy may read; none for an intake kit that only submits.
        identity: age secret key that files for this copy are opened with; empty for a copy that
            enrolled before there were any.
        hq_key: Ed25519 public key headquarters signs with; ``hq_recipient`` the age recipient that
            files for it are encrypted to.
        certificate: PEM of the one certificate headquarters may show; empty where any that the
            computer trusts will do.
    """

    url: str
    hq: bytes
    device: bytes
    private_key: bytes
    office: bytes
    office_code: str
    scopes: list[bytes]
    identity: str = ""
    hq_key: bytes = b""
    hq_recipient: str = ""
    certificate: str = ""


class Progress(msgspec.Struct):
    """How far this copy and headquarters have come.

    Attributes:
        cursors: Per scope, the feed position reached.
        holdings: Per scope, what is held at the cursor.
        acknowledged: Per identity, the last change headquarters took or refused.
        refused: ``(device, seq, reason)`` of own changes headquarters put in quarantine.
        mismatched: Scopes whose holdings differed when last compared.
        confirmed_ms: Moment of the last sync that came to its end, by this machine's clock in
            milliseconds since 1970; None before the first.
        clock_offset_ms: Headquarters' clock minus this machine's, at that moment.
        sent: Changes acknowledged in that sync; ``received`` those taken in.
    """

    cursors: dict[bytes, int] = {}
    holdings: dict[bytes, Holding] = {}
    acknowledged: dict[bytes, int] = {}
    refused: list[tuple[bytes, int, str]] = []
    mismatched: list[bytes] = []
    confirmed_ms: int | None = None
    clock_offset_ms: int = 0
    sent: int = 0
    received: int = 0


def enrolment_of(store: Store) -> Enrolment | None:
    """Give the store's enrolment; None before it has one."""
    return store.settings.get(ENROLMENT, Enrolment)


def progress_of(store: Store) -> Progress:
    """Give how far the store has come."""
    return store.settings.get(PROGRESS, Progress) or Progress()


def progress_in(connection: sa.Connection) -> Progress:
    """Give how far the store has come, as the transaction sees it."""
    held = connection.exec_driver_sql(
        "SELECT value FROM setting WHERE name = ?", (PROGRESS,)
    ).scalar()
    return Progress() if held is None else msgspec.msgpack.decode(held, type=Progress)


def keep_progress(store: Store, connection: sa.Connection, progress: Progress) -> None:
    """Note how far the store has come, in a writing transaction."""
    store.settings.put(connection, sync_progress=progress)
