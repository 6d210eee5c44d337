"""A page of titled sections that scrolls, and the index that stands beside it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from app.ui.theme import SPACE

_WIDEST_PX: Final = 860
_SETTLES_MS: Final = 150
_INDEX_PX: Final = 216


class SectionBox(QFrame):
    """One titled section of a page."""

    def __init__(self, name: str, title: str) -> None:
        super().__init__()
        self.name = name
        self.title = title
        heading = QLabel(title)
        heading.setProperty("role", "heading2")
        self.header = QHBoxLayout()
        self.header.setSpacing(SPACE * 2)
        self.header.addWidget(heading)
        self.header.addStretch(1)
        self.content = QWidget()
        whole = QVBoxLayout(self.content)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(SPACE * 5)
        self.body = QVBoxLayout()
        self.body.setSpacing(SPACE * 3)
        self.below = QVBoxLayout()
        self.below.setSpacing(SPACE * 5)
        whole.addLayout(self.body)
        whole.addLayout(self.below)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, SPACE * 6)
        column.setSpacing(SPACE * 3)
        self._line = QFrame()
        self._line.setProperty("role", "line")
        self._line.hide()
        column.addWidget(self._line)
        column.addLayout(self.header)
        column.addWidget(self.content)

    def part(self, *, is_first: bool) -> None:
        """Draw a line above, unless it is the first of its page."""
        self._line.setVisible(not is_first)


class SectionPage(QScrollArea):
    """Sections one under the other.

    Args:
        scale: Text size; lines stay as long in words whatever it is.

    Signals:
        reached: Name of the section now at the top.
    """

    reached = Signal(str)

    def __init__(self, scale: float = 1.0) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.sections: dict[str, SectionBox] = {}
        paper = QWidget()
        paper.setProperty("role", "page")
        paper.setMaximumWidth(round(_WIDEST_PX * scale))
        self.column = QVBoxLayout(paper)
        self.column.setContentsMargins(SPACE * 6, SPACE * 4, SPACE * 6, SPACE * 6)
        self.column.setSpacing(SPACE * 2)
        self.column.addStretch(1)
        self._paper = paper
        self.setWidget(paper)
        self.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop)
        self.verticalScrollBar().valueChanged.connect(self._tell)
        self._at = ""
        self._wanted = ""
        self._part: QWidget | None = None
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLES_MS)
        self._settling.timeout.connect(self._settle)
        paper.installEventFilter(self)

    def add(self, section: SectionBox) -> SectionBox:
        """Add a section at the end."""
        section.part(is_first=not self.sections)
        self.sections[section.name] = section
        self.column.insertWidget(self.column.count() - 1, section)
        return section

    def scroll_to(self, name: str) -> None:
        """Bring a section to the top, once the page has its size."""
        # Right after sections are filled their places are not settled yet: what wraps finds its
        # height in a second pass, and the section is followed until then.
        self._wanted = name
        self._part = None
        self._settling.start()
        QTimer.singleShot(0, self, lambda: self._scroll_to(name))

    def bring(self, part: QWidget) -> None:
        """Scroll no farther than needed for a part of the page to be seen, such as a form."""
        self._wanted = ""
        self._part = part
        self._settling.start()
        QTimer.singleShot(0, self, self._bring)

    def focusNextPrevChild(self, ahead: bool) -> bool:
        """Stay where one is when what had the keyboard goes away, such as a form saved."""
        left, bar = self.focusWidget(), self.verticalScrollBar()
        at = bar.value()
        moved = super().focusNextPrevChild(ahead)
        if left is not None and not left.isVisibleTo(self):
            bar.setValue(at)
        return moved

    def still_grows(self) -> None:
        """Go on following the section wanted: more of the page is being made."""
        if self._wanted or self._part is not None:
            self._settling.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow what is wanted while the page finds its size."""
        if event.type() == QEvent.Type.Resize and watched is self._paper:
            if self._wanted:
                name = self._wanted
                QTimer.singleShot(0, self, lambda: self._scroll_to(name))
            elif self._part is not None:
                QTimer.singleShot(0, self, self._bring)
        return super().eventFilter(watched, event)

    def _settle(self) -> None:
        self._scroll_to(self._wanted)
        self._bring()
        self._wanted = ""
        self._part = None

    def _bring(self) -> None:
        part = self._part
        if part is None or not isValid(part) or not part.isVisibleTo(self._paper):
            return
        top = part.mapTo(self._paper, part.rect().topLeft()).y() - SPACE * 3
        end = top + part.height() + SPACE * 6
        bar = self.verticalScrollBar()
        room = self.viewport().height()
        if top < bar.value() or end - top > room:
            bar.setValue(max(0, top))
        elif end > bar.value() + room:
            bar.setValue(end - room)

    def _scroll_to(self, name: str) -> None:
        section = self.sections.get(name)
        if section is None:
            return
        top = section.mapTo(self._paper, section.rect().topLeft()).y()
        self.verticalScrollBar().setValue(max(0, top - SPACE * 3))
        if self._at != name:
            self._at = name
            self.reached.emit(name)

    def _tell(self) -> None:
        top = self.verticalScrollBar().value() + SPACE * 4
        at = ""
        for name, section in self.sections.items():
            if section.isVisibleTo(self) and section.y() <= top:
                at = name
        at = at or next(iter(self.sections), "")
        bar = self.verticalScrollBar()
        if bar.maximum() and bar.value() == bar.maximum():
            shown = [n for n, s in self.sections.items() if not s.isHidden()]
            at = shown[-1] if shown else at
        if at != self._at:
            self._at = at
            self.reached.emit(at)


class PageIndex(QFrame):
    """The titles of a page's sections; each goes there, and the one read is marked."""

    def __init__(self, page: SectionPage, name: str, scale: float = 1.0) -> None:
        super().__init__()
        self._page = page
        self._buttons: dict[str, QPushButton] = {}
        self.setAccessibleName(name)
        self.setFixedWidth(round(_INDEX_PX * scale))
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(SPACE * 4, SPACE * 4, SPACE, SPACE * 4)
        self.column.setSpacing(SPACE)
        self.column.addStretch(1)
        page.reached.connect(self._mark)

    def fill(self) -> None:
        """List the sections the page has."""
        for name, section in self._page.sections.items():
            # An ampersand in a title is no shortcut.
            button = QPushButton(section.title.replace("&", "&&"))
            button.setProperty("role", "index")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _on, name=name: self._go(name))
            self._buttons[name] = button
            self.column.insertWidget(self.column.count() - 1, button)
            section.installEventFilter(self)
        self._mark(next(iter(self._buttons), ""))

    def note(self, name: str, text: str) -> None:
        """Write how far a section is behind its title."""
        title = self._page.sections[name].title.replace("&", "&&")
        self._buttons[name].setText(f"{title}  {text}" if text else title)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave out sections that are hidden."""
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent) and isinstance(
            watched, SectionBox
        ):
            self._buttons[watched.name].setVisible(not watched.isHidden())
        return super().eventFilter(watched, event)

    def _go(self, name: str) -> None:
        self._page.scroll_to(name)
        self._mark(name)

    def _mark(self, name: str) -> None:
        for known, button in self._buttons.items():
            button.setChecked(known == name)
