"""How long a form's save takes until it is on disk, and how fast foreign changes merge."""

from __future__ import annotations

import statistics
from time import perf_counter
from uuid import uuid4

from app.casework.cases import open_case
from app.casework.people import register
from bench.figures import a_store, figure, people_as_changes, percentile


def main() -> None:
    """Measure saves and merges."""
    with a_store() as (store, user, _folder):

        def save() -> float:
            start = perf_counter()
            with store.write(user) as db:
                person = register(
                    db,
                    {"sex": "F", "nationalities": ["SN"], "birth": "1990", "town": "Rabat"},
                    names=[{"given_names": "Aïssatou", "family_name": "N’Diaye"}],
                    contacts=[{"number": "+212661234567"}],
                )
                open_case(db, person.id, "AVRR-FROM")
            return perf_counter() - start

        save()
        taken = [save() for _run in range(200)]
        figure("save of a registration, median", statistics.median(taken) * 1000, "ms", "≤ 30 ms")
        figure("save of a registration, p95", percentile(taken, 95) * 1000, "ms", "≤ 30 ms")
        names = [(f"Mamadou{n % 97}", f"Diallo{n % 89}") for n in range(9000)]
        runs = list(people_as_changes(50_000, names, uuid4().bytes))
        start = perf_counter()
        for run in runs:
            store.merge([run])
        taken_s = perf_counter() - start
        figure("merge of 100,000 foreign changes", 100_000 / taken_s, "changes/s", "≥ 10,000/s")


main()
