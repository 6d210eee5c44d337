"""The file of a person: its head, then its sections down one page."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.casework.files import ancestors, file_of, filed_kinds, parent_kind
from app.casework.verbs import Verb
from app.i18n import N_, _
from app.models.drafts import drafts_of
from app.models.filing import FILE_SECTIONS
from app.models.persons import Person
from app.models.record import Record
from app.models.store import Changed
from app.ui.screen import Screen, ScreenSpec, register_screen
from app.ui.screens import person_business  # noqa: F401  shows the figures of business plans
from app.ui.screens.case_moves import Remedy
from app.ui.screens.filed_card import FiledCard
from app.ui.screens.filed_list import FiledList
from app.ui.screens.person_cases import CasesSection
from app.ui.screens.person_consents import ConsentsSection
from app.ui.screens.person_file import PersonFile, read_file, shown_kinds
from app.ui.screens.person_header import PersonHeader
from app.ui.screens.person_history import HistorySection
from app.ui.screens.person_intake import IntakeSection
from app.ui.screens.person_overview import OverviewSection
from app.ui.screens.person_papers import PapersSection
from app.ui.screens.person_protection import ProtectionSection
from app.ui.screens.person_section import FileSection, ListsSection
from app.ui.screens.person_sessions import SessionsSection
from app.ui.screens.person_training import TrainingSection
from app.ui.widgets.page import PageIndex, SectionPage

if TYPE_CHECKING:
    from app.ui.desk import Desk

_ROOM_FOR_INDEX_PX: Final = 760
_AT_ONCE_S: Final = 0.012
"""How long the window may be kept from answering while a file is made."""
_FORMS: Final = {
    "person.appointment": "overview",
    "person.intake": "intake",
    "person.case": "cases",
    "person.consent": "consents",
    "person.session": "counselling",
    "person.enrolment": "training",
    "person.picture": "papers",
}
"""The section of each form that is no filed kind's, by the name of its draft."""
_OWN_FORMS: Final = frozenset(
    {"consent", "counselling_session", "case", "person", "person_name", "enrolment"}
)
"""Kinds that a section adds or changes with a form of its own."""
_INTAKE_ONLY: Final = frozenset({"intake_partner"})
_INTAKE_SECTIONS: Final = ("intake", "consents", "papers")


class PersonScreen(Screen):
    """One person's file.

    Only what is in sight is made at once; the other sections follow one by one, so that the
    window answers meanwhile.
    """

    title = N_("Person")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._kinds = shown_kinds()
        self._person: UUID | None = None
        self._first = "overview"
        self._is_left = False
        self.file: PersonFile | None = None
        self.header = PersonHeader(desk)
        self._page = SectionPage(desk.preferences.text_scale)
        self.overview = OverviewSection(desk)
        self.intake = IntakeSection(desk)
        self.cases = CasesSection(desk)
        self.consents = ConsentsSection(desk)
        self.sessions = SessionsSection(desk)
        self.protection = ProtectionSection(desk)
        self.training = TrainingSection(desk)
        self.papers = PapersSection(desk)
        self.history = HistorySection(desk)
        self.sections = {section.name: section for section in self._allowed()}
        self.papers.allowed = frozenset(self.sections)
        for section in self.sections.values():
            section.add_lists(self._filed_in(section.name))
            self._page.add(section)
            section.done.connect(self._go_on)
            section.part_wanted.connect(self._page.bring)
            section.case_needed.connect(lambda: self.offer("cases"))
        self._catching_up = QTimer(self)
        self._catching_up.setSingleShot(True)
        self._catching_up.setInterval(0)
        self._catching_up.timeout.connect(self._catch_up)
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
        self.header.moved.connect(self._move)
        self.header.offered.connect(self.offer)
        self.header.remedied.connect(self._remedy)
        self.header.acted.connect(self._act)
        self.header.printed.connect(self.papers.print_intake)
        desk.changed.connect(self._changed)
        self._add_keys()

    @property
    def _is_intake_only(self) -> bool:
        return self.desk.roles <= _INTAKE_ONLY

    def _allowed(self) -> list[FileSection]:
        own = (
            self.overview, self.intake, self.cases, self.consents, self.sessions, self.protection,
            self.training, self.papers, self.history,
        )  # fmt: skip
        made: dict[str, FileSection] = {section.name: section for section in own}
        # An intake point registers and takes consent; it does not read what is said in sessions.
        allowed = _INTAKE_SECTIONS if self._is_intake_only else tuple(FILE_SECTIONS)
        return [made.get(name) or ListsSection(self.desk, name) for name in allowed]

    def _filed_in(self, section: str) -> list[type[Record]]:
        kinds = [
            kind
            for kind in filed_kinds()
            if kind.filed is not None and kind.filed.section == section and not kind.filed.under
        ]
        if self._is_intake_only:
            return [kind for kind in kinds if parent_kind(kind) is Person]
        return kinds

    def _add_keys(self) -> None:
        for keys, text, then in (
            ("Ctrl+P", _("Print the intake form"), self.papers.print_intake),
            ("Ctrl+E", _("Edit the answers"), self.intake.edit),
            ("Ctrl+Shift+S", _("Record a session"), lambda: self.offer("counselling")),
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
                ``form``, to open the form of the section; ``record``, one of the file to be in
                sight, and with ``corrects`` opened to be corrected.
        """
        person = arguments.get("person", self._person)
        if person is None:
            return
        section = str(arguments.get("section", "overview"))
        about = UUID(str(person))
        self._person = self._whose(about)
        if not self._load():
            self.desk.say(_("This file is not on this computer."), "warning")
            return
        if section in _FORMS:
            self.offer(_FORMS[section])
        elif section.startswith("person."):
            self._take_up(section, about)
        elif arguments.get("form"):
            self.offer(section)
        else:
            self._first = section
            self._page.scroll_to(section)
            self.header.focus_primary()
            if arguments.get("record") is not None:
                self._show_record(section, arguments["record"], bool(arguments.get("corrects")))

    def _show_record(self, section: str, record: UUID, corrects: bool) -> None:
        """Bring a record of the file into sight; records shown without a card stay in theirs."""
        self._show_section(section)
        for card in self.findChildren(FiledCard):
            if card.record.id == record:
                self._page.bring(card)
                if corrects:
                    card.correct()
                return

    def _show_section(self, name: str) -> None:
        if name in self.sections:
            self.sections[name].catch_up()
            self._page.scroll_to(name)

    def _take_up(self, form: str, about: UUID) -> None:
        """Go on with a form begun in this file, by the name of its draft.

        Args:
            about: The record the draft is about, or the person when that is not known.
        """
        records = self.file.by_id() if self.file else {}
        begun = [
            draft
            for draft in drafts_of(self.desk.store, self.desk.user)
            if draft.form == form and draft.about in records
        ]
        begun.sort(key=lambda draft: draft.about != about)
        for draft in begun:
            for section in self.sections.values():
                if section.take_up(draft):
                    self._page.scroll_to(section.name)
                    return

    def _whose(self, about: UUID) -> UUID:
        """Give the person of a file, from their id or that of a record in it."""
        with self.desk.store.read() as db:
            return file_of(db, about) or about

    def leave(self) -> None:
        """Keep what is being typed; nothing more is read or made until the file is seen again."""
        self._is_left = True
        self._catching_up.stop()
        for section in self.sections.values():
            section.leave()

    def showEvent(self, event: QShowEvent) -> None:
        """Show what has changed while the file was covered."""
        super().showEvent(event)
        if self._is_left and self.file is not None:
            self._load()

    def title_text(self) -> str:
        """Give the case number: a name may be read over a shoulder."""
        numbers = [case.number for case in self.file.cases] if self.file else []
        return numbers[-1] or _(self.title) if numbers else _(self.title)

    def offer(self, section: str) -> None:
        """Go to a section and open the form that adds what is its own."""
        if section not in self.sections:
            return
        self._show_section(section)
        openers = {
            "consents": self.consents.add,
            "counselling": self.sessions.add,
            "cases": self.cases.add,
            "intake": self.intake.edit,
            "training": self.training.add,
            "overview": self.overview.add,
            "papers": self.papers.add,
            "protection": self.protection.add,
        }
        if section in openers:
            openers[section]()

    def _remedy(self, case: UUID, remedy: Remedy) -> None:
        """Do what settles something that is missing for a case."""
        section = self.sections.get(remedy.section)
        if section is None:
            return
        self._show_section(section.name)
        if remedy.record is not None:
            self._do(remedy.record.id, remedy.verb)
        elif remedy.kind in _OWN_FORMS:
            self.offer(section.name)
        elif remedy.kind is not None and not section.add_of(remedy.kind, case):
            self._add_under_latest(section, remedy.kind, case)

    def _add_under_latest(self, section: FileSection, kind: str, case: UUID) -> None:
        """Add what is listed under other records, such as a leg, under the latest of the case."""
        by_id = self.file.by_id() if self.file else {}
        nested = {
            listed.above.created_at: listed
            for listed in section.findChildren(FiledList)
            if listed.kind.kind == kind
            and listed.above is not None
            and case in ancestors(listed.above, by_id)
        }
        if nested:
            nested[max(nested)].add()

    def _do(self, record: UUID, verb: Verb | None) -> None:
        """Do a step of a record in its card, or open it to be completed."""
        for card in self.findChildren(FiledCard):
            if card.record.id == record:
                if verb is not None:
                    card.do(verb)
                else:
                    card.correct()
                return

    def _move(self, case: UUID, state: str) -> None:
        if "cases" in self.sections:
            self.cases.move_on(case, state)

    def _act(self, case: UUID, name: str) -> None:
        """Do something with a case, by the name of a verb."""
        self._show_section("cases")
        for verb in self.file.verbs.get(case, []) if self.file else []:
            if verb.name == name:
                self._do(case, verb)

    def _go_on(self, is_placed: bool) -> None:
        if not is_placed:
            self.header.focus_primary()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the index out where there is little room."""
        super().resizeEvent(event)
        room = _ROOM_FOR_INDEX_PX * self.desk.preferences.text_scale
        self._index.setVisible(self.width() >= room)

    def _load(self) -> bool:
        if self._person is None:
            return False
        file = read_file(self.desk, self._person)
        if file is None:
            return False
        self.file = file
        self._is_left = False
        self.header.show_file(file)
        for section in self.sections.values():
            section.set_file(file)
        self._catching_up.start()
        return True

    def _catch_up(self) -> None:
        """Make some of what is behind: the section asked for, those in sight, then the others."""
        until = perf_counter() + _AT_ONCE_S
        while behind := [section for section in self.sections.values() if section.is_behind]:
            wanted = [one for one in behind if one.name == self._first]
            in_sight = [one for one in behind if not one.visibleRegion().isEmpty()]
            (wanted or in_sight or behind)[0].catch_up_some()
            if perf_counter() > until:
                self._catching_up.start()  # the window answers first
                break
        self._page.still_grows()

    def _changed(self, changed: Changed) -> None:
        if self.isVisible() and not self._is_left and changed.kinds & self._kinds:
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
