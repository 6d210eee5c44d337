"""Controls of one line: text, telephone numbers, whole numbers; and paragraphs."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QSizePolicy, QWidget

from app.errors import Refused
from app.i18n import _
from app.models.choices import COUNTRIES
from app.models.types import Context, Number, Phone
from app.ui.widgets.control import Control, LineControl
from app.ui.widgets.written_dates import plain_digits

_FEWEST_LINES: Final = 3
_MOST_LINES: Final = 12


class TextControl(LineControl):
    """One line of text."""


class PhoneControl(LineControl):
    """A telephone number; says how it is dialled from abroad and of which country it is."""

    def __init__(self, type_: Phone, context: Context) -> None:
        super().__init__(runs_left_to_right=True)
        self._type = type_
        self._context = context

    def answer(self) -> Any:
        """Give the number as typed, in plain digits; the question's rule makes it E.164."""
        return plain_digits(self.edit.text()) or None

    def set_answer(self, value: Any) -> None:
        """Show a number as people write it."""
        self.show_text("" if value is None else _written_phone(str(value), self._context))

    def understood(self) -> str:
        """Write the number internationally, with its country."""
        import phonenumbers

        typed = self.answer()
        if typed is None:
            return ""
        try:
            kept = self._type.clean(typed, self._context)
        except Refused:
            return ""
        region = phonenumbers.region_code_for_number(phonenumbers.parse(kept)) or "XXX"
        return _("{number} · {country}").format(
            number=self._type.shown(kept), country=COUNTRIES.label(region)
        )


def _written_phone(value: str, context: Context) -> str:
    import phonenumbers

    try:
        number = phonenumbers.parse(value, context.home_country)
    except phonenumbers.NumberParseException:
        return value
    if not value.startswith("+") or not phonenumbers.is_valid_number(number):
        return value  # a draft: as it was typed
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


class NumberControl(LineControl):
    """A whole number, in digits of any script; Up and Down count."""

    def __init__(self, type_: Number) -> None:
        super().__init__(runs_left_to_right=True)
        self._type = type_
        self.edit.installEventFilter(self)
        self.setMaximumWidth(16777215)

    def answer(self) -> Any:
        """Give the number; as typed when it is not one."""
        typed = plain_digits(self.edit.text()).replace(" ", "")
        return int(typed) if typed.isascii() and typed.isdigit() else typed or None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Count up or down."""
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        current = self.answer()
        if step is None or not isinstance(current, int | None):
            super().keyPressEvent(event)
            return
        counted = self._type.minimum if current is None else current + step
        if counted >= self._type.minimum and (
            self._type.maximum is None or counted <= self._type.maximum
        ):
            self.show_text(str(counted))
            self.edited.emit()


class _Paragraphs(QPlainTextEdit):
    """Paragraphs as tall as their text, within reason."""

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().documentLayout().documentSizeChanged.connect(
            lambda _size: self.updateGeometry()
        )

    def sizeHint(self) -> QSize:
        """Ask for room for every line, from three to twelve."""
        lines = int(self.document().size().height())
        shown = max(_FEWEST_LINES, min(_MOST_LINES, lines))
        return QSize(200, shown * self.fontMetrics().lineSpacing() + 18)

    def minimumSizeHint(self) -> QSize:
        """Never less than what it asks for in height."""
        return QSize(80, self.sizeHint().height())


class LongTextControl(Control):
    """Paragraphs."""

    def __init__(self) -> None:
        super().__init__()
        self.edit = _Paragraphs()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.edit)
        self.setFocusProxy(self.edit)
        self._is_shown_to = False
        self.edit.textChanged.connect(self._tell)
        self.watch(self.edit)

    def _tell(self) -> None:
        if not self._is_shown_to:
            self.edited.emit()

    def target(self) -> QWidget:
        """Give the text box."""
        return self.edit

    def answer(self) -> Any:
        """Give the text; None when there is none."""
        return self.edit.toPlainText().strip() or None

    def set_answer(self, value: Any) -> None:
        """Show a text."""
        text = "" if value is None else str(value)
        if text != (self.answer() or ""):
            self._is_shown_to = True
            self.edit.setPlainText(text)
            self._is_shown_to = False
