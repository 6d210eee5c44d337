"""Controls for dates: one line that understands what people write, and says how."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QIcon, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from app.formats import age_text, day_text, moment_text, partial_date_text
from app.i18n import _, is_right_to_left
from app.models.date_types import Day, PartialDay
from app.models.types import Context
from app.models.values import PartialDate
from app.ui.widgets.calendar import choose_day
from app.ui.widgets.control import LineControl
from app.ui.widgets.written_dates import (
    read_day,
    read_moment,
    read_partial,
    write_moment,
    write_partial,
)

_MORNING: Final = "09:00"


class _DateLine(LineControl):
    """A line of text that means a date."""

    def __init__(self, read: Callable[[str], str | None], write: Callable[[str], str]) -> None:
        super().__init__(runs_left_to_right=True)
        self._read = read
        self._write = write
        # An age was stated on its own day: the same text must go on meaning that day.
        self._shown: tuple[str, str] | None = None

    def answer(self) -> Any:
        """Give what the text means; the text itself when it means no date."""
        typed = self.edit.text().strip()
        if not typed:
            return None
        if self._shown is not None and self._shown[0] == typed:
            return self._shown[1]
        return self._read(typed) or typed

    def set_answer(self, value: Any) -> None:
        """Show a date as it is typed."""
        text = "" if value is None else str(value)
        try:
            written = self._write(text) if text else ""
            self._shown = (written, text)
        except ValueError:
            written, self._shown = text, None
        self.show_text(written)


class PartialDateControl(_DateLine):
    """A date as far as it is known, or an age."""

    def __init__(self, type_: PartialDay, context: Context) -> None:
        super().__init__(
            lambda text: read_partial(
                text, context.today, past=type_.past, takes_age=type_.takes_age
            ),
            write_partial,
        )
        self._today = context.today
        self._takes_age = type_.takes_age

    def understood(self) -> str:
        """Write the date out, and the age it makes."""
        answer = self.answer()
        try:
            value = PartialDate(answer)
        except (TypeError, ValueError):
            return ""
        written = partial_date_text(value)
        if not self._takes_age or value.earliest > self._today:
            return written
        return _("{date} – {age}").format(date=written, age=age_text(value, self._today))


class _StepLine(_DateLine):
    """A date that Up and Down move, with a calendar to point at."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by a day, or by a week with Page keys."""
        steps = {
            Qt.Key.Key_Up: 1,
            Qt.Key.Key_Down: -1,
            Qt.Key.Key_PageUp: 7,
            Qt.Key.Key_PageDown: -7,
        }
        days = steps.get(Qt.Key(event.key()))
        if days is None:
            super().keyPressEvent(event)
            return
        self._move(days)

    def _move(self, days: int) -> None:
        raise NotImplementedError

    def _pick(self, day: date) -> None:
        raise NotImplementedError

    def _chosen_day(self) -> date | None:
        raise NotImplementedError

    def offer_calendar(self, icon: QIcon) -> None:
        """Put a calendar behind a button in the line."""
        action = QAction(icon, _("Calendar"), self)
        action.triggered.connect(self._open_calendar)
        # The line runs from the left in every language; in Arabic its reading end is the left.
        end = QLineEdit.ActionPosition.TrailingPosition
        if is_right_to_left():
            end = QLineEdit.ActionPosition.LeadingPosition
        self.edit.addAction(action, end)

    def _open_calendar(self) -> None:
        def take(day: date) -> None:
            self._pick(day)
            self.edited.emit()

        place = self.edit.mapToGlobal(self.edit.rect().bottomLeft())
        choose_day(self, place, self._chosen_day(), take)


class DayControl(_StepLine):
    """One day of the calendar."""

    def __init__(self, type_: Day, context: Context) -> None:
        super().__init__(lambda text: read_day(text, context.today, past=type_.past), write_partial)
        self._today = context.today
        self.edit.setPlaceholderText(_("day/month/year"))

    def understood(self) -> str:
        """Write the day out with its weekday."""
        day = self._chosen_day()
        return "" if day is None else day_text(day, "full")

    def _chosen_day(self) -> date | None:
        try:
            return date.fromisoformat(self.answer())
        except (TypeError, ValueError):
            return None

    def _pick(self, day: date) -> None:
        self.set_answer(day.isoformat())

    def _move(self, days: int) -> None:
        day = self._chosen_day()
        self._pick(self._today if day is None else day + timedelta(days=days))
        self.edited.emit()


class MomentControl(_StepLine):
    """A day and time at the office."""

    def __init__(self, context: Context) -> None:
        super().__init__(lambda text: read_moment(text, context.today), write_moment)
        self._today = context.today
        self.edit.setPlaceholderText(_("day/month hour:minute"))

    def understood(self) -> str:
        """Write the moment out with its weekday."""
        moment = self._moment()
        return "" if moment is None else moment_text(moment, "full")

    def _moment(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self.answer())
        except (TypeError, ValueError):
            return None

    def _chosen_day(self) -> date | None:
        moment = self._moment()
        return None if moment is None else moment.date()

    def _pick(self, day: date) -> None:
        moment = self._moment()
        clock = _MORNING if moment is None else moment.strftime("%H:%M")
        self.set_answer(f"{day.isoformat()}T{clock}")

    def _move(self, days: int) -> None:
        day = self._chosen_day()
        self._pick((day or self._today) + timedelta(days=days if day else max(days, 1)))
        self.edited.emit()
