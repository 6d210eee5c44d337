"""Several real encrypted stores that exchange changes in any way end alike."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.casework.conflicts import open_conflicts, resolve
from app.casework.founding import found_store
from app.casework.history import history
from app.models.change import Change, encode, genesis, link
from app.models.check import faults
from app.models.digest import KindDigest, store_digest
from app.models.ids import new_id
from app.models.log import CHANGE
from app.models.merge import Run
from app.models.persons import Person
from app.models.store import Store
from tests.conftest import Founder


def runs_of(store: Store) -> list[Run]:
    """Everything a store holds, as runs, as a carrier would bring it."""
    found: dict[bytes, list[bytes]] = {}
    with store.engine.connect() as connection:
        for row in connection.execute(CHANGE.select().order_by(CHANGE.c.device, CHANGE.c.seq)):
            found.setdefault(row.device, []).append(row.body)
    return [Run(device, 1, genesis(device), bodies) for device, bodies in found.items()]


def digest_of(store: Store) -> dict[str, KindDigest]:
    with store.engine.connect() as connection:
        return store_digest(connection)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("new"), st.integers(0, 2), st.sampled_from(["F", "M"])),
        st.tuples(
            st.just("set"), st.integers(0, 2), st.integers(0, 5),
            st.sampled_from(["sex", "town", "note"]), st.sampled_from(["F", "M", "X"]),
        ),
        st.tuples(st.just("void"), st.integers(0, 2), st.integers(0, 5)),
        st.tuples(st.just("settle"), st.integers(0, 2), st.sampled_from(["F", "M"])),
        st.tuples(st.just("carry"), st.integers(0, 2), st.integers(0, 2), st.booleans()),
    ),
    max_size=12,
)  # fmt: skip


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps)
def test_stores_that_exchange_everything_have_equal_rows_and_lose_nothing(
    script: list[tuple[object, ...]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SANAD_STATE"] = f"{folder}/state"
        offices = [
            found_store(
                Path(folder) / str(number), office="RAB", login=f"user{number}",
                passphrase="correct horse", is_training=True,
            )
            for number in range(3)
        ]  # fmt: skip
        try:
            typed = _play(script, offices)
            stores = [store for store, _user in offices]
            for _round in range(2):
                for receiver in stores:
                    for giver in stores:
                        receiver.merge(runs_of(giver))
            first = digest_of(stores[0])
            assert all(digest_of(store) == first for store in stores)
            for store in stores:
                with store.read() as db:
                    assert list(faults(db.connection())) == []
            with stores[0].read() as db:
                for person, field, value in typed:
                    answers = [s.answers.get(field) for s in history(db, "person", person)]
                    assert value in answers
        finally:
            for store, _user in offices:
                store.close()


def test_one_id_used_for_two_kinds_breaks_nothing(found: Founder) -> None:
    here, _user = found("here")
    there, _other = found("there", login="karim")
    shared, device = new_id().bytes, uuid4().bytes
    changes = [
        Change(1, 1 << 20, b"a" * 16, 1, "person", shared, b"", {"sex": "F"}, []),
        Change(2, 2 << 20, b"a" * 16, 2, "contact", shared, b"", {"is_shared": True}, []),
    ]
    bodies = [encode(change) for change in changes]
    here.merge([Run(device, 1, genesis(device), bodies)])
    there.merge([Run(device, 1, genesis(device), bodies[:1])])
    there.merge([Run(device, 2, link(genesis(device), bodies[0]), bodies[1:])])
    assert digest_of(here)["contact"] == digest_of(there)["contact"]
    assert digest_of(here)["person"] == digest_of(there)["person"]
    with here.read() as db:
        assert list(faults(db.connection())) == []


def _play(script, offices):  # type: ignore[no-untyped-def]
    typed = []
    for step in script:
        if step[0] == "carry":
            if step[1] != step[2]:
                runs = runs_of(offices[step[1]][0])
                offices[step[2]][0].merge(runs[::-1] if step[3] else runs)
            continue
        store, user = offices[step[1]]
        with store.write(user) as db:
            known = list(db.query(Person).order_by(Person.id))
            if step[0] == "new":
                person = Person(sex=step[2], nationalities=["SN"])
                db.add(person)
                typed.append((person.id, "sex", step[2]))
            elif step[0] == "set" and known:
                person = known[step[2] % len(known)]
                if getattr(person, step[3]) != step[4]:
                    setattr(person, step[3], step[4])
                    typed.append((person.id, step[3], step[4]))
            elif step[0] == "void" and known:
                known[step[2] % len(known)].voided = "entered twice"
            elif step[0] == "settle":
                for conflict in open_conflicts(db):
                    if conflict.field == "sex":
                        person = db.get_one(Person, conflict.record)
                        resolve(db, person, "sex", step[2], "asked again")
                        typed.append((person.id, "sex", step[2]))
    return typed
