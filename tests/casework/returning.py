"""Somebody on their way home: a whole file, and a case brought to any state of the line."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.casework.cases import advance, open_case
from app.casework.consents import give_consent
from app.casework.entry import add_record
from app.casework.founding import found_store
from app.casework.people import register
from app.casework.protection import release_hold
from app.casework.training import create_group, enrol
from app.casework.users import add_user, user_named
from app.casework.verbs import act
from app.models.cases import Case
from app.models.programme_lists import REGULAR_STATES
from app.models.record import Record, kind_named
from app.models.store import Store
from app.models.training import Curriculum
from tests.conftest import PASSPHRASE, TODAY

SIDE_STATES = {
    "protection_hold": "counselling",
    "withdrawn": "counselling",
    "no_show": "ready",
    "ineligible": "registered",
    "referred_out": "counselling",
    "deceased": "arrived",
    "duplicate_merged": "draft",
    "lost_contact": "reintegration",
    "closed": "counselling",
}
"""States beside the line, each with the one the case is brought to it from."""


def own_store(folder: Path) -> tuple[Store, UUID]:
    """Found a store for the tests of one module, each of which brings its own person."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SANAD_STATE", str(folder / "state"))
        return found_store(
            folder / "store", office="RAB", login="amina", passphrase=PASSPHRASE,
            is_training=True, today=lambda: TODAY,
        )  # fmt: skip


def colleague(store: Store, user: UUID, role: str) -> UUID:
    """Give somebody of the office with a role, added when there is nobody yet."""
    known = user_named(store, role)
    if known is not None:
        return known.id
    return add_user(store, user, login=role, passphrase=PASSPHRASE, role=role)


@dataclass
class Returning:
    """A person with a case, and the records of their file by a name of our own."""

    store: Store
    user: UUID
    programme: str = "AVRR-FROM"
    ids: dict[str, tuple[str, UUID]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self.store.write(self.user) as db:
            person = register(
                db,
                {"sex": "F", "nationalities": ["SN"], "birth": "1990", "main_language": "wo"},
                names=[{"given_names": "Awa", "family_name": "Diop"}],
            )
            self.person = person.id
            self.case = open_case(db, person.id, self.programme, return_country="SN").id

    def add(self, name: str, kind: str, **answers: Any) -> UUID:
        """Add a record to the file, kept as ``name``."""
        with self.store.write(self.user) as db:
            record = add_record(db, kind, answers)
        self.ids[name] = (record.kind, record.id)
        return record.id

    def change(self, name: str, **answers: Any) -> None:
        """Change answers of a record of the file."""
        kind, record = self.ids[name]
        with self.store.write(self.user) as db:
            found: Any = db.get_one(kind_named(kind), record)
            for question, value in answers.items():
                setattr(found, question, value)

    def act(self, name: str, verb: str, **answers: Any) -> None:
        """Do something with a record of the file."""
        kind, record = self.ids[name]
        with self.store.write(self.user) as db:
            found: Record = db.get_one(kind_named(kind), record)
            act(db, found, verb, answers)

    def advance(self, state: str, **more: Any) -> None:
        """Move the case."""
        with self.store.write(self.user) as db:
            advance(db, db.get_one(Case, self.case), state, **more)

    def state(self) -> str:
        """Give the state the case is in."""
        with self.store.read() as db:
            return db.get_one(Case, self.case).state or ""

    def prepare(self) -> None:
        """Record everything that the line asks for up to the day of departure."""
        today, case = TODAY.isoformat(), str(self.case)
        with self.store.write(self.user) as db:
            consent = give_consent(
                db, self.person, scopes=["register"], given_on=TODAY, form="written"
            )
        self.ids["consent"] = ("consent", consent.id)
        self.ids["person"] = ("person", self.person)
        self.add("screening", "screening", case=case, screening_kind="rapid", result="done")
        self.add("session", "counselling_session", case=case, session_kind="return", language="wo")
        declaration = {
            "case": case, "explained": ["voluntary"], "language": "wo",
            "is_understood_language": True, "interpreter": "none", "signed": "signature",
        }  # fmt: skip
        self.add("declaration", "declaration", declaration_kind="return", **declaration)
        self.add("again", "declaration", declaration_kind="reconfirmed", **declaration)
        self.add(
            "paper", "travel_document_request", case=case, paper="laissez_passer",
            consulate="Consulat du Sénégal",
        )  # fmt: skip
        self.act("paper", "issue", number="LP 1", expires_on="2027-03-01")
        self.add(
            "exit", "travel_document_request", case=case, paper="exit_authorisation",
            consulate="Ministère de l'Intérieur",
        )  # fmt: skip
        self.act("exit", "issue", number="A 7")
        travel = str(self.add("travel", "travel", case=case, departs_on=today))
        self.add(
            "leg", "travel_leg", travel=travel, mode="air", origin="CMN", destination="DSS",
            departs_at=f"{today}T18:00",
        )  # fmt: skip
        self.add("medical", "medical_assessment", case=case, assessed_on=today, fitness="fit")
        self.add(
            "allowance", "travel_allowance", travel=travel, allowance_kind="pocket",
            amount="30 EUR", is_prepared=True,
        )  # fmt: skip

    def leave(self) -> None:
        """Confirm the boarding."""
        self.act("travel", "confirm_boarding")

    def arrive(self) -> None:
        """Confirm the reception."""
        self.act("travel", "confirm_arrival", received_at="Dakar", received_by="OIM Dakar")

    def assist(self) -> None:
        """Deliver some support."""
        self.add(
            "assistance", "assistance", case=str(self.case), service="food", quantity=1,
        )  # fmt: skip
        self.change("assistance", state="delivered", delivered_on=TODAY)

    def train(self) -> None:
        """Take a place in a training group that is over by the departure."""
        with self.store.write(self.user) as db:
            curriculum = db.query(Curriculum).filter_by(code="BUSINESS-IDEA").one()
            starts = TODAY - timedelta(days=30)
            group = create_group(
                db, name="G", curriculum=curriculum.id, starts=starts,
                ends=starts + timedelta(days=3),
            )  # fmt: skip
            db.flush()
            self.ids["enrolment"] = ("enrolment", enrol(db, group.id, self.person).id)

    def officer(self) -> UUID:
        """Give a protection officer of the office."""
        return colleague(self.store, self.user, "protection")

    def release(self) -> None:
        """Let a protection officer release the case from hold, and let it go on."""
        with self.store.write(self.officer()) as db:
            case = db.get_one(Case, self.case)
            release_hold(db, case)
            act(db, case, "resume", {})

    def reach(self, state: str) -> None:
        """Bring the case from draft to a state."""
        if state == "reopened":
            self.reach("closed")
            self.advance("reopened", reason="comes back")
            return
        if state in SIDE_STATES:
            self.reach(SIDE_STATES[state])
            needs_reason = state not in {"withdrawn", "protection_hold"}
            self.advance(state, **({"reason": "as found"} if needs_reason else {}))
            return
        self.prepare()
        self.reach_from_here(state)

    def reach_from_here(self, state: str) -> None:
        """Bring a case whose file is prepared along the line to a state."""
        here = REGULAR_STATES.index(self.state())
        for step in REGULAR_STATES[here + 1 : REGULAR_STATES.index(state) + 1]:
            {"departed": self.leave, "arrived": self.arrive, "monitoring": self.assist}.get(
                step, lambda: None
            )()
            self.advance(step, **({"reason": "done"} if step == "closed" else {}))
