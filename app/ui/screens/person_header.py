"""The head of a person's file: who it is, where each case stands, and the one next step."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.casework.cases import ENDED
from app.formats import age_text
from app.i18n import _, is_right_to_left, pgettext
from app.models.cases import STATES, Case
from app.models.choices import SPOKEN_LANGUAGES
from app.ui.icons import icon
from app.ui.theme import SPACE
from app.ui.widgets.stepper import Stepper
from app.ui.widgets.texts import joined, label, placed

if TYPE_CHECKING:
    from app.ui.desk import Desk
    from app.ui.screens.person_file import PersonFile

_REGULAR: Final = ("draft", "registered", "counselling")


class PersonHeader(QFrame):
    """Names, facts, and a line a case.

    Signals:
        moved: A case goes on to a state.
        offered: Something missing is to be done: ``consents``, ``intake``, ``sessions``, ``cases``.
        printed: The intake form is to be printed.
    """

    moved = Signal(object, str)
    offered = Signal(str)
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
        had_focus = self.primary is not None and self.window().focusWidget() is self.primary
        if self._content is not None:
            self._column.removeWidget(self._content)
            self._content.hide()
            self._content.deleteLater()
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
        theme = self._desk.theme
        onward = icon("ph.caret-left" if is_right_to_left() else "ph.caret-right", theme)
        ended = STATES.label(case.state or "") if case.state in ENDED else ""
        stepper = Stepper(
            [(code, STATES.label(code)) for code in _REGULAR],
            case.state or "",
            ended,
            onward,
            icon("ph.check", theme, theme.accent),
        )
        row = QHBoxLayout()
        row.setSpacing(SPACE * 2)
        row.addWidget(stepper, 1)
        steps = file.steps.get(case.id, [])
        if any(step.state == "withdrawn" for step in steps):
            row.addWidget(self._withdrawal(case.id))
        regular = next((step for step in steps if step.state in _REGULAR), None)
        missing = ""
        if regular is not None and regular.missing:
            missing = " ".join(regular.missing)
            section, text = _offer(file, regular.state)
            row.addWidget(self._primary(text, lambda: self.offered.emit(section)))
        elif regular is not None:
            state = regular.state
            text = pgettext("next step of a case", "Go on to: {state}").format(
                state=STATES.label(state)
            )
            row.addWidget(self._primary(text, lambda: self.moved.emit(case.id, state)))
        elif case.state == "counselling":
            row.addWidget(
                self._primary(_("Record a session"), lambda: self.offered.emit("sessions"))
            )
        column.addLayout(row)
        if missing:
            column.addWidget(label(missing, "warning"))

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


def _offer(file: PersonFile, state: str) -> tuple[str, str]:
    """Tell where what is missing for ``state`` can be done, and in what words to offer it."""
    if state == "counselling":
        return "sessions", _("Record a session")
    if "register" not in file.scopes:
        return "consents", _("Record consent")
    return "intake", _("Complete the intake")


def _mark(text: str, role: str) -> QLabel:
    mark = QLabel(placed(text))
    mark.setProperty("role", role)
    return mark
