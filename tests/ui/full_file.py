"""The file of somebody with whom all the casework has been done: records of every kind."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.casework.entry import add_record
from app.casework.users import add_user
from app.models.store import Store
from tests.casework.returning import Returning
from tests.conftest import PASSPHRASE, TODAY


def fill_file(store: Store, user: UUID) -> Returning:
    """Fill a file with a record of nearly every filed kind; its case is being reintegrated."""
    one = Returning(store, user)
    one.reach("reintegration")
    case, person, today = str(one.case), str(one.person), TODAY.isoformat()

    def add(kind: str, **answers: Any) -> str:
        with store.write(user) as db:
            return str(add_record(db, kind, answers).id)

    add("task", person=person, what="Rappeler la famille à Thiès", due_on="2026-11-25")
    add("household", person=person)
    add("household_member", person=person, name="Moussa Diop", relation="child")
    add("migration_history", person=person)
    add(
        "referral", case=case, service="medical", agency="Clinique de l'Espoir",
        urgency="soon", has_consent=True, referred_on=today,
    )  # fmt: skip
    plan = add(
        "reintegration_plan", case=case, agreed_on=today,
        objective="Ouvrir un atelier de couture à Thiès avec sa sœur",
    )  # fmt: skip
    add(
        "plan_item", plan=plan, dimension="economic", level="individual",
        need="Une machine à coudre et du tissu", activity="Achat du matériel", state="planned",
    )  # fmt: skip
    business = add(
        "business_plan", case=case, name="Couture Awa", currency="XOF",
    )  # fmt: skip
    for label, amount in (("Robe", "12000 XOF"), ("Retouche", "1500 XOF")):
        add(
            "business_line", plan=business, line_kind="sale", label=label, amount=amount,
            quantity="20",
        )  # fmt: skip
    grant = add(
        "grant", case=case, grant_kind="in_kind", purpose="microbusiness",
        requested="600 EUR", requested_on=today,
    )  # fmt: skip
    for supplier, amount in (("Établissements Ndiaye et Fils", "580 EUR"), ("Sow", "610 EUR")):
        add(
            "quote", grant=grant, supplier=supplier, what="Machine à coudre",
            amount=amount, quoted_on=today,
        )  # fmt: skip
    add("follow_up", case=case, due_on="2027-02-20")
    add(
        "instrument_response", case=case, instrument="SATISFACTION", taken_on=today,
        answers={},
    )  # fmt: skip
    add(
        "feedback", person=person, feedback_kind="complaint", received_on=today,
        said="Le billet est arrivé trop tard.",
    )  # fmt: skip
    return one


def add_officer(store: Store, user: UUID) -> UUID:
    """Add a protection officer, so that something can be sealed."""
    return add_user(store, user, login="noor", passphrase=PASSPHRASE, role="protection")
