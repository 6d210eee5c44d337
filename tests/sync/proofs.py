"""A small, fast part of the proofs, for judging the program with a fault in it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from pyrage import x25519

from app.models.contents import Content
from app.models.persons import Person
from app.models.store import Store
from app.sync.frames import PROTOCOL
from app.sync.parcel import Closed, Header
from app.sync.parcel_reading import open_parcel
from app.sync.parcel_writing import write_parcel
from app.sync.signing import new_private_key, public_key
from tests.hq.servers import Server
from tests.sync.carriers import Carriers
from tests.sync.disks import ServerDisk
from tests.sync.held_writers import a_reader_misses_nothing, what_was_opened_meanwhile_is_given
from tests.sync.sticks import Sticks
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


def prove(folder: Path, server: Server) -> None:
    """Run the proofs; raises as soon as one fails.

    Args:
        folder: Where worlds were founded by proofs run before, or nothing is.
        server: PostgreSQL, for those whose headquarters is there.
    """
    settings.register_profile("few", max_examples=25, phases=(Phase.generate,))
    settings.load_profile("few")
    _carried_whole(folder)
    fold_is_right()
    template = Template(folder / "file")
    _in_worlds(template, _any_order, _seen, _closed, _twins, _passed_on, _by_hand)
    on_server = Template(folder / "server", disk=ServerDisk(server))
    _in_worlds(on_server, what_was_opened_meanwhile_is_given, a_reader_misses_nothing)

    class Machine(Carriers):
        pass

    Machine.template = template
    run_state_machine_as_test(Machine, settings=_FEW)  # type: ignore[no-untyped-call]


def _in_worlds(template: Template, *proofs: Callable[[World], None]) -> None:
    for proof in proofs:
        world = template.world()
        try:
            proof(world)
        finally:
            world.close()


def _carried_whole(folder: Path) -> None:
    """A file gives all that went into it, in its order."""
    path, identity = folder / "whole.sanad", x25519.Identity.generate()
    header = Header(bytes(16), "changes", bytes(16), True, bytes(16), [], 0, PROTOCOL, [])
    frames = [bytes([number]) * 100 for number in range(4)]
    contents = [Content(frame, "image/png") for frame in frames]
    recipients, key = [str(identity.to_public())], new_private_key()
    write_parcel(path, recipients, key, header, frames, contents, lambda: Closed(0))
    parcel = open_parcel(path, str(identity))
    parcel.require_signed(public_key(key))
    read: list[bytes] = []
    attached: list[Content] = []
    parcel.each(read.append, attached.append)
    assert (read, attached) == (frames, contents), "a file does not give what went in"


def _by_hand(world: World) -> None:
    """Where files are carried, what headquarters lost with its last days is brought again."""
    one, two, _far = world.machines
    sticks = Sticks(world)
    world.back_up_hq()
    world.register(one, "Rabat")
    late = sticks.for_headquarters(two)
    for machine in (one, two):
        sticks.there_and_back(machine)
    world.put_back_hq(world.hq_backups[0])
    world.register(one, "Fez")
    sticks.headquarters_reads(late)
    sticks.settle_by_hand()
    world.check_all()
    world.settle_down()
    world.check_all()


def _passed_on(world: World) -> None:
    """A colleague who was given somebody's work brings it to headquarters for them."""
    one, two, _far = world.machines
    sticks = Sticks(world)
    world.back_up(one)
    person = world.register(one, "Rabat")
    path = sticks.for_a_colleague(one)
    assert path is not None
    sticks.machine_reads(two, path)
    assert world.put_back(one, one.backups[0], with_memory=False)
    world.settle_down()
    world.check_all()
    with one.store.read() as db:
        assert db.get_one(Person, person).town == "Rabat"


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
