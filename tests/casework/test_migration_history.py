"""Journeys: what they start with and what their dates agree on."""

from __future__ import annotations

from uuid import UUID

import pytest

from app.models.migration_history import MigrationHistory
from app.models.store import Store
from tests.casework.work import a_person, added, refused_rule


def test_a_journey_starts_with_the_arrival_known(store: Store, user: UUID) -> None:
    made = added(store, user, "migration_history", person=a_person(store, user, arrived="2023-05"))
    with store.read() as db:
        assert str(db.get_one(MigrationHistory, made).entered) == "2023-05"


def test_nobody_enters_before_leaving(store: Store, user: UUID) -> None:
    person = a_person(store, user)

    def add(left: str, entered: str):  # type: ignore[no-untyped-def]
        return lambda db: db.add(MigrationHistory(person=person, left_home=left, entered=entered))

    assert refused_rule(store, user, add("2023-05", "2023-04")) == "dates_out_of_order"
    with store.write(user) as db:
        add("2023-05", "2023")(db)  # perhaps later that year


@pytest.mark.parametrize("money", ["1200 EUR", {"amount": "1200", "currency": "EUR"}])
def test_what_the_journey_cost_is_an_amount(store: Store, user: UUID, money: object) -> None:
    made = added(store, user, "migration_history", person=a_person(store, user), cost=money)
    with store.read() as db:
        cost = db.get_one(MigrationHistory, made).cost
        assert cost is not None
        assert (cost.amount, cost.currency) == (1200, "EUR")
