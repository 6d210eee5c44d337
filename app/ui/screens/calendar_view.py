"""Days side by side, each with what is on it: one entry has the keyboard, arrows do the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QPushButton, QSizePolicy, QWidget

from app.casework.agenda import Engagement
from app.formats import day_text
from app.i18n import N_, _, is_right_to_left, language
from app.ui.icons import icon
from app.ui.parts import OneLine, column, row, say
from app.ui.theme import SPACE

if TYPE_CHECKING:
    from app.ui.theme import Theme

WEEK: Final = 7
_WORKING: Final = 5
SIGNS: Final = {
    "appointment": ("ph.calendar-check", N_("Appointment")),
    "session": ("ph.chats", N_("Counselling session")),
    "group_session": ("ph.users-three", N_("Group session")),
    "training": ("ph.chalkboard-teacher", N_("Training")),
}


class CalendarEntry(QPushButton):
    """One engagement; Enter opens it, other keys belong to the calendar."""

    def __init__(
        self, engagement: Engagement, theme: Theme, press: Callable[[QKeyEvent], bool]
    ) -> None:
        super().__init__()
        self.engagement = engagement
        self._press = press
        sign, kind = SIGNS[engagement.what]
        self.setProperty("role", "entry")
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        words = [_(kind), engagement.when, engagement.title, engagement.detail]
        self.setAccessibleName(
            ", ".join(w for w in [day_text(engagement.day, "full"), *words] if w)
        )
        self.setToolTip(" · ".join(word for word in words if word))
        picture = say("")
        picture.setPixmap(icon(sign, theme, theme.accent).pixmap(QSize(16, 16)))
        head = row(picture, OneLine(engagement.when or _(kind), "caption"), spacing=1)
        head.setStretch(1, 1)
        inside = column(head, OneLine(engagement.title, "strong"), spacing=0)
        if engagement.detail:
            inside.addWidget(OneLine(engagement.detail, "caption"))
        inside.setContentsMargins(SPACE * 2, SPACE, SPACE * 2, SPACE)
        self.setLayout(inside)
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.sizeHint() if layout is not None else QSize()

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open at Enter; arrows go through the calendar, not from button to button."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif not self._press(event):
            super().keyPressEvent(event)


class CalendarView(QWidget):
    """A week, or one day.

    Up and down go to the entry before and after; left and right turn the page, as the language
    reads.

    Signals:
        opened: An ``Engagement``.
        turned: So many pages on, back when negative.
    """

    opened = Signal(object)
    turned = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.entries: list[CalendarEntry] = []
        self._days: list[QWidget] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Calendar"))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE * 2)

    def show_days(
        self, days: Sequence[date], engagements: Sequence[Engagement], today: date
    ) -> None:
        """Show these days; a weekend with nothing on it gives its room to the others."""
        had_focus = any(entry.hasFocus() for entry in self.entries)
        kept = next((e.engagement.record for e in self.entries if e.hasFocus()), None)
        if had_focus:
            self.setFocus()  # its entry goes away
        for old in self._days:
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        for number in range(self._grid.columnCount()):
            self._grid.setColumnStretch(number, 0)
        self.entries, self._days = [], []
        busy = {one.day for one in engagements}
        shown = [d for d in days if len(days) == 1 or d.weekday() < _WORKING or d in busy]
        for number, day in enumerate(shown):
            made = self._day(day, [one for one in engagements if one.day == day], day == today)
            self._grid.addWidget(made, 0, number)
            self._grid.setColumnStretch(number, 1)
            self._days.append(made)
        if had_focus:
            again = [e for e in self.entries if e.engagement.record == kept]
            next(iter([*again, *self.entries, self])).setFocus()

    def _day(self, day: date, engagements: Sequence[Engagement], is_today: bool) -> QFrame:
        frame = QFrame()
        frame.setProperty("role", "card")
        frame.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        title = say(day_heading(day), "chip" if is_today else "strong")
        inside = column(spacing=1)
        inside.setContentsMargins(SPACE, SPACE * 2, SPACE, SPACE * 2)
        head = row(title, None)
        head.setContentsMargins(SPACE * 2, 0, SPACE * 2, SPACE)
        inside.addLayout(head)
        for engagement in engagements:
            entry = CalendarEntry(engagement, self._theme, self.press)
            entry.clicked.connect(lambda _on=False, one=engagement: self.opened.emit(one))
            self.entries.append(entry)
            inside.addWidget(entry)
        if not engagements:
            nothing = say(_("Nothing"), "caption")
            nothing.setContentsMargins(SPACE * 2, 0, SPACE * 2, 0)
            inside.addWidget(nothing)
        inside.addStretch(1)
        frame.setLayout(inside)
        # The style sheet's own least height of a button would let its lines lie on one another.
        frame.setMinimumHeight(inside.sizeHint().height())
        frame.setAccessibleName(day_text(day, "full"))
        return frame

    @property
    def at(self) -> Engagement | None:
        """The engagement that has the keyboard."""
        return next((entry.engagement for entry in self.entries if entry.hasFocus()), None)

    def focus_first(self, day: date | None = None) -> None:
        """Bring the keyboard to the first entry, from ``day`` on when there is one."""
        later = [e for e in self.entries if day is None or e.engagement.day >= day]
        next(iter([*later, *self.entries, self])).setFocus(Qt.FocusReason.OtherFocusReason)

    def press(self, event: QKeyEvent) -> bool:
        """Take a key meant for the calendar; tells whether it was."""
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        key = Qt.Key(event.key())
        ahead, back = Qt.Key.Key_Right, Qt.Key.Key_Left
        if is_right_to_left():
            ahead, back = back, ahead
        pages = {ahead: 1, back: -1, Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if key in pages:
            self.turned.emit(pages[key])
        elif key in steps and self.entries:
            at = next((n for n, e in enumerate(self.entries) if e.hasFocus()), -1)
            to = at + steps[key] if at >= 0 else 0
            self.entries[max(0, min(to, len(self.entries) - 1))].setFocus(
                Qt.FocusReason.TabFocusReason
            )
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and self.entries:
            self.entries[0 if key == Qt.Key.Key_Home else -1].setFocus(
                Qt.FocusReason.TabFocusReason
            )
        else:
            return False
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move and turn; a scrolled page would take the arrows."""
        if not self.press(event):
            super().keyPressEvent(event)


def monday_of(day: date) -> date:
    """Give the first day of a day's week. Source: ISO 8601."""
    return day - timedelta(days=day.weekday())


def day_heading(day: date) -> str:
    """Name a day of a week, short: "Tue 24"."""
    from babel.dates import format_skeleton

    locale = {"ar": "ar_MA", "en": "en_GB"}.get(language(), language())
    return format_skeleton("EEEd", day, locale=locale)
