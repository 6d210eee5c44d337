"""Sessions: the calendar of the office, new appointments, and sessions held with a group."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QScrollArea, QStackedWidget, QWidget
from sqlalchemy import select

from app.casework.agenda import Engagement, agenda
from app.casework.group_sessions import (
    correct_group_session,
    participants_of,
    record_group_session,
    set_participants,
)
from app.casework.people import display_names
from app.casework.sessions import schedule
from app.formats import day_text
from app.i18n import N_, _, is_right_to_left, isolate, language
from app.models.appointments import Appointment
from app.models.drafts import draft_for
from app.models.sessions import GroupSession
from app.models.store import Changed
from app.ui.forms import Form
from app.ui.icons import icon
from app.ui.inline_form import InlineForm
from app.ui.parts import button, column, row, say, scrolled
from app.ui.screen import Screen, ScreenSpec, register_screen
from app.ui.screens.calendar_view import WEEK, CalendarView, monday_of
from app.ui.screens.group_session_form import PARTICIPANTS, GroupSessionForm
from app.ui.screens.training_members import MemberSearch
from app.ui.theme import SPACE

if TYPE_CHECKING:
    from app.ui.desk import Desk

_KINDS: Final = frozenset(
    {
        "appointment", "counselling_session", "group_session", "training_session",
        "training_group", "person_name",
    }
)  # fmt: skip
_REPEATED: Final = ("language", "interpreter", "interpreter_name", "mode", "place")
"""Answers the next group session most often shares with the last."""
_APPOINTMENT: Final = "person.appointment"
_GROUP_SESSION: Final = "sessions"
_CORRECTION: Final = "sessions.group"
_FIRST_HOUR: Final = "09:00"
_ARABIC_KEYS: Final = {"ف": "t", "ى": "n", "ل": "g"}
"""Letters of the Arabic keyboard on the keys of Latin ones."""


class SessionsScreen(Screen):
    """A week or a day of the office, and what is begun from there."""

    title = N_("Sessions")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.day = desk.store.context().today
        self._form: InlineForm | None = None
        self._wanted = self.day
        self.view = CalendarView(desk.theme)
        self.view.opened.connect(self.open)
        self.view.turned.connect(self.turn)
        self._range = say("", "heading2")
        self.search = MemberSearch(desk, _("Whose appointment"))
        self.search.hide()
        self.search.chosen.connect(self._appoint)
        self.search.closed.connect(self.view.focus_first)
        self._area = scrolled(self.view, _("Calendar"))
        calendar = QWidget()
        head = column(self._heading(), self._tools(), self.search, self._area, spacing=3)
        head.setContentsMargins(SPACE * 6, SPACE * 5, SPACE * 6, SPACE * 4)
        head.setStretch(3, 1)
        calendar.setLayout(head)
        self._editing = QScrollArea()
        self._editing.setWidgetResizable(True)
        self._stack = QStackedWidget()
        self._stack.addWidget(calendar)
        self._stack.addWidget(self._editing)
        self.setLayout(column(self._stack))
        self._verbs = {"t": self.go_today, "n": self.add, "g": self.record_group}
        self._group_command = QAction(_("Group session"), self)
        self._group_command.triggered.connect(self._begin_from_anywhere)
        desk.changed.connect(self._changed)

    def _heading(self) -> QHBoxLayout:
        self.group_button = button(" " + _("Group session"))
        self.group_button.setIcon(icon("ph.users-three", self.desk.theme))
        self.group_button.setToolTip("G")
        self.group_button.clicked.connect(self.record_group)
        self.new = button(" " + _("New appointment"), "primary")
        self.new.setIcon(icon("ph.calendar-plus", self.desk.theme, self.desk.theme.on_accent))
        self.new.setToolTip("N")
        self.new.clicked.connect(self.add)
        return row(say(_(self.title), "heading1"), None, self.group_button, self.new, spacing=2)

    def _tools(self) -> QHBoxLayout:
        ahead, back = "ph.caret-right", "ph.caret-left"
        if is_right_to_left():
            ahead, back = back, ahead
        self.back, self.today, self.ahead = button(""), button(_("Today")), button("")
        for made, sign, name, pages in (
            (self.back, back, _("Earlier"), -1),
            (self.ahead, ahead, _("Later"), 1),
        ):
            made.setIcon(icon(sign, self.desk.theme))
            made.setAccessibleName(name)
            made.setToolTip(name)
            made.clicked.connect(partial(self._turn_by_button, pages))
        self.today.setToolTip("T")
        self.today.clicked.connect(self.go_today)
        self.week_button, self.day_button = self._pair(_("Week"), _("Day"))
        self.mine_button, self.office_button = self._pair(_("Mine"), _("Whole office"))
        return row(
            self.back, self.today, self.ahead, 2, self._range, None, self.week_button,
            self.day_button, 2, self.mine_button, self.office_button, spacing=2,
        )  # fmt: skip

    def _pair(self, first: str, second: str) -> tuple[Any, Any]:
        """Make two buttons of which one is chosen."""
        group = QButtonGroup(self)
        made = (button(first), button(second))
        for number, one in enumerate(made):
            one.setCheckable(True)
            one.setChecked(number == 0)
            group.addButton(one)
            one.clicked.connect(self.refresh)
        return made

    # -- the screen ------------------------------------------------------------------------

    def arrive(self, **arguments: Any) -> None:
        """Show the calendar, or go on with a form begun.

        Args:
            arguments: ``about`` and ``form``, what a draft is about and its name; ``day``, a day
                to be shown.
        """
        if "about" in arguments:
            self.correct_group(arguments["about"])
            return
        if "day" in arguments:
            self.day = arguments["day"]
        self._show_calendar()
        if draft_for(self.desk.store, self.desk.user, _GROUP_SESSION, None) is not None:
            self.record_group()

    def leave(self) -> None:
        """Keep what is being typed."""
        if self._form is not None:
            self._form.leave()

    def commands(self) -> list[QAction]:
        """Offer to record a group session from anywhere."""
        return [self._group_command]

    def _begin_from_anywhere(self) -> None:
        self.desk.show_screen("sessions")
        self.record_group()

    @property
    def days(self) -> list[date]:
        """The days shown."""
        if self.day_button.isChecked():
            return [self.day]
        monday = monday_of(self.day)
        return [monday + timedelta(days=number) for number in range(WEEK)]

    def refresh(self) -> None:
        """Read the days shown anew."""
        days = self.days
        user = self.desk.user if self.mine_button.isChecked() else None
        with self.desk.store.read() as db:
            found = agenda(db, days[0], days[-1], user)
        today = self.desk.store.context().today
        self.view.show_days(days, found, today)
        self._range.setText(_range_text(days[0], days[-1]))

    def _show_calendar(self) -> None:
        self.refresh()
        self._stack.setCurrentIndex(0)
        self.search.hide()
        self.view.focus_first(self.day)

    def turn(self, pages: int) -> None:
        """Go so many weeks, or days, on or back."""
        step = 1 if self.day_button.isChecked() else WEEK
        self.day += timedelta(days=pages * step)
        self.refresh()
        self.view.focus_first()

    def _turn_by_button(self, pages: int) -> None:
        step = 1 if self.day_button.isChecked() else WEEK
        self.day += timedelta(days=pages * step)
        self.refresh()

    def go_today(self) -> None:
        """Go to today."""
        self.day = self.desk.store.context().today
        self.refresh()
        self.view.focus_first(self.day)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """T goes to today, N makes an appointment, G records a group session."""
        then = self._verbs.get(_key_of(event))
        is_calendar = self._stack.currentIndex() == 0 and not event.modifiers()
        if then is not None and is_calendar and not self.search.line.hasFocus():
            then()
            return
        super().keyPressEvent(event)

    def open(self, engagement: Engagement) -> None:
        """Open what an entry leads to."""
        if engagement.what == "training":
            self.desk.show_screen("training", group=engagement.opens)
        elif engagement.what == "group_session":
            self.correct_group(engagement.opens)
        elif engagement.what == "session":
            self.desk.open_person(engagement.opens, "counselling")
        else:
            self.desk.open_person(engagement.opens)

    def _changed(self, changed: Changed) -> None:
        if self.isVisible() and self._stack.currentIndex() == 0 and changed.kinds & _KINDS:
            self.refresh()

    # -- appointments ----------------------------------------------------------------------

    def add(self) -> None:
        """Ask whose appointment it is."""
        at = self.view.at
        self._wanted = at.day if at is not None else self._free_day()
        self.search.open()

    def _free_day(self) -> date:
        today = self.desk.store.context().today
        return today if today in self.days else self.days[0]

    def _appoint(self, person: UUID) -> None:
        with self.desk.store.read() as db:
            name = display_names(db, [person]).get(person, [""])[0]

        def save(db: Any, answers: dict[str, Any]) -> object:
            given = {n: answer for n, answer in answers.items() if answer is not None}
            return schedule(db, person, at=given.pop("at"), purpose=given.pop("purpose"), **given)

        form = Form.of(self.desk, Appointment, leaving_out=["person", "state", "counsellor"])
        self._open_form(
            InlineForm(
                self.desk, _APPOINTMENT, form,
                title=_("Appointment with {name}").format(name=isolate(name)),
                save_label=_("Save"), save=save,
            ),
            person,
            {"at": f"{self._wanted.isoformat()}T{_FIRST_HOUR}", "purpose": "counselling"},
        )  # fmt: skip

    # -- group sessions --------------------------------------------------------------------

    def record_group(self) -> None:
        """Open the form of a group session."""

        def save(db: Any, answers: dict[str, Any]) -> object:
            given = {n: answer for n, answer in answers.items() if answer is not None}
            cases = [UUID(case) for case in given.pop(PARTICIPANTS, [])]
            return record_group_session(db, cases, **given)

        self._open_form(
            InlineForm(
                self.desk, _GROUP_SESSION, GroupSessionForm(self.desk),
                title=_("Group session"), save_label=_("Save on every file"), save=save,
            ),
            None,
            self._usual(),
        )  # fmt: skip

    def correct_group(self, group_session: UUID) -> None:
        """Open a group session to be corrected on every file."""
        with self.desk.store.read() as db:
            found = db.get(GroupSession, group_session)
            cases = [str(session.case) for session in participants_of(db, group_session)]
        if found is None:
            self.desk.say(_("This session is not on this computer."), "warning")
            self._show_calendar()
            return

        def save(db: Any, answers: dict[str, Any]) -> object:
            about = {name: a for name, a in answers.items() if name != PARTICIPANTS}
            corrected = correct_group_session(db, group_session, about)
            if PARTICIPANTS in answers:
                chosen = answers[PARTICIPANTS] or []
                set_participants(db, group_session, [UUID(case) for case in chosen])
            return corrected

        self._open_form(
            InlineForm(
                self.desk, _CORRECTION, GroupSessionForm(self.desk),
                title=_("Group session"), save_label=_("Save on every file"), save=save,
                is_correction=True,
            ),
            group_session,
            {**found.as_json(), PARTICIPANTS: cases},
        )  # fmt: skip

    def _usual(self) -> dict[str, Any]:
        with self.desk.store.read() as db:
            last = db.scalars(
                select(GroupSession)
                .where(GroupSession.voided.is_(None), GroupSession.counsellor == self.desk.user)
                .order_by(GroupSession.created_at.desc())
            ).first()
        known = last.as_json() if last is not None else {}
        return {
            **{name: known[name] for name in _REPEATED if name in known},
            "session_kind": "information",
            "held_on": self.desk.store.context().today.isoformat(),
        }

    def _open_form(self, form: InlineForm, about: UUID | None, answers: dict[str, Any]) -> None:
        self.leave()
        self._form = form
        form.closed.connect(partial(self._closed, form))
        inside = QWidget()
        around = column(form, None)
        around.setContentsMargins(SPACE * 6, SPACE * 5, SPACE * 6, SPACE * 4)
        inside.setLayout(around)
        self._editing.setWidget(inside)  # the one before is deleted
        self._stack.setCurrentIndex(1)
        form.open(about, answers)

    def _closed(self, form: InlineForm) -> None:
        if form is self._form:
            self._form = None
            self._show_calendar()


def _key_of(event: QKeyEvent) -> str:
    """Name the key pressed by its Latin letter, on a Latin or an Arabic keyboard."""
    letter = event.text().lower()
    return _ARABIC_KEYS.get(letter, letter)


def _range_text(first: date, last: date) -> str:
    from babel.dates import format_interval

    if first == last:
        words = day_text(first, "full")
    else:
        locale = {"ar": "ar_MA", "en": "en_GB"}.get(language(), language())
        words = format_interval(first, last, "yMMMd", locale=locale)
    return words[:1].upper() + words[1:]


register_screen(
    ScreenSpec(
        name="sessions",
        title=SessionsScreen.title,
        icon="ph.calendar-blank",
        order=30,
        roles=frozenset({"counsellor", "supervisor", "protection", "hq", "admin"}),
        build=SessionsScreen,
    )
)
