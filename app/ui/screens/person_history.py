"""A person's file: who wrote what and when, and where two people wrote different things."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from app.casework.history import Conflict, Step, conflicts_of, history
from app.formats import moment_text
from app.i18n import _, isolate
from app.models.capture import REASON
from app.models.record import Record, kind_named
from app.models.types import ContentHash, Reference
from app.ui.screens.person_section import FileSection
from app.ui.theme import SPACE
from app.ui.widgets.alive import while_alive
from app.ui.widgets.texts import joined, label

if TYPE_CHECKING:
    from app.ui.desk import Desk
    from app.ui.screens.person_file import PersonFile

_FIRST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class _Page:
    person: UUID
    steps: list[tuple[Step, Record]]
    conflicts: list[tuple[Conflict, Record]]


class HistorySection(FileSection):
    """Every save of the file, the latest first."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "history")
        self._paper: QWidget | None = None
        self._page: _Page | None = None

    def refresh(self, file: PersonFile) -> None:
        """Read the history beside the window: a long file has a long one."""
        store, person, records = self.desk.store, file.person.id, file.records

        def read(_progress: object) -> _Page:
            with store.read() as db:
                steps = [(s, r) for r in records for s in history(db, r.kind, r.id)]
                conflicts = [(c, r) for r in records for c in conflicts_of(db, r)]
            steps.sort(key=lambda pair: pair[0].at, reverse=True)
            return _Page(person, steps, conflicts)

        self.desk.tasks.run(
            _("Reading the history"), read, while_alive(self, self._show), is_quiet=True
        )

    def _show(self, page: _Page, shown: int = _FIRST_SHOWN) -> None:
        if self.file is None or page.person != self.file.person.id:
            return  # another file was opened meanwhile
        if self._paper is not None:
            self.body.removeWidget(self._paper)
            self._paper.hide()
            self._paper.deleteLater()
        self._paper = QWidget()
        column = QVBoxLayout(self._paper)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        for conflict, record in page.conflicts:
            for part in _conflict(conflict, record):
                column.addWidget(part)
        for step, record in page.steps[:shown]:
            for part in _step(step, record):
                column.addWidget(part)
        if len(page.steps) > shown:
            more = QPushButton(_("Show all of the history"))
            more.setProperty("role", "quiet")
            more.clicked.connect(lambda: self._show(page, len(page.steps)))
            column.addWidget(more)
        self.body.addWidget(self._paper)


def _step(step: Step, record: Record) -> list[QWidget]:
    heading = joined(moment_text(step.at.astimezone()), step.author, _(record.title))
    told = [label(heading, "caption")]
    answers = [_answered(record, name, value) for name, value in step.answers.items()]
    if reason := step.answers.get(REASON):
        answers.append(_("Reason: {reason}").format(reason=isolate(str(reason))))
    told.append(label("\n".join(answer for answer in answers if answer)))
    told[-1].setContentsMargins(SPACE * 4, 0, SPACE * 4, SPACE * 2)
    return [part for part in told if part.text()]


def _answered(record: Record, name: str, value: object) -> str:
    field = kind_named(record.kind).fields.get(name)
    if field is None or isinstance(field.type, Reference | ContentHash):
        return ""
    shown = _("taken away") if value is None else field.type.shown(value)
    return _("{question}: {answer}").format(question=_(field.label), answer=isolate(shown))


def _conflict(conflict: Conflict, record: Record) -> list[QWidget]:
    field = kind_named(record.kind).fields[conflict.field]
    told = _("Two answers to “{question}”: open the answers and keep one.").format(
        question=_(field.label)
    )
    parts: list[QWidget] = [label(told, "warning")]
    for step in conflict.answers:
        who = joined(moment_text(step.at.astimezone()), step.author)
        answer = _answered(record, conflict.field, step.answers.get(conflict.field))
        parts.append(label(f"{answer} — {who}"))
    return parts
