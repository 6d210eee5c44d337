"""Python's garbage, swept up on the GUI thread only.

Left to itself Python frees cyclic garbage wherever it happens to run out of patience: in a working
thread, or in the midst of Qt's walk over all widgets. A widget freed there ends the program.
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

_EVERY_MS: Final = 500


class Sweeper(QObject):
    """Sweeps when enough has gathered and nothing else is being done."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_on = gc.isenabled()
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self._sweep)

    def start(self) -> None:
        """Take the sweeping over from Python."""
        self._was_on = gc.isenabled()
        gc.disable()
        self._timer.start()

    def stop(self) -> None:
        """Sweep once more and give it back."""
        if self._timer.isActive():
            self._timer.stop()
            gc.collect()
            if self._was_on:
                gc.enable()

    def _sweep(self) -> None:
        ripe = [
            generation
            for generation, (count, most) in enumerate(
                zip(gc.get_count(), gc.get_threshold(), strict=True)
            )
            if count > most
        ]
        if ripe:
            gc.collect(max(ripe))
