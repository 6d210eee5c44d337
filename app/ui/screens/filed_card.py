"""One filed record: its answers, what may be done with it, and what is filed under it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.casework.files import kinds_under
from app.casework.verbs import Verb, act
from app.errors import SanadError
from app.i18n import _, isolate
from app.models.drafts import Draft
from app.models.layout import Section
from app.models.record import Record
from app.models.types import Reference
from app.ui.drop_menu import Entries, drop_menu
from app.ui.inline_form import InlineForm
from app.ui.screens.filed_cards import card_body
from app.ui.screens.filed_forms import correcting_form, shown_sections, verb_form, voiding_form
from app.ui.screens.person_section import stamps
from app.ui.theme import SPACE
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.read_view import ReadView
from app.ui.widgets.texts import joined, label

if TYPE_CHECKING:
    from app.ui.screens.filed_list import FiledList
    from app.ui.screens.person_file import PersonFile
    from app.ui.screens.person_section import FileSection


class FiledCard(QFrame):
    """A record in its list.

    Args:
        section: The section it stands in.
        record: What is shown.
        is_line: Shown as a line of another record's card rather than as a card.
    """

    def __init__(self, section: FileSection, record: Record, *, is_line: bool) -> None:
        super().__init__()
        self.record = record
        self.nested: list[FiledList] = []
        self._section = section
        self._is_line = is_line
        self._seen: object = None
        self._told: QWidget | None = None
        self._form: InlineForm | None = None
        self._column = QVBoxLayout(self)
        self._column.setSpacing(SPACE * 2)
        if is_line:
            self._column.setContentsMargins(SPACE * 3, 0, 0, 0)
        else:
            self.setProperty("role", "card")
            self._column.setContentsMargins(SPACE * 4, SPACE * 3, SPACE * 4, SPACE * 2)
        self._slot = QVBoxLayout()
        self._column.addLayout(self._slot)
        self._nest()

    def _nest(self) -> None:
        from app.ui.screens.filed_list import FiledList

        if type(self.record).filed is None:
            return
        for kind in kinds_under(type(self.record)):
            nested = FiledList(self._section, kind, self.record)
            self.nested.append(nested)
            self._column.addWidget(nested)
        adds = [nested.add_button for nested in self.nested if nested.kind.filed.add]  # type: ignore[union-attr]
        if adds:
            row = QWidget()
            flow = FlowLayout(row, gap=SPACE)
            for button in adds:
                flow.addWidget(button)
            self._column.addWidget(row)

    def show_record(self, record: Record, file: PersonFile) -> None:
        """Show the record as the file has it; what is the same stays as it stands."""
        self.record = record
        seen = self.depends_on(record, file)
        if seen != self._seen:
            self._seen = seen
            self._tell(record, file, self.verbs(file))
        for nested in self.nested:
            nested.show_file(file)

    def verbs(self, file: PersonFile) -> list[Verb]:
        """List what may be done with the record."""
        return file.verbs.get(self.record.id, [])

    def depends_on(self, record: Record, file: PersonFile) -> object:
        """Give what the card itself depends on, to be compared with what it showed."""
        below = [file.filed.get(nested.kind, []) for nested in self.nested]
        return (
            stamps([record]),
            [verb.name for verb in file.verbs.get(record.id, [])],
            # What a custom body shows follows from the records under this one too.
            [stamps(one) for one in below] if card_body(type(record)) is not None else None,
        )

    def _tell(self, record: Record, file: PersonFile, verbs: list[Verb]) -> None:
        if self._told is not None:
            had_focus = self._told.isAncestorOf(self.window().focusWidget() or self)
            self._column.removeWidget(self._told)
            self._told.hide()
            self._told.deleteLater()
        else:
            had_focus = False
        self._told = (
            self._line(record, file, verbs) if self._is_line else self._page(record, file, verbs)
        )
        self._column.insertWidget(0, self._told)
        self._told.show()  # what is not shown yet cannot take the keyboard
        if had_focus:
            first = self._told.findChild(QPushButton)
            if first is not None:
                first.setFocus()

    def _page(self, record: Record, file: PersonFile, verbs: list[Verb]) -> QWidget:
        told = QWidget()
        column = QVBoxLayout(told)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        view = ReadView(record, shown_sections(type(record)), named=file.named)
        column.addWidget(label(_("Nothing is answered yet."), "quiet") if view.is_empty else view)
        body = self.body(record, file)
        if body is not None:
            column.addWidget(body)
        row = QWidget()
        flow = FlowLayout(row, gap=SPACE)
        for button in (*self._verb_buttons(verbs), self._button(_("Correct"), self.correct)):
            flow.addWidget(button)
        if entries := self.more_entries(file):
            flow.addWidget(self._more(entries))
        column.addWidget(row)
        return told

    def body(self, record: Record, file: PersonFile) -> QWidget | None:
        """Give what stands under the answers; None for most."""
        made = card_body(type(record))
        return made(self._section.desk, record) if made is not None else None

    def more_entries(self, file: PersonFile) -> Entries:
        """List what is done seldom, for a menu."""
        return [(_("No longer counts…"), self.void)]

    def _line(self, record: Record, file: PersonFile, verbs: list[Verb]) -> QWidget:
        told = QWidget()
        across = QHBoxLayout(told)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(SPACE)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(label(record.summary))
        sections = shown_sections(type(record))
        if more := _rest(record, sections, file):
            words.addWidget(label(more, "caption"))
        across.addLayout(words, 1)
        for button in self._verb_buttons(verbs):
            across.addWidget(button)
        across.addWidget(
            self._more([(_("Correct"), self.correct), (_("No longer counts…"), self.void)])
        )
        return told

    def _verb_buttons(self, verbs: list[Verb]) -> list[QPushButton]:
        return [
            self._button(_(verb.title), partial(self.do, verb), is_quiet=not verb.is_step)
            for verb in verbs
        ]

    def _more(self, entries: Entries) -> QPushButton:
        more = self._button(_("More…"), lambda: None)
        more.clicked.connect(lambda: drop_menu(more, entries))
        return more

    def _button(
        self, text: str, then: Callable[[], object], *, is_quiet: bool = True
    ) -> QPushButton:
        button = QPushButton(text)
        if is_quiet:
            button.setProperty("role", "quiet")
        button.setAccessibleName(f"{text}: {self.record.summary}")
        button.clicked.connect(lambda: then())
        return button

    # -- done ------------------------------------------------------------------------------

    def correct(self) -> None:
        """Open the record to be corrected."""
        file = self._section.file
        if file is not None:
            correcting_form(self._section.desk, file, self.record, self.put)

    def void(self) -> None:
        """Ask why the record no longer counts."""
        voiding_form(self._section.desk, self.record, self.put)

    def do(self, verb: Verb) -> None:
        """Do something with the record, once what the verb asks is answered."""
        file = self._section.file
        if file is None:
            return
        if verb.asks:
            verb_form(self._section.desk, file, self.record, verb, self.put)
            return
        desk = self._section.desk
        try:
            with desk.store.write(desk.user) as db:
                act(db, db.get_one(type(self.record), self.record.id), verb.name, {})
        except SanadError as error:
            desk.explain(error)
            return
        # Not the verb, which may be "Done" itself: the card shows what has become of the record.
        desk.say(_("Done: {what}.").format(what=isolate(self.record.summary)))

    def take_up(self, draft: Draft) -> bool:
        """Go on with a form begun about this record or under it; tells whether it is one."""
        if draft.about == self.record.id:
            form, _sep, kind = draft.form.rpartition(".")
            if kind == self.record.kind and self._resume(form):
                return True
        return any(nested.take_up(draft) for nested in self.nested)

    def _resume(self, form: str) -> bool:
        if form == "person.correct":
            self.correct()
            return True
        if form == "person.void":
            self.void()
            return True
        file = self._section.file
        verbs = file.verbs.get(self.record.id, []) if file else []
        for verb in verbs:
            if form == f"person.do.{verb.name}" and verb.asks:
                self.do(verb)
                return True
        return False

    def go(self) -> None:
        """Leave the page; what is typed is kept."""
        if self._form is not None:
            self._form.leave()
        self.hide()
        self.deleteLater()

    def put(self, form: InlineForm) -> None:
        """Put a form into the card; one that is open is left, its draft waits."""
        if self._form is not None:
            self._form.leave()
            self._form.closed.emit()
        self._form = form
        self._section.hold_once(form, lambda: self._closed(form))
        self._slot.addWidget(form)

    def _closed(self, form: InlineForm) -> None:
        if self._form is form:
            self._form = None
        first = self._told.findChild(QPushButton) if self._told else None
        if first is not None and first.isVisible():
            first.setFocus()
            self._section.part_wanted.emit(self)
        else:
            self._section.done.emit(False)


def _rest(record: Record, sections: list[Section], file: PersonFile) -> str:
    """Write what a line says beside the record's summary."""
    told = []
    for name in (name for section in sections for name in section.names):
        field = record.fields[name]
        text = (
            file.named.get(getattr(record, name), "")
            if isinstance(field.type, Reference)
            else record.shown(name)
        )
        if text and text not in record.summary:
            told.append(_("{question}: {answer}").format(question=_(field.label), answer=text))
    return joined(*told)
