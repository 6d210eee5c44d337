"""The small pieces every page is made of: headings, buttons, a question with its error under it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.i18n import isolate
from app.ui.theme import SPACE

LANGUAGE_NAMES = {"fr": "Français", "en": "English", "ar": "العربية", "es": "Español"}
"""Each language in its own name: whoever looks for it can read it."""


def say(text: str, role: str = "", *, wraps: bool = False) -> QLabel:
    """Give a label that can be read aloud and, where it is long, wraps."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wraps)
    lead(label)
    if role:
        label.setProperty("role", role)
    return label


def lead(label: QLabel) -> None:
    """Let a label's text begin at the leading edge of the page.

    Qt lets the text's own direction decide: a Latin name on an Arabic page would stand at the far
    edge of its label. Here, and only here, the edge is named outright.
    """
    is_from_right = QApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft
    edge = Qt.AlignmentFlag.AlignRight if is_from_right else Qt.AlignmentFlag.AlignLeft
    label.setAlignment(edge | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)


class OneLine(QLabel):
    """Text on one line, of one height whatever the script, shortened where there is no room."""

    def __init__(self, text: str, role: str = "") -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        lead(self)
        if role:
            self.setProperty("role", role)
        self.ensurePolished()
        self.setFixedHeight(round(self.fontMetrics().height() * 1.15))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        room = self.contentsRect()
        # Isolated, so that a name cut short loses its own end, whatever the page's direction.
        shown = self.fontMetrics().elidedText(
            isolate(self.text()), Qt.TextElideMode.ElideRight, room.width()
        )
        with QPainter(self) as painter:
            self.style().drawItemText(
                painter, room, int(self.alignment()), self.palette(), self.isEnabled(), shown,
                self.foregroundRole(),
            )  # fmt: skip


def button(text: str, role: str = "", *, name: str = "") -> QPushButton:
    """Give a button.

    Args:
        role: ``primary``, ``quiet``, ``danger`` or none.
        name: Object name, by which focus finds it again after a rebuild.
    """
    made = QPushButton(text)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setAutoDefault(False)
    if role:
        made.setProperty("role", role)
    if name:
        made.setObjectName(name)
    return made


def frame(role: str) -> QFrame:
    """Give a frame dressed for its role."""
    made = QFrame()
    made.setProperty("role", role)
    return made


Item = QWidget | QLayout | int | None


def column(*items: Item, spacing: int = 2, margin: int = 0) -> QVBoxLayout:
    """Stack items; a number is that many steps of space, None takes what is left."""
    made = QVBoxLayout()
    _fill(made, items, spacing, margin)
    return made


def row(*items: Item, spacing: int = 2, margin: int = 0) -> QHBoxLayout:
    """Place items side by side in reading order; numbers and None as in ``column``."""
    made = QHBoxLayout()
    _fill(made, items, spacing, margin)
    return made


def edges(layout: QLayout, leading: int, top: int, trailing: int, bottom: int) -> None:
    """Leave steps of space around a layout; Qt itself does not turn margins with the page."""
    if QApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft:
        leading, trailing = trailing, leading
    layout.setContentsMargins(leading * SPACE, top * SPACE, trailing * SPACE, bottom * SPACE)


def side_by_side(*widgets: QWidget, spacing: int = 4) -> QHBoxLayout:
    """Place widgets in columns of one width, level at their tops."""
    made = row(spacing=spacing)
    for widget in widgets:
        made.addWidget(widget, 1, Qt.AlignmentFlag.AlignTop)
    return made


def _fill(layout: QBoxLayout, items: tuple[Item, ...], spacing: int, margin: int) -> None:
    layout.setSpacing(spacing * SPACE)
    layout.setContentsMargins(*[margin * SPACE] * 4)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item * SPACE)
        elif isinstance(item, QLayout):
            layout.addLayout(item)
        else:
            layout.addWidget(item)


class Question(QWidget):
    """A label, a field and the line where its error stands.

    Args:
        label: What is asked; its buddy is the field.
        field: The control.
        hint: A quiet line under it.
    """

    def __init__(self, label: str, field: QWidget, hint: str = "") -> None:
        super().__init__()
        self.field = field
        self._label = say(label)
        self._label.setBuddy(field)
        field.setAccessibleName(label)
        self._hint = say(hint, "caption", wraps=True)
        if not hint:  # shown by its parent: alone, it would be a window for a moment
            self._hint.hide()
        self._error = say("", "error", wraps=True)
        self._error.hide()
        self.setLayout(column(self._label, field, self._hint, self._error, spacing=1))

    @property
    def error(self) -> str:
        """What is wrong with the answer; empty when nothing is."""
        return self._error.text()

    def show_error(self, sentence: str) -> None:
        """Say at the field what is wrong; an empty sentence takes it back."""
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))
        self.field.setAccessibleDescription(sentence)
        self.field.setProperty("state", "error" if sentence else "")
        restyle(self.field)

    def show_hint(self, sentence: str) -> None:
        """Change the quiet line under the field."""
        self._hint.setText(sentence)
        self._hint.setVisible(bool(sentence))


def restyle(widget: QWidget) -> None:
    """Dress a widget anew after one of its properties changed."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def scrolled(content: QWidget, name: str = "") -> QScrollArea:
    """Let ``content`` scroll up and down when the window is too low for it."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    content.setProperty("role", "page")
    area.viewport().setAutoFillBackground(False)
    content.setAutoFillBackground(False)
    area.setWidget(content)
    if name:
        area.setAccessibleName(name)
    return area


def leading_page(inside: QWidget, name: str) -> QScrollArea:
    """Let a column of limited width stand at the leading edge of a page that scrolls."""
    page = QWidget()
    body = row(spacing=0)
    body.addWidget(inside, 1000)
    body.addStretch(1)
    body.setContentsMargins(SPACE * 6, SPACE * 5, SPACE * 6, SPACE * 6)
    page.setLayout(body)
    return scrolled(page, name)


def chooses(made: QAbstractButton, is_chosen: bool) -> QAbstractButton:
    """Make a button one of several of which one is chosen."""
    made.setCheckable(True)
    made.setAutoExclusive(True)
    made.setChecked(is_chosen)
    return made
