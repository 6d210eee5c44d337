"""How much each asker may use at once; what was used comes back with time."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Final

_KEPT: Final = 10_000


class Allowance:
    """A bucket for each asker, counted by this process.

    Args:
        most: What a full bucket holds.
        per_s: What comes back in a second.
        clock_s: A clock that only goes forward, in seconds.
    """

    def __init__(
        self, most: float, per_s: float, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._per_s = per_s
        self._clock_s = clock_s
        self._lock = Lock()
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def wait_s(self, asker: Hashable) -> float:
        """Give the seconds until the asker has something left; 0 when it has."""
        with self._lock:
            left, _now = self._count(asker)
        return 0.0 if left > 0 else (1e-3 - left) / self._per_s

    def use(self, asker: Hashable, amount: float) -> None:
        """Take from an asker's bucket, below nothing if need be."""
        with self._lock:
            left, now = self._count(asker)
            self._left[asker] = (left - amount, now)
            self._left.move_to_end(asker)
            if len(self._left) > _KEPT:
                self._left.popitem(last=False)

    def _count(self, asker: Hashable) -> tuple[float, float]:
        now = self._clock_s()
        left, then = self._left.get(asker, (self._most, now))
        return min(self._most, left + (now - then) * self._per_s), now
