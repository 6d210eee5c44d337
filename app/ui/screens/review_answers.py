"""The answers to one disputed question, side by side: one is picked, or another is given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.casework.dispute_cards import Answer, Asked, Said
from app.i18n import _, isolate
from app.models.layout import Section
from app.ui.forms import Form
from app.ui.icons import icon
from app.ui.parts import column, row, say
from app.ui.theme import SPACE
from app.ui.widgets.question import Remark
from app.ui.widgets.texts import label
from app.ui.wording import facts, lately

if TYPE_CHECKING:
    from app.ui.desk import Desk

_NARROW_PX: Final = 420
_HEAD_LINES: Final = 1.3
_AHEAD: Final = timedelta(minutes=2)
"""Further in the future than this, the clock of whoever wrote it was wrong."""


class AnswerButton(QPushButton):
    """One answer: what, who, when and where; pressed, it is picked.

    Args:
        number: The key that picks it.
        question: What is asked, for screen readers.
        name_of: Names the computer of a giving.
    """

    def __init__(
        self, desk: Desk, number: int, question: str, answer: Answer, name_of: Callable[[Said], str]
    ) -> None:
        super().__init__()
        self.answer = answer
        self.setProperty("role", "answer")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        side = round(18 * desk.preferences.text_scale)
        self._sign = QLabel()
        self._picked = icon("ph.check-circle-fill", desk.theme, desk.theme.accent_strong)
        self._open = icon("ph.circle", desk.theme)
        self._side = QSize(side, side)
        # As high as with the mark, so that answers stand level with each other.
        self._sign.setFixedHeight(round(self.fontMetrics().height() * _HEAD_LINES))
        head = row(self._sign, say(str(number), "caption"), None, spacing=2)
        if answer.is_shown:
            shown = say(_("shown for now"), "chip")
            head.addWidget(shown)
        said = [line for giving in answer.said for line in said_lines(giving, name_of)]
        inside = column(head, label(isolate(answer.shown), "strong"), spacing=1)
        for words, role in said:
            inside.addWidget(label(words, role))
        inside.addStretch(1)
        inside.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, SPACE * 2)
        self.setLayout(inside)
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        spoken = [_("{question}: {answer}").format(question=question, answer=answer.shown)]
        spoken += [line for line, _role in said]
        if answer.is_shown:
            spoken.append(_("shown for now"))
        self.setAccessibleName(", ".join(spoken))
        self.toggled.connect(lambda _on: self._show_sign())
        self._show_sign()

    def _show_sign(self) -> None:
        drawn = self._picked if self.isChecked() else self._open
        self._sign.setPixmap(drawn.pixmap(self._side))

    def sizeHint(self) -> QSize:
        """Ask for the room of what is in it."""
        layout = self.layout()
        return layout.sizeHint() if layout is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Need little across: its words wrap."""
        return QSize(120, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pick at Enter too."""
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)


def said_lines(said: Said, name_of: Callable[[Said], str]) -> list[tuple[str, str]]:
    """Write who gave an answer, where and when: lines with the role each is shown in."""
    now = datetime.now(UTC)
    lines = [
        (isolate(said.author) or _("Somebody not known here"), ""),
        (facts(lately(said.at, now), name_of(said)), "caption"),
    ]
    if said.at > now + _AHEAD:
        lines.append((_("That computer's clock was wrong: this is in the future."), "warning"))
    return lines


class AnswersBox(QWidget):
    """One disputed question with its answers; 1 to 9 pick one from wherever in it the keyboard is.

    Args:
        asked: The question and its answers.
        may_differ: Whether another answer than those given may be written.

    Signals:
        picked: An answer was picked, by key or by click.
        edited: Another answer is being written.
    """

    picked = Signal()
    edited = Signal()

    def __init__(
        self,
        desk: Desk,
        asked: Asked,
        name_of: Callable[[Said], str],
        *,
        may_differ: bool,
    ) -> None:
        super().__init__()
        self.asked = asked
        self._desk = desk
        self.form: Form | None = None
        title = _(asked.field.label)
        self.buttons = [
            AnswerButton(desk, number, title, answer, name_of)
            for number, answer in enumerate(asked.answers, start=1)
        ]
        self._grid = QGridLayout()
        self._grid.setSpacing(SPACE * 2)
        self._columns = 0
        self.other = QPushButton(_("Another answer…"))
        self.other.setProperty("role", "quiet")
        self.other.setCheckable(True)
        self.other.setAutoDefault(False)
        self.other.setAccessibleName(_("{question}: another answer").format(question=title))
        self.other.setVisible(False)
        self._slot = QVBoxLayout()
        self._problem = Remark(
            icon("ph.warning-circle-fill", desk.theme, desk.theme.danger).pixmap(QSize(16, 16)),
            "error",
        )
        head = row(label(title, "heading3"), self.other, spacing=2)
        head.setStretch(0, 1)
        self.setLayout(column(head, self._grid, self._slot, self._problem, spacing=1))
        self.other.setVisible(may_differ)
        self.setAccessibleName(title)
        for button in self.buttons:
            button.clicked.connect(lambda _on=False, button=button: self._pick(button))
        self.other.clicked.connect(lambda _on=False: self.write_another())
        self._arrange(2 if len(self.buttons) > 1 else 1)

    @property
    def is_answered(self) -> bool:
        """Whether an answer is picked or another one is being written."""
        return self.other.isChecked() or self._chosen() is not None

    def answer(self) -> Any:
        """Give the answer, as JSON has it; check ``is_answered`` first."""
        if self.other.isChecked() and self.form is not None:
            return self.form.asked()[self.asked.field.name]
        chosen = self._chosen()
        return None if chosen is None else chosen.answer.value

    def shown_answer(self) -> str:
        """Give the answer picked as text; empty for another one."""
        chosen = self._chosen()
        return "" if chosen is None or self.other.isChecked() else chosen.answer.shown

    def pick(self, number: int) -> bool:
        """Pick an answer by its number; tells whether there is one."""
        if not 1 <= number <= len(self.buttons):
            return False
        self._pick(self.buttons[number - 1])
        return True

    def write_another(self) -> None:
        """Open the question itself, for an answer nobody gave yet."""
        self._opened_form().focus_first()
        self.edited.emit()

    def show_answer(self, answer: Any, *, is_other: bool) -> None:
        """Show an answer picked or written before, without moving the keyboard."""
        if is_other:
            self._opened_form().load({self.asked.field.name: answer})
            return
        for button in self.buttons:
            button.setChecked(button.answer.value == answer)

    def _opened_form(self) -> Form:
        for button in self.buttons:
            button.setChecked(False)
        self.other.setChecked(True)
        self.complain("")
        if self.form is None:
            name = self.asked.field.name
            self.form = Form(self._desk, {name: self.asked.field}, [Section("", ((name,),))])
            self.form.edited.connect(self.edited)
            self._slot.addWidget(self.form)
        self.form.show()
        return self.form

    def check(self) -> bool:
        """Look at the answer; what is wrong is said here, and the keyboard comes here."""
        if not self.is_answered:
            self.complain(_("Pick one of the answers, or write another."))
            self.focus()
            return False
        return not self.other.isChecked() or self.form is None or self.form.check()

    def lock(self) -> None:
        """Show the answers only: settling them is for somebody else."""
        self.other.hide()
        for button in self.buttons:
            button.setCheckable(False)

    @property
    def complaint(self) -> str:
        """What is said to be wrong; empty when nothing is."""
        return self._problem.text()

    def complain(self, sentence: str) -> None:
        """Say what is wrong under the answers; an empty sentence takes it back."""
        self._problem.say(sentence)

    def focus(self) -> None:
        """Bring the keyboard here."""
        chosen = self._chosen() or self.buttons[0]
        if self.other.isChecked() and self.form is not None:
            self.form.focus_first()
        else:
            chosen.setFocus(Qt.FocusReason.OtherFocusReason)

    def _chosen(self) -> AnswerButton | None:
        return next((button for button in self.buttons if button.isChecked()), None)

    def _pick(self, chosen: AnswerButton) -> None:
        if not chosen.isCheckable():
            return
        for button in self.buttons:
            button.setChecked(button is chosen)
        self.other.setChecked(False)
        if self.form is not None:
            self.form.hide()
        self.complain("")
        self.picked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Pick by number."""
        commanded = event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        )
        digit = event.text()
        if not commanded and digit.isdecimal() and self.pick(int(digit)):
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stand the answers one under the other where there is little room."""
        super().resizeEvent(event)
        is_narrow = event.size().width() < _NARROW_PX * self._desk.preferences.text_scale
        self._arrange(1 if is_narrow or len(self.buttons) == 1 else 2)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for place, button in enumerate(self.buttons):
            self._grid.removeWidget(button)
            self._grid.addWidget(button, place // columns, place % columns)
        for number in range(2):
            self._grid.setColumnStretch(number, 1 if number < columns else 0)
