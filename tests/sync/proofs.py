"""A small, fast part of the proofs, for judging the program with a fault in it."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from app.models.persons import Person
from app.models.store import Store
from tests.sync.machine import Offices
from tests.sync.test_any_order import after, small_runs
from tests.sync.test_oracle import test_the_fold_is_what_brute_force_says as fold_is_right
from tests.sync.world import Template, World

_FEW = settings(
    max_examples=3,
    stateful_step_count=15,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)


def prove(folder: Path) -> None:
    """Run the proofs; raises as soon as one fails."""
    settings.register_profile("few", max_examples=25, phases=(Phase.generate,))
    settings.load_profile("few")
    template = Template(folder)
    for proof in (_any_order, _seen, _closed, _twins):
        world = template.world()
        try:
            proof(world)
        finally:
            world.close()
    fold_is_right()

    class Machine(Offices):
        pass

    Machine.template = template
    run_state_machine_as_test(Machine, settings=_FEW)  # type: ignore[no-untyped-call]


def _any_order(world: World) -> None:
    store: Store = world.machines[0].store
    runs = small_runs(5)
    expected = after(store, [runs])
    for order in permutations(runs):
        assert after(store, [[run] for run in order]) == expected


def _seen(world: World) -> None:
    """What came in while a form was open stands beside what was typed there."""
    one, two, _far = world.machines
    person = world.register(one, "Rabat")
    world.settle_down()
    position = one.store.position()
    world.answer(two, Person, person, legal_status="refugee")
    world.sync(two)
    world.sync(one)
    world.answer(one, Person, person, position, legal_status="stateless")
    world.settle_down()
    world.check_all()


def _closed(world: World) -> None:
    """Nobody writes on a file that was closed to them, once they have seen that."""
    one, _two, far = world.machines
    person = world.register(one, "Rabat")
    world.sync(one)
    assert world.share(one, person, far.office)
    world.settle_down()
    world.close_share(one, 0)
    world.settle_down()
    world.answer(far, Person, person, town="Agadir")
    world.settle_down()
    world.check_all()
    with one.store.read() as db:
        assert db.get_one(Person, person).town == "Rabat"


def _twins(world: World) -> None:
    """Two machines of one identity are told apart, and both keep their work."""
    one = world.machines[0]
    person = world.register(one, "Rabat")
    world.sync(one)
    copy = world.clone(one, with_memory=True)
    world.answer(one, Person, person, town="Fez")
    world.answer(copy, Person, person, legal_status="refugee")
    world.register(copy, "Oujda")
    world.settle_down()
    world.check_all()
