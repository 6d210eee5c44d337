"""What every screen is handed: the store, who works, and the few things the window does for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from app.casework.users import roles_of
from app.errors import SanadError
from app.models.store import Changed, Store
from app.ui.background_sync import BackgroundSync
from app.ui.questions import ask
from app.ui.tasks import Tasks

if TYPE_CHECKING:
    from app.ui.preferences import Preferences
    from app.ui.theme import Theme


class Desk(QObject):
    """One person at work on one open store; made and used on the GUI thread.

    Attributes:
        store: The open store.
        user: Who works; ``roles`` what they may do.
        preferences: What this computer's people like.
        theme: How things look at present.
        tasks: Runs long work.
        syncing: Keeps the store in step with headquarters.
    """

    changed = Signal(object)
    """``Changed``, on the GUI thread, after every save and merge."""
    screen_asked = Signal(str, object)
    """Name of a screen and its arguments (a dict): the window shows it."""
    said = Signal(str, str)
    """A sentence and its tone: the window shows it."""
    closing = Signal()
    """Whatever still uses the store stops before this returns."""
    lock_asked = Signal()
    """The person wants everything covered."""
    _committed = Signal(object)

    def __init__(
        self,
        store: Store,
        user: UUID,
        preferences: Preferences,
        theme: Theme,
        tasks: Tasks | None = None,
        parent: QObject | None = None,
        *,
        syncing: BackgroundSync | None = None,
    ) -> None:
        super().__init__(parent)
        self.store = store
        self.user = user
        self.roles = roles_of(store, user)
        self.preferences = preferences
        self.theme = theme
        self.tasks = tasks or Tasks(self)
        self._owns_tasks = tasks is None
        self.tasks.troubled.connect(self.explain)
        self.syncing = syncing or BackgroundSync(store, self.tasks, preferences, parent=self)
        self._owns_syncing = syncing is None
        # Always queued: a save in this thread is over before anybody reads what it wrote.
        self._committed.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe: Callable[[], None] | None = store.subscribe(self._committed.emit)

    def open_person(self, person: UUID, section: str = "overview") -> None:
        """Show a person's file."""
        self.show_screen("person", person=person, section=section)

    def show_screen(self, name: str, **arguments: Any) -> None:
        """Show a registered screen, such as ``people``, with what it is to show."""
        self.screen_asked.emit(name, arguments)

    def say(self, sentence: str, tone: str = "info") -> None:
        """Tell something in one calm line; ``tone`` is ``info``, ``warning`` or ``danger``."""
        self.said.emit(sentence, tone)

    def explain(self, error: SanadError) -> None:
        """Tell what went wrong and what to do, for an error that belongs to no field."""
        self.say(str(error), "warning")

    def confirm(
        self, parent: QWidget, sentence: str, action_label: str, then: Callable[[], None]
    ) -> None:
        """Ask one question beside the work; ``then`` is called when the person agrees."""
        ask(parent, sentence, action_label, then)

    def close(self) -> None:
        """Stop listening; the store, and what was handed in, belong to whoever made them."""
        self.closing.emit()
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        if self._owns_syncing:
            self.syncing.close()
        if self._owns_tasks:
            self.tasks.close()

    def _tell(self, changed: Changed) -> None:
        self.changed.emit(changed)
