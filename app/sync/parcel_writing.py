"""Writing a ``.sanad`` file, so that it has its name only once it is whole on the disk."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.errors import Unavailable
from app.i18n import _
from app.models.contents import Content
from app.sync.parcel import (
    CLOSING,
    CONTENT,
    ENCODER,
    FORMAT,
    FRAME,
    HEADER,
    MARK,
    PIECE,
    SECTION,
    SIGNATURE,
    CarriedContent,
    Closed,
    Closing,
    Header,
    signed,
)


def write_parcel(
    path: Path,
    recipients: Iterable[str],
    private_key: bytes,
    header: Header,
    frames: Iterable[bytes],
    contents: Iterable[Content],
    close: Callable[[], Closed],
) -> Closing:
    """Write a file; it has its name only once it is whole, on the disk, and was read back.

    Args:
        path: Replaced when there is one.
        recipients: age recipients that can open it.
        private_key: Ed25519, raw, of its maker.
        header: What it says of itself.
        frames: Encoded; taken one by one.
        contents: Attachments, after the records.
        close: Asked once the frames have been taken; may raise, and then there is no file.

    Raises:
        Unavailable: It cannot be written, or reads back otherwise than it was written.
    """
    plain = _Plain(header, frames, contents, close, private_key)
    temporary = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        with temporary.open("xb") as file:
            sink = _Sink(file)
            _encrypt(plain, sink, recipients)
            file.flush()
            os.fsync(file.fileno())
        _require_same(temporary, sink.digest.digest(), path)
        temporary.replace(path)
        _settle_folder(path.parent)
    except OSError as error:
        raise Unavailable(
            _("{path} cannot be written: {reason}.").format(
                path=path, reason=error.strerror or error
            ),
            _("Check that the stick is in and has space, then try again. Nothing is lost."),
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    assert plain.closing is not None
    return plain.closing


class _Plain:
    """The plain bytes of a file, handed out as they are asked for."""

    def __init__(
        self,
        header: Header,
        frames: Iterable[bytes],
        contents: Iterable[Content],
        close: Callable[[], Closed],
        private_key: bytes,
    ) -> None:
        self._digest = hashlib.sha256()
        self._pieces = self._sections(header, frames, contents, close, private_key)
        self._held = b""
        self.closing: Closing | None = None
        self.error: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        """Give at most ``size`` bytes; none at the end."""
        try:
            while not self._held:
                self._held = next(self._pieces, b"")
                if not self._held:
                    return b""
        except BaseException as error:
            self.error = error  # the library would replace it by one of its own
            raise
        given, self._held = self._held[:size], self._held[size:]
        return given

    def _sections(
        self,
        header: Header,
        frames: Iterable[bytes],
        contents: Iterable[Content],
        close: Callable[[], Closed],
        private_key: bytes,
    ) -> Iterator[bytes]:
        yield from self._noted(MARK + bytes([FORMAT]))
        yield from self._section(HEADER, ENCODER.encode(header))
        digests = []
        for frame in frames:
            digests.append(hashlib.sha256(frame).digest())
            yield from self._section(FRAME, frame)
        count = 0
        for content in contents:
            count += 1
            carried = CarriedContent(content.media_type, content.data)
            yield from self._section(CONTENT, ENCODER.encode(carried))
        closed = close()
        self.closing = Closing(
            digests,
            count,
            closed.changes,
            closed.seals,
            closed.refused,
            closed.totals,
            hashlib.sha256(closed.totals).digest(),
            closed.held,
        )
        yield from self._section(CLOSING, ENCODER.encode(self.closing))
        key = Ed25519PrivateKey.from_private_bytes(private_key)
        signature = key.sign(signed(self._digest.digest()))
        yield from self._section(SIGNATURE, signature)

    def _section(self, letter: bytes, data: bytes) -> Iterator[bytes]:
        yield from self._noted(SECTION.pack(letter, len(data)))
        for start in range(0, len(data), PIECE):
            yield from self._noted(data[start : start + PIECE])

    def _noted(self, data: bytes) -> Iterator[bytes]:
        self._digest.update(data)
        yield data


class _Sink:
    """A file being written, with the digest of what went into it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        """Write all of ``data``."""
        try:
            self._file.write(data)
        except OSError as error:
            self.error = error
            raise
        self.digest.update(data)
        return len(data)

    def flush(self) -> None:
        """Hand what is held to the system."""
        self._file.flush()


def _encrypt(plain: _Plain, sink: _Sink, recipients: Iterable[str]) -> None:
    keys = [pyrage.x25519.Recipient.from_str(one) for one in recipients]
    try:
        pyrage.encrypt_io(plain, sink, keys)
    except (pyrage.EncryptError, OSError):
        if plain.error is not None:
            raise plain.error from None
        if sink.error is not None:
            raise sink.error from None
        raise


def _require_same(written: Path, digest: bytes, path: Path) -> None:
    """Read a file back from where it lies."""
    read = hashlib.sha256()
    with written.open("rb") as file:
        if hasattr(os, "posix_fadvise"):
            # What the system still holds in memory says nothing about the stick.
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while piece := file.read(PIECE):
            read.update(piece)
    if read.digest() != digest:
        raise Unavailable(
            _("{path} does not read back as it was written.").format(path=path),
            _("Use another stick. Nothing is lost."),
        )


def _settle_folder(folder: Path) -> None:
    """Make a new name survive a power cut, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            with suppress(OSError):  # some file systems cannot
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
