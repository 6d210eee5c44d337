"""Today: who is expected, what was begun, who waits, what has arrived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Final

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from app.casework.people_list import PersonLine
from app.casework.today import Expected, Waiting, draft_name, expected, person_of, waiting
from app.formats import day_text, time_text
from app.i18n import N_, _, isolate, ngettext
from app.models.appointments import PURPOSES
from app.models.drafts import Draft, drafts_of
from app.models.record import kinds
from app.models.store import Changed
from app.sync.status import SyncStatus, sync_status
from app.ui.desk import Desk
from app.ui.entries import Block, Entry, day_line
from app.ui.parts import button, column, row, say, scrolled
from app.ui.screen import Screen, ScreenSpec, register_screen, screens
from app.ui.theme import SPACE
from app.ui.wording import facts, lately, nationality_text

_DAYS = 7
_MOST_DRAFTS = 6
_MOST_WAITING = 12
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
            waiting=waiting(db, desk.user, today, _MOST_WAITING),
            drafts=names,
            sync=sync_status(desk.store),
        )


class TodayScreen(Screen):
    """Where the day begins."""

    title = N_("Today")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._is_stale = True
        self._date = say("", "heading1")
        self._count = say("", "quiet")
        register = button(_("New person"), "primary", name="today-new-person")
        register.setToolTip(_("Ctrl+N"))
        register.clicked.connect(lambda: desk.show_screen("registration"))
        self.expected = Block(_("Appointments"))
        self.drafts = Block(_("Begun and not finished"))
        self.waiting = Block(_("Waiting for you"))
        self.arrived = Block(_("From headquarters"))
        page = QWidget()
        leading = column(self.expected, None)
        trailing = column(self.drafts, self.waiting, self.arrived, None, spacing=6)
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
        """Read the day anew."""
        self._is_stale = False
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
        self._fill_drafts(day)
        self._fill_waiting(day)
        self._fill_arrived(day)

    def _note(self, _changed: Changed) -> None:
        self._is_stale = True
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

    def _fill_drafts(self, day: Day) -> None:
        now = datetime.now(UTC)
        self.drafts.fill(
            [
                Entry(
                    name or _("No name yet"),
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
    if draft.about is None:
        desk.show_screen(draft.form if draft.form in screens() else "registration")
        return
    if draft.form in screens():
        desk.show_screen(draft.form, about=draft.about)
        return
    with desk.store.read() as db:
        person = person_of(db, draft.about)
    desk.open_person(person.id if person else draft.about, draft.form)


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
