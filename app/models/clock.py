"""The hybrid logical clock that orders changes.

Source: Kulkarni, Demirbas et al., "Logical Physical Clocks", 2014. One 64-bit number:
milliseconds since 1970 in the upper 48 bits, a counter in the lower 16.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final

_COUNTER_BITS: Final = 16
# A laptop set years ahead must not drag every other clock with it: what is further
# ahead than this is remembered as it came, but our own clock does not follow it.
MAX_LEAD_MS: Final = 24 * 3600 * 1000


def system_ms() -> int:
    """Milliseconds since 1970 by this machine's clock."""
    return int(datetime.now(UTC).timestamp() * 1000)


def farthest_stamp(now_ms: int) -> int:
    """Give the highest stamp worth following at ``now_ms``."""
    return (now_ms + MAX_LEAD_MS + 1) << _COUNTER_BITS


class HybridClock:
    """Hands out stamps that grow, whatever the machine's clock does.

    Args:
        last: Highest stamp this store knows.
        now_ms: Source of physical time, in milliseconds since 1970.
    """

    def __init__(self, last: int = 0, now_ms: Callable[[], int] = system_ms) -> None:
        self.last = last
        self._now_ms = now_ms

    def tick(self) -> int:
        """Give the next stamp."""
        self.last = max(self.last + 1, self._now_ms() << _COUNTER_BITS)
        return self.last

    def see(self, stamps: Iterable[int]) -> None:
        """Follow stamps read from elsewhere, except those that are absurdly far ahead."""
        farthest = farthest_stamp(self._now_ms())
        self.last = max([self.last, *(stamp for stamp in stamps if stamp < farthest)])

    @property
    def lead_ms(self) -> int:
        """Lead of the last stamp over this machine's clock; positive after it was set back."""
        return (self.last >> _COUNTER_BITS) - self._now_ms()


def stamp_time(stamp: int) -> datetime:
    """Give the moment a stamp was made by its maker's clock, in UTC."""
    return datetime.fromtimestamp((stamp >> _COUNTER_BITS) / 1000, UTC)
