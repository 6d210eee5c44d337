"""A form that may be filled several times: names, telephone numbers, documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.i18n import _
from app.ui.forms import Form
from app.ui.theme import SPACE


class Repeats(QWidget):
    """Any number of the same form, one under the other.

    Args:
        make: Makes one more form.
        add_label: Word on the button that adds one.
        remove_icon: On the button that takes one away.

    Signals:
        edited: An answer changed, or a form was added or taken away.
    """

    edited = Signal()

    def __init__(self, make: Callable[[], Form], add_label: str, remove_icon: QIcon) -> None:
        super().__init__()
        self._make = make
        self._remove_icon = remove_icon
        self._boxes: list[tuple[QFrame, Form]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE * 3)
        self.add_button = QPushButton(add_label)
        self.add_button.setProperty("role", "quiet")
        self.add_button.clicked.connect(self._add_and_go)
        row = QHBoxLayout()
        row.addWidget(self.add_button)
        row.addStretch(1)
        self._column.addLayout(row)

    @property
    def forms(self) -> list[Form]:
        """The forms, in order."""
        return [form for _box, form in self._boxes]

    def answers(self) -> list[dict[str, Any]]:
        """Give the answers of each form that has any."""
        return [form.answers() for form in self.forms if not form.is_empty()]

    def load(self, listed: Sequence[Mapping[str, Any]]) -> None:
        """Show one form for each set of answers."""
        for box, _form in list(self._boxes):
            self._take_away(box)
        for answers in listed:
            self._add().load(answers)

    def check(self) -> bool:
        """Look at every form that is not empty."""
        return all(form.check() for form in self.forms if not form.is_empty())

    def _add_and_go(self) -> None:
        self._add().focus_first()
        self.edited.emit()

    def _add(self) -> Form:
        form = self._make()
        box = QFrame()
        box.setProperty("role", "card")
        remove = QPushButton(self._remove_icon, _("Remove"))
        remove.setProperty("role", "quiet")
        remove.clicked.connect(lambda: self._remove(box))
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(remove)
        inside = QVBoxLayout(box)
        inside.setContentsMargins(SPACE * 4, SPACE * 3, SPACE * 4, SPACE * 2)
        inside.setSpacing(SPACE)
        inside.addWidget(form)
        inside.addLayout(foot)
        form.edited.connect(self.edited)
        self._column.insertWidget(len(self._boxes), box)
        self._boxes.append((box, form))
        box.show()  # what is not shown yet cannot take the keyboard
        return form

    def _remove(self, box: QFrame) -> None:
        self._take_away(box)
        self.add_button.setFocus()
        self.edited.emit()

    def _take_away(self, box: QFrame) -> None:
        self._boxes = [pair for pair in self._boxes if pair[0] is not box]
        self._column.removeWidget(box)
        box.hide()
        box.deleteLater()
