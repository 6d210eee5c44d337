"""Photographs of screens, kept as references and compared with a tolerance."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

FOLDER = Path(__file__).parent / "photographs"
# Dates, case numbers and times differ from day to day, letters a little from machine to machine:
# what is compared is the picture at an eighth of its size, as it looks from across the room.
SHRINK = 8
DIFFERENT = 48
TOLERATED = 0.04
_GLANCES = 20
_BETWEEN_MS = 80


class Album:
    """Takes photographs and compares them with those kept.

    ``SANAD_TAKE_PHOTOGRAPHS=1`` keeps what is seen as the new references; look at each.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self.differences: list[str] = []

    def photograph_still(self, qtbot: QtBot, widget: QWidget, what: str) -> None:
        """Photograph ``widget`` once nothing in it moves: lists and pages are drawn beside it."""
        before = None
        for _glance in range(_GLANCES):
            qtbot.wait(_BETWEEN_MS)
            seen = widget.grab().toImage()
            if seen == before:
                break
            before = seen
        self.photograph(widget, what)

    def photograph(self, widget: QWidget, what: str) -> None:
        """Photograph ``widget`` and note what differs from the reference."""
        taken = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        path = FOLDER / f"{what}-{self._name}.png"
        if os.environ.get("SANAD_TAKE_PHOTOGRAPHS"):
            FOLDER.mkdir(exist_ok=True)
            taken.save(str(path), quality=0)  # 0 is the smallest file, not the worst picture
            return
        kept = QImage(str(path))
        if kept.isNull():
            self.differences.append(f"{path.name}: no reference; take one and look at it")
        elif kept.size() != taken.size():
            self.differences.append(f"{path.name}: {taken.size()} instead of {kept.size()}")
        elif (share := _share_different(kept, taken)) > TOLERATED:
            self.differences.append(f"{path.name}: {share:.1%} of it looks different")


def _share_different(kept: QImage, taken: QImage) -> float:
    first, second = _from_afar(kept), _from_afar(taken)
    different = sum(abs(a - b) > DIFFERENT for a, b in zip(first, second, strict=True))
    return different / len(first)


def _from_afar(picture: QImage) -> bytes:
    small = picture.scaled(
        picture.width() // SHRINK,
        picture.height() // SHRINK,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    ).convertToFormat(QImage.Format.Format_Grayscale8)
    lines = [bytes(small.constScanLine(y))[: small.width()] for y in range(small.height())]
    return b"".join(lines)
