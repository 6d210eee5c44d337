"""The head of a person's file: who it is, where each case stands, and the one next step."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.casework.case_states import ENDED
from app.casework.cases import NextState, state_label
from app.formats import age_text
from app.i18n import _, is_right_to_left, isolate, ngettext, pgettext
from app.models.cases import MARKS, Case
from app.models.choices import SPOKEN_LANGUAGES
from app.ui.drop_menu import drop_menu
from app.ui.icons import icon
from app.ui.screens.case_moves import line_of, move_entries, remedy_for
from app.ui.theme import SPACE
from app.ui.widgets.stepper import Stepper
from app.ui.widgets.texts import joined, label, placed

if TYPE_CHECKING:
    from app.ui.desk import Desk
    from app.ui.screens.person_file import PersonFile


class PersonHeader(QFrame):
    """Names, facts, and a line a case.

    Signals:
        moved: A case goes on to a state.
        remedied: What would settle something missing is to be done: a case's id, a ``Remedy``.
        offered: Something is to be added: the name of a section.
        acted: Something is to be done with a case: its id and the name of a verb.
        printed: The intake form is to be printed.
    """

    moved = Signal(object, str)
    remedied = Signal(object, object)
    offered = Signal(str)
    acted = Signal(object, str)
    printed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setProperty("role", "topbar")
        self._desk = desk
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(SPACE * 6, SPACE * 3, SPACE * 6, SPACE * 3)
        self._column.setSpacing(SPACE)
        self._content: QWidget | None = None
        self.primary: QPushButton | None = None

    def show_file(self, file: PersonFile) -> None:
        """Show the head of a file."""
        former, had = self._content, self.primary
        had_focus = had is not None and self.window().focusWidget() is had
        self._content = QWidget()
        self.primary = None
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addLayout(self._names(file))
        column.addLayout(self._facts(file))
        for case in file.open_cases or file.cases[-1:]:
            self._add_case(column, file, case)
        if not file.open_cases:
            row = QHBoxLayout()
            row.addWidget(label(_("No case is open."), "caption"), 1)
            row.addWidget(self._primary(_("Open a case"), lambda: self.offered.emit("cases")))
            column.addLayout(row)
        self._column.addWidget(self._content)
        self._content.show()  # what is not shown yet cannot take the keyboard
        if had_focus:
            self.focus_primary()
        if former is not None:
            # Last: hidden with the keyboard in it, it would hand the keyboard on to anything.
            self._column.removeWidget(former)
            former.hide()
            former.deleteLater()

    def focus_primary(self) -> None:
        """Bring the keyboard to the one next step."""
        if self.primary is not None:
            self.primary.setFocus()

    def _names(self, file: PersonFile) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE * 4)
        row.addWidget(label(joined(*file.shown_names), "heading1"), 1)
        paper = QPushButton(icon("ph.printer", self._desk.theme), _("Print"))
        paper.setToolTip(_("Print the intake form (Ctrl+P)"))
        paper.clicked.connect(self.printed)
        row.addWidget(paper)
        return row

    def _facts(self, file: PersonFile) -> QHBoxLayout:
        person = file.person
        age = ""
        if person.birth is not None:
            age = age_text(person.birth, self._desk.store.context().today)
        numbers = [case.number or "" for case in file.cases]
        spoken = SPOKEN_LANGUAGES.label(person.main_language) if person.main_language else ""
        facts = joined(*numbers, age, person.shown("sex"), person.shown("nationalities"), spoken)
        row = QHBoxLayout()
        row.setSpacing(SPACE * 2)
        row.addWidget(label(facts, "quiet"), 1)
        if person.needs_interpreter:
            row.addWidget(_mark(_("Needs an interpreter"), "badge"))
        if person.conflicts:
            row.addWidget(_mark(_("Two answers to settle"), "badge"))
        for case in file.cases:
            if case.state not in ENDED:
                chip = _mark(case.programme or "", "chip")
                chip.setToolTip(case.shown("programme"))
                row.addWidget(chip)
        return row

    def _add_case(self, column: QVBoxLayout, file: PersonFile, case: Case) -> None:
        row = QHBoxLayout()
        row.setSpacing(SPACE * 2)
        row.addWidget(self._stepper(file, case), 1)
        for mark in sorted(case.marks or ()):
            row.addWidget(_mark(MARKS.label(mark), "chip"))
        steps = file.steps.get(case.id, [])
        if any(step.state == "withdrawn" for step in steps):
            row.addWidget(self._withdrawal(case.id))
        others = move_entries(
            steps, self._desk.roles, lambda state: self.moved.emit(case.id, state)
        )
        if others:
            more = QPushButton(_("More…"))
            more.setProperty("role", "quiet")
            more.setAccessibleName(_("More for the case {number}").format(number=case.number))
            more.clicked.connect(lambda: drop_menu(more, others))
            row.addWidget(more)
        regular = next((step for step in steps if step.is_regular), None)
        if regular is not None:
            said = self._add_step(row, file, case, regular)
        else:
            said = self._add_settling(row, file, case)
        column.addLayout(row)
        if said:
            warning = label(said, "warning")
            warning.setToolTip("\n".join(one.text for one in regular.missing) if regular else "")
            column.addWidget(warning)

    def _add_settling(self, row: QHBoxLayout, file: PersonFile, case: Case) -> str:
        """Offer what a case that goes nowhere waits for: settling two moves."""
        verb = next((one for one in file.verbs.get(case.id, ()) if one.is_step), None)
        if verb is None:
            return ""
        row.addWidget(self._primary(_(verb.title), lambda: self.acted.emit(case.id, verb.name)))
        return _("Two people moved this case at the same time. Say which state holds.")

    def _add_step(self, row: QHBoxLayout, file: PersonFile, case: Case, regular: NextState) -> str:
        """Put the one next step in the row; gives what is missing for it, as a sentence."""
        if regular.missing:
            first = regular.missing[0]
            remedy = remedy_for(file, case, first)
            row.addWidget(self._primary(remedy.text, lambda: self.remedied.emit(case.id, remedy)))
            more = len(regular.missing) - 1
            if not more:
                return first.text
            also = ngettext("{count} more is missing.", "{count} more are missing.", more)
            return f"{first.text} {also.format(count=isolate(str(more)))}"
        onward = pgettext("next step of a case", "Go on to: {state}").format(
            state=state_label(regular.state)
        )
        if regular.roles is not None and not regular.roles & self._desk.roles:
            return _("The next step, “{state}”, is for a supervisor or protection officer.").format(
                state=state_label(regular.state)
            )
        row.addWidget(self._primary(onward, lambda: self.moved.emit(case.id, regular.state)))
        return " ".join(one.text for one in regular.warnings)

    def _stepper(self, file: PersonFile, case: Case) -> Stepper:
        theme = self._desk.theme
        line = line_of(file, case)
        return Stepper(
            line.steps,
            icon("ph.caret-left" if is_right_to_left() else "ph.caret-right", theme),
            icon("ph.check", theme, theme.accent),
            has_before=line.has_before,
            has_after=line.has_after,
            whole=line.whole,
        )

    def _withdrawal(self, case: UUID) -> QPushButton:
        button = QPushButton(_("Withdraw"))
        button.setProperty("role", "quiet")
        button.setToolTip(_("The person leaves the programme; no reason is asked."))
        button.clicked.connect(lambda: self.moved.emit(case, "withdrawn"))
        return button

    def _primary(self, text: str, then: Callable[[], None]) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(_("Ctrl+Return"))
        # One primary action: with two cases, that of the first.
        if self.primary is None:
            button.setProperty("role", "primary")
            self.primary = button
        button.clicked.connect(then)
        return button


def _mark(text: str, role: str) -> QLabel:
    mark = QLabel(placed(text))
    mark.setProperty("role", role)
    return mark
