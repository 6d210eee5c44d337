"""Lines one can press: what it is, when, and what is known of it; and blocks of such lines."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.ui.parts import OneLine, column, frame, row, say
from app.ui.theme import SPACE


class Entry(QPushButton):
    """A whole line that opens something.

    Args:
        lead: What stands before, such as a time; may be empty.
        lead_width: In widths of an average character, so that titles stand under each other.
        title: What it is.
        other: The same in another script.
        caption: The quiet line under it.
        open_: Called when it is pressed.
    """

    def __init__(
        self,
        title: str,
        caption: str,
        open_: Callable[[], None],
        *,
        other: str = "",
        lead: str = "",
        lead_width: int = 0,
    ) -> None:
        super().__init__()
        self.setProperty("role", "entry")
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(", ".join(part for part in (lead, title, other, caption) if part))
        line = row(OneLine(title, "strong"), spacing=2)
        line.setStretch(0, 1)
        if other:
            second = OneLine(other, "quiet")
            second.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            line.addWidget(second)
        words = column(line, spacing=0)
        if caption:
            words.addWidget(OneLine(caption, "caption"))
        across = row(spacing=3)
        across.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, SPACE * 2)
        if lead_width:
            before = OneLine(lead, "strong")
            before.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            before.setFixedWidth(before.fontMetrics().averageCharWidth() * lead_width)
            across.addWidget(before, 0, Qt.AlignmentFlag.AlignTop)
        across.addLayout(words, 1)
        self.setLayout(across)
        for part in self.findChildren(QWidget):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.clicked.connect(lambda _checked=False: open_())

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.sizeHint() if layout is not None else QSize()

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())


class Block(QFrame):
    """A heading over lines, or over a sentence that says what would stand here.

    Args:
        title: Translated.
        action: Stands at the far edge of the heading.
    """

    def __init__(self, title: str, action: QWidget | None = None) -> None:
        super().__init__()
        self._title = title
        head = row(say(title, "heading2"), None, spacing=2)
        if action is not None:
            head.addWidget(action)
        card = frame("card")
        self._lines = QVBoxLayout(card)
        self._lines.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        self._lines.setSpacing(0)
        self.setLayout(column(head, card, spacing=2))
        self.setAccessibleName(title)

    def fill(self, entries: list[QWidget], empty: str, first_step: QWidget | None = None) -> None:
        """Show lines; without any, say what goes here and offer the first step."""
        while (item := self._lines.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for entry in entries or [_nothing(empty, first_step)]:
            self._lines.addWidget(entry)

    def entries(self) -> list[Entry]:
        """Give the lines shown that open something."""
        shown = [self._lines.itemAt(place) for place in range(self._lines.count())]
        widgets = [item.widget() for item in shown if item is not None]
        return [widget for widget in widgets if isinstance(widget, Entry)]


def day_line(words: str) -> QWidget:
    """Give the quiet line over the entries of one day."""
    line = say(words, "caption")
    line.setContentsMargins(SPACE * 3, SPACE * 2, SPACE * 3, 0)
    return line


def _nothing(sentence: str, first_step: QWidget | None) -> QWidget:
    whole = QWidget()
    words = say(sentence, "quiet", wraps=True)
    inside = column(words, spacing=2)
    inside.setContentsMargins(SPACE * 3, SPACE * 3, SPACE * 3, SPACE * 3)
    if first_step is not None:
        inside.addLayout(row(first_step, None))
    whole.setLayout(inside)
    return whole
