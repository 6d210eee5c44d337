"""Today: who is expected, what was begun, who waits, what has arrived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from app.casework.people_list import PersonLine
from app.casework.tasks import DueTask, tasks_due
from app.casework.today import Expected, Waiting, draft_name, expected, person_of, waiting
from app.casework.verbs import act
from app.errors import SanadError
from app.formats import day_text, time_text
from app.i18n import N_, _, isolate, ngettext
from app.models.appointments import PURPOSES
from app.models.drafts import Draft, drafts_of
from app.models.record import kinds
from app.models.store import Changed
from app.models.tasks import Task
from app.sync.status import SyncStatus, sync_status
from app.ui.desk import Desk
from app.ui.entries import Block, Entry, day_line
from app.ui.parts import button, column, row, say, scrolled
from app.ui.screen import Screen, ScreenSpec, register_screen, screens
from app.ui.screens.today_due import DueSoon, TaskLine, due_entries, read_due
from app.ui.tasks import Progress
from app.ui.theme import SPACE
from app.ui.wording import facts, lately, nationality_text

_DAYS = 7
_MOST_DRAFTS = 6
_MOST_WAITING = 12
_MOST_DUE = 6
_MOST_TASKS = 10
_DUE_KINDS = frozenset({
    "case", "travel", "travel_leg", "travel_allowance", "travel_document_request",
    "medical_assessment", "declaration", "person_name", "person_identifier", "grant", "tranche",
    "payment", "invoice", "follow_up", "enrolment", "programme_change",
})  # fmt: skip
_LEAD_CHARACTERS = 9
_TWO_COLUMNS_PX = 780


@dataclass(frozen=True, slots=True)
class Day:
    """What the screen shows, read at one moment.

    Attributes:
        drafts: What was begun, with the name it is about when there is one.
    """

    today: date
    expected: list[Expected]
    tasks: list[DueTask]
    waiting: list[Waiting]
    drafts: list[tuple[Draft, str]]
    sync: SyncStatus


def read_day(desk: Desk) -> Day:
    """Read what the counsellor's day holds."""
    today = desk.store.context().today
    begun = drafts_of(desk.store, desk.user)[:_MOST_DRAFTS]
    with desk.store.read() as db:
        names = []
        for draft in begun:
            person = person_of(db, draft.about) if draft.about else None
            names.append((draft, person.name if person else draft_name(draft.answers)))
        return Day(
            today=today,
            expected=expected(db, desk.user, today, _DAYS),
            tasks=tasks_due(db, desk.user, today, within_days=_DAYS, limit=_MOST_TASKS),
            waiting=waiting(db, desk.user, today, _MOST_WAITING),
            drafts=names,
            sync=sync_status(desk.store),
        )


class TodayScreen(Screen):
    """Where the day begins."""

    title = N_("Today")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._is_due_stale = True
        self._is_reading_due = False
        self._date = say("", "heading1")
        self._count = say("", "quiet")
        register = button(_("New person"), "primary", name="today-new-person")
        register.setToolTip(_("Ctrl+N"))
        register.clicked.connect(lambda: desk.show_screen("registration"))
        self.expected = Block(_("Appointments"))
        self.tasks = Block(_("To do"))
        self.task_lines: list[TaskLine] = []
        self._tasks_shown: list[DueTask] | None = None
        self.due = Block(_("Ends or is due soon"))
        self.due.hide()  # until it is read: it is read beside the window
        self.drafts = Block(_("Begun and not finished"))
        self.waiting = Block(_("Waiting for you"))
        self.arrived = Block(_("From headquarters"))
        page = QWidget()
        leading = column(self.expected, self.tasks, None, spacing=6)
        trailing = column(self.due, self.drafts, self.waiting, self.arrived, None, spacing=6)
        self._body = body = row(leading, trailing, spacing=8)
        body.setStretch(0, 1)
        body.setStretch(1, 1)
        whole = column(
            row(column(self._date, self._count, spacing=0), None, register), body, spacing=6
        )
        whole.setContentsMargins(SPACE * 6, SPACE * 5, SPACE * 6, SPACE * 6)
        whole.setStretch(1, 1)
        page.setLayout(whole)
        self.setLayout(column(scrolled(page, _(self.title))))
        desk.changed.connect(self._note)

    def arrive(self, **_arguments: Any) -> None:
        """Show the day as it stands."""
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < _TWO_COLUMNS_PX * self.desk.preferences.text_scale
        sides = QBoxLayout.Direction
        self._body.setDirection(sides.TopToBottom if is_narrow else sides.LeftToRight)

    def refresh(self) -> None:
        """Read the day anew; what ends or is due is read beside the window."""
        self._read_due()
        day = read_day(self.desk)
        self._date.setText(_begun(day_text(day.today, "full")))
        today = sum(one.day == day.today for one in day.expected)
        self._count.setText(
            ngettext("{count} appointment today", "{count} appointments today", today).format(
                count=isolate(str(today))
            )
            if today
            else _("No appointment today")
        )
        self._fill_expected(day)
        self._fill_tasks(day)
        self._fill_drafts(day)
        self._fill_waiting(day)
        self._fill_arrived(day)

    def _note(self, changed: Changed) -> None:
        self._is_due_stale = self._is_due_stale or bool(changed.kinds & _DUE_KINDS)
        if self.isVisible():
            self.refresh()

    # -- the blocks ----------------------------------------------------------------------------

    def _fill_expected(self, day: Day) -> None:
        lines: list[QWidget] = []
        shown: date | None = None
        for one in day.expected:
            if one.day != shown:
                shown = one.day
                lines.append(day_line(_day_name(one.day, day.today)))
            lines.append(self._expected_entry(one))
        self.expected.fill(
            lines,
            _("Nobody is expected in the next {count} days. Appointments are made in a person's"
              " file or when a session is recorded.").format(count=_DAYS),
            self._go(_("Find a person"), "people"),
        )  # fmt: skip

    def _expected_entry(self, one: Expected) -> Entry:
        purpose = PURPOSES.label(one.purpose) if one.purpose else ""
        return Entry(
            _name(one.person),
            facts(purpose, one.place, one.person.case_number),
            partial(self.desk.open_person, one.person.id),
            other=one.person.other_name,
            lead=time_text(one.at),
            lead_width=_LEAD_CHARACTERS,
        )

    def _fill_tasks(self, day: Day) -> None:
        if day.tasks == self._tasks_shown:
            return  # the box one stands on stays
        self._tasks_shown = day.tasks
        self.task_lines = [
            TaskLine(self.desk, one, partial(self._do, one.task)) for one in day.tasks
        ]
        self.tasks.fill(
            [*self.task_lines],
            _("Nothing is to be done in the next {count} days. Tasks are added in a person's"
              " file.").format(count=_DAYS),
        )  # fmt: skip

    def _do(self, task: UUID) -> None:
        place = next((n for n, one in enumerate(self.task_lines) if one.task == task), 0)
        try:
            with self.desk.store.write(self.desk.user) as db:
                act(db, db.get_one(Task, task), "done", {})
        except SanadError as error:
            self.desk.explain(error)
        self.refresh()
        if self.task_lines:  # the next one is done with the same key
            following = self.task_lines[min(place, len(self.task_lines) - 1)]
            following.show()  # what is not shown yet cannot take the keyboard
            following.done.setFocus(Qt.FocusReason.OtherFocusReason)

    def _read_due(self) -> None:
        if not self._is_due_stale or self._is_reading_due:
            return
        self._is_due_stale, self._is_reading_due = False, True

        def work(_progress: Progress) -> DueSoon:
            return read_due(self.desk)

        task = self.desk.tasks.run(_(self.title), work, self._fill_due, is_quiet=True)
        task.ended.connect(self._has_read_due)

    def _has_read_due(self) -> None:
        self._is_reading_due = False
        if self.isVisible():
            self._read_due()

    def _fill_due(self, due: DueSoon) -> None:
        self.due.fill(
            due_entries(self.desk, due, _MOST_DUE),
            _("No paper ends, and no payment or visit is due."),
        )
        self.due.show()

    def _fill_drafts(self, day: Day) -> None:
        now = datetime.now(UTC)
        self.drafts.fill(
            [
                Entry(
                    name or _nameless(draft),
                    _("{form}, last typed in: {moment}").format(
                        form=_form_name(draft.form),
                        moment=lately(datetime.fromisoformat(draft.updated), now),
                    ),
                    partial(resume, self.desk, draft),
                )
                for draft, name in day.drafts
            ],
            _("Nothing lies unfinished. Whatever you type is kept and offered back here."),
        )

    def _fill_waiting(self, day: Day) -> None:
        self.waiting.fill(
            [
                Entry(
                    _name(one.person),
                    _reason(one),
                    partial(self.desk.open_person, one.person.id),
                    other=one.person.other_name,
                )
                for one in day.waiting
            ],
            _("Nobody waits for a consent or a registration."),
        )

    def _fill_arrived(self, day: Day) -> None:
        sentence = arrived_sentence(day.sync, datetime.now(UTC))
        step = None if day.sync.is_enrolled else self._go(_("Connect to headquarters"), "sync")
        self.arrived.fill([], sentence, step)

    def _go(self, words: str, name: str) -> QWidget:
        go = button(words)
        go.clicked.connect(lambda: self.desk.show_screen(name))
        return go


def resume(desk: Desk, draft: Draft) -> None:
    """Open the form a draft was typed in."""
    # A form of another screen than a person's file begins with the name of its screen.
    screen = draft.form.partition(".")[0]
    is_elsewhere = screen in screens() and screen != "person"
    if draft.about is None:
        more = {"form": draft.form} if draft.form != screen else {}
        desk.show_screen(screen if is_elsewhere else "registration", **more)
        return
    if is_elsewhere:
        desk.show_screen(screen, about=draft.about, form=draft.form)
        return
    # The file finds whose it is: several such forms may be begun in one.
    desk.open_person(draft.about, draft.form)


def arrived_sentence(status: SyncStatus, now: datetime) -> str:
    """Say what the last sync brought."""
    if not status.is_enrolled:
        return _("This computer is not connected to headquarters. Your work is kept here.")
    if status.confirmed_at is None:
        return _("Nothing has been exchanged yet.")
    if not status.received:
        return _("The last sync, {moment}, brought nothing new.").format(
            moment=lately(status.confirmed_at, now)
        )
    return ngettext(
        "The last sync, {moment}, brought {count} change.",
        "The last sync, {moment}, brought {count} changes.",
        status.received,
    ).format(moment=lately(status.confirmed_at, now), count=isolate(str(status.received)))


def _name(person: PersonLine) -> str:
    return person.name or _("No name yet")


def _day_name(day: date, today: date) -> str:
    if day == today:
        return _("Today")
    if day == today + timedelta(days=1):
        return _("Tomorrow")
    return _begun(day_text(day, "full"))


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]


def _reason(one: Waiting) -> str:
    since = isolate(day_text(one.since, "medium")) if one.since else ""
    if one.reason == "consent":
        words = _("No consent recorded, case opened {day}").format(day=since)
    else:
        words = _("Still a draft, case opened {day}").format(day=since)
    return facts(words, nationality_text(one.person.nationalities))


_KINDS_OF_FORMS: Final = {
    "session": "counselling_session",
    "picture": "attachment",
    "intake": "person",
    "close_case": "case",
}


def _nameless(draft: Draft) -> str:
    """Name a form begun that is about nobody: what it calls its subject, or where it stands."""
    screen = draft.form.partition(".")[0]
    if screen in {"person", "registration"} or screen not in screens():
        return _("No name yet")
    answers = draft.answers.get("answers")
    named = answers.get("name") if isinstance(answers, dict) else None
    return str(named) if named else _(screens()[screen].title)


def _form_name(form: str) -> str:
    known = screens().get(form)
    if known is not None:
        return _(known.title)
    # A form on somebody's file is named after what it adds or corrects there.
    about = form.rsplit(".", 1)[-1]
    kind = kinds().get(_KINDS_OF_FORMS.get(about, about))
    return _(kind.title) if kind is not None else _("Form")


register_screen(
    ScreenSpec(
        name="today", title=TodayScreen.title, icon="ph.sun-horizon", order=10, roles=None,
        build=TodayScreen,
    )
)  # fmt: skip
