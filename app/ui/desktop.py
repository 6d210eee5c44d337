"""The course of a day: first run or unlock, the work, its cover, and back.

This module and what it imports open the first window, so nothing here may read the store's
machinery before the window is painted: what is heavy is imported where it is used.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.errors import SanadError
from app.i18n import _, isolate
from app.models.keys import Keys
from app.ui.first_run import TRAINING_LOGIN, TRAINING_PASSPHRASE, FirstRunPage
from app.ui.frame import TITLE, Frame, under_band
from app.ui.hide import Curtain, IdleWatch
from app.ui.languages import QtWords
from app.ui.preferences import Preferences
from app.ui.preload import read_ahead, read_widgets_ahead
from app.ui.questions import ask
from app.ui.sweeper import Sweeper
from app.ui.tasks import Progress, Tasks
from app.ui.theme import Theme, apply_theme, theme_named
from app.ui.unlock import UnlockPage

if TYPE_CHECKING:
    from app.models.store import Store
    from app.ui.background_sync import BackgroundSync
    from app.ui.desk import Desk
    from app.ui.window import Workplace

KEY_FILE = "keys.json"
_DRESSING = frozenset({"language", "theme", "text_percent"})


class Desktop(QObject):
    """The one window and what it shows.

    Args:
        store_folder: The office's store; a training store stands beside it.
        preferences: What this computer's people like.
    """

    def __init__(
        self, application: QApplication, store_folder: Path, preferences: Preferences
    ) -> None:
        super().__init__()
        self._application = application
        self._office_folder = store_folder
        self._training_folder = store_folder.parent / "training"
        self._folder = store_folder
        self.preferences = preferences
        self._words = QtWords(application)
        self._theme = self._dress()
        self.tasks = Tasks(self)
        self.frame = Frame(preferences, self._theme)
        self.desk: Desk | None = None
        self.workplace: Workplace | None = None
        self._store: Store | None = None
        self._user: UUID | None = None
        self._syncing: BackgroundSync | None = None
        self.gate: UnlockPage | FirstRunPage | None = None
        self._gate_shown: QWidget | None = None
        self._curtain = Curtain(self.frame)
        self._sweeper = Sweeper(self)
        self._idle = IdleWatch(application, self)
        self._idle.idle.connect(self.cover)
        self._is_dressing = False
        self._trouble_shown = False
        preferences.changed.connect(self._preference_changed)
        application.styleHints().colorSchemeChanged.connect(self._computer_changed)
        self.frame.closing.connect(self.close)
        self.frame.painted.connect(self._read_ahead)

    def begin(self) -> None:
        """Show the window with what comes first."""
        self._sweeper.start()
        if (self._office_folder / KEY_FILE).exists():
            self.show_unlock(self._office_folder)
        else:
            self.show_first_run()
        self.frame.show()
        if self.gate is not None:
            self.gate.take_focus()

    def close(self) -> None:
        """Keep what is typed, stop long work and release the store."""
        self._idle.watch(0)
        self.close_store()
        self.tasks.close()
        self._sweeper.stop()

    # -- before the work -----------------------------------------------------------------------

    def show_first_run(self) -> None:
        """Offer the two ways in."""
        page = FirstRunPage(self._theme, self.tasks, self._office_folder, self._training_folder)
        page.founded.connect(self._enter)
        page.training_asked.connect(lambda: self.show_unlock(self._training_folder))
        self._show_gate(page, is_training=False)

    def show_unlock(self, folder: Path) -> None:
        """Ask who opens the store in ``folder``."""
        self._folder = folder
        try:
            held = Keys(folder / KEY_FILE).read()
        except SanadError as error:
            page = self._unlock_page([], is_training=False)
            page.say_trouble(str(error))
            page.unlock.setEnabled(False)
            self._show_gate(page, is_training=False)
            return
        page = self._unlock_page(sorted(held.slots), is_training=held.is_training)
        page.opened.connect(self._enter)
        page.other_way_asked.connect(self._go_other_way)
        self._show_gate(page, is_training=held.is_training)

    def _unlock_page(self, logins: list[str], *, is_training: bool) -> UnlockPage:
        return UnlockPage(
            self._theme,
            self.tasks,
            logins,
            _opener(self._folder),
            login=self.preferences.last_login,
            hint=_practice_hint(logins) if is_training else "",
            other_way=self._other_way(),
        )

    def _other_way(self) -> str:
        if self._folder == self._office_folder:
            return _("Training mode…")
        if (self._office_folder / KEY_FILE).exists():
            return _("Open the office's store")
        return _("Back")

    def _go_other_way(self) -> None:
        if self._folder == self._office_folder and (self._training_folder / KEY_FILE).exists():
            self.show_unlock(self._training_folder)
        elif self._folder != self._office_folder and (self._office_folder / KEY_FILE).exists():
            self.show_unlock(self._office_folder)
        else:
            self.show_first_run()

    def _show_gate(self, page: UnlockPage | FirstRunPage, *, is_training: bool) -> None:
        page.language_chosen.connect(self._choose_language)
        shown = under_band(page) if is_training else page
        former, self._gate_shown, self.gate = self._gate_shown, shown, page
        self.frame.setWindowTitle(TITLE)
        self.frame.put(shown, instead_of=former)
        page.take_focus()

    def _read_ahead(self) -> None:
        def work(_progress: Progress) -> None:
            read_ahead()

        def done(_nothing: None) -> None:
            self._read_widgets(read_widgets_ahead())

        self.tasks.run("", work, done, is_quiet=True)

    def _read_widgets(self, steps: Iterator[str]) -> None:
        """Take one step and leave the others for when the keys typed meanwhile are answered."""
        if next(steps, None) is not None:
            QTimer.singleShot(0, self, lambda: self._read_widgets(steps))
            return
        from app.ui.icons import icon

        icon("ph.house", self._theme)  # reads the icons' font
        gc.freeze()  # modules stay: no need to look through them at every sweep

    # -- the work ------------------------------------------------------------------------------

    def _enter(self, opened: tuple[Store, UUID]) -> None:
        from app.ui.background_sync import BackgroundSync
        from app.ui.network import network_of_this_computer

        self._store, self._user = opened
        self._syncing = BackgroundSync(
            self._store,
            self.tasks,
            self.preferences,
            network=network_of_this_computer(),
            parent=self,
        )
        self.preferences.last_login = self._login()
        self._build_workplace("today", {})
        self._drop_gate()
        self._idle.watch(self.preferences.idle_minutes)
        self._syncing.start()

    def _build_workplace(self, name: str, arguments: dict[str, Any]) -> None:
        from app.ui.desk import Desk
        from app.ui.window import Workplace

        assert self._store is not None and self._user is not None  # noqa: PT018
        desk = Desk(
            self._store,
            self._user,
            self.preferences,
            self._theme,
            self.tasks,
            syncing=self._syncing,
        )
        desk.lock_asked.connect(self.cover)
        place = Workplace(desk)
        desk.setParent(place)  # it lives as long as what listens to it
        place.titled.connect(self._title)
        self.desk, self.workplace = desk, place
        self.frame.put(place)
        place.show_screen(name, **arguments)
        QTimer.singleShot(0, place, place.build_rest)

    def _drop_gate(self) -> None:
        if self._gate_shown is not None and self.workplace is not None:
            self.frame.put(self.workplace, instead_of=self._gate_shown)
            self._gate_shown = self.gate = None

    def _title(self, title: str) -> None:
        if not self.is_covered:
            self.frame.setWindowTitle(f"{title} — {TITLE}" if title else TITLE)

    def close_store(self) -> None:
        """Leave the work: what is typed is kept, the store is released."""
        if self.workplace is not None:
            self.workplace.close_down()
        if self._syncing is not None:
            self._syncing.close()
            self._syncing.deleteLater()
            self._syncing = None
        if self._store is not None:
            self._store.close()
        self._store = self._user = self.desk = None

    def change_user(self) -> None:
        """Close the store and ask who comes next."""
        former, folder = self.workplace, self._folder
        if self._store is not None:
            folder = self._store.folder
        self.close_store()
        self.workplace = None
        self.show_unlock(folder)
        if former is not None and self._gate_shown is not None:
            self.frame.put(self._gate_shown, instead_of=former)

    def _login(self) -> str:
        if self._store is None:
            return ""
        slots = self._store.keys.read().slots
        return next((login for login, slot in slots.items() if slot.user == self._user), "")

    # -- the cover -----------------------------------------------------------------------------

    @property
    def is_covered(self) -> bool:
        """Whether the work is under its cover."""
        return self.workplace is not None and self._gate_shown is not None

    def cover(self) -> None:
        """Show nothing of anybody until the passphrase is typed."""
        if self.workplace is None or self._store is None or self.is_covered:
            return
        self._curtain.close()
        self.workplace.leave()
        self._store.forget_identity()
        self._idle.watch(0)
        self._show_cover()

    def _show_cover(self) -> None:
        store = self._store
        if store is None:
            return
        login = self._login()
        page = UnlockPage(
            self._theme,
            self.tasks,
            [login],
            store.admit,
            login=login,
            is_cover=True,
            hint=_practice_hint([login]) if store.is_training else "",
            other_way=_("Someone else works here"),
        )
        page.opened.connect(self._uncover)
        page.other_way_asked.connect(self.change_user)
        self._show_gate(page, is_training=store.is_training)

    def _uncover(self) -> None:
        self._drop_gate()
        self._curtain.open()
        self._idle.watch(self.preferences.idle_minutes)
        if self.workplace is not None and self.workplace.screen_shown is not None:
            self._title(self.workplace.screen_shown.title_text())

    # -- language and look ---------------------------------------------------------------------

    def _choose_language(self, code: str) -> None:
        self.preferences.language = code
        # Chosen though it was so already: noted all the same, as the computer's may change.
        self._preference_changed("language")

    def _preference_changed(self, name: str) -> None:
        if name == "idle_minutes" and self.workplace is not None and not self.is_covered:
            self._idle.watch(self.preferences.idle_minutes)
        if name in _DRESSING and not self._is_dressing:
            self._is_dressing = True
            # Whoever asked is a widget about to be replaced: let it finish first.
            QTimer.singleShot(0, self, self._dress_again)

    def _computer_changed(self) -> None:
        if self.preferences.theme_name == "system":
            self._preference_changed("theme")

    def _dress(self) -> Theme:
        theme = theme_named(self.preferences.theme_name)
        self._words.speak(self.preferences.language)
        apply_theme(self._application, theme, self.preferences.text_scale)
        return theme

    def _dress_again(self) -> None:
        self._is_dressing = False
        was_covered, former = self.is_covered, self.workplace
        if former is None:
            self._theme = self._dress()
        else:
            focus = self.frame.focusWidget()
            focused = focus.objectName() if focus is not None else ""
            name, arguments = former.place
            former.close_down()
            self.workplace = None
            self.frame.drop(former)  # before dressing: a thousand widgets less to dress
            self._theme = self._dress()
            self._build_workplace(name, arguments)
            self._focus_again(focused)
        if was_covered:
            self._show_cover()
        elif isinstance(self.gate, UnlockPage):
            self._unlock_again(self.gate)
        elif self.gate is not None:
            self.show_first_run()
            self._focus_again(f"language-{self.preferences.language}")

    def _unlock_again(self, former: UnlockPage) -> None:
        typed, login = former.passphrase.text(), former.login.currentText()
        self.show_unlock(self._folder)
        if isinstance(self.gate, UnlockPage):
            self.gate.login.setCurrentText(login)
            self.gate.passphrase.setText(typed)

    def _focus_again(self, object_name: str) -> None:
        page = self.frame.page
        found = page.findChild(QWidget, object_name) if page and object_name else None
        if isinstance(found, QWidget):
            found.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- when Sanad itself fails ---------------------------------------------------------------

    def survive(self, error: BaseException) -> None:
        """Keep what was typed, write a report, say so, and go on.

        What says itself what to do is told as anywhere else: it is no fault of the program.
        """
        from app.reports import write_report

        if isinstance(error, SanadError) and self.desk is not None:
            self.desk.explain(error)
            return
        path = write_report(error)
        if self._trouble_shown:
            return
        if self.workplace is not None:
            try:
                self.workplace.leave()
            except Exception as second:  # noqa: BLE001  the screen that failed may fail again
                write_report(second)
        self._trouble_shown = True
        dialog = ask(
            self.frame,
            _(
                "Something in Sanad failed. What you saved is safe. A report without anybody's"
                " data is in {path}."
            ).format(path=isolate(str(path))),
            _("Start afresh"),
            self._start_afresh,
            _("Go on"),
        )
        dialog.finished.connect(self._trouble_over)

    def _trouble_over(self) -> None:
        self._trouble_shown = False

    def _start_afresh(self) -> None:
        if self._store is not None:
            self.change_user()


def _opener(folder: Path) -> Callable[[str, str], tuple[Store, UUID]]:
    def open_store(login: str, passphrase: str) -> tuple[Store, UUID]:
        from app.models.store import Store

        opened = Store.unlock(folder, login, passphrase)
        read_ahead()  # whatever is still missing is read here, not on the GUI thread
        return opened

    return open_store


def _practice_hint(logins: list[str]) -> str:
    if TRAINING_LOGIN not in logins:
        return ""
    return _("To practise, the passphrase of {login} is: {passphrase}").format(
        login=isolate(TRAINING_LOGIN), passphrase=isolate(TRAINING_PASSPHRASE)
    )
