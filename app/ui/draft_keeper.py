"""Keeps what is being typed in the encrypted store, so that nothing is lost with the power."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

from app.formats import moment_text
from app.i18n import _, isolate
from app.models.drafts import Draft, begin_draft, discard_draft, draft_for, keep_draft
from app.ui.theme import SPACE

if TYPE_CHECKING:
    from app.ui.desk import Desk

_DEBOUNCE_MS: Final = 250


class DraftKeeper(QObject):
    """The draft of one form.

    Args:
        desk: What it works with.
        form: Name of the form.
        read: Gives what has been typed; an empty mapping when nothing has.
        load: Shows what was typed.
        is_kept: False for what must stand nowhere but in the form until it is saved.

    Signals:
        resumed: A draft was found and shown; carries when it was begun or last typed in.
    """

    resumed = Signal(str)
    discarded = Signal()

    def __init__(
        self,
        desk: Desk,
        form: str,
        read: Callable[[], Mapping[str, Any]],
        load: Callable[[Mapping[str, Any]], None],
        parent: QObject | None = None,
        *,
        is_kept: bool = True,
    ) -> None:
        super().__init__(parent)
        self._keeps = is_kept
        self._desk = desk
        self._form = form
        self._read = read
        self._load = load
        self._draft: Draft | None = None
        self._is_kept = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_DEBOUNCE_MS)
        self._timer.timeout.connect(self.flush)

    def arrive(self, about: UUID | None, otherwise: Mapping[str, Any]) -> None:
        """Take up the draft about a record, or begin one showing ``otherwise``."""
        self.flush()
        store, user = self._desk.store, self._desk.user
        held = draft_for(store, user, self._form, about) if self._keeps else None
        self._is_kept = held is not None
        self._draft = held or begin_draft(store, user, self._form, about)
        self._load(held.answers if held else otherwise)
        self._timer.stop()
        if held is not None:
            self.resumed.emit(held.updated)

    @property
    def seen(self) -> int | None:
        """Log position the writer had seen when beginning, for ``store.write``."""
        return self._draft.seen if self._draft else None

    @property
    def is_begun(self) -> bool:
        """Whether something typed is not saved yet."""
        return self._is_kept or self._timer.isActive()

    def touch(self) -> None:
        """Keep what is typed in a moment; called at every edit."""
        if self._draft is not None and self._keeps:
            self._timer.start()

    def flush(self) -> None:
        """Keep what has been typed since the last time, at once."""
        waiting = self._timer.isActive() or self.sender() is self._timer
        self._timer.stop()
        if not waiting or self._draft is None:
            return
        self._draft.answers = dict(self._read())
        if self._draft.answers:
            keep_draft(self._desk.store, self._draft)
            self._is_kept = True
        elif self._is_kept:
            discard_draft(self._desk.store, self._draft)
            self._is_kept = False

    def finish(self) -> None:
        """Forget the draft: it was saved, or given up."""
        self._timer.stop()
        if self._draft is not None and self._is_kept:
            discard_draft(self._desk.store, self._draft)
        self._draft = None
        self._is_kept = False

    def discard(self, about: UUID | None, otherwise: Mapping[str, Any]) -> None:
        """Give up what was typed and begin again from ``otherwise``."""
        self.finish()
        self.arrive(about, otherwise)
        self.discarded.emit()


class DraftLine(QFrame):
    """Says since when a form has been waiting, and offers to give it up.

    Signals:
        discard: The person gives it up.
    """

    discard = Signal()

    def __init__(self, keeper: DraftKeeper) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self._sentence = QLabel()
        self._sentence.setWordWrap(True)
        give_up = QPushButton(_("Discard"))
        give_up.setProperty("role", "quiet")
        give_up.clicked.connect(self.discard)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE * 3, SPACE, SPACE * 2, SPACE)
        row.addWidget(self._sentence, 1)
        row.addWidget(give_up)
        keeper.resumed.connect(self.show_since)
        keeper.discarded.connect(self.hide)
        self.hide()

    def show_since(self, updated: str) -> None:
        """Show it, for a draft last typed in at ``updated``."""
        since = isolate(moment_text(datetime.fromisoformat(updated)))
        self._sentence.setText(
            _("You began this on {moment}. It is not saved yet.").format(moment=since)
        )
        self.show()
