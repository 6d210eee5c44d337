"""The fold: what several writers' changes come to, whatever the order they arrive in."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from app.models.change import Change, Entry
from app.models.fold import bases_for, fold
from app.models.persons import CALL_SAFETY
from app.models.record import kind_named

PERSON = kind_named("person").fields
CONTACT = kind_named("contact").fields
FIELDS = {**PERSON, "safe_to_call": CONTACT["safe_to_call"]}
RECORD = b"r" * 16

Seen = frozenset[tuple[bytes, int]]


@dataclass
class Writer:
    """One copy of the log, and what its author had seen at each write."""

    device: bytes
    entries: list[Entry] = field(default_factory=list)
    seq: int = 0

    def write(self, clock: int, answers: dict[str, object]) -> tuple[Entry, Seen]:
        self.seq += 1
        seen = frozenset(key(e) for e in self.entries)
        change = Change(
            self.seq, clock, b"a" * 16, self.seq, "person", RECORD, b"", answers,
            bases_for(self.entries, answers),
        )  # fmt: skip
        entry = Entry(self.device, change)
        self.entries.append(entry)
        return entry, seen

    def read(self, other: Writer) -> None:
        known = {(e.device, e.change.seq) for e in self.entries}
        self.entries += [e for e in other.entries if (e.device, e.change.seq) not in known]


def key(entry: Entry) -> tuple[bytes, int]:
    return entry.device, entry.change.seq


answers = st.one_of(
    st.tuples(st.just("town"), st.sampled_from(["Rabat", "Salé", "Oujda", None])),
    st.tuples(st.just("sex"), st.sampled_from(["F", "M", "X"])),
    st.tuples(st.just("note"), st.sampled_from(["a", "b", "c", None])),
    st.tuples(st.just("languages"), st.sampled_from([["fr"], ["fr", "wo"], ["ar"], None])),
    st.tuples(st.just("safe_to_call"), st.sampled_from(["yes", "sms_only", "no", None])),
    st.tuples(st.just("from_a_later_version"), st.sampled_from([1, 2])),
)
writes = st.tuples(
    st.just("write"), st.integers(0, 2), st.lists(answers, min_size=1, max_size=3),
    st.integers(-1000, 1000),
)  # fmt: skip
reads = st.tuples(st.just("read"), st.integers(0, 2), st.integers(0, 2))
scripts = st.lists(st.one_of(writes, reads), min_size=1, max_size=14)


def play(script: list[tuple[object, ...]]) -> tuple[list[Entry], dict[tuple[bytes, int], Seen]]:
    """Let three writers work; clocks jump at will. Gives every entry and what each had seen."""
    writers = [Writer(bytes([number]) * 16) for number in range(3)]
    seen: dict[tuple[bytes, int], Seen] = {}
    every: list[Entry] = []
    for step in script:
        if step[0] == "write":
            _name, who, given_answers, jump = step
            entry, had_seen = writers[who].write(5000 + jump, dict(given_answers))
            every.append(entry)
            seen[key(entry)] = had_seen
        else:
            _name, who, whom = step
            writers[who].read(writers[whom])
    return every, seen


@given(scripts, st.randoms(use_true_random=False))
def test_any_order_gives_the_same_row(
    script: list[tuple[object, ...]], order: random.Random
) -> None:
    every, _seen = play(script)
    if not every:
        return
    shuffled = list(every)
    order.shuffle(shuffled)
    assert fold(shuffled, FIELDS) == fold(every, FIELDS)


@given(scripts, st.data())
def test_siblings_are_the_writes_nobody_had_seen_even_when_some_are_held_back(
    script: list[tuple[object, ...]], data: st.DataObject
) -> None:
    every, seen = play(script)
    held = [entry for entry in every if data.draw(st.booleans())]
    if not held:
        return
    folded = fold(held, FIELDS)
    for name in {name for entry in held for name in entry.change.fields}:
        written = [e for e in held if name in e.change.fields]
        # The truth, from what each author had really seen, over all entries that are here.
        expected = {
            key(e) for e in written if not any(key(e) in seen[key(later)] for later in written)
        }
        if len(expected) == 1:
            assert name not in folded.siblings
        else:
            assert {key(e) for e in folded.siblings[name]} == expected


@given(scripts)
def test_conflicts_are_exactly_the_differing_answers_that_ask(
    script: list[tuple[object, ...]],
) -> None:
    every, seen = play(script)
    if not every:
        return
    folded = fold(every, FIELDS)
    written = [e for e in every if "sex" in e.change.fields]
    standing = {
        e.change.fields["sex"]
        for e in written
        if not any(key(e) in seen[key(later)] for later in written)
    }
    assert ("sex" in folded.conflicts) == (len(standing) > 1)


def concurrent(name: str, *values: object) -> object:
    """Fold answers two or three people gave without seeing each other's."""
    entries = [
        Entry(
            bytes([number]) * 16,
            Change(1, 100 + number, b"a" * 16, 1, "person", RECORD, b"", {name: value}, []),
        )
        for number, value in enumerate(values)
    ]
    return fold(entries, FIELDS).values[name]


def test_latest_shows_the_highest_stamp() -> None:
    assert concurrent("town", "Rabat", "Oujda") == "Oujda"


def test_union_keeps_all_codes() -> None:
    assert concurrent("languages", ["fr"], ["wo", "ar"]) == ["ar", "fr", "wo"]


def test_append_keeps_both_texts_in_order() -> None:
    assert concurrent("note", "first", "second") == "first\n\nsecond"


def test_cautious_keeps_the_protective_answer_whoever_was_later() -> None:
    assert CALL_SAFETY.codes()[-1] == "no"
    assert concurrent("safe_to_call", "no", "yes") == "no"


def test_same_answer_twice_is_no_conflict() -> None:
    entries = [
        Entry(
            device,
            Change(1, 100, b"a" * 16, 1, "person", RECORD, b"", {"sex": "F"}, []),
        )
        for device in (b"1" * 16, b"2" * 16)
    ]
    assert fold(entries, FIELDS).conflicts == []


def test_a_clock_set_years_ahead_does_not_win_over_who_had_seen_it() -> None:
    ahead = Writer(b"1" * 16)
    ahead.write(10**15, {"town": "Rabat"})
    later = Writer(b"2" * 16)
    later.read(ahead)
    later.write(5, {"town": "Oujda"})
    assert fold(later.entries, FIELDS).values["town"] == "Oujda"
