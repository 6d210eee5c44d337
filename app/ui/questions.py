"""A dialog that asks one question."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.i18n import _
from app.ui.theme import SPACE


def ask(
    parent: QWidget,
    sentence: str,
    action_label: str,
    then: Callable[[], None],
    decline_label: str | None = None,
) -> QDialog:
    """Open a question over ``parent``'s window and return at once.

    Args:
        sentence: What would happen.
        action_label: Word on the button that does it.
        then: Called when the person agrees.
        decline_label: Word on the other button; "Cancel" by default.
    """
    dialog = QDialog(parent.window())
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle("Sanad")
    question = QLabel(sentence)
    question.setWordWrap(True)
    question.setMinimumWidth(360)
    agree = QPushButton(action_label)
    agree.setProperty("role", "primary")
    decline = QPushButton(decline_label or _("Cancel"))
    buttons = QHBoxLayout()
    buttons.setSpacing(SPACE * 2)
    buttons.addStretch(1)
    buttons.addWidget(decline)
    buttons.addWidget(agree)
    column = QVBoxLayout(dialog)
    column.setContentsMargins(SPACE * 6, SPACE * 6, SPACE * 6, SPACE * 5)
    column.setSpacing(SPACE * 6)
    column.addWidget(question)
    column.addLayout(buttons)
    agree.setDefault(True)
    agree.clicked.connect(dialog.accept)
    decline.clicked.connect(dialog.reject)
    dialog.accepted.connect(then)
    dialog.open()
    return dialog
