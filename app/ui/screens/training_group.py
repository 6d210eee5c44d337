"""One training group: who is in it, the roll call, its half-days, and who completes."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.casework.certificates import certify
from app.casework.people import display_names
from app.casework.training import correct_group, enrol, mark
from app.casework.verbs import Verb, act, verb_named, verbs_of
from app.errors import Refused, SanadError
from app.formats import day_text
from app.i18n import _, isolate, ngettext
from app.models.layout import Section
from app.models.training import Enrolment, TrainingGroup
from app.ui.forms import Form
from app.ui.icons import icon
from app.ui.inline_form import InlineForm
from app.ui.parts import button, chooses
from app.ui.screens.person_training import enrolment_form
from app.ui.screens.roll_call import Marking, RollCallModel, RollCallView, Score
from app.ui.screens.training_days import FORM as HALF_DAY_FORM
from app.ui.screens.training_days import HalfDaysPanel
from app.ui.screens.training_file import GroupFile, Member, read_group
from app.ui.screens.training_member import MemberBar
from app.ui.screens.training_members import MemberSearch
from app.ui.theme import SPACE
from app.ui.widgets.calendar import choose_day
from app.ui.widgets.texts import joined, label, placed

if TYPE_CHECKING:
    from app.ui.desk import Desk

# Begun here, it is taken up in the person's file: nothing is on file yet that names the group.
ENROL_FORM = "person.enrolment"
_ASK_WHY = frozenset({"prerequisite", "business_needed"})


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
        self._title = label("", "heading1")
        self._facts = label("", "quiet")
        self._warning = label("", "warning")
        self.model = RollCallModel(desk.theme, desk.store.context().today)
        self.model.scored.connect(self.score)
        self.view = RollCallView(self.model)
        self.view.marked.connect(self.mark)
        self.view.reached.connect(self._show_member)
        self.search = MemberSearch(desk)
        self.search.hide()
        self.search.chosen.connect(self.enrol)
        self.search.closed.connect(self.view.setFocus)
        self.days = HalfDaysPanel(desk)
        self.days.saved.connect(self._again)
        self._form: InlineForm | None = None
        self._editing = QScrollArea()
        self._editing.setWidgetResizable(True)
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
        self.bar = MemberBar(desk)
        self.bar.acted.connect(self.act)
        self.bar.certified.connect(self.certify)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE * 6, SPACE * 4, SPACE * 6, SPACE * 4)
        column.setSpacing(SPACE * 3)
        column.addLayout(self._heading())
        column.addWidget(self._facts)
        column.addWidget(self._warning)
        column.addLayout(self._tools())
        for part in (self.search, self._empty):
            column.addWidget(part)
        column.addWidget(self._editing, 1)
        column.addWidget(self.view, 1)
        column.addWidget(self.days, 1)
        column.addWidget(self._hint)
        column.addWidget(self.bar)
        column.addStretch(0)

    def _heading(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE * 2)
        back = button(_("All groups"), "quiet")
        back.clicked.connect(self.left)
        edit = button(_("Correct"))
        edit.clicked.connect(self.edit)
        sheet = button(_("Attendance sheet"))
        sheet.setIcon(icon("ph.printer", self._desk.theme))
        sheet.clicked.connect(self.print_sheet)
        self.add = button(" " + _("Add people"), "primary")
        self.add.setIcon(icon("ph.user-plus", self._desk.theme, self._desk.theme.on_accent))
        self.add.clicked.connect(self._search)
        row.addWidget(self._title, 1)
        for part in (back, edit, sheet, self.add):
            row.addWidget(part)
        return row

    def _tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE * 2)
        self.roll_button = button(_("Roll call"))
        self.days_button = button(_("Half-day plan"))
        # Of one group of exclusive buttons: they have one parent.
        for made, is_chosen in ((self.roll_button, True), (self.days_button, False)):
            chooses(made, is_chosen)
            made.clicked.connect(self._turn)
            row.addWidget(made)
        row.addStretch(1)
        self.everyone = button(_("Everyone else present"))
        self.everyone.setToolTip(_("Ctrl+Space"))
        self.everyone.clicked.connect(self._everyone)
        self.other_day = button(_("Another day"))
        self.other_day.setToolTip(_("Show a day that was not planned"))
        self.other_day.clicked.connect(self._choose_day)
        for part in (self.other_day, self.everyone):
            row.addWidget(part)
        return row

    # -- showing ---------------------------------------------------------------------------

    def show_group(self, group: UUID) -> bool:
        """Show a group; tells whether it is on this computer."""
        if group != self._group:
            self._close_form()
            self.days.leave()
            self.roll_button.setChecked(True)
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
            places = _("{taken} of {places} places taken").format(
                taken=isolate(str(file.taken)), places=isolate(str(group.capacity))
            )
        curriculum = file.curriculum.summary if file.curriculum else ""
        place = ", ".join(part for part in (group.place, group.room) if part)
        self._facts.setText(placed(joined(curriculum, days, place, group.trainer or "", places)))
        self._warning.setText(placed(file.warning))
        self._warning.setVisible(bool(file.warning))
        self.model.show(file)
        self.days.show_file(file)
        self.bar.show_group(file)
        widest = max(
            (self.view.fontMetrics().horizontalAdvance(m.name) for m in file.members), default=0
        )
        self.view.verticalHeader().setFixedWidth(min(max(widest + 32, 140), 320))
        self._arrange(file)
        row = self.view.currentIndex().row()
        self._show_member(file.members[row] if 0 <= row < len(file.members) else None)

    def _arrange(self, file: GroupFile) -> None:
        """Show the roll call or the half-days; neither while a form is open."""
        is_reading = self._editing.isHidden()
        is_roll = self.roll_button.isChecked()
        is_calling = is_reading and is_roll and bool(file.members)
        for part in (self.view, self._hint, self.bar, self.everyone, self.other_day):
            part.setVisible(is_calling)
        self._empty.setVisible(is_reading and is_roll and not file.members)
        self.days.setVisible(is_reading and not is_roll)
        for chooser in (self.roll_button, self.days_button):
            chooser.setVisible(is_reading)

    def _turn(self) -> None:
        if self.model.file is not None:
            self.search.hide()
            self._arrange(self.model.file)
            self.focus()

    def focus(self) -> None:
        """Bring the keyboard to the roll call, or to the search while nobody is there."""
        if not self.roll_button.isChecked():
            self.days.focus()
        elif self.model.members:
            self.view.setFocus()
        else:
            self.search.open()

    def leave(self) -> None:
        """Keep what is being typed."""
        if self._form is not None:
            self._form.leave()
        self.days.leave()

    def take_up(self, form: str, about: UUID) -> None:
        """Go on with a form begun in this group, by the name of its draft."""
        if form == HALF_DAY_FORM:
            self.days_button.setChecked(True)
            self._turn()
            self.days.correct(about)
        elif form.startswith("training.verb."):
            verb = verb_named(Enrolment, form.rpartition(".")[2])
            self._ask(verb, about)
        elif form == "training":
            self.edit()

    def _show_member(self, member: Member | None) -> None:
        verbs: list[Verb] = []
        if member is not None:
            with self._desk.store.read() as db:
                verbs = verbs_of(db, member.enrolment, self._desk.roles)
        self.bar.show_member(member, verbs)

    # -- doing -----------------------------------------------------------------------------

    def mark(self, markings: list[Marking]) -> None:
        """Save marks at once."""

        def save(db: Any) -> None:
            for member, (held_on, half_day), attendance in markings:
                mark(db, member.enrolment.id, held_on, half_day, attendance)

        self._save(save)

    def score(self, scored: Score) -> None:
        """Save the score of a test at once."""
        member, test, typed = scored

        def save(db: Any) -> None:
            enrolment = db.get_one(Enrolment, member.enrolment.id)
            value = Enrolment.fields[test].clean(typed, db.info["context"])
            if getattr(enrolment, test) != value:
                setattr(enrolment, test, value)

        self._save(save)

    def enrol(self, person: UUID) -> None:
        """Give a person a place; what the curriculum asks first is asked about."""
        group = self._group
        if group is None:
            return
        try:
            with self._desk.store.write(self._desk.user) as db:
                enrol(db, group, person)
        except Refused as refused:
            if refused.rule in _ASK_WHY:
                self._ask_why(person, refused)
            else:
                self._desk.explain(refused)
            return
        except SanadError as error:
            self._desk.explain(error)
            return
        self._again()

    def _ask_why(self, person: UUID, refused: Refused) -> None:
        with self._desk.store.read() as db:
            name = display_names(db, [person]).get(person, [""])[0]

        def save(db: Any, answers: dict[str, Any]) -> object:
            if self._group is None:
                raise LookupError("no group is shown")
            given = {n: answer for n, answer in answers.items() if answer is not None}
            return enrol(db, self._group, person, **given)

        self.search.hide()
        self._open_form(
            InlineForm(
                self._desk, ENROL_FORM, enrolment_form(self._desk),
                title=_("Enrol {name}").format(name=isolate(name)), save_label=_("Enrol"),
                save=save,
            ),
            person,
        )  # fmt: skip
        self._desk.say(refused.message, "warning")

    def act(self, verb: Verb) -> None:
        """Do something with the place of the person under the cursor."""
        if self.bar.member is None:
            return
        enrolment = self.bar.member.enrolment.id
        if verb.asks:
            self._ask(verb, enrolment)
        else:
            self._save(lambda db: act(db, db.get_one(Enrolment, enrolment), verb.name, {}))

    def _ask(self, verb: Verb, enrolment: UUID) -> None:
        with self._desk.store.read() as db:
            answered = db.get_one(Enrolment, enrolment).as_json()

        def save(db: Any, answers: dict[str, Any]) -> object:
            return act(db, db.get_one(Enrolment, enrolment), verb.name, answers)

        form = Form(self._desk, verb.asks, [Section(verb.title, tuple((n,) for n in verb.asks))])
        self._open_form(
            InlineForm(
                self._desk, f"training.verb.{verb.name}", form, title=_(verb.title),
                save_label=_("Save"), save=save,
            ),
            enrolment,
            {name: answered[name] for name in verb.asks if name in answered},
        )  # fmt: skip

    def certify(self) -> None:
        """Give everybody the certificate they earned."""
        group, given = self._group, []
        if group is None:
            return

        def save(db: Any) -> None:
            given.extend(certify(db, db.get_one(TrainingGroup, group)))

        if self._save(save):
            self._desk.say(
                ngettext(
                    "{count} certificate is given.", "{count} certificates are given.", len(given)
                ).format(count=isolate(str(len(given))))
            )

    def _save(self, save: Any) -> bool:
        try:
            with self._desk.store.write(self._desk.user) as db:
                save(db)
        except SanadError as error:
            self._desk.explain(error)
            return False
        self._again()  # at once: the next key acts on what is shown
        return True

    def _again(self) -> None:
        if self._group is not None:
            self.show_group(self._group)

    def _search(self) -> None:
        self.roll_button.setChecked(True)
        self._again()
        self.search.open()

    def _everyone(self) -> None:
        self.view.mark_column()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def print_sheet(self) -> None:
        """Show the attendance sheet as it will print."""
        file = self.model.file
        if file is not None:
            self._desk.show_screen("paper", document="attendance_sheet", record=file.group.id)

    def edit(self) -> None:
        """Open the group's answers to be corrected."""
        file = self.model.file
        if file is None:
            return

        def save(db: Any, answers: dict[str, Any]) -> object:
            return correct_group(db, file.group.id, answers)

        self._open_form(
            InlineForm(
                self._desk, "training", Form.of(self._desk, TrainingGroup),
                title=_("Training group"), save_label=_("Save"), save=save, is_correction=True,
            ),
            file.group.id,
            file.group.as_json(),
        )  # fmt: skip

    def _open_form(
        self, form: InlineForm, about: UUID, answers: dict[str, Any] | None = None
    ) -> None:
        self._close_form()
        self._form = form
        form.closed.connect(partial(self._closed, form))
        self._editing.setWidget(form)  # the one before is deleted
        self._editing.show()
        form.open(about, answers or {})
        self._again()

    def _close_form(self) -> None:
        if self._form is not None:
            self._form.leave()
        self._form = None
        self._editing.hide()

    def _closed(self, form: InlineForm) -> None:
        if form is self._form:
            self._form = None
            self._editing.hide()
            self._again()
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
