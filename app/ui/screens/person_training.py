"""A person's file: training groups, attendance, and what completing still takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from app.casework.training import SUPERVISOR, enrol, progress_text
from app.i18n import _
from app.models.layout import Section
from app.models.training import Enrolment
from app.ui.forms import Form
from app.ui.inline_form import InlineForm
from app.ui.screens.person_section import FileSection, about_person
from app.ui.theme import SPACE
from app.ui.widgets.texts import joined, label

if TYPE_CHECKING:
    from app.ui.desk import Desk
    from app.ui.screens.person_file import PersonFile, Place


class TrainingSection(FileSection):
    """Places of a person in training groups."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "training")
        self.button(_("Enrol in a group"), self.add, "ph.plus")
        self._adding: InlineForm | None = None
        self._cards: list[QWidget] = []

    def add(self) -> None:
        """Open the form that chooses a group; groups made since are offered."""
        if self.file is None:
            return
        if self._adding is not None:
            self._adding.leave()
            self._forms.remove(self._adding)
            self.body.removeWidget(self._adding)
            self._adding.deleteLater()
        form = enrolment_form(self.desk, ("group",))
        self._adding = self.hold(
            InlineForm(
                self.desk, "person.enrolment", form, title=_("Enrol in a group"),
                save_label=_("Enrol"), save=about_person(self, _enrol),
            )
        )  # fmt: skip
        self.body.insertWidget(0, self._adding)
        self._adding.open(self.file.person.id, {})

    def refresh(self, file: PersonFile) -> None:
        """Show each place with its attendance."""
        for card in self._cards:
            self.body.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = [self._card(place) for place in file.places[::-1]]
        if not self._cards:
            self._cards = [label(_("Not enrolled in any training."), "quiet")]
        for card in self._cards:
            self.body.addWidget(card)

    def _card(self, place: Place) -> QFrame:
        card = QFrame()
        card.setProperty("role", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(SPACE * 4, SPACE * 3, SPACE * 4, SPACE * 3)
        column.setSpacing(SPACE)
        name = place.group.summary if place.group else ""
        heading = QHBoxLayout()
        heading.addWidget(label(name), 1)
        show = QPushButton(_("Open the group"))
        show.setProperty("role", "quiet")
        show.setAccessibleName(_("Open the group {name}").format(name=name))
        group = place.enrolment.group
        show.clicked.connect(lambda: self.desk.show_screen("training", group=group))
        heading.addWidget(show)
        column.addLayout(heading)
        curriculum = place.curriculum.summary if place.curriculum else ""
        column.addWidget(label(joined(curriculum, place.enrolment.shown("state")), "caption"))
        if place.progress is not None:
            bar = QProgressBar()
            bar.setRange(0, 100)
            bar.setValue(place.progress.per_cent)
            bar.setTextVisible(False)
            bar.setAccessibleName(progress_text(place.progress))
            column.addWidget(bar)
            column.addWidget(label(progress_text(place.progress), "caption"))
        return card


def enrolment_form(desk: Desk, *rows: tuple[str, ...]) -> Form:
    """Make the form of an enrolment; only a supervisor is asked why something is waived."""
    asked = [*rows, ("business",)]
    if SUPERVISOR in desk.roles:
        asked.append(("waiver",))
    return Form(desk, Enrolment.fields, [Section(Enrolment.title, tuple(asked))])


def _enrol(db: Any, person: UUID, answers: dict[str, Any]) -> object:
    return enrol(db, UUID(answers.pop("group")), person, **answers)
