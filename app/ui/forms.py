"""Forms made from the declarations of a record: its questions, in the layout it gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget
from sqlalchemy import select

from app.errors import Refused, RefusedMany
from app.i18n import _
from app.models.fields import Field
from app.models.layout import Section
from app.models.record import Record, kind_named
from app.models.types import Reference
from app.ui.icons import icon
from app.ui.theme import SPACE
from app.ui.widgets.answers import AnswersControl, asks_which
from app.ui.widgets.make import make_control
from app.ui.widgets.person_pick import PersonControl
from app.ui.widgets.pick import Offered
from app.ui.widgets.question import Question

if TYPE_CHECKING:
    from app.ui.desk import Desk

NARROW_PX: Final = 480
"""Below this width questions that stand side by side stand one under the other."""
_MOST_OFFERED: Final = 500


class Form(QWidget):
    """The questions of some sections.

    Answers are JSON values: what ``Record.as_json`` gives and ``Field.clean`` takes.

    Args:
        desk: What it works with.
        fields: Questions by name.
        sections: Which of them are asked, in order; rows as on paper.
        offered: By question name, answers offered instead of all there are.
        has_titles: Whether the titles of the sections are shown.

    Signals:
        edited: An answer changed.
    """

    edited = Signal()

    def __init__(
        self,
        desk: Desk,
        fields: Mapping[str, Field],
        sections: Sequence[Section],
        *,
        offered: Mapping[str, Offered] | None = None,
        has_titles: bool = False,
    ) -> None:
        super().__init__()
        self._desk = desk
        self._kept: dict[str, Any] = {}
        self._rows: list[QBoxLayout] = []
        self.questions: dict[str, Question] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 4)
        context = desk.store.context()
        answers = {**_referred(desk, fields, sections, offered or {}), **(offered or {})}
        for section in sections:
            if has_titles:
                title = QLabel(_(section.title))
                title.setProperty("role", "heading3")
                column.addWidget(title)
            for names in section.rows:
                column.addLayout(
                    self._row(desk, [fields[name] for name in names], context, answers)
                )
        self._questionnaires = self._follow_questionnaire()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @classmethod
    def of(
        cls,
        desk: Desk,
        record: type[Record],
        *,
        leaving_out: Iterable[str] = (),
        sections: Sequence[Section] | None = None,
        **more: Any,
    ) -> Form:
        """Make the form of a record kind, without the questions in ``leaving_out``."""
        declared: Sequence[Section] = record.sections if sections is None else sections  # type: ignore[attr-defined]
        return cls(desk, record.fields, without(declared, leaving_out), **more)

    def _follow_questionnaire(self) -> list[tuple[Question, AnswersControl]]:
        """Let answers to a questionnaire show the items of the one chosen in the same form."""
        choosing = [q for q in self.questions.values() if asks_which(q.field)]
        controls = [q.control for q in self.questions.values()]
        pairs = [(q, c) for q in choosing for c in controls if isinstance(c, AnswersControl)]
        for question, control in pairs:
            question.edited.connect(
                lambda question=question, control=control: control.ask_with(question.answer())
            )
        return pairs

    def _row(
        self, desk: Desk, fields: list[Field], context: Any, offered: Mapping[str, Offered]
    ) -> QBoxLayout:
        row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        row.setSpacing(SPACE * 4)
        for field in fields:

            def draw(name: str) -> QIcon:
                colour = {
                    "ph.warning-circle-fill": desk.theme.danger,
                    "ph.warning-fill": desk.theme.warm,
                    "ph.check-square-fill": desk.theme.accent_strong,
                }.get(name)
                return icon(name, desk.theme, colour)

            control = (
                PersonControl(desk.store)
                if _is_any_person(field) and field.name not in offered
                else make_control(field, context, draw, offered)
            )
            question = Question(field, control, context, draw)
            question.edited.connect(self.edited)
            self.questions[field.name] = question
            row.addWidget(question, 1)
        self._rows.append(row)
        return row

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stand questions one under the other where there is little room."""
        super().resizeEvent(event)
        is_narrow = event.size().width() < NARROW_PX * self._desk.preferences.text_scale
        direction = (
            QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight
        )
        for row in self._rows:
            if row.direction() != direction:
                row.setDirection(direction)

    def answers(self) -> dict[str, Any]:
        """Give what has been answered; unanswered questions are left out."""
        asked = {name: question.answer() for name, question in self.questions.items()}
        return {**self._kept, **{n: a for n, a in asked.items() if a is not None}}

    def asked(self) -> dict[str, Any]:
        """Give every question asked with its answer, None where there is none: what a save sets."""
        return {name: question.answer() for name, question in self.questions.items()}

    def load(self, answers: Mapping[str, Any]) -> None:
        """Show answers; questions not answered in them become empty."""
        self._kept = {}
        for name, question in self.questions.items():
            question.set_answer(answers.get(name))
        for question, control in self._questionnaires:
            control.ask_with(question.answer())

    def is_empty(self) -> bool:
        """Tell whether nothing has been answered."""
        return not self.answers()

    def check(self) -> bool:
        """Look at every answer; what is wrong is said there, and the first gets the keyboard."""
        refusals = [p for question in self.questions.values() if (p := question.problem())]
        return not self.show_refusals(refusals)

    def show_refusals(self, refusals: Sequence[Refused]) -> list[Refused]:
        """Say each refusal at its question, and bring the keyboard to the first.

        Returns:
            The refusals shown, that is, of questions asked here.
        """
        shown = [r for r in refusals if r.field in self.questions]
        for refused in shown:
            self.questions[str(refused.field)].refuse(refused.message)
        if shown:
            self.questions[str(shown[0].field)].focus()
        return shown

    def focus_first(self) -> None:
        """Bring the keyboard to the first question."""
        next(iter(self.questions.values())).focus()


def without(sections: Sequence[Section], names: Iterable[str]) -> list[Section]:
    """Give the sections without some questions, and without rows and sections left empty."""
    dropped = set(names)
    kept = []
    for section in sections:
        rows = [tuple(n for n in row if n not in dropped) for row in section.rows]
        rows = [row for row in rows if row]
        if rows:
            kept.append(Section(section.title, tuple(rows)))
    return kept


def refusals_of(refused: Refused) -> list[Refused]:
    """List the refusals a failed save carries."""
    return refused.refusals if isinstance(refused, RefusedMany) else [refused]


def _is_any_person(field: Field) -> bool:
    """Tell whether a question points to a person: an office has too many for a list."""
    return isinstance(field.type, Reference) and field.type.kind == "person"


def _referred(
    desk: Desk,
    fields: Mapping[str, Field],
    sections: Sequence[Section],
    offered: Mapping[str, Offered],
) -> dict[str, Offered]:
    """Offer the records a question may point to; for kinds of which an office has few."""
    found: dict[str, Offered] = {}
    for name in (name for section in sections for name in section.names):
        type_ = fields[name].type
        if not isinstance(type_, Reference) or name in offered or _is_any_person(fields[name]):
            continue
        kind = kind_named(type_.kind)
        with desk.store.read() as db:
            query = select(kind).where(kind.voided.is_(None)).limit(_MOST_OFFERED)
            listed = [(str(record.id), record.summary) for record in db.scalars(query)]
        found[name] = sorted(listed, key=lambda pair: pair[1].casefold())
    return found
