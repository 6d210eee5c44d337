"""The states of a case as steps in reading order."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.i18n import _
from app.ui.theme import SPACE


class Stepper(QWidget):
    """Steps done, the present one, and those ahead.

    Args:
        steps: ``(code, label)`` in order.
        current: Code of the present step; a code that is no step stands at the end.
        ended: Label of a state outside the steps, such as Withdrawn.
        onward: The sign between steps, pointing the way the window reads.
        done: The sign before a step that is done.
    """

    def __init__(
        self,
        steps: Sequence[tuple[str, str]],
        current: str,
        ended: str,
        onward: QIcon,
        done: QIcon,
    ) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        codes = [code for code, _label in steps]
        at = codes.index(current) if current in codes else -1
        for index, (_code, label) in enumerate(steps):
            if index:
                row.addWidget(_sign(onward))
            step = QLabel(label)
            step.setProperty("role", "step")
            is_done = index < at
            step.setProperty("at", "now" if index == at else "done" if is_done else "ahead")
            if is_done:
                row.addWidget(_sign(done))
            row.addWidget(step, 0, Qt.AlignmentFlag.AlignVCenter)
        if ended:
            row.addWidget(_sign(onward))
            last = QLabel(ended)
            last.setProperty("role", "step")
            last.setProperty("at", "now")
            row.addWidget(last, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        present = ended or dict(steps).get(current, current)
        self.setAccessibleName(_("State of the case: {state}").format(state=present))


def _sign(icon: QIcon) -> QLabel:
    sign = QLabel()
    sign.setPixmap(icon.pixmap(QSize(14, 14)))
    return sign
