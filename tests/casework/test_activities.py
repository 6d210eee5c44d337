"""Activities: whose they are, and who took part."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.casework.activities import (
    activities_of,
    age_bands_of,
    categories_of,
    count_participants,
    participants_of,
    record_activity,
)
from app.models.activities import AGE_BANDS, PARTICIPANTS, Activity, Organisation, ParticipantCount
from app.models.programmes import programmes
from app.models.store import Store
from tests.casework.work import acted, added, refused_rule
from tests.conftest import TODAY, Founder, Office
from tests.models.test_convergence import runs_of

PROJECT = {"activity_kind": "small_project", "name": "Honey cooperative"}


def an_activity(store: Store, user: UUID, programme: str = "JMDI", **more: Any) -> UUID:
    with store.write(user) as db:
        return record_activity(db, programme, **{**PROJECT, **more}).id


def test_participants_add_up_on_every_side(store: Store, user: UUID) -> None:
    counted = [
        ("F", "15-29", "migrants", 12),
        ("M", "15-29", "migrants", 8),
        ("F", "30-44", "diaspora", 5),
        ("U", "unknown", "other", 3),
    ]
    made = an_activity(store, user, participants=counted)
    with store.read() as db:
        found = participants_of(db, [made])
    assert found.total == 28
    assert found.by_sex == {"F": 17, "M": 8, "U": 3}
    assert found.by_age == {"15-29": 20, "30-44": 5, "unknown": 3}
    for side in (found.by_sex, found.by_age, found.by_category):
        assert sum(side.values()) == found.total


def test_counting_again_corrects_the_number(store: Store, user: UUID) -> None:
    made = an_activity(store, user, participants=[("F", "15-29", "migrants", 12)])
    with store.write(user) as db:
        count_participants(db, made, "F", "15-29", "migrants", 10)
    with store.read() as db:
        assert participants_of(db, [made]).total == 10


def test_two_desks_count_the_same_people_once(found: Founder, office: Office) -> None:
    here, user = office
    there, other = found("there", login="karim")
    made = an_activity(here, user)
    there.merge(runs_of(here))
    for store, author in ((here, user), (there, other)):
        with store.write(author) as db:
            count_participants(db, made, "F", "15-29", "migrants", 12)
    here.merge(runs_of(there))
    with here.read() as db:
        assert participants_of(db, [made]).total == 12


def test_a_second_count_of_the_same_people_is_refused(store: Store, user: UUID) -> None:
    made = an_activity(store, user, participants=[("F", "15-29", "migrants", 12)])

    def add(db):  # type: ignore[no-untyped-def]
        db.add(
            ParticipantCount(activity=made, sex="F", age_band="15-29", category="migrants", count=3)
        )

    assert refused_rule(store, user, add) == "counted_once"


@pytest.mark.parametrize(
    ("programme", "answers", "rule"),
    [
        ("FORAS", {}, "programme_without_activities"),
        ("GUIDE-ENT", {}, "activity_kind"),
        ("JMDI", {"ends": TODAY - timedelta(days=1)}, "ends_before_start"),
        ("JMDI", {"state": "done", "starts": TODAY + timedelta(days=9)}, "future_date"),
    ],
)
def test_an_activity_must_fit_its_programme(
    store: Store, user: UUID, programme: str, answers: dict[str, Any], rule: str
) -> None:
    def add(db):  # type: ignore[no-untyped-def]
        record_activity(db, programme, **{**PROJECT, **answers})

    assert refused_rule(store, user, add) == rule


def test_participants_are_counted_in_the_programmes_categories(store: Store, user: UUID) -> None:
    made = an_activity(store, user)

    def officials(db):  # type: ignore[no-untyped-def]
        count_participants(db, made, "F", "15-29", "returnees", 2)

    assert refused_rule(store, user, officials) == "participant_category"


def test_every_band_and_category_of_a_programme_can_be_chosen(store: Store) -> None:
    with store.read() as db:
        for code, programme in programmes().items():
            assert set(categories_of(db, code)) <= set(PARTICIPANTS.codes())
            assert set(age_bands_of(db, code)) <= set(AGE_BANDS.codes())
            assert all(AGE_BANDS.label(band) for band in programme.age_bands)


def test_an_activity_takes_place(store: Store, user: UUID) -> None:
    made = an_activity(store, user)
    acted(store, user, "activity", made, "begin")
    acted(store, user, "activity", made, "finish", outcome="Forty hives")
    with store.read() as db:
        activity = db.get_one(Activity, made)
        assert (activity.state, activity.ends, activity.outcome) == ("done", TODAY, "Forty hives")
        assert activities_of(db, "JMDI", TODAY, TODAY) == [activity]
        assert activities_of(db, "JMDI", TODAY + timedelta(days=1)) == []


def test_an_organisation_is_entered_once(store: Store, user: UUID) -> None:
    added(
        store, user, "organisation", name="Coopérative Amal", organisation_kind="cooperative",
        country="MA",
    )  # fmt: skip

    def again(country: str):  # type: ignore[no-untyped-def]
        return lambda db: db.add(
            Organisation(name="COOPERATIVE AMAL", organisation_kind="cooperative", country=country)
        )

    assert refused_rule(store, user, again("MA")) == "organisation_once"
    with store.write(user) as db:
        again("SN")(db)
