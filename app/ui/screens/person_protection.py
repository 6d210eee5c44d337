"""A person's file: the sealed box. Anybody puts something in; protection officers open it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.casework.protection import (
    clear_child_return,
    may_open,
    open_versions,
    seal_in,
    sealed_of,
)
from app.errors import SanadError
from app.formats import moment_text
from app.i18n import _, isolate, pgettext
from app.models.clock import stamp_time
from app.models.protection import PROTECTION_FIELDS, PROTECTION_SECTIONS
from app.ui.drop_menu import drop_menu
from app.ui.forms import Form
from app.ui.inline_form import InlineForm
from app.ui.screens.person_section import FileSection, stamps
from app.ui.theme import SPACE
from app.ui.widgets.texts import joined, label

if TYPE_CHECKING:
    from app.casework.protection import Version
    from app.ui.desk import Desk
    from app.ui.screens.person_file import PersonFile


class ProtectionSection(FileSection):
    """A form that only writes and, for those who may open what was written, when it was."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "protection")
        self.button(_("Put something in the sealed box"), self.add, "ph.lock-key")
        self.body.addWidget(
            label(
                _("What is put here is sealed at once. Only protection officers can open it."),
                "quiet",
            )
        )
        self.sealing: InlineForm | None = None
        self._replaced: UUID | None = None
        self._forms_place = QVBoxLayout()
        self._box = QVBoxLayout()
        self._box.setSpacing(SPACE * 2)
        self.body.addLayout(self._forms_place)
        self.body.addLayout(self._box)
        self._lines: list[QWidget] = []
        self._opened: dict[UUID, QWidget] = {}

    def add(self) -> None:
        """Open the form that seals."""
        self._open_form(None, {})

    def set_file(self, file: PersonFile) -> None:
        """Take in a file; nothing opened, and nothing typed, of another person stays."""
        if self.file is not None and self.file.person.id != file.person.id:
            self._close_opened()
        super().set_file(file)

    def leave(self) -> None:
        """Close what is open: it is seen while the file is, and no longer."""
        super().leave()
        self._close_opened()

    def own(self, file: PersonFile) -> object:
        """What is sealed is shown from itself, so that what is opened stays open meanwhile."""
        if not may_open(self.desk.store, self.desk.user):
            return False
        with self.desk.store.read() as db:
            return stamps(sealed_of(db, file.person.id))

    def refresh(self, file: PersonFile) -> None:
        """List when something was sealed, for those who may open it."""
        for line in self._lines:
            self._box.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines = []
        self._opened = {}
        if not may_open(self.desk.store, self.desk.user):
            return
        with self.desk.store.read() as db:
            sealed = [(one.id, one.created_at, bool(one.conflicts)) for one in
                      sealed_of(db, file.person.id)]  # fmt: skip
        for record, stamp, is_disputed in sealed:
            line = self._sealed_line(record, stamp, is_disputed=is_disputed)
            self._lines.append(line)
            self._box.addWidget(line)
        if not sealed:
            self._lines = [label(_("The sealed box of this person is empty."), "quiet")]
            self._box.addWidget(self._lines[0])

    def _sealed_line(self, record: UUID, stamp: int, *, is_disputed: bool) -> QWidget:
        card = QFrame()
        card.setProperty("role", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(SPACE * 4, SPACE * 2, SPACE * 4, SPACE * 2)
        row = QHBoxLayout()
        when = moment_text(stamp_time(stamp).astimezone())
        row.addWidget(label(_("Sealed on {moment}").format(moment=isolate(when))), 1)
        if is_disputed:
            row.addWidget(label(_("Two answers"), "badge", wraps=False))
        opens = QPushButton(pgettext("sealed box", "Open"))
        opens.setProperty("role", "quiet")
        opens.setAccessibleName(_("Open what was sealed on {moment}").format(moment=isolate(when)))
        opens.clicked.connect(partial(self._open, record, column))
        row.addWidget(opens)
        column.addLayout(row)
        return card

    def _open(self, record: UUID, column: QVBoxLayout) -> None:
        """Show what was sealed; that it was opened is noted first."""
        if record in self._opened:
            return
        try:
            versions = open_versions(self.desk.store, self.desk.user, record)
        except SanadError as error:
            self.desk.explain(error)
            return
        current = [one for one in versions if one.is_current]
        shown = QWidget()
        inside = QVBoxLayout(shown)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(SPACE * 2)
        for version in current:
            for part in _told(version):
                inside.addWidget(part)
        foot = QHBoxLayout()
        latest = next((one.answers for one in current[::-1] if one.answers is not None), None)
        if latest is not None:
            answers = latest
            change = QPushButton(_("Change what is sealed"))
            change.setProperty("role", "quiet")
            change.clicked.connect(lambda: self._open_form(record, _as_json(answers)))
            foot.addWidget(change)
            foot.addWidget(self._clearing(record))
        close = QPushButton(_("Close it"))
        close.setProperty("role", "quiet")
        close.clicked.connect(partial(self._close, record))
        foot.addWidget(close)
        foot.addStretch(1)
        inside.addLayout(foot)
        self._opened[record] = shown
        column.addWidget(shown)

    def _clearing(self, record: UUID) -> QPushButton:
        """Make the button that lets a child's return go on, for the case it is about."""
        clear = QPushButton(_("Let the child's return go on"))
        clear.setProperty("role", "quiet")

        def chosen() -> None:
            cases = self.file.open_cases if self.file else []
            if len(cases) == 1:
                self._clear(record, cases[0].id)
            elif cases:
                drop_menu(
                    clear, [(case.summary, partial(self._clear, record, case.id)) for case in cases]
                )
            else:
                self.desk.say(_("Open a case first."), "warning")

        clear.clicked.connect(chosen)
        return clear

    def _clear(self, record: UUID, case: UUID) -> None:
        try:
            clear_child_return(self.desk.store, self.desk.user, record, case)
        except SanadError as error:
            self.desk.explain(error)
            return
        self.desk.say(_("The case may go on."))

    def _close(self, record: UUID) -> None:
        shown = self._opened.pop(record, None)
        if shown is not None:
            shown.hide()
            shown.deleteLater()

    def _close_opened(self) -> None:
        for record in list(self._opened):
            self._close(record)
        if self._replaced is not None and self.sealing is not None:
            self.sealing.cancel()  # it shows what was opened

    def _open_form(self, record: UUID | None, answers: dict[str, Any]) -> None:
        if self.file is None:
            return
        if self.sealing is not None:
            self.sealing.form.focus_first()
            return
        person = self.file.person.id

        def save(db: Any, given: dict[str, Any]) -> object:
            answered = {name: answer for name, answer in given.items() if answer is not None}
            return seal_in(db, person, answered, record)

        self._replaced = record
        form = Form(self.desk, PROTECTION_FIELDS, PROTECTION_SECTIONS, has_titles=True)
        # A draft lies where every user of this computer could find it.
        self.sealing = InlineForm(
            self.desk, "person.sealed", form, title=_("For the sealed box"),
            save_label=_("Seal"), save=save, has_draft=False,
        )  # fmt: skip
        self.sealing.saved.connect(lambda _made: self.desk.say(_("It is sealed.")))
        self.hold_once(self.sealing, self._sealed)
        self._forms_place.addWidget(self.sealing)
        self.sealing.open(person, answers)

    def _sealed(self) -> None:
        self.sealing = None
        self._replaced = None
        self.done.emit(False)


def _told(version: Version) -> list[QWidget]:
    """Show one version of what was sealed."""
    who = joined(moment_text(version.at.astimezone()), version.author)
    parts: list[QWidget] = [label(who, "caption")]
    if version.answers is None:
        parts.append(
            label(
                _(
                    "This was not sealed for you. Ask another protection officer to seal it"
                    " again for you."
                ),
                "warning",
            )
        )
        return parts
    answers = version.answers
    for name in (name for section in PROTECTION_SECTIONS for name in section.names):
        if answers.get(name) is not None:
            field = PROTECTION_FIELDS[name]
            parts.append(label(_(field.label), "caption"))
            parts.append(label(field.type.shown(answers[name])))
    return parts


def _as_json(answers: dict[str, Any]) -> dict[str, Any]:
    return {
        name: PROTECTION_FIELDS[name].type.to_json(value)
        for name, value in answers.items()
        if value is not None
    }
