"""Things to do: whose they are, what is late, and how they end."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from app.casework.tasks import tasks_due
from app.casework.users import add_user
from app.models.store import Store
from app.models.tasks import Task
from tests.casework.work import a_person, acted, added, refused_rule
from tests.conftest import TODAY


def a_task(store: Store, user: UUID, person: UUID, what: str, days: int, **more: object) -> UUID:
    due_on = (TODAY + timedelta(days=days)).isoformat()
    return added(store, user, "task", person=person, what=what, due_on=due_on, **more)


def test_a_task_starts_with_its_author_in_a_week(store: Store, user: UUID) -> None:
    made = added(store, user, "task", person=a_person(store, user), what="Call the consulate")
    with store.read() as db:
        task = db.get_one(Task, made)
        assert (task.assignee, task.due_on) == (user, TODAY + timedelta(days=7))


def test_a_user_sees_their_own_tasks_and_nobodys_the_late_ones_first(
    store: Store, user: UUID
) -> None:
    colleague = add_user(store, user, login="karim", passphrase="a good phrase", role="counsellor")
    person = a_person(store, user)
    a_task(store, user, person, "Soon", 3)
    a_task(store, user, person, "Late", -2)
    a_task(store, user, person, "Pressing", 3, priority="urgent")
    a_task(store, user, person, "Far", 30)
    a_task(store, user, person, "Theirs", 0, assignee=colleague)
    with store.write(user) as db:
        db.add(Task(person=person, what="Nobody's", due_on=TODAY))
    with store.read() as db:
        listed = tasks_due(db, user, TODAY)
    assert [one.what for one in listed] == ["Late", "Nobody's", "Pressing", "Soon"]
    assert listed[0].days_late == 2


def test_a_task_done_leaves_the_list_and_can_come_back(store: Store, user: UUID) -> None:
    made = a_task(store, user, a_person(store, user), "Call", 0)
    acted(store, user, "task", made, "done")
    with store.read() as db:
        task = db.get_one(Task, made)
        assert (task.done_on, task.done_by) == (TODAY, user)
        assert tasks_due(db, user, TODAY) == []
    acted(store, user, "task", made, "again")
    with store.read() as db:
        assert len(tasks_due(db, user, TODAY)) == 1


def test_a_task_is_done_by_somebody(store: Store, user: UUID) -> None:
    made = a_task(store, user, a_person(store, user), "Call", 0)

    def by_hand(db):  # type: ignore[no-untyped-def]
        db.get_one(Task, made).done_on = TODAY

    assert refused_rule(store, user, by_hand) == "state_by_verbs"
