"""A record to be read: its answers under their questions, side by side as on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.i18n import _
from app.models.layout import Section
from app.models.record import Record
from app.models.types import Reference
from app.ui.theme import SPACE
from app.ui.widgets.texts import label, placed


class ReadView(QWidget):
    """The answers a record has.

    Args:
        record: What is shown.
        sections: Which of its questions.
        named: What records it points to are called.
        has_blanks: Whether questions without an answer are named at the end.

    Attributes:
        is_empty: Nothing is answered.
    """

    def __init__(
        self,
        record: Record,
        sections: Sequence[Section],
        *,
        named: Mapping[UUID, str] | None = None,
        has_blanks: bool = False,
    ) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE * 4)
        grid.setVerticalSpacing(SPACE * 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        disputed = set((record.conflicts or "").split())
        blanks: list[str] = []
        place = 0
        for name in (name for section in sections for name in section.names):
            text = _shown(record, name, named or {})
            if not text:
                blanks.append(_(record.fields[name].label))
                continue
            is_long = record.fields[name].type.widget == "long_text" or len(text) > 60
            if is_long and place % 2:
                place += 1
            cell = _answer(_(record.fields[name].label), text, is_disputed=name in disputed)
            grid.addWidget(cell, place // 2, place % 2, 1, 2 if is_long else 1)
            place += 2 if is_long else 1
        self.is_empty = place == 0
        if has_blanks and blanks:
            listed = _("Not answered: {questions}").format(questions=_(", ").join(blanks))
            column.addWidget(label(listed, "caption"))


def _shown(record: Record, name: str, named: Mapping[UUID, str]) -> str:
    if isinstance(record.fields[name].type, Reference):
        return named.get(getattr(record, name), "")
    return record.shown(name)


def _answer(question: str, answer: str, *, is_disputed: bool) -> QWidget:
    cell = QWidget()
    column = QVBoxLayout(cell)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    heading = QHBoxLayout()
    heading.setSpacing(SPACE * 2)
    asked = QLabel(placed(question))
    asked.setProperty("role", "caption")
    heading.addWidget(asked)
    if is_disputed:
        badge = QLabel(_("Two answers"))
        badge.setProperty("role", "badge")
        heading.addWidget(badge)
    heading.addStretch(1)
    column.addLayout(heading)
    value = label(answer)
    value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    value.setAccessibleName(f"{question}: {answer}")
    column.addWidget(value)
    column.addStretch(1)
    return cell
