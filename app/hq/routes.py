"""Every address of headquarters, a line each, and what is done there."""

from __future__ import annotations

import logging
from typing import Any, Final
from uuid import UUID

import msgspec

from app.errors import Refused
from app.hq import contents, devices
from app.hq.description import document
from app.hq.endpoint import FRAME_BODY_BYTES, Bytes, Call, Endpoint, Frame, Named, Number
from app.hq.exchange import exchange as exchange_frames
from app.hq.verify import verify as verify_scope
from app.i18n import _
from app.sync import frames
from app.sync.client import (
    CONTENT,
    ENROL,
    EXCHANGE,
    HEALTH,
    TOTAL,
    VERIFY,
    EnrolAnswer,
    EnrolRequest,
    Health,
    MissingContents,
    OfficeAnswer,
)
from app.sync.contents import LARGEST_BYTES
from app.sync.verifying import Check, Checked

DESCRIPTION: Final = "/openapi.json"
_DIGEST: Final = Named("digest", "[0-9a-f]{64}")
_START: Final = Number("start", LARGEST_BYTES)
_TOTAL: Final = Number("total", LARGEST_BYTES)
_SIZE: Final = Number("size", LARGEST_BYTES)
_log = logging.getLogger("sanad.hq")


class Asked(msgspec.Struct):
    """Digests a device holds."""

    hashes: list[str]


class Arrived(msgspec.Struct):
    """How many bytes of a content have come: where its sender goes on."""

    arrived: int


def health(call: Call) -> Health:
    """Say what this is."""
    return Health(frames.SERVICE, [frames.PROTOCOL], call.hq.is_training)


def enrol(call: Call) -> EnrolAnswer:
    """Give a computer its place."""
    call.guard.require_patience(call.client)
    asked: EnrolRequest = call.asked
    try:
        device = devices.enrol(
            call.hq,
            code=asked.code,
            device=_id(asked.device),
            public_key=asked.public_key,
            name=asked.device_name,
            is_training=asked.training,
            office=asked.office,
            recipient=asked.recipient,
        )
    except Refused:
        call.guard.note_failure(call.client)
        raise
    _log.info("enrolled device %s of office %s", device.id, device.office_code)
    return EnrolAnswer(
        office=OfficeAnswer(str(device.office), device.office_code),
        hq=str(call.hq.id),
        scopes=[str(scope) for scope in device.scopes],
        server_time=call.hq.now().isoformat(),
        public_key=call.hq.secrets.public_key,
        recipient=call.hq.secrets.recipient,
    )


def exchange(call: Call) -> frames.Answer:
    """Take a frame in and give the one that answers it."""
    answer = exchange_frames(call.hq, call.device, call.asked)
    for forked in answer.forked:
        _log.warning("device %s: identity %s has two histories", call.device.id, forked.hex())
    return answer


def verify(call: Call) -> Checked:
    """Tell what headquarters holds of a scope."""
    return verify_scope(call.hq, call.device, call.asked)


def missing(call: Call) -> MissingContents:
    """Tell which contents have not arrived, or not whole."""
    lack = contents.lacking(call.hq, call.device, call.asked.hashes)
    return MissingContents(lack.missing, lack.arrived, lack.unknown)


def take(call: Call) -> Arrived:
    """Take a chunk of a content in: its bytes from ``start`` on, of ``total`` in all."""
    asked: Bytes = call.asked
    arrived = contents.take(
        call.hq,
        call.device,
        call.named["digest"],
        asked.data,
        asked.media_type,
        call.numbers.get("start", 0),
        call.numbers.get("total"),
    )
    return Arrived(arrived)


def give(call: Call) -> Bytes:
    """Give a chunk of a content: ``size`` bytes from ``start`` on."""
    part = contents.give(
        call.hq,
        call.device,
        call.named["digest"],
        call.numbers.get("start", 0),
        call.numbers.get("size"),
    )
    return Bytes(part.data, part.media_type, {TOTAL: str(part.total)})


def describe(call: Call) -> dict[str, Any]:
    """Describe every address, as OpenAPI has it."""
    return document(ROUTES)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused("malformed", _("This request is not well formed.")) from None


ROUTES: Final = (
    Endpoint("GET", HEALTH, "Who answers here", health, gives=Health, is_signed=False),
    Endpoint("GET", DESCRIPTION, "This description", describe, gives=dict, is_signed=False),
    Endpoint(
        "POST",
        ENROL,
        "Enrol a computer with a code used once",
        enrol,
        takes=EnrolRequest,
        gives=EnrolAnswer,
        is_signed=False,
        refuses=(409, 422),
    ),
    Endpoint(
        "POST",
        EXCHANGE,
        "Send changes and receive what follows",
        exchange,
        takes=Frame(frames.Request),
        gives=Frame(frames.Answer),
        largest=FRAME_BODY_BYTES,
        refuses=(409, 422),
    ),
    Endpoint(
        "POST",
        VERIFY,
        "Find where a device and headquarters differ",
        verify,
        takes=Frame(Check),
        gives=Frame(Checked),
        largest=FRAME_BODY_BYTES,
        refuses=(409, 422),
    ),
    Endpoint(
        "POST",
        f"{CONTENT}/missing",
        "Which contents have not arrived",
        missing,
        takes=Asked,
        gives=MissingContents,
        largest=FRAME_BODY_BYTES,
    ),
    Endpoint(
        "PUT",
        f"{CONTENT}/{{digest}}",
        "Send one content, or a chunk of it",
        take,
        takes=Bytes,
        gives=Arrived,
        largest=contents.CHUNK_AT_MOST,
        refuses=(404, 422),
        named=(_DIGEST,),
        numbers=(_START, _TOTAL),
    ),
    Endpoint(
        "GET",
        f"{CONTENT}/{{digest}}",
        "Fetch one content, or a chunk of it",
        give,
        gives=Bytes,
        refuses=(404,),
        named=(_DIGEST,),
        numbers=(_START, _SIZE),
    ),
)
