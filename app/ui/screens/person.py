"""The file of a person: its head, then its sections down one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.i18n import N_, _
from app.models.drafts import drafts_of
from app.models.record import kinds
from app.models.store import Changed
from app.ui.screen import Screen, ScreenSpec, register_screen
from app.ui.screens.person_cases import CasesSection
from app.ui.screens.person_consents import ConsentsSection
from app.ui.screens.person_file import KINDS, PersonFile, read_file
from app.ui.screens.person_header import PersonHeader
from app.ui.screens.person_history import HistorySection
from app.ui.screens.person_intake import IntakeSection
from app.ui.screens.person_overview import OverviewSection
from app.ui.screens.person_papers import PapersSection
from app.ui.screens.person_section import FileSection
from app.ui.screens.person_sessions import SessionsSection
from app.ui.screens.person_training import TrainingSection
from app.ui.widgets.page import PageIndex, SectionPage

if TYPE_CHECKING:
    from app.ui.desk import Desk

_ROOM_FOR_INDEX_PX: Final = 760
_FORMS: Final = {
    "person.appointment": "overview",
    "person.intake": "intake",
    "person.case": "cases",
    "person.consent": "consents",
    "person.session": "sessions",
    "person.enrolment": "training",
    "person.picture": "papers",
}
"""The section of each form, by the name of its draft."""
_INTAKE_ONLY: Final = frozenset({"intake_partner"})


class PersonScreen(Screen):
    """One person's file."""

    title = N_("Person")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._person: UUID | None = None
        self.file: PersonFile | None = None
        self.header = PersonHeader(desk)
        self._page = SectionPage(desk.preferences.text_scale)
        self.overview = OverviewSection(desk)
        self.intake = IntakeSection(desk)
        self.cases = CasesSection(desk)
        self.consents = ConsentsSection(desk)
        self.sessions = SessionsSection(desk)
        self.training = TrainingSection(desk)
        self.papers = PapersSection(desk)
        self.history = HistorySection(desk)
        self._sections = self._allowed()
        for section in self._sections:
            self._page.add(section)
            section.done.connect(self.header.focus_primary)
        self._index = PageIndex(self._page, _("Sections"), desk.preferences.text_scale)
        self._index.fill()
        across = QHBoxLayout()
        across.setSpacing(0)
        across.addWidget(self._index)
        across.addWidget(self._page, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addLayout(across, 1)
        self.header.moved.connect(self.cases.move_on)
        self.header.offered.connect(self.offer)
        self.header.printed.connect(self.papers.print_intake)
        desk.changed.connect(self._changed)
        self._add_keys()

    def _allowed(self) -> list[FileSection]:
        everything = [
            self.overview, self.intake, self.cases, self.consents, self.sessions, self.training,
            self.papers, self.history,
        ]  # fmt: skip
        if not self.desk.roles <= _INTAKE_ONLY:
            return everything
        # An intake point registers and takes consent; it does not read what is said in sessions.
        return [self.intake, self.consents, self.papers]

    def _add_keys(self) -> None:
        for keys, text, then in (
            ("Ctrl+P", _("Print the intake form"), self.papers.print_intake),
            ("Ctrl+E", _("Edit the answers"), self.intake.edit),
            ("Ctrl+Shift+S", _("Record a session"), lambda: self.offer("sessions")),
        ):
            action = QAction(text, self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(lambda _on=False, then=then: then())
            self.addAction(action)

    def arrive(self, **arguments: Any) -> None:
        """Show a person's file at a section.

        Args:
            arguments: ``person``, the id; ``section``, the name of one, or of a draft to take up;
                ``form``, to open the form of the section.
        """
        person = arguments.get("person", self._person)
        if person is None:
            return
        section = str(arguments.get("section", "overview"))
        self._person = self._whose(person, section)
        if not self._load():
            self.desk.say(_("This file is not on this computer."), "warning")
            return
        if section in _FORMS:
            self.offer(_FORMS[section])
        elif section.startswith("person."):
            self._take_up(section)
        elif arguments.get("form"):
            self.offer(section)
        else:
            self._page.scroll_to(section)
            self.header.focus_primary()

    def _take_up(self, form: str) -> None:
        """Go on with a form begun in this file, by the name of its draft."""
        records = {record.id for record in self.file.records} if self.file else set()
        for draft in drafts_of(self.desk.store, self.desk.user):
            if draft.form == form and draft.about in records:
                for section in self._sections:
                    if section.take_up(draft):
                        self._page.scroll_to(section.name)
                        return

    def _whose(self, about: UUID, form: str) -> UUID:
        """Give the person of a file, from their id or that of a record whose form is begun."""
        kind = kinds().get(form.rpartition(".")[2])
        if kind is None:
            return about
        with self.desk.store.read() as db:
            record = db.get(kind, about)
        return record.root if record is not None else about

    def leave(self) -> None:
        """Keep what is being typed."""
        for section in self._sections:
            section.leave()

    def title_text(self) -> str:
        """Give the case number: a name may be read over a shoulder."""
        numbers = [case.number for case in self.file.cases] if self.file else []
        return numbers[-1] or _(self.title) if numbers else _(self.title)

    def offer(self, section: str) -> None:
        """Go to a section and open the form that adds to it."""
        self._page.scroll_to(section)
        openers = {
            "consents": self.consents.add,
            "sessions": self.sessions.add,
            "cases": self.cases.add,
            "intake": self.intake.edit,
            "training": self.training.add,
            "overview": self.overview.add,
            "papers": self.papers.add,
        }
        if section in openers:
            openers[section]()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the index out where there is little room."""
        super().resizeEvent(event)
        room = _ROOM_FOR_INDEX_PX * self.desk.preferences.text_scale
        self._index.setVisible(self.width() >= room)

    def _load(self) -> bool:
        if self._person is None:
            return False
        file = read_file(self.desk.store, self._person)
        if file is None:
            return False
        self.file = file
        self.header.show_file(file)
        for section in self._sections:
            section.show_file(file)
        return True

    def _changed(self, changed: Changed) -> None:
        if self.isVisible() and changed.kinds & KINDS:
            self._load()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the next step of the case at Ctrl+Return, unless a form took the key to save."""
        is_return = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        commanded = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if is_return and commanded and self.header.primary is not None:
            self.header.primary.click()
            return
        super().keyPressEvent(event)


register_screen(
    ScreenSpec(
        name="person",
        title=PersonScreen.title,
        icon="ph.user",
        order=None,
        roles=None,
        build=PersonScreen,
        under="people",
    )
)
