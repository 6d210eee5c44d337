"""One record that stands in nobody's file: its answers, what may be done with it, corrections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from sqlalchemy.orm import Session

from app.casework.corrections import correct
from app.casework.verbs import Verb, act, verbs_of
from app.casework.voids import restore_record, void
from app.errors import SanadError
from app.i18n import N_, _
from app.models.layout import Section
from app.models.record import Record, kind_named
from app.models.types import Reference
from app.ui.forms import Form, without
from app.ui.inline_form import InlineForm
from app.ui.parts import button, column, edges, frame, row, say, scrolled
from app.ui.screens.pages import Pages
from app.ui.theme import SPACE
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.pick import Offered
from app.ui.widgets.read_view import ReadView
from app.ui.widgets.texts import placed

if TYPE_CHECKING:
    from app.ui.desk import Desk

_WIDEST_PX = 1000
Offer = Callable[[Session, Record, str], Offered | None]


class RecordPage(QWidget):
    """A record of one kind.

    Args:
        pages: Where its forms take the place of the page.
        screen: Name of the screen, under which drafts are kept.
        back_label: Words on the button that leads back.
        below: Stands under the answers.
        offer: Gives the answers offered for a question of a verb that points to a record.

    Signals:
        left: Back to the list.
    """

    left = Signal()

    def __init__(
        self,
        desk: Desk,
        kind: type[Record],
        pages: Pages,
        screen: str,
        back_label: str,
        *,
        below: QWidget | None = None,
        offer: Offer = lambda _db, _record, _name: None,
        unasked: tuple[str, ...] = (),
    ) -> None:
        super().__init__()
        self.record: Record | None = None
        self.kind = kind
        self._desk = desk
        self._pages = pages
        self._screen = screen
        self._offer = offer
        self._unasked = unasked
        self._verbs: list[Verb] = []
        self._title = say("", "heading1", wraps=True)
        self._caption = say(_(kind.title), "quiet")
        self.back = button(back_label, "quiet")
        self.back.clicked.connect(lambda _on=False: self.left.emit())
        head = row(spacing=2)
        head.addLayout(column(self._title, self._caption, spacing=0), 1)
        head.addWidget(self.back, 0, Qt.AlignmentFlag.AlignTop)
        card = frame("card")
        self._told = QVBoxLayout(card)
        self._told.setContentsMargins(SPACE * 4, SPACE * 3, SPACE * 4, SPACE * 3)
        inside = QWidget()
        inside.setMaximumWidth(round(_WIDEST_PX * desk.preferences.text_scale))
        stack = column(card, spacing=4)
        if below is not None:
            stack.addWidget(below)
        stack.addStretch(1)
        edges(stack, 0, 0, 2, 4)
        inside.setLayout(stack)
        page = QWidget()
        body = row(spacing=0)
        body.addWidget(inside, 1000)
        body.addStretch(1)
        page.setLayout(body)
        self._scroll = scrolled(page, _(kind.title))
        whole = column(head, self._scroll, spacing=4)
        whole.setContentsMargins(SPACE * 6, SPACE * 5, SPACE * 6, SPACE * 2)
        whole.setStretch(1, 1)
        self.setLayout(whole)

    # -- showing -------------------------------------------------------------------------------

    def show_record(self, record: UUID) -> bool:
        """Show a record; tells whether it is on this computer."""
        with self._desk.store.read() as db:
            db.info["context"] = self._desk.store.context()
            db.info["author"] = self._desk.user
            found = db.get(self.kind, record)
            if found is None:
                return False
            self._verbs = verbs_of(db, found, self._desk.roles)
            named = _named(db, found)
        if self.record is None or self.record.id != record:
            self._scroll.verticalScrollBar().setValue(0)
        self.record = found
        self._title.setText(placed(found.summary or _(self.kind.title)))
        if found.voided:
            self._caption.setText(
                _("No longer counts: {reason}").format(reason=placed(found.voided))
            )
        else:
            self._caption.setText(_(self.kind.title))
        had_focus = self.isAncestorOf(self.window().focusWidget() or self)
        while (item := self._told.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        titled = [n for n in self.kind.fields if found.shown(n) == found.summary]
        told = without(self.kind.sections, titled)  # type: ignore[attr-defined]
        self._told.addWidget(ReadView(found, told, named=named))
        self._told.addWidget(self._actions(found))
        if had_focus:
            self.focus()
        return True

    def _actions(self, record: Record) -> QWidget:
        buttons = [
            self._action(_(one.title), partial(self.do, one), "" if one.is_step else "quiet")
            for one in self._verbs
        ]
        if record.voided:
            buttons = [self._action(_("Let it count again"), self.restore, "quiet")]
        else:
            buttons += [
                self._action(_("Correct"), self.correct, "quiet"),
                self._action(_("No longer counts…"), self.void, "quiet"),
            ]
        whole = QWidget()
        flow = FlowLayout(whole, gap=SPACE)
        for one in buttons:
            flow.addWidget(one)
        return whole

    def _action(self, words: str, then: Callable[[], object], role: str) -> QPushButton:
        made = button(words, role)
        made.clicked.connect(lambda _on=False: then())
        return made

    def focus(self) -> None:
        """Bring the keyboard to the first thing that may be done."""
        first = next(iter(self._told_buttons()), self.back)
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _told_buttons(self) -> list[QPushButton]:
        last = self._told.itemAt(self._told.count() - 1) if self._told.count() else None
        holder = last.widget() if last is not None else None
        return holder.findChildren(QPushButton) if holder is not None else []

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back at Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    # -- doing ---------------------------------------------------------------------------------

    def correct(self) -> None:
        """Open the record to be corrected."""
        record = self.record
        if record is not None:
            self._ask(
                f"correct.{self.kind.kind}",
                Form.of(self._desk, self.kind, leaving_out=self._unasked),
                _(self.kind.title), _("Save"),
                lambda db, answers: correct(db, self.kind, record.id, answers),
                record.as_json(), is_correction=True,
            )  # fmt: skip

    def void(self) -> None:
        """Ask why the record no longer counts."""
        record = self.record
        if record is None:
            return
        reason = replace(self.kind.fields["voided"], required=True)
        form = Form(
            self._desk, {"voided": reason}, [Section(N_("No longer counts"), (("voided",),))]
        )
        self._ask(
            f"void.{self.kind.kind}", form, _("No longer counts"), _("Set aside"),
            lambda db, answers: void(
                db.get_one(self.kind, record.id), answers.get("voided") or ""
            ),
            {},
        )  # fmt: skip

    def restore(self) -> None:
        """Let the record count again."""
        record = self.record
        if record is not None:
            self._write(lambda db: restore_record(db.get_one(self.kind, record.id)))

    def do(self, verb: Verb) -> None:
        """Do something with the record, once what the verb asks is answered."""
        record = self.record
        if record is None:
            return
        if not verb.asks:
            self._write(lambda db: act(db, db.get_one(self.kind, record.id), verb.name, {}))
            return
        fields = {name: field.named(name) for name, field in verb.asks.items()}
        with self._desk.store.read() as db:
            offered = {
                name: found
                for name in fields
                if (found := self._offer(db, record, name)) is not None
            }
        layout = Section(verb.title, tuple((name,) for name in fields))
        said = record.as_json()

        def save(db: Session, answers: dict[str, Any]) -> object:
            given = {name: answer for name, answer in answers.items() if answer is not None}
            return act(db, db.get_one(self.kind, record.id), verb.name, given)

        self._ask(
            f"do.{verb.name}.{self.kind.kind}",
            Form(self._desk, fields, [layout], offered=offered),
            _(verb.title), _(verb.title), save,
            {name: said[name] for name in fields if said.get(name) is not None},
        )  # fmt: skip

    def take_up(self, form: str) -> bool:
        """Go on with a form begun about the record shown; tells whether it is one."""
        if form == f"{self._screen}.correct.{self.kind.kind}":
            self.correct()
            return True
        if form == f"{self._screen}.void.{self.kind.kind}":
            self.void()
            return True
        for verb in self._verbs:
            if form == f"{self._screen}.do.{verb.name}.{self.kind.kind}":
                self.do(verb)
                return True
        return False

    def _ask(
        self,
        draft: str,
        form: Form,
        title: str,
        save_label: str,
        save: Callable[[Session, dict[str, Any]], object],
        answers: Mapping[str, Any],
        *,
        is_correction: bool = False,
    ) -> None:
        record = self.record
        if record is None:
            return
        asked = InlineForm(
            self._desk, f"{self._screen}.{draft}", form, title=title, save_label=save_label,
            save=save, is_correction=is_correction,
        )  # fmt: skip
        asked.closed.connect(self._shown_again)
        self._pages.ask(asked, record.id, answers)

    def _shown_again(self) -> None:
        if self.record is not None:
            self.show_record(self.record.id)
        self.focus()

    def _write(self, work: Callable[[Session], object]) -> None:
        try:
            with self._desk.store.write(self._desk.user) as db:
                work(db)
        except SanadError as error:
            self._desk.explain(error)
            return
        self._shown_again()


def _named(db: Session, record: Record) -> dict[UUID, str]:
    """Give what the records a record points to are called."""
    found: dict[UUID, str] = {}
    for name, field in record.fields.items():
        pointed = getattr(record, name)
        if isinstance(field.type, Reference) and pointed is not None:
            other = db.get(kind_named(field.type.kind), pointed)
            if other is not None:
                found[pointed] = other.summary
    return found
