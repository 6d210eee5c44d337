"""Files carried by hand that this copy made or read, so that none counts twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa

from app.i18n import _, isolate, ngettext
from app.models.quarantine import reason_text
from app.models.store import Store
from app.sync.parcel import Header

CARRIED_FILE: Final = sa.Table(
    "carried_file",
    sa.MetaData(),
    sa.Column("id", sa.LargeBinary(16), primary_key=True),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("week", sa.Text),
    sa.Column("number", sa.Integer),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("summary", sa.LargeBinary, nullable=False),
)
# What this copy made, as opposed to what it read.
MADE: Final = frozenset({"changes", "batch", "colleague"})


@dataclass(frozen=True, slots=True)
class Gap:
    """Changes that are in no file read so far.

    Attributes:
        identity: Who made them; ``name`` of the computer, where known.
        first: Number of the first one missing; ``last`` of the last.
        is_from_colleague: A colleague's computer made the file, and can make one that begins
            earlier.
    """

    identity: UUID
    name: str
    first: int
    last: int
    is_from_colleague: bool = False

    @property
    def sentence(self) -> str:
        """Say what is missing and what to do."""
        if self.is_from_colleague:
            return _(
                "This file begins after what this computer has of {name}; nothing of that was"
                " taken. Give the computer that made it a file from here and ask for another one,"
                " or ask there for a whole one."
            ).format(name=isolate(self.name))
        return _(
            "Changes {first} to {last} of {name} are missing in between. Read the file that holds"
            " them, or have a new one made; nothing after them was taken."
        ).format(first=self.first, last=self.last, name=self.name)


@dataclass(frozen=True, slots=True)
class FileMade:
    """A file that was written.

    Attributes:
        path: Where it is; ``id`` its own.
        purpose: See ``parcel.Header``.
        changes: How many it carries; ``relayed`` those of them that colleagues made.
        contents: Attachments in it.
        size: In bytes.
        week: Of a batch; ``number`` of its issue.
        findings: What a person should know about it, in sentences.
    """

    path: Path
    id: UUID
    purpose: str
    changes: int
    relayed: int
    contents: int
    size: int
    week: str = ""
    number: int = 0
    findings: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """Say what was written."""
        return ngettext(
            "{path} was written: {count} change.",
            "{path} was written: {count} changes.",
            self.changes,
        ).format(path=self.path, count=self.changes)

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON shows it."""
        return {
            "file": str(self.path),
            "id": str(self.id),
            "purpose": self.purpose,
            "changes": self.changes,
            "relayed": self.relayed,
            "contents": self.contents,
            "bytes": self.size,
            "week": self.week or None,
            "number": self.number or None,
            "findings": self.findings,
        }


@dataclass(slots=True)
class FileRead:
    """What reading a file came to.

    Attributes:
        id: Of the file; ``purpose`` as its header says (see ``parcel.Header``).
        sender: Name of the computer that made it.
        made_at: When, by its clock, in UTC.
        again: When it was read before, in UTC; None the first time. Then nothing was done.
        changes: How many it carries; ``received`` those of them that were not here.
        acknowledged: Own changes that headquarters has confirmed by it.
        contents: Attachments taken in.
        refused: ``(identity, seq, reason)`` of changes that went to quarantine.
        gaps: Changes missing in between; what comes after them was not taken.
        week: Of a batch or its receipt; ``number`` of its issue.
        receipt: The receipt that was written; None when none was.
        findings: What a person should know, in sentences.
    """

    id: UUID
    purpose: str
    sender: str
    made_at: datetime
    again: datetime | None = None
    changes: int = 0
    received: int = 0
    acknowledged: int = 0
    contents: int = 0
    refused: list[tuple[UUID, int, str]] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    week: str = ""
    number: int = 0
    receipt: Path | None = None
    findings: list[str] = field(default_factory=list)

    @property
    def sentences(self) -> list[str]:
        """Say what came of it, the most important first."""
        if self.again is not None:
            said = _("This file was read on {when} already; nothing is left to do.").format(
                when=self.again.astimezone().strftime("%Y-%m-%d %H:%M")
            )
        elif self.purpose in {"receipt", "news"}:
            said = _("Headquarters has confirmed {sent} changes; {received} came back.").format(
                sent=self.acknowledged, received=self.received
            )
        else:
            said = _("{received} of {changes} changes from {sender} were new here.").format(
                received=self.received, changes=self.changes, sender=self.sender
            )
        gaps = [gap.sentence for gap in self.gaps]
        if self.refused:
            gaps.append(
                ngettext(
                    "{count} change was set aside for review: {reason}",
                    "{count} changes were set aside for review, the first because: {reason}",
                    len(self.refused),
                ).format(count=len(self.refused), reason=reason_text(self.refused[0][2]))
            )
        return [said, *gaps, *self.findings]

    def as_json(self) -> dict[str, Any]:
        """Give it as JSON shows it."""
        return {
            "id": str(self.id),
            "purpose": self.purpose,
            "sender": self.sender,
            "made_at": self.made_at.isoformat(),
            "read_before": self.again.isoformat() if self.again else None,
            "changes": self.changes,
            "received": self.received,
            "acknowledged": self.acknowledged,
            "contents": self.contents,
            "refused": [
                {"device": str(device), "seq": seq, "reason": reason_text(reason)}
                for device, seq, reason in self.refused
            ],
            "missing": [
                {"device": str(g.identity), "name": g.name, "first": g.first, "last": g.last}
                for g in self.gaps
            ],
            "week": self.week or None,
            "number": self.number or None,
            "receipt": str(self.receipt) if self.receipt else None,
            "messages": self.sentences,
        }


def reading_of(header: Header, sender: str) -> FileRead:
    """Give the report to be filled while a file is read."""
    return FileRead(
        id=UUID(bytes=header.id),
        purpose=header.purpose,
        sender=sender,
        made_at=datetime.fromtimestamp(header.made_ms / 1000, UTC),
        week=header.week,
        number=header.number,
    )


class CarriedFile(msgspec.Struct, frozen=True):
    """One file, as this copy remembers it.

    Attributes:
        at: When it was made or read, in UTC.
        summary: What came of it.
    """

    id: UUID
    purpose: str
    week: str
    number: int
    at: datetime
    summary: dict[str, Any]


def note_file(connection: sa.Connection, header: Header, at: datetime, **summary: Any) -> None:
    """Remember a file, in a writing transaction; one read again replaces what was known."""
    connection.execute(CARRIED_FILE.delete().where(CARRIED_FILE.c.id == header.id))
    connection.execute(
        CARRIED_FILE.insert().values(
            id=header.id,
            purpose=header.purpose,
            week=header.week or None,
            number=header.number or None,
            at=at.isoformat(),
            summary=msgspec.msgpack.encode(summary),
        )
    )


def file_named(store: Store, file: bytes) -> CarriedFile | None:
    """Give what is remembered of a file; None when it is not known."""
    found = _read(store, CARRIED_FILE.c.id == file)
    return found[0] if found else None


def files(store: Store, purposes: Iterable[str] | None = None) -> list[CarriedFile]:
    """List the files made and read here, the latest first."""
    which = sa.true() if purposes is None else CARRIED_FILE.c.purpose.in_(list(purposes))
    return _read(store, which)


def _read(store: Store, which: sa.ColumnElement[bool]) -> list[CarriedFile]:
    query = sa.select(CARRIED_FILE).where(which).order_by(CARRIED_FILE.c.at.desc())
    with store.engine.connect() as connection:
        return [
            CarriedFile(
                UUID(bytes=row.id),
                row.purpose,
                row.week or "",
                row.number or 0,
                datetime.fromisoformat(row.at),
                msgspec.msgpack.decode(row.summary),
            )
            for row in connection.execute(query)
        ]
