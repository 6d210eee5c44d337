"""The ``.sanad`` file: frames carried by hand, encrypted to their readers, signed by their maker.

One age file. Inside: a mark and a format number; then sections, each a letter, a length and its
bytes: a header, frames as they travel on the network, attachments, a closing with the SHA-256 of
every frame, and an Ed25519 signature over all that stands before it. Everything is streamed, so
that memory does not grow with the file, and a file is read to its end and its signature checked
before anything in it is used. Source: age-encryption.org/v1 (STREAM, 64 KiB pieces); RFC 8032.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import uuid4

import msgspec

from app.errors import Refused
from app.i18n import _
from app.sync.frames import Seal

FORMAT: Final = 1
SUFFIX: Final = ".sanad"
MARK: Final = b"SANAD\n"
AGE: Final = b"age-encryption.org/v1\n"
SECTION: Final = struct.Struct(">cI")
HEADER, FRAME, CONTENT, CLOSING, SIGNATURE = b"H", b"F", b"C", b"E", b"S"
PIECE: Final = 1024 * 1024
ENCODER: Final = msgspec.msgpack.Encoder()


class Span(msgspec.Struct, frozen=True, array_like=True):
    """Changes of one identity, from ``first`` to ``last``; none where ``last`` is the lower."""

    identity: bytes
    first: int
    last: int


class Header(msgspec.Struct, frozen=True, array_like=True):
    """What a file says of itself first; parts are only added at the end, with a default.

    Attributes:
        id: Of the file.
        purpose: ``changes`` and ``batch`` for headquarters; ``receipt`` and ``news`` from it;
            ``colleague`` between devices.
        hq: Whose headquarters.
        is_training: Whether everything in it is fictitious.
        sender: Device that made it; the headquarters' id when that did.
        readers: Devices it is for; the headquarters' id when it is.
        made_ms: When, by its maker's clock, in milliseconds since 1970.
        protocol: Of the frames.
        spans: What it carries, or for a receipt what the file it answers carried.
        about: For a receipt, the file it answers.
        week: For a batch and its receipt, such as ``2026-W47``; ``number`` of its issue.
        have: For a colleague: how far its maker holds each identity without a gap.
        heads: For headquarters: last change its maker holds of each of its own identities.
        wants: For a colleague: SHA-256 of attachments its maker lacks.
        is_asking: For a colleague: it holds nothing but what is said here, and asks for the same.
    """

    id: bytes
    purpose: str
    hq: bytes
    is_training: bool
    sender: bytes
    readers: list[bytes]
    made_ms: int
    protocol: int
    spans: list[Span]
    about: bytes = b""
    week: str = ""
    number: int = 0
    have: dict[bytes, int] = {}
    heads: dict[bytes, int] = {}
    wants: list[bytes] = []
    is_asking: bool = False


class Closing(msgspec.Struct, frozen=True, array_like=True):
    """What a file says of itself at its end.

    Attributes:
        frames: SHA-256 of each frame.
        contents: Number of attachments.
        changes: Number of changes.
        seals: Headquarters' signatures over how far it holds identities.
        refused: ``(identity, seq, reason)`` of changes headquarters put in quarantine.
        totals: Control totals of a batch, as MessagePack (see ``batches``).
        totals_digest: Their SHA-256.
        held: Digests of attachments headquarters holds of those it was sent.
    """

    frames: list[bytes]
    contents: int
    changes: int
    seals: list[Seal] = []
    refused: list[tuple[bytes, int, str]] = []
    totals: bytes = b""
    totals_digest: bytes = b""
    held: list[str] = []


class CarriedContent(msgspec.Struct, frozen=True, array_like=True):
    """An attachment as it lies in a file."""

    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Closed:
    """What is known only once all frames were made; see ``Closing``."""

    changes: int
    seals: list[Seal] = field(default_factory=list)
    refused: list[tuple[bytes, int, str]] = field(default_factory=list)
    totals: bytes = b""
    held: list[str] = field(default_factory=list)


def new_file_id() -> bytes:
    """Make the id of a file."""
    return uuid4().bytes


def signed(digest: bytes) -> bytes:
    """Give what the maker of a file signs: a digest of all that stands before the signature."""
    return b"sanad file\n" + digest


def require_place(header: Header, hq: bytes, *, is_training: bool, path: Path) -> None:
    """Refuse a file of another headquarters, or one that would mix fictitious and real.

    Raises:
        Refused: It is.
    """
    if header.is_training != is_training:
        raise Refused(
            "training",
            _("{path} holds fictitious records: it is for training only.").format(path=path)
            if header.is_training
            else _("{path} holds real records: it must not be read in training.").format(path=path),
        )
    if header.hq != hq:
        raise Refused(
            "other_hq",
            _("{path} belongs to another headquarters. Nothing was changed.").format(path=path),
        )
