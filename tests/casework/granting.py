"""What tests of grants share: an office with colleagues, a case, and a programme of known rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.casework.cases import open_case
from app.casework.grants import request
from app.casework.people import register
from app.casework.programmes import change_programme
from app.casework.verbs import act
from app.models.grants import Grant, Invoice, Payment, Tranche
from app.models.money import Money
from app.models.record import Record
from app.models.store import Store
from app.models.travel import Travel
from app.models.users import User
from tests.conftest import TODAY

RULES = """
[[grant_rules]]
kind = "cash"
person_class = "any"
ceiling = "2000 EUR"
approval_above = "1000 EUR"
payee = "person"
tranches = [
  { share = 50, trigger = "arrival" },
  { share = 50, trigger = "visit_with_evidence", after_days = 180 },
]

[[grant_rules]]
kind = "in_kind"
person_class = "adult"
ceiling = "600 USD"
quotes_above = "300 USD"
quotes_min = 3
payee = "supplier"
tranches = [{ share = 100, trigger = "approval" }]

[[grant_rules]]
kind = "in_kind"
person_class = "child_accompanied"
ceiling = "700 USD"
payee = "supplier"
tranches = [{ share = 33, trigger = "approval" }, { share = 33, trigger = "departure" },
            { share = 34, trigger = "training_completed" }]

[[grant_rules]]
kind = "allowance"
person_class = "any"
approval_above = "100000 EUR"
payee = "person"
valid_months = 12
tranches = [{ share = 100, trigger = "approval" }]
"""


@dataclass
class Granting:
    """An office where Amina asks, Karim supervises and Leila pays."""

    store: Store
    amina: UUID
    karim: UUID
    leila: UUID
    person: UUID
    case: UUID

    def request(self, amount: str = "800 EUR", **answers: Any) -> UUID:
        with self.store.write(self.amina) as db:
            return request(
                db,
                self.case,
                requested=Money.parse(amount),
                **{"grant_kind": "cash", "purpose": "microbusiness", **answers},
            ).id

    def granted(self, amount: str = "800 EUR", **answers: Any) -> UUID:
        grant = self.request(amount, **answers)
        self.do(self.karim, Grant, grant, "approve")
        with self.store.read() as db:
            waits = db.get_one(Grant, grant).state == "first_approval"
        if waits:
            self.do(self.leila, Grant, grant, "agree")
        return grant

    def do(self, user: UUID, kind: type[Record], record: UUID, verb: str, **answers: Any) -> Any:
        with self.store.write(user) as db:
            return act(db, db.get_one(kind, record), verb, answers)

    def pay(self, tranche: UUID, user: UUID | None = None, **answers: Any) -> UUID:
        given = {"mode": "cash", "payee": "Moussa Koné", **answers}
        payment = self.do(user or self.amina, Tranche, tranche, "pay", **given)
        assert isinstance(payment, Payment)
        return payment.id

    def tranches(self, grant: UUID) -> list[Tranche]:
        with self.store.read() as db:
            found = select(Tranche).where(Tranche.grant == grant).order_by(Tranche.seq)
            return list(db.scalars(found))

    def arrive(self, on: date = TODAY - timedelta(days=1)) -> UUID:
        return self.add(
            Travel, case=self.case, state="arrived", escort="none", departs_on=on,
            boarded_on=on, arrived_on=on, received_at="Abidjan", received_by="IOM",
        )  # fmt: skip

    def invoice(self, grant: UUID, **answers: Any) -> UUID:
        given = {"invoice_kind": "invoice", "dated": TODAY, **answers}
        return self.add(Invoice, grant=grant, **given)

    def add(self, kind: type[Record], **answers: Any) -> UUID:
        with self.store.write(self.amina) as db:
            added = kind(**answers)
            db.add(added)
        return added.id


def make_granting(store: Store, amina: UUID, programme: str = "AVRR-FROM") -> Granting:
    """Give an office its colleagues, somebody with a case, and the rules above."""
    with store.write(amina) as db:
        karim = User(login="karim", roles=frozenset({"supervisor"}), office=store.office)
        leila = User(login="leila", roles=frozenset({"finance"}), office=store.office)
        db.add_all([karim, leila])
        person = register(
            db,
            {"sex": "M", "nationalities": ["CI"], "birth": "1990"},
            names=[{"given_names": "Moussa", "family_name": "Koné"}],
        )
        case = open_case(db, person.id, programme)
        case.opened = TODAY - timedelta(days=700)
        change_programme(db, programme, details=RULES)
    return Granting(store, amina, karim.id, leila.id, person.id, case.id)


def euros(amount: int | str) -> Money:
    return Money(Decimal(amount), "EUR")
