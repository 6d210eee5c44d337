"""Records of one filed kind in a person's file: read, added, corrected, set aside, acted on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.casework.files import kinds_under, parent_kind
from app.casework.voids import restore_record
from app.errors import SanadError
from app.formats import day_text
from app.i18n import _, isolate, ngettext
from app.models.clock import stamp_time
from app.models.drafts import Draft
from app.models.persons import Person
from app.models.record import Record
from app.ui.drop_menu import drop_menu
from app.ui.icons import icon
from app.ui.inline_form import InlineForm
from app.ui.screens.filed_card import FiledCard
from app.ui.screens.filed_forms import adding_form
from app.ui.screens.person_section import stamps
from app.ui.theme import SPACE
from app.ui.widgets.texts import joined, label

if TYPE_CHECKING:
    from app.ui.screens.person_file import PersonFile
    from app.ui.screens.person_section import FileSection


class FiledList(QWidget):
    """The records of one kind, of the whole file or under one record.

    Args:
        section: The section it stands in.
        kind: A kind with ``filed``.
        above: The record it is nested under; None for a list of the whole file.
    """

    def __init__(
        self, section: FileSection, kind: type[Record], above: Record | None = None
    ) -> None:
        super().__init__()
        if kind.filed is None:
            raise TypeError(f"{kind.kind} is filed nowhere")
        self.kind = kind
        self.cards: dict[UUID, FiledCard] = {}
        self._section = section
        self._filed = kind.filed
        self.above = above
        self._adding: InlineForm | None = None
        self._case_first: QFrame | None = None
        self._heading = label(_(kind.filed.plural), "heading3", wraps=False)
        self.add_button = QPushButton(
            icon("ph.plus", section.desk.theme), _(kind.filed.add) if kind.filed.add else ""
        )
        self.add_button.setProperty("role", "quiet")
        self.add_button.clicked.connect(lambda: self.add())
        self.add_button.setVisible(False)
        self._forms = QVBoxLayout()
        self._cards = QVBoxLayout()
        self._cards.setSpacing(SPACE * (1 if above is not None else 3))
        self._empty = label(_(kind.filed.empty) if kind.filed.empty else "", "quiet")
        self._aside = QPushButton()
        self._aside.setProperty("role", "quiet")
        self._aside.clicked.connect(self._show_aside)
        self._restoring: QWidget | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        head = QHBoxLayout()
        head.addWidget(self._heading)
        head.addStretch(1)
        column.addLayout(head)
        if above is None:
            head.addWidget(self.add_button)
            column.addLayout(self._forms)
            column.addLayout(self._cards)
        else:
            column.addLayout(self._cards)
            column.addLayout(self._forms)
        column.addWidget(self._empty)
        foot = QHBoxLayout()
        foot.addWidget(self._aside)
        foot.addStretch(1)
        column.addLayout(foot)
        self.hide()  # what is made while it is hidden costs a fraction

    # -- shown -----------------------------------------------------------------------------

    def depends_on(self, file: PersonFile) -> object:
        """Give what the list shows, to be compared with what it showed."""
        below = [self._depends(kind, file) for kind in kinds_under(self.kind)]
        cases = [case.id for case in file.open_cases]
        return self._depends(self.kind, file), below, cases

    def _depends(self, kind: type[Record], file: PersonFile) -> object:
        listed = file.filed.get(kind, [])
        verbs = [[verb.name for verb in file.verbs.get(record.id, ())] for record in listed]
        # A change of what is pointed to, such as a supplier's name, shows too.
        return stamps(listed), stamps(file.set_aside.get(kind, [])), verbs, len(file.named)

    def show_file(self, file: PersonFile) -> None:
        """Show the records; a card with an open form keeps it."""
        records = self._records(file)
        kept = {record.id for record in records}
        for gone in [card for card in self.cards if card not in kept]:
            card = self.cards.pop(gone)
            self._cards.removeWidget(card)
            card.go()
        for place, record in enumerate(records):
            card = self.cards.get(record.id) or FiledCard(
                self._section, record, is_line=self.above is not None
            )
            self.cards[record.id] = card
            if self._cards.indexOf(card) != place:
                self._cards.insertWidget(place, card)
            card.show_record(record, file)
        aside = self._of_here(file.set_aside.get(self.kind, []))
        self._aside.setText(
            ngettext("{count} no longer counts", "{count} no longer count", len(aside)).format(
                count=isolate(str(len(aside)))
            )
        )
        self._aside.setVisible(bool(aside))
        self._hide_aside()
        if self._case_first is not None and file.open_cases:
            self._case_first.hide()
        is_nested = self.above is not None
        self._heading.setVisible(bool(records) or not is_nested)
        self._empty.setVisible(not records and bool(self._filed.empty) and not is_nested)
        self.add_button.setVisible(bool(self._filed.add))
        is_offered = not is_nested and bool(self._filed.add or self._filed.empty)
        self.setVisible(bool(records or aside or self._adding) or is_offered)

    def _of_here(self, records: list[Record]) -> list[Record]:
        if self.above is None:
            return records
        return [one for one in records if getattr(one, self._filed.under) == self.above.id]

    def _records(self, file: PersonFile) -> list[Record]:
        records = self._of_here(file.filed.get(self.kind, []))
        if self.above is not None:
            return records
        return sorted(records, key=self._place, reverse=True)

    def _place(self, record: Record) -> tuple[str, int]:
        day = getattr(record, self._filed.day) if self._filed.day else None
        if day is None:
            written = stamp_time(record.created_at).astimezone().date().isoformat()
            return written, record.created_at
        return str(self.kind.fields[self._filed.day].type.to_json(day)), record.created_at

    # -- added -----------------------------------------------------------------------------

    def add(self, above: UUID | None = None) -> None:
        """Open the form that adds one; which case it is for is asked when there are several."""
        file = self._section.file
        if file is None:
            return
        if self.above is not None:
            self._add_under(self.above)
        elif parent_kind(self.kind) is Person:
            self._add_under(file.person)
        elif above is not None and any(case.id == above for case in file.cases):
            self._add_under(next(case for case in file.cases if case.id == above))
        elif len(file.open_cases) == 1:
            self._add_under(file.open_cases[0])
        elif file.open_cases:
            choices = [(case.summary, partial(self._add_under, case)) for case in file.open_cases]
            drop_menu(self.add_button, choices)
        else:
            self._say_case_first()

    def _say_case_first(self) -> None:
        """Say that there is no open case, and offer to open one."""
        if self._case_first is None:
            self._case_first = QFrame()
            self._case_first.setProperty("role", "notice")
            row = QHBoxLayout(self._case_first)
            row.setContentsMargins(SPACE * 3, SPACE, SPACE * 2, SPACE)
            row.addWidget(label(_("This belongs to a case, and no case is open.")), 1)
            opens = QPushButton(_("Open a case first"))
            opens.clicked.connect(self._section.case_needed)
            row.addWidget(opens)
            self._forms.addWidget(self._case_first)
        self._case_first.show()
        button = self._case_first.findChild(QPushButton)
        if button is not None:
            button.setFocus()

    def _add_under(self, above: Record) -> None:
        file = self._section.file
        if file is None:
            return
        if self._adding is not None:
            self._adding.leave()
            self._adding.form.focus_first()
            return
        self.show()  # a nested list without records is hidden
        adding_form(self._section.desk, file, self.kind, above, self._put)

    def _put(self, form: InlineForm) -> None:
        self._adding = form
        self._section.hold_once(form, self._added)
        self._forms.addWidget(form)

    def _added(self) -> None:
        self._adding = None
        # Lines are often added one after the other; else the file's next step is at hand.
        if self.above is not None and self.add_button.isVisible():
            self.add_button.setFocus()
        else:
            self._section.done.emit(False)

    def take_up(self, draft: Draft) -> bool:
        """Go on with a form begun here or in one of the cards; tells whether it is one."""
        if draft.form == f"person.{self.kind.kind}":
            return self._take_up_adding(draft)
        return any(card.take_up(draft) for card in self.cards.values())

    def _take_up_adding(self, draft: Draft) -> bool:
        file = self._section.file
        if file is None or draft.about is None:
            return False
        if self.above is not None:
            is_here = self.above.id == draft.about
            if is_here:
                self._add_under(self.above)
            return is_here
        above = next((one for one in (file.person, *file.cases) if one.id == draft.about), None)
        if above is None:
            return False
        self._add_under(above)
        return True

    # -- set aside -------------------------------------------------------------------------

    def _show_aside(self) -> None:
        """List what no longer counts, each to be brought back."""
        file = self._section.file
        if file is None:
            return
        if self._restoring is not None:
            self._hide_aside()
            return
        self._restoring = QWidget()
        column = QVBoxLayout(self._restoring)
        column.setContentsMargins(SPACE * 4, 0, 0, 0)
        for record in self._of_here(file.set_aside.get(self.kind, [])):
            row = QHBoxLayout()
            written = day_text(stamp_time(record.created_at).astimezone().date(), "medium")
            row.addWidget(label(joined(record.summary, written, record.voided or ""), "caption"), 1)
            back = QPushButton(_("Count it again"))
            back.setProperty("role", "quiet")
            back.setAccessibleName(f"{back.text()}: {record.summary}")
            back.clicked.connect(partial(self._restore, record.id))
            row.addWidget(back)
            column.addLayout(row)
        layout = self.layout()
        if layout is not None:
            layout.addWidget(self._restoring)
            self._restoring.show()

    def _hide_aside(self) -> None:
        if self._restoring is not None:
            self._restoring.hide()
            self._restoring.deleteLater()
            self._restoring = None

    def _restore(self, record: UUID) -> None:
        desk = self._section.desk
        try:
            with desk.store.write(desk.user) as db:
                restore_record(db.get_one(self.kind, record))
        except SanadError as error:
            desk.explain(error)
