"""A file in one line of time."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from app.casework.consents import give_consent
from app.casework.people import register
from app.casework.sessions import schedule
from app.casework.timeline import timeline
from app.models.store import Store


def test_what_is_to_come_stands_first_and_registration_last(store: Store, user: UUID) -> None:
    with store.write(user) as db:
        person = register(
            db, {"sex": "F", "nationalities": ["SN"]}, names=[{"given_names": "Awa"}]
        ).id
        consent = give_consent(
            db, person, scopes=["register"], given_on=date(2026, 11, 20), form="written"
        )
        consent.withdrawn_on = date(2026, 11, 21)
        schedule(db, person, at="2046-01-05T10:00", purpose="counselling")
    with store.read() as db:
        happenings = timeline(db, person)
    assert happenings[0].what == "appointment"
    told = [happening.title for happening in happenings if happening.what == "consent"]
    assert told == ["Consent withdrawn", "Consent given"]
    assert "registered" in {happening.what for happening in happenings}


def test_an_unknown_person_has_no_line(store: Store, user: UUID) -> None:
    with store.read() as db:
        assert timeline(db, user) == []
