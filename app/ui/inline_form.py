"""A form opened inside a page: kept as a draft while typed in, saved in one step, then gone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout
from sqlalchemy.orm import Session

from app.errors import Refused, SanadError
from app.i18n import _
from app.ui.draft_keeper import DraftKeeper, DraftLine
from app.ui.forms import Form, refusals_of
from app.ui.icons import icon
from app.ui.theme import SPACE
from app.ui.widgets.question import Remark
from app.ui.widgets.texts import label

if TYPE_CHECKING:
    from app.ui.desk import Desk

Save = Callable[[Session, dict[str, Any]], object]
SAVE_KEYS = ("Ctrl+S", "Ctrl+Return", "Ctrl+Enter")


class InlineForm(QFrame):
    """One form with Save and Cancel.

    Args:
        desk: What it works with.
        draft: Name its draft is kept under.
        form: The questions.
        title: What is being done.
        save_label: Word on the button that saves.
        save: Called inside the save with the answers.
        is_correction: Only answers that differ from those shown at first are saved.
        has_draft: False for what must stand nowhere but in the form until it is saved.

    Signals:
        closed: It was saved, cancelled or left.
        saved: It was saved; carries what ``save`` gave.
    """

    closed = Signal()
    saved = Signal(object)

    def __init__(
        self,
        desk: Desk,
        draft: str,
        form: Form,
        *,
        title: str,
        save_label: str,
        save: Save,
        is_correction: bool = False,
        has_draft: bool = True,
    ) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.form = form
        self._desk = desk
        self._has_draft = has_draft
        self._is_correction = is_correction
        self._save = save
        self._about: UUID | None = None
        self._was: dict[str, Any] = {}
        self.keeper = DraftKeeper(
            desk, draft, self._typed, self._show, parent=self, is_kept=has_draft
        )
        heading = label(title, "heading3")
        line = DraftLine(self.keeper)
        line.discard.connect(self.cancel)
        self._refusal = Remark(
            icon("ph.warning-circle-fill", desk.theme, desk.theme.danger).pixmap(QSize(16, 16)),
            "error",
        )
        self.save_button = QPushButton(save_label)
        self.save_button.setProperty("role", "primary")
        self.save_button.setToolTip(_("Ctrl+S"))
        self.save_button.clicked.connect(self.save)
        cancel = QPushButton(_("Cancel"))
        cancel.setProperty("role", "quiet")
        cancel.clicked.connect(self.cancel)
        foot = QHBoxLayout()
        foot.addWidget(self._refusal, 1)
        foot.addStretch(0)
        foot.addWidget(cancel)
        foot.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE * 4, SPACE * 3, SPACE * 4, SPACE * 3)
        column.setSpacing(SPACE * 3)
        column.addWidget(heading)
        column.addWidget(line)
        if not has_draft:
            column.addWidget(
                label(_("What you write here is kept only once it is saved."), "caption")
            )
        column.addWidget(form)
        column.addLayout(foot)
        form.edited.connect(self.keeper.touch)
        command = QAction(save_label, self)
        command.setShortcuts([QKeySequence(keys) for keys in SAVE_KEYS])
        command.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        command.triggered.connect(self.save)
        self.addAction(command)
        self.hide()

    def open(
        self, about: UUID | None, answers: Mapping[str, Any], focus: str | None = None
    ) -> None:
        """Show it about a record, with its draft or else ``answers``.

        Args:
            focus: Name of the question that gets the keyboard; the first one by default.
        """
        self._about = about
        self._was = {}
        self._refusal.say("")
        self.keeper.arrive(about, {"answers": dict(answers), "was": None})
        self.show()
        if focus in self.form.questions:
            self.form.questions[str(focus)].focus()
        else:
            self.form.focus_first()

    def leave(self) -> None:
        """Keep what is typed."""
        self.keeper.flush()

    def save(self) -> None:
        """Save; what is refused is said at its question."""
        self.keeper.flush()
        self._refusal.say("")
        if not self.form.check():
            return
        asked = self.form.asked()
        changed = {name: a for name, a in asked.items() if a != self._was.get(name)}
        try:
            with self._desk.store.write(self._desk.user, seen=self.keeper.seen) as db:
                result = self._save(db, changed)
        except Refused as refused:
            refusals = refusals_of(refused)
            shown = self.form.show_refusals(refusals)
            rest = [r.message for r in refusals if not any(r is s for s in shown)]
            self._refusal.say(" ".join(rest))
            return
        except SanadError as error:
            self._refusal.say(str(error))
            return
        self.keeper.finish()
        self._close()
        self.saved.emit(result)

    def cancel(self) -> None:
        """Give up what was typed."""
        self.keeper.finish()
        self._close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave at Escape, where what was typed waits as a draft."""
        if event.key() == Qt.Key.Key_Escape and (self._has_draft or self.form.is_empty()):
            self.keeper.flush()
            self._close()
            return
        super().keyPressEvent(event)

    def _close(self) -> None:
        self.hide()
        self.closed.emit()

    def _typed(self) -> Mapping[str, Any]:
        return {"answers": self.form.answers(), "was": self._was}

    def _show(self, kept: Mapping[str, Any]) -> None:
        answers = kept.get("answers", {})
        self.form.load(answers)
        # As the controls give it back, so that only what a person changed counts as changed. A
        # draft remembers what its writer saw: what was changed elsewhere since stays as it is.
        was = kept.get("was")
        shown = self.form.asked() if self._is_correction else {}
        self._was = shown if was is None else dict(was)
