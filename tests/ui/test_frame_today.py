"""Today: expected, begun, waiting, arrived."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pytestqt.qtbot import QtBot

from app.casework.consents import give_consent
from app.casework.sessions import schedule
from app.casework.today import draft_name, expected, waiting
from app.models.drafts import begin_draft, keep_draft
from app.models.store import Store
from app.models.users import User
from app.ui.desk import Desk
from app.ui.preferences import Preferences
from app.ui.screens.today import TodayScreen
from app.ui.theme import LIGHT
from tests.conftest import TODAY
from tests.ui.frame import add_person, press, until, words_seen


@pytest.fixture
def desk(store: Store, user: UUID, own_state: object) -> Iterator[Desk]:
    made = Desk(store, user, Preferences(), LIGHT)
    yield made
    made.close()


def shown(qtbot: QtBot, desk: Desk) -> TodayScreen:
    screen = TodayScreen(desk)
    qtbot.addWidget(screen)
    screen.resize(1200, 800)
    with qtbot.waitExposed(screen):
        screen.show()
    screen.arrive()
    return screen


def test_appointments_of_the_coming_days_in_order(store: Store, user: UUID) -> None:
    person = add_person(store, user)
    with store.write(user) as db:
        for day, state in (
            (1, "planned"),
            (0, "planned"),
            (0, "kept"),
            (9, "planned"),
            (-1, "planned"),
        ):
            at = f"{TODAY + timedelta(days=day)}T10:30"
            schedule(db, person, at=at, purpose="counselling", state=state)
    with store.read() as db:
        found = expected(db, user, TODAY)
    assert [one.day for one in found] == [TODAY, TODAY + timedelta(days=1)]


def test_an_appointment_of_a_colleague_is_not_mine(store: Store, user: UUID) -> None:
    person = add_person(store, user)
    with store.write(user) as db:
        colleague = User(login="zineb", roles=frozenset({"counsellor"}), office=store.office)
        db.add(colleague)
        schedule(db, person, at=f"{TODAY}T10:30", purpose="medical", counsellor=colleague.id)
    with store.read() as db:
        assert expected(db, user, TODAY) == []


def test_a_case_without_consent_waits(store: Store, user: UUID) -> None:
    person = add_person(store, user)
    with store.read() as db:
        assert [(one.person.id, one.reason) for one in waiting(db, user, TODAY)] == [
            (person, "consent")
        ]
    with store.write(user) as db:
        give_consent(db, person, scopes=["register"], given_on=TODAY, form="written")
    with store.read() as db:
        assert waiting(db, user, TODAY) == []
        assert [one.reason for one in waiting(db, user, TODAY + timedelta(days=8))] == ["draft"]


def test_the_name_typed_so_far_tells_a_draft() -> None:
    answers = {"quick": {"sex": "F", "given_names": "Awa"}, "names": [{"family_name": "Bah"}]}
    assert draft_name(answers) == "Awa Bah"
    assert draft_name({}) == ""


def test_an_empty_day_says_what_goes_where(desk: Desk, qtbot: QtBot) -> None:
    screen = shown(qtbot, desk)
    until(qtbot, lambda: "Nobody is expected" in words_seen(screen))
    assert "2026" in words_seen(screen)
    assert "not connected to headquarters" in words_seen(screen)


def test_an_appointment_opens_the_file(desk: Desk, store: Store, user: UUID, qtbot: QtBot) -> None:
    person = add_person(store, user)
    with store.write(user) as db:
        schedule(db, person, at=f"{TODAY}T10:30", purpose="counselling", place="Bureau 2")
    screen = shown(qtbot, desk)
    entry = screen.expected.entries()[0]
    assert "Moussa Koné" in entry.accessibleName()
    with qtbot.waitSignal(desk.screen_asked) as asked:
        press(qtbot, entry)
    assert asked.args == ["person", {"person": person, "section": "overview"}]


def test_a_form_begun_is_offered_back(desk: Desk, store: Store, user: UUID, qtbot: QtBot) -> None:
    draft = begin_draft(store, user, "registration")
    draft.answers = {"quick": {"given_names": "Awa"}}
    keep_draft(store, draft)
    screen = shown(qtbot, desk)
    entry = screen.drafts.entries()[0]
    assert "Awa" in entry.accessibleName()
    with qtbot.waitSignal(desk.screen_asked) as asked:
        press(qtbot, entry)
    assert asked.args == ["registration", {}]


def test_what_is_saved_meanwhile_appears(
    desk: Desk, store: Store, user: UUID, qtbot: QtBot
) -> None:
    screen = shown(qtbot, desk)
    assert screen.waiting.entries() == []
    add_person(store, user)
    until(qtbot, lambda: len(screen.waiting.entries()) == 1)


def test_nobody_sees_the_drafts_of_another(desk: Desk, store: Store, qtbot: QtBot) -> None:
    draft = begin_draft(store, UUID(int=7), "registration")
    draft.answers = {"quick": {"given_names": "Awa"}}
    keep_draft(store, draft)
    assert shown(qtbot, desk).drafts.entries() == []


def test_drafts_carry_when_they_were_last_typed_in(store: Store, user: UUID) -> None:
    draft = begin_draft(store, user, "registration")
    draft.answers = {"quick": {}}
    keep_draft(store, draft)
    typed = datetime.fromisoformat(draft.updated)
    assert abs(datetime.now(UTC) - typed) < timedelta(minutes=1)
