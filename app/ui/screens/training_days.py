"""The half-days of a training group: what is taught when, moved, added and made up for."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.casework.corrections import correct
from app.casework.training_calendar import add_half_day, plan
from app.errors import SanadError
from app.formats import day_text, number_text
from app.i18n import _, isolate
from app.models.training import HALF_DAYS, TrainingGroup, TrainingSession
from app.ui.forms import Form
from app.ui.inline_form import InlineForm
from app.ui.parts import button
from app.ui.screens.training_file import GroupFile
from app.ui.tables import TRAILING, Column, LazyTableModel, table_view
from app.ui.theme import SPACE
from app.ui.widgets.calendar import choose_day
from app.ui.widgets.texts import label

if TYPE_CHECKING:
    from app.ui.desk import Desk

FORM = "training.half_day"
"""Name of the draft of a half-day being corrected."""


class HalfDaysPanel(QWidget):
    """The half-days as a list; Enter opens one to be corrected.

    Signals:
        saved: Something was changed.
    """

    saved = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._file: GroupFile | None = None
        self._form: InlineForm | None = None
        self._session: UUID | None = None
        self.model: LazyTableModel[TrainingSession] = LazyTableModel(self._columns(), self._page)
        self.table = table_view(self.model, _("Half-day plan"))
        self.table.activated.connect(self._open)
        self.table.doubleClicked.connect(self._open)
        self._hint = label("", "warning")
        self._editing = QScrollArea()
        self._editing.setWidgetResizable(True)
        self._editing.hide()
        self.add = button(_("Add a half-day"))
        self.add.clicked.connect(partial(self._choose, self.add, False))
        self.make_up = button(_("Add a make-up"))
        self.make_up.setToolTip(_("For those who were away on the half-day that is marked"))
        self.make_up.clicked.connect(partial(self._choose, self.make_up, True))
        self.plan = button(_("Plan the half-days anew"))
        self.plan.clicked.connect(self.plan_anew)
        self._list = QWidget()
        row = QHBoxLayout()
        row.setSpacing(SPACE * 2)
        row.addWidget(self._hint, 1)
        for part in (self.plan, self.make_up, self.add):
            row.addWidget(part)
        listed = QVBoxLayout(self._list)
        listed.setContentsMargins(0, 0, 0, 0)
        listed.setSpacing(SPACE * 3)
        listed.addLayout(row)
        listed.addWidget(self.table, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._editing, 1)
        column.addWidget(self._list, 1)

    def show_file(self, file: GroupFile) -> None:
        """Show the half-days of a group."""
        is_other = self._file is None or self._file.group.id != file.group.id
        at = self.table.currentIndex().row()
        self._file = file
        if is_other:
            self.leave()
            self._edit(False)
            at = 0
        self.model.show()
        if self.model.rowCount():
            self.table.setCurrentIndex(
                self.model.index(min(max(at, 0), self.model.rowCount() - 1), 0)
            )
        planned, asked = (
            file.planned_minutes,
            (file.curriculum.hours or 0) * 60 if file.curriculum else 0,
        )
        self._hint.setText(
            ""
            if planned >= asked
            else _("{planned} of {hours} hours are planned. Add half-days.").format(
                planned=isolate(number_text(round(planned / 60, 1))),
                hours=isolate(number_text(asked // 60)),
            )
        )
        self.make_up.setEnabled(bool(self.model.rowCount()))

    def focus(self) -> None:
        """Bring the keyboard to the list."""
        (self.table if self.model.rowCount() else self.add).setFocus()

    def leave(self) -> None:
        """Keep what is being typed."""
        if self._form is not None:
            self._form.leave()

    @property
    def marked(self) -> TrainingSession | None:
        """The half-day whose line is marked."""
        index = self.table.currentIndex()
        return self.model.row(index.row()) if index.isValid() else None

    # -- doing -----------------------------------------------------------------------------

    def correct(self, session: UUID) -> None:
        """Open a half-day to be corrected."""
        file = self._file
        found = next((s for s in file.sessions.values() if s.id == session), None) if file else None
        if file is None or found is None:
            return
        self.leave()
        self._session = session
        others = [
            (str(s.id), s.summary) for s in self.model.rows() if not s.is_makeup and s.id != session
        ]
        modules = [(str(module), name) for module, name in file.modules.items()]
        form = Form.of(self._desk, TrainingSession, offered={"makes_up": others, "module": modules})
        self._form = InlineForm(
            self._desk, FORM, form, title=_("Training half-day"), save_label=_("Save"),
            save=self._save, is_correction=True,
        )  # fmt: skip
        self._form.closed.connect(self._closed)
        self._editing.setWidget(self._form)  # the one before is deleted
        self._edit(True)
        self._form.open(session, found.as_json())

    def add_on(self, day: date, makes_up: UUID | None = None) -> None:
        """Add a half-day on a day and open it; the morning, or the afternoon when it is taken."""
        file = self._file
        if file is None:
            return
        taken = {half for on, half in file.sessions if on == day}
        half_day = next((h for h in HALF_DAYS.codes() if h not in taken), HALF_DAYS.codes()[0])
        answers: dict[str, Any] = {"held_on": day.isoformat(), "half_day": half_day}
        if makes_up is not None:
            missed = next(s for s in file.sessions.values() if s.id == makes_up)
            answers |= {
                "makes_up": str(makes_up), "minutes": missed.minutes,
                "module": str(missed.module) if missed.module else None,
            }  # fmt: skip
        group = file.group.id
        made: list[UUID] = []
        given = {name: answer for name, answer in answers.items() if answer is not None}
        if self._write(lambda db: made.append(add_half_day(db, group, given).id)):
            self.correct(made[0])

    def plan_anew(self) -> None:
        """Bring the half-days in line with the dates of the group."""
        if self._file is not None:
            group = self._file.group.id
            self._write(lambda db: plan(db, db.get_one(TrainingGroup, group)))

    def _choose(self, beside: QWidget, is_makeup: bool) -> None:
        marked = self.marked
        if is_makeup and (marked is None or marked.is_makeup):
            self._desk.say(_("Go to the half-day that was missed, then add its make-up."))
            return
        missed = marked.id if is_makeup and marked is not None else None
        last = max((s.held_on for s in self.model.rows() if s.held_on), default=None)
        place = beside.mapToGlobal(beside.rect().bottomLeft())
        choose_day(
            beside, place, last or self._desk.store.context().today,
            lambda day: self.add_on(day, missed),
        )  # fmt: skip

    def _save(self, db: Any, answers: dict[str, Any]) -> object:
        if self._session is None:
            raise LookupError("no half-day is being corrected")
        return correct(db, TrainingSession, self._session, answers)

    def _write(self, save: Any) -> bool:
        try:
            with self._desk.store.write(self._desk.user) as db:
                save(db)
        except SanadError as error:
            self._desk.explain(error)
            return False
        self.saved.emit()
        return True

    def _edit(self, is_editing: bool) -> None:
        self._editing.setVisible(is_editing)
        self._list.setVisible(not is_editing)

    def _closed(self) -> None:
        self._edit(False)
        self.saved.emit()
        self.focus()

    def _open(self, index: QModelIndex) -> None:
        self.correct(self.model.row(index.row()).id)

    # -- the list --------------------------------------------------------------------------

    def _page(self, after: TrainingSession | None, _count: int) -> list[TrainingSession]:
        if after is not None or self._file is None:
            return []
        return [self._file.sessions[at] for at in self._file.half_days if at in self._file.sessions]

    def _columns(self) -> list[Column[TrainingSession]]:
        return [
            Column(_("Date"), _day, 26),
            Column(_("Half-day"), lambda s: s.shown("half_day"), 12),
            Column(_("Module"), self._module),
            Column(_("Hours"), _hours, 7, TRAILING),
            Column(_("Room"), lambda s: isolate(self._of(s, "room")), 14, yields=1),
            Column(_("Trainer"), lambda s: isolate(self._of(s, "trainer")), 18, yields=2),
        ]

    def _of(self, session: TrainingSession, name: str) -> str:
        own = getattr(session, name) or (getattr(self._file.group, name) if self._file else None)
        return own or ""

    def _module(self, session: TrainingSession) -> str:
        name = self._file.modules.get(session.module, "") if self._file and session.module else ""
        if not session.is_makeup or self._file is None:
            return name
        missed = [s for s in self._file.sessions.values() if s.id == session.makes_up]
        when = missed[0].summary if missed else ""
        return _("Make-up of {half_day}").format(half_day=isolate(when))


def _day(session: TrainingSession) -> str:
    return day_text(session.held_on, "full") if session.held_on else ""


def _hours(session: TrainingSession) -> str:
    return isolate(number_text(round((session.minutes or 0) / 60, 1)))
