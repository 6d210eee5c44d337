"""The fold tells the same as brute force over who had seen what, for any history of any copies."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.models.change import Change, Entry
from app.models.fold import bases_for, fold
from app.models.persons import Person
from tests.sync.oracle import Held, Oracle, key_of

TIMES = int(os.environ.get("SANAD_PROOFS", "1"))
RECORD = bytes(16)
ANSWERS: dict[str, tuple[Any, ...]] = {
    "town": ("Fez", "Rabat", "Oujda"),
    "note": ("a", "b", None),
    "sex": ("F", "M"),
    "needs_interpreter": (True, False, None),
    "languages": (["ar"], ["fr"], None),
}
COPIES = st.integers(0, 3)
FIELDS = st.lists(st.sampled_from(sorted(ANSWERS)), min_size=1, max_size=3, unique=True)
WRITE = st.tuples(st.just("write"), COPIES, FIELDS, st.integers(0, 5), st.integers(-3, 3))
# Some of what one copy holds reaches another; the rest is held back.
CARRY = st.tuples(st.just("carry"), COPIES, COPIES, st.integers(0, 2**12), st.just(0))


class Copies:
    """Four copies of one record, each with what it holds."""

    def __init__(self) -> None:
        self.held: list[dict[tuple[bytes, int], Entry]] = [{} for _copy in range(4)]
        self.oracle = Oracle()
        self._written = [0] * 4
        self._now = 1000

    def write(self, copy: int, names: list[str], choice: int, skew: int) -> None:
        held = self.held[copy]
        self._written[copy] += 1
        self._now += 1
        device = bytes([copy + 1]) * 16
        change = Change(
            seq=self._written[copy],
            # Clocks are wrong, and often the same.
            clock=max(self._now // 2 + 5 * skew, 0),
            author=device[:15] + bytes([self._written[copy]]),
            tx=self._written[copy],
            kind="person",
            record=RECORD,
            root=b"",
            fields={name: ANSWERS[name][choice % len(ANSWERS[name])] for name in names},
            bases=bases_for(held.values(), names),
        )
        self.oracle.learn([change], [key_of(entry.change) for entry in held.values()])
        held[device, change.seq] = Entry(device, change)

    def carry(self, source: int, target: int, mask: int) -> None:
        """Bring some entries over; of each device the earliest ones, as chains demand."""
        reached: set[bytes] = set()
        for place, (key, entry) in enumerate(sorted(self.held[source].items())):
            if key in self.held[target]:
                continue
            if mask >> (place % 12) & 1 or key[0] in reached:
                reached.add(key[0])
                continue
            self.held[target][key] = entry

    def check(self) -> None:
        for held in self.held:
            if not held:
                continue
            folded = fold(list(held.values()), Person.fields)
            writes = [Held(key_of(e.change), e.device, e.change.seq) for e in held.values()]
            shown = self.oracle.shown(writes)["person", RECORD]
            assert folded.values == shown.values
            assert folded.conflicts == shown.conflicts


@settings(max_examples=150 * TIMES, deadline=None, database=None, derandomize=TIMES == 1)
@given(st.lists(st.one_of(WRITE, CARRY), max_size=30))
def test_the_fold_is_what_brute_force_says(acts: list[tuple[Any, ...]]) -> None:
    copies = Copies()
    for act, one, other, third, skew in acts:
        if act == "write":
            copies.write(one, other, third, skew)
        else:
            copies.carry(one, other, third)
        copies.check()
