"""Fictitious people for a training store: believable, made through the same verbs as real ones."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.cases import advance, open_case
from app.casework.consents import give_consent
from app.casework.people import register
from app.casework.sessions import record_session, schedule
from app.casework.training import complete, create_group, enrol, mark, progress_of
from app.errors import Refused
from app.i18n import _
from app.models.cases import Case
from app.models.persons import EDUCATION, Person
from app.models.programmes import programmes
from app.models.store import Store
from app.models.training import Curriculum
from app.paths import RESOURCES

_SAVE_SIZE = 40
_GROUP_SIZE = 18
_TOWNS = ("Rabat – Takaddoum", "Salé", "Casablanca – Hay Hassani", "Tanger – Boukhalef", "Oujda",
          "Fès", "Nador", "Agadir", "Marrakech", "Témara", "Kénitra", "Meknès")  # fmt: skip
_TRADES = ("Couturière", "Maçon", "Coiffeuse", "Vendeur ambulant", "Cuisinier", "Mécanicien",
           "Électricien", "Commerçante", "Agriculteur", "Peintre en bâtiment", "Étudiant",
           "Footballeur", "Soudeur", "Infirmière")  # fmt: skip
_NOTES = (
    "Souhaite ouvrir un petit commerce au retour.",
    "Demande un délai de réflexion avec sa famille.",
    "Informée des délais et des montants possibles ; a posé des questions sur le laissez-passer.",
    "Hésite encore, sa sœur vit à Tanger.",
)


def fill(
    store: Store,
    user: UUID,
    *,
    people: int,
    seed: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Fill a training store with people, cases, sessions and training groups.

    Args:
        people: How many to register.
        seed: The same seed gives the same people.
        progress: Called with ``(done, total)``; may raise ``Cancelled``.

    Raises:
        Refused: The store is not a training store.
    """
    if not store.is_training:
        raise Refused(
            "training_only",
            _("Fictitious people are only added to a training store. Create one for it."),
        )
    random = Random(seed)
    today = store.context().today
    made: list[UUID] = []
    for start in range(0, people, _SAVE_SIZE):
        with store.write(user) as db:
            for _number in range(start, min(start + _SAVE_SIZE, people)):
                made.append(_person(db, random, today))
        if progress is not None:
            progress(len(made), people)
    _trainings(store, user, random, today, made)


@cache
def _material() -> dict[str, Any]:
    with (RESOURCES / "demo" / "people.toml").open("rb") as file:
        return tomllib.load(file)


def _person(db: Session, random: Random, today: date) -> UUID:
    material = _material()
    shares = material["shares"]
    country = random.choices(list(shares), list(shares.values()))[0]
    sex = "M" if random.random() < 0.593 else "F"
    spoken = material["languages"][country]
    arrived = today - timedelta(days=random.randint(60, 3000))
    person = register(
        db,
        {
            "sex": sex,
            "birth": _birth(random, today),
            "birth_source": random.choice(["document", "declared", "declared", "estimated"]),
            "nationalities": [country],
            "marital_status": random.choice(["single", "single", "married", "partner", "widowed"]),
            "children": random.choice([0, 0, 0, 1, 2, 3]),
            "main_language": random.choice(spoken),
            "languages": [code for code in spoken if random.random() < 0.5] or None,
            "needs_interpreter": random.random() < 0.2,
            "reads": random.random() < 0.8,
            "education": random.choice(EDUCATION.codes()),
            "occupation": random.choice(_TRADES),
            "legal_status": random.choice(["irregular", "irregular", "asylum_seeker", "student"]),
            "arrived": f"{arrived:%Y-%m}",
            "town": random.choice(_TOWNS),
        },
        names=_names(random, country, sex),
        contacts=_contacts(random),
        identifiers=_papers(random, country),
    )
    if random.random() < 0.85:
        _case(db, random, today, person, country)
    return person.id


def _birth(random: Random, today: date) -> str:
    ages = _material()["ages"]
    low, high = random.choices(list(ages), list(ages.values()))[0].split("-")
    born = today - timedelta(days=random.randint(int(low) * 365 + 10, int(high) * 365))
    shape = random.random()
    if shape < 0.55:
        return born.isoformat()
    if shape < 0.8:
        return f"{born:%Y}"
    if shape < 0.9:
        return f"{born:%Y-%m}"
    return f"age:{(today - born).days // 365}/{today.isoformat()}"


def _names(random: Random, country: str, sex: str) -> list[dict[str, str]]:
    of_country = _material()["names"][country]
    given = random.choice(of_country["male" if sex == "M" else "female"])
    family = random.choice(of_country["family"])
    arabic = _material()["arabic"]
    if random.random() < 0.03:
        return [{"given_names": given}]  # a single name is a name
    names = [{"given_names": given, "family_name": family}]
    if given in arabic and family in arabic:
        names.append(
            {"given_names": arabic[given], "family_name": arabic[family], "name_kind": "used"}
        )
    return names


def _contacts(random: Random) -> list[dict[str, Any]]:
    if random.random() < 0.2:
        return []
    number = f"+21266{random.randint(1, 8)}{random.randint(0, 999999):06}"
    return [
        {
            "number": number,
            "contact_kind": random.choice(["own", "whatsapp", "friend"]),
            "safe_to_call": random.choice(["yes", "yes", "yes", "sms_only", "no"]),
            "is_shared": random.random() < 0.15,
        }
    ]


def _papers(random: Random, country: str) -> list[dict[str, Any]]:
    if random.random() < 0.5:
        return []
    return [
        {
            "identifier_kind": random.choice(["passport", "consular_card", "cin"]),
            "number": f"{country}{random.randint(100000, 9999999)}",
            "issuer": country,
            "holder": random.choice(["self", "self", "embassy"]),
        }
    ]


def _case(db: Session, random: Random, today: date, person: Person, country: str) -> None:
    programme = random.choices(["AVRR-FROM", "FORAS", "RAISE", "HUM-SSA"], [60, 20, 10, 10])[0]
    opened = today - timedelta(days=random.randint(0, 200))
    case = open_case(db, person.id, programme, opened=opened, return_country=country)
    if random.random() < 0.1:
        return
    give_consent(
        db,
        person.id,
        scopes=["register", "services", *random.sample(["reporting", "share_iom_coo"], 1)],
        given_on=opened,
        form=random.choice(["written", "written", "thumbprint"]),
        language=person.main_language,
        source="self",
        witness="Fatima Zahra El Idrissi",
    )
    db.flush()
    advance(db, case, "registered")
    topics = list(programmes()[programme].topics)
    for number in range(random.randint(0, 3)):
        record_session(
            db,
            case.id,
            session_kind="information" if number == 0 else random.choice(["return", "follow_up"]),
            held_on=min(today, opened + timedelta(days=7 * number)),
            minutes=random.choice([30, 45, 60]),
            mode="office",
            language=person.main_language,
            interpreter="none",
            topics=random.sample(topics, min(len(topics), random.randint(1, 4))),
            decision=random.choice(["undecided", "wants_return", "not_asked"]),
            note=random.choice(_NOTES),
        )
        db.flush()
        if number == 1 and case.state == "registered":
            advance(db, case, "counselling")
    if random.random() < 0.15:
        day = today + timedelta(days=random.randint(0, 14))
        hour = random.randint(9, 16)
        schedule(db, person.id, at=f"{day}T{hour:02}:30", purpose="counselling", minutes=45)


def _trainings(store: Store, user: UUID, random: Random, today: date, people: list[UUID]) -> None:
    with store.read() as db:
        curricula = list(db.scalars(select(Curriculum).order_by(Curriculum.code)))
        in_care = set(
            db.scalars(select(Case.person).where(Case.state.in_(["registered", "counselling"])))
        )
    waiting = [person for person in people if person in in_care]
    random.shuffle(waiting)
    for number in range(min(len(waiting) // _GROUP_SIZE, max(1, len(people) // 80))):
        curriculum = curricula[number % len(curricula)]
        starts = today - timedelta(days=random.randint(1, 90))
        with store.write(user) as db:
            group = create_group(
                db,
                name=f"{curriculum.summary} – {number + 1}",
                curriculum=curriculum.id,
                programme="FORAS",
                starts=starts,
                place="Rabat",
                trainer="Youssef Benali",
                language="fr",
                capacity=25,
            )
            db.flush()
            some = waiting[number * _GROUP_SIZE : (number + 1) * _GROUP_SIZE]
            enrolments = [enrol(db, group.id, person) for person in some]
            db.flush()
            for half_day in range(curriculum.half_days or 0):
                day = starts + timedelta(days=half_day // 2)
                if day > today:
                    break
                for enrolment in enrolments:
                    attendance = random.choices(["present", "late", "absent"], [88, 4, 8])[0]
                    mark(db, enrolment.id, day, "pm" if half_day % 2 else "am", attendance)
            db.flush()
            for enrolment in enrolments:
                if progress_of(db, enrolment).is_enough:
                    complete(db, enrolment)
