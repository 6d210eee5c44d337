"""What this machine remembers about a store's identity, apart from the store itself.

A store restored from a backup, or copied to a second laptop, would hand out numbers it has handed
out before. The machine's own memory tells: it knows which identity wrote here last and how far.
"""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from app.models.keys import replace_file


class Witness:
    """The machine's memory of one device identity.

    Args:
        folder: Kept outside every store (see ``paths.state_folder``).
        device: The identity.
    """

    def __init__(self, folder: Path, device: UUID) -> None:
        self._path = folder / "devices" / device.hex

    def remember(self, seq: int) -> None:
        """Note the highest sequence number written."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self._path, str(seq).encode())

    def recalls(self, seq: int) -> bool:
        """Tell whether the identity wrote on this machine, and not further than ``seq``.

        A store ahead of its witness is one whose machine stopped between saving and noting.
        """
        try:
            return int(self._path.read_text()) <= seq
        except (FileNotFoundError, ValueError):
            return False
