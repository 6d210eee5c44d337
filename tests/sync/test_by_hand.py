"""Where only sticks go between offices and headquarters, all come to the same all the same."""

from __future__ import annotations

import pytest
from pyrage import x25519

from app.hq.devices import enrol
from app.hq.invites import invite
from app.models.persons import Person
from app.sync.peers import peers_of
from app.sync.signing import new_private_key, public_key
from app.sync.state import progress_of
from tests.sync.sticks import Sticks, state_of
from tests.sync.world import TEN_YEARS_MS, World


@pytest.fixture
def sticks(world: World) -> Sticks:
    return Sticks(world)


def test_a_copy_of_a_computer_is_given_what_the_other_wrote(world: World, sticks: Sticks) -> None:
    one = world.machines[0]
    copy = world.clone(one, with_memory=True)
    person = world.register(copy, "Rabat")
    sticks.there_and_back(copy)
    sticks.there_and_back(one)
    assert person in one.people
    assert one.store.device != copy.store.device


def test_a_computer_set_back_is_given_its_own_work(world: World, sticks: Sticks) -> None:
    one = world.machines[0]
    world.back_up(one)
    person = world.register(one, "Rabat")
    sticks.there_and_back(one)
    world.put_back(one, one.backups[0], with_memory=True)
    sticks.there_and_back(one)
    world.answer(one, Person, person, town="Fez")
    sticks.settle_by_hand()
    world.check_all()


def test_a_computer_brings_again_what_headquarters_lost_with_its_last_days(
    world: World, sticks: Sticks
) -> None:
    one = world.machines[0]
    world.back_up_hq()
    person = world.register(one, "Rabat")
    sticks.there_and_back(one)
    world.put_back_hq(world.hq_backups[0])
    receipt = sticks.headquarters_reads(sticks.for_headquarters(one))
    assert receipt is not None
    read = sticks.machine_reads(one, receipt)
    assert read is not None
    assert "Make a new file for it" in read.sentences[-1]
    sticks.there_and_back(one)
    with world.hq.store.read() as db:
        assert db.get_one(Person, person).town == "Rabat"


def test_what_headquarters_takes_after_it_went_back_reaches_those_who_were_ahead(
    world: World, sticks: Sticks
) -> None:
    one, two, _far = world.machines
    world.back_up_hq()
    world.register(one, "Rabat")
    sticks.there_and_back(one)
    world.put_back_hq(world.hq_backups[0])
    person = world.register(two, "Fez")
    sticks.there_and_back(two)
    sticks.settle_by_hand()
    assert person in one.people
    world.check_all()


def test_a_shorter_feed_is_read_from_its_beginning(world: World, sticks: Sticks) -> None:
    one, two, _far = world.machines
    world.back_up_hq()
    for town in ("Rabat", "Oujda"):
        world.register(one, town)
    sticks.there_and_back(one)
    world.put_back_hq(world.hq_backups[0])
    person = world.register(two, "Fez")
    sticks.there_and_back(two)
    sticks.machine_reads(one, sticks.news(one))
    assert person in one.people


def test_an_old_receipt_does_not_send_anything_again(world: World, sticks: Sticks) -> None:
    one = world.machines[0]
    world.register(one, "Rabat")
    old = sticks.headquarters_reads(sticks.for_headquarters(one))
    assert old is not None
    world.register(one, "Fez")
    sticks.there_and_back(one)
    before = progress_of(one.store)
    sticks.machine_reads(one, old)
    after = progress_of(one.store)
    assert (after.acknowledged, after.cursors) == (before.acknowledged, before.cursors)


def test_a_computer_whose_clock_is_ahead_hears_of_computers_by_stick(
    world: World, sticks: Sticks
) -> None:
    one = world.machines[0]
    progress = progress_of(one.store)
    progress.confirmed_ms = (progress.confirmed_ms or 0) + TEN_YEARS_MS
    progress.clock_offset_ms -= TEN_YEARS_MS
    one.store.settings.put(sync_progress=progress)
    enrol(
        world.hq,
        code=invite(world.hq, "RAB").code,
        device=world.machines[2].author,
        public_key=public_key(new_private_key()),
        name="another",
        is_training=True,
        office="RAB",
        recipient=str(x25519.Identity.generate().to_public()),
    )
    sticks.there_and_back(one)
    assert "another" in {peer.name for peer in peers_of(one.store)}
    told_ms = progress_of(one.store).confirmed_ms
    assert told_ms is not None
    assert told_ms > progress.confirmed_ms  # by its own clock


def test_a_file_read_twice_or_damaged_or_for_others_leaves_everything_as_it_is(
    world: World, sticks: Sticks
) -> None:
    one, two, far = world.machines
    world.register(one, "Rabat")
    path = sticks.for_headquarters(one)
    receipt = sticks.headquarters_reads(path)
    assert receipt is not None
    sticks.machine_reads(one, receipt)
    before = {store: state_of(store) for store in world.stores}
    for file in (path, receipt, sticks.damaged(path, 0.5, is_cut=True)):
        sticks.headquarters_reads(file, with_receipt=False)
        for machine in (one, two, far):
            sticks.machine_reads(machine, file)
    assert all(state_of(store) == before[store] for store in world.stores)
