"""What this machine remembers about a store's identity, apart from the store itself.

A store restored from a backup, or copied to a second laptop, would hand out numbers it has handed
out before. The machine's own memory tells: it knows which identity wrote here last and how far.
"""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import msgspec

from app.errors import Unavailable
from app.i18n import _
from app.models.keys import replace_file


class _Memory(msgspec.Struct):
    seq: int
    folder: str


class Witness:
    """The machine's memory of one device identity.

    Args:
        state: Kept outside every store (see ``paths.state_folder``).
        device: The identity.
        store: Folder of the store that writes under it.
    """

    def __init__(self, state: Path, device: UUID, store: Path) -> None:
        self._path = state / "devices" / device.hex
        self._store = str(store.resolve())

    def remember(self, seq: int) -> None:
        """Note the highest sequence number written."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(
                _("The folder {folder} cannot be made: {reason}.").format(
                    folder=self._path.parent, reason=error.strerror
                ),
                _("Choose a folder of yours."),
            ) from error
        replace_file(self._path, msgspec.json.encode(_Memory(seq, self._store)))

    def recalls(self, seq: int) -> bool:
        """Tell whether the identity wrote from this folder, and not further than ``seq``.

        A store ahead of its witness is one whose machine stopped between saving and noting.
        """
        try:
            held = msgspec.json.decode(self._path.read_bytes(), type=_Memory)
        except (FileNotFoundError, msgspec.DecodeError):
            return False
        return held.folder == self._store and held.seq <= seq
