"""What the sections of a person's file have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QPushButton, QVBoxLayout, QWidget

from app.casework.corrections import correct
from app.i18n import _
from app.models.drafts import Draft
from app.models.filing import FILE_SECTIONS
from app.models.record import Record
from app.ui.forms import Form, without
from app.ui.icons import icon
from app.ui.inline_form import InlineForm, Save
from app.ui.theme import SPACE
from app.ui.widgets.page import SectionBox
from app.ui.widgets.read_view import ReadView
from app.ui.widgets.texts import label

if TYPE_CHECKING:
    from app.ui.desk import Desk
    from app.ui.screens.filed_list import FiledList
    from app.ui.screens.person_file import PersonFile

Action = tuple[str, Callable[[], None]]


class FileSection(SectionBox):
    """A section of a person's file: what is its own, then a list for each kind filed in it.

    Args:
        name: One of ``FILE_SECTIONS``.

    Signals:
        done: A form of it was saved or cancelled; carries whether the section itself says where
            the keyboard goes on.
        part_wanted: A part of the section, such as a form just opened, is to be in sight.
        case_needed: What was to be added needs an open case, and there is none.
    """

    done = Signal(bool)
    part_wanted = Signal(object)
    case_needed = Signal()

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(name, _(FILE_SECTIONS[name]))
        self.desk = desk
        self.file: PersonFile | None = None
        self.lists: list[FiledList] = []
        self._behind: list[Callable[[PersonFile], None]] = []
        self._shown: object = None
        self._forms: list[InlineForm] = []

    def set_file(self, file: PersonFile) -> None:
        """Take in a file; ``catch_up`` shows it. Nothing of another person stays in sight."""
        if self.file is not None and self.file.person.id != file.person.id:
            for form in list(self._forms):
                form.leave()
                form.hide()
                form.closed.emit()
            self._shown = None
            self.content.hide()
            for listed in self.lists:
                listed.hide()
        self.file = file
        seen = self.seen(file)
        if self._shown is None or seen is None or seen != self._shown:
            self._shown = None
            self._behind = [self._show_own, *(listed.show_file for listed in self.lists)]

    @property
    def is_behind(self) -> bool:
        """Whether something of the file is not shown yet."""
        return bool(self._behind)

    def catch_up_some(self) -> None:
        """Show one more part of what the file says; forms that are open stay open."""
        if self._behind and self.file is not None:
            self._behind.pop(0)(self.file)
            if not self._behind:
                self._shown = self.seen(self.file)

    def catch_up(self) -> None:
        """Show all that the file says."""
        while self.is_behind:
            self.catch_up_some()

    def _show_own(self, file: PersonFile) -> None:
        self.refresh(file)
        self.content.show()

    def show_file(self, file: PersonFile) -> None:
        """Take in a file and show it at once."""
        self.set_file(file)
        self.catch_up()

    def refresh(self, file: PersonFile) -> None:
        """Show what is the section's own."""

    def own(self, file: PersonFile) -> object:
        """Give what the section's own part depends on; None when it is always shown anew."""
        return None

    def seen(self, file: PersonFile) -> object:
        """Give what the section depends on, to be compared; None when it is always shown anew."""
        own = self.own(file)
        if own is None:
            return None
        return own, [listed.depends_on(file) for listed in self.lists]

    def take_up(self, draft: Draft) -> bool:
        """Go on with a form begun; tells whether it is one of this section."""
        self.catch_up()
        if any(listed.take_up(draft) for listed in self.lists):
            return True
        records = {record.id: record for record in self.file.records} if self.file else {}
        record = records.get(draft.about) if draft.about else None
        if record is None or draft.form != f"person.correct.{record.kind}":
            return False
        return any(listed.takes(record) for listed in self.findChildren(RecordList))

    def add_of(self, kind: str, above: UUID | None = None) -> bool:
        """Open the form that adds a record of a kind filed here; tells whether it is one.

        Args:
            above: The case it is for; asked for when there are several and it is not given.
        """
        self.catch_up()
        for listed in self.lists:
            if listed.kind.kind == kind:
                listed.add(above)
                return True
        return False

    def leave(self) -> None:
        """Keep what is being typed."""
        for form in self._forms:
            form.leave()

    def hold(self, form: InlineForm) -> InlineForm:
        """Remember a form of this section, to keep what is typed in it."""
        self._forms.append(form)
        form.closed.connect(lambda: self.done.emit(False))
        return form

    def hold_once(self, form: InlineForm, then: Callable[[], None] | None = None) -> InlineForm:
        """Remember a form until it is closed, when it goes.

        Args:
            then: Called when it is closed, to say where the keyboard goes on.
        """
        self._forms.append(form)
        self.part_wanted.emit(form)

        def gone() -> None:
            if form not in self._forms:
                return
            self._forms.remove(form)
            form.hide()
            form.deleteLater()
            if then is not None:
                then()
            self.done.emit(then is not None)

        form.closed.connect(gone)
        return form

    def button(
        self,
        text: str,
        then: Callable[[], None],
        icon_name: str = "",
        row: QLayout | None = None,
    ) -> QPushButton:
        """Put a button beside the section's title, or in a row of its own."""
        made = QPushButton(text)
        if icon_name:
            made.setIcon(icon(icon_name, self.desk.theme))
        made.clicked.connect(then)
        (row or self.header).addWidget(made)
        return made

    def add_lists(self, kinds: Sequence[type[Record]]) -> None:
        """Put a list for each of these kinds under what is the section's own."""
        from app.ui.screens.filed_list import FiledList

        self.lists = [FiledList(self, kind) for kind in kinds]
        for listed in self.lists:
            self.below.addWidget(listed)


class ListsSection(FileSection):
    """A section that has nothing but lists."""

    def own(self, file: PersonFile) -> object:
        """Nothing is its own."""
        return True


def stamps(records: Iterable[Record]) -> tuple[tuple[UUID, int, str | None], ...]:
    """Give what tells whether any of some records has changed."""
    return tuple((record.id, record.updated_at, record.conflicts) for record in records)


class RecordList(QWidget):
    """Records of one kind, each to be read and corrected in place.

    Args:
        section: The section it stands in.
        kind: Record kind.
        leaving_out: Questions not shown and not asked.
        unasked: Questions shown, but not asked when correcting: verbs of their own set them.
        empty: What to say while there is none.
    """

    def __init__(
        self,
        section: FileSection,
        kind: type[Record],
        leaving_out: Sequence[str],
        empty: str,
        *,
        unasked: Sequence[str] = (),
    ) -> None:
        super().__init__()
        self._section = section
        self._kind = kind
        self._sections = without(kind.sections, leaving_out)  # type: ignore[attr-defined]
        self._asked = without(self._sections, unasked)
        self._empty = empty
        self._correction: InlineForm | None = None
        self._correcting: UUID | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE * 3)
        self._cards: list[QWidget] = []

    def show_records(
        self,
        records: Sequence[Record],
        *,
        named: Mapping[UUID, str] | None = None,
        actions: Callable[[Any], Sequence[Action]] = lambda _record: (),
        badge: Callable[[Any], str] = lambda _record: "",
        below: Callable[[Any], QWidget | None] = lambda _record: None,
    ) -> None:
        """Show these records, in this order; ``below`` gives what stands under the answers."""
        for card in self._cards:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = [
            self._card(record, named or {}, actions(record), badge(record), below(record))
            for record in records
        ]
        if not records and self._empty:
            self._cards = [label(self._empty, "quiet")]
        for card in self._cards:
            self._column.addWidget(card)

    def _card(
        self,
        record: Record,
        named: Mapping[UUID, str],
        actions: Sequence[Action],
        badge: str,
        below: QWidget | None,
    ) -> QFrame:
        card = QFrame()
        card.setProperty("role", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(SPACE * 4, SPACE * 3, SPACE * 4, SPACE * 2)
        column.setSpacing(SPACE)
        column.addWidget(ReadView(record, self._sections, named=named))
        if below is not None:
            column.addWidget(below)
        foot = QHBoxLayout()
        if badge:
            mark = label(badge, "badge", wraps=False)
            foot.addWidget(mark)
        foot.addStretch(1)
        for text, then in [*actions, (_("Correct"), lambda: self.correct(record))]:
            button = QPushButton(text)
            button.setProperty("role", "quiet")
            button.setAccessibleName(f"{text}: {record.summary}")
            button.clicked.connect(then)
            foot.addWidget(button)
        column.addLayout(foot)
        return card

    def takes(self, record: Record) -> bool:
        """Open a record to be corrected when it is of the kind listed here."""
        if isinstance(record, self._kind):
            self.correct(record)
            return True
        return False

    def correct(self, record: Record, focus: str | None = None) -> None:
        """Open a record to be corrected."""
        if self._correction is None:
            self._correction = self._section.hold(self._make())
            self._column.insertWidget(0, self._correction)
        self._correcting = record.id
        self._correction.open(record.id, record.as_json(), focus)

    def _make(self) -> InlineForm:
        form = Form(self._section.desk, self._kind.fields, self._asked)

        def save(db: Any, answers: dict[str, Any]) -> object:
            if self._correcting is None:
                raise LookupError("no record is being corrected")
            return correct(db, self._kind, self._correcting, answers)

        return InlineForm(
            self._section.desk,
            f"person.correct.{self._kind.kind}",
            form,
            title=_(self._kind.title),
            save_label=_("Save"),
            save=save,
            is_correction=True,
        )


def about_person(section: FileSection, add: Callable[[Any, UUID, dict[str, Any]], object]) -> Save:
    """Make the save of a form that adds something to the person shown."""

    def save(db: Any, answers: dict[str, Any]) -> object:
        if section.file is None:
            raise LookupError("no file is shown")
        answered = {name: answer for name, answer in answers.items() if answer is not None}
        return add(db, section.file.person.id, answered)

    return save
