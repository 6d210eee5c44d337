"""Places to sign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from app.documents.blocks import GREY, Block, Label, Look
from app.documents.pen import box, rule

_GAP: Final = 18.0
_ROOM: Final = 50.0
_THUMB_WIDTH: Final = 70.0
_THUMB_HEIGHT: Final = 76.0


class SignatureBoxes(Block):
    """Places to sign side by side, with a frame for a thumb print where asked."""

    def __init__(self, labels: Sequence[Label], look: Look, *, thumb: Label | None = None) -> None:
        super().__init__()
        self._is_mirrored = look.is_mirrored
        self._signers = [look.wording(label, look.label, look.second_label) for label in labels]
        self._thumb = look.wording(thumb, look.label, look.second_label) if thumb else None

    def measure(self, width: float) -> float:
        """Tell the height needed at ``width``, both in points."""
        each = self._each(width)
        tallest = max(signer.wrap(each, 0)[1] for signer in self._signers) + _ROOM
        if self._thumb:
            tallest = max(tallest, self._thumb.wrap(_THUMB_WIDTH, 0)[1] + _THUMB_HEIGHT + 3)
        return tallest

    def paint(self, canvas: Any, x: float, y: float) -> None:
        """Draw with the lower left corner at ``x``, ``y``."""
        each = self._each(self.width)
        top = y + self.height
        for index, signer in enumerate(self._signers):
            left = x + self._place(index * (each + _GAP), each)
            signer.drawOn(canvas, left, top - signer.height)
            rule(canvas, left, y + 1, each, GREY)
        if self._thumb:
            left = x + self._place(self.width - _THUMB_WIDTH, _THUMB_WIDTH)
            self._thumb.drawOn(canvas, left, top - self._thumb.height)
            height = self.height - self._thumb.height - 4
            box(canvas, left, y + 1, _THUMB_WIDTH, height, GREY, 0.5)

    def _each(self, width: float) -> float:
        room = width - (_THUMB_WIDTH + _GAP if self._thumb else 0)
        return (room - _GAP * (len(self._signers) - 1)) / len(self._signers)

    def _place(self, x: float, width: float) -> float:
        return self.width - x - width if self._is_mirrored else x
