"""What every form control can do: give an answer, take one, say how it understood it."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from app.i18n import is_right_to_left

# The list of answers, or another program, is in front for a moment: nobody left the question.
_STAYS: Final = frozenset({Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason})


class Control(QWidget):
    """Asks for one answer.

    Answers are JSON values. What cannot be understood is given as typed, so that the question's own
    rule refuses it and nothing typed is lost.

    Signals:
        edited: The person changed the answer.
        left: The keyboard went elsewhere.
    """

    edited = Signal()
    left = Signal()

    def answer(self) -> Any:
        """Give the answer; None while there is none."""
        raise NotImplementedError

    def set_answer(self, value: Any) -> None:
        """Show ``value`` without telling ``edited``."""
        raise NotImplementedError

    def understood(self) -> str:
        """Say how the text was understood, when that is not plain from the text."""
        return ""

    def doubt(self) -> str:
        """Say what must be chosen before the text is an answer; empty when nothing."""
        return ""

    def target(self) -> QWidget:
        """Give the widget that takes the keyboard."""
        raise NotImplementedError

    def describe(self, name: str, description: str) -> None:
        """Tell screen readers the question and what is to be known about it."""
        self.target().setAccessibleName(name)
        self.target().setAccessibleDescription(description)

    def watch(self, widget: QWidget) -> None:
        """Tell ``left`` when the keyboard leaves ``widget``."""
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice the keyboard leaving."""
        if isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() not in _STAYS:
            self.left.emit()
        return super().eventFilter(watched, event)


class LineEdit(QLineEdit):
    """One line; Enter goes on to the next question, and a command key never types a letter."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go on at Enter."""
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.focusNextChild()
            return
        super().keyPressEvent(event)


class LineControl(Control):
    """A control made of one line of text."""

    def __init__(self, edit: LineEdit | None = None, *, runs_left_to_right: bool = False) -> None:
        super().__init__()
        self.edit = edit or LineEdit()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.edit)
        self.setFocusProxy(self.edit)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.edit.setMinimumWidth(80)
        if runs_left_to_right:
            # Numbers and dates keep their order, at the reading edge of the window.
            self.edit.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
            if is_right_to_left():
                self.edit.setAlignment(Qt.AlignmentFlag.AlignTrailing)
        self.edit.textEdited.connect(lambda _text: self.edited.emit())
        self.watch(self.edit)

    def target(self) -> QWidget:
        """Give the line."""
        return self.edit

    def answer(self) -> Any:
        """Give the text; None when there is none."""
        return self.edit.text().strip() or None

    def set_answer(self, value: Any) -> None:
        """Show a text."""
        self.show_text("" if value is None else str(value))

    def show_text(self, text: str) -> None:
        """Put ``text`` in the line, from its beginning."""
        if self.edit.text() != text:
            self.edit.setText(text)
            self.edit.setCursorPosition(0)
