"""One made-up person with something of every kind on file, for the tests of printed paper."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from app.casework.business_plans import approve as approve_plan
from app.casework.cases import advance
from app.casework.certificates import certify
from app.casework.consents import give_consent
from app.casework.entry import add_record
from app.casework.grants import agree, approve, request
from app.casework.instruments import fill_in
from app.casework.programmes import change_programme
from app.casework.protection import seal
from app.casework.training import create_group, enrol, mark
from app.casework.training_calendar import at_of, sessions_in
from app.casework.users import add_user
from app.casework.verbs import act
from app.models.cases import Case
from app.models.grants import Grant, Tranche
from app.models.ids import named_id
from app.models.instrument_files import instrument
from app.models.money import Money
from app.models.offices import Office
from app.models.record import kind_named
from app.models.store import Store
from app.models.training import TrainingGroup
from tests.casework.granting import RULES
from tests.conftest import PASSPHRASE, TODAY

from .people import add_person

SEALED: Final = "Unmistakable workshop in Tanger"
OFFICE_PHONE: Final = "+212 5 37 65 28 81"
BOOKING: Final = "XK7PQ2"


@dataclass
class WholeFile:
    """A person with a whole file, in a store of their own; ``ids`` by a name of our own."""

    store: Store
    user: UUID
    supervisor: UUID
    finance: UUID
    person: UUID
    case: UUID
    number: str
    ids: dict[str, UUID] = field(default_factory=dict)

    def add(self, key: str, kind: str, /, **answers: Any) -> UUID:
        """Add a record as the command line does, kept as ``key``."""
        given = {n: str(v) if isinstance(v, UUID) else v for n, v in answers.items()}
        with self.store.write(self.user) as db:
            self.ids[key] = add_record(db, kind, given).id
        return self.ids[key]

    def act(self, kind: str, key: str, verb: str, /, **answers: Any) -> Any:
        """Do something with a record as the screens do."""
        with self.store.write(self.user) as db:
            return act(db, db.get_one(kind_named(kind), self.ids[key]), verb, answers)


def make_whole_file(store: Store, user: UUID) -> WholeFile:
    """Fill a store with one person and all that may stand in their file."""
    supervisor = add_user(store, user, login="karim", passphrase=PASSPHRASE, role="supervisor")
    finance = add_user(store, user, login="leila", passphrase=PASSPHRASE, role="finance")
    add_user(store, user, login="salma", passphrase=PASSPHRASE, role="protection")
    with store.write(user) as db:
        office = db.get_one(Office, store.office)
        office.name, office.city, office.phone = "Bureau de Rabat", "Rabat", OFFICE_PHONE
    person, case, number = add_person(store, user)
    with store.write(user) as db:
        found = db.get_one(Case, case)
        found.opened = TODAY - timedelta(days=300)
        advance(db, found, "registered")
        change_programme(db, "AVRR-FROM", details=RULES)
        give_consent(
            db, person, scopes=["share_iom_coo", "share_partner"], given_on="2026-03-02",
            form="written",
        )  # fmt: skip
    whole = WholeFile(store, user, supervisor, finance, person, case, number)
    seal(store, user, person, {"concern": ["vot"], "note": SEALED})
    _counselling(whole)
    _travel(whole)
    _training(whole)
    _business(whole)
    _plan_and_grant(whole)
    _afterwards(whole)
    return whole


def _counselling(whole: WholeFile) -> None:
    person, case = whole.person, whole.case
    whole.add("household", "household", person=person, women=1, girls=2, is_head=True)
    whole.add(
        "child", "household_member", person=person, name="Kadiatou N’Diaye", relation="child",
        sex="F", birth="2018-05-01", is_accompanying=True, is_dependant=True, has_documents=True,
    )  # fmt: skip
    whole.add(
        "history", "migration_history", person=person, route="Conakry, Bamako, Gao, Tamanrasset.",
    )  # fmt: skip
    whole.add(
        "screening", "screening", case=case, screening_kind="rapid", held_on="2026-10-12",
        result="done", situations=["single_parent"], actions="Suivi par l’assistante sociale.",
    )  # fmt: skip
    whole.add(
        "factor", "vulnerability_factor", screening=whole.ids["screening"], level="individual",
        side="protective", factor="Réseau de compatriotes",
    )  # fmt: skip
    whole.add(
        "session", "counselling_session", case=case, session_kind="return", held_on="2026-10-14",
        minutes=55, mode="office", language="ff", interpreter="in_person",
        interpreter_name="Alpha Barry", topics=["voluntary", "documents", "asylum"], leaflet=True,
        questions_asked="Combien de temps dure l’attente ?", decision="wants_return",
        note="Souhaite repartir avant la rentrée.", signed="thumb",
    )  # fmt: skip
    whole.add(
        "declaration", "declaration", case=case, declaration_kind="return",
        declared_on="2026-10-20", explained=["voluntary", "no_guarantee", "delays", "travel"],
        language="ff", is_understood_language=True, interpreter="in_person",
        interpreter_name="Alpha Barry", is_read_aloud=True, witness="Youssef El Amrani",
        questions_asked="Puis-je changer d’avis ? Oui, jusqu’au départ.",
        is_free_of_pressure=True, capacity="yes", signed="thumb",
    )  # fmt: skip
    whole.add(
        "referral", "referral", case=case, service="shelter", agency="Fondation Orient-Occident",
        agency_contact="Mme Tazi", referred_on="2026-11-02", urgency="soon", has_consent=True,
        need="Un toit pour trois personnes jusqu’au départ.",
        shared=["name", "contact", "languages", "needs"],
        withheld="Ne pas parler du père des enfants.",
    )  # fmt: skip
    whole.add(
        "file_share", "file_share", person=person, to_scope="ORIENT", purpose="referral",
        parts=["identity", "contact"], shared_on="2026-11-02",
        reason="Un toit jusqu’au départ",
    )  # fmt: skip
    whole.add(
        "appointment", "appointment", person=person, at="2026-12-03T09:30", purpose="medical",
        place="12, rue d’Oran",
    )  # fmt: skip
    whole.add("task", "task", person=person, due_on="2026-12-01", what="Rappeler le consulat")


def _travel(whole: WholeFile) -> None:
    case = whole.case
    whole.add(
        "paper", "travel_document_request", case=case, paper="laissez_passer",
        consulate="Consulat de Guinée",
    )  # fmt: skip
    whole.act(
        "travel_document_request", "paper", "issue", number="LP 00417", expires_on="2027-03-01"
    )
    whole.add(
        "medical", "medical_assessment", case=case, assessed_on=TODAY.isoformat(),
        fitness="conditions", conditions=["medication", "seat"], valid_until="2026-12-20T12:00",
        note="Hypertension traitée.",
    )  # fmt: skip
    whole.add(
        "travel", "travel", case=case, departs_on="2026-12-10", escort="none", carrier="Royal Air",
        booking=BOOKING, needs=["infant", "onward"], baggage_kg=69,
        meeting_point="Aéroport Mohammed V, terminal 1, 14:00",
    )  # fmt: skip
    for number, (origin, destination, leaves) in enumerate(
        (("Casablanca", "Dakar", "16:00"), ("Dakar", "Conakry", "22:10"))
    ):
        whole.add(
            f"leg {number}", "travel_leg", travel=whole.ids["travel"], mode="air", origin=origin,
            destination=destination, departs_at=f"2026-12-10T{leaves}", flight=f"AT 50{number}",
        )  # fmt: skip
    whole.add(
        "allowance", "travel_allowance", travel=whole.ids["travel"], allowance_kind="pocket",
        amount="30 EUR",
    )  # fmt: skip
    whole.act("travel_allowance", "allowance", "hand_out", receipt="R-2026-0031")


def _training(whole: WholeFile) -> None:
    starts = TODAY - timedelta(days=13)
    with whole.store.write(whole.user) as db:
        group = create_group(
            db, name="Groupe A", starts=starts, curriculum=named_id("curriculum", "BUSINESS-IDEA"),
            programme="AVRR-FROM", place="Rabat", trainer="Naïma Idrissi", language="fr",
        )  # fmt: skip
        db.flush()
        enrolment = enrol(db, group.id, whole.person)
        db.flush()
        for session in sessions_in(db, group.id):
            day, half = at_of(session)
            mark(db, enrolment.id, day, half, "present")
        whole.ids |= {"group": group.id, "enrolment": enrolment.id}
    with whole.store.write(whole.user) as db:
        given = certify(db, db.get_one(TrainingGroup, whole.ids["group"]))
        whole.ids["certificate"] = given[0].id


def _business(whole: WholeFile) -> None:
    plan = whole.add(
        "business", "business_plan", case=whole.case, version=1, state="draft",
        name="Atelier de couture Bah", written_on="2026-11-16", currency="GNF",
        place="Kindia", legal_form="sole", product="Robes et uniformes scolaires.",
        customers="Familles du quartier, deux écoles.", risks="Coupures de courant.",
        starts_on="2027-02-01", opening_cash="500000 GNF",
    )  # fmt: skip
    lines: list[dict[str, Any]] = [
        {"line_kind": "sale", "label": "Robe", "amount": "150000 GNF", "quantity": "20",
         "months": "20 40 60 80 100 100 100 100 100 100 100 120"},
        {"line_kind": "material", "label": "Robe", "amount": "60000 GNF", "quantity": "1"},
        {"line_kind": "fixed", "label": "Loyer", "amount": "700000 GNF"},
        {"line_kind": "equipment", "label": "Machine à coudre", "amount": "3600000 GNF",
         "quantity": "2", "life_months": 60},
        {"line_kind": "stock", "label": "Tissu", "amount": "900000 GNF"},
        {"line_kind": "grant", "label": "Subvention", "amount": "7200000 GNF",
         "is_in_kind": True},
        {"line_kind": "own", "label": "Épargne", "amount": "900000 GNF"},
    ]  # fmt: skip
    for order, line in enumerate(lines):
        whole.add(f"line {order}", "business_line", plan=plan, order=order, **line)
    whole.act("business_plan", "business", "submit")
    with whole.store.write(whole.supervisor) as db:
        approve_plan(db, db.get_one(kind_named("business_plan"), plan))


def _plan_and_grant(whole: WholeFile) -> None:
    plan = whole.add(
        "plan", "reintegration_plan", case=whole.case, state="draft", agreed_on="2026-11-10",
        objective="Vivre de la couture à Kindia.", resources="Dix ans de métier.",
    )  # fmt: skip
    items = (
        ("economic", "individual", "Revenu", "Atelier de couture", "Bureau de Conakry", "550 USD"),
        ("social", "individual", "École des enfants", "Inscription", "École de Kindia", "120 USD"),
        ("psychosocial", "community", "Liens", "Groupe d’entraide", "Association", None),
    )
    for order, (dimension, level, need, activity, provider, cost) in enumerate(items):
        answers = {"cost": cost} if cost else {}
        whole.add(
            f"item {order}", "plan_item", plan=plan, dimension=dimension, level=level, need=need,
            activity=activity, provider=provider, due_on="2027-03-01", state="planned",
            order=order, **answers,
        )  # fmt: skip
    with whole.store.write(whole.user) as db:
        whole.ids["grant"] = request(
            db, whole.case, requested=Money.parse("550 USD"), grant_kind="in_kind",
            purpose="microbusiness", person_class="adult",
        ).id  # fmt: skip
    grant = whole.ids["grant"]
    for number, (supplier, amount) in enumerate(
        (("Comptoir Couture", "550 USD"), ("Ets Sylla", "590 USD"), ("Madina Tissus", "620 USD"))
    ):
        whole.add(
            f"quote {number}", "quote", grant=grant, supplier=supplier, what="Deux machines",
            amount=amount, quoted_on="2026-11-12",
        )  # fmt: skip
    whole.act("quote", "quote 0", "choose")
    with whole.store.write(whole.supervisor) as db:
        approve(db, db.get_one(Grant, grant))
    with whole.store.write(whole.finance) as db:
        found = db.get_one(Grant, grant)
        if found.state == "first_approval":
            agree(db, found)
    commitment = whole.act("quote", "quote 0", "commit")
    whole.add(
        "invoice", "invoice", grant=grant, invoice_kind="proforma", number="PF-88",
        supplier="Comptoir Couture", amount="550 USD", dated="2026-11-14",
    )  # fmt: skip
    with whole.store.read() as db:
        whole.ids["tranche"] = db.scalars(select(Tranche.id).where(Tranche.grant == grant)).one()
    payment = whole.act(
        "tranche", "tranche", "pay", amount=Money.parse("300 USD"), mode="transfer",
        commitment=commitment.id, invoice=whole.ids["invoice"], receipt="R-2026-0032",
    )  # fmt: skip
    whole.ids["payment"] = payment.id


def _afterwards(whole: WholeFile) -> None:
    whole.add(
        "assistance", "assistance", case=whole.case, service="shelter", item="Nuits d’hôtel",
        quantity="3", unit="night", value="600 MAD", state="planned",
    )  # fmt: skip
    whole.act(
        "assistance", "assistance", "deliver", delivered_on=TODAY - timedelta(days=2),
        delivered_to="Éloïse Nguyễn", receipt="R-2026-0033",
    )  # fmt: skip
    whole.add(
        "follow-up", "follow_up", case=whole.case, due_on="2027-06-10", state="planned",
    )  # fmt: skip
    whole.add(
        "complaint", "feedback", person=whole.person, feedback_kind="complaint",
        received_on="2026-11-20", said="On m’a fait attendre trois heures.", state="open",
    )  # fmt: skip
    made = instrument("WG-SS")
    assert made is not None
    with whole.store.write(whole.user) as db:
        whole.ids["questionnaire"] = fill_in(
            db, whole.case, "WG-SS",
            {item.code: made.options_of(item)[0].code for item in made.items},
        ).id  # fmt: skip
