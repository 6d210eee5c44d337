"""The figures of a business plan in a person's file: typed by line, worked out as one types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QVBoxLayout, QWidget
from sqlalchemy.orm import Session

from app.casework.business import figures
from app.casework.business_plans import OPEN, lines_of
from app.casework.verbs import usual_answers
from app.casework.voids import void
from app.errors import Refused, SanadError
from app.i18n import _, isolate
from app.models.business import LINE_KINDS, BusinessLine, BusinessPlan
from app.models.money import Money
from app.models.store import Changed
from app.ui.screens.business_figures import FiguresPanel
from app.ui.screens.business_rows import BusinessTableModel, Row
from app.ui.screens.business_table import BusinessTable
from app.ui.screens.filed_cards import shows_more
from app.ui.theme import SPACE
from app.ui.widgets.texts import label

if TYPE_CHECKING:
    from app.ui.desk import Desk


class BusinessPlanSheet(QWidget):
    """Lines and figures of one plan. Every cell saves itself when it is left.

    Args:
        plan: Shown at once when given; else ``show_plan`` shows one.
    """

    def __init__(self, desk: Desk, plan: UUID | None = None) -> None:
        super().__init__()
        self._desk = desk
        self._plan: BusinessPlan | None = None
        self._own_saves = 0
        self._is_stale = False
        self.model = BusinessTableModel(desk.theme)
        self.table = BusinessTable(self.model)
        self.figures = FiguresPanel(desk.theme)
        self.refusals = label("", "error")
        self.about = label("", "quiet")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE * 2)
        for part in (self.about, self.table, self.refusals, self.figures):
            column.addWidget(part)
        column.addStretch(1)
        self.model.typed.connect(self._typed)
        self.table.previewed.connect(self._preview)
        self.table.removed.connect(self._remove)
        self.table.itemDelegate().closeEditor.connect(self._catch_up)
        desk.changed.connect(self._changed)
        if plan is not None:
            self.show_plan(plan)

    def show_plan(self, plan: UUID) -> None:
        """Show a plan as it is saved."""
        with self._desk.store.read() as db:
            self._plan = db.get(BusinessPlan, plan)
            lines = lines_of(db, plan)
        if self._plan is None:
            return
        self._is_stale = False
        is_open = self._plan.state in OPEN and self._plan.voided is None
        self.model.show(lines, self._plan.currency or "", is_open)
        self.about.setText(self._about(is_open))
        self._work_out(lines)

    def _about(self, is_open: bool) -> str:
        currency = isolate(self._plan.currency or "") if self._plan else ""
        if not is_open:
            return _("All amounts are in {currency}. This plan is closed: begin a new version to "
                     "change it.").format(currency=currency)  # fmt: skip
        return _("All amounts are in {currency}. Enter goes on; Ctrl+Backspace takes a line out."
                 ).format(currency=currency)  # fmt: skip

    def _work_out(self, lines: list[BusinessLine]) -> None:
        if self._plan is not None:
            self.figures.show_figures(self._plan, figures(self._plan, lines))
        reasons = self.model.refusals
        self.refusals.setText("\n".join(reasons))
        self.refusals.setVisible(bool(reasons))

    # -- what is typed -------------------------------------------------------------------------

    def _preview(self, row: Row, name: str, text: str) -> None:
        """Work the figures out with what is being typed, where it can be read already."""
        try:
            answer = self.model.read(name, text)
        except Refused:
            return
        changed = _copy(row.line) if row.line is not None else self._begun(row.kind)
        if answer is None and name in ("amount", "label"):
            return
        setattr(changed, name, answer)
        others = [line for line in self.model.lines() if row.line is None or line.id != changed.id]
        try:
            self._work_out([*others, changed])
        except (TypeError, AttributeError):
            return  # a number of months that is none: said when the cell is left

    def _typed(self, row: Row, name: str, answer: Any) -> None:
        if isinstance(answer, Refused):
            self._work_out(self.model.lines())
            return
        text = "" if answer is None else str(self.model.typed_text)
        try:
            saved = self._save(lambda db: self._set(db, row, name, answer))
        except Refused as refused:
            self.model.refuse(row, name, text, refused.message)
        except SanadError as error:
            self.model.refuse(row, name, text, str(error))
            self._desk.explain(error)
        else:
            self.model.put(row, saved)
        self._work_out(self.model.lines())

    def _set(self, db: Session, row: Row, name: str, answer: Any) -> UUID:
        if row.line is not None:
            line = db.get_one(BusinessLine, row.line.id)
        else:
            assert self._plan is not None
            line = self._begun(row.kind)
            line.plan = self._plan.id
            for usual, value in usual_answers(db, BusinessLine, self._plan).items():
                setattr(line, usual, value)
            db.add(line)
        setattr(line, name, answer)
        return line.id

    def _begun(self, kind: str) -> BusinessLine:
        """Give a line as it is before anything is typed: of no amount, named by its kind."""
        sold = {row.line.label for row in self.model.rows if row.line and row.kind == "sale"}
        is_for_one = kind in ("material", "labour") and len(sold) == 1
        return BusinessLine(
            line_kind=kind,
            label=next(iter(sold)) if is_for_one else LINE_KINDS.label(kind),
            amount=Money.zero(self.model.currency),
        )

    def _remove(self, row: Row) -> None:
        if row.line is None:
            return
        gone = row.line.id

        def take_out(db: Session) -> UUID:
            void(db.get_one(BusinessLine, gone), _("Taken out of the plan"))
            return gone

        try:
            self._save(take_out)
        except SanadError as error:
            self._desk.explain(error)
            return
        self.model.take_out(row)
        self._work_out(self.model.lines())
        name = isolate(row.line.label or "")
        self._desk.say(_("The line {name} is taken out.").format(name=name))

    def _save(self, work: Any) -> BusinessLine:
        with self._desk.store.write(self._desk.user) as db:
            saved = work(db)
        self._own_saves += 1
        with self._desk.store.read() as db:
            return db.get_one(BusinessLine, saved)

    # -- what others change --------------------------------------------------------------------

    def _changed(self, changed: Changed) -> None:
        if not changed.kinds & {BusinessLine.kind, BusinessPlan.kind}:
            return
        if changed.origin == "here" and changed.kinds == {BusinessLine.kind} and self._own_saves:
            self._own_saves -= 1
            return
        self._is_stale = True
        self._catch_up()

    def _catch_up(self) -> None:
        """Read the plan anew, unless somebody is typing in it: then once the cell is left."""
        if self._is_stale and self._plan is not None and not self.table.is_typing():
            here = self.table.currentIndex()
            row = self.model.rows[here.row()] if here.isValid() else None
            self.show_plan(self._plan.id)
            at = self.model.place_of(row.key) if row is not None else None
            if at is not None:
                self.table.setCurrentIndex(self.model.index(at, here.column(), QModelIndex()))


@shows_more(BusinessPlan)
def business_sheet(desk: Desk, plan: BusinessPlan) -> QWidget:
    """Show the lines and figures of a plan in its card."""
    return BusinessPlanSheet(desk, plan.id)


def _copy(line: BusinessLine) -> BusinessLine:
    return BusinessLine(id=line.id, **{name: getattr(line, name) for name in line.questions()})
