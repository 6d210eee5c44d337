"""Giving this copy its place at a headquarters, with a code used once."""

from __future__ import annotations

import hmac
import platform
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from pyrage import x25519

from app.errors import Refused
from app.i18n import _
from app.models.store import Store
from app.sync.client import WAITS_S, Carrier, EnrolRequest, check_address, shown_certificate
from app.sync.pinning import PIN_LENGTH, normal, pin_of, split_code
from app.sync.signing import new_private_key, public_key
from app.sync.state import Enrolment, Progress, enrolment_of

ANY_CERTIFICATE: Final = "any"
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
        code: One-time code headquarters gave, such as ``K7Q2-M9XD``; longer where it names the one
            certificate to trust.
        device_name: How headquarters lists this computer; its own name by default.
        waits_s: Pauses before asking again; see ``Carrier``.

    Raises:
        Refused: Enrolled already, a training store with a real headquarters or the other way
            round, wrong code, the code of another office, or another certificate than it names.
        Unavailable: No answer, or not from a headquarters.
    """
    if enrolment_of(store) is not None:
        raise Refused("enrolled", _("This store is enrolled with headquarters already."))
    address = check_address(url, is_training=store.is_training)
    code, pin = split_code(code)
    certificate = _pinned(address, pin) if pin else ""
    with Carrier(address, waits_s=waits_s, certificate=certificate) as carrier:
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
        certificate=certificate,
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


def renew_certificate(store: Store, code: str) -> Enrolment:
    """Trust the certificate headquarters shows from here on, as a code of it says.

    Args:
        store: Enrolled.
        code: What headquarters read out: the pin, or an enrolment code that ends with it; ``any``
            to trust whatever certificate the computer itself trusts.

    Raises:
        Refused: Not enrolled, or what is shown is not what the code says.
        Unavailable: No answer, or the computer does not trust what is shown.
    """
    place = enrolment_of(store)
    if place is None:
        raise Refused("not_enrolled", _("This store is not enrolled with headquarters."))
    certificate = ""
    if code.strip().lower() != ANY_CERTIFICATE:
        certificate = _pinned(place.url, normal(code)[-PIN_LENGTH:])
    with Carrier(place.url, certificate=certificate) as carrier:
        carrier.health()
    renewed = msgspec.structs.replace(place, certificate=certificate)
    store.settings.put(enrolment=renewed)
    return renewed


def _pinned(url: str, pin: str) -> str:
    """Give the certificate shown at an address, which must be the one a pin names."""
    if not url.startswith("https://"):
        raise Refused(
            "plain_http",
            _("This code is for a secure connection: the address must start with https://."),
            "url",
        )
    if len(pin) != PIN_LENGTH:
        raise Refused("wrong_code", _("This code is not whole. Type it again."), "code")
    certificate = shown_certificate(url)
    if not hmac.compare_digest(pin_of(certificate), pin):
        raise Refused(
            "other_certificate",
            _(
                "What answers at {url} is not the headquarters this code is from; nothing was sent."
                " Check the address and the code with headquarters."
            ).format(url=url),
            "code",
        )
    return certificate


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
