"""A questionnaire to be filled in: its items one under the other, their options numbered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QLabel, QRadioButton, QSizePolicy, QVBoxLayout, QWidget

from app.casework.instruments import due_answers, due_items
from app.i18n import LANGUAGES, _, in_language, language
from app.models.choice_types import Choice
from app.models.fields import Field
from app.models.instrument_files import (
    DECLINED,
    DECLINED_TEXT,
    INSTRUMENTS,
    Instrument,
    Item,
    instrument,
)
from app.models.programme_facts import in_words
from app.ui.parts import LANGUAGE_NAMES
from app.ui.theme import SPACE
from app.ui.widgets.chips import SegmentControl
from app.ui.widgets.control import Control
from app.ui.widgets.texts import label

_NUMBERED: Final = 9


def asks_which(field: Field) -> bool:
    """Tell whether a question chooses the questionnaire."""
    return isinstance(field.type, Choice) and field.type.choices is INSTRUMENTS


class OptionButton(QRadioButton):
    """One option of an item; 1 to 9 choose from wherever in the item the keyboard is.

    Signals:
        numbered: A number was pressed.
        cleared: The answer is taken back.
        passed: The item is left for the next one.
    """

    numbered = Signal(int)
    cleared = Signal()
    passed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose by number, take back by Delete, go on by Enter; arrows move as usual."""
        commanded = event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        )
        if commanded:
            super().keyPressEvent(event)
        elif event.text().isdigit():
            self.numbered.emit(int(event.text()))
        elif event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self.cleared.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.passed.emit()
        else:
            super().keyPressEvent(event)


class ItemBox(QWidget):
    """One item and its options; at most one is chosen.

    Signals:
        chosen: The option changed.
        finished: It is answered by a number, or passed: the next one may have the keyboard.
    """

    chosen = Signal(str, object)
    finished = Signal(str)

    def __init__(self, made: Instrument, item: Item, spoken: str) -> None:
        super().__init__()
        self.code = item.code
        self._group = QButtonGroup(self)
        self.options: dict[str, OptionButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, SPACE * 2)
        column.setSpacing(0)
        asked = item.text.get(spoken) or in_words(item.text, item.code)
        column.addWidget(label(asked))
        offered = [(one.code, one.text.get(spoken) or in_words(one.text, one.code))
                   for one in made.options_of(item)]  # fmt: skip
        if item.may_decline:
            offered.append((DECLINED, _said_in(spoken, DECLINED_TEXT)))
        for place, (code, text) in enumerate(offered, start=1):
            button = OptionButton(f"{place}  {text}" if place <= _NUMBERED else text)
            button.setAccessibleName(f"{asked} {text}")
            button.numbered.connect(self._choose_nth)
            button.cleared.connect(self._clear)
            button.passed.connect(lambda: self.finished.emit(self.code))
            button.clicked.connect(lambda _on, code=code: self.chosen.emit(self.code, code))
            self._group.addButton(button)
            self.options[code] = button
            column.addWidget(button)
        self._one_stop()

    def show_answer(self, option: str | None) -> None:
        """Press the button of an option; none for None."""
        self._group.setExclusive(False)
        for code, button in self.options.items():
            button.setChecked(code == option)
        self._group.setExclusive(True)
        self._one_stop()

    def target(self) -> QWidget:
        """Give the option the Tab key stops at."""
        checked = self._group.checkedButton()
        return checked or next(iter(self.options.values()))

    def _one_stop(self) -> None:
        stop = self.target()
        for button in self.options.values():
            stops = button is stop
            button.setFocusPolicy(
                Qt.FocusPolicy.StrongFocus if stops else Qt.FocusPolicy.ClickFocus
            )

    def _choose_nth(self, place: int) -> None:
        codes = list(self.options)
        if 1 <= place <= len(codes):
            self.chosen.emit(self.code, codes[place - 1])
            self.finished.emit(self.code)

    def _clear(self) -> None:
        self.chosen.emit(self.code, None)


class AnswersControl(Control):
    """The items of the questionnaire chosen; items not due for the answers so far are hidden.

    What is not answered is left open: nobody has to answer.
    """

    def __init__(self) -> None:
        super().__init__()
        self.boxes: dict[str, ItemBox] = {}
        self._made: Instrument | None = None
        self._version: str | None = None
        self._spoken = language()
        self._answers: dict[str, str] = {}
        self._first = label(_("Choose the questionnaire first."), "quiet")
        self._note = QLabel()
        self._note.setWordWrap(True)
        self._note.setProperty("role", "caption")
        self._note.hide()
        self.languages = SegmentControl([(code, LANGUAGE_NAMES[code]) for code in LANGUAGES])
        self.languages.set_answer(self._spoken)
        self.languages.edited.connect(lambda: self.speak(str(self.languages.answer())))
        self._items = QWidget()
        self._column = QVBoxLayout(self._items)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        for part in (self._first, self.languages, self._note, self._items):
            column.addWidget(part)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._rebuild()

    def ask_with(self, code: str | None, version: str | None = None) -> None:
        """Show the items of a questionnaire, of its latest version by default."""
        self._version = version or self._version
        made = instrument(code, self._version) or instrument(code)
        if made is not self._made:
            self._made = made
            self._rebuild()

    def speak(self, spoken: str) -> None:
        """Show the items in one of the languages a questionnaire is written in."""
        if spoken in LANGUAGES and spoken != self._spoken:
            self._spoken = spoken
            self.languages.set_answer(spoken)
            self._rebuild()

    def answer(self) -> Any:
        """Give the option chosen for each item that is due."""
        if self._made is None:
            return dict(self._answers) or None
        return due_answers(self._made, self._answers) or None

    def set_answer(self, value: Any) -> None:
        """Show answers."""
        self._answers = dict(value) if isinstance(value, Mapping) else {}
        self._show()

    def target(self) -> QWidget:
        """Give the first item that is due and not answered."""
        due = [box for box in self.boxes.values() if not box.isHidden()]
        left = next((box for box in due if box.code not in self._answers), None)
        if left is not None:
            return left.target()
        return due[-1].target() if due else self.languages.target()

    def describe(self, name: str, description: str) -> None:
        """Name the whole; each option has its item's words."""
        self._items.setAccessibleName(name)
        self._items.setAccessibleDescription(description)

    def _rebuild(self) -> None:
        for box in self.boxes.values():
            self._column.removeWidget(box)
            box.hide()
            box.deleteLater()
        self.boxes = {}
        self._first.setVisible(self._made is None)
        self.languages.setVisible(self._made is not None)
        direction = Qt.LayoutDirection
        self._items.setLayoutDirection(
            direction.RightToLeft if self._spoken == "ar" else direction.LeftToRight
        )
        if self._made is not None:
            said = self._made.instructions.get(self._spoken, "")
            self._note.setText(said)
            self._note.setVisible(bool(said))
            for item in self._made.items:
                box = ItemBox(self._made, item, self._spoken)
                box.chosen.connect(self._chosen)
                box.finished.connect(self._go_on)
                for option in box.options.values():
                    self.watch(option)
                self.boxes[item.code] = box
                self._column.addWidget(box)
        else:
            self._note.hide()
        self._show()

    def _show(self) -> None:
        if self._made is None:
            return
        due = {item.code for item in due_items(self._made, self._answers)}
        for code, box in self.boxes.items():
            box.setVisible(code in due)
            box.show_answer(self._answers.get(code))

    def _chosen(self, item: str, option: str | None) -> None:
        if option is None:
            self._answers.pop(item, None)
        else:
            self._answers[item] = option
        self._show()
        self.edited.emit()

    def _go_on(self, item: str) -> None:
        due = [code for code, box in self.boxes.items() if not box.isHidden()]
        after = due[due.index(item) + 1 :] if item in due else []
        if after:
            self.boxes[after[0]].target().setFocus(Qt.FocusReason.TabFocusReason)


def _said_in(spoken: str, message: str) -> str:
    with in_language(spoken):
        return _(message)
