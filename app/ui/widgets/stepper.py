"""The states of a case as steps in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from app.i18n import _
from app.ui.theme import SPACE

_MORE = "…"


@dataclass(frozen=True, slots=True)
class Step:
    """One step shown.

    Attributes:
        label: Translated.
        at: ``done``, ``now`` or ``ahead``.
    """

    label: str
    at: str


class Stepper(QWidget):
    """The step before, the present one, and the next ones; dots where the line goes on.

    Where there is no room the farthest step ahead is left out first, the step before last; the
    present one always stands.

    Args:
        steps: In order.
        onward: The sign between steps, pointing the way the window reads.
        done: The sign before a step that is done.
        has_before: There are earlier steps; ``has_after`` later ones.
        whole: The whole line in words, for who points at it or has it read aloud.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        onward: QIcon,
        done: QIcon,
        *,
        has_before: bool = False,
        has_after: bool = False,
        whole: str = "",
    ) -> None:
        super().__init__()
        self._has_before, self._has_after = has_before, has_after
        self._before = _Part([_word(Step(_MORE, "done")), _sign(onward)])
        self._after = _Part([_sign(onward), _word(Step(_MORE, "ahead"))])
        self._steps: list[tuple[Step, _Part]] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        row.addWidget(self._before)
        for index, step in enumerate(steps):
            signs = [_sign(onward)] if index else []
            signs += [_sign(done)] if step.at == "done" else []
            part = _Part([*signs, _word(step)])
            self._steps.append((step, part))
            row.addWidget(part)
        row.addWidget(self._after)
        row.addStretch(1)
        present = next((step.label for step in steps if step.at == "now"), "")
        self.setAccessibleName(_("State of the case: {state}").format(state=present))
        self.setAccessibleDescription(whole)
        self.setToolTip(whole)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(120)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what there is no room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        ahead = [part for step, part in self._steps if step.at == "ahead"]
        done = [part for step, part in self._steps if step.at == "done"]
        now = [part for step, part in self._steps if step.at == "now"]
        shown = [part for _step, part in self._steps]
        for dropped in (None, *ahead[::-1], *done):
            shown = [part for part in shown if part is not dropped]
            parts = [
                *([self._before] if self._has_before or not set(done) <= set(shown) else []),
                *shown,
                *([self._after] if self._has_after or not set(ahead) <= set(shown) else []),
            ]
            if sum(part.sizeHint().width() + SPACE for part in parts) <= self.width():
                break
        else:
            parts = now
        for part in (self._before, self._after, *(part for _step, part in self._steps)):
            part.setVisible(part in parts)


class _Part(QWidget):
    """A step with the signs that belong to it."""

    def __init__(self, parts: Sequence[QWidget]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE)
        for part in parts:
            row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)


def _word(step: Step) -> QLabel:
    word = QLabel(step.label)
    word.setProperty("role", "step")
    word.setProperty("at", step.at)
    return word


def _sign(icon: QIcon) -> QLabel:
    sign = QLabel()
    sign.setPixmap(icon.pixmap(QSize(14, 14)))
    return sign
