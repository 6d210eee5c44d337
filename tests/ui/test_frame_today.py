"""Today: expected, begun, waiting, arrived."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from pytestqt.qtbot import QtBot

from app.casework.consents import give_consent
from app.casework.grants import request
from app.casework.sessions import schedule
from app.casework.tasks import tasks_due
from app.casework.today import draft_name, expected, waiting
from app.models.cases import Case
from app.models.drafts import begin_draft, keep_draft
from app.models.follow_up import FollowUp
from app.models.store import Store
from app.models.tasks import Task
from app.models.users import User
from app.ui.desk import Desk
from app.ui.preferences import Preferences
from app.ui.screens.today import TodayScreen
from app.ui.theme import LIGHT
from tests.casework.granting import make_granting
from tests.conftest import TODAY
from tests.ui.frame import add_person, press, until, words_seen
from tests.ui.test_departures import leaving, void


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


def add_task(store: Store, user: UUID, person: UUID, what: str, days: int = 0) -> UUID:
    with store.write(user) as db:
        task = Task(
            person=person, what=what, due_on=TODAY + timedelta(days=days), assignee=user,
            priority="normal",
        )  # fmt: skip
        db.add(task)
    return task.id


def test_a_task_is_done_with_one_key_and_the_next_one_with_the_same(
    desk: Desk, store: Store, user: UUID, qtbot: QtBot
) -> None:
    person = add_person(store, user)
    add_task(store, user, person, "Call the consulate", -2)
    add_task(store, user, person, "Ask for the invoice")
    screen = shown(qtbot, desk)
    first, second = screen.task_lines
    assert "Call the consulate" in first.entry.accessibleName()
    assert "2 days late" in first.entry.accessibleName()
    first.done.setFocus()
    qtbot.keyClick(first.done, Qt.Key.Key_Space)
    (left,) = screen.task_lines
    assert left.task == second.task
    QCoreApplication.sendPostedEvents()  # what is told of the save comes after it
    assert screen.task_lines == [left]
    assert screen.focusWidget() is left.done
    qtbot.keyClick(left.done, Qt.Key.Key_Space)
    assert screen.task_lines == []
    with store.read() as db:
        assert tasks_due(db, user, TODAY) == []
    until(qtbot, lambda: "Nothing is to be done" in words_seen(screen))


def test_a_task_opens_the_file(desk: Desk, store: Store, user: UUID, qtbot: QtBot) -> None:
    person = add_person(store, user)
    add_task(store, user, person, "Call the consulate")
    screen = shown(qtbot, desk)
    with qtbot.waitSignal(desk.screen_asked) as asked:
        press(qtbot, screen.task_lines[0].entry)
    assert asked.args == ["person", {"person": person, "section": "overview"}]


def test_what_ends_before_a_departure_is_told(
    desk: Desk, store: Store, user: UUID, qtbot: QtBot
) -> None:
    one = leaving(store, user, "Awa", days=5)
    void(one, "allowance")
    screen = shown(qtbot, desk)
    until(qtbot, lambda: len(screen.due.entries()) == 2)
    said = [entry.accessibleName() for entry in screen.due.entries()]
    assert "The medical assessment holds until" in said[0]
    assert "No allowance is prepared yet." in said[1]
    with qtbot.waitSignal(desk.screen_asked) as asked:
        press(qtbot, screen.due.entries()[0])
    assert asked.args == ["person", {"person": one.person, "section": "travel"}]


def test_people_of_a_colleague_are_not_told(
    desk: Desk, store: Store, user: UUID, qtbot: QtBot
) -> None:
    one = leaving(store, user, "Awa", days=5)
    with store.write(user) as db:
        colleague = User(login="zineb", roles=frozenset({"counsellor"}), office=store.office)
        db.add(colleague)
        db.flush()
        db.get_one(Case, one.case).counsellor = colleague.id
    screen = shown(qtbot, desk)
    until(qtbot, lambda: "No paper ends" in words_seen(screen.due))
    assert screen.due.entries() == []


def test_tranches_visits_and_grants_to_approve_are_told(
    desk: Desk, store: Store, user: UUID, qtbot: QtBot
) -> None:
    g = make_granting(store, user)
    g.arrive()
    g.granted("800 EUR")
    with store.write(g.leila) as db:
        db.get_one(Case, g.case).counsellor = user
        db.add(FollowUp(case=g.case, due_on=TODAY - timedelta(days=1), state="planned"))
    with store.write(g.karim) as db:
        request(db, g.case, requested="100 EUR", grant_kind="cash", purpose="medical")
    screen = shown(qtbot, desk)
    until(qtbot, lambda: len(screen.due.entries()) == 3)
    said = [entry.accessibleName() for entry in screen.due.entries()]
    assert "1 grant waits for an approval" in said[0].replace("\u2068", "").replace("\u2069", "")
    assert "A tranche of" in said[1]
    assert "A visit was due on" in said[2]
    with qtbot.waitSignal(desk.screen_asked) as asked:
        press(qtbot, screen.due.entries()[0])
    assert asked.args == ["grants", {}]


def test_a_form_of_another_screen_is_offered_back(
    desk: Desk, store: Store, user: UUID, qtbot: QtBot
) -> None:
    draft = begin_draft(store, user, "activities.activity")
    draft.answers = {"answers": {"name": "Atelier"}, "was": None}
    keep_draft(store, draft)
    screen = shown(qtbot, desk)
    (entry,) = screen.drafts.entries()
    assert "Atelier" in entry.accessibleName()
    with qtbot.waitSignal(desk.screen_asked) as asked:
        press(qtbot, entry)
    assert asked.args == ["activities", {"form": "activities.activity"}]
