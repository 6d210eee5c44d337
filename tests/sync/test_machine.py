"""Whatever offices go through, all copies end alike, and nothing anybody typed is lost."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from app.models.persons import Person
from tests.sync.machine import Offices
from tests.sync.oracle import differences
from tests.sync.world import Template, World

# The soak asks for more.
TIMES = int(os.environ.get("SANAD_PROOFS", "1"))
PROFILE = settings(
    max_examples=12 * TIMES,
    stateful_step_count=25 if TIMES == 1 else 40,
    derandomize=TIMES == 1,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # A failing history is told as it is: making it shorter takes many minutes.
    phases=(Phase.generate,),
    print_blob=False,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("world"))


@pytest.fixture
def world(template: Template) -> Iterator[World]:
    opened = template.world()
    yield opened
    opened.close()


def test_whatever_happens_all_end_alike_and_nothing_is_lost(template: Template) -> None:
    class Machine(Offices):
        pass

    Machine.template = template
    run_state_machine_as_test(Machine, settings=PROFILE)  # type: ignore[no-untyped-call]


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
