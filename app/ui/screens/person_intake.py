"""A person's file: who they are, as asked at intake; corrected in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.casework.corrections import add_to_file, correct
from app.i18n import N_, _
from app.models.drafts import Draft
from app.models.persons import Contact, Person, PersonIdentifier, PersonName
from app.models.record import Record
from app.ui.forms import Form
from app.ui.inline_form import InlineForm
from app.ui.screens.person_section import FileSection, RecordList, about_person, stamps
from app.ui.widgets.read_view import ReadView
from app.ui.widgets.texts import label

if TYPE_CHECKING:
    from app.ui.desk import Desk
    from app.ui.screens.person_file import PersonFile

_PARTS: Final[tuple[tuple[type[Record], str, str], ...]] = (
    (PersonName, N_("Names"), N_("Add a name")),
    (Contact, N_("Contacts"), N_("Add a telephone number")),
    (PersonIdentifier, N_("Documents"), N_("Add a document")),
)


class IntakeSection(FileSection):
    """Answers of the person, their names, contacts and documents."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "intake")
        self.button(_("Edit the answers"), self.edit, "ph.pencil-simple")
        self._editing = self.hold(
            InlineForm(
                desk, "person.intake", Form.of(desk, Person, has_titles=True), title=_("Intake"),
                save_label=_("Save"), save=self._correct, is_correction=True,
            )
        )  # fmt: skip
        self.body.addWidget(self._editing)
        self._view: QWidget | None = None
        self._reading = QVBoxLayout()
        self.body.addLayout(self._reading)
        self._editing.closed.connect(lambda: self._show_view(is_shown=True))
        self._adding: dict[str, InlineForm] = {}
        self._lists: list[tuple[type[Record], RecordList]] = []
        for kind, title, add_label in _PARTS:
            self._add_part(kind, _(title), _(add_label))

    def _add_part(self, kind: type[Record], title: str, add_label: str) -> None:
        heading = label(title, "heading3")
        adding = self.hold(
            InlineForm(
                self.desk, f"person.add.{kind.kind}",
                Form.of(self.desk, kind, leaving_out=["person"]), title=add_label,
                save_label=_("Save"),
                save=about_person(self, lambda db, who, given: add_to_file(db, kind, who, given)),
            )
        )  # fmt: skip
        button = QPushButton(add_label)
        button.setProperty("role", "quiet")
        button.clicked.connect(lambda: self._open(adding))
        self._adding[f"person.add.{kind.kind}"] = adding
        records = RecordList(self, kind, ["person"], "")
        self._lists.append((kind, records))
        for part in (heading, records, adding):
            self.body.addWidget(part)
        row = QHBoxLayout()
        row.addWidget(button)
        row.addStretch(1)
        self.body.addLayout(row)

    def take_up(self, draft: Draft) -> bool:
        """Go on with an addition begun, or a correction."""
        adding = self._adding.get(draft.form)
        if adding is not None:
            self._open(adding)
        return adding is not None or super().take_up(draft)

    def _open(self, adding: InlineForm) -> None:
        if self.file is not None:
            adding.open(self.file.person.id, {})

    def edit(self, focus: str | None = None) -> None:
        """Open the answers to be corrected."""
        if self.file is not None:
            self._show_view(is_shown=False)
            person = self.file.person
            self._editing.open(person.id, person.as_json(), focus or None)

    def own(self, file: PersonFile) -> object:
        """Answers are shown from the person and what registration asks."""
        held = (*file.names, *file.contacts, *file.identifiers)
        return stamps([file.person, *held]), len(file.named)

    def refresh(self, file: PersonFile) -> None:
        """Show the answers."""
        if self._view is not None:
            self._reading.removeWidget(self._view)
            self._view.hide()
            self._view.deleteLater()
        self._view = ReadView(file.person, Person.sections, named=file.named, has_blanks=True)
        self._reading.addWidget(self._view)
        self._show_view(is_shown=self._editing.isHidden())
        held: dict[type[Record], Sequence[Record]] = {
            PersonName: file.names,
            Contact: file.contacts,
            PersonIdentifier: file.identifiers,
        }
        for kind, records in self._lists:
            records.show_records(held[kind])

    def _show_view(self, *, is_shown: bool) -> None:
        if self._view is not None:
            self._view.setVisible(is_shown)

    def _correct(self, db: Any, answers: dict[str, Any]) -> object:
        if self.file is None:
            raise LookupError("no file is shown")
        person: UUID = self.file.person.id
        return correct(db, Person, person, answers)
