"""Beside a registration: people on file who may be the same, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.casework.likely_duplicates import LikelyDuplicate, Sought, likely_duplicates
from app.formats import age_text
from app.i18n import _, ngettext
from app.models.choices import COUNTRIES
from app.ui.theme import SPACE
from app.ui.widgets.alive import while_alive
from app.ui.widgets.texts import joined, label

if TYPE_CHECKING:
    from app.ui.desk import Desk

_DEBOUNCE_MS: Final = 300
_WIDTH_PX: Final = 264


class DuplicatesPanel(QScrollArea):
    """Looks while a name is typed, without holding the typing up.

    Signals:
        found: How many were found.
    """

    found = Signal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._sought: Sought | None = None
        self.has_found = False
        self.setWidgetResizable(True)
        self.setFixedWidth(round(_WIDTH_PX * min(desk.preferences.text_scale, 1.3)))
        self.setAccessibleName(_("People who may be the same"))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DEBOUNCE_MS)
        self._timer.timeout.connect(self._look)
        self.show_found([])

    def seek(self, sought: Sought) -> None:
        """Look for this person in a moment."""
        if sought != self._sought:
            self._sought = sought
            self._timer.start()

    def rest(self) -> None:
        """Stop looking until asked again."""
        self._timer.stop()
        self._sought = None

    def _look(self) -> None:
        sought = self._sought
        if sought is None or not (sought.names or sought.phones):
            self.show_found([])
            return
        store = self._desk.store

        def done(found: list[LikelyDuplicate]) -> None:
            if sought == self._sought:  # typed on meanwhile: a later answer is on its way
                self.show_found(found)

        self._desk.tasks.run(
            _("Looking for the same person"),
            lambda _progress: likely_duplicates(store, sought),
            while_alive(self, done),
            is_quiet=True,
        )

    def show_found(self, found: list[LikelyDuplicate]) -> None:
        """Show who was found."""
        paper = QWidget()
        paper.setProperty("role", "page")
        column = QVBoxLayout(paper)
        column.setContentsMargins(SPACE, SPACE * 4, SPACE * 4, SPACE * 4)
        column.setSpacing(SPACE * 3)
        if found:
            title = ngettext(
                "{count} person may be the same", "{count} people may be the same", len(found)
            )
            column.addWidget(label(title.format(count=len(found)), "heading2"))
        else:
            column.addWidget(
                label(_("People already on file who may be the same appear here."), "caption")
            )
        for likely in found:
            column.addWidget(self._card(likely))
        column.addStretch(1)
        self.setWidget(paper)
        self.has_found = bool(found)
        self.found.emit(len(found))

    def _card(self, likely: LikelyDuplicate) -> QFrame:
        card = QFrame()
        card.setProperty("role", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, SPACE * 2)
        column.setSpacing(SPACE)
        for name in likely.names:
            written = label(name)
            font = written.font()
            font.setBold(True)
            written.setFont(font)
            column.addWidget(written)
        today = self._desk.store.context().today
        age = age_text(likely.birth, today) if likely.birth else ""
        countries = [COUNTRIES.label(code) for code in sorted(likely.nationalities)]
        column.addWidget(label(joined(age, *countries), "caption"))
        for reason in likely.reasons:
            column.addWidget(label(f"– {reason}"))
        open_file = QPushButton(_("Open this file"))
        open_file.setProperty("role", "quiet")
        name = likely.names[0] if likely.names else ""
        open_file.setAccessibleName(_("Open the file of {name}").format(name=name))
        open_file.clicked.connect(lambda: self._open(likely.person))
        column.addWidget(open_file)
        return card

    def _open(self, person: UUID) -> None:
        self._desk.open_person(person)
