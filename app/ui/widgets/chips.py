"""Answers shown as buttons: several of a short list, or yes, no and unanswered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QIcon, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from app.i18n import _, is_right_to_left
from app.models.choices import fold_name
from app.ui.widgets.control import Control
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.pick import Offered

_NUMBERED: Final = 9
_FEWEST_NUMBERED: Final = 5
_SIGN: Final = QSize(16, 16)


class Chip(QPushButton):
    """One answer that is on or off; arrows go to its neighbours, not to the next question."""

    moved = Signal(int)
    typed = Signal(str)
    focused = Signal()

    def __init__(self, code: str, label: str, role: str = "chip") -> None:
        super().__init__(label)
        self.code = code
        self.setCheckable(True)
        self.setProperty("role", role)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(40)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move by arrows, jump by letter or number, tick by Space."""
        ahead, back = Qt.Key.Key_Right, Qt.Key.Key_Left
        if is_right_to_left():
            ahead, back = back, ahead
        step = {ahead: 1, Qt.Key.Key_Down: 1, back: -1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        commanded = event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        )
        if step is not None:
            self.moved.emit(step)
        elif not commanded and event.text().isalnum():
            self.typed.emit(event.text())
        elif not commanded and event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.typed.emit("")
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell that the keyboard is here."""
        super().focusInEvent(event)
        self.focused.emit()


class _Chips(Control):
    """Buttons that are one stop of the Tab key."""

    def __init__(self, chips: Sequence[Chip]) -> None:
        super().__init__()
        self.chips = list(chips)
        for chip in self.chips:
            chip.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            chip.moved.connect(self._move)
            chip.typed.connect(self._typed)
            chip.focused.connect(lambda chip=chip: self._stop_at(chip))
            self.watch(chip)
        self._stop_at(self.chips[0])

    def target(self) -> QWidget:
        """Give the button the Tab key stops at."""
        return self._at

    def describe(self, name: str, description: str) -> None:
        """Name every button with its question."""
        self.setAccessibleName(name)
        for chip in self.chips:
            chip.setAccessibleName(f"{name}: {chip.text()}")
            chip.setAccessibleDescription(description)

    def _stop_at(self, chip: Chip) -> None:
        self._at = chip
        for other in self.chips:
            stops = other is chip
            other.setFocusPolicy(Qt.FocusPolicy.StrongFocus if stops else Qt.FocusPolicy.ClickFocus)
        self.setFocusProxy(chip)

    def _go(self, chip: Chip) -> None:
        chip.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _move(self, step: int) -> None:
        index = self.chips.index(self._at) + step
        if 0 <= index < len(self.chips):
            self._go(self.chips[index])

    def _typed(self, text: str) -> None:
        raise NotImplementedError


class ChipsControl(_Chips):
    """Any number of answers of a short list, each a button.

    Space ticks; arrows move; a letter goes to the next answer that begins so; 1 to 9 tick.
    """

    def __init__(self, offered: Offered, icon: Callable[[str], QIcon]) -> None:
        self._are_numbered = len(offered) >= _FEWEST_NUMBERED
        super().__init__(
            [Chip(code, self._text(index, label)) for index, (code, label) in enumerate(offered)]
        )
        self._labels = [fold_name(label) for _code, label in offered]
        self._unlisted: list[str] = []
        # A sign beside the colour, which alone must not carry meaning.
        sign = QIcon(icon("ph.square").pixmap(_SIGN))
        sign.addPixmap(
            icon("ph.check-square-fill").pixmap(_SIGN), QIcon.Mode.Normal, QIcon.State.On
        )
        flow = FlowLayout(self, gap=8)
        for chip in self.chips:
            chip.setIcon(sign)
            flow.addWidget(chip)
            chip.toggled.connect(lambda _on: self.edited.emit())
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _text(self, index: int, label: str) -> str:
        numbered = self._are_numbered and index < _NUMBERED
        text = f"{index + 1}  {label}" if numbered else label
        return text.replace("&", "&&")

    def answer(self) -> Any:
        """Give the codes ticked."""
        ticked = [chip.code for chip in self.chips if chip.isChecked()]
        return [*ticked, *self._unlisted] or None

    def set_answer(self, value: Any) -> None:
        """Tick the codes; those not offered here are kept as they are."""
        codes = set([value] if isinstance(value, str) else value or [])
        self._unlisted = sorted(codes - {chip.code for chip in self.chips})
        for chip in self.chips:
            chip.blockSignals(True)
            chip.setChecked(chip.code in codes)
            chip.blockSignals(False)
            chip.update()

    def _typed(self, text: str) -> None:
        if text.isdigit():
            index = int(text) - 1
            if self._are_numbered and 0 <= index < min(_NUMBERED, len(self.chips)):
                self._go(self.chips[index])
                self.chips[index].click()
            return
        if not text:
            return
        start = self.chips.index(self._at)
        for shift in range(1, len(self.chips) + 1):
            index = (start + shift) % len(self.chips)
            if self._labels[index].startswith(fold_name(text)):
                self._go(self.chips[index])
                return


class SegmentControl(_Chips):
    """One answer of two or three, or none: buttons side by side, one at most pressed."""

    def __init__(self, offered: Offered) -> None:
        super().__init__([Chip(code, label, "segment") for code, label in offered])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for chip in self.chips:
            chip.setProperty("is_blank", chip.code == "")
            chip.clicked.connect(lambda _on, chip=chip: self._choose(chip))
            row.addWidget(chip)
        row.addStretch()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._press(None)

    def answer(self) -> Any:
        """Give the code pressed."""
        return next((chip.code for chip in self.chips if chip.isChecked()), None)

    def set_answer(self, value: Any) -> None:
        """Press the button of a code."""
        self._press(value)

    def _press(self, code: Any) -> None:
        for chip in self.chips:
            chip.setChecked(chip.code == code)
            if chip.isChecked():
                self._stop_at(chip)

    def _choose(self, chip: Chip) -> None:
        self._press(chip.code)
        self.edited.emit()

    def _move(self, step: int) -> None:
        super()._move(step)
        self._choose(self._at)

    def _typed(self, text: str) -> None:
        wanted = fold_name(text)
        begins = [c for c in self.chips if wanted and fold_name(c.text()).startswith(wanted)]
        if not text:
            begins = [self.chips[-1]] if self.chips[-1].code == "" else []
        if begins:
            self._go(begins[0])
            self._choose(begins[0])


class FlagControl(SegmentControl):
    """Yes, no, or not answered."""

    def __init__(self) -> None:
        super().__init__((("yes", _("Yes")), ("no", _("No")), ("", _("Not answered"))))
        self._press("")

    def answer(self) -> Any:
        """Give true, false or None."""
        return {"yes": True, "no": False}.get(super().answer() or "")

    def set_answer(self, value: Any) -> None:
        """Press a button."""
        self._press({True: "yes", False: "no"}.get(value, ""))
