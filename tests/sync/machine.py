"""What offices, their machines and headquarters may go through, as rules hypothesis strings up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from app.models.persons import Contact, Person
from tests.sync.world import TEN_YEARS_MS, Fate, Machine, Template, World

MOST_MACHINES = 4
# Whether a disk is copied that holds unsent changes: its twin may send the same ones, and what is
# then made anew stands beside them, not upon them (see test_machine).
COPIES_HOLD_UNSENT = True
# Whether headquarters is put back on a backup: where its feed has grown again past a copy's cursor,
# the copy's holding differs and what it lacks is mended, which takes more than exchanged frames.
HEADQUARTERS_IS_PUT_BACK = True
WHO = st.integers(0, MOST_MACHINES - 1)
WHICH = st.integers(0, 5)
FRAMES = st.sampled_from((300, 1500, 100_000))
CODES = ("ar", "fr", "wo", "es")
# One question of each way of merging, and what may be answered; a number is made into a text that
# nobody else has typed.
ANSWERS: dict[str, tuple[Any, ...]] = {
    "town": ("town {}",),
    "note": ("note {}",),
    "legal_status": ("refugee", "irregular", "stateless"),
    "sex": ("F", "M"),
    "needs_interpreter": (True, False),
    "languages": (*(frozenset({code}) for code in CODES), frozenset(CODES[:2]), None),
}
CONTACT_ANSWERS: dict[str, tuple[Any, ...]] = {
    "name": ("name {}",),
    "safe_to_call": ("yes", "sms_only", "no", None),
}


def answers_to(questions: dict[str, tuple[Any, ...]]) -> st.SearchStrategy[dict[str, Any]]:
    """Give answers to one or two of the questions."""
    one = st.sampled_from(sorted(questions)).flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from(questions[name]))
    )
    return st.lists(one, min_size=1, max_size=2, unique_by=lambda pair: pair[0]).map(dict)


class Offices(RuleBasedStateMachine):
    """Two machines of one office, one of another, and headquarters."""

    template: Template

    def __init__(self) -> None:
        super().__init__()
        self.world: World = self.template.world()

    def teardown(self) -> None:
        try:
            self.world.settle_down()
            self.world.check_all()
        finally:
            self.world.close()

    # -- who and what --------------------------------------------------------------------------

    def machine(self, who: int) -> Machine:
        return self.world.machines[who % len(self.world.machines)]

    def person(self, machine: Machine, which: int) -> UUID | None:
        people = machine.people
        return people[which % len(people)] if people else None

    def typed(self, answers: dict[str, Any]) -> dict[str, Any]:
        return {
            name: value.format(self.world.number()) if isinstance(value, str) else value
            for name, value in answers.items()
        }

    def look(self, machine: Machine) -> None:
        self.world.check_log(machine.name, machine.store)

    # -- work ----------------------------------------------------------------------------------

    @initialize()
    def one_person_all_know(self) -> None:
        first, *others = self.world.machines
        self.world.register(first, "everybody's")
        for machine in (first, *others):
            self.world.sync(machine)

    @rule(who=WHO)
    def register(self, who: int) -> None:
        self.world.register(self.machine(who), f"town {self.world.number()}")

    @rule(who=WHO, which=WHICH, answers=answers_to(ANSWERS))
    def edit(self, who: int, which: int, answers: dict[str, Any]) -> None:
        machine = self.machine(who)
        person = self.person(machine, which)
        if person is not None:
            self.world.answer(machine, Person, person, **self.typed(answers))
            self.look(machine)

    @rule(one=WHO, other=WHO, answers=answers_to(ANSWERS), others=answers_to(ANSWERS))
    def two_edit(
        self, one: int, other: int, answers: dict[str, Any], others: dict[str, Any]
    ) -> None:
        for who, given in ((one, answers), (other, others)):
            self.edit(who, 0, given)

    @rule(who=WHO, which=WHICH)
    def add_contact(self, who: int, which: int) -> None:
        machine = self.machine(who)
        person = self.person(machine, which)
        if person is not None:
            self.world.add_contact(machine, person)

    @rule(who=WHO, which=WHICH, answers=answers_to(CONTACT_ANSWERS))
    def edit_contact(self, who: int, which: int, answers: dict[str, Any]) -> None:
        machine = self.machine(who)
        contacts = machine.contacts
        if contacts:
            contact = contacts[which % len(contacts)]
            self.world.answer(machine, Contact, contact, **self.typed(answers))
            self.look(machine)

    @rule(who=WHO, which=WHICH)
    def void_or_restore(self, who: int, which: int) -> None:
        machine = self.machine(who)
        person = self.person(machine, which)
        if person is not None:
            self.world.void(machine, person)

    @rule(who=WHO, which=WHICH)
    def open_a_file(self, who: int, which: int) -> None:
        machine = self.machine(who)
        person = self.person(machine, which)
        if person is not None:
            self.world.share(machine, person, "AGA" if machine.office == "RAB" else "RAB")

    @rule(who=WHO, which=WHICH)
    def close_a_file(self, who: int, which: int) -> None:
        self.world.close_share(self.machine(who), which)

    @rule(who=WHO, choice=WHICH)
    def settle(self, who: int, choice: int) -> None:
        machine = self.machine(who)
        if self.world.settle(machine, choice):
            self.look(machine)

    @rule(who=WHO, which=WHICH)
    def open_a_form(self, who: int, which: int) -> None:
        machine = self.machine(who)
        person = self.person(machine, which)
        if person is not None:
            machine.form = (person, machine.store.position())

    @rule(who=WHO, answers=answers_to(ANSWERS))
    def save_the_form(self, who: int, answers: dict[str, Any]) -> None:
        machine = self.machine(who)
        if machine.form is not None:
            person, seen = machine.form
            machine.form = None
            self.world.answer(machine, Person, person, seen, **self.typed(answers))
            self.look(machine)

    # -- syncing -------------------------------------------------------------------------------

    @rule(who=WHO, frame_bytes=FRAMES)
    def sync(self, who: int, frame_bytes: int) -> None:
        machine = self.machine(who)
        self.world.sync(machine, frame_bytes=frame_bytes)
        self.look(machine)

    @rule()
    def all_sync(self) -> None:
        for machine in list(self.world.machines):
            self.world.sync(machine)

    @rule(who=WHO, fates=st.lists(st.sampled_from(Fate), min_size=1, max_size=4), frame=FRAMES)
    def sync_over_a_bad_line(self, who: int, fates: list[Fate], frame: int) -> None:
        machine = self.machine(who)
        self.world.sync(machine, fates, frame_bytes=frame)
        self.look(machine)

    @rule(who=WHO, after=st.integers(0, 3))
    def cancel_a_sync(self, who: int, after: int) -> None:
        self.world.sync(self.machine(who), frame_bytes=300, cancel_after=after)

    @precondition(lambda self: self.world.flights)
    @rule(back=st.integers(1, 12))
    def an_old_frame_arrives(self, back: int) -> None:
        flights = self.world.flights
        self.world.deliver(flights[-min(back, len(flights))])
        self.world.check_log("hq", self.world.hq.store)

    @precondition(lambda self: self.world.flights)
    @rule(back=st.integers(1, 12))
    def an_old_answer_arrives(self, back: int) -> None:
        flights = self.world.flights
        flight = flights[-min(back, len(flights))]
        if self.world.receive(flight):
            self.look(flight.machine)

    # -- mishaps -------------------------------------------------------------------------------

    @rule(who=WHO, years=st.sampled_from((-TEN_YEARS_MS, 0, TEN_YEARS_MS)))
    def clock_jumps(self, who: int, years: int) -> None:
        self.machine(who).clock_ahead_ms = years

    @rule(who=WHO)
    def close_and_open(self, who: int) -> None:
        self.world.reopen(self.machine(who))

    @rule(who=WHO)
    def back_up(self, who: int) -> None:
        machine = self.machine(who)
        if not COPIES_HOLD_UNSENT:
            self.world.sync(machine)
        self.world.back_up(machine)

    @precondition(lambda self: any(machine.backups for machine in self.world.machines))
    @rule(who=WHO, which=WHICH, with_memory=st.booleans())
    def put_back(self, who: int, which: int, with_memory: bool) -> None:
        machine = self.machine(who)
        if machine.backups:
            backup = machine.backups[which % len(machine.backups)]
            self.world.put_back(machine, backup, with_memory=with_memory)
            self.look(machine)

    @precondition(lambda self: len(self.world.machines) < MOST_MACHINES)
    @rule(who=WHO, with_memory=st.booleans())
    def clone(self, who: int, with_memory: bool) -> None:
        machine = self.machine(who)
        if not COPIES_HOLD_UNSENT:
            self.world.sync(machine)
        self.world.clone(machine, with_memory=with_memory)

    @rule()
    def back_up_headquarters(self) -> None:
        self.world.back_up_hq()

    @precondition(lambda self: HEADQUARTERS_IS_PUT_BACK and self.world.hq_backups)
    @rule(which=WHICH)
    def put_back_headquarters(self, which: int) -> None:
        backups = self.world.hq_backups
        self.world.put_back_hq(backups[which % len(backups)])
