"""A person's file: what happened and what is agreed, in one line of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.casework.sessions import schedule, settle_appointment
from app.casework.timeline import Happening
from app.errors import SanadError
from app.formats import day_text, moment_text
from app.i18n import _
from app.models.appointments import Appointment
from app.models.record import kinds
from app.ui.forms import Form
from app.ui.icons import icon
from app.ui.inline_form import InlineForm
from app.ui.screens.person_section import FileSection, about_person, stamps
from app.ui.theme import SPACE
from app.ui.widgets.texts import label, placed

if TYPE_CHECKING:
    from datetime import date

    from app.ui.desk import Desk
    from app.ui.screens.person_file import PersonFile

_ICONS: Final = {
    "registered": "ph.user-plus",
    "consent": "ph.handshake",
    "case": "ph.folder-simple",
    "session": "ph.chats-circle",
    "appointment": "ph.calendar-check",
    "training": "ph.chalkboard-teacher",
    "paper": "ph.paperclip",
}
_SECTION_ICONS: Final = {
    "intake": "ph.clipboard-text",
    "cases": "ph.folder-simple",
    "counselling": "ph.chats-circle",
    "training": "ph.chalkboard-teacher",
    "plan": "ph.storefront",
    "travel": "ph.airplane-takeoff",
    "follow_up": "ph.house-line",
}
_OTHER_ICON: Final = "ph.circle"
_FIRST_SHOWN: Final = 20


class OverviewSection(FileSection):
    """All contacts, the latest first; what is to come stands before."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "overview")
        self.button(_("Make an appointment"), self.add, "ph.calendar-plus")
        form = Form.of(desk, Appointment, leaving_out=["person", "state", "counsellor"])
        self._form = self.hold(
            InlineForm(
                desk, "person.appointment", form, title=_("Appointment"),
                save_label=_("Save"), save=about_person(self, _schedule),
            )
        )  # fmt: skip
        self.body.addWidget(self._form)
        self._list = QVBoxLayout()
        self._list.setSpacing(SPACE * 2)
        self.body.addLayout(self._list)
        self._rows: list[QWidget] = []
        self._shows_all = False
        self._day_width = 0

    def add(self) -> None:
        """Open the form of an appointment."""
        if self.file is not None:
            self._form.open(self.file.person.id, {"purpose": "counselling"})

    def own(self, file: PersonFile) -> object:
        """The line of time is shown from what happened."""
        return file.happenings, stamps(file.appointments), self.desk.store.context().today

    def set_file(self, file: PersonFile) -> None:
        """Take in a file; of another person the latest is shown first."""
        if self.file is not None and self.file.person.id != file.person.id:
            self._shows_all = False
        super().set_file(file)

    def refresh(self, file: PersonFile) -> None:
        """Show the line of time."""
        for row in self._rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        planned = {a.id for a in file.appointments if a.state == "planned"}
        today = self.desk.store.context().today
        self._day_width = max(
            (self.fontMetrics().horizontalAdvance(_when(h.at)) for h in file.happenings), default=0
        )
        most = len(file.happenings) if self._shows_all else _FIRST_SHOWN
        self._rows = [self._row(happening, planned, today) for happening in file.happenings[:most]]
        if len(file.happenings) > most:
            more = QPushButton(_("Show all that happened"))
            more.setProperty("role", "quiet")
            more.clicked.connect(self._show_all)
            self._rows.append(more)
        for row in self._rows:
            self._list.addWidget(row)

    def _show_all(self) -> None:
        self._shows_all = True
        if self.file is not None:
            self.refresh(self.file)

    def _row(self, happening: Happening, planned: set[UUID], today: date) -> QWidget:
        row = QWidget()
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(SPACE * 3)
        when = _when(happening.at)
        day = QLabel(placed(when))
        day.setProperty("role", "caption")
        day.setMinimumWidth(self._day_width)
        sign = QLabel()
        sign.setPixmap(
            icon(_icon_of(happening), self.desk.theme, self.desk.theme.accent).pixmap(QSize(18, 18))
        )
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(label(happening.title))
        if happening.detail:
            words.addWidget(label(happening.detail, "caption"))
        across.addWidget(day)
        across.addWidget(sign)
        across.addLayout(words, 1)
        if happening.record in planned:
            if happening.at[:10] > today.isoformat():
                choices = [(_("Cancel it"), "cancelled")]
            else:
                choices = [(_("Came"), "kept"), (_("Did not come"), "missed")]
            for text, state in choices:
                across.addWidget(self._settling(happening, text, state))
        row.setAccessibleName(f"{when}: {happening.title}. {happening.detail}")
        return row

    def _settling(self, happening: Happening, text: str, state: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("role", "quiet")
        button.setAccessibleName(f"{text}: {happening.title}")
        button.clicked.connect(lambda: self._settle(happening.record, state))
        return button

    def _settle(self, appointment: UUID, state: str) -> None:
        try:
            with self.desk.store.write(self.desk.user) as db:
                settle_appointment(db.get_one(Appointment, appointment), state)
        except SanadError as error:
            self.desk.explain(error)


def _schedule(db: Any, person: UUID, answers: dict[str, Any]) -> object:
    return schedule(db, person, at=answers.pop("at"), purpose=answers.pop("purpose"), **answers)


def _icon_of(happening: Happening) -> str:
    if happening.what in _ICONS:
        return _ICONS[happening.what]
    kind = kinds().get(happening.what)
    filed = kind.filed if kind is not None else None
    return _SECTION_ICONS.get(filed.section, _OTHER_ICON) if filed else _OTHER_ICON


def _when(at: str) -> str:
    from datetime import date

    return moment_text(at) if "T" in at else day_text(date.fromisoformat(at), "medium")
