"""What offices go through where files are carried by hand, beside syncing: rules for hypothesis."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.sync.machine import WHO, Offices
from tests.sync.sticks import WEEKS, Sticks

BACK = st.integers(1, 8)


class Carriers(Offices):
    """The offices, and sticks that go between them: late, twice, to the wrong place, damaged."""

    def __init__(self) -> None:
        super().__init__()
        self.sticks = Sticks(self.world)
        self.ends_by_hand = False

    def teardown(self) -> None:
        try:
            if self.ends_by_hand:
                self.sticks.settle_by_hand()
                self.world.check_all()
        except BaseException:
            self.world.close()
            raise
        super().teardown()

    def lying(self, back: int) -> Path:
        """Give one of the latest files, whoever it is for."""
        return self.sticks.lying[-min(back, len(self.sticks.lying))]

    @initialize(by_hand=st.booleans())
    def how_it_ends(self, by_hand: bool) -> None:
        self.ends_by_hand = by_hand

    @rule(who=WHO)
    def write_for_headquarters(self, who: int) -> None:
        self.sticks.for_headquarters(self.machine(who))

    @rule(who=WHO, week=st.sampled_from(WEEKS))
    def write_a_batch(self, who: int, week: str) -> None:
        self.sticks.batch(self.machine(who), week)

    @rule(who=WHO)
    def headquarters_writes_unasked(self, who: int) -> None:
        self.sticks.news(self.machine(who))

    @rule(who=WHO)
    def carry_there_and_back(self, who: int) -> None:
        self.sticks.there_and_back(self.machine(who))

    @rule(who=WHO, other=WHO, is_whole=st.booleans())
    def carry_to_a_colleague(self, who: int, other: int, is_whole: bool) -> None:
        """Write a file and hand it over; ``other`` may well be somebody it is not for."""
        path = self.sticks.for_a_colleague(self.machine(who), is_whole=is_whole)
        if path is not None:
            self.sticks.machine_reads(self.machine(other), path)

    @rule(who=WHO)
    def write_for_a_colleague(self, who: int) -> None:
        self.sticks.for_a_colleague(self.machine(who))

    @precondition(lambda self: self.sticks.lying)
    @rule(back=BACK, with_receipt=st.booleans(), again=st.booleans())
    def headquarters_reads_what_lies_there(
        self, back: int, with_receipt: bool, again: bool
    ) -> None:
        self.sticks.headquarters_reads(self.lying(back), with_receipt=with_receipt, again=again)

    @precondition(lambda self: self.sticks.lying)
    @rule(who=WHO, back=BACK)
    def a_machine_reads_what_lies_there(self, who: int, back: int) -> None:
        self.sticks.machine_reads(self.machine(who), self.lying(back))

    @precondition(lambda self: self.sticks.lying)
    @rule(who=WHO, back=BACK, at=st.floats(0, 1), is_cut=st.booleans())
    def a_damaged_file_is_read(self, who: int, back: int, at: float, is_cut: bool) -> None:
        bad = self.sticks.damaged(self.lying(back), at, is_cut=is_cut)
        self.sticks.headquarters_reads(bad)
        self.sticks.machine_reads(self.machine(who), bad)
