"""Reading a ``.sanad`` file: to its end and its signature first, then frame by frame."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.errors import Refused, Unavailable
from app.i18n import _
from app.models.contents import Content
from app.sync.frames import PROTOCOL, BadFrameError, OtherProtocolError
from app.sync.parcel import (
    AGE,
    CLOSING,
    CONTENT,
    FORMAT,
    FRAME,
    HEADER,
    MARK,
    SECTION,
    SIGNATURE,
    CarriedContent,
    Closing,
    Header,
    signed,
)

_LARGEST_SECTION: Final = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file that was read to its end and found whole; who made it is still to be checked.

    Attributes:
        path: Where it is.
        header: What it says of itself first; ``closing`` what at its end.
        size: Of its encrypted form, in bytes.
    """

    path: Path
    header: Header
    closing: Closing
    size: int
    _digest: bytes
    _signature: bytes
    _identity: str

    def require_signed(self, public_key: bytes) -> None:
        """Refuse the file unless the holder of ``public_key``'s private half made it.

        Raises:
            Refused: Somebody else did.
        """
        key = Ed25519PublicKey.from_public_bytes(public_key)
        try:
            key.verify(self._signature, signed(self._digest))
        except InvalidSignature:
            raise Refused(
                "signature",
                _("{path} was not signed by the computer it names. Nothing was read.").format(
                    path=self.path
                ),
            ) from None

    def each(
        self,
        frame: Callable[[bytes], None],
        content: Callable[[Content], None] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        """Hand out the frames one by one, then the attachments.

        Args:
            frame: Given each frame.
            content: Given each attachment.
            progress: Told how many of both were handed out, of how many; may raise ``Cancelled``.
        """
        reading = _Reading(frame, content, progress, expected=self.closing)
        _decrypt(self.path, self._identity, reading)


def open_parcel(path: Path, identity: str) -> Parcel:
    """Read a file to its end.

    Args:
        path: The file.
        identity: age secret key that opens it.

    Raises:
        Refused: It is for another reader.
        Unavailable: It cannot be read, is not such a file, is damaged, or of another format.
    """
    _require_kind(path)
    reading = _Reading(None, None, None)
    _decrypt(path, identity, reading)
    header, closing = reading.header, reading.closing
    if header is None or closing is None or len(reading.signature) != 64:
        raise damaged_file(path)
    if header.protocol != PROTOCOL:
        raise _other_format(path, is_newer=header.protocol > PROTOCOL)
    if (
        reading.frames != closing.frames
        or reading.contents != closing.contents
        or hashlib.sha256(closing.totals).digest() != closing.totals_digest
    ):
        raise damaged_file(path)
    return Parcel(
        path,
        header,
        closing,
        path.stat().st_size,
        reading.signed_digest,
        reading.signature,
        identity,
    )


class _BrokenError(Exception):
    """What was decrypted is not a file of ours."""


class _FormatError(Exception):
    """It is, of a format this program does not know."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class _Reading:
    """Takes the plain bytes of a file as they are decrypted, section by section."""

    def __init__(
        self,
        on_frame: Callable[[bytes], None] | None,
        on_content: Callable[[Content], None] | None,
        progress: Callable[[int, int], None] | None,
        expected: Closing | None = None,
    ) -> None:
        self._on_frame = on_frame
        self._on_content = on_content
        self._progress = progress
        self._expected = expected
        self._held = bytearray()
        self._is_marked = False
        self._digest = hashlib.sha256()
        self.error: Exception | None = None
        self.header: Header | None = None
        self.closing: Closing | None = None
        self.frames: list[bytes] = []
        self.contents = 0
        self.signed_digest = b""
        self.signature = b""

    def write(self, data: bytes) -> int:
        """Take some bytes."""
        try:
            self._held += data
            while self._took():
                pass
        except Exception as error:
            self.error = error  # told apart from the library's own
            raise
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def end(self) -> None:
        """Note that all bytes have come."""
        if self._held or not self.signature:
            raise _BrokenError

    def _took(self) -> bool:
        if not self._is_marked:
            return self._took_mark()
        if len(self._held) < SECTION.size:
            return False
        letter, length = SECTION.unpack_from(self._held)
        if length > _LARGEST_SECTION or self.signature:
            raise _BrokenError
        if len(self._held) < SECTION.size + length:
            return False
        if letter == SIGNATURE:
            self.signed_digest = self._digest.digest()
        self._digest.update(self._held[: SECTION.size + length])
        data = bytes(self._held[SECTION.size : SECTION.size + length])
        del self._held[: SECTION.size + length]
        try:
            self._take(letter, data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _BrokenError from error
        return True

    def _took_mark(self) -> bool:
        size = len(MARK) + 1
        if len(self._held) < size:
            return False
        if not self._held.startswith(MARK):
            raise _BrokenError
        if self._held[len(MARK)] != FORMAT:
            raise _FormatError(self._held[len(MARK)])
        self._digest.update(self._held[:size])
        del self._held[:size]
        self._is_marked = True
        return True

    def _take(self, letter: bytes, data: bytes) -> None:
        if letter == HEADER and self.header is None:
            self.header = msgspec.msgpack.decode(data, type=Header)
        elif letter == FRAME and self.header is not None and self.closing is None:
            self._take_frame(data)
        elif letter == CONTENT and self.header is not None and self.closing is None:
            self.contents += 1
            if self._on_content is not None:
                carried = msgspec.msgpack.decode(data, type=CarriedContent)
                self._on_content(Content(carried.data, carried.media_type))
            self._tell()
        elif letter == CLOSING and self.header is not None and self.closing is None:
            self.closing = msgspec.msgpack.decode(data, type=Closing)
        elif letter == SIGNATURE and self.closing is not None:
            self.signature = data
        else:
            raise _BrokenError

    def _take_frame(self, data: bytes) -> None:
        digest = hashlib.sha256(data).digest()
        expected = self._expected
        number = len(self.frames)
        if expected is not None and expected.frames[number : number + 1] != [digest]:
            raise _BrokenError  # another file than the one that was checked
        self.frames.append(digest)
        if self._on_frame is not None:
            self._on_frame(data)
        self._tell()

    def _tell(self) -> None:
        if self._progress is not None and self._expected is not None:
            total = len(self._expected.frames) + self._expected.contents
            self._progress(len(self.frames) + self.contents, total)


def _decrypt(path: Path, identity: str, reading: _Reading) -> None:
    try:
        with path.open("rb") as file:
            pyrage.decrypt_io(file, reading, [pyrage.x25519.Identity.from_str(identity)])
        reading.end()
    except _FormatError as error:
        raise _other_format(path, is_newer=error.number > FORMAT) from None
    except OtherProtocolError as error:
        raise _other_format(path, is_newer=True) from error
    except (_BrokenError, BadFrameError) as error:
        raise damaged_file(path) from error
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise _other_reader(path) from None
        raise damaged_file(path) from error
    except OSError as error:
        if reading.error is not None:
            raise
        if error.errno is not None:
            raise _unreadable(path, error) from error
        raise damaged_file(path) from error


def _require_kind(path: Path) -> None:
    """Tell what is plainly something else from what is damaged."""
    try:
        with path.open("rb") as file:
            start = file.read(len(AGE))
    except OSError as error:
        raise _unreadable(path, error) from error
    if not start:
        raise Unavailable(
            _("{path} is empty.").format(path=path),
            _("Ask for the file to be made again. Nothing was changed."),
        )
    if not AGE.startswith(start):
        raise Unavailable(
            _("{path} is not a Sanad file.").format(path=path),
            _("Choose a file whose name ends in .sanad. Nothing was changed."),
        )


def _unreadable(path: Path, error: OSError) -> Unavailable:
    return Unavailable(
        _("{path} cannot be read: {reason}.").format(path=path, reason=error.strerror or error),
        _("Check that the stick is in, then try again. Nothing was changed."),
    )


def damaged_file(path: Path) -> Unavailable:
    """Say that a file is damaged."""
    return Unavailable(
        _("{path} is damaged or was cut short.").format(path=path),
        _("Copy it again, or ask for it to be made again. Nothing was changed."),
    )


def _other_reader(path: Path) -> Refused:
    return Refused(
        "other_reader",
        _(
            "{path} was made for another reader, or its beginning is damaged. Ask for one made for"
            " this computer. Nothing was changed."
        ).format(path=path),
    )


def _other_format(path: Path, *, is_newer: bool) -> Unavailable:
    if is_newer:
        return Unavailable(
            _("{path} was made by a later version of Sanad.").format(path=path),
            _("Install that version here, then read the file again. Nothing was changed."),
        )
    return Unavailable(
        _("{path} was made by a version of Sanad that is too old.").format(path=path),
        _("Update Sanad where it was made, and make it again. Nothing was changed."),
    )
