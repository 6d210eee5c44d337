"""One dispute: its questions with their answers, one reason, one save."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.casework.conflicts import settle
from app.casework.dispute_cards import DisputeCard, Said
from app.errors import Refused, SanadError
from app.i18n import N_, _, isolate
from app.models.cases import Case
from app.models.record import kind_named
from app.ui.draft_keeper import DraftKeeper
from app.ui.forms import refusals_of
from app.ui.icons import icon
from app.ui.inline_form import SAVE_KEYS
from app.ui.parts import button, column, row, say
from app.ui.screens.review_answers import AnswersBox
from app.ui.theme import SPACE
from app.ui.widgets.flow import FlowLayout
from app.ui.widgets.question import Remark
from app.ui.widgets.texts import joined, label

if TYPE_CHECKING:
    from app.ui.desk import Desk

REASONS: Final = (
    N_("Checked with the person"),
    N_("The document says so"),
    N_("Latest information"),
)
"""Reasons that are ready to be given."""
FORM: Final = "review"
"""Name of the draft in which a choice begun is kept."""
_MOST_CHARACTERS: Final = 500


class ReasonBox(QWidget):
    """Why: a ready reason by number or click, or one's own words.

    Signals:
        edited: The reason changed.
        finished: Enter was pressed.
    """

    edited = Signal()
    finished = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.ready: list[QPushButton] = []
        offered = QWidget()
        flow = FlowLayout(offered, gap=8)
        for number, reason in enumerate(REASONS, start=1):
            made = QPushButton(f"{number}  {_(reason)}")
            made.setProperty("role", "chip")
            made.setAutoDefault(False)
            made.setAccessibleName(_("Reason: {reason}").format(reason=_(reason)))
            made.clicked.connect(lambda _on=False, reason=reason: self.give(_(reason)))
            flow.addWidget(made)
            self.ready.append(made)
        self.line = QLineEdit()
        self.line.setMaxLength(_MOST_CHARACTERS)
        self.line.setPlaceholderText(_("or in your own words"))
        self.line.setAccessibleName(_("Reason"))
        self.line.textChanged.connect(lambda _text: self.edited.emit())
        self.line.returnPressed.connect(self.finished)
        self._problem = Remark(
            icon("ph.warning-circle-fill", desk.theme, desk.theme.danger).pixmap(QSize(16, 16)),
            "error",
        )
        self.setLayout(
            column(
                label(_("Why"), "heading3"), offered, self.line, self._problem, spacing=2
            )
        )  # fmt: skip

    @property
    def text(self) -> str:
        """The reason given; empty when there is none."""
        return self.line.text().strip()

    def give(self, reason: str) -> None:
        """Give a reason; it can still be changed."""
        self.line.setText(reason)
        self.complain("")
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus(self) -> None:
        """Bring the keyboard to the ready reasons."""
        first = self.line if self.text else self.ready[0]
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def complaint(self) -> str:
        """What is said to be wrong; empty when nothing is."""
        return self._problem.text()

    def complain(self, sentence: str) -> None:
        """Say what is wrong; an empty sentence takes it back."""
        self._problem.say(sentence)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give a ready reason by its number; letters go to the line."""
        commanded = event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        )
        text = event.text()
        if commanded or self.line.hasFocus() or not text or not text.isprintable():
            super().keyPressEvent(event)
        elif text.isdecimal() and 1 <= int(text) <= len(REASONS):
            self.give(_(REASONS[int(text) - 1]))
        elif not text.isspace():
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)
            self.line.insert(text)


class ConflictCard(QFrame):
    """Lays a dispute before a person, and settles it.

    Args:
        desk: What it works with.
        card: The dispute.
        name_of: Names the computer of a giving.

    Signals:
        settled: It is settled; carries a sentence that says what was kept.
        opened: The file is wanted at the question: carries its name.
        gone: Somebody else settled it meanwhile.
        moved: The keyboard went on to a part, which is to be in sight.
    """

    settled = Signal(str)
    opened = Signal(str)
    gone = Signal()
    moved = Signal(object)

    def __init__(self, desk: Desk, card: DisputeCard, name_of: Callable[[Said], str]) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.card = card
        self._desk = desk
        self._is_settled = False
        self.boxes = [
            AnswersBox(desk, asked, name_of, may_differ=not _is_state(card, asked.field.name))
            for asked in card.asked
        ]
        self.reason = ReasonBox(desk)
        self._remark = Remark(
            icon("ph.warning-circle-fill", desk.theme, desk.theme.danger).pixmap(QSize(16, 16)),
            "error",
        )
        self.keep = button(_("Keep this answer"), "primary", name="keep-answer")
        if len(self.boxes) > 1:
            self.keep.setText(_("Keep these answers"))
        self.keep.setToolTip(_("Ctrl+Return"))
        self.keep.setAutoDefault(True)  # Enter presses it too
        self.keep.clicked.connect(lambda _on=False: self.save())
        self._lay_out()
        for box in self.boxes:
            box.picked.connect(lambda box=box: self._go_on(box))
        self.reason.finished.connect(self.save)
        command = QAction(self.keep.text(), self)
        command.setShortcuts([QKeySequence(keys) for keys in SAVE_KEYS])
        command.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        command.triggered.connect(self.save)
        self.addAction(command)
        if card.refusal:
            self._remark.say(card.refusal)
            for part in (self.reason, self.keep):
                part.hide()
            for box in self.boxes:
                box.lock()
        self._keeper = DraftKeeper(desk, FORM, self._begun, self._go_on_with, parent=self)
        self._keeper.arrive(card.dispute.record, {})
        for box in self.boxes:
            box.picked.connect(self._keeper.touch)
            box.edited.connect(self._keeper.touch)
            box.edited.connect(lambda box=box: self.moved.emit(box))
        self.reason.edited.connect(self._keeper.touch)

    def _lay_out(self) -> None:
        card = self.card
        first = card.asked[0].field.name
        self.open = button(_("Open the file"), "quiet", name="open-file")
        self.open.clicked.connect(lambda _on=False: self.opened.emit(first))
        names = joined(*card.names) or _("Records of the office")
        head = QHBoxLayout()
        head.addWidget(label(names, "heading2"), 1)
        head.addWidget(self.open, 0, Qt.AlignmentFlag.AlignTop)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(SPACE * 5, SPACE * 4, SPACE * 5, SPACE * 4)
        whole.setSpacing(SPACE * 4)
        top = column(head, label(joined(card.title, card.line), "quiet"), spacing=0)
        whole.addLayout(top)
        for box in self.boxes:
            whole.addWidget(box)
        whole.addWidget(self.reason)
        whole.addWidget(self._remark)
        foot = row(say(_("1–9 pick · Ctrl+Return keeps"), "caption"), None, self.keep, spacing=3)
        if not card.refusal:
            whole.addLayout(foot)

    @property
    def complaint(self) -> str:
        """What is said of the whole; empty when nothing is."""
        return self._remark.text()

    @property
    def is_begun(self) -> bool:
        """Whether something is picked or written that is not kept yet."""
        return bool(self.reason.text) or any(box.is_answered for box in self.boxes)

    def pick(self, number: int) -> bool:
        """Pick an answer of the first question that has none yet; tells whether there is one."""
        box = next((one for one in self.boxes if not one.is_answered), self.boxes[0])
        return not self.card.refusal and box.pick(number)

    def focus(self) -> None:
        """Bring the keyboard to the first question that is open."""
        box = next((one for one in self.boxes if not one.is_answered), None)
        if box is None:
            self.reason.focus()
        else:
            box.focus()

    def renew(self, card: DisputeCard) -> None:
        """Take note that the same answers stand at a later position of the log."""
        self.card = card

    def say(self, sentence: str) -> None:
        """Say something of the whole."""
        self._remark.say(sentence)

    def leave(self) -> None:
        """Keep what is picked and written."""
        self._keeper.flush()

    def _begun(self) -> dict[str, Any]:
        if not self.is_begun:
            return {}
        answers = {
            box.asked.field.name: {"answer": box.answer(), "is_other": box.other.isChecked()}
            for box in self.boxes
            if box.is_answered
        }
        return {"answers": answers, "reason": self.reason.text}

    def _go_on_with(self, begun: Mapping[str, Any]) -> None:
        for box in self.boxes:
            held = begun.get("answers", {}).get(box.asked.field.name)
            if held is not None:
                box.show_answer(held["answer"], is_other=held["is_other"])
        self.reason.line.setText(begun.get("reason", ""))

    def save(self) -> None:
        """Settle; what is refused is said at its question, or here."""
        if self.card.refusal or self._is_settled:
            return
        self._remark.say("")
        self.reason.complain("")
        for box in self.boxes:
            if not box.check():
                return
        if not self.reason.text:
            self.reason.complain(_("Give the reason."))
            self.reason.focus()
            return
        dispute = self.card.dispute
        answers = {box.asked.field.name: box.answer() for box in self.boxes}
        try:
            with self._desk.store.write(self._desk.user, seen=self.card.position) as db:
                record = db.get_one(kind_named(dispute.kind), dispute.record)
                settle(db, record, answers, self.reason.text)
        except Refused as refused:
            self._refuse(refused)
        except SanadError as error:
            self._remark.say(str(error))
        else:
            self._is_settled = True
            self._keeper.finish()
            self.settled.emit(self._kept())

    def _refuse(self, refused: Refused) -> None:
        if refused.rule == "no_conflict":
            self._is_settled = True
            self._keeper.finish()
            self.gone.emit()
            return
        rest = []
        for one in refusals_of(refused):
            box = next((b for b in self.boxes if b.asked.field.name == one.field), None)
            is_at_box = box is not None and one.rule != "role"
            if box is not None and is_at_box:
                box.complain(one.message)
            else:
                rest.append(one.message)
        self._remark.say(" ".join(rest))

    def _kept(self) -> str:
        shown = [text for box in self.boxes if (text := box.shown_answer())]
        if len(self.boxes) == 1 and shown:
            return _("Kept: {answer}. The other answer stays in the history of the file.").format(
                answer=isolate(shown[0])
            )
        return _("Kept. The other answers stay in the history of the file.")

    def _go_on(self, box: AnswersBox) -> None:
        after = self.boxes[self.boxes.index(box) + 1 :]
        waiting = next((one for one in after if not one.is_answered), None)
        if waiting is not None:
            waiting.focus()
        else:
            self.reason.focus()
        self.moved.emit(waiting or self.keep)


def _is_state(card: DisputeCard, name: str) -> bool:
    """Tell whether a question is the state of a case, which is one of those moved to."""
    return card.dispute.kind == Case.kind and name == "state"
