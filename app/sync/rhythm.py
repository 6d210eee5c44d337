"""When a copy next tries headquarters by itself: after a save, now and then, ever later in vain."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

AFTER_OPENING_S: Final = 5.0
AFTER_SAVING_S: Final = 20.0
AT_THE_LATEST_S: Final = 120.0
REGULARLY_S: Final = 15 * 60.0
BACK_OFF_S: Final = (60.0, 120.0, 300.0, 900.0, 1800.0, 3600.0)
_SPREAD: Final = 0.2


class Rhythm:
    """Tells when the next try is due; asks no clock but the one it is given.

    Args:
        now_s: Seconds that only grow.
        chance: Gives 0 to 1, so that a whole office does not ask at one moment.

    Attributes:
        due_s: When the next try is due, by ``now_s``; None while there is none.
        failures: Tries in a row that nobody answered.
        is_stopped: Headquarters said no: only a person starts again.
    """

    def __init__(
        self, now_s: Callable[[], float], chance: Callable[[], float] = random.random
    ) -> None:
        self._now_s = now_s
        self._chance = chance
        self._first_save_s: float | None = None
        self.due_s: float | None = None
        self.failures = 0
        self.is_stopped = False

    def opened(self) -> None:
        """The store was opened, or the copy enrolled: try soon."""
        self._sooner(AFTER_OPENING_S)

    def saved(self) -> None:
        """Something was saved here: try once the person pauses.

        While nobody answers, a save brings no try forward.
        """
        if self.is_stopped or self.failures:
            return
        now_s = self._now_s()
        if self._first_save_s is None:
            self._first_save_s = now_s
        # Each save puts it off a little, but no more than so long after the first.
        due_s = min(now_s + AFTER_SAVING_S, self._first_save_s + AT_THE_LATEST_S)
        if self.due_s is None or self.due_s > now_s:
            self.due_s = due_s

    def network_came(self) -> None:
        """There is a network where there was none, or another one: try now."""
        if not self.is_stopped:
            self.failures = 0
            self.due_s = self._now_s()

    def asked(self) -> None:
        """A person began one."""
        self.failures = 0
        self.is_stopped = False

    def began(self) -> None:
        """A try is under way."""
        self.due_s = None
        self._first_save_s = None

    def succeeded(self) -> None:
        """Both are in step, but for what was saved meanwhile."""
        self.failures = 0
        self.is_stopped = False
        self._later(REGULARLY_S)

    def failed(self) -> None:
        """Nobody answered, or the line was cut."""
        self.failures += 1
        self._later(BACK_OFF_S[min(self.failures, len(BACK_OFF_S)) - 1])

    def refused(self) -> None:
        """Headquarters said no, and will say no again."""
        self.is_stopped = True
        self.due_s = None

    def left_off(self) -> None:
        """A person stopped it: the next comes in its turn, or after another save."""
        self._first_save_s = None
        self._later(REGULARLY_S)

    def _sooner(self, wait_s: float) -> None:
        due_s = self._now_s() + wait_s
        if not self.is_stopped and (self.due_s is None or due_s < self.due_s):
            self.due_s = due_s

    def _later(self, wait_s: float) -> None:
        spread = 1 + _SPREAD * (2 * self._chance() - 1)
        self.due_s = self._now_s() + wait_s * spread
        if not self.failures and self._first_save_s is not None:
            self.saved()
