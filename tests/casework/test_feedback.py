"""Feedback and complaints: each is answered."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from app.casework.feedback import open_feedback
from app.casework.verbs import act
from app.models.follow_up import Feedback
from app.models.store import Store
from tests.casework.work import a_person, acted, added, refused_rule
from tests.conftest import TODAY


def feedback(store: Store, user: UUID, person: UUID, kind: str, days_ago: int = 0) -> UUID:
    received = (TODAY - timedelta(days=days_ago)).isoformat()
    return added(
        store, user, "feedback", person=person, feedback_kind=kind, said="I waited all day",
        received_on=received,
    )  # fmt: skip


def test_complaints_stand_first_then_who_waits_longest(store: Store, user: UUID) -> None:
    person = a_person(store, user)
    feedback(store, user, person, "thanks", 9)
    feedback(store, user, person, "complaint", 1)
    feedback(store, user, person, "complaint", 4)
    with store.read() as db:
        listed = open_feedback(db, TODAY)
    assert [(one.kind, one.days) for one in listed] == [
        ("complaint", 4), ("complaint", 1), ("thanks", 9),
    ]  # fmt: skip


def test_an_answer_takes_feedback_off_the_list(store: Store, user: UUID) -> None:
    made = feedback(store, user, a_person(store, user), "complaint")
    acted(store, user, "feedback", made, "look_into")
    acted(store, user, "feedback", made, "answer", answer="We are sorry")
    with store.read() as db:
        told = db.get_one(Feedback, made)
        assert (told.state, told.answered_on) == ("answered", TODAY)
        assert open_feedback(db, TODAY) == []


def test_answering_takes_an_answer(store: Store, user: UUID) -> None:
    made = feedback(store, user, a_person(store, user), "complaint")

    def answer(db):  # type: ignore[no-untyped-def]
        act(db, db.get_one(Feedback, made), "answer", {})

    def by_hand(db):  # type: ignore[no-untyped-def]
        db.get_one(Feedback, made).state = "answered"

    assert refused_rule(store, user, answer) == "required"
    assert refused_rule(store, user, by_hand) == "answer_required"
