"""The work itself: rail, search, the screens, the status line."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

import app.ui.screens.all  # noqa: F401  every screen registers itself
from app.i18n import _, isolate
from app.models.store import Changed
from app.models.users import User
from app.ui.desk import Desk
from app.ui.gate import training_band
from app.ui.icons import icon
from app.ui.notice import Notice
from app.ui.parts import button, column, edges, frame, row
from app.ui.rail import Rail, digit_of
from app.ui.screen import Screen, rail_screens, screens
from app.ui.screens.review_count import ReviewCount
from app.ui.search_box import SearchBox
from app.ui.statusbar import StatusBar

FIRST_SCREEN = "today"


class Workplace(QWidget):
    """Everything one works with once the store is open; rebuilt when language or look change."""

    titled = Signal(str)
    """What the window's title says: never more than a screen's title."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._built: dict[str, Screen] = {}
        self._place: tuple[str, dict[str, Any]] = ("", {})
        self._is_open = True
        self._actions = self._own_actions()
        theme = desk.theme
        specs = rail_screens(desk.roles)
        self.rail = Rail(specs, theme, desk.preferences.text_scale)
        self.search = SearchBox(desk.store, theme, self.commands, self)
        self.stack = QStackedWidget()
        self.notice = Notice()
        self.status = StatusBar(desk)
        self._lay_out()
        for number, spec in enumerate(specs, start=1):
            if (digit := digit_of(number)) is not None:
                self._shortcut(f"Ctrl+{digit}", lambda name=spec.name: self.show_screen(name))
        self._shortcut("Ctrl+K", self.search.begin)
        self.rail.chosen.connect(self.show_screen)
        self.search.person_chosen.connect(desk.open_person)
        self.search.left.connect(self._focus_screen)
        self._review = ReviewCount(desk, self)
        self._review.counted.connect(lambda count, words: self.rail.tell("review", count, words))
        self._review.counted.connect(self.status.show_review)
        if "review" in self.rail.buttons:
            self._review.count()
        self.status.sync_asked.connect(lambda: self.show_screen("sync"))
        self.status.review_asked.connect(lambda: self.show_screen("review"))
        desk.screen_asked.connect(self._show_asked)
        desk.said.connect(self.notice.say)
        desk.changed.connect(self._refresh)

    def _lay_out(self) -> None:
        who = button(" " + self._who(), "quiet", name="lock")
        who.setIcon(icon("ph.lock-simple", self.desk.theme, self.desk.theme.accent))
        who.setToolTip(_("Cover everything (Ctrl+L)"))
        who.setAccessibleName(_("Cover everything"))
        who.clicked.connect(self.desk.lock_asked)
        bar = frame("topbar")
        top = row(self.search, None, who, spacing=4)
        top.setStretch(0, 3)
        top.setStretch(1, 1)
        edges(top, 6, 2, 4, 2)
        bar.setLayout(top)
        self.search.setMaximumWidth(round(720 * self.desk.preferences.text_scale))
        right = column(bar, self.stack, self.notice, self.status, spacing=0)
        right.setStretch(1, 1)
        body = row(self.rail, right, spacing=0)
        body.setStretch(1, 1)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(0)
        if self.desk.store.is_training:
            page.addWidget(training_band())
        page.addLayout(body, 1)

    def _who(self) -> str:
        with self.desk.store.read() as db:
            user = db.get(User, self.desk.user)
            return isolate(user.summary) if user is not None else _("Cover")

    # -- where one is --------------------------------------------------------------------------

    @property
    def place(self) -> tuple[str, dict[str, Any]]:
        """Name of the screen shown, and its arguments."""
        return self._place

    @property
    def screen_shown(self) -> Screen | None:
        """The screen one looks at."""
        shown = self.stack.currentWidget()
        return shown if isinstance(shown, Screen) else None

    def show_screen(self, name: str, **arguments: Any) -> None:
        """Show a screen, keeping what was typed in the one before."""
        spec = screens()[name]
        if not spec.is_for(self.desk.roles):
            self.desk.say(_("Your role does not use this screen."), "warning")
            return
        self.leave()
        screen = self._screen(name)
        self._place = (name, arguments)
        self.stack.setCurrentWidget(screen)
        self.rail.mark(spec.under or name)
        screen.arrive(**arguments)
        self.titled.emit(screen.title_text() or _(spec.title))
        self._focus_screen()

    def leave(self) -> None:
        """Keep what is being typed."""
        if self.screen_shown is not None:
            self.screen_shown.leave()

    def close_down(self) -> None:
        """Keep what is typed and begin nothing more; the store may close after this."""
        if self._is_open:
            self.leave()
            self._is_open = False
            self._review.close_down()
            self.status.close_down()
            self.desk.close()

    def build_rest(self) -> None:
        """Build the screens not seen yet, one each time there is nothing else to do."""
        if not self._is_open:
            return
        for name, spec in screens().items():
            if name not in self._built and spec.is_for(self.desk.roles):
                self._screen(name)
                QTimer.singleShot(0, self, self.build_rest)
                return

    def _screen(self, name: str) -> Screen:
        if name not in self._built:
            built = screens()[name].build(self.desk)
            self._built[name] = built
            self.stack.addWidget(built)
            for command in built.commands():
                if command.shortcutContext() == Qt.ShortcutContext.ApplicationShortcut:
                    self.addAction(command)
        return self._built[name]

    def _show_asked(self, name: str, arguments: dict[str, Any]) -> None:
        self.show_screen(name, **arguments)

    def _focus_screen(self) -> None:
        screen = self.screen_shown
        if screen is None:
            return
        inside = screen.focusWidget() or _first_control(screen)
        if inside is not None:
            inside.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- what can be done ----------------------------------------------------------------------

    def commands(self) -> list[QAction]:
        """List what the search box offers: the shown screen's, the other screens', the window's."""
        shown = self.screen_shown
        first = shown.commands() if shown is not None else []
        others = [c for s in self._built.values() if s is not shown for c in s.commands()]
        return list(dict.fromkeys([*first, *others, *self._actions]))

    def _own_actions(self) -> list[QAction]:
        lock = QAction(_("Cover everything"), self)
        lock.setShortcut(QKeySequence("Ctrl+L"))
        lock.triggered.connect(self.desk.lock_asked)
        self.addAction(lock)
        goes = []
        for spec in rail_screens(self.desk.roles):
            go = QAction(_("Go to {place}").format(place=_(spec.title)), self)
            go.triggered.connect(lambda _checked=False, name=spec.name: self.show_screen(name))
            goes.append(go)
        return [lock, *goes]

    def _shortcut(self, keys: str, then: Any) -> None:
        action = QAction(self)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked=False: then())
        self.addAction(action)

    def _refresh(self, _changed: Changed) -> None:
        self.status.refresh()


def _first_control(screen: Screen) -> QWidget | None:
    """Give the first control in reading order that takes the keyboard."""
    control = screen.nextInFocusChain()
    while control is not None and control is not screen:
        takes_keys = bool(control.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if takes_keys and control.isVisibleTo(screen) and screen.isAncestorOf(control):
            return control
        control = control.nextInFocusChain()
    return None
