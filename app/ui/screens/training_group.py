"""One training group: who is in it, the roll call, and who completes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.casework.corrections import correct
from app.casework.training import complete, enrol, mark
from app.errors import SanadError
from app.formats import day_text
from app.i18n import _, ngettext
from app.models.training import Enrolment, TrainingGroup
from app.ui.forms import Form
from app.ui.icons import icon
from app.ui.inline_form import InlineForm
from app.ui.parts import button
from app.ui.screens.person_training import progress_text
from app.ui.screens.roll_call import Marking, RollCallModel, RollCallView
from app.ui.screens.training_file import GroupFile, Member, read_group
from app.ui.screens.training_members import MemberSearch
from app.ui.theme import SPACE
from app.ui.widgets.calendar import choose_day
from app.ui.widgets.texts import joined, label, placed

if TYPE_CHECKING:
    from app.ui.desk import Desk


class GroupPage(QWidget):
    """A group.

    Signals:
        left: Back to the list.
    """

    left = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._group: UUID | None = None
        self._member: Member | None = None
        self._title = label("", "heading1")
        self._facts = label("", "quiet")
        self.model = RollCallModel(desk.theme, desk.store.context().today)
        self.view = RollCallView(self.model)
        self.view.marked.connect(self.mark)
        self.view.reached.connect(self._show_member)
        self.search = MemberSearch(desk)
        self.search.hide()
        self.search.chosen.connect(self.enrol)
        self.search.closed.connect(self.view.setFocus)
        self._form = self._correction()
        self._form.closed.connect(self._edited)
        self._editing = QScrollArea()
        self._editing.setWidgetResizable(True)
        self._editing.setWidget(self._form)
        self._editing.hide()
        self._other_days: frozenset[date] = frozenset()
        self._hint = label(
            _(
                "Space: present or absent · 1 present · 2 late · 3 excused · 4 absent · "
                "Ctrl+Space: everyone else present · letters go to a name"
            ),
            "caption",
        )
        self._empty = label(
            _("Nobody is in this group yet. Add people, then call the roll here."), "quiet"
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE * 6, SPACE * 4, SPACE * 6, SPACE * 4)
        column.setSpacing(SPACE * 3)
        column.addLayout(self._heading())
        for part in (self._facts, self.search, self._empty):
            column.addWidget(part)
        column.addWidget(self._editing, 1)
        column.addWidget(self.view, 1)
        column.addWidget(self._hint)
        column.addWidget(self._member_bar())
        column.addStretch(0)

    def _heading(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE * 2)
        back = button(_("All groups"), "quiet")
        back.clicked.connect(self.left)
        edit = button(_("Correct"))
        edit.clicked.connect(self.edit)
        self.everyone = button(_("Everyone else present"))
        self.everyone.setToolTip(_("Ctrl+Space"))
        self.everyone.clicked.connect(self._everyone)
        self.other_day = button(_("Another day"))
        self.other_day.setToolTip(_("Show a day that was not planned"))
        self.other_day.clicked.connect(self._choose_day)
        self.add = button(_("Add people"), "primary")
        self.add.setIcon(icon("ph.user-plus", self._desk.theme, self._desk.theme.on_accent))
        self.add.clicked.connect(self.search.open)
        row.addWidget(self._title, 1)
        for part in (back, edit, self.other_day, self.everyone, self.add):
            row.addWidget(part)
        return row

    def _member_bar(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("role", "card")
        self._who = label("")
        self._reason = label("", "caption")
        self.complete_button = QPushButton(_("Complete"))
        self.complete_button.clicked.connect(self.complete_member)
        self.complete_all = QPushButton()
        self.complete_all.clicked.connect(self._complete_all)
        show = QPushButton(_("Open the file"))
        show.setProperty("role", "quiet")
        show.clicked.connect(self._open_file)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._who)
        words.addWidget(self._reason)
        row = QHBoxLayout(bar)
        row.setContentsMargins(SPACE * 4, SPACE * 2, SPACE * 4, SPACE * 2)
        row.setSpacing(SPACE * 2)
        row.addLayout(words, 1)
        for part in (show, self.complete_button, self.complete_all):
            row.addWidget(part)
        self._bar = bar
        return bar

    def _correction(self) -> InlineForm:
        def save(db: Any, answers: dict[str, Any]) -> object:
            if self._group is None:
                raise LookupError("no group is shown")
            return correct(db, TrainingGroup, self._group, answers)

        return InlineForm(
            self._desk, "training", Form.of(self._desk, TrainingGroup),
            title=_("Training group"), save_label=_("Save"), save=save, is_correction=True,
        )  # fmt: skip

    # -- showing ---------------------------------------------------------------------------

    def show_group(self, group: UUID) -> bool:
        """Show a group; tells whether it is on this computer."""
        if group != self._group:
            self._member = None
            self._form.leave()
            self._form.hide()
            self._editing.hide()
            self._other_days = frozenset()
            self.search.hide()
        self._group = group
        file = read_group(self._desk.store, group, self._other_days)
        if file is None:
            return False
        self._show(file)
        return True

    def _show(self, file: GroupFile) -> None:
        group = file.group
        self._title.setText(placed(group.summary))
        days = " – ".join(day_text(d, "medium") for d in (group.starts, group.ends) if d)
        places = ""
        if group.capacity:
            taken = sum(1 for member in file.members if member.is_in)
            places = _("{taken} of {places} places taken").format(
                taken=taken, places=group.capacity
            )
        curriculum = file.curriculum.summary if file.curriculum else ""
        self._facts.setText(
            placed(joined(curriculum, days, group.place or "", group.trainer or "", places))
        )
        self.model.show(file)
        has_members = bool(file.members)
        widest = max(
            (self.view.fontMetrics().horizontalAdvance(m.name) for m in file.members), default=0
        )
        self.view.verticalHeader().setFixedWidth(min(max(widest + 32, 140), 320))
        is_reading = self._form.isHidden()
        for part in (self.view, self._hint, self._bar, self.everyone, self.other_day):
            part.setVisible(has_members and is_reading)
        self._empty.setVisible(not has_members and is_reading)
        row = self.view.currentIndex().row()
        self._show_member(file.members[row] if 0 <= row < len(file.members) else None)

    def focus(self) -> None:
        """Bring the keyboard to the roll call, or to the search while nobody is there."""
        if self.model.members:
            self.view.setFocus()
        else:
            self.search.open()

    def leave(self) -> None:
        """Keep what is being typed."""
        self._form.leave()

    def _show_member(self, member: Member | None) -> None:
        self._member = member
        ready = [m for m in self.model.members if _may_complete(m)]
        self.complete_all.setVisible(len(ready) > 1)
        text = ngettext("Complete {count} person", "Complete {count} people", len(ready))
        self.complete_all.setText(text.format(count=len(ready)))
        if member is None:
            self._who.setText("")
            self._reason.setText("")
            self.complete_button.setEnabled(False)
            return
        self._who.setText(placed(joined(member.name, *member.other_names)))
        reason = progress_text(member.progress)
        if member.enrolment.state != "enrolled":
            reason = joined(member.enrolment.shown("state"), reason)
        self._reason.setText(placed(reason))
        self.complete_button.setEnabled(_may_complete(member))
        self.complete_button.setToolTip("" if _may_complete(member) else reason)
        self.complete_button.setAccessibleDescription(reason)

    # -- doing -----------------------------------------------------------------------------

    def mark(self, markings: list[Marking]) -> None:
        """Save marks at once."""

        def save(db: Any) -> None:
            for member, (held_on, half_day), attendance in markings:
                mark(db, member.enrolment.id, held_on, half_day, attendance)

        self._save(save)

    def enrol(self, person: UUID) -> None:
        """Give a person a place."""
        group = self._group
        if group is not None:
            self._save(lambda db: enrol(db, group, person))

    def complete_member(self) -> None:
        """Note that the person under the cursor completed the training."""
        if self._member is not None:
            enrolment = self._member.enrolment.id
            self._save(lambda db: complete(db, db.get_one(Enrolment, enrolment)))

    def _complete_all(self) -> None:
        ready = [m.enrolment.id for m in self.model.members if _may_complete(m)]

        def save(db: Any) -> None:
            for enrolment in ready:
                complete(db, db.get_one(Enrolment, enrolment))

        self._save(save)

    def _save(self, save: Any) -> None:
        try:
            with self._desk.store.write(self._desk.user) as db:
                save(db)
        except SanadError as error:
            self._desk.explain(error)
            return
        if self._group is not None:
            self.show_group(self._group)  # at once: the next key acts on what is shown

    def _everyone(self) -> None:
        self.view.mark_column()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def edit(self) -> None:
        """Open the group's answers to be corrected."""
        file = self.model.file
        if file is not None:
            self._editing.show()
            self._form.open(file.group.id, file.group.as_json())
            self._show(file)

    def _edited(self) -> None:
        self._editing.hide()
        if self._group is not None:
            self.show_group(self._group)
        self.focus()

    def add_day(self, day: date) -> None:
        """Show a day that was not planned, to be marked."""
        self._other_days |= {day}
        if self._group is not None and self.show_group(self._group):
            self.view.go(max(self.view.currentIndex().row(), 0), self._column_of(day))
            self.view.setFocus()

    def _column_of(self, day: date) -> int:
        return next((i for i, at in enumerate(self.model.half_days) if at[0] == day), 0)

    def _choose_day(self) -> None:
        today = self._desk.store.context().today
        place = self.other_day.mapToGlobal(self.other_day.rect().bottomLeft())
        choose_day(self.other_day, place, today, self.add_day, latest=today)

    def _open_file(self) -> None:
        if self._member is not None:
            self._desk.open_person(self._member.enrolment.person, "training")


def _may_complete(member: Member) -> bool:
    return member.enrolment.state == "enrolled" and member.progress.is_enough
