"""Search as one types, over a million people (or as many as SANAD_BENCH_PEOPLE says)."""

from __future__ import annotations

import os
import random
import tomllib
from time import perf_counter
from uuid import uuid4

from app.paths import RESOURCES
from bench.figures import a_store, figure, people_as_changes, percentile

TYPED = (
    "moh", "mam", "fat", "dia", "bar", "محم", "عبد", "nda", "tra", "ous", "kou", "aya", "ibr",
    "cam", "kei", "sow", "اسم", "فاط", "yer", "ɓah", "mamdou", "diallp", "fatuo", "ousman",
    "mohamd", "abderahman", "fatou diop", "mamadou ba", "محمد ديالو", "jallow mam",
)  # fmt: skip


def main() -> None:
    """Fill a store, then search it."""
    people = int(os.environ.get("SANAD_BENCH_PEOPLE", "1000000"))
    with (RESOURCES / "demo" / "people.toml").open("rb") as file:
        material = tomllib.load(file)
    generator = random.Random(1)
    names = []
    for _number in range(50_000):
        country = material["names"][generator.choice(list(material["names"]))]
        given = generator.choice(country["male"] + country["female"])
        # Surnames are many: a syllable makes most of them rare.
        tail = generator.choice(["", "", "", *(a + b for a in "bdklmnst" for b in "aeiou")])
        family = generator.choice(country["family"]) + tail
        arabic = material["arabic"].get(given)
        names.append((arabic if arabic and generator.random() < 0.3 else given, family))
    with a_store() as (store, _user, _folder):
        start = perf_counter()
        for run in people_as_changes(people, names, uuid4().bytes):
            store.merge([run])
        figure(
            "filling the store", people / (perf_counter() - start), "people/s", "–", people=people
        )
        store.finder.find("warm up")
        taken = []
        for _round in range(20):
            for typed in TYPED:
                start = perf_counter()
                store.finder.find(typed)
                taken.append(perf_counter() - start)
        figure("search, median", percentile(taken, 50) * 1000, "ms", "–", people=people)
        figure("search, p95", percentile(taken, 95) * 1000, "ms", "≤ 16 ms", people=people)
        slowest = max(TYPED, key=lambda typed: _once(store, typed))
        figure(
            f"search, slowest ({slowest})", _once(store, slowest) * 1000, "ms", "–", people=people
        )


def _once(store, typed: str) -> float:  # type: ignore[no-untyped-def]
    start = perf_counter()
    store.finder.find(typed)
    return perf_counter() - start


if __name__ == "__main__":
    main()
