"""Registering a person: six answers now, the others when there is time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from app.errors import Refused, SanadError
from app.i18n import N_, _
from app.ui.draft_keeper import DraftKeeper, DraftLine
from app.ui.forms import refusals_of
from app.ui.screen import Screen, ScreenSpec, register_screen
from app.ui.screens.duplicates_panel import DuplicatesPanel
from app.ui.screens.registration_forms import RegistrationForms
from app.ui.theme import SPACE
from app.ui.widgets.page import PageIndex, SectionPage
from app.ui.widgets.texts import label

if TYPE_CHECKING:
    from app.ui.desk import Desk

_ROOM_FOR_INDEX_PX: Final = 1000
SAVE_KEYS: Final = ("Ctrl+S", "Ctrl+Return", "Ctrl+Enter")


class RegistrationScreen(Screen):
    """One page; its first section may be all that is done today."""

    title = N_("Register a person")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._page = SectionPage(desk.preferences.text_scale)
        self.forms = RegistrationForms(desk, self._page)
        self._index = PageIndex(self._page, _("Sections"), desk.preferences.text_scale)
        self._index.fill()
        self.panel = DuplicatesPanel(desk)
        self.keeper = DraftKeeper(
            desk, "registration", self.forms.answers, self.forms.load, parent=self
        )
        self._draft_line = DraftLine(self.keeper)
        self._draft_line.discard.connect(self._discard)
        self._page.column.insertWidget(0, self._draft_line)
        across = QHBoxLayout()
        across.setSpacing(0)
        across.addWidget(self._index)
        across.addWidget(self._page, 1)
        across.addWidget(self.panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._heading())
        column.addLayout(across, 1)
        column.addWidget(self._foot())
        self.forms.edited.connect(self._edited)
        self.panel.found.connect(lambda _count: self._make_room())
        save = QAction(_("Register"), self)
        save.setShortcuts([QKeySequence(keys) for keys in SAVE_KEYS])
        save.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        save.triggered.connect(self.save)
        self.addAction(save)

    def _heading(self) -> QHBoxLayout:
        title = QLabel(_(self.title))
        title.setProperty("role", "heading1")
        row = QHBoxLayout()
        row.setContentsMargins(SPACE * 6, SPACE * 4, SPACE * 6, SPACE * 2)
        row.addWidget(title)
        row.addStretch(1)
        return row

    def _foot(self) -> QFrame:
        foot = QFrame()
        foot.setProperty("role", "footer")
        note = _("The first six answers are enough for today. What is typed is kept at once.")
        self.button = QPushButton(_("Register"))
        self.button.setProperty("role", "primary")
        self.button.setToolTip(_("Ctrl+S"))
        self.button.clicked.connect(self.save)
        row = QHBoxLayout(foot)
        row.setContentsMargins(SPACE * 6, SPACE * 2, SPACE * 6, SPACE * 2)
        row.addWidget(label(note, "caption"), 1)
        row.addWidget(self.button)
        return foot

    def arrive(self, **arguments: Any) -> None:
        """Take up the registration begun, or begin one with what is known already."""
        self._draft_line.hide()
        known = {name: arguments[name] for name in self.forms.quick.questions if name in arguments}
        self.keeper.arrive(None, {"quick": known} if known else {})
        self._note_progress()
        self.panel.seek(self.forms.sought())
        self.forms.quick.focus_first()

    def leave(self) -> None:
        """Keep what is typed."""
        self.keeper.flush()
        self.panel.rest()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make room for the questions first."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        is_wide = self.width() >= _ROOM_FOR_INDEX_PX * self.desk.preferences.text_scale
        self._index.setVisible(is_wide)
        self.panel.setVisible(is_wide or self.panel.has_found)

    def save(self) -> None:
        """Register, and open the person's file."""
        self.keeper.flush()
        if not self.forms.check():
            return
        try:
            with self.desk.store.write(self.desk.user, seen=self.keeper.seen) as db:
                person = self.forms.save(db)
        except Refused as refused:
            for other in self.forms.show_refusals(refusals_of(refused)):
                self.desk.explain(other)
            return
        except SanadError as error:
            self.desk.explain(error)
            return
        self.keeper.finish()
        self.desk.open_person(person.id)

    def _edited(self) -> None:
        self.keeper.touch()
        self._note_progress()
        self.panel.seek(self.forms.sought())

    def _note_progress(self) -> None:
        for name, text in self.forms.progress().items():
            self._index.note(name, text)

    def _discard(self) -> None:
        self.keeper.discard(None, {})
        self._note_progress()
        self.panel.seek(self.forms.sought())
        self.forms.quick.focus_first()


register_screen(
    ScreenSpec(
        name="registration",
        title=RegistrationScreen.title,
        icon="ph.user-plus",
        order=None,
        roles=frozenset({"counsellor", "supervisor", "intake_partner", "protection", "admin"}),
        build=RegistrationScreen,
        under="people",
    )
)
