"""How large a frame a line can bear: a few seconds' worth, so that a cut costs no more."""

from __future__ import annotations

from typing import Final

_FIRST_BYTES: Final = 64 * 1024
_LEAST_BYTES: Final = 4 * 1024
_QUICK_S: Final = 1.5
_SLOW_S: Final = 4.0


class Pace:
    """Sizes the next frame by how the last one went.

    Args:
        largest: Bytes of changes in a frame at most, before compression.

    Attributes:
        frame_bytes: For the next frame.
    """

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self.frame_bytes = min(_FIRST_BYTES, largest)

    def went(self, seconds: float) -> None:
        """Note that a frame went and its answer came in so many seconds."""
        if seconds < _QUICK_S:
            self.frame_bytes = min(self.frame_bytes * 4, self._largest)
        elif seconds > _SLOW_S:
            self._shrink(2)

    def was_cut(self) -> None:
        """Note that a frame or its answer was lost: none as large is tried again."""
        self._largest = max(self.frame_bytes // 2, min(_LEAST_BYTES, self._largest))
        self._shrink(4)

    def _shrink(self, by: int) -> None:
        self.frame_bytes = max(self.frame_bytes // by, min(_LEAST_BYTES, self._largest))
