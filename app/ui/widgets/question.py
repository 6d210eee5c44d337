"""One question of a form: its label, its control, and what is to be said about the answer."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.errors import Refused
from app.i18n import _
from app.models.fields import Field
from app.models.types import Context
from app.ui.theme import SPACE
from app.ui.widgets.control import Control
from app.ui.widgets.make import Icons
from app.ui.widgets.texts import placed

_ONE_LINE_CHARACTERS: Final = 36
"""A longer question is written over two lines where two questions stand side by side."""


class Question(QWidget):
    """Asks one declared question.

    Signals:
        edited: The answer changed.
    """

    edited = Signal()

    def __init__(self, field: Field, control: Control, context: Context, icon: Icons) -> None:
        super().__init__()
        self.field = field
        self.control = control
        self._context = context
        self._is_refused = False
        self._label = QLabel(_(field.label))
        self._label.setBuddy(control.target())
        is_long = len(_(field.label)) > _ONE_LINE_CHARACTERS
        if is_long:
            self._label.setWordWrap(True)
            self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        else:
            self._label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        heading = QHBoxLayout()
        heading.setSpacing(SPACE * 2)
        heading.addWidget(self._label, int(is_long))
        if field.required:
            needed = QLabel(_("required"))
            needed.setProperty("role", "caption")
            heading.addWidget(needed)
        if not is_long:
            heading.addStretch(1)
        self._note = _wrapped("caption")
        self._error = Remark(icon("ph.warning-circle-fill").pixmap(QSize(16, 16)), "error")
        self._warning = Remark(icon("ph.warning-fill").pixmap(QSize(16, 16)), "warning")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addLayout(heading)
        column.addWidget(control)
        for below in (self._note, self._error, self._warning):
            column.addWidget(below)
        column.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(120)
        control.edited.connect(self._edited)
        control.left.connect(self._left)
        self.say()

    def answer(self) -> Any:
        """Give the answer as JSON has it."""
        return self.control.answer()

    def set_answer(self, value: Any) -> None:
        """Show an answer."""
        self.control.set_answer(value)
        self._is_refused = False
        self.say()
        if value is not None:
            self._look()

    def problem(self) -> Refused | None:
        """Tell what is wrong with the answer, if anything."""
        if doubt := self.control.doubt():
            return Refused("ambiguous", doubt, self.field.name)
        try:
            self.field.clean(self.answer(), self._context)
        except Refused as refused:
            return refused
        return None

    def refuse(self, message: str) -> None:
        """Say under the question why its answer cannot stand."""
        self._is_refused = True
        self.say(error=message)

    def focus(self) -> None:
        """Bring the keyboard here."""
        self.control.target().setFocus(Qt.FocusReason.OtherFocusReason)

    def say(self, *, error: str = "", warning: str = "") -> None:
        """Show what there is to say, and tell screen readers the same."""
        note = self.control.understood() or _(self.field.help)
        self._note.setText(placed(note))
        self._note.setVisible(bool(note) and not error)
        self._error.say(error)
        self._warning.say(warning)
        state = "error" if error else "warning" if warning else ""
        target = self.control.target()
        if (target.property("state") or "") != state:
            target.setProperty("state", state)
            target.style().unpolish(target)
            target.style().polish(target)
        name = _(self.field.label)
        if self.field.required:
            name = _("{question}, required").format(question=name)
        self.control.describe(name, " ".join(part for part in (error, warning, note) if part))

    def _edited(self) -> None:
        # While typing nothing is complained about; a complaint goes once the answer is right.
        if self._is_refused and self.problem() is None:
            self._is_refused = False
            self._look()
        elif self._is_refused:
            self.say(error=self._error.text())
        else:
            self.say()
        self.edited.emit()

    def _left(self) -> None:
        if self.answer() is not None:
            self._look()

    def _look(self) -> None:
        problem = self.problem()
        if problem is not None:
            self.refuse(problem.message)
            return
        self._is_refused = False
        value = self.field.clean(self.answer(), self._context)
        doubts = [] if value is None else self.field.type.warnings(value, self._context)
        self.say(warning=" ".join(doubts))


class Remark(QWidget):
    """A sentence behind a sign; hidden while there is none."""

    def __init__(self, sign: QPixmap, role: str) -> None:
        super().__init__()
        picture = QLabel()
        picture.setPixmap(sign)
        picture.setAlignment(Qt.AlignmentFlag.AlignTop)
        picture.setContentsMargins(0, 1, 0, 0)
        self._sentence = _wrapped(role)
        self._said = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(picture)
        row.addWidget(self._sentence, 1)
        self.hide()

    def say(self, sentence: str) -> None:
        """Show a sentence, or nothing."""
        self._sentence.setText(placed(sentence))
        self._said = sentence
        self.setVisible(bool(sentence))

    def text(self) -> str:
        """Give the sentence shown."""
        return self._said


def _wrapped(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label
