"""What somebody goes through in a programme, as steps that tests put one after the other.

A walker works as the office does: a counsellor writes, a supervisor approves, finance pays. Time
passes only where a step waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.attendance import mark
from app.casework.cases import advance
from app.casework.entry import add_record
from app.casework.follow_up import visits_of
from app.casework.founding import found_store
from app.casework.training import create_group, enrol
from app.casework.training_calendar import sessions_in
from app.casework.users import add_user
from app.casework.verbs import act
from app.models.cases import Case
from app.models.grants import Grant, Payment, Tranche
from app.models.record import kind_named
from app.models.store import Store
from app.models.training import Curriculum, Enrolment
from tests.conftest import PASSPHRASE, TODAY

Step = Callable[["Walker"], None]


@dataclass
class Walker:
    """An office, and whoever goes through a programme with it.

    Attributes:
        today: Date at the office; steps that wait move it on.
        ids: Records made so far, by a name of our own.
    """

    store: Store
    counsellor: UUID
    supervisor: UUID
    finance: UUID
    programme: str
    clock: list[date]
    ids: dict[str, tuple[str, UUID]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """Date at the office."""
        return self.clock[0]

    @property
    def case(self) -> UUID:
        """The case of whoever has one."""
        return self.ids["case"][1]

    def wait_until(self, day: date) -> None:
        """Let time pass; never backwards."""
        self.clock[0] = max(self.clock[0], day)

    def wait(self, days: int) -> None:
        """Let days pass."""
        self.wait_until(self.today + timedelta(days=days))

    def add(self, name: str, kind: str, /, **answers: Any) -> UUID:
        """Add a record, as its form or the command line does, and keep it as ``name``."""
        with self.store.write(self.counsellor) as db:
            record = add_record(db, kind, _json(answers))
        self.ids[name] = (record.kind, record.id)
        return record.id

    def do(self, name: str, verb: str, /, by: UUID | None = None, **answers: Any) -> None:
        """Do something with a record, as its button does."""
        kind, record = self.ids[name]
        with self.store.write(by or self.counsellor) as db:
            act(db, db.get_one(kind_named(kind), record), verb, _json(answers))

    def go(self, *states: str, by: UUID | None = None, **more: Any) -> None:
        """Move the case through states."""
        for state in states:
            with self.store.write(by or self.counsellor) as db:
                advance(db, db.get_one(Case, self.case), state, **more)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Read the store."""
        with self.store.read() as db:
            yield db


@contextmanager
def walker(folder: Path, programme: str) -> Iterator[Walker]:
    """Open an office with a counsellor, a supervisor and a finance officer."""
    clock = [TODAY]
    store, supervisor = found_store(
        folder, office="RAB", login="amina", passphrase=PASSPHRASE, is_training=True,
        today=lambda: clock[0],
    )  # fmt: skip
    try:
        others = [
            add_user(store, supervisor, login=login, passphrase=PASSPHRASE, role=role)
            for login, role in (("karim", "counsellor"), ("leila", "finance"))
        ]
        yield Walker(store, others[0], supervisor, others[1], programme, clock)
    finally:
        store.close()


def _json(answers: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, (UUID, date)) else value
        for name, value in answers.items()
    }


# -- steps of a person -------------------------------------------------------------------------


def comes(name: str, **about: Any) -> Step:
    """A person comes to the office, agrees that their data is kept, and is registered."""

    def step(w: Walker) -> None:
        answers = {"sex": "M", "birth": "1994-03", "main_language": "fr", **about}
        person = w.add("person", "person", names=[{"given_names": name}], **answers)
        w.add(
            "consent", "consent", person=person, scopes=["register", "services", "share_partner"],
            given_on=w.today, form="written",
        )  # fmt: skip
        w.add("case", "case", person=person, programme=w.programme)
        w.go("registered")

    return step


def is_screened_and_counselled(kind: str = "return", **found: Any) -> Step:
    """The rapid screening, then the first counselling session of a kind."""

    def step(w: Walker) -> None:
        w.go("screening")
        w.add("screening", "screening", case=w.case, **found)
        w.go("counselling")
        w.add("session", "counselling_session", case=w.case, session_kind=kind, language="fr")

    return step


def declares(*explained: str) -> Step:
    """A week to think, then the signed declaration of return."""

    def step(w: Walker) -> None:
        w.wait(7)
        _declare(w, "return", explained or ("voluntary", "no_guarantee"))
        w.go("declared", "docs_pending")

    return step


def gets_papers(w: Walker) -> None:
    """The consulate issues a laissez-passer, the ministry the exit authorisation."""
    for paper, office in (("laissez_passer", "Consulat"), ("exit_authorisation", "Ministère")):
        w.add(paper, "travel_document_request", case=w.case, paper=paper, consulate=office)
        w.do(paper, "send")
    w.wait(21)
    expires = w.today + timedelta(days=180)
    w.do("laissez_passer", "issue", number="LP 204", expires_on=expires, issued_on=w.today)
    w.do("exit_authorisation", "issue", number="A 7", issued_on=w.today)
    w.go("cleared")


def departs(w: Walker) -> None:
    """The journey is booked; the person is found fit, confirms, and boards."""
    day = w.today + timedelta(days=10)
    w.add("journey", "travel", case=w.case, departs_on=day)
    w.add(
        "flight", "travel_leg", travel=w.ids["journey"][1], origin="Casablanca",
        destination="Conakry", departs_at=f"{day}T18:00",
    )  # fmt: skip
    w.do("journey", "book", departs_on=day, carrier="RAM", booking="XK7P")
    w.go("booked")
    w.wait_until(day - timedelta(days=1))
    w.add("doctor", "medical_assessment", case=w.case, fitness="fit", assessed_on=w.today)
    w.add("pocket", "travel_allowance", travel=w.ids["journey"][1], allowance_kind="pocket",
          amount="30 EUR")  # fmt: skip
    w.do("pocket", "prepare")
    _declare(w, "reconfirmed", ("voluntary",))
    w.go("ready")
    w.wait_until(day)
    w.do("pocket", "hand_out", receipt="R 11")
    w.do("journey", "confirm_boarding")
    w.go("departed")


def is_received(w: Walker) -> None:
    """Somebody meets the person on arrival."""
    if "journey" not in w.ids:  # came home from abroad
        w.add("journey", "travel", case=w.case, departs_on=w.today)
    w.do("journey", "confirm_arrival", received_at="Airport", received_by="Receiving office")
    w.go("arrived")


def is_trained(code: str, score: int = 80) -> Step:
    """A whole training, roll called on every half-day, and its completion."""

    def step(w: Walker) -> None:
        with w.store.write(w.counsellor) as db:
            curriculum = db.scalars(select(Curriculum).where(Curriculum.code == code)).one()
            group = create_group(db, name=f"Group of {code}", curriculum=curriculum.id,
                                 starts=w.today + timedelta(days=2))  # fmt: skip
            place = enrol(db, group.id, w.ids["person"][1]).id
        w.ids["place"] = ("enrolment", place)
        _mark(w, "training")
        with w.reading() as db:
            half_days = [(s.held_on, s.half_day) for s in sessions_in(db, group.id)]
        for held_on, half_day in half_days:
            assert held_on is not None
            w.wait_until(held_on)
            with w.store.write(w.counsellor) as db:
                mark(db, place, held_on, half_day or "am", "present")
        w.do("place", "score", pre_score=40, post_score=score)
        w.do("place", "complete")
        with w.reading() as db:
            assert db.get_one(Enrolment, place).state == "completed"

    return step


def plans(objective: str, mission: bool = True) -> Step:
    """A reintegration plan, approved by the supervisor and, for a return, the mission."""

    def step(w: Walker) -> None:
        w.add("plan", "reintegration_plan", case=w.case, objective=objective)
        w.add(
            "activity", "plan_item", plan=w.ids["plan"][1], dimension="economic",
            need="Income", activity=objective, service="microbusiness",
        )  # fmt: skip
        w.do("plan", "submit")
        w.do("plan", "approve", by=w.supervisor)
        if mission:
            w.do("plan", "mission_approve", mission="Mission", mission_approved_on=w.today)
        _mark(w, "plan_approved")

    return step


def is_granted(amount: str) -> Step:
    """A grant is asked for, approved by as many people as it takes, and committed to a supplier."""

    def step(w: Walker) -> None:
        w.add("grant", "grant", case=w.case, purpose="microbusiness", requested=amount)
        w.do("grant", "approve", by=w.supervisor)
        with w.reading() as db:
            needs_second = db.get_one(Grant, w.ids["grant"][1]).state == "first_approval"
        if needs_second:
            w.do("grant", "agree", by=w.finance)
        number, currency = amount.split()
        for supplier, more in (("Quincaillerie Nord", 0), ("Outils du Sud", 20), ("Atelier", 35)):
            w.add(
                supplier, "quote", grant=w.ids["grant"][1], supplier=supplier, what="Tools",
                amount=f"{int(number) + more} {currency}",
            )  # fmt: skip
        w.do("Quincaillerie Nord", "choose")
        w.do("Quincaillerie Nord", "commit")

    return step


def is_paid(tranche: int) -> Step:
    """A tranche is paid to the supplier against a checked invoice, and released where it must."""

    def step(w: Walker) -> None:
        grant = w.ids["grant"][1]
        with w.reading() as db:
            part = db.scalars(
                select(Tranche).where(Tranche.grant == grant, Tranche.seq == tranche)
            ).one()
            w.ids["tranche"] = ("tranche", part.id)
            amount = part.amount
        assert amount is not None
        supplier = "Quincaillerie Nord"
        invoice = w.add(
            "invoice", "invoice", grant=grant, invoice_kind="invoice", number=f"F {tranche}",
            supplier=supplier, amount=f"{amount.amount} {amount.currency}",
        )  # fmt: skip
        w.do("invoice", "verify")
        w.do("tranche", "pay", payee=supplier, mode="transfer", invoice=invoice)
        with w.reading() as db:
            paid = db.scalars(select(Payment).where(Payment.tranche == part.id)).one()
            w.ids["payment"] = ("payment", paid.id)
            waits = paid.approved_by is None
        if waits:
            w.do("payment", "release", by=w.finance)

    return step


def is_helped(service: str, item: str, quantity: str = "1") -> Step:
    """Something is handed over, or done, for the person."""

    def step(w: Walker) -> None:
        w.add("help", "assistance", case=w.case, service=service, item=item, quantity=quantity)
        w.do("help", "deliver", delivered_on=w.today)

    return step


def is_referred(service: str, agency: str) -> Step:
    """A referral that an agency accepts and sees through."""

    def step(w: Walker) -> None:
        w.add("referral", "referral", case=w.case, service=service, agency=agency, has_consent=True)
        w.do("referral", "send")
        w.wait(2)
        w.do("referral", "accept")
        w.wait(5)
        w.do("referral", "complete", feedback="Seen and treated")

    return step


def is_visited(number: int, business: str = "running") -> Step:
    """The visit of the schedule with this number takes place on its day."""

    def step(w: Walker) -> None:
        with w.reading() as db:
            visit = visits_of(db, w.case)[number - 1]
            w.ids["visit"] = ("follow_up", visit.id)
            due_on = visit.due_on
        assert due_on is not None
        w.wait_until(due_on)
        w.do("visit", "hold", is_seen=True, business_status=business, mode="outreach")

    return step


def answers_the_survey(w: Walker) -> None:
    """The reintegration survey, as far as the person wishes to answer."""
    w.add(
        "survey", "instrument_response", case=w.case, instrument="RSS",
        answers={"working": "yes", "seeking": "no", "can_stay": "yes"},
    )  # fmt: skip


def moves_on_to(*states: str) -> Step:
    """The case moves on."""
    return lambda w: w.go(*states)


def ends(reason: str = "completed") -> Step:
    """The supervisor closes the case."""
    return lambda w: w.go("closed", by=w.supervisor, closure_reason=reason)


def _declare(w: Walker, kind: str, explained: tuple[str, ...]) -> None:
    w.add(
        kind, "declaration", case=w.case, declaration_kind=kind, explained=list(explained),
        language="fr", is_understood_language=True, interpreter="none", signed="signature",
    )  # fmt: skip


def _mark(w: Walker, mark_name: str) -> None:
    with w.reading() as db:
        is_marked = mark_name in (db.get_one(Case, w.case).marks or frozenset())
    if not is_marked:
        w.go(mark_name)


# -- steps of investors, experts and organisations ---------------------------------------------


def invests_in(project: str, *steps: tuple[str, dict[str, Any]]) -> Step:
    """A project goes through stages, each reached by its own verb."""

    def step(w: Walker) -> None:
        w.add("project", "investment_project", case=w.case, name=project)
        for verb, answers in steps:
            w.wait(30)
            w.do("project", verb, **answers)

    return step


def is_assigned_to(host: str, profile: str, weeks: int) -> Step:
    """An institution asks, the expert is proposed, goes, and reports."""

    def step(w: Walker) -> None:
        w.add("host", "organisation", name=host, organisation_kind="education", country="MA")
        w.add(
            "need", "expert_need", organisation=w.ids["host"][1], programme=w.programme,
            profile=profile, country="MA",
        )  # fmt: skip
        starts = w.today + timedelta(days=14)
        last = starts + timedelta(weeks=weeks)
        w.do("need", "propose", case=w.case, starts=starts, ends=last)
        with w.reading() as db:
            kind = kind_named("assignment")
            w.ids["assignment"] = ("assignment", db.scalars(select(kind.id)).one())
        w.do("assignment", "accept")
        w.wait_until(starts)
        w.do("assignment", "start")
        w.wait_until(last)
        w.do("assignment", "complete", result="A course for the staff", trained=18)

    return step


def works_with(partner: str, kind: str) -> Step:
    """A partner is entered."""

    def step(w: Walker) -> None:
        w.add("partner", "organisation", name=partner, organisation_kind=kind, country="MA")

    return step


def holds(kind: str, name: str, days: int, *counted: tuple[str, str, str, int]) -> Step:
    """An activity begins, takes its days, counts who came, and is finished."""

    def step(w: Walker) -> None:
        partner = w.ids["partner"][1] if "partner" in w.ids else None
        activity = w.add(
            "activity", "activity", programme=w.programme, activity_kind=kind, name=name,
            starts=w.today, **({"partner": partner} if partner else {}),
        )  # fmt: skip
        w.do("activity", "begin")
        w.wait(days)
        for sex, band, category, count in counted:
            w.add(
                "count", "participant_count", activity=activity, sex=sex, age_band=band,
                category=category, count=count,
            )  # fmt: skip
        w.do("activity", "finish", outcome="As agreed with the partner")

    return step
