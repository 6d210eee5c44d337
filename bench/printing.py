"""Printing intake forms: one, warm, and a thousand."""

from __future__ import annotations

import statistics
from time import perf_counter

from app.casework.demo import fill
from app.documents.registry import print_document, print_many
from app.models.persons import Person
from bench.figures import a_store, figure, timed

FORMS = 1000


def main() -> None:
    """Measure one form and many."""
    with a_store() as (store, user, _folder):
        fill(store, user, people=FORMS)
        with store.read() as db:
            people = [person.id for person in db.query(Person)]
        today = store.context().today
        for languages in (("fr",), ("fr", "ar")):

            def one(languages: tuple[str, ...] = languages) -> None:
                print_document(store, "intake", people[0], languages, printed_on=today)

            one()
            name = " and ".join(languages)
            median_ms = statistics.median(timed(one, 20)) * 1000
            figure(f"one intake form in {name}, warm", median_ms, "ms", "≤ 50 ms")
            start = perf_counter()
            printed = sum(
                1 for _paper in print_many(store, "intake", people, languages, printed_on=today)
            )
            taken = perf_counter() - start
            figure(f"{printed} intake forms in {name}", taken, "s", "≤ 20 s")


main()
