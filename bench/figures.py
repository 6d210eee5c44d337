"""What the benchmarks share: printing a figure, and stores to measure on."""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

from app.casework.founding import found_store
from app.models.change import Change, encode, genesis, links
from app.models.ids import new_id
from app.models.merge import Run
from app.models.store import Store


def figure(name: str, value: float, unit: str, budget: str, **more: Any) -> None:
    """Print one figure beside its budget."""
    line = {"figure": name, "value": round(value, 4), "unit": unit, "budget": budget, **more}
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def timed(work: Callable[[], object], times: int = 1) -> list[float]:
    """Give the seconds each of ``times`` runs takes."""
    taken = []
    for _run in range(times):
        start = perf_counter()
        work()
        taken.append(perf_counter() - start)
    return taken


def percentile(values: list[float], per_cent: int) -> float:
    """Give the value below which ``per_cent`` of ``values`` lie."""
    return statistics.quantiles(values, n=100)[per_cent - 1]


@contextmanager
def a_store(name: str = "store") -> Iterator[tuple[Store, UUID, Path]]:
    """Give a training store that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SANAD_STATE"] = f"{folder}/state"
        store, user = found_store(
            Path(folder) / name, office="RAB", login="bench", passphrase="bench bench",
            is_training=True,
        )  # fmt: skip
        try:
            yield store, user, Path(folder)
        finally:
            store.close()


def people_as_changes(count: int, names: list[tuple[str, str]], device: bytes) -> Iterator[Run]:
    """Make ``count`` people as another device would have, in runs of 2,000 changes."""
    previous = genesis(device)
    author = new_id().bytes
    bodies: list[bytes] = []
    first = seq = 1
    for number in range(count):
        person = new_id().bytes
        given, family = names[number % len(names)]
        for kind, record, root, fields in (
            ("person", person, b"", {"sex": "F", "nationalities": ["SN"], "birth": "1990"}),
            (
                "person_name",
                new_id().bytes,
                person,
                {
                    "person": person,
                    "name_kind": "legal",
                    "given_names": given,
                    "family_name": family,
                },
            ),
        ):
            stamp = (1_790_000_000_000 + seq) << 16
            change = Change(seq, stamp, author, seq, kind, record, root, fields, [])
            bodies.append(encode(change))
            seq += 1
        if len(bodies) >= 2000 or number == count - 1:
            yield Run(device, first, previous, bodies)
            previous = links(previous, bodies)[-1]
            first, bodies = seq, []
