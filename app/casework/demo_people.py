"""Fictitious people: names, papers, families and the way they came."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any, Final

from app.casework.demo_desk import File, material
from app.casework.people import register
from app.models.persons import EDUCATION, Person

_TOWNS: Final = ("Rabat – Takaddoum", "Salé", "Casablanca – Hay Hassani", "Tanger – Boukhalef",
                 "Oujda", "Fès", "Nador", "Agadir", "Marrakech", "Témara", "Kénitra",
                 "Meknès")  # fmt: skip
_TRADES: Final = ("Couturière", "Maçon", "Coiffeuse", "Vendeur ambulant", "Cuisinier",
                  "Mécanicien", "Électricien", "Commerçante", "Agriculteur",
                  "Peintre en bâtiment", "Étudiant", "Footballeur", "Soudeur",
                  "Infirmière")  # fmt: skip


def come(file: File, *, is_grown: bool) -> Person:
    """Register somebody, with what they tell of themselves on the first day."""
    random, today, country = file.random, file.day, file.country
    people = material("people")
    sex = "M" if random.random() < 0.593 else "F"
    spoken = people["languages"][country]
    arrived = today - timedelta(days=random.randint(60, 3000))
    children = random.choice([0, 0, 0, 1, 2, 3])
    person = register(
        file.db,
        {
            "sex": sex,
            "birth": _birth(random, today, 20 if is_grown else 0),
            "birth_source": random.choice(["document", "declared", "declared", "estimated"]),
            "nationalities": [country],
            "marital_status": random.choice(["single", "single", "married", "partner", "widowed"]),
            "children": children,
            "main_language": random.choice(spoken),
            "languages": [code for code in spoken if random.random() < 0.5] or None,
            "needs_interpreter": random.random() < 0.2,
            "reads": random.random() < 0.8,
            "education": random.choice(EDUCATION.codes()),
            "occupation": random.choice(_TRADES),
            "legal_status": "national"
            if country == "MA"
            else random.choice(["irregular", "irregular", "asylum_seeker", "regularised_2014"]),
            "arrived": None if country == "MA" else f"{arrived:%Y-%m}",
            "town": random.choice(_TOWNS),
        },
        names=_names(random, country, sex),
        contacts=_contacts(random),
        identifiers=_papers(random, country),
    )
    file.person = person.id
    file.language = person.main_language or "fr"
    if country != "MA" and file.chance(0.6):
        _way(file, arrived)
    if children:
        _family(file, children)
    return person


def _birth(random: Random, today: date, least: int) -> str:
    ages = material("people")["ages"]
    low, high = random.choices(list(ages), list(ages.values()))[0].split("-")
    born = today - timedelta(days=random.randint(max(least, int(low)) * 366 + 10, int(high) * 365))
    shape = random.random()
    if shape < 0.55:
        return born.isoformat()
    if shape < 0.8:
        return f"{born:%Y}"
    if shape < 0.9:
        return f"{born:%Y-%m}"
    return f"age:{(today - born).days // 365}/{today.isoformat()}"


def _names(random: Random, country: str, sex: str) -> list[dict[str, str]]:
    of_country = material("people")["names"][country]
    given = random.choice(of_country["male" if sex == "M" else "female"])
    family = random.choice(of_country["family"])
    arabic = material("people")["arabic"]
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


def _way(file: File, arrived: date) -> None:
    random = file.random
    left = arrived - timedelta(days=random.randint(10, 400))
    owed = random.choice([None, None, "3000 MAD", "8500 MAD", "15000 MAD"])
    file.add(
        "migration_history", person=file.person, left_home=f"{left:%Y-%m}",
        entered=f"{arrived:%Y-%m}", entry_mode=random.choice(["land", "land", "air"]),
        transit=random.choice([["ML", "DZ"], ["MR"], ["NE", "DZ"], []]) or None,
        reasons=random.sample(["work", "study", "family", "conflict", "transit"], 2),
        return_reasons=random.sample(["no_means", "family", "no_prospect", "project"], 2),
        route=file.desk.words("routes"), cost=f"{random.randint(4, 40) * 500} MAD", debt=owed,
    )  # fmt: skip


def _family(file: File, children: int) -> None:
    """List the children, who travel along half of the time, and sometimes a spouse."""
    random, of_country = file.random, material("people")["names"][file.country]
    along = file.chance(0.5) and file.country != "MA"
    for _child in range(children):
        sex = random.choice("FM")
        born = file.day - timedelta(days=random.randint(200, 16 * 365))
        file.add(
            "household_member", person=file.person, relation="child", sex=sex,
            name=random.choice(of_country["male" if sex == "M" else "female"]),
            birth=born.isoformat(), is_accompanying=along, is_dependant=True,
            lives_in=("MA" if along else file.country),
        )  # fmt: skip
    if file.chance(0.3):
        file.add(
            "household_member", person=file.person, relation="spouse",
            name=random.choice(of_country["female"]), is_accompanying=False,
            lives_in=file.country,
        )  # fmt: skip
    file.db.flush()
    file.add(
        "household", person=file.person, is_head=True, is_single_parent=file.chance(0.2),
    )  # fmt: skip
