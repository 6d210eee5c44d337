"""Exchange rates: which one counts on a day, and that what was paid at one stays explained."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from app.casework.rates import convert, in_currency, rate_for
from app.errors import Refused
from app.models.grants import ExchangeRate
from app.models.money import Money
from app.models.store import Store
from tests.conftest import TODAY


def add_rate(store: Store, user: UUID, base: str, quoted: str, rate: str, on: date = TODAY) -> UUID:
    with store.write(user) as db:
        added = ExchangeRate(
            base=base, quoted=quoted, rate=Decimal(rate), on=on, source="UN operational rate"
        )
        db.add(added)
    return added.id


def test_the_latest_rate_up_to_the_day_counts(store: Store, user: UUID) -> None:
    add_rate(store, user, "EUR", "MAD", "10.7", TODAY - timedelta(days=30))
    right = add_rate(store, user, "EUR", "MAD", "10.8", TODAY - timedelta(days=10))
    add_rate(store, user, "EUR", "MAD", "10.9", TODAY - timedelta(days=1))
    with store.read() as db:
        assert rate_for(db, "EUR", "MAD", TODAY - timedelta(days=5)).id == right


def test_a_rate_given_the_other_way_round_is_divided_by(store: Store, user: UUID) -> None:
    add_rate(store, user, "EUR", "XOF", "655.957")
    with store.read() as db:
        found = in_currency(db, Money(Decimal(65596), "XOF"), "EUR", TODAY)
    assert found == Money(Decimal("100.00"), "EUR")


def test_of_one_day_the_rate_of_the_very_direction_counts(store: Store, user: UUID) -> None:
    direct = add_rate(store, user, "EUR", "MAD", "10.8")
    add_rate(store, user, "MAD", "EUR", "0.09")
    with store.read() as db:
        assert rate_for(db, "EUR", "MAD", TODAY).id == direct


def test_without_a_rate_up_to_the_day_it_says_to_add_one(store: Store, user: UUID) -> None:
    add_rate(store, user, "EUR", "MAD", "10.8")
    with store.read() as db, pytest.raises(Refused) as refused:
        rate_for(db, "EUR", "MAD", TODAY - timedelta(days=1))
    assert refused.value.rule == "no_rate"
    assert "Add one" in refused.value.message


def test_the_same_currency_needs_no_rate(store: Store, user: UUID) -> None:
    with store.read() as db:
        assert in_currency(db, Money(Decimal(5), "MAD"), "MAD", TODAY).currency == "MAD"


def test_a_void_rate_does_not_count(store: Store, user: UUID) -> None:
    rate = add_rate(store, user, "EUR", "MAD", "10.8")
    with store.write(user) as db:
        db.get_one(ExchangeRate, rate).voided = "typed twice"
    with store.read() as db, pytest.raises(Refused, match="no exchange rate"):
        rate_for(db, "EUR", "MAD", TODAY)


def test_a_rate_of_other_currencies_converts_nothing(store: Store, user: UUID) -> None:
    rate = ExchangeRate(base="EUR", quoted="MAD", rate=Decimal("10.8"), on=TODAY, source="x")
    with pytest.raises(Refused) as refused:
        convert(Money(Decimal(1), "USD"), rate, "MAD")
    assert refused.value.rule == "other_rate"


@pytest.mark.parametrize(
    ("base", "quoted", "rate", "rule"),
    [("EUR", "EUR", "1", "same_currency"), ("EUR", "MAD", "0", "out_of_range")],
)
def test_a_rate_that_makes_no_sense_is_refused(
    store: Store, user: UUID, base: str, quoted: str, rate: str, rule: str
) -> None:
    with pytest.raises(Refused) as refused:
        add_rate(store, user, base, quoted, rate)
    assert refused.value.rule == rule


def test_a_rate_carries_its_source(store: Store, user: UUID) -> None:
    with pytest.raises(Refused) as refused, store.write(user) as db:
        db.add(ExchangeRate(base="EUR", quoted="MAD", rate=Decimal("10.8"), on=TODAY))
    assert (refused.value.rule, refused.value.field) == ("required", "source")
