"""The rail at the leading edge: where one can go, icons with words."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton

from app.i18n import _
from app.ui.icons import icon
from app.ui.marks import wordmark
from app.ui.parts import chooses, column, edges, row, say
from app.ui.screen import ScreenSpec
from app.ui.theme import SPACE, Theme

_WIDTH = 168
_PLACE_PX = 41
_BESIDE_WORDS = 76  # icon, padding and margins
_MOST_TOLD = 99


class Rail(QFrame):
    """The screens one may go to.

    Args:
        specs: From the top.
    """

    chosen = Signal(str)
    """Name of the screen."""

    def __init__(self, specs: list[ScreenSpec], theme: Theme, scale: float) -> None:
        super().__init__()
        self.setProperty("role", "rail")
        self.setAccessibleName(_("Where to go"))
        self.setFixedWidth(max(round(_WIDTH * max(scale, 0.9)), self._room_for(specs, scale)))
        sign = QLabel()
        side = round(28 * scale)
        picture = wordmark(theme.accent, theme.on_accent, side * 2)
        picture.setDevicePixelRatio(2)
        sign.setPixmap(picture)
        head = row(sign, say("Sanad", "heading2"), None, spacing=2)
        edges(head, 2, 0, 0, 3)
        self.buttons: dict[str, QToolButton] = {}
        self._waiting: dict[str, QLabel] = {}
        stack = column(spacing=1, margin=2)
        stack.setContentsMargins(SPACE * 2, SPACE * 3, SPACE * 2, SPACE * 3)
        stack.addLayout(head)
        for number, spec in enumerate(specs, start=1):
            place = self._place(spec, theme, scale)
            if (digit := digit_of(number)) is not None:
                place.setToolTip(_("{place} (Ctrl+{number})").format(
                    place=place.text().strip(), number=digit
                ))  # fmt: skip
            self.buttons[spec.name] = place
            if spec.name == "settings":
                stack.addStretch(1)  # what is rarely needed stands apart, at the foot
            stack.addWidget(place)
        if "settings" not in self.buttons:
            stack.addStretch(1)
        self.setLayout(stack)

    def _room_for(self, specs: list[ScreenSpec], scale: float) -> int:
        """Give the width at which the longest word is not cut, however long a language's words."""
        bold = self.font()
        bold.setBold(True)
        measure = QFontMetrics(bold)
        longest = max((measure.horizontalAdvance(_(spec.title)) for spec in specs), default=0)
        return longest + round(_BESIDE_WORDS * scale)

    def _place(self, spec: ScreenSpec, theme: Theme, scale: float) -> QToolButton:
        place = QToolButton()
        place.setProperty("role", "rail")
        place.setText(" " + _(spec.title))
        place.setAccessibleName(_(spec.title))
        place.setIcon(icon(spec.icon, theme))
        place.setIconSize(QSize(round(20 * scale), round(20 * scale)))
        place.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        place.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        # Of one height whatever the script: ten places fit a low screen in Arabic too.
        place.setFixedHeight(round(_PLACE_PX * scale))
        place.setCursor(Qt.CursorShape.PointingHandCursor)
        place.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        chooses(place, False)
        place.clicked.connect(lambda: self.chosen.emit(spec.name))
        return place

    def tell(self, name: str, count: int, words: str) -> None:
        """Show how much waits at a place; ``words`` says it to screen readers."""
        place = self.buttons.get(name)
        if place is None:
            return
        if name not in self._waiting:
            badge = QLabel()
            badge.setProperty("role", "badge")
            badge.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            across = QHBoxLayout(place)
            edges(across, 0, 0, 2, 0)
            across.addStretch(1)
            across.addWidget(badge, 0, Qt.AlignmentFlag.AlignVCenter)
            self._waiting[name] = badge
        said = place.text().strip()
        self._waiting[name].setText(str(count) if count <= _MOST_TOLD else f"{_MOST_TOLD}+")
        self._waiting[name].setVisible(count > 0)
        place.setAccessibleName(
            _("{place}: {waiting}").format(place=said, waiting=words) if words else said
        )

    def mark(self, name: str) -> None:
        """Mark where one is; a place that is not in the rail leaves the mark on the last one."""
        if name in self.buttons:
            self.buttons[name].setChecked(True)


def digit_of(number: int) -> str | None:
    """Give the key of a place of the rail, as keyboards have them: 1 to 9, then 0."""
    return str(number % 10) if number <= 10 else None
