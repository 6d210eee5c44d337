"""What an address of headquarters is: declared once, for answering and for describing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.hq.base import Headquarters
from app.hq.devices import Device
from app.hq.guard import Guard

SMALL_BYTES: Final = 16 * 1024
FRAME_BODY_BYTES: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Frame:
    """A body that is MessagePack inside zstd, as ``sync.frames`` makes it.

    Attributes:
        type: The struct inside.
    """

    type: type


@dataclass(frozen=True, slots=True)
class Bytes:
    """A body of any media type.

    Attributes:
        data: What it is; ``media_type`` the type it is sent under.
        headers: Sent beside it.
    """

    data: bytes = b""
    media_type: str = "application/octet-stream"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One request, recognised and read.

    Attributes:
        hq: Whom it is made of.
        guard: Counts what goes wrong.
        asked: The body: the struct declared, ``Bytes``, or None.
        named: What the address names, such as a digest.
        numbers: What stands after its question mark.
        client: Address it came from.
        asker: The device; None where anyone may ask.
    """

    hq: Headquarters
    guard: Guard
    asked: Any
    named: Mapping[str, str]
    numbers: Mapping[str, int]
    client: str
    asker: Device | None

    @property
    def device(self) -> Device:
        """The device that asks, where only devices may."""
        assert self.asker is not None
        return self.asker


@dataclass(frozen=True, slots=True)
class Named:
    """A part of an address.

    Attributes:
        name: As in the braces; ``pattern`` what it looks like.
    """

    name: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number after the question mark, from 0; it may be left out.

    Attributes:
        name: As in the address.
        most: Highest taken.
    """

    name: str
    most: int


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one address.

    Attributes:
        method: Of HTTP.
        path: With what it names in braces.
        summary: What it is for.
        work: Answers it, on a worker's thread: with the struct declared, ``Bytes``, or None.
        takes: Struct that is read from JSON, ``Frame``, ``Bytes``, or None for no body.
        gives: Likewise; None answers 204.
        largest: Bytes of a body; a longer one is refused unread.
        is_signed: Whether only an enrolled device may ask.
        refuses: Statuses it may answer besides those every address may.
        named: What the address names.
        numbers: What may stand after its question mark.
    """

    method: str
    path: str
    summary: str
    work: Callable[[Call], Any]
    takes: type | Frame | type[Bytes] | None = None
    gives: type | Frame | type[Bytes] | None = None
    largest: int = SMALL_BYTES
    is_signed: bool = True
    refuses: tuple[int, ...] = ()
    named: tuple[Named, ...] = ()
    numbers: tuple[Number, ...] = ()
