"""A calendar that opens at a place, takes one day and goes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QDate, QPoint, Qt
from PySide6.QtWidgets import QCalendarWidget, QMenu, QWidget, QWidgetAction


def choose_day(
    parent: QWidget,
    place: QPoint,
    chosen: date | None,
    take: Callable[[date], None],
    *,
    latest: date | None = None,
) -> QCalendarWidget:
    """Open a calendar and return at once; ``take`` is called with the day chosen.

    Args:
        place: On the screen.
        chosen: Marked at first.
        latest: Days after it cannot be chosen.
    """
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    calendar = QCalendarWidget()
    if latest is not None:
        calendar.setMaximumDate(QDate(latest.year, latest.month, latest.day))
    if chosen is not None:
        calendar.setSelectedDate(QDate(chosen.year, chosen.month, chosen.day))
    item = QWidgetAction(menu)
    item.setDefaultWidget(calendar)
    menu.addAction(item)

    def picked(day: QDate) -> None:
        menu.close()
        take(date(day.year(), day.month(), day.day()))

    calendar.clicked.connect(picked)
    calendar.activated.connect(picked)
    menu.popup(place)
    calendar.setFocus()
    return calendar
