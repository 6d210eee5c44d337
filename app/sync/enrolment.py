"""Giving this copy its place at a headquarters, with a code used once."""

from __future__ import annotations

import platform
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from pyrage import x25519

from app.errors import Refused
from app.i18n import _
from app.models.store import Store
from app.sync.client import WAITS_S, Carrier, EnrolRequest, check_address
from app.sync.signing import new_private_key, public_key
from app.sync.state import Enrolment, Progress, enrolment_of

_ASKED: Final = "enrolment_asked"


class _Asked(msgspec.Struct):
    """Who asked: kept before asking, so that a lost answer can be asked for again."""

    device: bytes
    private_key: bytes
    identity: str = ""


def enrol(
    store: Store,
    url: str,
    code: str,
    device_name: str | None = None,
    *,
    waits_s: tuple[float, ...] = WAITS_S,
) -> Enrolment:
    """Enrol the store with a headquarters.

    Args:
        store: Not enrolled yet.
        url: Where headquarters answers.
        code: One-time code headquarters gave, such as ``K7Q2-M9XD``.
        device_name: How headquarters lists this computer; its own name by default.
        waits_s: Pauses before asking again; see ``Carrier``.

    Raises:
        Refused: Enrolled already, a training store with a real headquarters or the other way
            round, wrong code, or the code of another office.
        Unavailable: No answer, or not from a headquarters.
    """
    if enrolment_of(store) is not None:
        raise Refused("enrolled", _("This store is enrolled with headquarters already."))
    address = check_address(url, is_training=store.is_training)
    with Carrier(address, waits_s=waits_s) as carrier:
        _require_same_nature(store, is_training=carrier.health().training)
        asked = store.settings.get(_ASKED, _Asked)
        if asked is None:
            asked = _Asked(store.device.bytes, new_private_key(), str(x25519.Identity.generate()))
            store.settings.put(enrolment_asked=asked)
        answer = carrier.enrol(
            EnrolRequest(
                code=code,
                device=str(UUID(bytes=asked.device)),
                public_key=public_key(asked.private_key),
                training=store.is_training,
                device_name=device_name or platform.node() or _("unnamed"),
                office=store.settings.get("office_code", str),
                recipient=_recipient(asked.identity),
            )
        )
    office = UUID(answer.office.id)
    if store.office not in {None, office}:
        raise other_office(answer.office.code)
    place = Enrolment(
        url=address,
        hq=UUID(answer.hq).bytes,
        device=asked.device,
        private_key=asked.private_key,
        office=office.bytes,
        office_code=answer.office.code,
        scopes=[UUID(scope).bytes for scope in answer.scopes],
        identity=asked.identity,
        hq_key=answer.public_key,
        hq_recipient=answer.recipient,
    )
    here = datetime.now().astimezone()
    offset = datetime.fromisoformat(answer.server_time) - here
    with store.control() as connection:
        if store.office is None:
            store.settings.put(connection, office=str(office), office_code=place.office_code)
        progress = Progress(clock_offset_ms=round(offset.total_seconds() * 1000))
        store.settings.put(connection, enrolment=place, sync_progress=progress)
        connection.exec_driver_sql("DELETE FROM setting WHERE name = ?", (_ASKED,))
    return place


def _recipient(identity: str) -> str:
    return str(x25519.Identity.from_str(identity).to_public()) if identity else ""


def _require_same_nature(store: Store, *, is_training: bool) -> None:
    if store.is_training and not is_training:
        raise Refused(
            "training",
            _("This is a training store: it enrols only with a training headquarters."),
        )
    if not store.is_training and is_training:
        raise Refused(
            "training",
            _("This headquarters is for training: real records must not be sent to it."),
        )


def other_office(code: str) -> Refused:
    """Say that a code is another office's."""
    return Refused(
        "other_office",
        _("This code is for the office {code}, which is not this store's.").format(code=code),
        "code",
    )
