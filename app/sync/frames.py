"""What travels between a device and headquarters, whoever carries it: MessagePack inside zstd.

A frame is small (about 256 KB compressed), so that a lost line costs one frame. Its effects are one
transaction on each side, and repeating it is harmless. Parts are only ever added at the end of a
frame, with a default: an older program passes over them, a newer one does without.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final, TypeVar

import msgspec
import zstandard

from app.models.merge import Run

PROTOCOL: Final = 1
SERVICE: Final = "sanad"
MEDIA_TYPE: Final = "application/x-sanad"
# Bodies compress three to four times: this makes a frame of about 200 KB on the wire.
FRAME_BYTES: Final = 768 * 1024
_LARGEST_FRAME: Final = 16 * 1024 * 1024
_LEVEL: Final = 3
_SUM_BYTES: Final = 16
_SUM_SPACE: Final = 1 << (8 * _SUM_BYTES)


class Holding(msgspec.Struct, frozen=True, array_like=True):
    """What a copy holds of a scope's feed, whatever the order it came in.

    Attributes:
        count: Number of changes.
        sum: Sum modulo 2**128 of the first 16 bytes of each one's chain digest, big-endian.
    """

    count: int = 0
    sum: bytes = bytes(_SUM_BYTES)

    def plus(self, chains: list[bytes]) -> Holding:
        """Give the holding with the changes of these chain digests added."""
        total = int.from_bytes(self.sum)
        for chain in chains:
            total += int.from_bytes(chain[:_SUM_BYTES])
        return Holding(self.count + len(chains), (total % _SUM_SPACE).to_bytes(_SUM_BYTES))


class Identity(msgspec.Struct, frozen=True, array_like=True):
    """How far a copy has gone under one of its identities.

    Attributes:
        device: The identity.
        acknowledged: Last change it knows headquarters to have taken or refused.
        head: Last change it holds.
    """

    device: bytes
    acknowledged: int
    head: int


class Seal(msgspec.Struct, frozen=True, array_like=True):
    """A computer's signature over how far one of its identities has written.

    The chain digest stands for every change up to it, so one signature proves them all, whoever
    passes them on.

    Attributes:
        by: The enrolled device that signed.
        identity: Whose changes; ``seq`` and ``chain`` of the last one.
        signature: Ed25519 (see ``sync.signing.seal``).
    """

    by: bytes
    identity: bytes
    seq: int
    chain: bytes
    signature: bytes


class Peer(msgspec.Struct, frozen=True, array_like=True):
    """A computer of the same scope, as headquarters knows it.

    Attributes:
        device: Its id, as enrolled.
        name: What it is called.
        public_key: Ed25519, raw: what it signs with.
        recipient: age recipient that files for it are encrypted to.
        scopes: Feeds it may read.
    """

    device: bytes
    name: str
    public_key: bytes
    recipient: str
    scopes: list[bytes]


class Request(msgspec.Struct, frozen=True, array_like=True):
    """A device's side of an exchange.

    Attributes:
        protocol: Version of what follows.
        cursors: Per scope, the feed position reached.
        identities: Every identity this copy writes or has written under.
        runs: Its changes after what was acknowledged.
        want_bytes: At most so many bytes of bodies are wanted back.
        holdings: Per scope, what is held at the cursor.
        peers: Digest of the list of peers the device knows; empty before it knows any.
        seals: For runs made by colleagues' computers and passed on, their makers' signatures.
        retry: ``(device, seq)`` of its changes that were refused, to be judged once more.
    """

    protocol: int
    cursors: dict[bytes, int]
    identities: list[Identity]
    runs: list[Run]
    want_bytes: int
    holdings: dict[bytes, Holding]
    peers: bytes = b""
    seals: list[Seal] = []
    retry: list[tuple[bytes, int]] = []


class Own(msgspec.Struct, frozen=True, array_like=True):
    """Changes the asking copy made itself, named rather than sent back."""

    device: bytes
    first: int
    last: int


class Feed(msgspec.Struct, frozen=True, array_like=True):
    """What follows in one scope.

    Attributes:
        scope: Its id.
        start: Position it follows on; lower than the cursor asked for when headquarters has gone
            back to a backup and the feed is read again.
        cursor: Position reached with this answer.
        left: Changes still to come after it.
        runs: Changes by others, in feed order.
        own: The asking copy's own, in feed order.
        holding: What headquarters holds at ``cursor``, when that is all there is.
    """

    scope: bytes
    start: int
    cursor: int
    left: int
    runs: list[Run]
    own: list[Own]
    holding: Holding | None


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """Headquarters' side of an exchange.

    Attributes:
        protocol: Version of what follows.
        server_time_ms: Headquarters' clock, in milliseconds since 1970.
        acknowledged: Last change taken or refused of each identity asked about that is no other
            office's; of a forked one, the last that both have alike.
        feeds: What follows, per scope.
        refused: ``(device, seq, reason)`` of changes after the acknowledged ones that went to
            quarantine.
        forked: Identities whose history differs from the one headquarters has.
        peers: The other computers of the device's scopes; None when it knows them already.
        chains: Of each identity, the chain digest after the last change that both are said to
            have: where it is not the asker's, somebody else writes under that identity too.
        taken: Of the changes asked to be judged once more, those that stand now.
        seals: Headquarters' own, over the last change taken of each identity pushed and the last
            one of each in the feeds: the asker can prove them to colleagues.
    """

    protocol: int
    server_time_ms: int
    acknowledged: dict[bytes, int]
    feeds: list[Feed]
    refused: list[tuple[bytes, int, str]]
    forked: list[bytes]
    peers: list[Peer] | None = None
    chains: dict[bytes, bytes] = {}
    taken: list[tuple[bytes, int]] = []
    seals: list[Seal] = []

    @property
    def left(self) -> int:
        """Changes still to come."""
        return sum(feed.left for feed in self.feeds)


_Frame = TypeVar("_Frame", bound=msgspec.Struct)
_ENCODER: Final = msgspec.msgpack.Encoder()


class BadFrameError(ValueError):
    """What came is not a frame."""


class OtherProtocolError(BadFrameError):
    """What came is a frame of another protocol version."""


def encode(frame: Any) -> bytes:
    """Give a frame as it travels."""
    return zstandard.compress(_ENCODER.encode(frame), _LEVEL)


def decode(data: bytes, type_: type[_Frame]) -> _Frame:
    """Read a frame.

    Raises:
        BadFrameError: It is damaged or too large; ``OtherProtocolError``: of another version.
    """
    try:
        with zstandard.ZstdDecompressor().stream_reader(BytesIO(data)) as reader:
            plain = reader.read(_LARGEST_FRAME + 1)
        if len(plain) > _LARGEST_FRAME:
            raise BadFrameError("too large")
        first = msgspec.msgpack.decode(plain, type=tuple[msgspec.Raw, ...])[0]
        version = msgspec.msgpack.decode(first)
        if version != PROTOCOL:
            raise OtherProtocolError(f"protocol {version!r}")
        return msgspec.msgpack.decode(plain, type=type_)
    except (zstandard.ZstdError, msgspec.DecodeError, IndexError, RecursionError) as error:
        raise BadFrameError(str(error)) from error
