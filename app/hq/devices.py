"""The computers that may sync: enrolling, recognising, listing and revoking them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from app.errors import Refused
from app.hq.base import Headquarters
from app.hq.invites import redeem
from app.hq.tables import DEVICE, IDENTITY, SCOPE
from app.i18n import _
from app.models.ids import named_id
from app.sync.frames import Peer

PUBLIC_KEY_BYTES: Final = 32
_SEEN_EVERY: Final = timedelta(minutes=1)
_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class Device:
    """A computer that is, or was, allowed to sync.

    Attributes:
        is_in_step: Whether it and headquarters held the same when last compared; None before.
        recipient: age recipient that files for it are encrypted to; empty when it has none.
        cursor: Highest position of its scope's feed it has said it has seen.
        is_write_only: It submits and reads nothing back.
    """

    id: UUID
    office: UUID
    office_code: str
    scope: UUID
    public_key: bytes
    name: str
    enrolled_at: datetime
    revoked_at: datetime | None
    last_seen_at: datetime | None
    is_in_step: bool | None
    recipient: str
    cursor: int = 0
    is_write_only: bool = False

    @property
    def scopes(self) -> list[UUID]:
        """Feeds it may read."""
        return [] if self.is_write_only else [self.scope]


def enrol(
    hq: Headquarters,
    *,
    code: str,
    device: UUID,
    public_key: bytes,
    name: str,
    is_training: bool,
    office: str | None,
    recipient: str = "",
) -> Device:
    """Give a computer its place.

    Args:
        hq: Here.
        code: As typed.
        device: The identity the computer's store writes under.
        public_key: Ed25519, raw.
        name: What it is called.
        is_training: Whether its store is fictitious.
        office: Code of the store's office; None for a store without one.
        recipient: age recipient that files for the computer are encrypted to.

    Raises:
        Refused: Wrong, used or expired code; another office's; fictitious and real do not mix.
    """
    if len(public_key) != PUBLIC_KEY_BYTES:
        raise Refused("public_key", _("This request is not well formed."))
    if is_training != hq.is_training:
        raise Refused(
            "training",
            _("This headquarters is for training: real records must not be sent to it.")
            if hq.is_training
            else _("This is a training store: it enrols only with a training headquarters."),
        )
    with hq.store.control() as connection:
        invited = redeem(hq, connection, code, device)
        if office is not None and office != invited:
            raise Refused(
                "other_office",
                _("This code is for the office {code}, which is not this store's.").format(
                    code=invited
                ),
                "code",
            )
        known = _read(connection, DEVICE.c.id == device.bytes)
        if known:
            if known[0].public_key == public_key and known[0].office_code == invited:
                return known[0]
            raise Refused("known_device", _("This computer is enrolled already."))
        scope = named_id("office", invited)
        connection.execute(
            DEVICE.insert().values(
                id=device.bytes,
                office=scope.bytes,
                office_code=invited,
                scope=scope.bytes,
                public_key=public_key,
                name=" ".join(name.split())[:_LONGEST_NAME],
                enrolled_at=hq.now().isoformat(),
                recipient=recipient,
            )
        )
        return _read(connection, DEVICE.c.id == device.bytes)[0]


def device_named(hq: Headquarters, device: UUID) -> Device | None:
    """Give a device by its id; None when it never enrolled."""
    with hq.store.engine.connect() as connection:
        found = _read(connection, DEVICE.c.id == device.bytes)
    return found[0] if found else None


def devices(hq: Headquarters) -> list[Device]:
    """List every device, by office and time of enrolment."""
    with hq.store.engine.connect() as connection:
        return _read(connection, sa.true())


def peers_for(hq: Headquarters, device: Device) -> list[Peer]:
    """List the other computers of a device's scopes that may sync, by id."""
    scopes = [scope.bytes for scope in device.scopes]
    with hq.store.engine.connect() as connection:
        found = _read(
            connection,
            sa.and_(
                DEVICE.c.scope.in_(scopes),
                DEVICE.c.id != device.id.bytes,
                DEVICE.c.revoked_at.is_(None),
            ),
        )
    return [
        Peer(d.id.bytes, d.name, d.public_key, d.recipient, [s.bytes for s in d.scopes])
        for d in sorted(found, key=lambda d: d.id.bytes)
    ]


def revoke(hq: Headquarters, device: UUID) -> Device:
    """Answer a device no more. What it has sent stays; what it has not stays on it.

    Raises:
        Refused: No such device.
    """
    with hq.store.control() as connection:
        connection.execute(
            DEVICE.update()
            .where(DEVICE.c.id == device.bytes, DEVICE.c.revoked_at.is_(None))
            .values(revoked_at=hq.now().isoformat())
        )
        found = _read(connection, DEVICE.c.id == device.bytes)
    if not found:
        raise Refused("unknown_device", _("No device has this id."), "device")
    return found[0]


def note_contact(
    hq: Headquarters, device: Device, *, is_in_step: bool | None, cursor: int = 0
) -> None:
    """Note that a device was here; at most once a minute unless there is more to say.

    Args:
        hq: Here.
        device: Was here.
        is_in_step: Whether both hold the same; None where it was not compared.
        cursor: Position of its scope's feed it has seen.
    """
    now = hq.now()
    is_recent = device.last_seen_at is not None and now - device.last_seen_at < _SEEN_EVERY
    has_seen_more = cursor > device.cursor
    if is_recent and is_in_step in {None, device.is_in_step} and not has_seen_more:
        return
    values: dict[str, Any] = {"last_seen_at": now.isoformat()}
    if is_in_step is not None:
        values["is_in_step"] = is_in_step
    if has_seen_more:
        values["cursor"] = cursor
    # It is said again at the next contact.
    with hq.store.control(is_lasting=False) as connection:
        connection.execute(DEVICE.update().where(DEVICE.c.id == device.id.bytes).values(values))


def claim_identities(connection: sa.Connection, device: Device, identities: list[bytes]) -> None:
    """Note that a device writes under these identities, in a writing transaction.

    Raises:
        Refused: One is another office's.
    """
    query = sa.select(IDENTITY.c.id, IDENTITY.c.office).where(IDENTITY.c.id.in_(identities))
    known = {row.id: row.office for row in connection.execute(query)}
    enrolled = sa.select(DEVICE.c.office).where(DEVICE.c.id.in_(identities))
    offices = {*known.values(), *connection.scalars(enrolled)}
    if offices - {device.office.bytes}:
        raise Refused(
            "other_identity", _("These changes were made under another office's identity.")
        )
    for identity in dict.fromkeys(identities):
        if identity not in known:
            connection.execute(
                IDENTITY.insert().values(
                    id=identity, device=device.id.bytes, office=device.office.bytes
                )
            )


def _read(connection: sa.Connection, which: sa.ColumnElement[bool]) -> list[Device]:
    query = (
        sa.select(DEVICE, SCOPE.c.is_write_only)
        .outerjoin(SCOPE, SCOPE.c.id == DEVICE.c.scope)
        .where(which)
        .order_by(DEVICE.c.office_code, DEVICE.c.enrolled_at)
    )
    return [
        Device(
            id=UUID(bytes=row.id),
            office=UUID(bytes=row.office),
            office_code=row.office_code,
            scope=UUID(bytes=row.scope),
            public_key=row.public_key,
            name=row.name,
            enrolled_at=datetime.fromisoformat(row.enrolled_at),
            revoked_at=row.revoked_at and datetime.fromisoformat(row.revoked_at),
            last_seen_at=row.last_seen_at and datetime.fromisoformat(row.last_seen_at),
            is_in_step=row.is_in_step,
            recipient=row.recipient or "",
            cursor=row.cursor,
            is_write_only=bool(row.is_write_only),
        )
        for row in connection.execute(query)
    ]
