"""Whatever offices go through, all copies end alike, and nothing anybody typed is lost."""

from __future__ import annotations

import os
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from app.models.persons import Person
from app.sync.engine import next_request
from app.sync.frames import encode
from tests.hq.servers import Server
from tests.sync.carriers import Carriers
from tests.sync.disks import ServerDisk
from tests.sync.oracle import differences
from tests.sync.world import InFlight, Template, World

# The soak asks for more.
TIMES = int(os.environ.get("SANAD_PROOFS", "1"))


def profile(histories: int, steps: int) -> settings:
    """Give how many histories are gone through, each of how many steps."""
    return settings(
        max_examples=histories * TIMES,
        stateful_step_count=steps if TIMES == 1 else 40,
        derandomize=TIMES == 1,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        # A failing history is told as it is: making it shorter takes many minutes.
        phases=(Phase.generate,),
        print_blob=False,
    )


def go_through(template: Template, histories: int, steps: int) -> None:
    class Machine(Carriers):
        pass

    Machine.template = template
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Machine, settings=profile(histories, steps)
    )


def test_whatever_happens_all_end_alike_and_nothing_is_lost(template: Template) -> None:
    go_through(template, 10, 25)


def test_so_they_do_where_headquarters_is_on_postgresql(
    tmp_path_factory: pytest.TempPathFactory, postgres: Server
) -> None:
    disk = ServerDisk(postgres)
    go_through(Template(tmp_path_factory.mktemp("world"), disk=disk), 3, 15)


def test_what_two_copies_both_held_unsent_is_no_conflict(world: World) -> None:
    one = world.machines[0]
    person = world.register(one, "Rabat")
    world.sync(one)
    world.answer(one, Person, person, sex="M")
    copy = world.clone(one, with_memory=True)
    world.answer(one, Person, person, sex="F")
    world.register(copy, "Fez")
    world.sync(copy)
    world.sync(one)
    assert differences(one.store, world.oracle) == []


def test_two_machines_of_one_identity_both_keep_their_work(world: World) -> None:
    one = world.machines[0]
    person = world.register(one, "Rabat")
    world.sync(one)
    copy = world.clone(one, with_memory=True)
    world.answer(one, Person, person, legal_status="refugee")
    world.answer(copy, Person, person, legal_status="stateless")
    world.settle_down()
    world.check_all()
    with copy.store.read() as db:
        assert db.get_one(Person, person).conflicts == "legal_status"


@pytest.mark.parametrize("asks_for_news", [True, False])
def test_what_is_saved_while_an_answer_is_on_its_way_is_kept_though_a_copy_wrote_in_its_place(
    world: World, asks_for_news: bool
) -> None:
    one = world.machines[0]
    person = world.register(one, "Rabat")
    world.sync(one)
    copy = world.clone(one, with_memory=True)
    world.answer(copy, Person, person, note="a copy's")
    world.sync(copy)
    request = next_request(one.store, world.place(one), 100_000)
    if not asks_for_news:
        request = msgspec.structs.replace(request, cursors={}, holdings={})
    device = UUID(bytes=world.place(one).device)
    flight = InFlight(one, one.epoch, device, encode(request))
    world.deliver(flight)
    world.answer(one, Person, person, town="Fez")
    world.receive(flight)
    world.settle_down()
    world.check_all()
    with world.hq.store.read() as db:
        assert db.get_one(Person, person).town == "Fez"
