"""Made-up people in a real store, for the tests of printed paper."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from app.casework.cases import open_case
from app.casework.consents import give_consent
from app.casework.people import register
from app.models.store import Store

SAFE: Final = "+212 6 12 34 56 78"
UNSAFE: Final = "+224 621 23 45 67"
NOTE: Final = "Arrivée à Tanger en 2023.\nأريد أن أعود إلى بلدي (غينيا) قبل نهاية السنة."

# Everything of the person that must be found on the paper again.
VALUES: Final = (
    "N'Diaye",
    "Éloïse Nguyễn",
    "محمد بن عبد الرحمن",
    "Ɓah Ƴero",
    "O’Sékou",
    "ⵉⵎⴰⵣⵉⵖⵏ",
    "رقم AB-123 (المغرب)",
    "Aïssatou Bah",
    "Youssef El Amrani",
    "O00123456",
    "Couturière",
    SAFE,
    UNSAFE,
    *NOTE.splitlines(),
)


def add_person(
    store: Store, user: UUID, *, answers: dict[str, Any] | None = None, family: str = "N'Diaye"
) -> tuple[UUID, UUID, str]:
    """Register a person with consent and case; tells person, case and case number."""
    with store.write(user) as db:
        person = register(
            db,
            {
                "sex": "F",
                "birth": "1996-03-12",
                "birth_source": "document",
                "birthplace": "رقم AB-123 (المغرب)",
                "nationalities": ["GN", "ML"],
                "main_language": "fr",
                "languages": ["ary", "ff"],
                "occupation": "Couturière",
                "note": NOTE,
                **(answers or {}),
            },
            names=[
                {"given_names": "Éloïse Nguyễn", "family_name": family},
                {"given_names": "محمد بن عبد الرحمن"},
                {"name_kind": "used", "given_names": "Ɓah Ƴero"},
                {"name_kind": "father", "given_names": "O’Sékou", "family_name": "ⵉⵎⴰⵣⵉⵖⵏ"},
            ],
            contacts=[
                {"number": SAFE, "contact_kind": "own", "safe_to_call": "yes"},
                {"number": UNSAFE, "name": "Aïssatou Bah", "safe_to_call": "no"},
            ],
            identifiers=[{"identifier_kind": "passport", "number": "O00123456"}],
        )
        db.flush()
        give_consent(
            db,
            person.id,
            scopes=["register", "services"],
            given_on="2026-03-02",
            form="thumbprint",
            witness="Youssef El Amrani",
        )
        case = open_case(db, person.id, "AVRR-FROM", return_country="GN")
        db.flush()
        return person.id, case.id, case.number or ""
